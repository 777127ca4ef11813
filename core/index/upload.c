/* One multipart form; see upload.h. */
#include "core/index/upload.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

enum { UPLOAD_MS = 300000 };

static void field(struct buf *body, const char *boundary, const char *name, const char *value)
{
    if (value[0])
        buf_printf(body, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n",
                   boundary, name, value);
}

/* A file cannot hold its own digest, so nothing in it can look like the boundary. */
static bool put_form(struct http_request *request, const struct dist *dist)
{
    struct buf *body = &request->body;
    char boundary[80], type[128];
    snprintf(boundary, sizeof boundary, "----ekshub%.40s", dist->sha256);
    snprintf(type, sizeof type, "multipart/form-data; boundary=%s", boundary);
    http_header(request, "Content-Type", str_of(type));
    buf_init(body, DIST_MAX + (1 << 16));
    field(body, boundary, ":action", "file_upload");
    field(body, boundary, "protocol_version", "1");
    field(body, boundary, "metadata_version", "2.1");
    field(body, boundary, "name", dist->name);
    field(body, boundary, "version", dist->version);
    field(body, boundary, "filetype", dist->wheel ? "bdist_wheel" : "sdist");
    field(body, boundary, "pyversion", dist->wheel ? "py3" : "source");
    field(body, boundary, "sha256_digest", dist->sha256);
    field(body, boundary, "summary", dist->summary);
    field(body, boundary, "requires_python", dist->requires_python);
    buf_printf(body,
               "--%s\r\nContent-Disposition: form-data; name=\"content\"; filename=\"%s\"\r\n"
               "Content-Type: application/octet-stream\r\n\r\n",
               boundary, dist->file);
    buf_append(body, buf_str(&dist->bytes));
    return buf_printf(body, "\r\n--%s--\r\n", boundary);
}

/* A page where the index would answer with a few bytes: somebody else took the upload. */
static bool answered_by_a_page(const struct http_request *request, struct error *err)
{
    struct str type = http_response_header(request, "Content-Type");
    char title[160];
    struct buf shown = {0};
    if (!str_starts(type, STR("text/html")))
        return false;
    if (!xml_value(buf_str(&request->response), "title", title, sizeof title))
        str_copy(STR("a page without a title"), title, sizeof title);
    buf_sanitised(&shown, str_of(title), false);
    error_set(err, ERROR_SERVICE, "A web page answered instead of the index: %s.",
              buf_cstr(&shown));
    error_hint(err, "Is something between here and the index, or is the address not its own?");
    buf_finish(&shown);
    return true;
}

static void done(struct http_request *request)
{
    struct index_upload *upload = container_of(request, struct index_upload, request);
    struct error err = {.kind = ERROR_NONE};
    enum task_state state = TASK_FAILED;
    bool taken = !request->failed && (request->status == 200 || request->status == 201);
    if (taken && !answered_by_a_page(request, &err)) {
        state = TASK_DONE;
    } else if (!request->failed && request->status == 409) {
        upload->there = true;
        state = TASK_WARNED;
        error_set(&err, ERROR_SERVICE, "The index has a file %s already.", upload->dist->file);
        err.code = request->status;
        error_hint(&err, "Files there are not replaced: raise the version to publish a change.");
    } else if (!taken) {
        index_refused(request, &err);
    }
    buf_finish(&request->body);
    buf_finish(&request->response);
    task_end(&upload->task, state, &err);
}

static bool start(struct task *task, struct error *err)
{
    struct index_upload *upload = container_of(task, struct index_upload, task);
    struct http_request *request = &upload->request;
    upload->there = false;
    if (!index_request(request, &upload->server, upload->url, err))
        return false;
    str_copy(STR("POST"), request->method, sizeof request->method);
    if (!put_form(request, upload->dist))
        return error_set(err, ERROR_INPUT, "%s is too large to be uploaded from here.",
                         upload->dist->file);
    request->timeout_ms = UPLOAD_MS;
    request->done = done;
    return http_send(upload->http, request, err);
}

static void stop(struct task *task)
{
    struct index_upload *upload = container_of(task, struct index_upload, task);
    struct error err;
    http_cancel(&upload->request);
    error_set(&err, ERROR_CANCELLED, "Stopped");
    task_end(task, TASK_CANCELLED, &err);
}

static void finish(struct task *task)
{
    http_request_finish(&container_of(task, struct index_upload, task)->request);
}

static const struct task_ops ops = {.start = start, .stop = stop, .finish = finish};

bool index_upload_init(struct index_upload *upload, struct http *http,
                       const struct index_server *server, const struct dist *dist,
                       struct error *err)
{
    if (!index_url(server->url, "simple/", upload->url, err))
        return false;
    upload->task.ops = &ops;
    upload->http = http;
    upload->server = *server;
    upload->dist = dist;
    snprintf(upload->task.label, sizeof upload->task.label, "upload %.60s", dist->file);
    return true;
}
