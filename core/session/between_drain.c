/* Before a destroy: what people and controllers made inside the cluster goes while the controllers
 * still live that can take it away in AWS. Works as well when the cluster is gone already; what its
 * controllers left is then for the residue report. */
#include "core/aws/eks.h"
#include "core/base/paths.h"
#include "core/session/between_work.h"
#include "core/session/residue.h"

#include "core/base/alloc.h"

enum { EVERY_MS = 4000, OBJECTS_LIMIT_MS = 6 * 60000, AWS_LIMIT_MS = 6 * 60000, VICTIMS = 256 };

/* What is asked for, in this order, and which of it goes. */
enum what { WORKSPACE_PODS, WORKSPACE_SERVICES, WORKSPACE_CLAIMS, BALANCED_SERVICES, ALL_CLAIMS };

struct drain {
    struct between_ask ask;
    struct aws_access aws;
    struct eks_cluster cluster;
    struct residue_world world;
    struct residue residue;
    struct residue_look look;
    enum what what, last;
    struct victim {
        char path[400];
    } * victims;
    size_t victim_count, victim_capacity, victim;
    size_t seen, deleted; /* in this round; in all */
    int64_t aws_ms;       /* monotonic: since when only AWS is waited for */
};

static void ask_list(struct between_ask *ask);
static void look_in_aws(struct between_ask *ask);

static const char *const words[] = {
    [WORKSPACE_PODS] = "workspaces",
    [WORKSPACE_SERVICES] = "the workspaces' services",
    [WORKSPACE_CLAIMS] = "the workspaces' volumes",
    [BALANCED_SERVICES] = "services with a load balancer",
    [ALL_CLAIMS] = "volume claims",
};

static struct between *owner(struct drain *work)
{
    return work->ask.between;
}

/* ---- AWS: load balancers and volumes are gone there ---- */

static void left_behind(struct drain *work)
{
    struct between *between = owner(work);
    const struct residue_item *item = &work->residue.items[0];
    struct error err;
    size_t count = work->residue.count;
    error_set(&err, ERROR_SERVICE, "%zu thing%s in AWS stayed behind: %s %.80s (%s)%s.", count,
              count == 1 ? "" : "s", residue_word(item->kind, 1), item->thing.id, item->because,
              count > 1 ? " and others" : "");
    error_hint(&err, "Nobody deletes it any more. It may hold the network; the residue screen "
                     "removes it.");
    js_set(between_result(between), "left", residue_json(&work->residue));
    between_warn(between, &err);
}

static size_t waited_for(const struct drain *work)
{
    size_t count = 0;
    for (size_t i = 0; i < work->residue.count; i++)
        count += work->residue.items[i].kind != RESIDUE_CLUSTER;
    return count;
}

static void on_look(struct task *task)
{
    struct drain *work = container_of(task, struct drain, look.task);
    struct between *between = owner(work);
    size_t left = waited_for(work);
    if (task->state != TASK_DONE) {
        struct error err = task->error;
        between_fail(between, &err);
        return;
    }
    if (left == 0) {
        js_set_int(between_result(between), "deleted", (int64_t)work->deleted);
        between_done(between);
        return;
    }
    between_note(between, "waiting until AWS has removed %s %.60s (%zu left)",
                 residue_word(work->residue.items[0].kind, 1), work->residue.items[0].thing.id,
                 left);
    if (between_since(between, work->aws_ms) > between_ms(between, AWS_LIMIT_MS))
        left_behind(work);
    else
        between_ask_later(&work->ask, EVERY_MS, look_in_aws);
}

static void look_in_aws(struct between_ask *ask)
{
    struct drain *work = container_of(ask, struct drain, ask);
    const struct between_world *world = ask->between->world;
    if (!work->aws_ms)
        work->aws_ms = world->loop->now_ms;
    work->world = (struct residue_world){
        .place = world->place,
        .http = world->http,
        .signals = world->signals,
        .answers = world->answers,
        .profile = world->profile,
        .dir = world->dir,
        .name_space = ask->between->stage == STAGE_DOMAIN
                          ? between_namespace(ask->between, STAGE_DOMAIN)
                          : "*",
    };
    task_finish(&work->look.task);
    residue_look_init(&work->look, &work->world, &work->residue);
    work->look.task.ended = on_look;
    task_start(&work->look.task, world->loop);
}

