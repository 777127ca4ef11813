/* The walk through the causes, and what the parts of it have in common. */
#include "core/kube/diagnose.h"

#include <ctype.h>
#include <stdarg.h>

#include "core/base/alloc.h"
#include "core/kube/diagnose_work.h"

#define SECOND 1000
#define MINUTE (60 * SECOND)

/* A text that was cut to its place may end within a character. */
static void mend(char *text, size_t capacity)
{
    struct buf whole = {0};
    if (str_is_utf8(str_of(text)))
        return;
    buf_sanitised(&whole, str_of(text), false);
    str_copy(buf_str(&whole), text, capacity);
    buf_finish(&whole);
}

void diagnosing_say(struct diagnosing *work, enum diagnosis_level level, const char *hint,
                    const char *format, ...)
{
    struct diagnosis *out = work->out;
    bool first = out->headline[0] == '\0';
    char text[sizeof out->headline];
    va_list args;
    if (!first && out->detail_count == DIAGNOSIS_DETAILS)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mend(text, sizeof text);
    size_t len = strlen(text);
    if (len > 0 && len + 1 < sizeof text && !strchr(".!?", text[len - 1]))
        memcpy(text + len, ".", 2);
    if (!first) {
        str_copy(str_of(text), out->details[out->detail_count++], sizeof *out->details);
        return;
    }
    str_copy(str_of(text), out->headline, sizeof out->headline);
    out->level = level;
    if (hint)
        str_copy(str_of(hint), out->hint, sizeof out->hint);
}

const struct event *diagnosing_event(const struct diagnosing *work, const char *kind,
                                     const struct record *object, const char *reason,
                                     const char *word)
{
    const struct event *event, *newest = NULL;
    size_t at = 0;
    while ((event = events_about(work->world->events, kind, object, &at))) {
        if (reason && strcmp(event->reason, reason) != 0)
            continue;
        if (word && !strstr(event->message, word))
            continue;
        if (!newest || event->last_ms >= newest->last_ms)
            newest = event;
    }
    return newest;
}

const struct event *diagnosing_pod_event(const struct diagnosing *work, const char *reason,
                                         const char *word)
{
    return diagnosing_event(work, "Pod", &work->pod->record, reason, word);
}

bool diagnosing_has(const char *text, const char *const *words)
{
    for (; *words; words++) {
        size_t len = strlen(*words);
        for (const char *at = text; *at; at++) {
            if (str_eq_nocase((struct str){at, strnlen(at, len)}, str_of(*words)))
                return true;
        }
    }
    return false;
}

bool diagnosing_quoted(const char *text, const char *before, char *out, size_t capacity)
{
    const char *at = strstr(text, before);
    at = at ? at + strlen(before) : NULL;
    const char *end = at && *at == '"' ? strchr(at + 1, '"') : NULL;
    if (!end)
        return false;
    str_copy((struct str){at + 1, (size_t)(end - at - 1)}, out, capacity);
    return out[0] != '\0';
}

bool diagnosing_name(const char **list, char *out, size_t capacity)
{
    while (**list == ',')
        ++*list;
    size_t len = strcspn(*list, ",");
    str_copy((struct str){*list, len}, out, capacity);
    *list += len;
    return len > 0;
}

/* ",a,b," as "a, b". */
static const char *listed(const char *names, char out[256])
{
    char name[128];
    size_t len = 0;
    out[0] = '\0';
    while (len < 200 && diagnosing_name(&names, name, sizeof name))
        len += (size_t)snprintf(out + len, 256 - len, "%s%.100s", len > 0 ? ", " : "", name);
    out[len < 255 ? len : 255] = '\0';
    return out;
}

/* ---- what stands around the pod ---- */

static const struct node *node_of(const struct diagnosing *work)
{
    if (!work->world->nodes || !work->pod->node[0])
        return NULL;
    return (const void *)records_get(work->world->nodes, "", work->pod->node);
}

