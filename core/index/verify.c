/* Listed, downloaded, the same bytes; see verify.h. */
#include "core/index/verify.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

enum { HOPS = 5, DOWNLOAD_MS = 300000 };

/* ---- the simple page ---- */

/* The value of href in the inside of an opening tag. */
static bool href_of(struct str tag, struct str *value)
{
    for (ptrdiff_t at; (at = str_find(tag, STR("href"))) >= 0;) {
        tag = str_trim(str_skip(tag, (size_t)at + 4));
        if (!tag.len || tag.data[0] != '=')
            continue;
        tag = str_trim(str_skip(tag, 1));
        char quote = tag.len ? tag.data[0] : '\0';
        if (quote != '"' && quote != '\'')
            continue;
        tag = str_skip(tag, 1);
        return str_cut(&tag, quote, value);
    }
    return false;
}

bool index_page_link(struct str page, const char *file, struct buf *href)
{
    struct buf text = {0};
    bool found = false;
    for (ptrdiff_t at; !found && (at = str_find(page, STR("<a"))) >= 0;) {
        struct str tag, value, inner;
        page = str_skip(page, (size_t)at + 2);
        ptrdiff_t end = str_find(page, STR("</a"));
        if (end < 0)
            break;
        inner = (struct str){page.data, (size_t)end};
        page = str_skip(page, (size_t)end);
        if (!str_cut(&inner, '>', &tag) || !href_of(tag, &value))
            continue;
        buf_clear(&text);
        xml_text(inner, &text);
        if (!str_is(str_trim(buf_str(&text)), file))
            continue;
        xml_text(value, href);
        found = href->len > 0;
    }
    buf_finish(&text);
    return found;
}

/* ---- addresses ---- */

/* "http://host:port" */
static struct str origin_of(struct str url)
{
    ptrdiff_t scheme = str_find(url, STR("://"));
    size_t n = scheme < 0 ? 0 : (size_t)scheme + 3;
    while (n < url.len && !strchr("/?#", url.data[n]))
        n++;
    return (struct str){url.data, n};
}

/* `whole` as seen from `base`, without its fragment; false when it is too long or goes elsewhere
 * than to http(s). */
