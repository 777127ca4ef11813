/* The steps between the terraforms against a rehearsal that has been built: its AWS, its Kubernetes
 * API, its index and its hub, over real sockets in one loop; and what a destroy means and leaves.
 */
#include "core/session/between.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/io/signals.h"
#include "core/rehearsal/world_things.h"
#include "core/session/outputs.h"
#include "core/session/residue.h"
#include "core/session/secrets.h"
#include "core/session/teardown.h"
#include "tests/core/rehearsal_town.h"
#include "tests/core/rehearsal_visit.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct place place;
static struct answers answers;
static struct outputs outputs;
static struct secrets secrets;
static struct signals signals;
static struct between_world world;
static struct between between;
static struct residue_world residue_world;
static struct residue residue;
static bool over;

static void output(enum stage_id stage, const char *name, const char *value)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *values = json_object();
    js_set_text(values, name, value);
    cr_assert(outputs_set(&outputs, visit_rehearsal.dir, stage, values, &err), "%s", err.text);
    json_decref(values);
}

static void fill_outputs(void)
{
    output(STAGE_EKS, "cluster_name", "demo-hub");
    output(STAGE_EKS, "region", "us-east-2");
    output(STAGE_EKS, "cluster_endpoint", visit_api);
    output(STAGE_EKS, "cluster_certificate_authority_data", visit_rehearsal.server.ca_data);
    output(STAGE_PYPI, "url", visit_pypi);
    output(STAGE_MLHUB, "url", visit_hub);
}

/* As terraform is told them: the simulated account takes its tags from there. */
static void give_tags(void)
{
    char path[PATH_MAX], text[200];
    cr_assert(path_format(path, NULL, "%s/provision-eks", place.dir) && dir_make(path, 0700, NULL));
    snprintf(text, sizeof text, "{\"tags\": {\"ekshub:deployment\": \"demo-hub/%s\"}}", answers.id);
    cr_assert(path_format(path, NULL, "%s/provision-eks/terraform.tfvars.json", place.dir));
    cr_assert(file_write(path, str_of(text), 0600, NULL));
}

static void open_with(const char *const *faults)
{
    struct error err = {.kind = ERROR_NONE};
    signal(SIGPIPE, SIG_IGN); /* as main.c has it: the server is in this process */
    visit_begin(faults);
    place = (struct place){.rehearsal = true, .player = true, .speed = 200};
    str_copy(str_of(visit_rehearsal.dir), place.dir, sizeof place.dir);
    str_copy(str_of(visit_rehearsal.home), place.home, sizeof place.home);
    str_copy(STR(SOURCE_ASSETS), place.assets, sizeof place.assets);
    str_copy(STR("/usr/bin/ekshub-tui"), place.program, sizeof place.program);
    place.environment = (const char *const *)visit_rehearsal.environment;
    place.lookup = rehearsal_lookup;
    place.route = visit_rehearsal.route;
    place.profile = "kube_admin";
    answers_default(&answers, true);
    str_copy(STR("demo-hub"), answers.cluster_name, sizeof answers.cluster_name);
    str_copy(STR("us-east-2"), answers.region, sizeof answers.region);
    str_copy(STR("mlhub"), answers.hub_release, sizeof answers.hub_release);
    str_copy(STR("admin"), answers.hub_admin_user, sizeof answers.hub_admin_user);
    str_copy(STR("default"), answers.pypi_namespace, sizeof answers.pypi_namespace);
    str_copy(STR(TOWN_USER), answers.pypi_admin_user, sizeof answers.pypi_admin_user);
    fill_outputs();
    give_tags();
    cr_assert(secret_set(&secrets.items[SECRET_HUB_PASSWORD], STR("pass phrase & more"), &err));
    cr_assert(secret_set(&secrets.items[SECRET_PYPI_PASSWORD], STR(TOWN_PASSWORD), &err));
    world = (struct between_world){.place = &place,
                                   .loop = &visit_loop,
                                   .signals = &signals,
                                   .http = &visit_http,
                                   .answers = &answers,
                                   .outputs = &outputs,
                                   .secrets = &secrets,
                                   .profile = "kube_admin"};
    str_copy(str_of(place.dir), world.dir, sizeof world.dir);
    residue_world = (struct residue_world){.place = &place,
                                           .http = &visit_http,
                                           .answers = &answers,
                                           .profile = "kube_admin",
                                           .dir = place.dir};
}

static void end(void)
{
    task_finish(&between.task);
    residue_finish(&residue);
    outputs_finish(&outputs);
    secrets_finish(&secrets);
    visit_end();
}

