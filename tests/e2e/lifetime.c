/* A role whose keys end before what is to be built would stand: refused with 4 before anything is
 * begun, unless the operator says that it is to begin all the same. */
#include "tests/e2e/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* At the world's own pace a run takes longer than these keys last; with less than 15 minutes they
 * would not be used again. */
#define AT_ITS_PACE(...) ARGS("--rehearse=1x", "--dir", PLACE, "--profile", "deployer", __VA_ARGS__)

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_hide_terraform(&e2e);
    e2e_file(&e2e, PLACE "/rehearsal/home/.aws/config",
             "[default]\nregion = us-east-1\n"
             "[profile deployer]\nregion = us-east-2\nduration_seconds = 1020\n"
             "role_arn = arn:aws:iam::123456789012:role/deployer\n"
             "source_profile = default\n"
             "mfa_serial = arn:aws:iam::123456789012:mfa/any-six-digits-but-000000\n",
             0600);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(lifetime, .init = begin, .fini = end, .timeout = 170);

static void type_digits(struct pty *pty)
{
    expect_text(pty, "Digits of the MFA device");
    pty_text(pty, "123456\n");
}

Test(lifetime, a_run_that_outlasts_the_keys_is_refused)
{
    struct pty *pty = e2e_start(&e2e, AT_ITS_PACE("apply", "--auto-approve"));
    type_digits(pty);
    expect_text(pty, "what begins now may take");
    expect_text(pty, "EKSHUB_LIFETIME=ignore");
    expect_exit(pty, 4);
    char id[64];
    place_run(&e2e, id);
    cr_assert_str_eq(id, "", "nothing was begun");
}

Test(lifetime, who_says_so_begins_all_the_same)
{
    e2e_set(&e2e, "EKSHUB_LIFETIME", "ignore");
    struct pty *pty =
        e2e_start(&e2e, AT_ITS_PACE("--fault", "state-locked", "apply", "--auto-approve"));
    type_digits(pty);
    expect_text(pty, "acquiring the state lock");
    expect_exit(pty, 6); /* somebody else is at work */
    char id[64];
    place_run(&e2e, id);
    cr_assert(id[0], "a run was begun");
}

Test(lifetime, a_yes_that_is_typed_is_refused_as_well)
{
    struct pty *pty = e2e_start(&e2e, AT_ITS_PACE("apply"));
    type_digits(pty);
    expect_text(pty, "Type yes to create this");
    pty_text(pty, "yes\n");
    expect_text(pty, "what begins now may take");
    expect_exit(pty, 4);
    char *journal = place_read(&e2e, "journal.jsonl");
    cr_assert(strstr(journal, "discarded"), "%s", journal);
    free(journal);
}
