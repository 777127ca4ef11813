/* The steps between the terraforms against a rehearsal that has been built: its AWS, its Kubernetes
 * API, its index and its hub, over real sockets in one loop; and what a destroy means and leaves.
 */
#include "core/session/between.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/rehearsal/world_things.h"
#include "core/session/residue.h"
#include "core/session/teardown.h"
#include "tests/core/rehearsal_town.h"
#include "tests/core/rehearsal_visit.h"
#include "tests/core/stepping.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct residue_world residue_world;
static struct residue residue;

static void open_with(const char *const *faults)
{
    stepping_begin(faults);
    residue_world = (struct residue_world){.place = &stepping.place,
                                           .http = &visit_http,
                                           .answers = &stepping.answers,
                                           .profile = "kube_admin",
                                           .dir = stepping.place.dir};
}

static void end(void)
{
    residue_finish(&residue);
    stepping_end();
}

TestSuite(between, .fini = end, .timeout = 120);

#define DONE(stage, step)                                                                          \
    cr_assert_eq(stepping_go(stage, step, false), TASK_DONE, "%s", stepping.between.task.error.text)

Test(between, writes_the_kubeconfig)
{
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    cr_assert(file_exists(js_text(stepping.between.result, "kubeconfig")));
}

Test(between, waits_for_the_balancer_and_proves_the_login)
{
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    DONE(STAGE_PYPI, STEP_BALANCER);
    cr_assert_str_eq(js_text(stepping.between.result, "urls.pypi"), visit_pypi);
    cr_assert(str_ends(js_str(stepping.between.result, "urls.pypi_index"), STR("/simple/")));
    DONE(STAGE_PYPI, STEP_PROVE);
    cr_assert_str_eq(js_text(stepping.between.result, "proven"), TOWN_USER);
}

Test(between, wrong_password_is_not_proven_and_a_hash_alone_is_said)
{
    open_with(NULL);
    cr_assert(secret_set(&stepping.secrets.items[SECRET_PYPI_PASSWORD], STR("wrong"), NULL));
    cr_assert_eq(stepping_go(STAGE_PYPI, STEP_PROVE, false), TASK_FAILED);
    cr_assert_eq(stepping.between.task.error.kind, ERROR_AUTH);
    secret_finish(&stepping.secrets.items[SECRET_PYPI_PASSWORD]);
    cr_assert_eq(stepping_go(STAGE_PYPI, STEP_PROVE, false), TASK_WARNED);
    cr_assert(strstr(stepping.between.task.error.text, "Only a hash"));
}

Test(between, claims_the_hub_through_its_pod_and_again)
{
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    DONE(STAGE_MLHUB, STEP_CLAIM);
    cr_assert_str_eq(js_text(stepping.between.result, "claimed"), "admin");
    cr_assert_not(js_bool(stepping.between.result, "before", true));
    DONE(STAGE_MLHUB, STEP_CLAIM);
    cr_assert(js_bool(stepping.between.result, "before", false));
    DONE(STAGE_MLHUB, STEP_BALANCER);
    cr_assert_str_eq(js_text(stepping.between.result, "urls.mlhub"), visit_hub);
    DONE(STAGE_MLHUB, STEP_PROVE);
}

Test(between, hub_that_somebody_else_claimed_is_not_opened)
{
    static const char *const faults[] = {"hub-claimed", NULL};
    open_with(faults);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    cr_assert_eq(stepping_go(STAGE_MLHUB, STEP_CLAIM, false), TASK_FAILED);
    cr_assert(strstr(stepping.between.task.error.text, "admin"), "%s",
              stepping.between.task.error.text);
    cr_assert(strstr(stepping.between.task.error.hint, "Nothing was opened"), "%s",
              stepping.between.task.error.hint);
}

Test(between, can_be_dropped_at_any_moment)
{
    static const struct {
        enum stage_id stage;
        enum stage_step step;
    } all[] = {{STAGE_PYPI, STEP_BALANCER},
               {STAGE_MLHUB, STEP_CLAIM},
               {STAGE_MLHUB, STEP_DRAIN},
               {STAGE_EKS, STEP_RESIDUE}};
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (int turns_first = 0; turns_first < 40; turns_first += 3) {
            stepping_start(all[i].stage, all[i].step, false);
            for (int turn = 0; turn < turns_first && stepping_runs(); turn++)
                loop_turn(&visit_loop, true);
            if (turns_first % 2)
                task_stop(&stepping.between.task);
        }
    }
}

Test(between, no_stage_has_a_step_that_is_not_its_own)
{
    struct error err;
    open_with(NULL);
    cr_assert_not(
        between_init(&stepping.between, &stepping.world, STAGE_EKS, STEP_CLAIM, false, &err));
    cr_assert(strstr(err.text, "EKS has no step"));
    cr_assert_not(
        between_init(&stepping.between, &stepping.world, STAGE_PYPI, STEP_APPLY, false, &err));
}

/* ---- the end ---- */

static void happens(const char *type, const char *detail, enum world_what what)
{
    struct world now = {.count = 0};
    struct world_event event = {.time_ms = clock_wall(&clock_system), .what = what};
    cr_assert(world_load(stepping.place.dir, &now, NULL));
    for (size_t i = 0; i < now.count; i++)
        if (strcmp(now.things[i].last.type, type) == 0 &&
            strcmp(now.things[i].last.detail, detail) == 0)
            str_copy(str_of(now.things[i].last.address), event.address, sizeof event.address);
    cr_assert(event.address[0], "%s %s", type, detail);
    str_copy(str_of(type), event.type, sizeof event.type);
    str_copy(str_of(detail), event.detail, sizeof event.detail);
    cr_assert(world_append(stepping.place.dir, &event, NULL));
    world_finish(&now);
}

