#include "core/base/alloc.h"
#include "core/session/session_pods_work.h"

enum { BEAT_MS = 1000, THINK_BEATS = 5 };

int64_t session_pods_now(const struct session_pods *pods)
{
    return clock_wall(pods->loop->clock);
}

static void on_beat(struct timer *timer)
{
    struct session_pods *pods = container_of(timer, struct session_pods, beat);
    pods->beats++;
    if (session_pods_all_read(pods) &&
        (pods->rethink || !pods->thought || pods->beats % THINK_BEATS == 0)) {
        session_pods_think(pods);
        pods->thought = true;
    }
    loop_after(pods->loop, &pods->beat, BEAT_MS);
}

/* ---- beginning and end ---- */

/* The printers of 1.35 and later are the newest that are known. */
static void read_version(struct session_pods *pods)
{
    struct error ignored;
    json_t *answer =
        pods->version_request.ok ? kube_request_answer(&pods->version_request, &ignored) : NULL;
    struct str minor = js_str(answer, "minor");
    int64_t number;
    if (str_ends(minor, STR("+")))
        minor.len--;
    pods->rules.until_134 = str_is(js_str(answer, "major"), "1") && str_to_int64(minor, &number) &&
                            number > 0 && number <= 34;
    str_copy(js_str(answer, "gitVersion"), pods->version, sizeof pods->version);
    json_decref(answer);
}

static void start_reflectors(struct session_pods *pods)
{
    for (int i = 0; i < PODS_KINDS; i++)
        reflector_start(&pods->reflectors[i]);
}

/* It goes first: one connection is made for all, and the rules are known before the first pod. */
static void on_version(struct kube_request *request)
{
    struct session_pods *pods = container_of(request, struct session_pods, version_request);
    read_version(pods);
    start_reflectors(pods);
}

void session_pods_start(struct session_pods *pods, struct kube *kube, const char *namespace,
                        const char *fallback)
{
    struct error ignored;
    pods->kube = kube;
    pods->loop = kube->http->loop;
    pods->started = true;
    pods->asking = -1;
    pods->beat.fire = on_beat;
    session_pods_prepare(pods, namespace ? namespace : "", fallback ? fallback : "");
    loop_after(pods->loop, &pods->beat, BEAT_MS);
    kube_request_init(&pods->version_request, "GET", "/version");
    pods->version_request.done = on_version;
    if (!kube_request_send(kube, &pods->version_request, &ignored))
        start_reflectors(pods); /* they say what is wrong */
}

void session_pods_finish(struct session_pods *pods)
{
    if (!pods->started)
        return;
    pods->started = pods->thought = pods->rethink = false;
    loop_cancel(pods->loop, &pods->beat);
    kube_request_finish(&pods->version_request);
    podlog_finish(&pods->log);
    session_pods_show_log(pods, NULL, "", false);
    for (int i = 0; i < PODS_KINDS; i++) {
        reflector_finish(&pods->reflectors[i]);
        records_finish(&pods->tables[i]);
    }
    free(pods->room);
    pods->room = NULL;
    memset(pods->words, 0, sizeof pods->words);
}

/* ---- being asked ---- */

size_t session_pods_count(const struct session_pods *pods)
{
    return pods->tables[PODS_PODS].count;
}

const struct pod *session_pods_at(const struct session_pods *pods, size_t index)
{
    const struct records *table = &pods->tables[PODS_PODS];
    return index < table->count ? (const void *)table->items[index] : NULL;
}

const struct pod *session_pods_get(const struct session_pods *pods, const char *namespace,
                                   const char *name)
{
    return (const void *)records_get(&pods->tables[PODS_PODS], namespace, name);
}

const char *session_pods_why(const struct pod *pod)
{
    return pod->why;
}

bool session_pods_complete(const struct session_pods *pods)
{
    return pods->thought;
}

bool session_pods_asking(const struct session_pods *pods)
{
    return pods->asking >= 0;
}

const struct error *session_pods_refused(const struct session_pods *pods)
{
    const struct reflector *reflector = &pods->reflectors[PODS_PODS];
    bool waits = reflector->state == REFLECTOR_STALE || reflector->state == REFLECTOR_FORBIDDEN ||
                 reflector->state == REFLECTOR_MISSING;
    return pods->started && !reflector->complete && waits ? &reflector->error : NULL;
}

bool session_pods_stale(const struct session_pods *pods, char *out, size_t capacity)
{
    const struct reflector *reflector = &pods->reflectors[PODS_PODS];
    char span[DURATION_TEXT];
    if (!pods->started)
        return false;
    if (reflector->state == REFLECTOR_STALE) {
        duration_human(pods->loop->now_ms - reflector->stale_ms, span);
        snprintf(out, capacity, "%s %s%s, and being tried again: %.300s",
                 reflector->complete ? "As it was" : "Not answered for", span,
                 reflector->complete ? " ago" : "", reflector->error.text);
        return true;
    }
    if (reflector->state == REFLECTOR_FORBIDDEN || reflector->state == REFLECTOR_MISSING) {
        snprintf(out, capacity, "%.400s", reflector->error.text);
        return true;
    }
    if (!reflector->complete) {
        snprintf(out, capacity, "Being listed: %zu so far.", session_pods_count(pods));
        return true;
    }
    if (reflector->narrowed) {
        snprintf(out, capacity, "Only namespace %s: you may not list all of them.",
                 reflector->fallback);
        return true;
    }
    return false;
}