static void diagnose_node(struct diagnosing *work)
{
    const struct node *node = node_of(work);
    if (node && !node->ready && strstr(node->message, "cni"))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "See the pods aws-node in kube-system.",
                       "Its node %s has no network yet: %.200s", node->record.name, node->message);
    else if (node && !node->ready)
        diagnosing_say(
            work, DIAGNOSIS_PROBLEM,
            "It is moved elsewhere after five minutes, or goes on when the node is back.",
            "Its node %s is not ready%s%.200s", node->record.name, node->message[0] ? ": " : ".",
            node->message);
    else if (node && node->pressures[0]) {
        char names[256];
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "Its node %s is under %s.", node->record.name,
                       listed(node->pressures, names));
    }
}

static bool is_reason(const struct pod *pod, const char *reason)
{
    return strcmp(pod->reason, reason) == 0;
}

/* What the kubelet or a controller decided about the whole pod. */
static void diagnose_reason(struct diagnosing *work)
{
    const struct pod *pod = work->pod;
    const char *hint = NULL;
    if (!pod->reason[0])
        return;
    if (is_reason(pod, "Evicted"))
        hint = "Its controller makes another one; this one may be deleted.";
    else if (is_reason(pod, "DeadlineExceeded"))
        hint = "The job took longer than its activeDeadlineSeconds allow.";
    else if (is_reason(pod, "NodeLost"))
        hint = "Nothing is known of it until the node is back.";
    else if (strncmp(pod->reason, "OutOf", 5) == 0)
        hint = "The node was full when it came there; its controller makes another one.";
    diagnosing_say(work, DIAGNOSIS_PROBLEM, hint, "%s%s%.400s", pod->reason,
                   pod->message[0] ? ": " : ".", pod->message);
}

static void diagnose_deleted(struct diagnosing *work)
{
    const struct pod *pod = work->pod;
    const struct node *node = node_of(work);
    /* deletionTimestamp already lies behind the grace period */
    int64_t late_ms = work->world->now_ms - pod->record.deleted_ms;
    char span[DURATION_TEXT], names[256];
    duration_human(late_ms, span);
    if (late_ms < MINUTE)
        diagnosing_say(work, DIAGNOSIS_WAITING, NULL, "It is being ended.");
    else if (pod->finalizers[0])
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "Whoever put the finalizer there has to take it away.",
                       "Its end waits for %s since %s.", listed(pod->finalizers, names), span);
    else if (node && !node->ready)
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "Delete it by force only when that node is gone for good.",
                       "Its node %s is not ready and cannot confirm that it has ended.", pod->node);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "A preStop hook or a process hangs; see its log.",
                       "It should have ended %s ago.", span);
}

/* ---- what runs and is not ready ---- */

static void diagnose_probes(struct diagnosing *work)
{
    const struct event *event = diagnosing_pod_event(work, "Unhealthy", NULL);
    const char *text = event ? event->message : NULL;
    if (work->pod->is_ready || strcmp(work->pod->phase, "Running") != 0 || !text)
        return;
    const char *words = strstr(text, "probe failed: ");
    words = words ? words + strlen("probe failed: ") : text;
    diagnosing_say(
        work, DIAGNOSIS_PROBLEM,
        "The program does not listen there yet, or waits for something else: see its log.",
        "Its %s probe fails: %.300s",
        strncmp(text, "Startup", 7) == 0    ? "startup"
        : strncmp(text, "Liveness", 8) == 0 ? "liveness"
                                            : "readiness",
        words);
}

static void diagnose_gates(struct diagnosing *work)
{
    const struct pod *pod = work->pod;
    if (!pod->is_ready && pod->gate_count > pod->gates_true && pod->ready == pod->total)
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "The load balancer does not find its target healthy yet.",
                       "%d of %d readiness gates are open.", pod->gates_true, pod->gate_count);
}

/* ---- what only takes its time ---- */

