/* A whole run of one stage on the real loop: every way it can go, be stopped, be left in the
 * middle, and be gone on with by another worker. Several stages: deploy_lanes.c. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/core/deploying.h"

#include "core/base/alloc.h"

static struct deploy_lane *const eks = &deploy.lanes[STAGE_EKS];

TestSuite(deploy, .init = deploying_begin, .fini = deploying_end, .timeout = 240);

/* ---- to its end ---- */

/* What is sensitive rests nowhere. */
static void expect_outputs(void)
{
    struct outputs outputs = {.json = NULL};
    struct error err;
    cr_assert(outputs_load(&outputs, test_path("dep"), &err), "%s", err.text);
    cr_assert_str_eq(outputs_text(&outputs, STAGE_EKS, "endpoint"), "https://x");
    cr_assert_str_eq(outputs_text(&outputs, STAGE_EKS, "token"), "");
    outputs_finish(&outputs);
}

Test(deploy, a_run_asks_and_applies)
{
    struct buf text = {0};
    struct error err;
    start(RUN_APPLY, false);
    cr_assert(!deploy_consent(&deploy, STAGE_NONE, true, &err), "nothing waits yet");
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert_eq(calls("apply"), 0);
    cr_assert(deploy_consent(&deploy, STAGE_NONE, true, &err));
    cr_assert(!deploy_consent(&deploy, STAGE_NONE, true, &err), "once is enough");
    run_to_end(RUN_SUCCEEDED);
    expect_outputs();
    cr_assert_eq(before->stages[STAGE_EKS].state, STAGE_DONE);
    cr_assert(before->changing);
    cr_assert(deploy.changing);
    cr_assert_eq(deploy.add, 1);
    cr_assert(file_read(test_path("dep/runs/r1/journal.jsonl"), 1 << 20, &text, &err));
    cr_assert_eq(str_find(buf_str(&text), STR("hush-hush")), -1);
    buf_finish(&text);
}

/* One source of keys for init, plan, apply and what is asked of terraform afterwards. */
Test(deploy, terraform_asks_this_program_for_keys)
{
    static const char *const verbs[] = {"init", "plan", "show", "apply", "output"};
    char name[32], wanted[PATH_MAX + 80];
    struct buf text = {0};
    start(RUN_APPLY, true);
    run_to_end(RUN_SUCCEEDED);
    snprintf(wanted, sizeof wanted, "AWS_CONFIG_FILE=%s\nAWS_SHARED_CREDENTIALS_FILE=/dev/null\n",
             test_path("dep/runs/r1/aws-config"));
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        snprintf(name, sizeof name, "aws-eks-%s", verbs[i]);
        cr_assert(file_read(test_path(name), 4096, &text, NULL), "%s", name);
        cr_assert_str_eq(buf_cstr(&text), wanted);
        buf_finish(&text);
        text = (struct buf){0};
    }
    cr_assert(file_read(test_path("dep/runs/r1/aws-config"), 4096, &text, NULL));
    cr_assert(strstr(buf_cstr(&text), "credential_process = /opt/ekshub\\ tui --aws-keys\n"), "%s",
              buf_cstr(&text));
    buf_finish(&text);
}

Test(deploy, no_is_an_answer)
{
    struct error err;
    start(RUN_APPLY, false);
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert(deploy_consent(&deploy, STAGE_NONE, false, &err));
    run_to_end(RUN_DISCARDED);
    cr_assert_eq(calls("apply"), 0);
    cr_assert(!deploy.changing);
}

Test(deploy, a_plan_changes_nothing)
{
    start(RUN_PLAN, false);
    run_to_end(RUN_PLANNED);
    cr_assert_eq(calls("apply"), 0);
    cr_assert(run_now(before)->have_plan);
    cr_assert_eq(run_now(before)->plan.add, 1);
}

Test(deploy, nothing_to_do_is_a_success)
{
    make("no-changes");
    start(RUN_APPLY, false);
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(calls("show"), 0);
    cr_assert_eq(calls("apply"), 0);
    cr_assert(!deploy.changing);
    expect_outputs();
}

Test(deploy, every_step_can_fail)
{
    static const char *const verbs[] = {"version", "init", "plan", "show", "apply", "output"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        char name[32];
        snprintf(name, sizeof name, "fail-%s", verbs[i]);
        make(name);
        start(RUN_APPLY, true);
        run_to_end(RUN_FAILED);
        cr_assert(before->error.kind && before->error.text[0], "%s", verbs[i]);
        cr_assert_eq(deploy.changing, i >= 4, "%s", verbs[i]);
        drop(name);
        drop("dep/runs/r1/journal.jsonl");
    }
}

