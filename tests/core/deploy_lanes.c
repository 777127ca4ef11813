/* A run of several stages: what goes side by side, what waits for what, what one yes covers, whose
 * failure is whose, and who gets to see a secret. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/core/deploying.h"

#include "core/base/alloc.h"

static struct deploy_lane *const eks = &deploy.lanes[STAGE_EKS];
static struct deploy_lane *const pypi = &deploy.lanes[STAGE_PYPI];
static struct deploy_lane *const mlhub = &deploy.lanes[STAGE_MLHUB];

static void begin(void)
{
    deploying_begin();
    want_all();
}

TestSuite(deploy_lanes, .init = begin, .fini = deploying_end, .timeout = 240);

static void is_done(enum stage_id stage)
{
    cr_assert_eq(before->stages[stage].state, STAGE_DONE, "%s: %s", stage_table[stage].name,
                 before->stages[stage].error.text);
}

Test(deploy_lanes, all_stages_are_made)
{
    start(RUN_APPLY, true);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    is_done(STAGE_EKS);
    is_done(STAGE_PYPI);
    is_done(STAGE_MLHUB);
    cr_assert_eq(calls("mlhub-apply"), 2, "closed, then open");
    cr_assert_eq(calls("mlhub claim"), 1);
    cr_assert_eq(calls("pypi prove"), 1);
    cr_assert_eq(calls("mlhub prove"), 1);
    cr_assert_eq(calls("eks kubeconfig"), 1);
    cr_assert(call_at("pypi-plan") > call_at("eks kubeconfig"), "they need the cluster");
    cr_assert(call_at("pypi-init") < call_at("eks-apply"), "and prepare themselves before");
}

Test(deploy_lanes, later_stages_wait_for_their_form)
{
    start(RUN_APPLY, true);
    run_until_waiting(STAGE_PYPI);
    run_until_waiting(STAGE_MLHUB);
    read_before();
    cr_assert(before->stages[STAGE_PYPI].waits_for_form);
    cr_assert_eq(before->phase, RUN_APPLYING, "the run is not prepared again");
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    is_done(STAGE_MLHUB);
}

Test(deploy_lanes, they_are_applied_side_by_side)
{
    make("hold-apply");
    make("no-changes-eks");
    start(RUN_APPLY, true);
    give_secrets();
    run_to(STAGE_PYPI, STEP_APPLY);
    run_to(STAGE_MLHUB, STEP_APPLY);
    cr_assert(pypi->going && mlhub->going);
    drop("hold-apply");
    run_to_end(RUN_SUCCEEDED);
}

Test(deploy_lanes, never_two_inits_at_once)
{
    start(RUN_APPLY, true);
    give_secrets();
    while (!over) {
        unsigned going = 0;
        for (int i = 0; i < STAGES; i++)
            going += deploy.lanes[i].going && deploy.lanes[i].step == STEP_INIT;
        cr_assert(going <= 1);
        loop_turn(&loop, true);
    }
    run_to_end(RUN_SUCCEEDED);
}

/* ---- consent ---- */

Test(deploy_lanes, one_yes_covers_what_was_to_be_expected)
{
    struct error err;
    start(RUN_APPLY, false);
    give_secrets();
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert(!deploy_consent(&deploy, STAGE_PYPI, true, &err), "that one does not ask");
    cr_assert(deploy_consent(&deploy, STAGE_EKS, true, &err));
    run_to_end(RUN_SUCCEEDED);
    is_done(STAGE_MLHUB);
    cr_assert(before->cover.given);
    cr_assert(before->cover.stages[STAGE_MLHUB]);
    cr_assert(before->cover.cost_per_hour > 0.43 && before->cover.cost_per_hour < 0.6);
}

