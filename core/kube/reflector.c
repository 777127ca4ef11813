/* Lists, and when to try what again. The open watch is reflector_watch.c's.
 * Lists are asked for as kubectl does it, page by page from the latest state and without a
 * resourceVersion: with resourceVersion=0 the server ignores the limit, and ten thousand pods are
 * one answer. */
#include "core/kube/reflector.h"

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/kube/reflector_private.h"
#include "core/kube/thin.h"

enum {
    FIRST_MS = 800,
    LONGEST_MS = 30000,
    FORGIVEN_MS = 120000, /* without a failure the next one waits FIRST_MS again */
    REFUSED_MS = 60000,
    PAGE_MS = 60000,
    LONGEST_LINE = 8 << 20,
};

static const size_t LARGEST_PAGE = (size_t)64 << 20;

static struct loop *loop_of(const struct reflector *reflector)
{
    return reflector->kube->http->loop;
}

/* ---- state ---- */

void reflector_set_state(struct reflector *reflector, enum reflector_state state,
                         const struct error *err)
{
    static const char *const names[] = {"idle",  "listing",   "watching",
                                        "stale", "forbidden", "missing"};
    bool same =
        reflector->state == state && (!err || strcmp(err->text, reflector->error.text) == 0);
    if (state == REFLECTOR_STALE && reflector->state != REFLECTOR_STALE)
        reflector->stale_ms = loop_of(reflector)->now_ms;
    reflector->state = state;
    if (err)
        reflector->error = *err;
    else
        error_clear(&reflector->error);
    if (same)
        return;
    log_line("%s/%s: %s %s", reflector->group, reflector->resource, names[state],
             reflector->error.text);
    if (reflector->changed)
        reflector->changed(reflector);
}

/* Twice as long each time, and up to twice that: client-go's backoff with a jitter of 1.0. */
static int64_t next_wait(struct reflector *reflector)
{
    int64_t now = loop_of(reflector)->now_ms;
    if (reflector->backoff_ms == 0 || now - reflector->failed_ms > FORGIVEN_MS)
        reflector->backoff_ms = FIRST_MS;
    else if (reflector->backoff_ms < LONGEST_MS)
        reflector->backoff_ms *= 2;
    if (reflector->backoff_ms > LONGEST_MS)
        reflector->backoff_ms = LONGEST_MS;
    double more = reflector->random ? reflector->random() : 0.5;
    int64_t wait = reflector->backoff_ms + (int64_t)((double)reflector->backoff_ms * more);
    if (wait < reflector->request.retry_ms)
        wait = reflector->request.retry_ms;
    reflector->failed_ms = now + wait;
    return wait;
}

static void try_later(struct reflector *reflector, int64_t ms)
{
    kube_request_cancel(&reflector->request);
    reflector->watching = false;
    loop_after(loop_of(reflector), &reflector->timer, ms);
}

void reflector_fail(struct reflector *reflector, const struct error *err, bool relist)
{
    struct error why = *err; /* it may be the request's */
    reflector->relist = relist || reflector->version.len == 0;
    try_later(reflector, next_wait(reflector));
    reflector_set_state(reflector, REFLECTOR_STALE, &why);
}

void reflector_expire(struct reflector *reflector)
{
    bool often = reflector->backoff_ms > 0 &&
                 loop_of(reflector)->now_ms - reflector->failed_ms < FORGIVEN_MS;
    int64_t wait = next_wait(reflector);
    reflector->relist = true;
    try_later(reflector, often ? wait : 0);
    reflector_set_state(reflector, REFLECTOR_LISTING, NULL);
}

/* All namespaces are more than many may see: their own is worth more than nothing. */
static bool narrow(struct reflector *reflector)
{
    if (reflector->narrowed || reflector->namespace_name[0] || !reflector->fallback[0])
        return false;
    reflector->narrowed = true;
    reflector->relist = true;
    try_later(reflector, 0);
    return true;
}

static void give_up(struct reflector *reflector, enum reflector_state state)
{
    struct error why = reflector->request.error;
    reflector->relist = true;
    reflector->narrowed = false;
    try_later(reflector, REFUSED_MS);
    reflector_set_state(reflector, state, &why);
}

