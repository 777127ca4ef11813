/* Files, then the cluster, then the account; see teardown.h. */
#include "core/session/teardown.h"

#include "core/aws/eks.h"
#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/session/aws_access.h"
#include "core/session/cluster_access.h"
#include "core/session/history.h"
#include "core/session/state_store.h"
#include "core/terraform/tf_state.h"

#include "core/base/alloc.h"

/* ---- files ---- */

/* Usual minutes of a stage's destroy: uninstalling and load balancers; nodes 3 to 5, control plane
 * 5 to 10, NAT gateway and network beside and behind them. */
static const struct estimate_span usual_minutes[STAGES] = {
    [STAGE_EKS] = {11, 15}, [STAGE_PYPI] = {1, 2}, [STAGE_MLHUB] = {2, 3}, [STAGE_DOMAIN] = {2, 3}};

static int64_t first_run(const char *dir)
{
    json_t *lines = history_read(dir);
    int64_t wall_ms = 0;
    if (!clock_parse_rfc3339(js_str(lines, "0.time"), &wall_ms))
        wall_ms = 0;
    json_decref(lines);
    return wall_ms;
}

void teardown_files(struct teardown *teardown, const char *dir, int speed, bool wanted[STAGES])
{
    struct tf_state_file file;
    char path[PATH_MAX];
    if (wanted[STAGE_EKS])
        for (int i = 0; i < STAGES; i++)
            wanted[i] = true;
    teardown->by_terraform = teardown->states = 0;
    teardown->time = (struct estimate_span){0, 0};
    teardown->since_ms = first_run(dir);
    for (int i = 0; i < STAGES; i++) {
        teardown->exists[i] = false;
        teardown->resources[i] = 0;
        if (!state_store_file(dir, (enum stage_id)i, path, NULL))
            continue;
        tf_state_look(&file, path);
        teardown->exists[i] = file.health == TF_STATE_GOOD && file.resources > 0;
        if (!teardown->exists[i] || !wanted[i])
            continue;
        teardown->resources[i] = file.resources;
        teardown->by_terraform += file.resources;
        teardown->states++;
        teardown->time.low_s += usual_minutes[i].low_s * 60 / (speed > 0 ? speed : 1);
        teardown->time.high_s += usual_minutes[i].high_s * 60 / (speed > 0 ? speed : 1);
    }
}

/* ---- the cluster ---- */

struct teardown_looking {
    struct teardown_look *look;
    struct aws_access aws;
    struct eks_cluster cluster;
    struct cluster_access access;
    bool open;
    struct kube_request request;
    struct residue residue;
    struct residue_look residue_look;
    struct residue_world world;
};

static void trouble(struct teardown_looking *work, const struct error *err)
{
    struct teardown *teardown = work->look->teardown;
    if (teardown->trouble.kind == ERROR_NONE)
        teardown->trouble = *err;
}

static void finish(struct teardown_looking *work)
{
    struct teardown *teardown = work->look->teardown;
    struct task *task = &work->look->task;
    teardown->asking = false;
    teardown->asked = true;
    task_end(task, teardown->trouble.kind == ERROR_NONE ? TASK_DONE : TASK_WARNED,
             &teardown->trouble);
}

static void on_residue(struct task *task)
{
    struct teardown_looking *work = container_of(task, struct teardown_looking, residue_look.task);
    struct teardown *teardown = work->look->teardown;
    if (task->state != TASK_DONE)
        trouble(work, &task->error);
    teardown->balancers = teardown->volumes = 0;
    for (size_t i = 0; i < work->residue.count; i++) {
        if (work->residue.items[i].kind <= INVENTORY_BALANCER_V2)
            teardown->balancers++;
        else if (work->residue.items[i].kind == INVENTORY_VOLUME)
            teardown->volumes++;
    }
    teardown->by_controllers = (unsigned)work->residue.count;
    finish(work);
}

static void ask_account(struct teardown_looking *work)
{
    work->world = *work->look->world;
    work->world.name_space = "*";
    residue_look_init(&work->residue_look, &work->world, &work->residue);
    work->residue_look.task.ended = on_residue;
    task_start(&work->residue_look.task, work->look->task.loop);
}

static void clean(struct str text, char *out, size_t capacity)
{
    struct buf buf = {.data = NULL};
    buf_sanitised(&buf, text, false);
    str_copy(buf_str(&buf), out, capacity);
    buf_finish(&buf);
}

