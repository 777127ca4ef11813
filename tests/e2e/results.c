/* The results page with a whole platform: a refused and a right password, the .pypirc, a package
 * that is published and proven from inside, the hand-over. Everything but the cloud is real. */
#include "tests/e2e/journey.h"

#include <stdlib.h>
#include <string.h>

#define PYPI_PASSWORD "Zq1-pypi-plain-7Tw"

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    e2e_set(&e2e, "EKSHUB_PYPI_PASSWORD", PYPI_PASSWORD);
    e2e_set(&e2e, "EKSHUB_HUB_PASSWORD", "Zq2-hub-plain-9Rx");
    place_apply(&e2e);
    e2e_set(&e2e, "EKSHUB_PYPI_PASSWORD", NULL);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(results, .init = begin, .fini = end, .timeout = 170);

static void expect_pypirc(const char *text, bool there)
{
    char *content = e2e_read(&e2e, PLACE "/rehearsal/home/.pypirc");
    cr_assert_eq(strstr(content, text) != NULL, there, "%s", content);
    free(content);
}

Test(results, are_used_from_their_page)
{
    struct pty *pty = journey_start(&e2e, );
    journey_again(pty);
    expect_text(pty, "Your platform is up");
    expect_match(pty, "http://[^ ]*elb.amazonaws.com");

    pty_keys(pty, "w"); /* with the password that this rehearsal would have made up */
    expect_text(pty, "does not accept this user name and password");
    pty_keys(pty, "w");
    expect_text(pty, "Password of ");
    expect_gone(pty, "does not accept");
    pty_text(pty, "wrong");
    pty_keys(pty, "Enter");
    expect_text(pty, "does not accept this user name and password");
    expect_pypirc("[ekspypi]", false);
    pty_keys(pty, "w");
    expect_text(pty, "Password of ");
    pty_text(pty, PYPI_PASSWORD);
    pty_keys(pty, "Enter");
    expect_text(pty, ".pypirc was made, after a login");
    expect_pypirc("password = " PYPI_PASSWORD, true);

    pty_keys(pty, "u");
    expect_match(pty, "uploaded ✓ +listed ✓ +downloaded ✓ +same bytes ✓");
    pty_keys(pty, "i");
    expect_match(pty, "imported in a hub pod ✓ +“hello from demo_pkg”");
    pty_keys(pty, "h");
    expect_text(pty, "no secret");
    pty_keys(pty, "c");
    expect_text(pty, "Copy which?");
    pty_keys(pty, "2");
    expect_text(pty, "PyPI was sent to the clipboard");
    size_t len;
    cr_assert_null(strstr(pty_raw(pty, &len), PYPI_PASSWORD), "a password was shown");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}
