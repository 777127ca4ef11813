/* Several at once: one worker changes a deployment, everyone else watches, is refused, or asks it
 * to stop. */
#include "tests/e2e/journey.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static struct e2e e2e;
static struct pty *beside; /* a second terminal */

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
}

static void end(void)
{
    pty_close(beside);
    beside = NULL;
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(together, .init = begin, .fini = end, .timeout = 170);

/* On a terminal so wide that no event is wrapped. */
static struct pty *open_beside(const char *const *arguments, int rows, int columns)
{
    const char *argv[16] = {e2e.program};
    for (size_t i = 0; arguments[i] && i + 2 < sizeof argv / sizeof *argv; i++)
        argv[i + 1] = arguments[i];
    struct pty_spec spec = {.argv = argv,
                            .environment = (const char *const *)(uintptr_t)e2e.variables,
                            .cwd = e2e.home,
                            .rows = rows,
                            .columns = columns};
    return beside = pty_open(&spec);
}

static struct pty *open_apply(void)
{
    return open_beside(REHEARSED("apply", "eks", "--auto-approve", "-o", "json"), 200, 400);
}

Test(together, a_second_screen_shows_the_same_run)
{
    pid_t terraform = journey_held(&e2e, journey_start(&e2e));
    open_beside(ARGS("--rehearse=200x", "--dir", PLACE), 24, 80);
    expect_text(beside, "Creating the cluster");
    place_release(terraform);
    journey_results(beside);
    journey_results(e2e.pty);
    cr_assert_eq(place_occurrences(&e2e, "journal.jsonl", "\"event\":\"worker\""), 1);
}

Test(together, a_second_screen_may_answer_the_review)
{
    struct pty *pty = journey_start(&e2e);
    journey_credentials(pty);
    journey_plan(pty);
    open_beside(ARGS("--rehearse=200x", "--dir", PLACE), 24, 80);
    expect_text(beside, "Nothing has been made. Press a to answer.");
    journey_consent(beside);
    journey_results(pty);
    journey_results(beside);
}

Test(together, a_second_apply_is_refused_and_names_the_run)
{
    char run[64];
    open_apply();
    pid_t terraform = place_hold(&e2e);
    place_run(&e2e, run);
    struct e2e_output said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve"));
    cr_assert_eq(said.code, 6, "%s%s", said.out, said.err);
    cr_assert(strstr(said.err, run) != NULL, "%s", said.err);
    e2e_output_finish(&said);
    said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 6);
    json_t *events = place_events(said.out);
    const json_t *why = json_object_get(place_done(events), "error");
    cr_assert_eq(json_integer_value(json_object_get(why, "exit")), 6);
    cr_assert(strstr(place_text(why, "text"), run) != NULL, "%s", said.out);
    json_decref(events);
    e2e_output_finish(&said);
    place_release(terraform);
    expect_exit(beside, 0);
}

static const json_t *stage_named(const json_t *status, const char *name)
{
    size_t i;
    json_t *stage;
    json_array_foreach(json_object_get(status, "stages"), i, stage)
    {
        if (strcmp(place_text(stage, "name"), name) == 0)
            return stage;
    }
    return NULL;
}

static void expect_stage(const char *state)
{
    struct e2e_output said = e2e_run(&e2e, REHEARSED("status", "-o", "json"));
    json_t *status = place_json(said.out);
    cr_assert_eq(said.code, 0, "%s", said.err);
    cr_assert_str_eq(place_text(stage_named(status, "eks"), "state"), state, "%s", said.out);
    json_decref(status);
    e2e_output_finish(&said);
}

static long planned_to_add(const json_t *events)
{
    size_t i;
    json_t *event;
    json_array_foreach(events, i, event)
    {
        if (strcmp(place_text(event, "step"), "plan") == 0 && json_object_get(event, "add"))
            return (long)json_integer_value(json_object_get(event, "add"));
    }
    return -1;
}

static long expect_followed(struct pty *pty, int code)
{
    size_t len;
    expect_exit(pty, code);
    json_t *events = place_events(pty_raw(pty, &len));
    cr_assert_eq(json_is_true(json_object_get(place_done(events), "ok")), code == 0);
    long add = planned_to_add(events);
    json_decref(events);
    return add;
}

Test(together, a_stopped_run_is_said_to_all_and_the_next_one_makes_what_is_missing)
{
    open_apply();
    pid_t terraform = place_hold(&e2e);
    expect_stage("running");
    struct pty *attached = e2e_start_sized(&e2e, REHEARSED("attach", "-o", "json"), 200, 400);
    expect_text(attached, "\"event\":\"resource\"");
    struct e2e_output said = e2e_run(&e2e, REHEARSED("stop"));
    cr_assert_eq(said.code, 0, "%s", said.err);
    cr_assert(strstr(said.err, "asked to stop") != NULL, "%s", said.err);
    e2e_output_finish(&said);
    place_wait(&e2e, "journal.jsonl", "\"interrupt\"");
    place_release(terraform);
    long all = expect_followed(beside, 5);
    cr_assert_eq(expect_followed(attached, 5), all, "who came later was told all the same");
    place_wait_idle(&e2e);
    expect_stage("failed");
    said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 0, "%s%s", said.out, said.err);
    json_t *events = place_events(said.out);
    long missing = planned_to_add(events);
    cr_assert(missing > 0 && missing < all, "%ld of %ld", missing, all);
    json_decref(events);
    e2e_output_finish(&said);
    expect_stage("done");
}

Test(together, a_screen_stops_the_run_when_asked_twice)
{
    struct pty *pty = journey_start(&e2e);
    pid_t terraform = journey_held(&e2e, pty);
    pty_keys(pty, "s");
    expect_text(pty, "Nothing has been stopped.");
    pty_keys(pty, "n");
    place_wait(&e2e, "journal.jsonl", "\"interrupt\"");
    place_release(terraform);
    expect_text(pty, "The run was stopped");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(together, ctrl_c_leaves_a_headless_run_going)
{
    open_apply();
    pid_t terraform = place_hold(&e2e);
    expect_text(beside, "\"event\":\"resource\"");
    pty_keys(beside, "C-c");
    int status;
    cr_assert(pty_wait_end(beside, &status));
    expect_text(beside, "goes on");
    cr_assert(place_worker(&e2e) > 0);
    place_release(terraform);
    place_wait(&e2e, "journal.jsonl", "\"succeeded\"");
}

Test(together, attach_and_stop_say_that_no_run_is_going)
{
    place_apply(&e2e);
    struct e2e_output said = e2e_run(&e2e, REHEARSED("attach", "-o", "json"));
    json_t *events = place_events(said.out);
    cr_assert_eq(said.code, 1);
    cr_assert_not(json_is_true(json_object_get(place_done(events), "ok")));
    json_decref(events);
    e2e_output_finish(&said);
    said = e2e_run(&e2e, REHEARSED("stop"));
    cr_assert_eq(said.code, 1);
    cr_assert(strstr(said.err, "No run is going") != NULL, "%s", said.err);
    e2e_output_finish(&said);
}