/* ---- Kubernetes: objects are deleted, then awaited ---- */

static void list_path(const struct drain *work, char out[400])
{
    const struct between *between = work->ask.between;
    const char *space = between_namespace(between, STAGE_MLHUB);
    static const char *const plural[] = {
        [WORKSPACE_PODS] = "pods",
        [WORKSPACE_SERVICES] = "services",
        [WORKSPACE_CLAIMS] = "persistentvolumeclaims",
        [BALANCED_SERVICES] = "services",
        [ALL_CLAIMS] = "persistentvolumeclaims",
    };
    if (work->what >= BALANCED_SERVICES)
        snprintf(out, 400, "/api/v1/%s", plural[work->what]);
    else
        snprintf(out, 400, "/api/v1/namespaces/%.64s/%s%s", space, plural[work->what],
                 work->what == WORKSPACE_CLAIMS ? ""
                                                : "?labelSelector=component%3Dsingleuser-server");
}

static bool is_victim(enum what what, const json_t *object)
{
    struct str name = js_str(object, "metadata.name");
    if (what == BALANCED_SERVICES)
        return str_is(js_str(object, "spec.type"), "LoadBalancer");
    if (what == WORKSPACE_CLAIMS) /* MLHub's and JupyterHub's names for people's volumes */
        return str_starts(name, STR("ws-")) || str_starts(name, STR("claim-"));
    return true;
}

/* False for a name that cannot stand in a path: the API server knows none such. */
static bool plain(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", name.data[i] ? name.data[i] : '/'))
            return false;
    return name.len > 0 && name.len < 254;
}

static void add_victim(struct drain *work, const json_t *object)
{
    struct str space = js_str(object, "metadata.namespace"), name = js_str(object, "metadata.name");
    bool service = work->what == WORKSPACE_SERVICES || work->what == BALANCED_SERVICES;
    work->seen++;
    if (js_get(object, "metadata.deletionTimestamp") || work->victim_count == VICTIMS ||
        !plain(space) || !plain(name))
        return;
    alloc_room(&work->victims, work->victim_count, &work->victim_capacity, sizeof *work->victims);
    snprintf(work->victims[work->victim_count++].path, sizeof work->victims->path,
             "/api/v1/namespaces/%.*s/%s/%.*s", STR_ARG(space),
             work->what == WORKSPACE_PODS ? "pods"
             : service                    ? "services"
                                          : "persistentvolumeclaims",
             STR_ARG(name));
}

static void next_kind(struct drain *work)
{
    struct between *between = owner(work);
    if (work->what < work->last) {
        work->what++;
        ask_list(&work->ask);
    } else if (between->stage == STAGE_EKS)
        look_in_aws(&work->ask);
    else {
        js_set_int(between_result(between), "deleted", (int64_t)work->deleted);
        between_done(between);
    }
}

static void delete_next(struct drain *work);

static void on_deleted(struct between_ask *ask, const json_t *answer)
{
    struct drain *work = container_of(ask, struct drain, ask);
    struct error err = ask->request.error;
    if (!answer && ask->request.status != 404) {
        between_fail(ask->between, &err);
        return;
    }
    work->deleted++;
    delete_next(work);
}

static void delete_next(struct drain *work)
{
    struct between *between = owner(work);
    struct error err;
    if (work->victim == work->victim_count) {
        between_ask_later(&work->ask, EVERY_MS, ask_list);
        return;
    }
    if (!between_ask_send(&work->ask, "DELETE", work->victims[work->victim++].path, on_deleted,
                          &err))
        between_fail(between, &err);
}

