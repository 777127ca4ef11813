#include "core/session/session_pods.h"

#include <sys/random.h>

#include "core/base/alloc.h"

enum { BEAT_MS = 1000, THINK_BEATS = 5, EVENTS_MOST = 20000, OTHERS_MOST = 50000 };

static const struct {
    const char *group, *resource;
    bool cluster_wide;
} kinds[PODS_KINDS] = {
    [PODS_PODS] = {"/api/v1", "pods", false},
    [PODS_NODES] = {"/api/v1", "nodes", true},
    [PODS_EVENTS] = {"/api/v1", "events", false},
    [PODS_SERVICES] = {"/api/v1", "services", false},
    [PODS_CLAIMS] = {"/api/v1", "persistentvolumeclaims", false},
    [PODS_WORKLOADS] = {"/apis/apps/v1", "deployments", false},
};

static double random_share(void)
{
    uint32_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        return 0.5;
    return bits / 4294967296.0;
}

int64_t session_pods_now(const struct session_pods *pods)
{
    return clock_wall(pods->loop->clock);
}

static void release_pod(struct record *record)
{
    pod_free((void *)record);
}

/* ---- thinking ---- */

static struct diagnose_world world_of(const struct session_pods *pods)
{
    const struct records *tables = pods->tables;
    return (struct diagnose_world){.pods = &tables[PODS_PODS],
                                   .nodes = &tables[PODS_NODES],
                                   .events = &tables[PODS_EVENTS],
                                   .claims = &tables[PODS_CLAIMS],
                                   .services = &tables[PODS_SERVICES],
                                   .workloads = &tables[PODS_WORKLOADS],
                                   .room = (const int64_t(*)[POD_RESOURCES])pods->room,
                                   .now_ms = session_pods_now(pods)};
}

/* Figures tick: they alone are no news. */
static bool same_but_digits(const char *a, const char *b)
{
    static const char digits[] = "0123456789";
    while (*a && *b) {
        a += strspn(a, digits);
        b += strspn(b, digits);
        if (*a != *b)
            return false;
        a += *a ? 1 : 0;
        b += *b ? 1 : 0;
    }
    return *a == *b;
}

/* Whether what is said of it now is news. */
static bool note_why(struct session_pods *pods, struct pod *pod, const struct diagnose_world *world)
{
    struct diagnosis said;
    char text[DIAGNOSIS_TEXT];
    diagnose_pod(pod, world, &said);
    session_pods_ask(pods, pod, &said);
    session_pods_quote(pods, pod, &said);
    diagnosis_text(&said, text);
    bool news = said.level == DIAGNOSIS_PROBLEM && !same_but_digits(pod->why ? pod->why : "", text);
    if (pod->why && strcmp(pod->why, text) == 0)
        return false;
    free(pod->why);
    pod->why = text[0] ? alloc_copy(str_of(text)) : NULL;
    return news;
}

static void think(struct session_pods *pods)
{
    const struct records *table = &pods->tables[PODS_PODS];
    struct diagnose_world world = world_of(pods);
    size_t nodes = world.nodes->count;
    free(pods->room);
    pods->room = nodes > 0 ? alloc_zeroed(nodes, sizeof *pods->room) : NULL;
    if (pods->room)
        diagnose_rooms(&world, pods->room);
    world.room = (const int64_t(*)[POD_RESOURCES])pods->room;
    for (size_t i = 0; i < table->count; i++) {
        struct pod *pod = (void *)table->items[i];
        bool news = (!pod_is_fine(pod) || pod->why) && note_why(pods, pod, &world);
        if (news && pods->thought && pods->changed)
            pods->changed(pods, REFLECTOR_MODIFIED, pod);
    }
    pods->rethink = false;
}

/* What can be read was read to its end. */
static bool all_read(const struct session_pods *pods)
{
    for (int i = 0; i < PODS_KINDS; i++) {
        const struct reflector *reflector = &pods->reflectors[i];
        if (!reflector->complete && reflector->state != REFLECTOR_FORBIDDEN &&
            reflector->state != REFLECTOR_MISSING && reflector->state != REFLECTOR_STALE)
            return false;
    }
    return true;
}

static void on_beat(struct timer *timer)
{
    struct session_pods *pods = container_of(timer, struct session_pods, beat);
    pods->beats++;
    if (all_read(pods) && (pods->rethink || !pods->thought || pods->beats % THINK_BEATS == 0)) {
        think(pods);
        pods->thought = true;
    }
    loop_after(pods->loop, &pods->beat, BEAT_MS);
}

/* ---- what the reflectors say ---- */