Test(deploy, without_terraform_the_run_fails_at_once)
{
    str_copy(STR("/nonexistent/terraform"), program, sizeof program);
    start(RUN_APPLY, true);
    cr_assert(!over, "the end comes from the loop");
    run_to_end(RUN_FAILED);
    cr_assert_eq(deploy.error.kind, ERROR_TOOL);
}

Test(deploy, nothing_is_begun_that_the_journal_cannot_hold)
{
    if (!file_exists("/dev/full"))
        cr_skip_test("no /dev/full here");
    struct error err;
    struct journal full = {.fd = -1};
    start(RUN_APPLY, true);
    journal_close(&journal);
    cr_assert(journal_open(&full, "/dev/full", &err), "%s", err.text);
    journal = full;
    deploy.closing = NULL;
    cr_assert(turns_until(&loop, &over));
    cr_assert_eq(deploy.ending, RUN_FAILED);
    cr_assert_not_null(strstr(deploy.error.text, "journal"), "%s", deploy.error.text);
    cr_assert_not_null(strstr(deploy.error.hint, "room"), "%s", deploy.error.hint);
    cr_assert_eq(calls("init"), 0);
    die();
}

/* ---- stopping ---- */

struct halt {
    enum stage_step step;
    const char *hold;
    enum run_ending ending;
};
static const struct halt halts[] = {{STEP_INIT, "hold-init", RUN_STOPPED},
                                    {STEP_PLAN, "hold-plan", RUN_STOPPED},
                                    {STEP_SHOW, "hold-show", RUN_STOPPED},
                                    {STEP_APPLY, "hold-apply", RUN_STOPPED},
                                    {STEP_OUTPUT, "hold-output", RUN_SUCCEEDED}};
enum { HALTS = sizeof halts / sizeof *halts };

static void start_held(const struct halt *halt)
{
    make(halt->hold);
    drop("dep/runs/r1/journal.jsonl");
    drop("calls");
    start(RUN_APPLY, true);
    run_to(STAGE_EKS, halt->step);
}

static bool commands(enum stage_step step)
{
    return step == STEP_INIT || step == STEP_PLAN || step == STEP_APPLY;
}

/* The script can hear an interrupt from its first line on. */
static void run_to_first_line(void)
{
    while (commands(eks->step) && !eks->terraform_command.run.version[0] && !over)
        loop_turn(&loop, true);
    while (eks->step == STEP_APPLY && !eks->terraform_command.run.running_count && !over)
        loop_turn(&loop, true);
}

Test(deploy, it_stops_in_every_step)
{
    for (size_t i = 0; i < HALTS; i++) {
        struct error err;
        start_held(&halts[i]);
        run_to_first_line();
        cr_assert(!deploy_stop(&deploy, DEPLOY_STOP_HARDER, &err), "not before the first");
        cr_assert(deploy_stop(&deploy, DEPLOY_STOP_NOW, &err), "%s", err.text);
        cr_assert(deploy_stop(&deploy, DEPLOY_STOP_NOW, &err), "%s", err.text);
        drop(halts[i].hold);
        run_to_end(halts[i].ending);
        cr_assert_eq(run_ending_code(before->ending, &before->error), i < 4 ? 5 : 0);
        cr_assert(calls("INT") <= 1, "asked twice, interrupted once");
        cr_assert(!deploy_stop(&deploy, DEPLOY_STOP_NOW, &err), "it has ended");
    }
}

Test(deploy, a_review_that_waits_can_be_stopped)
{
    struct error err;
    start(RUN_APPLY, false);
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert(deploy_stop(&deploy, DEPLOY_STOP_WHEN_SAFE, &err));
    run_to_end(RUN_STOPPED);
    cr_assert_eq(calls("apply"), 0);
}

Test(deploy, it_can_be_left_at_any_turn)
{
    for (int n = 0; n < 60; n++) {
        drop("dep/runs/r1/journal.jsonl");
        start(RUN_APPLY, true);
        for (int turn = 0; turn < n && !over; turn++)
            loop_turn(&loop, true);
        die();
    }
}

/* ---- going on ---- */

