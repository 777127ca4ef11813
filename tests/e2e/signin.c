/* Signing in with the real program: a page and its code, and the digits of an MFA device, on the
 * full screen, line by line, and where a verb has a terminal but no standard streams to spare. */
#include "tests/e2e/place.h"

#include <stdlib.h>
#include <string.h>

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_hide_terraform(&e2e);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(signin, .init = begin, .fini = end, .timeout = 170);

Test(signin, by_a_page_and_a_code)
{
    struct pty *pty = e2e_start(&e2e, REHEARSED("--profile", "analytics"));
    expect_text(pty, "not signed in");
    expect_text(pty, "Enter signs in, by a page");
    pty_keys(pty, "Enter");
    expect_text(pty, "https://identity-center.example/device?user_code=");
    expect_text(pty, "signed in, 7h59m left");
    expect_text(pty, "assumed-role/AWSReservedSSO_Anal");
    expect_text(pty, "Everything is in place.");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
    struct e2e_output run =
        e2e_run(&e2e, REHEARSED("--profile", "analytics", "token", "--cluster-name", "demo-hub"));
    cr_assert_eq(run.code, 0, "%s", run.err);
    cr_assert(strstr(run.out, "k8s-aws-v1."));
    e2e_output_finish(&run);
}

Test(signin, by_digits_that_are_wrong_at_first)
{
    struct pty *pty = e2e_start(&e2e, REHEARSED("--profile", "deployer"));
    expect_text(pty, "asks for six digits");
    pty_keys(pty, "Enter");
    expect_text(pty, "mfa/any-six-digits-but-000000");
    pty_text(pty, "000000");
    pty_keys(pty, "Enter");
    expect_text(pty, "invalid MFA one time pass code");
    pty_text(pty, "123456");
    pty_keys(pty, "Enter");
    expect_text(pty, "assumed-role/deployer/rehearsal");
    expect_text(pty, "its digits were typed");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(signin, line_by_line)
{
    struct pty *pty = e2e_start(&e2e, REHEARSED("--plain"));
    expect_text(pty, "1. AWS profile [kube_admin]:");
    pty_text(pty, "analytics\n");
    expect_text(pty, "https://identity-center.example/device");
    expect_text(pty, "Signed in.");
    expect_text(pty, "2. EKS, Name");
    pty_text(pty, "<\n");
    expect_text(pty, "1. AWS profile [analytics]:");
    pty_text(pty, "deployer\n");
    expect_text(pty, "Six digits of the MFA device");
    pty_text(pty, "12\n");
    expect_text(pty, "It is six digits");
    pty_text(pty, "000000\n");
    expect_text(pty, "invalid MFA one time pass code");
    pty_text(pty, "\n");
    pty_text(pty, "q\n");
    expect_exit(pty, 5);
}

Test(signin, a_token_asks_for_digits_on_the_terminal_alone)
{
    struct pty *pty =
        e2e_open(&e2e,
                 ARGS("/bin/sh", "-c",
                      "\"$0\" --rehearse=200x --dir \"$1\" --profile deployer token --cluster-name "
                      "demo-hub </dev/null >out 2>err",
                      e2e.program, PLACE),
                 24, 80);
    expect_text(pty, "Digits of the MFA device");
    pty_text(pty, "000000\n");
    expect_match(pty, "profile deployer: *\nDigits of");
    pty_text(pty, "123456\n");
    expect_exit(pty, 0);
    char *out = e2e_read(&e2e, "out"), *err = e2e_read(&e2e, "err");
    cr_assert(strstr(out, "k8s-aws-v1."), "%s", err);
    cr_assert(strstr(err, "invalid MFA one time pass code"), "%s", err);
    cr_assert_not(strstr(err, "123456"));
    free(out);
    free(err);
}

Test(signin, without_a_terminal_it_is_one_sentence)
{
    struct e2e_output run =
        e2e_run(&e2e, REHEARSED("--profile", "deployer", "token", "--cluster-name", "demo-hub"));
    cr_assert_eq(run.code, 4);
    cr_assert(strstr(run.err, "wants the digits of the MFA device"), "%s", run.err);
    e2e_output_finish(&run);
    run = e2e_run(&e2e, REHEARSED("--profile", "analytics", "check"));
    cr_assert_eq(run.code, 4);
    cr_assert(strstr(run.out, "aws sso login --profile analytics"), "%s", run.out);
    e2e_output_finish(&run);
}
