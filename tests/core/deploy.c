/* A whole run on the real loop with a shell script in terraform's part: every way it can go, be
 * stopped, be left in the middle, and be gone on with by another worker. */
#include "core/session/deploy.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

/* hold-VERB makes it wait, fail-VERB makes it fail, no-changes leaves nothing to apply. The first
 * interrupt is said at once and ends it as soon as nothing holds it. */
static const char script[] =
    "#!/bin/sh\n"
    "verb=$1\n"
    "event() { echo \"{\\\"@message\\\":\\\"$1\\\",\\\"@module\\\":\\\"terraform.ui\\\",$2}\"; }\n"
    "resource='\"resource\":{\"addr\":\"t.r\",\"module\":\"\"},\"action\":\"create\"'\n"
    "summary() { event m \"\\\"changes\\\":{\\\"add\\\":$2,\\\"change\\\":0,\\\"import\\\":0,"
    "\\\"remove\\\":0,\\\"operation\\\":\\\"$1\\\"},\\\"type\\\":\\\"change_summary\\\"\"; }\n"
    "held() { while [ -e \"$FAKE/hold-$verb\" ]; do sleep 0.01; done; }\n"
    "stopped() { echo INT >>\"$FAKE/calls\"; event 'Interrupt received.' '\"type\":\"log\"'; held; "
    "exit 1; }\n"
    "echo \"$verb\" >>\"$FAKE/calls\"\n"
    "[ $verb = version ] || [ $verb = show ] || [ $verb = output ] || "
    "event v '\"terraform\":\"1.11.4\",\"type\":\"version\"'\n"
    "trap stopped INT\n"
    "[ $verb = apply ] && event r "
    "\"\\\"change\\\":{$resource},\\\"type\\\":\\\"planned_change\\\"\" "
    "&& summary plan 1 && event s \"\\\"hook\\\":{$resource},\\\"type\\\":\\\"apply_start\\\"\"\n"
    "held\n"
    "if [ -e \"$FAKE/fail-$verb\" ]; then\n"
    "  event 'Error: no luck' '\"@level\":\"error\",\"diagnostic\":{\"severity\":\"error\","
    "\"summary\":\"no luck\",\"detail\":\"none at all\"},\"type\":\"diagnostic\"'; exit 1\n"
    "fi\n"
    "case $verb in\n"
    "version) echo '{\"terraform_version\":\"1.11.4\"}' ;;\n"
    "plan) for word; do case $word in -out=*) : >\"${word#-out=}\" ;; esac; done\n"
    "  [ -e \"$FAKE/no-changes\" ] && { summary plan 0; exit 0; }\n"
    "  event p \"\\\"change\\\":{$resource},\\\"type\\\":\\\"planned_change\\\"\"; summary plan 1; "
    "exit 2 ;;\n"
    "show) echo '{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"t.r\","
    "\"type\":\"t\",\"name\":\"r\",\"mode\":\"managed\",\"change\":{\"actions\":[\"create\"],"
    "\"before\":null,\"after\":{}}}]}' ;;\n"
    "apply) event c \"\\\"hook\\\":{$resource,\\\"elapsed_seconds\\\":1},"
    "\\\"type\\\":\\\"apply_complete\\\"\"; summary apply 1; "
    "event o '\"outputs\":{},\"type\":\"outputs\"' ;;\n"
    "output) echo '{\"endpoint\":{\"sensitive\":false,\"type\":\"string\",\"value\":\"https://x\"},"
    "\"token\":{\"sensitive\":true,\"type\":\"string\",\"value\":\"hush-hush\"}}' ;;\n"
    "esac\n";

static struct loop loop;
static struct signals sig;
static struct place place;
static struct journal journal;
static struct deploy deploy;
static struct run *before; /* what the journal says */
static const char *environment[4];
static char fake[PATH_MAX + 8], program[PATH_MAX + 32];
static int descriptors;
static unsigned ended_count;
static bool over, closed_first;
static struct deploy_lane *const eks = &deploy.lanes[STAGE_EKS];

static const char *lookup(const char *name)
{
    return strcmp(name, "EKSHUB_TERRAFORM") == 0 ? program : NULL;
}

static void make(const char *name)
{
    cr_assert(file_write(test_path(name), STR(""), 0600, NULL));
}

static void drop(const char *name)
{
    unlink(test_path(name));
}