Test(deploy_lanes, what_destroys_is_asked_for)
{
    struct error err;
    make("harsh-pypi");
    start(RUN_APPLY, false);
    give_secrets();
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert(deploy_consent(&deploy, STAGE_NONE, true, &err));
    run_to(STAGE_PYPI, STEP_CONSENT);
    run_to(STAGE_MLHUB, STEP_PROVE);
    cr_assert(pypi->going, "the other stage went on");
    cr_assert_eq(calls("pypi-apply"), 0);
    read_before();
    cr_assert_eq(before->stage, STAGE_PYPI);
    cr_assert_eq(before->phase, RUN_ASKING);
    cr_assert(deploy_consent(&deploy, STAGE_PYPI, true, &err));
    run_to_end(RUN_SUCCEEDED);
}

Test(deploy_lanes, only_one_asks_at_a_time)
{
    struct error err;
    make("harsh-pypi");
    make("harsh-mlhub");
    make("no-changes-eks");
    start(RUN_APPLY, false);
    give_secrets();
    for (int answers = 0; answers < 3 && !over;) {
        bool a = pypi->step == STEP_CONSENT && pypi->going;
        bool b = mlhub->step == STEP_CONSENT && mlhub->going;
        cr_assert(!(a && b));
        if (a || b) {
            cr_assert(deploy_consent(&deploy, STAGE_NONE, true, &err));
            answers++;
        }
        loop_turn(&loop, true);
    }
    run_to_end(RUN_SUCCEEDED);
}

Test(deploy_lanes, more_than_was_said_is_asked_for)
{
    struct error err;
    start(RUN_APPLY, false);
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert(deploy_consent(&deploy, STAGE_NONE, true, &err));
    str_copy(STR("9000Ti"), deploy.answers.hub_storage, sizeof deploy.answers.hub_storage);
    give_secrets();
    for (; !over; loop_turn(&loop, true)) {
        bool hub = mlhub->step == STEP_CONSENT && mlhub->going;
        if (hub || (pypi->step == STEP_CONSENT && pypi->going))
            cr_assert(deploy_consent(&deploy, STAGE_NONE, !hub, &err));
    }
    run_to_end(RUN_DISCARDED);
    is_done(STAGE_EKS);
    is_done(STAGE_PYPI);
    cr_assert_eq(before->stages[STAGE_MLHUB].state, STAGE_TODO);
}

Test(deploy_lanes, no_to_the_first_plan_ends_all_of_it)
{
    struct error err;
    start(RUN_APPLY, false);
    give_secrets();
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert(deploy_consent(&deploy, STAGE_EKS, false, &err));
    run_to_end(RUN_DISCARDED);
    cr_assert_eq(calls("apply"), 0);
    cr_assert_eq(before->stages[STAGE_PYPI].state, STAGE_TODO);
}

/* ---- failures ---- */

Test(deploy_lanes, a_failure_ends_its_own_stage)
{
    make("fail-pypi-apply");
    start(RUN_APPLY, true);
    give_secrets();
    run_to_end(RUN_FAILED);
    is_done(STAGE_EKS);
    is_done(STAGE_MLHUB);
    cr_assert_eq(before->stages[STAGE_PYPI].state, STAGE_FAILED);
    cr_assert_not_null(strstr(before->stages[STAGE_PYPI].error.text, "no luck"));
    cr_assert_not_null(strstr(before->error.text, "no luck"));
    cr_assert_eq(before->stage, STAGE_PYPI, "that is the one to look at");
}

Test(deploy_lanes, without_a_cluster_nothing_else_is_begun)
{
    make("fail-eks-apply");
    start(RUN_APPLY, true);
    give_secrets();
    run_to_end(RUN_FAILED);
    cr_assert_eq(calls("pypi-plan"), 0);
    cr_assert_eq(before->stages[STAGE_PYPI].state, STAGE_TODO);
    cr_assert_eq(before->stages[STAGE_MLHUB].state, STAGE_TODO);
}

