/* Deployments and DaemonSets with what their controllers make of them. */
#include "core/rehearsal/kube_object.h"

#include "core/base/alloc.h"

static json_t *template_of(const char *app, const char *component, const char *container,
                           const char *image)
{
    json_t *labels = json_object();
    js_set_text(labels, "app", app);
    if (component)
        js_set_text(labels, "component", component);
    return json_pack("{s:{s:o}, s:{s:[{s:s, s:s}], s:s}}", "metadata", "labels", labels, "spec",
                     "containers", "name", container, "image", image, "restartPolicy", "Always");
}

static json_t *selector_of(const char *app, const char *component)
{
    json_t *labels = json_object();
    js_set_text(labels, "app", app);
    if (component)
        js_set_text(labels, "component", component);
    return json_pack("{s:o}", "matchLabels", labels);
}

static void generation(struct kube_object *object)
{
    js_set_int(json_object_get(object->json, "metadata"), "generation", 1);
}

static json_t *deployment_condition(const char *type, bool value, const char *reason,
                                    const char *message, int64_t since_ms)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s}", "type", type, "status",
                     value ? "True" : "False", "lastUpdateTime", kube_time(since_ms),
                     "lastTransitionTime", kube_time(since_ms), "reason", reason, "message",
                     message);
}

static json_t *deployment_conditions(struct kube_world *kube, struct kube_object *object,
                                     const struct kube_app *app, int ready)
{
    bool available = ready == app->replicas;
    json_t *conditions = json_array();
    int64_t late_ms = app->created_ms + kube_ms(kube, 600);
    bool late = !available && app->ready_ms == KUBE_NEVER && kube_past(kube, object, late_ms);
    char *progress =
        available ? alloc_printf("ReplicaSet for \"%s\" has successfully progressed.", app->name)
        : late    ? alloc_printf("ReplicaSet for \"%s\" has timed out progressing.", app->name)
                  : alloc_printf("ReplicaSet for \"%s\" is progressing.", app->name);
    json_array_append_new(
        conditions,
        available ? deployment_condition("Available", true, "MinimumReplicasAvailable",
                                         "Deployment has minimum availability.", object->changed_ms)
                  : deployment_condition("Available", false, "MinimumReplicasUnavailable",
                                         "Deployment does not have minimum availability.",
                                         app->created_ms));
    json_array_append_new(conditions, deployment_condition("Progressing", !late,
                                                           available ? "NewReplicaSetAvailable"
                                                           : late    ? "ProgressDeadlineExceeded"
                                                                     : "ReplicaSetUpdated",
                                                           progress,
                                                           available ? object->changed_ms
                                                           : late    ? late_ms
                                                                     : app->created_ms));
    free(progress);
    return conditions;
}

static json_t *replica_status(const struct kube_app *app, int ready, bool of_set)
{
    json_t *status = json_object();
    js_set_int(status, "observedGeneration", 1);
    js_set_int(status, "replicas", app->replicas);
    if (of_set)
        js_set_int(status, "fullyLabeledReplicas", app->replicas);
    else
        js_set_int(status, "updatedReplicas", app->replicas);
    if (ready > 0) {
        js_set_int(status, "readyReplicas", ready);
        js_set_int(status, "availableReplicas", ready);
    }
    if (ready < app->replicas && !of_set)
        js_set_int(status, "unavailableReplicas", app->replicas - ready);
    return status;
}

static struct kube_object *deployment_add(struct kube_world *kube, const struct kube_app *app)
{
    struct kube_object *made = kube_add(kube, KUBE_DEPLOYMENT, app->ns, app->name, app->created_ms);
    kube_label(made, "app", app->app);
    if (app->component)
        kube_label(made, "component", app->component);
    generation(made);
    js_set(made->json, "spec",
           json_pack("{s:i, s:o, s:o, s:{s:s}, s:i, s:i}", "replicas", app->replicas, "selector",
                     selector_of(app->app, app->component), "template",
                     template_of(app->app, app->component, app->container, app->image), "strategy",
                     "type", "Recreate", "revisionHistoryLimit", 10, "progressDeadlineSeconds",
                     600));
    if (kube_past(kube, made, app->deleted_ms))
        kube_deleted(made, app->deleted_ms, 0);
    return made;
}