static void on_list(struct between_ask *ask, const json_t *answer)
{
    struct drain *work = container_of(ask, struct drain, ask);
    struct between *between = ask->between;
    struct error err = ask->request.error;
    const json_t *items = js_get(answer, "items");
    if (!answer && ask->request.status != 404) {
        error_wrap(&err, "What stands in the cluster could not be listed");
        between_fail(between, &err);
        return;
    }
    work->seen = work->victim_count = work->victim = 0;
    for (size_t i = 0; i < json_array_size(items); i++)
        if (is_victim(work->what, json_array_get(items, i)))
            add_victim(work, json_array_get(items, i));
    if (work->seen == 0) {
        next_kind(work);
        return;
    }
    between_note(between, "%s: %zu still there", words[work->what], work->seen);
    if (work->victim_count == 0 &&
        between_since(between, 0) > between_ms(between, OBJECTS_LIMIT_MS)) {
        if (between->stage == STAGE_EKS) { /* what it means shows in AWS */
            next_kind(work);
            return;
        }
        error_set(&err, ERROR_SERVICE, "%zu of %s will not go.", work->seen, words[work->what]);
        error_hint(&err, "Something holds them: look at their finalizers, then go on.");
        between_fail(between, &err);
        return;
    }
    delete_next(work);
}

static void ask_list(struct between_ask *ask)
{
    struct drain *work = container_of(ask, struct drain, ask);
    struct error err;
    char path[400];
    list_path(work, path);
    if (!between_ask_send(ask, "GET", path, on_list, &err))
        between_fail(ask->between, &err);
}

/* ---- is there a cluster at all? ---- */

static void on_cluster(struct eks_cluster *cluster)
{
    struct drain *work = container_of(cluster, struct drain, cluster);
    struct between *between = owner(work);
    const struct between_world *world = between->world;
    struct cluster_values values = {.name = world->answers->cluster_name,
                                    .region = world->answers->region,
                                    .endpoint = cluster->endpoint,
                                    .ca_data = buf_cstr(&cluster->ca)};
    char path[PATH_MAX];
    struct error err = cluster->error;
    if (cluster->missing ||
        (cluster->ok && (!cluster->endpoint[0] || strcmp(cluster->status, "DELETING") == 0))) {
        between_note(between, "the cluster is gone already: nothing to drain in it");
        js_set_bool(between_result(between), "gone", true);
        between_done(between);
        return;
    }
    if (!cluster->ok || !path_format(path, &err, "%s/kubeconfig", world->dir) ||
        (!file_exists(path) &&
         !session_kubeconfig_write(world->place, &values, world->profile, path, &err)) ||
        !between_ask_open(&work->ask, between, &err)) {
        between_fail(between, &err);
        return;
    }
    ask_list(&work->ask);
}

static bool drain_start(struct between *between, struct error *err)
{
    const struct between_world *world = between->world;
    struct drain *work = between->work;
    work->ask.between = between;
    if (between->stage == STAGE_DOMAIN) { /* terraform has taken away what stood in the cluster */
        look_in_aws(&work->ask);
        return true;
    }
    work->what = between->stage == STAGE_EKS ? BALANCED_SERVICES : WORKSPACE_PODS;
    work->last = between->stage == STAGE_EKS ? ALL_CLAIMS : WORKSPACE_CLAIMS;
    between_note(between, "asking what stands in the cluster");
    return aws_access_open(&work->aws, world->http, world->signals, world->place, world->profile,
                           world->answers->region, err) &&
           eks_cluster_start(&work->cluster, &work->aws.aws, world->answers->cluster_name,
                             on_cluster, err);
}

static void drain_finish(struct between *between)
{
    struct drain *work = between->work;
    task_finish(&work->look.task);
    residue_finish(&work->residue);
    eks_cluster_finish(&work->cluster);
    between_ask_finish(&work->ask);
    aws_access_finish(&work->aws);
    free(work->victims);
}

const struct between_step between_drain = {
    .step = STEP_DRAIN,
    .label = "drain the cluster",
    .stages = BETWEEN_STAGE(STAGE_EKS) | BETWEEN_STAGE(STAGE_MLHUB) | BETWEEN_STAGE(STAGE_DOMAIN),
    .size = sizeof(struct drain),
    .start = drain_start,
    .finish = drain_finish,
};