Test(deploy_lanes, a_step_between_can_fail_or_warn)
{
    make("fail-claim");
    make("warn-load-balancer");
    start(RUN_APPLY, true);
    give_secrets();
    run_to_end(RUN_FAILED);
    is_done(STAGE_PYPI);
    cr_assert_eq(before->stages[STAGE_PYPI].warning.kind, ERROR_SERVICE);
    cr_assert_str_eq(before->stages[STAGE_MLHUB].error.text, "claim had no luck.");
    cr_assert_eq(calls("mlhub-apply"), 1, "what is not claimed is not opened");
}

Test(deploy_lanes, a_stage_needs_what_it_stands_on)
{
    want(STAGE_PYPI);
    start(RUN_APPLY, true);
    run_to_end(RUN_FAILED);
    cr_assert_not_null(strstr(before->error.text, "EKS"), "%s", before->error.text);
    cr_assert_eq(run_ending_code(before->ending, &before->error), 1);
}

static void begin_anew(void)
{
    drop("dep/runs/r1/journal.jsonl");
    drop("calls");
}

Test(deploy_lanes, the_next_run_goes_on_from_there)
{
    make("fail-mlhub-apply");
    start(RUN_APPLY, true);
    give_secrets();
    run_to_end(RUN_FAILED);
    drop("fail-mlhub-apply");
    make("no-changes-eks");
    make("no-changes-pypi");
    begin_anew();
    start(RUN_APPLY, true);
    run_until_waiting(STAGE_MLHUB);
    run_to(STAGE_PYPI, STEP_BALANCER);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(calls("eks-apply") + calls("pypi-apply"), 0);
    cr_assert_eq(calls("mlhub-apply"), 2);
    begin_anew();
    start(RUN_APPLY, true);
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(calls("mlhub-apply"), 1, "a claimed hub is not closed again");
    cr_assert_eq(calls("mlhub claim"), 0);
}

/* ---- plan ---- */

Test(deploy_lanes, only_what_can_be_planned_is_planned)
{
    start(RUN_PLAN, false);
    run_to_end(RUN_PLANNED);
    cr_assert_eq(before->stages[STAGE_PYPI].state, STAGE_SKIPPED);
    cr_assert_eq(calls("pypi-plan"), 0);
    cr_assert_eq(calls("eks-plan"), 1);
}

/* ---- secrets ---- */

Test(deploy_lanes, secrets_are_for_the_commands_that_need_them)
{
    static const char *const others[] = {"eks-init",  "eks-plan",    "eks-apply",  "pypi-init",
                                         "pypi-show", "pypi-output", "mlhub-plan", "mlhub-apply"};
    struct buf text = {0};
    start(RUN_APPLY, true);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_assert_str_eq(environment_of(others[i]), "", "%s", others[i]);
    const char *plan = "TF_VAR_pypi_user_encrypted_pwd=$6$";
    cr_assert_eq(strncmp(environment_of("pypi-plan"), plan, strlen(plan)), 0);
    cr_assert_eq(strncmp(environment_of("pypi-apply"), plan, strlen(plan)), 0);
    cr_assert(file_read(test_path("dep/runs/r1/pypi-plan.jsonl"), 1 << 20, &text, NULL));
    cr_assert_not_null(strstr(buf_cstr(&text), "said ***"), "masked in the stream");
    cr_assert_null(strstr(buf_cstr(&text), "$6$"));
    buf_finish(&text);
}

static int64_t revision(void)
{
    struct buf text = {0};
    struct error err;
    cr_assert(
        file_read(test_path("dep/provision-pypi/terraform.tfvars.json"), 1 << 16, &text, NULL));
    json_t *value = js_parse(buf_str(&text), &err);
    int64_t number = -1;
    str_to_int64(js_str(value, "pypi_secret_revision"), &number);
    json_decref(value);
    buf_finish(&text);
    return number;
}

static void give(const char *password)
{
    struct error err;
    json_t *secrets = json_pack("{s:s,s:s}", "pypi_password", password, "hub_password", "x");
    cr_assert(deploy_answers(&deploy, NULL, secrets, &err), "%s", err.text);
    json_decref(secrets);
}