static struct kube_object *set_add(struct kube_world *kube, const struct kube_app *app,
                                   const struct kube_object *deployment)
{
    char hash[11], name[KUBE_NAME];
    char *seed = alloc_printf("%s %s", app->name, app->image);
    kube_hash(seed, 10, hash);
    free(seed);
    snprintf(name, sizeof name, "%.180s-%s", app->name, hash);
    struct kube_object *set = kube_add(kube, KUBE_REPLICA_SET, app->ns, name, app->created_ms);
    kube_label(set, "app", app->app);
    kube_label(set, "pod-template-hash", hash);
    kube_owned(set, deployment);
    generation(set);
    js_set(set->json, "spec",
           json_pack("{s:i, s:o, s:o}", "replicas", app->replicas, "selector",
                     selector_of(app->app, app->component), "template",
                     template_of(app->app, app->component, app->container, app->image)));
    if (kube_past(kube, set, app->deleted_ms))
        kube_deleted(set, app->deleted_ms, 0);
    return set;
}

/* What share of the way to readiness that is. */
static int64_t at(const struct kube_app *app, int percent)
{
    return app->created_ms + (app->ready_ms - app->created_ms) * percent / 100;
}

static void first_times(struct kube_world *kube, const struct kube_app *app, struct kube_pod *pod)
{
    bool stuck = app->ready_ms == KUBE_NEVER;
    pod->created_ms = stuck ? app->created_ms : at(app, 2);
    pod->scheduled_ms = stuck ? app->created_ms + kube_ms(kube, 1) : at(app, 5);
    pod->pulled_ms = stuck ? app->created_ms + kube_ms(kube, 5) : at(app, 70);
    pod->running_ms = stuck ? KUBE_NEVER : at(app, 78);
    pod->ready_ms = app->ready_ms;
    if (app->trouble == KUBE_NO_MEMORY || app->trouble == KUBE_NO_CLAIM)
        pod->scheduled_ms = pod->pulled_ms = KUBE_NEVER;
}

/* The image is on the node by now. */
static void next_times(struct kube_world *kube, struct kube_pod *pod, int64_t from_ms)
{
    pod->created_ms = from_ms;
    pod->scheduled_ms = from_ms + 1;
    pod->pulled_ms = from_ms + kube_ms(kube, 3);
    pod->running_ms = from_ms + kube_ms(kube, 4);
    pod->ready_ms = from_ms + kube_ms(kube, 10);
    if (pod->trouble == KUBE_NO_IMAGE)
        pod->running_ms = pod->ready_ms = KUBE_NEVER;
    if (pod->trouble == KUBE_NO_MEMORY || pod->trouble == KUBE_NO_CLAIM)
        pod->scheduled_ms = pod->pulled_ms = pod->running_ms = pod->ready_ms = KUBE_NEVER;
}

/* The pods of one replica: one, and another whenever a client deleted it. Whether the last one is
 * ready. */
static bool replica_add(struct kube_world *kube, const struct kube_app *app,
                        const struct kube_object *set, int index)
{
    enum { LIVES = 8 };
    struct kube_pod pod = {.ns = app->ns,
                           .app = app->app,
                           .component = app->component,
                           .container = app->container,
                           .image = app->image,
                           .cpu = app->cpu,
                           .memory = app->memory,
                           .claim = app->claim,
                           .owner = set,
                           .trouble = app->trouble,
                           .port = app->port,
                           .finished_ms = KUBE_NEVER};
    first_times(kube, app, &pod);
    for (int life = 0; life < LIVES; life++) {
        char tail[11], name[KUBE_NAME + 16];
        char *seed = alloc_printf("%s %d %d", set->uid, index, life);
        kube_hash(seed, 5, tail);
        pod.node = kube->node_count > 0 ? (kube_octet(set->name) + index) % kube->node_count : 0;
        free(seed);
        snprintf(name, sizeof name, "%s-%s", set->name, tail);
        pod.name = name;
        int64_t gone = kube_gone_ms(kube, KUBE_POD, app->ns, name, pod.created_ms);
        bool ends = app->deleted_ms < gone;
        pod.deleted_ms = ends ? app->deleted_ms : gone;
        struct kube_object *made = kube_pod_add(kube, &pod);
        kube_event(kube, set,
                   &(struct kube_tale){"Normal", "SuccessfulCreate", "replicaset-controller",
                                       pod.created_ms, pod.created_ms, 1},
                   "Created pod: %s", name);
        if (ends || gone > kube->now_ms)
            return made && kube->now_ms >= pod.ready_ms && kube->now_ms < pod.deleted_ms;
        next_times(kube, &pod, gone);
    }
    return false;
}