static const struct pod_container *unready(const struct pod *pod)
{
    for (size_t i = 0; i < pod->container_count; i++) {
        const struct pod_container *container = &pod->containers[i];
        bool done = container->kind == CONTAINER_INIT
                        ? container->state == CONTAINER_ENDED && container->now.code == 0
                        : container->ready;
        if (!done)
            return container;
    }
    return NULL;
}

static void wait_for_container(struct diagnosing *work, const struct pod_container *container)
{
    const struct event *newest = diagnosing_pod_event(work, NULL, NULL);
    int64_t since_ms = container->since_ms ? work->world->now_ms - container->since_ms : 0;
    char span[DURATION_TEXT];
    if (newest && strcmp(newest->reason, "Pulling") == 0) {
        duration_human(work->world->now_ms - newest->last_ms, span);
        diagnosing_say(work, DIAGNOSIS_WAITING, NULL, "Pulls image %.200s, for %s so far.",
                       container->image, span);
    } else if (container->state == CONTAINER_RUNNING) {
        bool init = container->kind == CONTAINER_INIT;
        diagnosing_say(work, since_ms < 2 * MINUTE ? DIAGNOSIS_WAITING : DIAGNOSIS_PROBLEM,
                       since_ms < 2 * MINUTE ? NULL : "See its log.", "%s %s runs for %s and %s.",
                       init ? "Init container" : "Container", container->name,
                       duration_human(since_ms, span),
                       init ? "has yet to end" : "is not ready yet");
    } else {
        diagnosing_say(work, work->age_ms < 3 * MINUTE ? DIAGNOSIS_WAITING : DIAGNOSIS_PROBLEM,
                       NULL, "Container %s has not been started yet.", container->name);
    }
}

static void diagnose_waiting(struct diagnosing *work)
{
    const struct pod *pod = work->pod;
    const struct pod_container *container = unready(pod);
    if (strcmp(pod->phase, "Failed") == 0)
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "It has failed.");
    else if (!pod->node[0])
        diagnosing_say(work, work->age_ms < 30 * SECOND ? DIAGNOSIS_WAITING : DIAGNOSIS_PROBLEM,
                       NULL, "No node has been chosen for it yet.");
    else if (container)
        wait_for_container(work, container);
    else
        diagnosing_say(work, DIAGNOSIS_WAITING, NULL, "It is not ready yet.");
}

/* ---- the walk ---- */

static void diagnose_containers(struct diagnosing *work)
{
    const struct pod *pod = work->pod;
    for (size_t i = 0; i < pod->container_count; i++)
        diagnose_image(work, &pod->containers[i]);
    for (size_t i = 0; i < pod->container_count; i++)
        diagnose_container(work, &pod->containers[i]);
}

void diagnose_pod(const struct pod *pod, const struct diagnose_world *world, struct diagnosis *out)
{
    struct diagnosing work = {.pod = pod, .world = world, .out = out};
    memset(out, 0, sizeof *out);
    work.age_ms = pod->record.created_ms ? world->now_ms - pod->record.created_ms : 0;
    if (pod_is_fine(pod))
        return;
    if (pod->record.deleted_ms != 0) {
        diagnose_deleted(&work);
        return;
    }
    if (strcmp(pod->phase, "Failed") != 0) {
        diagnose_scheduling(&work);
        if (!pod->node[0])
            diagnose_claims(&work);
    }
    diagnose_containers(&work);
    diagnose_mounts(&work);
    diagnose_probes(&work);
    diagnose_gates(&work);
    diagnose_reason(&work);
    diagnose_node(&work);
    if (out->level == DIAGNOSIS_FINE)
        diagnose_waiting(&work);
}

const char *diagnosis_text(const struct diagnosis *diagnosis, char out[DIAGNOSIS_TEXT])
{
    snprintf(out, DIAGNOSIS_TEXT, "%s%s%s", diagnosis->headline, diagnosis->hint[0] ? " " : "",
             diagnosis->hint);
    return out;
}
