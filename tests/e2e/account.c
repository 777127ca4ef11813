/* A real profile, outside any rehearsal: files under HOME, signed requests to whatever
 * AWS_ENDPOINT_URL names, and the real roots given to a terraform that reaches no registry. */
#include "tests/e2e/place.h"
#include "tests/e2e/responder.h"

#include <stdlib.h>
#include <string.h>

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static struct e2e e2e;
static struct responder responder;
static struct e2e_output said;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_file(&e2e, ".aws/credentials",
             "[ada]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
             "aws_secret_access_key = " SECRET "\n",
             0600);
    e2e_file(&e2e, ".aws/config", "[profile ada]\nregion = eu-west-1\n", 0600);
    e2e_file(&e2e, "terraform",
             "#!/bin/sh\necho \"$1\" >> \"$HOME/asked\"\n"
             "[ \"$1\" = version ] && echo '{\"terraform_version\":\"1.11.4\"}' && exit 0\n"
             "cat " TEST_DATA "/terraform/05f-init-json-module-registry-unreachable.jsonl\n"
             "exit 1\n",
             0700);
    char terraform[PATH_MAX];
    snprintf(terraform, sizeof terraform, "%.4000s/terraform", e2e.home);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", terraform);
    e2e_set(&e2e, "AWS_PROFILE", "ada");
    e2e_set(&e2e, "AWS_EC2_METADATA_DISABLED", "true");
    /* the registry and Docker Hub are out of reach: these tests leave the machine alone */
    e2e_set(&e2e, "HTTPS_PROXY", "http://127.0.0.1:1");
}

static void end(void)
{
    e2e_output_finish(&said);
    responder_stop(&responder);
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(account, .init = begin, .fini = end, .timeout = 170);

static void answer(enum responder_mood mood)
{
    char log[PATH_MAX];
    snprintf(log, sizeof log, "%.4000s/requests", e2e.home);
    responder_start(&responder, mood, log);
    e2e_set(&e2e, "AWS_ENDPOINT_URL", responder.url);
}

static void run(const char *const *arguments)
{
    e2e_output_finish(&said);
    said = e2e_run(&e2e, arguments);
}

static const json_t *check_named(const json_t *checks, const char *name)
{
    size_t i;
    json_t *check;
    json_array_foreach(json_object_get(checks, "checks"), i, check)
    {
        if (strcmp(place_text(check, "name"), name) == 0)
            return check;
    }
    cr_assert_fail("no check is called %s: %s", name, said.out);
    return NULL;
}

Test(account, check_says_who_and_where)
{
    answer(RESPONDER_KNOWS);
    run(ARGS("check", "-o", "json"));
    cr_assert_eq(said.code, 0, "%s%s", said.out, said.err);
    json_t *checks = place_json(said.out);
    cr_assert_str_eq(place_text(checks, "profile"), "ada");
    cr_assert_str_eq(place_text(checks, "region"), "eu-west-1");
    cr_assert_str_eq(place_text(checks, "account"), RESPONDER_ACCOUNT);
    cr_assert_str_eq(place_text(checks, "arn"), RESPONDER_ARN);
    cr_assert(json_is_true(json_object_get(checks, "ok")));
    cr_assert_str_eq(place_text(check_named(checks, "clock"), "state"), "pass");
    cr_assert(strstr(place_text(check_named(checks, "region"), "text"), "eu-west-1a, eu-west-1b"));
    json_decref(checks);
    char *requests = e2e_read(&e2e, "requests");
    cr_assert(strstr(requests, "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/") != NULL);
    cr_assert(strstr(requests, "/eu-west-1/sts/aws4_request") != NULL, "%s", requests);
    cr_assert(strstr(requests, SECRET) == NULL);
    free(requests);
}

Test(account, a_wrong_secret_is_one_sentence_and_4)
{
    answer(RESPONDER_REFUSES);
    run(ARGS("check", "-o", "json"));
    cr_assert_eq(said.code, 4, "%s%s", said.out, said.err);
    json_t *checks = place_json(said.out);
    const json_t *check = check_named(checks, "identity");
    cr_assert(json_is_null(json_object_get(checks, "account")));
    cr_assert_str_eq(place_text(check, "state"), "fail");
    cr_assert(strstr(place_text(check, "text"), "secret") != NULL, "%s", said.out);
    cr_assert(strchr(place_text(check, "text"), '<') == NULL, "%s", said.out);
    cr_assert(strstr(said.out, SECRET) == NULL);
    cr_assert_str_eq(place_text(check_named(checks, "region"), "state"), "skip");
    json_decref(checks);
}

Test(account, nobody_at_that_address_is_said)
{
    e2e_set(&e2e, "AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    e2e_set(&e2e, "AWS_MAX_ATTEMPTS", "1");
    run(ARGS("check", "-o", "json"));
    cr_assert_eq(said.code, 3, "%s%s", said.out, said.err);
    json_t *checks = place_json(said.out);
    const json_t *check = check_named(checks, "identity");
    cr_assert(strstr(place_text(check, "text"), "127.0.0.1") != NULL, "%s", said.out);
    json_decref(checks);
}

/* The root is there, with the program's own files; no plan was made. */
static void expect_only_tried(void)
{
    static const char *const files[] = {"cluster.tf", "variables.tf", "README.md"};
    char name[128];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, PLACE "/provision-eks/%s", files[i]);
        char *text = e2e_read(&e2e, name);
        cr_assert(text[0], "%s is not there", name);
        free(text);
    }
    char *asked = e2e_read(&e2e, "asked"), *rest = asked;
    for (char *line; (line = strsep(&rest, "\n"));)
        cr_assert(!line[0] || strcmp(line, "version") == 0 || strcmp(line, "init") == 0,
                  "asked for %s", line);
    free(asked);
}