void kube_app_add(struct kube_world *kube, const struct kube_app *app)
{
    if (!kube_past(kube, NULL, app->created_ms) ||
        kube_past(kube, NULL, kube_end_ms(kube, app->deleted_ms)))
        return;
    struct kube_object *deployment = deployment_add(kube, app);
    struct kube_object *set = set_add(kube, app, deployment);
    int ready = 0;
    kube_event(kube, deployment,
               &(struct kube_tale){"Normal", "ScalingReplicaSet", "deployment-controller",
                                   app->created_ms, app->created_ms, 1},
               "Scaled up replica set %s from 0 to %d", set->name, app->replicas);
    size_t before = kube->count;
    for (int i = 0; i < app->replicas; i++)
        ready += replica_add(kube, app, set, i);
    for (size_t i = before; i < kube->count; i++)
        if (kube->objects[i]->kind == KUBE_POD)
            kube_past(kube, deployment, kube->objects[i]->changed_ms);
    kube_past(kube, set, deployment->changed_ms);
    json_t *status = replica_status(app, ready, false);
    js_set(status, "conditions", deployment_conditions(kube, deployment, app, ready));
    js_set(deployment->json, "status", status);
    js_set(set->json, "status", replica_status(app, ready, true));
}

static bool daemon_pod(struct kube_world *kube, const struct kube_object *set, int node,
                       const char *container, const char *image, int64_t from_ms, double seconds)
{
    char tail[11], name[KUBE_NAME + 16];
    char *seed = alloc_printf("%s %s", set->uid, kube->nodes[node].name);
    kube_hash(seed, 5, tail);
    free(seed);
    snprintf(name, sizeof name, "%s-%s", set->name, tail);
    int64_t span = kube_ms(kube, seconds);
    struct kube_pod pod = {.ns = set->ns,
                           .name = name,
                           .app = set->name,
                           .container = container,
                           .image = image,
                           .cpu = "50m",
                           .memory = "64Mi",
                           .owner = set,
                           .node = node,
                           .created_ms = from_ms,
                           .scheduled_ms = from_ms,
                           .pulled_ms = from_ms + span * 6 / 10,
                           .running_ms = from_ms + span * 7 / 10,
                           .ready_ms = from_ms + span,
                           .finished_ms = KUBE_NEVER,
                           .deleted_ms = KUBE_NEVER};
    kube_pod_add(kube, &pod);
    return kube->now_ms >= pod.ready_ms;
}

void kube_daemon_add(struct kube_world *kube, const char *name, const char *container,
                     const char *image, int64_t created_ms, double seconds)
{
    int wanted = 0, ready = 0;
    if (!kube_past(kube, NULL, created_ms))
        return;
    struct kube_object *set = kube_add(kube, KUBE_DAEMON_SET, "kube-system", name, created_ms);
    kube_label(set, "app", name);
    generation(set);
    js_set(set->json, "spec",
           json_pack("{s:o, s:o}", "selector", selector_of(name, NULL), "template",
                     template_of(name, NULL, container, image)));
    for (int i = 0; i < kube->node_count; i++) {
        int64_t joined = kube->nodes[i].joined_ms;
        int64_t from = joined > created_ms ? joined : created_ms;
        if (!kube_past(kube, set, from))
            continue;
        wanted++;
        bool is_ready = daemon_pod(kube, set, i, container, image, from, seconds);
        kube_past(kube, set, from + kube_ms(kube, seconds));
        ready += is_ready;
    }
    js_set(set->json, "status",
           json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "currentNumberScheduled", wanted,
                     "numberMisscheduled", 0, "desiredNumberScheduled", wanted, "numberReady",
                     ready, "observedGeneration", 1, "updatedNumberScheduled", wanted,
                     "numberAvailable", ready));
}