/* terraform destroys the hub and the index, as it does before the cluster is drained. */
static void stages_go(void)
{
    happens("kubernetes_service_v1", "mlhub/proxy-public LoadBalancer", WORLD_DESTROY);
    happens("helm_release", "mlhub/mlhub", WORLD_DESTROY);
    happens("kubernetes_namespace_v1", "mlhub", WORLD_DESTROY);
    happens("kubernetes_service_v1", "default/pypi LoadBalancer", WORLD_DESTROY);
    happens("kubernetes_deployment_v1", "default/pypi-server", WORLD_DESTROY);
}

static enum task_state look(void)
{
    struct residue_look task = {.residue = NULL};
    residue_look_init(&task, &residue_world, &residue);
    enum task_state state = stepping_run(&task.task);
    task_finish(&task.task);
    return state;
}

static size_t left(int kind)
{
    size_t count = 0;
    for (size_t i = 0; i < residue.count; i++)
        count += residue.items[i].kind == kind;
    return count;
}

Test(between, drains_workspaces_and_then_the_cluster)
{
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    cr_assert_eq(stepping_go(STAGE_MLHUB, STEP_DRAIN, true), TASK_DONE, "%s",
                 stepping.between.task.error.text);
    stages_go();
    cr_assert_eq(stepping_go(STAGE_EKS, STEP_DRAIN, true), TASK_DONE, "%s",
                 stepping.between.task.error.text);
    look();
    cr_assert_eq(left(INVENTORY_BALANCER), 0);
    cr_assert_eq(left(INVENTORY_VOLUME), 0);
    cr_assert_eq(left(RESIDUE_CLUSTER), 1);
}

Test(between, drains_nothing_in_a_cluster_that_is_gone)
{
    open_with(NULL);
    happens("aws_eks_cluster", "demo-hub 1.35", WORLD_DESTROY);
    cr_assert_eq(stepping_go(STAGE_EKS, STEP_DRAIN, true), TASK_DONE, "%s",
                 stepping.between.task.error.text);
    cr_assert(js_bool(stepping.between.result, "gone", false));
}

Test(between, orphan_is_found_priced_and_removed_in_order)
{
    static const char *const faults[] = {"orphaned-load-balancer", NULL};
    struct residue_removal removal = {.residue = NULL};
    open_with(faults);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    stages_go();
    cr_assert_eq(stepping_go(STAGE_EKS, STEP_DRAIN, true), TASK_WARNED, "%s",
                 stepping.between.task.error.text);
    cr_assert(strstr(stepping.between.task.error.text, "mlhub/proxy-public"), "%s",
              stepping.between.task.error.text);
    look();
    cr_assert_eq(residue_mark(&residue, -1), 0, "while the cluster is there nothing is removed");
    happens("aws_eks_node_group", "3 × t3.large", WORLD_DESTROY);
    happens("aws_eks_cluster", "demo-hub 1.35", WORLD_DESTROY);
    cr_assert_eq(stepping_go(STAGE_EKS, STEP_RESIDUE, true), TASK_WARNED, "%s",
                 stepping.between.task.error.text);
    cr_assert_geq(js_count(stepping.between.result, "residue"), 4);
    cr_assert_eq(look(), TASK_DONE, "%s", residue.trouble.text);
    cr_assert_eq(left(INVENTORY_BALANCER), 1);
    cr_assert_eq(left(INVENTORY_INTERFACE), 2);
    cr_assert_eq(left(INVENTORY_SECURITY_GROUP), 1);
    cr_assert_eq(left(RESIDUE_ADDRESS), 2);
    cr_assert_float_eq(residue.cost_per_hour, 0.025 + 2 * 0.005, 1e-6);
    cr_assert_str_eq(residue.items[0].because, "service mlhub/proxy-public");

    cr_assert_gt(residue_mark(&residue, -1), 0);
    residue_removal_init(&removal, &residue_world, &residue);
    stepping_run(&removal.task);
    cr_assert_eq(removal.task.state, TASK_DONE, "%s", removal.task.error.text);
    task_finish(&removal.task);
    cr_assert_eq(look(), TASK_DONE);
    cr_assert_eq(residue.count, 0);

    struct buf text = {.data = NULL};
    residue_certificate(&residue, "arn:aws:iam::123456789012:user/kube_admin", &text);
    cr_assert(strstr(buf_cstr(&text), "Nothing is left. $0/h."));
    buf_finish(&text);
}

Test(between, teardown_tells_whose_data_goes)
{
    struct teardown teardown = {.asked = false};
    struct teardown_look task = {.work = NULL};
    bool all[STAGES] = {true};
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    teardown_files(&teardown, stepping.place.dir, 1, all);
    cr_assert(all[STAGE_PYPI] && all[STAGE_MLHUB] && all[STAGE_DOMAIN]);
    teardown_look_init(&task, &residue_world, &stepping.signals, "mlhub", &teardown);
    stepping_run(&task.task);
    cr_assert_eq(task.task.state, TASK_DONE, "%s", teardown.trouble.text);
    task_finish(&task.task);
    cr_assert(teardown.asked && !teardown.cluster_gone);
    cr_assert_geq(teardown.data_count, 2);
    cr_assert_str_eq(teardown.data[0].owner, "ada");
    cr_assert(teardown.data[0].workspace && teardown.data[0].used);
    cr_assert_eq(teardown.balancers, 2);
    cr_assert_geq(teardown.working, 1, "%zu of %zu", teardown.working, teardown.data_count);
}
