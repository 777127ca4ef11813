/* Watches: two moments of the cluster compared, again and again. The moment from which a client
 * watches can be made anew, because the cluster is a function of the world and the time. */
#include "core/rehearsal/kube_call.h"

#include "core/base/alloc.h"

enum {
    BOOKMARK_MS = 60000,
    CUT_MS = 4000,        /* how long a watch lives under the fault watch-cut */
    FORGOTTEN_MS = 20000, /* and what its API remembers then */
    TIMEOUT_S = 1800,
};

struct seen {
    char uid[37];
    json_t *json;
    bool still;
};

struct watcher {
    struct stream stream;
    struct kube_call call; /* its request and cloud are those of the moment */
    struct seen *seen;
    size_t count, capacity;
    int64_t from_ms; /* resourceVersion; 0: everything is new */
    int64_t began_ms, ends_ms, marked_ms;
    bool bookmarks, begun;
    bool initial; /* the client wants to be told where everything that there is ends */
};

static void tell(struct buf *out, const char *type, json_t *object)
{
    json_t *event = json_object();
    js_set_text(event, "type", type);
    js_set(event, "object", json_incref(object));
    js_dump(event, out);
    buf_byte(out, '\n');
    json_decref(event);
}

/* The same, with the object as the client wants it. */
static void tell_object(const struct watcher *watcher, const char *type, json_t *object,
                        int64_t now_ms, struct buf *out)
{
    if (!watcher->call.table) {
        tell(out, type, object);
        return;
    }
    json_t *one = json_pack("[O]", object);
    json_t *metadata =
        json_pack("{s:s}", "resourceVersion", js_text(object, "metadata.resourceVersion"));
    json_t *table = kube_table(&watcher->call, one, metadata, now_ms);
    tell(out, type, table);
    json_decref(table);
    json_decref(one);
}

static void tell_refusal(struct buf *out, int64_t from_ms, int64_t now_ms)
{
    char *message = alloc_printf("too old resource version: %lld (%lld)", (long long)from_ms,
                                 (long long)now_ms);
    json_t *status = kube_status(410, "Expired", message);
    tell(out, "ERROR", status);
    json_decref(status);
    free(message);
}

static void tell_bookmark(const struct watcher *watcher, int64_t version_ms, bool initial,
                          struct buf *out)
{
    const struct kube_resource *resource = &kube_resources[watcher->call.kind];
    char version[24], *group = *resource->group
                                   ? alloc_printf("%s/%s", resource->group, resource->version)
                                   : alloc_copy(str_of(resource->version));
    snprintf(version, sizeof version, "%lld", (long long)version_ms);
    json_t *mark = json_pack("{s:s, s:s, s:{s:s, s:n}}", "kind", resource->kind, "apiVersion",
                             group, "metadata", "resourceVersion", version, "creationTimestamp");
    if (initial)
        js_set(json_object_get(mark, "metadata"), "annotations",
               json_pack("{s:s}", "k8s.io/initial-events-end", "true"));
    if (watcher->call.table) {
        json_t *metadata = json_pack("{s:s}", "resourceVersion", version);
        json_decref(mark);
        mark = kube_table(&watcher->call, NULL, metadata, version_ms);
    }
    tell(out, "BOOKMARK", mark);
    json_decref(mark);
    free(group);
}

static struct seen *seen_of(struct watcher *watcher, const struct kube_object *object)
{
    for (size_t i = 0; i < watcher->count; i++)
        if (strcmp(watcher->seen[i].uid, object->uid) == 0)
            return &watcher->seen[i];
    return NULL;
}

/* Takes the object for known; the event's type when that is news. */
static const char *look(struct watcher *watcher, const struct kube_object *object)
{
    struct seen *seen = seen_of(watcher, object);
    const char *type = "MODIFIED";
    if (!seen) {
        alloc_room(&watcher->seen, watcher->count, &watcher->capacity, sizeof *watcher->seen);
        seen = &watcher->seen[watcher->count++];
        *seen = (struct seen){.json = NULL};
        str_copy(str_of(object->uid), seen->uid, sizeof seen->uid);
        type = "ADDED";
    } else if (json_equal(seen->json, object->json))
        type = NULL;
    json_decref(seen->json);
    seen->json = json_incref(object->json);
    seen->still = true;
    return type;
}

static void tell_deleted(struct watcher *watcher, int64_t now_ms, struct buf *out)
{
    for (size_t i = 0; i < watcher->count;) {
        struct seen *seen = &watcher->seen[i];
        if (seen->still) {
            seen->still = false;
            i++;
            continue;
        }
        char version[24];
        snprintf(version, sizeof version, "%lld", (long long)now_ms);
        json_t *last = json_deep_copy(seen->json);
        js_set_text(json_object_get(last, "metadata"), "resourceVersion", version);
        if (out)
            tell_object(watcher, "DELETED", last, now_ms, out);
        json_decref(last);
        json_decref(seen->json);
        *seen = watcher->seen[--watcher->count];
    }
}

/* Compares with what is known; without `out` it only learns. */
static void compare(struct watcher *watcher, const struct kube_world *kube, struct buf *out)
{
    for (size_t i = 0; i < kube->count; i++) {
        const struct kube_object *object = kube->objects[i];
        if (!kube_selects(&watcher->call, object))
            continue;
        const char *type = look(watcher, object);
        if (type && out)
            tell_object(watcher, type, object->json, kube->now_ms, out);
    }
    tell_deleted(watcher, kube->now_ms, out);
}

