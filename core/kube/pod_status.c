/* The columns of one pod, step by step as printPod of Kubernetes 1.31 to 1.36 takes them; the
 * order of the steps is what decides between them. */
#include "core/base/alloc.h"
#include "core/kube/pod.h"

struct counting {
    const json_t *spec, *status;
    struct pod_columns *out;
    int64_t side_restarts, side_ms; /* those of sidecars */
    bool has_running;
    char failed[128]; /* reason of a container that ended badly; "" */
};

static const json_t *member(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static bool is(const json_t *object, const char *key, const char *text)
{
    return str_is(pack_member(object, key), text);
}

static int64_t number(const json_t *object, const char *key)
{
    return js_int(object, key, 0);
}

static bool condition_is(const json_t *status, const char *type, const char *key, const char *text)
{
    const json_t *all = member(status, "conditions");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *condition = json_array_get(all, i);
        if (is(condition, "type", type) && is(condition, key, text))
            return true;
    }
    return false;
}

static bool is_sidecar(const json_t *spec, struct str name)
{
    const json_t *all = member(spec, "initContainers");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *container = json_array_get(all, i);
        if (str_eq(pack_member(container, "name"), name))
            return is(container, "restartPolicy", "Always");
    }
    return false;
}

static void say(struct pod_columns *out, const char *before, struct str text)
{
    snprintf(out->status, sizeof out->status, "%s%.*s", before, STR_ARG(text));
}

/* The reason of a terminated container, or what kubectl says instead. */
static void say_ended(const json_t *ended, const char *before, char *out, size_t capacity)
{
    struct str reason = pack_member(ended, "reason");
    long long signal = number(ended, "signal"), code = number(ended, "exitCode");
    if (reason.len > 0)
        snprintf(out, capacity, "%s%.*s", before, STR_ARG(reason));
    else if (signal != 0)
        snprintf(out, capacity, "%sSignal:%lld", before, signal);
    else
        snprintf(out, capacity, "%sExitCode:%lld", before, code);
}

static void count_restarts(const json_t *status, int64_t *restarts, int64_t *last_ms)
{
    int64_t count = number(status, "restartCount");
    int64_t ended_ms = pack_time(member(member(status, "lastState"), "terminated"), "finishedAt");
    *restarts += count > 0 && count < INT32_MAX ? count : 0;
    *last_ms = ended_ms > *last_ms ? ended_ms : *last_ms;
}

/* False when this init container holds the others up. */
static bool step_init(struct counting *counting, size_t index, const json_t *status)
{
    struct pod_columns *out = counting->out;
    const json_t *state = member(status, "state"), *ended = member(state, "terminated");
    struct str waiting = pack_member(member(state, "waiting"), "reason");
    bool sidecar = is_sidecar(counting->spec, pack_member(status, "name"));
    count_restarts(status, &out->restarts, &out->restarted_ms);
    if (sidecar)
        count_restarts(status, &counting->side_restarts, &counting->side_ms);
    if (json_is_object(ended) && number(ended, "exitCode") == 0)
        return true;
    if (sidecar && json_is_true(member(status, "started"))) {
        out->ready += json_is_true(member(status, "ready")) ? 1 : 0;
        return true;
    }
    if (json_is_object(ended))
        say_ended(ended, "Init:", out->status, sizeof out->status);
    else if (waiting.len > 0 && !str_is(waiting, "PodInitializing"))
        say(out, "Init:", waiting);
    else
        snprintf(out->status, sizeof out->status, "Init:%zu/%zu", index,
                 json_array_size(member(counting->spec, "initContainers")));
    return false;
}

static void step_container(struct counting *counting, const json_t *status)
{
    struct pod_columns *out = counting->out;
    const json_t *state = member(status, "state"), *ended = member(state, "terminated");
    struct str waiting = pack_member(member(state, "waiting"), "reason");
    count_restarts(status, &out->restarts, &out->restarted_ms);
    if (waiting.len > 0) {
        say(out, "", waiting);
    } else if (json_is_object(ended)) {
        say_ended(ended, "", out->status, sizeof out->status);
        if (number(ended, "exitCode") != 0)
            say_ended(ended, "", counting->failed, sizeof counting->failed);
    } else if (json_is_true(member(status, "ready")) && json_is_object(member(state, "running"))) {
        counting->has_running = true;
        out->ready++;
    }
}

/* "Completed" of the first container does not speak for the others. */
static void judge_completed(struct counting *counting, const struct pod_rules *rules)
{
    struct pod_columns *out = counting->out;
    bool ready = condition_is(counting->status, "Ready", "status", "True");
    if (strcmp(out->status, "Completed") != 0)
        return;
    if (counting->has_running && ready)
        say(out, "", STR("Running"));
    else if (!rules->until_134 && counting->failed[0])
        say(out, "", str_of(counting->failed));
    else if (counting->has_running)
        say(out, "", STR("NotReady"));
}

static void count_total(struct counting *counting)
{
    const json_t *all = member(counting->spec, "initContainers");
    counting->out->total = (int)json_array_size(member(counting->spec, "containers"));
    for (size_t i = 0; i < json_array_size(all); i++)
        counting->out->total += is(json_array_get(all, i), "restartPolicy", "Always") ? 1 : 0;
}

static void step_deleted(struct counting *counting)
{
    struct str phase = pack_member(counting->status, "phase");
    if (is(counting->status, "reason", "NodeLost"))
        say(counting->out, "", STR("Unknown"));
    else if (!str_is(phase, "Succeeded") && !str_is(phase, "Failed"))
        say(counting->out, "", STR("Terminating"));
}

void pod_columns(const json_t *object, const struct pod_rules *rules, struct pod_columns *out)
{
    struct counting counting = {
        .spec = member(object, "spec"), .status = member(object, "status"), .out = out};
    const json_t *inits = member(counting.status, "initContainerStatuses");
    const json_t *mains = member(counting.status, "containerStatuses");
    struct str reason = pack_member(counting.status, "reason");
    bool initializing = false;
    *out = (struct pod_columns){.ready = 0};
    say(out, "", reason.len > 0 ? reason : pack_member(counting.status, "phase"));
    if (condition_is(counting.status, "PodScheduled", "reason", "SchedulingGated"))
        say(out, "", STR("SchedulingGated"));
    count_total(&counting);
    for (size_t i = 0; i < json_array_size(inits) && !initializing; i++)
        initializing = !step_init(&counting, i, json_array_get(inits, i));
    if (!initializing || condition_is(counting.status, "Initialized", "status", "True")) {
        out->restarts = counting.side_restarts;
        out->restarted_ms = counting.side_ms;
        for (size_t i = json_array_size(mains); i > 0; i--)
            step_container(&counting, json_array_get(mains, i - 1));
        judge_completed(&counting, rules);
    }
    if (pack_member(member(object, "metadata"), "deletionTimestamp").len > 0)
        step_deleted(&counting);
}