void reflector_refused(struct reflector *reflector, bool listing)
{
    const struct kube_request *request = &reflector->request;
    struct str reason = str_of(request->reason);
    if (request->status == 403) {
        if (!narrow(reflector))
            give_up(reflector, REFLECTOR_FORBIDDEN);
    } else if (request->status == 404) {
        give_up(reflector, REFLECTOR_MISSING);
    } else if (request->status == 410 || str_is(reason, "Expired") || str_is(reason, "Gone")) {
        reflector_expire(reflector);
    } else {
        bool wrong = request->status >= 400 && request->status < 500 && request->status != 401 &&
                     request->status != 429;
        reflector_fail(reflector, &request->error, wrong || listing);
    }
}

/* ---- objects ---- */

static struct str text_of(const json_t *object, const char *path)
{
    return str_of(js_text(object, path));
}

/* A DELETED for something of which only the key is known. */
static void tell_gone(struct reflector *reflector, struct str name_space, struct str name)
{
    json_t *object = json_object(), *metadata = json_object();
    js_set(metadata, "namespace", json_stringn(name_space.data, name_space.len));
    js_set(metadata, "name", json_stringn(name.data, name.len));
    js_set(object, "metadata", metadata);
    reflector->item(reflector, REFLECTOR_DELETED, object);
    json_decref(object);
}

void reflector_put(struct reflector *reflector, const json_t *object)
{
    struct str name_space = text_of(object, "metadata.namespace");
    struct str name = text_of(object, "metadata.name");
    if (name.len == 0)
        return;
    enum keyset_found found =
        keyset_put(&reflector->keys, name_space, name, text_of(object, "metadata.uid"));
    if (found == KEYSET_ANOTHER)
        tell_gone(reflector, name_space, name);
    reflector->item(reflector, found == KEYSET_KNOWN ? REFLECTOR_MODIFIED : REFLECTOR_ADDED,
                    object);
}

void reflector_drop(struct reflector *reflector, const json_t *object)
{
    if (keyset_remove(&reflector->keys, text_of(object, "metadata.namespace"),
                      text_of(object, "metadata.name")))
        reflector->item(reflector, REFLECTOR_DELETED, object);
}

void reflector_take_version(struct reflector *reflector, const json_t *value)
{
    struct str version = text_of(value, "metadata.resourceVersion");
    if (version.len == 0)
        return;
    buf_clear(&reflector->version);
    (void)buf_append(&reflector->version, version);
}

size_t reflector_count(const struct reflector *reflector)
{
    return reflector->keys.count;
}

/* ---- lists ---- */

void reflector_ask(struct reflector *reflector)
{
    struct kube_request *request = &reflector->request;
    const char *name_space = reflector->narrowed ? reflector->fallback : reflector->namespace_name;
    kube_request_finish(request);
    kube_request_init(request, "GET", reflector->group);
    if (name_space[0]) {
        kube_request_segment(request, STR("namespaces"));
        kube_request_segment(request, str_of(name_space));
    }
    kube_request_segment(request, str_of(reflector->resource));
    if (reflector->label_selector[0])
        kube_request_query(request, "labelSelector", str_of(reflector->label_selector));
    if (reflector->field_selector[0])
        kube_request_query(request, "fieldSelector", str_of(reflector->field_selector));
}

static void ask_page(struct reflector *reflector);

static void end_list(struct reflector *reflector)
{
    char *key;
    while ((key = keyset_take_unseen(&reflector->keys))) {
        struct str name = str_of(key), name_space;
        (void)str_cut(&name, '/', &name_space);
        tell_gone(reflector, name_space, name);
        free(key);
    }
    reflector->expired = 0;
    reflector->complete = true;
    reflector->relist = false;
    reflector_set_state(reflector, REFLECTOR_WATCHING, NULL);
    reflector_watch(reflector);
}

static bool has_version(const struct reflector *reflector, const json_t *page, struct error *err)
{
    return js_text(page, "metadata.resourceVersion")[0] != '\0' ||
           error_set(err, ERROR_SERVICE, "The answer to a list of %s has no resourceVersion.",
                     reflector->resource);
}

/* One by one: all of a page as one tree is many times its text. */
static bool put_items(struct reflector *reflector, struct str items, struct error *err)
{
    struct str item;
    while (thin_next(&items, &item)) {
        json_t *object = js_parse(item, NULL);
        if (!object)
            return error_set(err, ERROR_SERVICE,
                             "The answer to a list of %s is not what an API server says.",
                             reflector->resource);
        reflector_put(reflector, object);
        json_decref(object);
    }
    return true;
}