static void begin(void)
{
    struct error err;
    loop_init(&loop, &clock_system);
    cr_assert(signals_init(&sig, &loop, (const int[]){0}, &err), "%s", err.text);
    snprintf(fake, sizeof fake, "FAKE=%s", test_directory());
    environment[0] = "PATH=/usr/bin:/bin";
    environment[1] = fake;
    place = (struct place){.environment = environment, .lookup = lookup, .speed = 1};
    str_copy(str_of(SOURCE_ASSETS), place.assets, sizeof place.assets);
    str_copy(str_of(test_path("dep")), place.dir, sizeof place.dir);
    cr_assert(dir_make(test_path("dep/provision-eks"), 0700, &err));
    cr_assert(dir_make(test_path("dep/runs/r1"), 0700, &err));
    cr_assert(file_write(test_path("terraform"), str_of(script), 0700, &err), "%s", err.text);
    str_copy(str_of(test_path("terraform")), program, sizeof program);
    before = alloc_zeroed(1, sizeof *before);
    descriptors = open_descriptors();
}

static void end(void)
{
    run_finish(before);
    free(before);
    cr_assert_eq(open_descriptors(), descriptors, "a descriptor was left open");
    signals_finish(&sig);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(deploy, .init = begin, .fini = end, .timeout = 240);

static void read_before(void)
{
    struct error err;
    run_finish(before);
    cr_assert(run_read(before, place.dir, "r1", &err), "%s", err.text);
}

static void has_closed(struct deploy *which)
{
    (void)which;
    read_before();
    closed_first = before->phase != RUN_OVER;
}

static void has_ended(struct deploy *which)
{
    cr_assert_eq(which, &deploy);
    over = true;
    ended_count++;
}

static void open_journal(const char *path)
{
    struct error err;
    cr_assert(journal_open(&journal, path, &err), "%s", err.text);
}

static void prepare(enum run_command command, bool consent)
{
    deploy = (struct deploy){.place = &place,
                             .loop = &loop,
                             .signals = &sig,
                             .journal = &journal,
                             .command = command,
                             .wanted = {[STAGE_EKS] = true},
                             .consent = consent,
                             .closing = has_closed,
                             .ended = has_ended};
    str_copy(str_of(test_path("dep/runs/r1")), deploy.run_dir, sizeof deploy.run_dir);
    answers_default(&deploy.answers, true);
    over = closed_first = false;
    ended_count = 0;
}

static void write_head(enum run_command command)
{
    json_t *head = json_object();
    js_set_text(head, "event", "run");
    js_set_text(head, "command", run_command_name(command));
    js_set(head, "stages", json_pack("[s]", "eks"));
    cr_assert(journal_append(&journal, 1000, head, NULL));
}

static void start(enum run_command command, bool consent)
{
    open_journal(test_path("dep/runs/r1/journal.jsonl"));
    write_head(command);
    prepare(command, consent);
    deploy_start(&deploy, NULL);
}

/* The worker is gone, terraform is not; another one goes on. */
static void die(void)
{
    deploy_finish(&deploy);
    deploy_finish(&deploy);
    journal_close(&journal);
}

static void go_on(bool consent)
{
    read_before();
    open_journal(test_path("dep/runs/r1/journal.jsonl"));
    prepare(before->command, consent);
    deploy_start(&deploy, before);
}

static void run_to(enum stage_step step)
{
    while (eks->step != step && !over)
        loop_turn(&loop, true);
    cr_assert_eq(eks->step, step, "ended instead: %s", deploy.error.text);
}

static void run_to_end(enum run_ending ending)
{
    cr_assert(turns_until(&loop, &over));
    cr_assert_eq(deploy.ending, ending, "%d: %s", deploy.ending, deploy.error.text);
    cr_assert_eq(ended_count, 1);
    cr_assert(closed_first, "the history comes before the end");
    die();
    read_before();
    cr_assert_eq(before->phase, RUN_OVER);
    cr_assert_eq(before->ending, ending);
    cr_assert(!file_exists(test_path("dep/runs/r1/eks.plan")), "plans hold secrets");
}

static unsigned calls(const char *verb)
{
    struct buf text = {0};
    unsigned count = 0;
    file_read(test_path("calls"), 1 << 20, &text, NULL);
    struct str rest = buf_str(&text), line;
    while (rest.len) {
        str_cut(&rest, '\n', &line);
        count += str_is(line, verb);
    }
    buf_finish(&text);
    return count;
}

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
    run_to(STEP_CONSENT);
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

Test(deploy, no_is_an_answer)
{
    struct error err;
    start(RUN_APPLY, false);
    run_to(STEP_CONSENT);
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
    open_journal("/dev/full");
    prepare(RUN_APPLY, true);
    deploy.closing = NULL;
    deploy_start(&deploy, NULL);
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
    run_to(halt->step);
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
    run_to(STEP_CONSENT);
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
    run_to(STEP_CONSENT);
    die();
    go_on(false);
    run_to(STEP_CONSENT);
    cr_assert_eq(calls("plan"), 1, "the plan is still there");
    die();
    drop("dep/runs/r1/eks.plan");
    go_on(false);
    run_to(STEP_CONSENT);
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
