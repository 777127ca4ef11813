/* Planted faults: what the operator is told, and that the way out is open. */
#include "tests/e2e/journey.h"

#include <stdlib.h>
#include <string.h>

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(faults, .init = begin, .fini = end, .timeout = 170);

/* The quota that is going to be run into is told before, and stops nobody. */
static void go_past_the_warning(struct pty *pty)
{
    expect_text(pty, "5 on-demand vCPUs allowed, 0 in use, 6 are needed");
    expect_text(pty, "Nothing stands in the way; read the warning, then Enter goes on.");
    pty_keys(pty, "u");
    expect_match(pty, "on-demand vCPUs +5 +0 +6 +6");
    pty_keys(pty, "n");
    expect_text(pty, "Which AWS profile?");
    pty_keys(pty, "Enter");
    expect_text(pty, "6 on-demand vCPUs would be in use and 5 are allowed: take less, or F5.");
    pty_keys(pty, "Enter");
    journey_forms(pty);
    journey_domain(pty);
    expect_text(pty, "Nothing has been made. Press a to answer.");
}

static void fail_and_go_on(void)
{
    struct pty *pty = journey_start(&e2e, , "--fault", "apply-error");
    go_past_the_warning(pty);
    journey_consent(pty);
    expect_text(pty, "could not be created");
    expect_text(pty, "VcpuLimitExceeded");
    expect_match(pty, "[0-9]+ of [0-9]+ exist and stay · 1 failed");
    pty_keys(pty, "r");
    expect_text(pty, "Nothing changes before you answer: press a.");
    expect_match(pty, "± aws_eks_node_group.workers +was left half made");
    pty_keys(pty, "a");
    expect_text(pty, "Type demo-hub to replace or destroy");
    pty_text(pty, "yes");
    pty_keys(pty, "Enter");
    expect_text(pty, "Nothing has begun: type demo-hub in full, and nothing else.");
    pty_keys(pty, "Backspace Backspace Backspace");
    pty_text(pty, "demo-hub");
    pty_keys(pty, "Enter");
    journey_results(pty);
}

Test(faults, a_failed_apply_is_explained_and_r_goes_on)
{
    fail_and_go_on();
}

Test(faults, a_failed_apply_is_explained_and_r_goes_on_with_the_player)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    fail_and_go_on();
}

Test(faults, a_failed_apply_exits_1_with_the_services_words)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    struct e2e_output said =
        e2e_run(&e2e, REHEARSED("--fault", "apply-error", "apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 1, "%s%s", said.out, said.err);
    json_t *events = place_events(said.out);
    const json_t *why = json_object_get(place_done(events), "error");
    cr_assert(strstr(place_text(why, "text"), "VcpuLimitExceeded") != NULL, "%s", said.out);
    cr_assert(strstr(said.out, "\"event\":\"diagnostic\"") != NULL, "%s", said.out);
    json_decref(events);
    e2e_output_finish(&said);
}

Test(faults, refused_credentials_end_the_check_with_4)
{
    struct e2e_output said =
        e2e_run(&e2e, REHEARSED("--fault", "credentials-refused", "check", "-o", "json"));
    cr_assert_eq(said.code, 4, "%s%s", said.out, said.err);
    json_t *checks = place_json(said.out);
    cr_assert(json_is_false(json_object_get(checks, "ok")));
    cr_assert(json_is_null(json_object_get(checks, "arn")));
    json_decref(checks);
    e2e_output_finish(&said);
    said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 4, "%s%s", said.out, said.err);
    json_t *events = place_events(said.out);
    const json_t *why = json_object_get(place_done(events), "error");
    cr_assert_eq(json_integer_value(json_object_get(why, "exit")), 4);
    json_decref(events);
    e2e_output_finish(&said);
}

Test(faults, refused_credentials_are_said_in_one_sentence_and_enter_stays)
{
    struct pty *pty = journey_start(&e2e, , "--fault", "credentials-refused");
    expect_match(pty, "✗ identity");
    expect_text(pty, "1 check has failed. Put it right and press r, or choose another profile.");
    pty_keys(pty, "Enter");
    pty_keys(pty, "F1"); /* what comes after Enter shows that Enter was served */
    expect_text(pty, "The profile belongs to you");
    pty_keys(pty, "Esc");
    expect_text(pty, "Which AWS profile?");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(faults, an_unknown_fault_names_the_nearest)
{
    struct e2e_output said = e2e_run(&e2e, REHEARSED("--fault", "aply-error", "check"));
    cr_assert_eq(said.code, 2);
    cr_assert(strstr(said.err, "apply-error") != NULL, "%s", said.err);
    e2e_output_finish(&said);
    said = e2e_run(&e2e, ARGS("--fault", "list"));
    cr_assert_eq(said.code, 0);
    cr_assert(strstr(said.out, "credentials-refused") != NULL, "%s", said.out);
    e2e_output_finish(&said);
}