Test(deploy_lanes, the_revision_rises_with_another_secret)
{
    static const struct {
        const char *password;
        int64_t revision;
    } cases[] = {{"one", 1}, {"one", 1}, {"two", 2}, {NULL, 2}, {"one", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_anew();
        start(RUN_APPLY, true);
        if (cases[i].password)
            give(cases[i].password);
        run_to_end(RUN_SUCCEEDED);
        cr_assert_eq(revision(), cases[i].revision, "%zu: %d", i, (int)revision());
    }
}

/* Terraform makes the Secret anew then, and without the hash nobody could log in any more. */
Test(deploy_lanes, another_admin_needs_the_password_again)
{
    start(RUN_APPLY, true);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    begin_anew();
    start(RUN_APPLY, true);
    str_copy(STR("eve"), deploy.answers.pypi_admin_user, sizeof deploy.answers.pypi_admin_user);
    run_until_waiting(STAGE_PYPI);
    cr_assert_not_null(strstr(pypi->waits, "the PyPI password"), "%s", pypi->waits);
    cr_assert_eq(calls("pypi-plan"), 0, "nothing is planned without it");
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(calls("pypi-plan"), 1);
}

/* ---- going on ---- */

static void every_lane_goes_on(enum stage_step step, const char *hold)
{
    begin_anew();
    unlink(test_path("dep/outputs.json"));
    make(hold);
    start(RUN_APPLY, true);
    give_secrets();
    run_to(STAGE_PYPI, step);
    die();
    go_on(true);
    drop(hold);
    if (step < STEP_APPLY)
        run_until_waiting(STAGE_PYPI);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    is_done(STAGE_EKS);
    is_done(STAGE_PYPI);
    is_done(STAGE_MLHUB);
    cr_assert_eq(calls("pypi-apply"), 1, "%s: %u", hold, calls("pypi-apply"));
    cr_assert_eq(calls("mlhub-apply"), 2, "%s: %u", hold, calls("mlhub-apply"));
    cr_assert_eq(calls("eks-apply"), 1, "%s", hold);
}

Test(deploy_lanes, another_worker_goes_on_with_all_of_them)
{
    every_lane_goes_on(STEP_PLAN, "hold-pypi-plan");
    every_lane_goes_on(STEP_APPLY, "hold-pypi-apply");
    every_lane_goes_on(STEP_BALANCER, "hold-load-balancer");
    every_lane_goes_on(STEP_PROVE, "hold-prove");
}

Test(deploy_lanes, secrets_are_needed_again)
{
    struct error err;
    make("harsh-pypi");
    start(RUN_APPLY, false);
    give_secrets();
    run_to(STAGE_EKS, STEP_CONSENT);
    cr_assert(deploy_consent(&deploy, STAGE_NONE, true, &err));
    run_to(STAGE_PYPI, STEP_CONSENT);
    die();
    go_on(false);
    run_to(STAGE_PYPI, STEP_CONSENT);
    cr_assert(deploy_consent(&deploy, STAGE_PYPI, true, &err));
    run_until_waiting(STAGE_PYPI);
    cr_assert_not_null(strstr(pypi->waits, "EKSHUB_PYPI_PASSWORD"), "%s", pypi->waits);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
}

Test(deploy_lanes, they_can_be_left_at_any_turn)
{
    for (int n = 0; n < 200; n += 3) {
        begin_anew();
        start(RUN_APPLY, true);
        give_secrets();
        for (int turn = 0; turn < n && !over; turn++)
            loop_turn(&loop, true);
        die();
    }
}

/* ---- stopping ---- */

Test(deploy_lanes, a_stop_is_for_all_of_them)
{
    struct error err;
    make("hold-apply");
    make("no-changes-eks");
    start(RUN_APPLY, true);
    give_secrets();
    run_to(STAGE_PYPI, STEP_APPLY);
    run_to(STAGE_MLHUB, STEP_APPLY);
    while (!pypi->terraform_command.run.running_count ||
           !mlhub->terraform_command.run.running_count)
        loop_turn(&loop, true);
    cr_assert(deploy_stop(&deploy, DEPLOY_STOP_NOW, &err));
    drop("hold-apply");
    run_to_end(RUN_STOPPED);
    cr_assert_eq(calls("INT"), 2, "each one once");
    cr_assert_null(strstr(before->error.text, "before"), "%s", before->error.text);
    is_done(STAGE_EKS);
    cr_assert_eq(before->stages[STAGE_PYPI].state, STAGE_FAILED, "something of it is there");
}

Test(deploy_lanes, a_stop_ends_what_waits)
{
    struct error err;
    make("hold-load-balancer");
    start(RUN_APPLY, true);
    run_until_waiting(STAGE_MLHUB);
    give("pw");
    run_to(STAGE_PYPI, STEP_BALANCER);
    cr_assert(deploy_stop(&deploy, DEPLOY_STOP_NOW, &err));
    run_to_end(RUN_STOPPED);
    cr_assert_eq(calls("pypi prove"), 0);
    cr_assert_eq(eks->state, STAGE_DONE);
}

/* ---- destroying ---- */

static void build_all(void)
{
    start(RUN_APPLY, true);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    begin_anew();
}

Test(deploy_lanes, a_destroy_goes_the_other_way)
{
    struct outputs outputs = {.json = NULL};
    build_all();
    start(RUN_DESTROY, true);
    run_to_end(RUN_SUCCEEDED);
    cr_assert(call_at("mlhub drain") < call_at("mlhub-apply"));
    cr_assert(call_at("mlhub-apply") < call_at("pypi-init"));
    cr_assert(call_at("pypi-apply") < call_at("eks drain"));
    cr_assert(call_at("eks drain") < call_at("eks-apply"));
    cr_assert(call_at("eks-apply") < call_at("eks residue"));
    cr_assert_eq(before->stages[STAGE_EKS].state, STAGE_DESTROYED);
    cr_assert_eq(json_array_size(before->residue), 1);
    cr_assert(outputs_load(&outputs, place.dir, NULL));
    cr_assert(!outputs_up(&outputs, STAGE_PYPI));
    outputs_finish(&outputs);
}

Test(deploy_lanes, what_still_bears_something_is_not_destroyed)
{
    build_all();
    make("fail-pypi-apply");
    start(RUN_DESTROY, true);
    run_to_end(RUN_FAILED);
    cr_assert_eq(before->stages[STAGE_MLHUB].state, STAGE_DESTROYED);
    cr_assert_eq(before->stages[STAGE_PYPI].state, STAGE_FAILED);
    cr_assert_eq(before->stages[STAGE_EKS].state, STAGE_TODO);
    cr_assert_eq(calls("eks drain"), 0);
}

Test(deploy_lanes, what_is_gone_already_is_passed_over)
{
    struct error err;
    build_all();
    cr_assert(file_write(test_path("dep/provision-ml-hub/terraform.tfstate"),
                         STR("{\"version\":4,\"serial\":2,\"lineage\":\"l\",\"resources\":[]}"),
                         0600, &err));
    unsigned plans = calls("mlhub-plan");
    start(RUN_DESTROY, true);
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(calls("mlhub-plan"), plans);
    cr_assert_eq(before->stages[STAGE_MLHUB].state, STAGE_DESTROYED);
}

Test(deploy_lanes, a_stage_without_state_is_passed_over)
{
    build_all();
    unlink(test_path("dep/provision-ml-hub/terraform.tfstate"));
    start(RUN_DESTROY, true);
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(calls("mlhub-init") + calls("mlhub drain"), 0);
    cr_assert_eq(before->stages[STAGE_MLHUB].state, STAGE_SKIPPED);
    cr_assert_eq(before->stages[STAGE_EKS].state, STAGE_DESTROYED);
}