static void expect_nothing_asked(void)
{
    char *asked = e2e_read(&e2e, "asked");
    cr_assert(!strstr(asked, "init"), "%s", asked);
    free(asked);
}

static void try_to_build(const char *verb, const char *consent)
{
    answer(RESPONDER_KNOWS);
    e2e_file(&e2e, "a.yaml",
             "cluster_name: lab\nendpoint_cidrs: [203.0.113.7/32]\n"
             "pypi_bucket_name: lab-pypi\npypi_admin_user: ada\n",
             0600);
    run(ARGS(verb, "eks", "--dir", PLACE, "--answers", "a.yaml", "-o", "json", consent));
    cr_assert_neq(said.code, 0, "%s%s", said.out, said.err);
    json_t *events = place_events(said.out);
    const json_t *why = json_object_get(place_done(events), "error");
    cr_assert(strstr(place_text(why, "text"), "module registry") != NULL, "%s", said.out);
    cr_assert(strstr(place_text(why, "hint"), "network and proxy") != NULL, "%s", said.out);
    json_decref(events);
    place_wait_idle(&e2e);
    expect_only_tried();
}

Test(account, a_plan_without_a_registry_says_so)
{
    try_to_build("plan", NULL);
}

Test(account, an_apply_without_a_registry_says_so)
{
    try_to_build("apply", "--auto-approve");
}

Test(account, the_screen_shows_the_account_and_no_rehearsal)
{
    answer(RESPONDER_KNOWS);
    struct pty *pty = e2e_start(&e2e, ARGS("--dir", PLACE));
    expect_match(pty, "ada +static +eu-west-1 +AKIA.*MPLE");
    expect_text(pty, RESPONDER_ARN);
    expect_text(pty, "acme-lab " RESPONDER_ACCOUNT);
    expect_text(pty, "Enter goes on."); /* behind the warnings of what is out of reach */
    cr_assert_not(pty_shows(pty, "REHEARSAL"), "%s", pty_dump(pty));
    pty_keys(pty, "Enter");
    expect_match(pty, "Name ");
    pty_keys(pty, "Enter");
    expect_text(pty, "The cluster needs a name.");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
    expect_nothing_asked();
}

Test(account, the_screen_says_that_the_secret_is_wrong)
{
    answer(RESPONDER_REFUSES);
    struct pty *pty = e2e_start(&e2e, ARGS("--dir", PLACE));
    expect_match(pty, "✗ identity +.*secret");
    expect_text(pty, "1 check has failed.");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}