/* What the client knows already. */
static bool begin(struct watcher *watcher, const struct cloud *now, struct buf *out)
{
    struct kube_world kube;
    int64_t oldest = kube_oldest(now->now_ms);
    watcher->begun = true;
    if (watcher->from_ms == 0)
        return true;
    if (settings_has_fault(now->settings, "watch-cut"))
        oldest = now->now_ms - FORGOTTEN_MS;
    if (watcher->from_ms < oldest) {
        if (!kube_at(&watcher->call, now->now_ms, &kube))
            return false;
        bool late = kube.changed_ms > watcher->from_ms;
        kube_world_finish(&kube);
        if (late) {
            tell_refusal(out, watcher->from_ms, now->now_ms);
            return false;
        }
    }
    if (!kube_at(&watcher->call, watcher->from_ms, &kube))
        return false;
    compare(watcher, &kube, NULL);
    kube_world_finish(&kube);
    return true;
}

/* The fault: every watch ends too early, every other one in the middle of a line. */
static bool is_cut(const struct watcher *watcher, const struct cloud *now, struct buf *out)
{
    if (!settings_has_fault(now->settings, "watch-cut") || now->now_ms - watcher->began_ms < CUT_MS)
        return false;
    if (watcher->began_ms % 2)
        buf_text(out, "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"P");
    return true;
}

static enum stream_state watch_step(struct stream *stream, const struct cloud *now, struct buf *out,
                                    int64_t *next_ms)
{
    struct watcher *watcher = container_of(stream, struct watcher, stream);
    struct kube_world kube;
    watcher->call.cloud = now;
    if (!watcher->begun && !begin(watcher, now, out))
        return STREAM_ENDS;
    if (!kube_at(&watcher->call, now->now_ms, &kube))
        return STREAM_CUT;
    if (watcher->from_ms <= now->now_ms)
        compare(watcher, &kube, out);
    int64_t version = kube.changed_ms > watcher->from_ms ? kube.changed_ms : watcher->from_ms;
    *next_ms = kube.next_ms;
    kube_world_finish(&kube);
    bool ends = now->now_ms >= watcher->ends_ms;
    if (watcher->bookmarks && (ends || now->now_ms >= watcher->marked_ms + BOOKMARK_MS)) {
        watcher->marked_ms = now->now_ms;
        tell_bookmark(watcher, version, false, out);
    }
    if (watcher->initial)
        tell_bookmark(watcher, version, true, out);
    watcher->initial = false;
    watcher->call.cloud = NULL;
    if (is_cut(watcher, now, out))
        return STREAM_CUT;
    if (watcher->ends_ms < *next_ms)
        *next_ms = watcher->ends_ms;
    return ends ? STREAM_ENDS : STREAM_GOES_ON;
}

static void watch_destroy(struct stream *stream)
{
    struct watcher *watcher = container_of(stream, struct watcher, stream);
    for (size_t i = 0; i < watcher->count; i++)
        json_decref(watcher->seen[i].json);
    free(watcher->seen);
    free(watcher);
}

static const struct stream_ops watch_ops = {.step = watch_step, .destroy = watch_destroy};

/* A streaming list: everything that there is as ADDED, a mark behind it, then what happens. */
static bool read_initial(const struct kube_call *call, int64_t *from_ms, bool *initial,
                         struct cloud_reply *reply)
{
    char wish[8], match[24];
    kube_parameter(call->request, "sendInitialEvents", wish, sizeof wish);
    kube_parameter(call->request, "resourceVersionMatch", match, sizeof match);
    *initial = strcmp(wish, "true") == 0;
    if (*initial && strcmp(match, "NotOlderThan") != 0) {
        kube_status_reply(
            reply, 422, "Invalid",
            "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        return false;
    }
    if (*initial)
        *from_ms = 0;
    return true;
}

void kube_watch(const struct kube_call *call, struct cloud_reply *reply)
{
    char version[40], seconds[24], marks[8];
    int64_t from = 0, timeout = TIMEOUT_S, now = call->cloud->now_ms;
    bool initial;
    kube_parameter(call->request, "resourceVersion", version, sizeof version);
    kube_parameter(call->request, "timeoutSeconds", seconds, sizeof seconds);
    kube_parameter(call->request, "allowWatchBookmarks", marks, sizeof marks);
    if (!kube_selectors_check(call, reply))
        return;
    if (*version && (!str_to_int64(str_of(version), &from) || from < 0)) {
        kube_status_reply(reply, 400, "BadRequest", "resourceVersion: Invalid value: \"%s\"",
                          version);
        return;
    }
    if (!read_initial(call, &from, &initial, reply))
        return;
    if (!str_to_int64(str_of(seconds), &timeout) || timeout <= 0 || timeout > TIMEOUT_S)
        timeout = TIMEOUT_S;
    struct watcher *watcher = alloc_zeroed(1, sizeof *watcher);
    watcher->stream.ops = &watch_ops;
    watcher->call = *call;
    watcher->call.request = NULL;
    watcher->call.cloud = NULL;
    watcher->from_ms = from;
    watcher->began_ms = watcher->marked_ms = now;
    watcher->ends_ms = now + timeout * 1000;
    watcher->bookmarks = strcmp(marks, "true") == 0 || strcmp(marks, "1") == 0;
    watcher->initial = initial;
    reply->status = 200;
    str_copy(STR("application/json"), reply->type, sizeof reply->type);
    reply->stream = &watcher->stream;
}