static int64_t when(struct str text)
{
    int64_t wall_ms = 0;
    return clock_parse_rfc3339(text, &wall_ms) ? wall_ms : 0;
}

/* MLHub names people's volumes ws-USER, JupyterHub claim-USER. */
static void read_claim(struct teardown_looking *work, const json_t *claim)
{
    struct teardown *teardown = work->look->teardown;
    struct str space = js_str(claim, "metadata.namespace"), name = js_str(claim, "metadata.name");
    bool hub = str_is(space, work->look->hub_namespace);
    struct teardown_data *data = &teardown->data[teardown->data_count];
    char whole[400], person[80];
    if (name.len == 0)
        return;
    if (teardown->data_count == TEARDOWN_DATA) {
        teardown->data_more++;
        return;
    }
    *data = (struct teardown_data){.made_ms = when(js_str(claim, "metadata.creationTimestamp"))};
    clean(js_str(claim, "spec.resources.requests.storage"), data->size, sizeof data->size);
    data->workspace = hub && (str_starts(name, STR("ws-")) || str_starts(name, STR("claim-")));
    if (data->workspace) {
        str_copy(str_skip(name, name.data[0] == 'w' ? 3 : 6), person, sizeof person);
        clean(str_of(person), data->owner, sizeof data->owner);
        str_copy(STR("workspace volume"), data->what, sizeof data->what);
    } else if (hub && str_is(name, "hub-db-dir")) {
        str_copy(STR("hub"), data->owner, sizeof data->owner);
        str_copy(STR("accounts, settings"), data->what, sizeof data->what);
    } else {
        snprintf(whole, sizeof whole, "%.120s/%.250s", space.data, name.data);
        clean(str_of(whole), data->owner, sizeof data->owner);
        str_copy(STR("volume"), data->what, sizeof data->what);
    }
    teardown->data_count++;
}

/* The data of a claim by its namespace and name, as read_claim named it. */
static struct teardown_data *data_of(struct teardown *teardown, const char *hub, struct str space,
                                     struct str claim)
{
    char whole[400], person[80], owner[80];
    bool own = str_is(space, hub);
    snprintf(whole, sizeof whole, "%.120s/%.250s", space.data, claim.data);
    if (own && (str_starts(claim, STR("ws-")) || str_starts(claim, STR("claim-"))))
        str_copy(str_skip(claim, claim.data[0] == 'w' ? 3 : 6), person, sizeof person);
    else
        str_copy(own && str_is(claim, "hub-db-dir") ? STR("hub") : str_of(whole), person,
                 sizeof person);
    clean(str_of(person), owner, sizeof owner);
    for (size_t i = 0; i < teardown->data_count; i++)
        if (strcmp(teardown->data[i].owner, owner) == 0)
            return &teardown->data[i];
    return NULL;
}

static void read_pod(struct teardown_looking *work, const json_t *pod)
{
    struct teardown *teardown = work->look->teardown;
    const json_t *volumes = js_get(pod, "spec.volumes");
    if (!str_is(js_str(pod, "status.phase"), "Running"))
        return;
    for (size_t i = 0; i < json_array_size(volumes); i++) {
        struct str claim = js_str(json_array_get(volumes, i), "persistentVolumeClaim.claimName");
        struct teardown_data *data = claim.len ? data_of(teardown, work->look->hub_namespace,
                                                         js_str(pod, "metadata.namespace"), claim)
                                               : NULL;
        if (!data || data->used)
            continue;
        data->used = true;
        data->since_ms = when(js_str(pod, "status.startTime"));
        teardown->working += data->workspace;
    }
}

static int by_interest(const void *a, const void *b)
{
    const struct teardown_data *x = a, *y = b;
    if (x->workspace != y->workspace)
        return x->workspace ? -1 : 1;
    if (x->used != y->used)
        return x->used ? -1 : 1;
    return strcmp(x->owner, y->owner);
}

static void on_pods(struct kube_request *request)
{
    struct teardown_looking *work = container_of(request, struct teardown_looking, request);
    struct teardown *teardown = work->look->teardown;
    struct error err = request->error;
    json_t *answer = request->ok ? kube_request_answer(request, &err) : NULL;
    const json_t *items = js_get(answer, "items");
    if (!answer)
        trouble(work, &err);
    for (size_t i = 0; i < json_array_size(items); i++)
        read_pod(work, json_array_get(items, i));
    json_decref(answer);
    if (teardown->data_count > 0)
        qsort(teardown->data, teardown->data_count, sizeof *teardown->data, by_interest);
    ask_account(work);
}

