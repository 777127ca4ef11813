#include "core/kube/pod.h"

#include "core/base/alloc.h"
#include "core/kube/quantity.h"

#define CONTAINERS_MAX 64

const char *const pod_resource_names[POD_RESOURCES] = {"cpu", "memory", "ephemeral-storage",
                                                       "nvidia.com/gpu"};

const char *const pod_unread[] = {"managedFields",
                                  "affinity",
                                  "allocatedResources",
                                  "annotations",
                                  "configMap",
                                  "env",
                                  "envFrom",
                                  "hostIPs",
                                  "imagePullSecrets",
                                  "lifecycle",
                                  "livenessProbe",
                                  "nodeSelector",
                                  "ports",
                                  "projected",
                                  "readinessProbe",
                                  "securityContext",
                                  "startupProbe",
                                  "tolerations",
                                  "topologySpreadConstraints",
                                  "volumeMounts",
                                  NULL};

static const json_t *member(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static int number(const json_t *object, const char *key)
{
    int64_t value = js_int(object, key, 0);
    return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : (int)value;
}

/* ---- what it asks for ---- */

static int64_t sum(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void add_amounts(const json_t *amounts, int64_t out[POD_RESOURCES])
{
    for (int i = 0; i < POD_RESOURCES; i++) {
        int64_t milli = 0;
        if (quantity_parse(pack_member(amounts, pod_resource_names[i]), &milli) && milli > 0)
            out[i] = sum(out[i], milli);
    }
}

/* The larger of what runs side by side and of each init container with the sidecars before it. */
static void add_requests(const json_t *spec, int64_t out[POD_RESOURCES])
{
    const json_t *inits = member(spec, "initContainers"), *mains = member(spec, "containers");
    int64_t sides[POD_RESOURCES] = {0}, most[POD_RESOURCES] = {0}, all[POD_RESOURCES];
    for (size_t i = 0; i < json_array_size(inits); i++) {
        const json_t *container = json_array_get(inits, i);
        const json_t *amounts = member(member(container, "resources"), "requests");
        memcpy(all, sides, sizeof all);
        add_amounts(amounts, all);
        if (str_is(pack_member(container, "restartPolicy"), "Always"))
            memcpy(sides, all, sizeof sides);
        for (int r = 0; r < POD_RESOURCES; r++)
            most[r] = all[r] > most[r] ? all[r] : most[r];
    }
    for (size_t i = 0; i < json_array_size(mains); i++)
        add_amounts(member(member(json_array_get(mains, i), "resources"), "requests"), sides);
    for (int r = 0; r < POD_RESOURCES; r++)
        out[r] = sides[r] > most[r] ? sides[r] : most[r];
    add_amounts(member(spec, "overhead"), out);
}

/* ---- containers ---- */

static void read_end(const json_t *state, struct container_end *out)
{
    const json_t *ended = member(state, "terminated");
    out->seen = json_is_object(ended);
    out->code = number(ended, "exitCode");
    out->signal = number(ended, "signal");
    out->ended_ms = pack_time(ended, "finishedAt");
    pack_text(&out->reason, member(ended, "reason"));
    pack_str(&out->message, pack_member(ended, "message"), PACK_SPEECH);
}

static const json_t *status_of(const json_t *statuses, struct str name)
{
    for (size_t i = 0; i < json_array_size(statuses); i++) {
        const json_t *status = json_array_get(statuses, i);
        if (str_eq(pack_member(status, "name"), name))
            return status;
    }
    return NULL;
}

static void read_container(const json_t *spec, const json_t *statuses, struct pod_container *out)
{
    const json_t *status = status_of(statuses, pack_member(spec, "name"));
    const json_t *state = member(status, "state"), *waiting = member(state, "waiting");
    const json_t *running = member(state, "running");
    pack_text(&out->name, member(spec, "name"));
    pack_text(&out->image, member(spec, "image"));
    pack_text(&out->reason, member(waiting, "reason"));
    pack_str(&out->message, pack_member(waiting, "message"), PACK_SPEECH);
    read_end(state, &out->now);
    read_end(member(status, "lastState"), &out->last);
    out->state = json_is_object(waiting)   ? CONTAINER_WAITING
                 : out->now.seen           ? CONTAINER_ENDED
                 : json_is_object(running) ? CONTAINER_RUNNING
                                           : CONTAINER_NONE;
    out->restarts = number(status, "restartCount");
    out->since_ms = pack_time(running, "startedAt");
    out->ready = json_is_true(member(status, "ready"));
    out->started = json_is_true(member(status, "started"));
    quantity_parse(pack_member(member(member(spec, "resources"), "limits"), "memory"),
                   &out->memory_limit);
}

static void read_containers(const json_t *object, struct pod *pod)
{
    const json_t *spec = member(object, "spec"), *status = member(object, "status");
    const json_t *inits = member(spec, "initContainers"), *mains = member(spec, "containers");
    size_t init_count = json_array_size(inits), count = init_count + json_array_size(mains);
    count = count < CONTAINERS_MAX ? count : CONTAINERS_MAX;
    pod->container_count = pack_array(&pod->containers, count, sizeof *pod->containers);
    for (size_t i = 0; i < pod->container_count; i++) {
        struct pod_container *container = &pod->containers[i];
        const json_t *one =
            i < init_count ? json_array_get(inits, i) : json_array_get(mains, i - init_count);
        bool always = str_is(pack_member(one, "restartPolicy"), "Always");
        container->kind = i >= init_count ? CONTAINER_MAIN
                          : always        ? CONTAINER_SIDECAR
                                          : CONTAINER_INIT;
        read_container(
            one, member(status, i < init_count ? "initContainerStatuses" : "containerStatuses"),
            container);
    }
}

/* ---- the rest ---- */

static void read_conditions(const json_t *status, struct pod *pod)
{
    const json_t *all = member(status, "conditions"), *unscheduled = NULL;
    pod->conditions = json_array_size(all) > 0;
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *condition = json_array_get(all, i);
        struct str type = pack_member(condition, "type");
        bool yes = str_is(pack_member(condition, "status"), "True");
        if (str_is(type, "Ready"))
            pod->is_ready = yes;
        else if (str_is(type, "PodScheduled") && yes)
            pod->scheduled_ms = pack_time(condition, "lastTransitionTime");
        else if (str_is(type, "PodScheduled"))
            unscheduled = condition;
    }
    pack_text(&pod->unscheduled, member(unscheduled, "reason"));
    pack_str(&pod->unschedulable, pack_member(unscheduled, "message"), PACK_SPEECH);
}

static void read_gates(const json_t *object, struct pod *pod)
{
    const json_t *gates = member(member(object, "spec"), "readinessGates");
    const json_t *all = member(member(object, "status"), "conditions");
    pod->gate_count = (int)json_array_size(gates);
    for (size_t g = 0; g < json_array_size(gates); g++) {
        struct str type = pack_member(json_array_get(gates, g), "conditionType");
        for (size_t i = 0; i < json_array_size(all); i++) {
            const json_t *condition = json_array_get(all, i);
            if (!str_eq(pack_member(condition, "type"), type))
                continue;
            pod->gates_true += str_is(pack_member(condition, "status"), "True") ? 1 : 0;
            break;
        }
    }
}

static void read_owner(const json_t *metadata, struct pod *pod)
{
    const json_t *all = member(metadata, "ownerReferences"), *owner = NULL;
    for (size_t i = 0; i < json_array_size(all) && !owner; i++) {
        if (json_is_true(member(json_array_get(all, i), "controller")))
            owner = json_array_get(all, i);
    }
    pack_text(&pod->owner_kind, member(owner, "kind"));
    pack_text(&pod->owner, member(owner, "name"));
}

static void read_texts(const json_t *object, struct pod *pod)
{
    const json_t *metadata = member(object, "metadata"), *spec = member(object, "spec");
    const json_t *status = member(object, "status");
    pack_text(&pod->phase, member(status, "phase"));
    pack_text(&pod->reason, member(status, "reason"));
    pack_str(&pod->message, pack_member(status, "message"), PACK_SPEECH);
    pack_text(&pod->node, member(spec, "nodeName"));
    pack_text(&pod->ip, member(json_array_get(member(status, "podIPs"), 0), "ip"));
    pack_text(&pod->nominated, member(status, "nominatedNodeName"));
    pack_pairs(&pod->labels, member(metadata, "labels"));
    pack_names(&pod->claims, member(spec, "volumes"), "persistentVolumeClaim.claimName");
    pack_names(&pod->gates, member(spec, "schedulingGates"), "name");
    pack_names(&pod->finalizers, member(metadata, "finalizers"), "");
    read_owner(metadata, pod);
}

struct pod *pod_parse(const json_t *object, const struct pod_rules *rules)
{
    struct pod *pod = pack_begin(sizeof *pod, object);
    struct pod_columns columns;
    if (!pod->record.name[0])
        return NULL;
    pod_columns(object, rules, &columns);
    pack_text(&pod->version, member(member(object, "metadata"), "resourceVersion"));
    pack_str(&pod->status, str_of(columns.status), PACK_TEXT);
    pod->ready = columns.ready;
    pod->total = columns.total;
    pod->restarts = columns.restarts;
    pod->restarted_ms = columns.restarted_ms;
    pod->grace_s = number(member(object, "metadata"), "deletionGracePeriodSeconds");
    read_containers(object, pod);
    read_texts(object, pod);
    read_conditions(member(object, "status"), pod);
    read_gates(object, pod);
    add_requests(member(object, "spec"), pod->request);
    return pack_end();
}

const char *pod_ready(const struct pod *pod, char out[DURATION_TEXT])
{
    snprintf(out, DURATION_TEXT, "%d/%d", pod->ready, pod->total);
    return out;
}

const char *pod_restarts(const struct pod *pod, int64_t now_ms, char out[2 * DURATION_TEXT])
{
    char age[DURATION_TEXT];
    if (pod->restarts != 0 && pod->restarted_ms != 0)
        snprintf(out, (size_t)2 * DURATION_TEXT, "%lld (%s ago)", (long long)pod->restarts,
                 duration_human(now_ms - pod->restarted_ms, age));
    else
        snprintf(out, (size_t)2 * DURATION_TEXT, "%lld", (long long)pod->restarts);
    return out;
}

const char *pod_age(const struct pod *pod, int64_t now_ms, char out[DURATION_TEXT])
{
    return duration_since(pod->record.created_ms, now_ms, out);
}

const char *pod_gates(const struct pod *pod, char out[DURATION_TEXT])
{
    if (pod->gate_count > 0)
        snprintf(out, DURATION_TEXT, "%d/%d", pod->gates_true, pod->gate_count);
    else
        snprintf(out, DURATION_TEXT, "<none>");
    return out;
}

bool pod_is_fine(const struct pod *pod)
{
    if (strcmp(pod->phase, "Succeeded") == 0)
        return true;
    return pod->is_ready && pod->record.deleted_ms == 0 && !pod->reason[0];
}

void pod_free(struct pod *pod)
{
    if (pod)
        free(pod->why);
    free(pod);
}