TestSuite(between, .fini = end, .timeout = 120);

static void on_end(struct task *task)
{
    (void)task;
    over = true;
}

static void until_over(void)
{
    for (int i = 0; i < 200000 && !over; i++)
        loop_turn(&visit_loop, true);
    cr_assert(over);
}

static enum task_state go(enum stage_id stage, enum stage_step step, bool destroy)
{
    struct error err = {.kind = ERROR_NONE};
    task_finish(&between.task);
    cr_assert(between_init(&between, &world, stage, step, destroy, &err), "%s", err.text);
    between.task.ended = on_end;
    over = false;
    task_start(&between.task, &visit_loop);
    until_over();
    return between.task.state;
}

#define DONE(stage, step)                                                                          \
    cr_assert_eq(go(stage, step, false), TASK_DONE, "%s", between.task.error.text)

Test(between, writes_the_kubeconfig)
{
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    cr_assert(file_exists(js_text(between.result, "kubeconfig")));
}

Test(between, waits_for_the_balancer_and_proves_the_login)
{
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    DONE(STAGE_PYPI, STEP_BALANCER);
    cr_assert_str_eq(js_text(between.result, "urls.pypi"), visit_pypi);
    cr_assert(str_ends(js_str(between.result, "urls.pypi_index"), STR("/simple/")));
    DONE(STAGE_PYPI, STEP_PROVE);
    cr_assert_str_eq(js_text(between.result, "proven"), TOWN_USER);
}

Test(between, wrong_password_is_not_proven_and_a_hash_alone_is_said)
{
    open_with(NULL);
    cr_assert(secret_set(&secrets.items[SECRET_PYPI_PASSWORD], STR("wrong"), NULL));
    cr_assert_eq(go(STAGE_PYPI, STEP_PROVE, false), TASK_FAILED);
    cr_assert_eq(between.task.error.kind, ERROR_AUTH);
    secret_finish(&secrets.items[SECRET_PYPI_PASSWORD]);
    cr_assert_eq(go(STAGE_PYPI, STEP_PROVE, false), TASK_WARNED);
    cr_assert(strstr(between.task.error.text, "Only a hash"));
}

Test(between, claims_the_hub_through_its_pod_and_again)
{
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    DONE(STAGE_MLHUB, STEP_CLAIM);
    cr_assert_str_eq(js_text(between.result, "claimed"), "admin");
    cr_assert_not(js_bool(between.result, "before", true));
    DONE(STAGE_MLHUB, STEP_CLAIM);
    cr_assert(js_bool(between.result, "before", false));
    DONE(STAGE_MLHUB, STEP_BALANCER);
    cr_assert_str_eq(js_text(between.result, "urls.mlhub"), visit_hub);
    DONE(STAGE_MLHUB, STEP_PROVE);
}

Test(between, hub_that_somebody_else_claimed_is_not_opened)
{
    static const char *const faults[] = {"hub-claimed", NULL};
    open_with(faults);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    cr_assert_eq(go(STAGE_MLHUB, STEP_CLAIM, false), TASK_FAILED);
    cr_assert(strstr(between.task.error.text, "admin"), "%s", between.task.error.text);
    cr_assert(strstr(between.task.error.hint, "Nothing was opened"), "%s", between.task.error.hint);
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
    struct error err = {.kind = ERROR_NONE};
    open_with(NULL);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (int turns_first = 0; turns_first < 40; turns_first += 3) {
            task_finish(&between.task);
            cr_assert(between_init(&between, &world, all[i].stage, all[i].step, false, &err));
            between.task.ended = on_end;
            over = false;
            task_start(&between.task, &visit_loop);
            for (int turn = 0; turn < turns_first && !over; turn++)
                loop_turn(&visit_loop, true);
            if (turns_first % 2)
                task_stop(&between.task);
        }
    }
}

Test(between, no_stage_has_a_step_that_is_not_its_own)
{
    struct error err;
    open_with(NULL);
    cr_assert_not(between_init(&between, &world, STAGE_EKS, STEP_CLAIM, false, &err));
    cr_assert(strstr(err.text, "EKS has no step"));
    cr_assert_not(between_init(&between, &world, STAGE_PYPI, STEP_APPLY, false, &err));
}

/* ---- the end ---- */

