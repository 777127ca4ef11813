/* Keys that no profile has: of the environment, of a container, of the machine. Each is a row of
 * the screen and is used when it is chosen, whatever else there is; the run and its history say
 * which. */
#include "tests/e2e/place.h"
#include "tests/e2e/responder.h"

#include <stdlib.h>
#include <string.h>

static struct e2e e2e;
static struct responder responder;
static char keys[128];

static void begin(void)
{
    char path[PATH_MAX];
    e2e_begin(&e2e);
    e2e_file(&e2e, ".aws/credentials",
             "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
             "aws_secret_access_key = not-a-secret\n",
             0600);
    e2e_file(&e2e, ".aws/config", "[default]\nregion = eu-west-1\n", 0600);
    e2e_file(&e2e, "terraform",
             "#!/bin/sh\n"
             "[ \"$1\" = version ] && echo '{\"terraform_version\":\"1.11.4\"}' && exit 0\n"
             "cat " TEST_DATA "/terraform/05f-init-json-module-registry-unreachable.jsonl\n"
             "exit 1\n",
             0700);
    snprintf(path, sizeof path, "%.4000s/terraform", e2e.home);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", path);
    e2e_set(&e2e, "HTTPS_PROXY", "http://127.0.0.1:1"); /* these tests leave the machine alone */
    snprintf(path, sizeof path, "%.4000s/requests", e2e.home);
    responder_start(&responder, RESPONDER_KNOWS, path);
    e2e_set(&e2e, "AWS_ENDPOINT_URL", responder.url);
    snprintf(keys, sizeof keys, "%s/container/keys", responder.url);
}

static void end(void)
{
    responder_stop(&responder);
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(sources, .init = begin, .fini = end, .timeout = 170);

static void expect_signed_by(const char *id)
{
    char text[128];
    snprintf(text, sizeof text, "AWS4-HMAC-SHA256 Credential=%s/", id);
    char *requests = e2e_read(&e2e, "requests");
    cr_assert(strstr(requests, text) != NULL, "%s\n%s", text, requests);
    free(requests);
}

static void expect_not_signed_by(const char *id)
{
    char *requests = e2e_read(&e2e, "requests");
    cr_assert(strstr(requests, id) == NULL, "%s\n%s", id, requests);
    free(requests);
}

Test(sources, each_is_a_row_that_is_chosen_and_checked)
{
    e2e_set(&e2e, "AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00000");
    e2e_set(&e2e, "AWS_SECRET_ACCESS_KEY", "not-a-secret");
    e2e_set(&e2e, "AWS_CONTAINER_CREDENTIALS_FULL_URI", keys);
    e2e_set(&e2e, "AWS_EC2_METADATA_SERVICE_ENDPOINT", responder.url);
    struct pty *pty = e2e_start_sized(&e2e, ARGS("--dir", PLACE), 50, 100);
    expect_match(pty, "environment +static +eu-west-1 +AKIA…0000 +AWS_ACCESS_KEY_ID");
    expect_match(pty, "container +container +eu-west-1 +AWS_CONTAINER_CREDENTIALS_FULL_URI");
    expect_match(pty, "instance role +instance +eu-west-1 +AWS_EC2_METADATA_SERVICE_ENDPOINT");
    expect_match(pty, "default +static +eu-west-1 +AKIA…MPLE");
    expect_text(pty, "Checks for the keys of the environment");
    expect_text(pty, "AWS_ACCESS_KEY_ID is set: the environment wins over the profile.");
    expect_text(pty, RESPONDER_ARN);
    pty_keys(pty, "Down");
    expect_text(pty, "Enter chooses the container and checks it.");
    expect_not_signed_by(RESPONDER_CONTAINER);
    pty_keys(pty, "Enter");
    expect_match(pty, "Checks for the container +13 of 13"); /* in one row: no older frame's */
    expect_text(pty, RESPONDER_ARN);
    expect_signed_by(RESPONDER_CONTAINER);
    pty_keys(pty, "Down Enter");
    expect_match(pty, "Checks for the instance role +13 of 13");
    expect_text(pty, RESPONDER_ARN);
    expect_signed_by(RESPONDER_MACHINE);
    expect_not_signed_by("AKIAIOSFODNN7EXAMPLE");
    pty_keys(pty, "Down Enter");
    expect_text(pty, "Checks for default");
    expect_text(pty, "The keys in the environment are ignored: a profile was named.");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(sources, a_role_that_the_machine_does_not_have_is_said)
{
    e2e_set(&e2e, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
    struct pty *pty = e2e_start(&e2e, ARGS("--dir", PLACE));
    expect_text(pty, "Checks for default");
    pty_keys(pty, "Up Enter");
    expect_text(pty, "Checks for the instance role");
    expect_match(pty, "✗ identity +.*instance metadata service was not");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(sources, the_run_and_its_history_say_which)
{
    e2e_file(&e2e, ".aws/credentials", "", 0600);
    e2e_set(&e2e, "AWS_CONTAINER_CREDENTIALS_FULL_URI", keys);
    e2e_file(&e2e, "a.yaml", "cluster_name: lab\nendpoint_cidrs: [203.0.113.7/32]\n", 0600);
    struct e2e_output said =
        e2e_run(&e2e, ARGS("plan", "eks", "--dir", PLACE, "--answers", "a.yaml", "-o", "json"));
    cr_assert_neq(said.code, 0, "%s%s", said.out, said.err);
    cr_assert(strstr(said.out, "module registry") != NULL, "%s%s", said.out, said.err);
    e2e_output_finish(&said);
    place_wait_idle(&e2e);
    char *history = e2e_read(&e2e, PLACE "/history.jsonl");
    cr_assert(strstr(history, "\"source\":\"container\"") != NULL, "%s", history);
    cr_assert(strstr(history, "\"profile\":null") != NULL, "%s", history);
    free(history);
    expect_signed_by(RESPONDER_CONTAINER);
}
