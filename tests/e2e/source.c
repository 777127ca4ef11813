/* Where a run's terraform gets its keys from: it asks this program, which asks the operator's
 * profile. In terraform's part a script that asks as the AWS SDK for Go does, by a shell. */
#include "tests/e2e/place.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "rehearsal/none-of-this-is-a-secret"

static struct e2e e2e;

/* Asks, lets the keys that are kept come near their end, and asks again. What it got is reduced to
 * the exit code and the end of the keys. */
static const char script[] =
    "#!/bin/sh\n"
    "[ \"$1\" = version ] && echo '{\"terraform_version\":\"1.11.4\"}' && exit 0\n"
    "ask() {\n"
    "  keys=$(sh -c \"$(sed -n 's/^credential_process = //p' \"$AWS_CONFIG_FILE\")\" 2>>said)\n"
    "  echo \"$? $(echo \"$keys\" | grep -o '\"Expiration\":\"[^\"]*\"')\" >>asked\n"
    "}\n"
    "cd \"$(dirname \"$0\")\" && env | grep -E '^AWS_(CONFIG|SHARED)' >variables\n"
    "ask\n"
    "soon=$(date -u -d '+5 minutes' +%Y-%m-%dT%H:%M:%SZ)\n"
    "sed -i \"s/\\\"Expiration\\\":\\\"[^\\\"]*\\\"/\\\"Expiration\\\":\\\"$soon\\\"/\" "
    "\"$HOME\"/.aws/cli/cache/*.json && echo \"$soon\" >soon\n"
    "ask\n"
    "exit 1\n";

static void begin(void)
{
    char terraform[PATH_MAX];
    e2e_begin(&e2e);
    e2e_file(&e2e, "terraform", script, 0700);
    snprintf(terraform, sizeof terraform, "%.4000s/terraform", e2e.home);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", terraform);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(source, .init = begin, .fini = end, .timeout = 170);

static void plan_as(const char *profile)
{
    struct e2e_output run =
        e2e_run(&e2e, REHEARSED("--profile", profile, "plan", "eks", "-o", "json"));
    cr_assert_neq(run.code, 0, "%s", run.out);
    place_wait_idle(&e2e);
    e2e_output_finish(&run);
}

static int files_read;

static int look_into(const char *path, const struct stat *info, int kind, struct FTW *level)
{
    char command[PATH_MAX], *text;
    (void)level;
    (void)info;
    if (kind != FTW_F)
        return 0;
    snprintf(command, sizeof command, "%s", path + strlen(e2e.home) + 1);
    text = e2e_read(&e2e, command);
    cr_assert_not(strstr(text, SECRET), "%s", path);
    files_read++;
    free(text);
    return 0;
}

static void expect_no_secret(void)
{
    char runs[PATH_MAX];
    snprintf(runs, sizeof runs, "%.4000s/" PLACE "/runs", e2e.home);
    nftw(runs, look_into, 16, FTW_PHYS);
    cr_assert_geq(files_read, 4, "%d", files_read);
}

Test(source, gives_terraform_new_keys_before_the_old_ones_end)
{
    plan_as("ci");
    char *asked = e2e_read(&e2e, "asked"), *said = e2e_read(&e2e, "said"), *rest = asked;
    char *soon = e2e_read(&e2e, "soon"), *variables = e2e_read(&e2e, "variables");
    const char *first = strsep(&rest, "\n"), *second = strsep(&rest, "\n");
    cr_assert(strstr(variables, "/aws-config\n"), "%s", variables);
    cr_assert(strstr(variables, "AWS_SHARED_CREDENTIALS_FILE=/dev/null"), "%s", variables);
    cr_assert(second && strncmp(first, "0 \"Exp", 6) == 0, "%s%s", first, said);
    cr_assert(strncmp(second, "0 \"Exp", 6) == 0, "%s%s", second, said);
    soon[strcspn(soon, "\n")] = '\0';
    cr_assert(soon[0], "no keys were kept");
    cr_assert_not(strstr(second, soon), "the old keys again: %s", second);
    cr_assert_str_empty(said);
    expect_no_secret();
    free(asked);
    free(said);
    free(soon);
    free(variables);
}

Test(source, asks_nobody_for_digits)
{
    struct e2e_output run = e2e_run(&e2e, REHEARSED("status"));
    e2e_output_finish(&run);
    run = e2e_run(&e2e, ARGS("--aws-keys", "--rehearse", PLACE, "deployer"));
    cr_assert_eq(run.code, 4, "%s%s", run.out, run.err);
    cr_assert_str_empty(run.out);
    cr_assert(strstr(run.err, "wants the digits of the MFA device"), "%s", run.err);
    cr_assert_eq(strchr(run.err, '\n'), run.err + strlen(run.err) - 1, "one line: %s", run.err);
    e2e_output_finish(&run);
}

Test(source, gives_long_lived_keys_without_an_end)
{
    struct e2e_output run = e2e_run(&e2e, REHEARSED("status"));
    e2e_output_finish(&run);
    run = e2e_run(&e2e, ARGS("--aws-keys", "--rehearse", PLACE, "kube_admin"));
    cr_assert_eq(run.code, 0, "%s", run.err);
    json_t *keys = place_json(run.out);
    cr_assert_eq(json_integer_value(json_object_get(keys, "Version")), 1);
    cr_assert_str_eq(place_text(keys, "AccessKeyId"), "AKIAREHEARSAL000001");
    cr_assert_null(json_object_get(keys, "Expiration"));
    json_decref(keys);
    e2e_output_finish(&run);
}