static void happens(const char *type, const char *detail, enum world_what what)
{
    struct world now = {.count = 0};
    struct world_event event = {.time_ms = clock_wall(&clock_system), .what = what};
    cr_assert(world_load(place.dir, &now, NULL));
    for (size_t i = 0; i < now.count; i++)
        if (strcmp(now.things[i].last.type, type) == 0 &&
            strcmp(now.things[i].last.detail, detail) == 0)
            str_copy(str_of(now.things[i].last.address), event.address, sizeof event.address);
    cr_assert(event.address[0], "%s %s", type, detail);
    str_copy(str_of(type), event.type, sizeof event.type);
    str_copy(str_of(detail), event.detail, sizeof event.detail);
    cr_assert(world_append(place.dir, &event, NULL));
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
    enum task_state state;
    residue_look_init(&task, &residue_world, &residue);
    task.task.ended = on_end;
    over = false;
    task_start(&task.task, &visit_loop);
    until_over();
    state = task.task.state;
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
    cr_assert_eq(go(STAGE_MLHUB, STEP_DRAIN, true), TASK_DONE, "%s", between.task.error.text);
    stages_go();
    cr_assert_eq(go(STAGE_EKS, STEP_DRAIN, true), TASK_DONE, "%s", between.task.error.text);
    look();
    cr_assert_eq(left(INVENTORY_BALANCER), 0);
    cr_assert_eq(left(INVENTORY_VOLUME), 0);
    cr_assert_eq(left(RESIDUE_CLUSTER), 1);
}

Test(between, drains_nothing_in_a_cluster_that_is_gone)
{
    open_with(NULL);
    happens("aws_eks_cluster", "demo-hub 1.35", WORLD_DESTROY);
    cr_assert_eq(go(STAGE_EKS, STEP_DRAIN, true), TASK_DONE, "%s", between.task.error.text);
    cr_assert(js_bool(between.result, "gone", false));
}

Test(between, orphan_is_found_priced_and_removed_in_order)
{
    static const char *const faults[] = {"orphaned-load-balancer", NULL};
    struct residue_removal removal = {.residue = NULL};
    open_with(faults);
    DONE(STAGE_EKS, STEP_KUBECONFIG);
    stages_go();
    cr_assert_eq(go(STAGE_EKS, STEP_DRAIN, true), TASK_WARNED, "%s", between.task.error.text);
    cr_assert(strstr(between.task.error.text, "mlhub/proxy-public"), "%s", between.task.error.text);
    look();
    cr_assert_eq(residue_mark(&residue, -1), 0, "while the cluster is there nothing is removed");
    happens("aws_eks_node_group", "3 × t3.large", WORLD_DESTROY);
    happens("aws_eks_cluster", "demo-hub 1.35", WORLD_DESTROY);
    cr_assert_eq(go(STAGE_EKS, STEP_RESIDUE, true), TASK_WARNED, "%s", between.task.error.text);
    cr_assert_geq(js_count(between.result, "residue"), 4);
    cr_assert_eq(look(), TASK_DONE, "%s", residue.trouble.text);
    cr_assert_eq(left(INVENTORY_BALANCER), 1);
    cr_assert_eq(left(INVENTORY_INTERFACE), 2);
    cr_assert_eq(left(INVENTORY_SECURITY_GROUP), 1);
    cr_assert_eq(left(RESIDUE_ADDRESS), 2);
    cr_assert_float_eq(residue.cost_per_hour, 0.025 + 2 * 0.005, 1e-6);
    cr_assert_str_eq(residue.items[0].because, "service mlhub/proxy-public");

    cr_assert_gt(residue_mark(&residue, -1), 0);
    residue_removal_init(&removal, &residue_world, &residue);
    removal.task.ended = on_end;
    over = false;
    task_start(&removal.task, &visit_loop);
    until_over();
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
    teardown_files(&teardown, place.dir, 1, all);
    cr_assert(all[STAGE_PYPI] && all[STAGE_MLHUB] && all[STAGE_DOMAIN]);
    teardown_look_init(&task, &residue_world, &signals, "mlhub", &teardown);
    task.task.ended = on_end;
    over = false;
    task_start(&task.task, &visit_loop);
    until_over();
    cr_assert_eq(task.task.state, TASK_DONE, "%s", teardown.trouble.text);
    task_finish(&task.task);
    cr_assert(teardown.asked && !teardown.cluster_gone);
    cr_assert_geq(teardown.data_count, 2);
    cr_assert_str_eq(teardown.data[0].owner, "ada");
    cr_assert(teardown.data[0].workspace && teardown.data[0].used);
    cr_assert_eq(teardown.balancers, 2);
    cr_assert_geq(teardown.working, 1, "%zu of %zu", teardown.working, teardown.data_count);
}