/* What stands around the items, or NULL; the items are put. */
static json_t *read_page(struct reflector *reflector, struct error *err)
{
    struct buf *response = &reflector->request.http.response, whole = *response;
    struct buf rest = {.data = NULL};
    struct str items = {"", 0};
    if (reflector->unread)
        thin(&whole, reflector->unread);
    bool split = thin_split(buf_str(&whole), "items", &items, &rest);
    *response = split ? rest : whole;
    json_t *page = kube_request_answer(&reflector->request, err);
    if (page && (!has_version(reflector, page, err) || !put_items(reflector, items, err))) {
        json_decref(page);
        page = NULL;
    }
    buf_finish(response);
    if (split)
        buf_finish(&whole); /* the largest thing around, and read */
    return page;
}

static void on_page(struct kube_request *request)
{
    struct reflector *reflector = container_of(request, struct reflector, request);
    struct error err = {.kind = ERROR_NONE};
    if (!request->ok && request->status == 0) {
        reflector_fail(reflector, &request->error, true);
        return;
    }
    if (!request->ok) {
        if (request->status == 410)
            reflector->expired++;
        reflector_refused(reflector, true);
        return;
    }
    json_t *page = read_page(reflector, &err);
    if (!page) {
        reflector_fail(reflector, &err, true);
        return;
    }
    reflector_take_version(reflector, page);
    buf_clear(&reflector->token);
    (void)buf_append(&reflector->token, text_of(page, "metadata.continue"));
    json_decref(page);
    if (reflector->token.len > 0)
        ask_page(reflector);
    else
        end_list(reflector);
}

static void ask_page(struct reflector *reflector)
{
    struct kube_request *request = &reflector->request;
    struct error err;
    reflector_ask(reflector);
    request->timeout_ms = PAGE_MS;
    request->max_body = LARGEST_PAGE;
    request->done = on_page;
    /* pages that grow too old one after the other: all at once, then */
    if (reflector->expired < 2)
        kube_request_query(request, "limit", STR("500"));
    if (reflector->token.len > 0)
        kube_request_query(request, "continue", buf_str(&reflector->token));
    if (!kube_request_send(reflector->kube, request, &err))
        reflector_fail(reflector, &err, true);
}

void reflector_list(struct reflector *reflector)
{
    reflector->lists++;
    buf_clear(&reflector->token);
    keyset_begin(&reflector->keys);
    if (reflector->state == REFLECTOR_IDLE || reflector->state == REFLECTOR_WATCHING)
        reflector_set_state(reflector, REFLECTOR_LISTING, NULL);
    ask_page(reflector);
}

/* ---- life ---- */

static void on_timer(struct timer *timer)
{
    struct reflector *reflector = container_of(timer, struct reflector, timer);
    if (reflector->watching)
        reflector_watch_silent(reflector);
    else if (reflector->relist)
        reflector_list(reflector);
    else
        reflector_watch(reflector);
}

void reflector_init(struct reflector *reflector, struct kube *kube, const char *group,
                    const char *resource)
{
    *reflector = (struct reflector){.kube = kube, .timer = {.fire = on_timer}};
    str_copy(str_of(group), reflector->group, sizeof reflector->group);
    str_copy(str_of(resource), reflector->resource, sizeof reflector->resource);
    buf_init(&reflector->thinned, LONGEST_LINE);
    lines_init(&reflector->lines, LONGEST_LINE, reflector_line);
}

void reflector_start(struct reflector *reflector)
{
    reflector_list(reflector);
}

void reflector_retry(struct reflector *reflector)
{
    if (!reflector->watching && timer_on(&reflector->timer))
        loop_after(loop_of(reflector), &reflector->timer, 0);
}

void reflector_finish(struct reflector *reflector)
{
    if (!reflector->kube)
        return;
    loop_cancel(loop_of(reflector), &reflector->timer);
    kube_request_finish(&reflector->request);
    lines_finish(&reflector->lines);
    keyset_finish(&reflector->keys);
    buf_finish(&reflector->version);
    buf_finish(&reflector->token);
    buf_finish(&reflector->thinned);
    reflector->kube = NULL;
}
