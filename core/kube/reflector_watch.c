/* An open watch: one JSON event a line, and the ways in which it ends. */
#include "core/base/alloc.h"
#include "core/kube/reflector_private.h"
#include "core/kube/thin.h"

enum {
    SILENCE_MS = 150000, /* bookmarks come every minute */
    LOOK_MS = 500,       /* how often a stale one looks whether it was accepted */
    SHORT_MS = 1000,
    PATIENCE_MS = 60000, /* with a server that fails inside a watch */
};

static struct loop *loop_of(const struct reflector *reflector)
{
    return reflector->kube->http->loop;
}

/* ---- events ---- */

static void take_event(struct reflector *reflector, const json_t *event)
{
    struct str type = str_of(js_text(event, "type"));
    const json_t *object = js_get(event, "object");
    if (str_is(type, "ERROR")) {
        int64_t code = js_int(object, "code", 500);
        struct str reason = str_of(js_text(object, "reason"));
        bool expired = str_is(reason, "Expired") || str_is(reason, "Gone");
        reflector->broken = expired ? 410 : (int)(code > 0 && code < 1000 ? code : 500);
        return;
    }
    if (str_is(type, "ADDED") || str_is(type, "MODIFIED"))
        reflector_put(reflector, object);
    else if (str_is(type, "DELETED"))
        reflector_drop(reflector, object);
    else if (!str_is(type, "BOOKMARK"))
        reflector->broken = -1;
    if (!reflector->broken)
        reflector_take_version(reflector, object);
}

static struct str thinned(struct reflector *reflector, struct str line)
{
    if (!reflector->unread)
        return line;
    buf_clear(&reflector->thinned);
    (void)buf_append(&reflector->thinned, line);
    thin(&reflector->thinned, reflector->unread);
    return buf_str(&reflector->thinned);
}

void reflector_line(struct lines *lines, struct str line, bool cut)
{
    struct reflector *reflector = container_of(lines, struct reflector, lines);
    if (reflector->broken || (!cut && str_trim(line).len == 0))
        return;
    json_t *event = cut ? NULL : js_parse(thinned(reflector, line), NULL);
    reflector->heard = true;
    if (event)
        take_event(reflector, event);
    else
        reflector->broken = -1;
    json_decref(event);
}

/* ---- ends ---- */

static void fail_with(struct reflector *reflector, const char *what, bool relist)
{
    struct error err;
    error_set(&err, ERROR_SERVICE, "The watch of %s %s.", reflector->resource, what);
    reflector_fail(reflector, &err, relist);
}

/* A server that fails inside a watch is asked again for what comes next, but not for ever. */
static void broke(struct reflector *reflector)
{
    int64_t now = loop_of(reflector)->now_ms;
    int code = reflector->broken;
    if (reflector->refused_ms == 0)
        reflector->refused_ms = now;
    if (code == 410)
        reflector_expire(reflector);
    else if (code == 429)
        fail_with(reflector, "is refused while the server is busy", false);
    else if (code >= 500)
        fail_with(reflector, "broke: the API server reports an error of its own",
                  now - reflector->refused_ms > PATIENCE_MS);
    else if (code > 0)
        fail_with(reflector, "was ended by the API server", true);
    else
        fail_with(reflector, "said something that is no event", true);
}

static void on_data(struct kube_request *request, struct str bytes)
{
    struct reflector *reflector = container_of(request, struct reflector, request);
    loop_after(loop_of(reflector), &reflector->timer, SILENCE_MS);
    lines_feed(&reflector->lines, bytes);
    if (reflector->broken) {
        broke(reflector);
        return;
    }
    if (reflector->heard)
        reflector->refused_ms = 0;
    reflector_set_state(reflector, REFLECTOR_WATCHING, NULL);
}

static void on_end(struct kube_request *request)
{
    struct reflector *reflector = container_of(request, struct reflector, request);
    int64_t lasted = loop_of(reflector)->now_ms - reflector->watch_ms;
    reflector->watching = false;
    if (!request->ok && request->status >= 300) {
        reflector_refused(reflector, false);
    } else if (!request->ok) {
        reflector_fail(reflector, &request->error, false);
    } else {
        lines_end(&reflector->lines);
        if (reflector->broken)
            broke(reflector);
        else if (lasted < SHORT_MS && !reflector->heard)
            fail_with(reflector, "ends as soon as it begins", false);
        else
            reflector_watch(reflector);
    }
}

/* No bytes for long: the connection is dead. While stale, it looks whether the watch was accepted:
 * then it is up to date although nothing happens. */
void reflector_watch_silent(struct reflector *reflector)
{
    int64_t now = loop_of(reflector)->now_ms;
    if (reflector->state == REFLECTOR_WATCHING || now - reflector->watch_ms >= SILENCE_MS) {
        fail_with(reflector, "was silent for too long; the connection may be dead", false);
    } else if (kube_request_accepted(&reflector->request)) {
        reflector_set_state(reflector, REFLECTOR_WATCHING, NULL);
        loop_after(loop_of(reflector), &reflector->timer, SILENCE_MS);
    } else {
        loop_after(loop_of(reflector), &reflector->timer, LOOK_MS);
    }
}

void reflector_watch(struct reflector *reflector)
{
    struct kube_request *request = &reflector->request;
    struct error err;
    char seconds[16];
    double random = reflector->random ? reflector->random() : 0.5;
    snprintf(seconds, sizeof seconds, "%d", 300 + (int)(random * 300));
    reflector->watches++;
    reflector_ask(reflector);
    kube_request_query(request, "watch", STR("1"));
    kube_request_query(request, "resourceVersion", buf_str(&reflector->version));
    kube_request_query(request, "allowWatchBookmarks", STR("true"));
    kube_request_query(request, "timeoutSeconds", str_of(seconds));
    request->timeout_ms = 0;
    request->data = on_data;
    request->done = on_end;
    lines_reset(&reflector->lines);
    reflector->heard = false;
    reflector->broken = 0;
    reflector->watch_ms = loop_of(reflector)->now_ms;
    if (!kube_request_send(reflector->kube, request, &err)) {
        reflector_fail(reflector, &err, false);
        return;
    }
    reflector->watching = true;
    loop_after(loop_of(reflector), &reflector->timer,
               reflector->state == REFLECTOR_WATCHING ? SILENCE_MS : LOOK_MS);
}