static struct pod *parse_pod(struct session_pods *pods, const json_t *object)
{
    struct pod *pod = pod_parse(object, &pods->rules);
    if (pod && pods->thought) {
        struct diagnose_world world = world_of(pods);
        /* counted before this change: good for the second until all is thought over */
        note_why(pods, pod, &world);
    }
    return pod;
}

/* A list that is read anew tells again what is known already. */
static bool is_known(const struct pod *old, const struct pod *pod)
{
    return old && pod->version[0] && strcmp(old->version, pod->version) == 0 &&
           strcmp(old->record.uid, pod->record.uid) == 0;
}

/* The end of a pod whose name another one has taken already. */
static bool is_another(const struct pod *old, const struct pod *pod)
{
    return old && pod->record.uid[0] && strcmp(old->record.uid, pod->record.uid) != 0;
}

static void put_pod(struct session_pods *pods, enum reflector_change change, const json_t *object)
{
    struct records *table = &pods->tables[PODS_PODS];
    struct pod *pod = parse_pod(pods, object), *old = NULL;
    if (!pod)
        return;
    old = (void *)records_get(table, pod->record.namespace, pod->record.name);
    if (change != REFLECTOR_DELETED) {
        bool news = !is_known(old, pod);
        records_put(table, &pod->record);
        if (news && pods->changed)
            pods->changed(pods, change, pod);
        return;
    }
    if (is_another(old, pod)) {
        pod_free(pod);
        return;
    }
    old = (void *)records_take(table, pod->record.key);
    /* after a list what is gone comes as a name alone: then it is shown as it was */
    if (pods->changed && (old || pod->phase[0]))
        pods->changed(pods, change, pod->phase[0] || !old ? pod : old);
    pod_free(old);
    pod_free(pod);
}

static struct record *parse(enum pods_kind kind, const json_t *object)
{
    switch (kind) {
    case PODS_NODES:
        return (void *)node_parse(object);
    case PODS_EVENTS:
        return (void *)event_parse(object);
    case PODS_SERVICES:
        return (void *)service_parse(object);
    case PODS_CLAIMS:
        return (void *)claim_parse(object);
    case PODS_WORKLOADS:
        return (void *)workload_parse(object);
    case PODS_PODS:
    case PODS_KINDS:
        break;
    }
    return NULL;
}

static void on_item(struct reflector *reflector, enum reflector_change change, const json_t *object)
{
    struct session_pods *pods = reflector->context;
    enum pods_kind kind = (enum pods_kind)(reflector - pods->reflectors);
    pods->rethink = true;
    if (kind == PODS_PODS) {
        put_pod(pods, change, object);
        return;
    }
    if (kind == PODS_NODES) {
        /* its places are those of the table */
        free(pods->room);
        pods->room = NULL;
    }
    struct record *record = parse(kind, object);
    if (record && change == REFLECTOR_DELETED) {
        records_drop(&pods->tables[kind], record->key);
        free(record);
    } else if (record) {
        records_put(&pods->tables[kind], record);
    }
}

static void on_state(struct reflector *reflector)
{
    struct session_pods *pods = reflector->context;
    pods->rethink = true;
    if (!pods->thought && all_read(pods))
        loop_after(pods->loop, &pods->beat, 0);
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

static void prepare(struct session_pods *pods, const char *namespace, const char *fallback)
{
    for (int i = 0; i < PODS_KINDS; i++) {
        struct reflector *reflector = &pods->reflectors[i];
        reflector_init(reflector, pods->kube, kinds[i].group, kinds[i].resource);
        reflector->unread = i == PODS_PODS ? pod_unread : record_unread;
        if (!kinds[i].cluster_wide) {
            str_copy(str_of(namespace), reflector->namespace_name,
                     sizeof reflector->namespace_name);
            str_copy(str_of(fallback), reflector->fallback, sizeof reflector->fallback);
        }
        reflector->random = random_share;
        reflector->context = pods;
        reflector->item = on_item;
        reflector->changed = on_state;
        pods->tables[i] = (struct records){.most = i == PODS_EVENTS ? EVENTS_MOST : OTHERS_MOST};
    }
    pods->tables[PODS_PODS].release = release_pod;
    pods->tables[PODS_PODS].most = 0;
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
    prepare(pods, namespace ? namespace : "", fallback ? fallback : "");
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

void session_pods_diagnose(const struct session_pods *pods, const struct pod *pod,
                           struct diagnosis *out)
{
    struct diagnose_world world = world_of(pods);
    diagnose_pod(pod, &world, out);
    session_pods_quote(pods, pod, out);
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