static void on_claims(struct kube_request *request)
{
    struct teardown_looking *work = container_of(request, struct teardown_looking, request);
    struct error err = request->error;
    json_t *answer = request->ok ? kube_request_answer(request, &err) : NULL;
    const json_t *items = js_get(answer, "items");
    for (size_t i = 0; i < json_array_size(items); i++)
        read_claim(work, json_array_get(items, i));
    bool ok = answer != NULL;
    json_decref(answer);
    if (ok) {
        kube_request_finish(request);
        kube_request_init(request, "GET", "/api/v1/pods");
        request->done = on_pods;
        ok = kube_request_send(&work->access.kube, request, &err);
    }
    if (ok)
        return;
    error_wrap(&err, "Whose data is in the cluster is not known");
    trouble(work, &err);
    ask_account(work);
}

static void on_cluster(struct eks_cluster *cluster)
{
    struct teardown_looking *work = container_of(cluster, struct teardown_looking, cluster);
    const struct residue_world *world = work->look->world;
    struct teardown *teardown = work->look->teardown;
    struct error err = cluster->error;
    teardown->cluster_gone = cluster->missing;
    bool ok = cluster->ok || cluster->missing;
    if (cluster->ok && strcmp(cluster->status, "ACTIVE") == 0) {
        work->open = ok = cluster_access_open(&work->access, world->http, work->look->signals,
                                              world->place, world->dir, world->profile, &err);
        if (ok) {
            kube_request_init(&work->request, "GET", "/api/v1/persistentvolumeclaims");
            work->request.done = on_claims;
            ok = kube_request_send(&work->access.kube, &work->request, &err);
        }
        if (ok)
            return;
    }
    if (!ok)
        trouble(work, &err);
    ask_account(work);
}

/* ---- as a task ---- */

static void clear(struct teardown_looking *work)
{
    task_finish(&work->residue_look.task);
    residue_finish(&work->residue);
    eks_cluster_finish(&work->cluster);
    if (work->open) {
        kube_request_finish(&work->request);
        cluster_access_finish(&work->access);
    }
    aws_access_finish(&work->aws);
}

static bool look_start(struct task *task, struct error *err)
{
    struct teardown_look *look = container_of(task, struct teardown_look, task);
    const struct residue_world *world = look->world;
    struct teardown *teardown = look->teardown;
    if (look->work)
        clear(look->work);
    free(look->work);
    look->work = alloc_zeroed(1, sizeof *look->work);
    look->work->look = look;
    teardown->asking = true;
    teardown->asked = teardown->cluster_gone = false;
    teardown->trouble = (struct error){.kind = ERROR_NONE};
    teardown->data_count = teardown->data_more = teardown->working = 0;
    teardown->by_controllers = teardown->balancers = teardown->volumes = 0;
    if (aws_access_open(&look->work->aws, world->http, world->signals, world->place, world->profile,
                        world->answers->region, err) &&
        eks_cluster_start(&look->work->cluster, &look->work->aws.aws, world->answers->cluster_name,
                          on_cluster, err))
        return true;
    teardown->asking = false;
    teardown->asked = true;
    teardown->trouble = *err;
    return false;
}

static void look_stop(struct task *task)
{
    struct teardown_look *look = container_of(task, struct teardown_look, task);
    struct error err;
    clear(look->work);
    look->teardown->asking = false;
    error_set(&err, ERROR_CANCELLED, "The look at what exists was stopped.");
    task_end(task, TASK_CANCELLED, &err);
}

static void look_finish(struct task *task)
{
    struct teardown_look *look = container_of(task, struct teardown_look, task);
    if (look->work)
        clear(look->work);
    free(look->work);
    look->work = NULL;
}

void teardown_look_init(struct teardown_look *look, const struct residue_world *world,
                        struct signals *signals, const char *hub_namespace,
                        struct teardown *teardown)
{
    static const struct task_ops ops = {look_start, look_stop, look_finish};
    *look = (struct teardown_look){.task.ops = &ops,
                                   .world = world,
                                   .signals = signals,
                                   .hub_namespace = hub_namespace,
                                   .teardown = teardown};
    snprintf(look->task.label, sizeof look->task.label, "look at what exists");
}