Test(deploy, another_worker_goes_on_at_every_step)
{
    for (size_t i = 0; i < HALTS; i++) {
        start_held(&halts[i]);
        run_to_first_line();
        die();
        go_on(true);
        drop(halts[i].hold);
        run_to_end(RUN_SUCCEEDED);
        cr_assert_eq(calls("apply"), 1, "%s", halts[i].hold);
        cr_assert(deploy.changing, "%s", halts[i].hold);
        cr_assert_eq(deploy.add, 1, "%s", halts[i].hold);
    }
}

Test(deploy, a_review_is_asked_for_again)
{
    struct error err;
    start(RUN_APPLY, false);
    run_to(STAGE_EKS, STEP_CONSENT);
    die();
    go_on(false);
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert_eq(calls("plan"), 1, "the plan is still there");
    die();
    drop("dep/runs/r1/eks.plan");
    go_on(false);
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert_eq(calls("plan"), 2, "a plan that is gone is made again");
    cr_assert(deploy_consent(&deploy, STAGE_NONE, true, &err));
    run_to_end(RUN_SUCCEEDED);
}

static void wait_for_terraform(void)
{
    struct process_identity terraform = eks->terraform_command.record.identity;
    die();
    while (process_alive(&terraform))
        loop_turn(&loop, true);
}

Test(deploy, what_ended_without_a_worker_is_judged_by_its_words)
{
    static const struct {
        const char *fail;
        enum run_ending ending;
    } cases[] = {{"nothing", RUN_SUCCEEDED}, {"fail-apply", RUN_FAILED}};
    for (size_t i = 0; i < 2; i++) {
        start_held(&halts[3]);
        run_to_first_line();
        make(cases[i].fail);
        drop("hold-apply");
        wait_for_terraform();
        go_on(true);
        run_to_end(cases[i].ending);
        cr_assert_eq(calls("apply"), 1);
        cr_assert(deploy.changing);
    }
    cr_assert_not_null(strstr(before->error.text, "no luck"), "%s", before->error.text);
}

Test(deploy, an_interrupt_is_not_repeated_by_the_next_worker)
{
    struct error err;
    start_held(&halts[3]);
    run_to_first_line();
    cr_assert(deploy_stop(&deploy, DEPLOY_STOP_NOW, &err));
    while (!eks->terraform_command.run.interrupts)
        loop_turn(&loop, true);
    die();
    go_on(true);
    while (!eks->terraform_command.run.interrupts)
        loop_turn(&loop, true);
    cr_assert(deploy_stop(&deploy, DEPLOY_STOP_NOW, &err));
    drop("hold-apply");
    run_to_end(RUN_STOPPED);
    cr_assert_eq(calls("INT"), 1);
}

static void ask_the_dead(const char *how)
{
    json_t *event = json_object();
    js_set_text(event, "event", "stop");
    js_set_text(event, "how", how);
    cr_assert(journal_append(&journal, 2000, event, NULL));
}

Test(deploy, a_stop_that_a_dead_worker_was_asked_for_holds)
{
    static const char *const ways[] = {"now", "when-safe"};
    for (size_t way = 0; way < 2; way++)
        for (size_t i = 0; i < 4; i++) {
            start_held(&halts[i]);
            run_to_first_line();
            ask_the_dead(ways[way]);
            die();
            go_on(true);
            drop(halts[i].hold);
            cr_assert(turns_until(&loop, &over));
            /* an interrupt may come when there is nothing left to interrupt */
            bool late = halts[i].step == STEP_APPLY && deploy.ending == RUN_SUCCEEDED;
            cr_assert(late || deploy.ending == RUN_STOPPED, "%s, %s: %s", halts[i].hold, ways[way],
                      deploy.error.text);
            cr_assert(calls("apply") <= (i == 3));
            die();
        }
}

Test(deploy, a_running_apply_is_not_abandoned_for_want_of_terraform)
{
    start_held(&halts[3]);
    run_to_first_line();
    die();
    str_copy(STR("/nonexistent/terraform"), program, sizeof program);
    go_on(true);
    cr_assert(!over);
    cr_assert_eq(eks->terraform_command.task.state, TASK_RUNNING);
    drop("hold-apply");
    run_to_end(RUN_FAILED); /* nobody reads the outputs */
    cr_assert_eq(run_now(before)->terraform.outcome, TF_OUTCOME_SUCCEEDED);
}