static bool resolve(struct str whole, const char *base, char *out, size_t capacity)
{
    struct str from = str_of(base), origin = origin_of(from), scheme, rest = from, link;
    (void)str_cut(&whole, '#', &link);
    (void)str_cut(&rest, ':', &scheme);
    int len;
    if (str_starts(link, STR("http://")) || str_starts(link, STR("https://"))) {
        len = snprintf(out, capacity, "%.*s", STR_ARG(link));
    } else if (str_starts(link, STR("//"))) {
        len = snprintf(out, capacity, "%.*s:%.*s", STR_ARG(scheme), STR_ARG(link));
    } else if (str_starts(link, STR("/"))) {
        len = snprintf(out, capacity, "%.*s%.*s", STR_ARG(origin), STR_ARG(link));
    } else {
        size_t dir = from.len;
        while (dir > origin.len && from.data[dir - 1] != '/')
            dir--;
        len = snprintf(out, capacity, "%.*s%.*s", (int)dir, base, STR_ARG(link));
    }
    for (const char *c = out; len > 0 && (size_t)len < capacity && *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    return len > 0 && (size_t)len < capacity;
}

/* ---- the steps ---- */

static bool get(struct index_verify *verify, void (*done)(struct http_request *), struct error *err)
{
    struct index_server nobody = {.url = verify->server.url};
    bool home = str_eq(origin_of(str_of(verify->url)), origin_of(str_of(verify->server.url)));
    if (!index_request(&verify->request, home ? &verify->server : &nobody, verify->url, err))
        return false;
    verify->request.done = done;
    if (verify->listed) { /* the file itself comes */
        verify->request.max_body = DIST_MAX;
        verify->request.timeout_ms = DOWNLOAD_MS;
    }
    return http_send(verify->http, &verify->request, err);
}

static void fail(struct index_verify *verify, const struct error *err)
{
    buf_finish(&verify->request.response);
    task_end(&verify->task, TASK_FAILED, err);
}

static bool is_redirect(const struct http_request *request)
{
    return request->status >= 301 && request->status <= 308 && request->status != 304 &&
           http_response_header(request, "Location").len > 0;
}

static bool compare(struct index_verify *verify, struct error *err)
{
    struct dist came = {.wheel = false};
    came.bytes = verify->request.response;
    dist_seal(&came);
    verify->downloaded = true;
    verify->same = strcmp(came.sha256, verify->dist->sha256) == 0;
    if (verify->same)
        return true;
    error_set(err, ERROR_SERVICE, "The index gives out another file %s than the one from here.",
              verify->dist->file);
    return error_hint(err, "Files there are not replaced: raise the version to publish a change.");
}

static void downloaded(struct http_request *request)
{
    struct index_verify *verify = container_of(request, struct index_verify, request);
    struct error err = {.kind = ERROR_NONE};
    char to[sizeof verify->url];
    if (!request->failed && is_redirect(request)) {
        bool ok = ++verify->hops <= HOPS &&
                  resolve(http_response_header(request, "Location"), verify->url, to, sizeof to);
        if (!ok)
            error_set(&err, ERROR_SERVICE, "The download of %s is sent on without an end.",
                      verify->dist->file);
        if (ok)
            str_copy(str_of(to), verify->url, sizeof verify->url);
        if (!ok || !get(verify, downloaded, &err))
            fail(verify, &err);
        return;
    }
    if (request->failed || request->status != 200) {
        index_refused(request, &err);
        error_wrap(&err, "%s cannot be downloaded again", verify->dist->file);
        fail(verify, &err);
    } else if (!compare(verify, &err)) {
        fail(verify, &err);
    } else {
        buf_finish(&request->response);
        task_end(&verify->task, TASK_DONE, NULL);
    }
}

/* What stands on the page, or where a server sends us that does not have the package, is another
 * matter than a refusal. */
static bool find_link(struct index_verify *verify, struct error *err)
{
    const struct http_request *request = &verify->request;
    struct buf href = {0};
    char to[sizeof verify->url];
    if (request->failed ||
        (request->status != 200 && request->status != 404 && !is_redirect(request)))
        return index_refused(request, err);
    verify->listed = request->status == 200 &&
                     index_page_link(buf_str(&request->response), verify->dist->file, &href);
    bool ok = verify->listed && resolve(buf_str(&href), verify->url, to, sizeof to);
    buf_finish(&href);
    if (ok) {
        str_copy(str_of(to), verify->url, sizeof verify->url);
        return true;
    }
    if (verify->listed)
        return error_set(err, ERROR_SERVICE, "The index lists %s with an address that is none.",
                         verify->dist->file);
    error_set(err, ERROR_SERVICE, "The index does not list %s.", verify->dist->file);
    return error_hint(err, "Look at its pod: did it lose the file, or is its bucket not reached?");
}

static void listed(struct http_request *request)
{
    struct index_verify *verify = container_of(request, struct index_verify, request);
    struct error err = {.kind = ERROR_NONE};
    if (!find_link(verify, &err) || !get(verify, downloaded, &err)) {
        fail(verify, &err);
        return;
    }
    str_copy(STR("downloading it again"), verify->task.note, sizeof verify->task.note);
}

static bool start(struct task *task, struct error *err)
{
    struct index_verify *verify = container_of(task, struct index_verify, task);
    char path[256];
    verify->listed = verify->downloaded = verify->same = false;
    verify->hops = 0;
    snprintf(path, sizeof path, "simple/%s/", verify->dist->name);
    return index_url(verify->server.url, path, verify->url, err) && get(verify, listed, err);
}

static void stop(struct task *task)
{
    struct index_verify *verify = container_of(task, struct index_verify, task);
    struct error err;
    http_cancel(&verify->request);
    error_set(&err, ERROR_CANCELLED, "Stopped");
    task_end(task, TASK_CANCELLED, &err);
}

static void finish(struct task *task)
{
    http_request_finish(&container_of(task, struct index_verify, task)->request);
}

static const struct task_ops ops = {.start = start, .stop = stop, .finish = finish};

bool index_verify_init(struct index_verify *verify, struct http *http,
                       const struct index_server *server, const struct dist *dist,
                       struct error *err)
{
    char base[INDEX_URL];
    if (!index_url(server->url, "", base, err))
        return false;
    verify->task.ops = &ops;
    verify->http = http;
    verify->server = *server;
    verify->dist = dist;
    snprintf(verify->task.label, sizeof verify->task.label, "look up %.60s", dist->file);
    return true;
}
