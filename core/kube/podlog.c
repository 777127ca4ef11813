/* Asks for a log and cuts it into lines. */
#include "core/kube/podlog.h"

#include "core/base/alloc.h"

enum { TAIL = 20, LONGEST_LINE = 16 << 10, LARGEST = 64 << 10 };

static void on_line(struct lines *lines, struct str line, bool cut)
{
    struct podlog *podlog = container_of(lines, struct podlog, lines);
    struct buf clean = {.data = NULL};
    if (str_ends(line, STR("\r")))
        line.len--;
    (void)buf_sanitised(&clean, line, false);
    if (cut)
        (void)buf_text(&clean, " …");
    if (!podlog->lines_only) {
        (void)buf_append(&podlog->text, buf_str(&clean));
        (void)buf_byte(&podlog->text, '\n');
    }
    if (podlog->line)
        podlog->line(podlog, buf_str(&clean));
    buf_finish(&clean);
}

static void on_data(struct kube_request *request, struct str bytes)
{
    lines_feed(&container_of(request, struct podlog, request)->lines, bytes);
}

static void end(struct podlog *podlog, bool ok, const struct error *err)
{
    podlog->ok = ok;
    if (!ok)
        podlog->error = *err;
    podlog->done(podlog);
}

/* A container that never ended has no last life: its present one will do. */
static void on_done(struct kube_request *request)
{
    struct podlog *podlog = container_of(request, struct podlog, request);
    struct error err;
    if (request->ok) {
        lines_end(&podlog->lines);
        end(podlog, true, NULL);
    } else if (podlog->was_previous && request->status == 400) {
        podlog->was_previous = false;
        buf_clear(&request->path);
        (void)buf_append(&request->path, buf_str(&podlog->present));
        if (!kube_request_send(podlog->kube, request, &err))
            end(podlog, false, &err);
    } else {
        end(podlog, false, &request->error);
    }
}

static void ask(struct podlog *podlog)
{
    struct kube_request *request = &podlog->request;
    char number[16];
    snprintf(number, sizeof number, "%u", podlog->tail ? podlog->tail : TAIL);
    kube_request_init(request, "GET", "/api/v1/namespaces");
    kube_request_segment(request, str_of(podlog->namespace_name));
    kube_request_segment(request, STR("pods"));
    kube_request_segment(request, str_of(podlog->pod));
    kube_request_segment(request, STR("log"));
    kube_request_query(request, "tailLines", str_of(number));
    if (podlog->container && podlog->container[0])
        kube_request_query(request, "container", str_of(podlog->container));
    if (podlog->follow)
        kube_request_query(request, "follow", STR("true"));
    if (!podlog->lines_only)
        kube_request_query(request, "limitBytes", STR("65536"));
    (void)buf_append(&podlog->present, buf_str(&request->path));
    if (podlog->previous)
        kube_request_query(request, "previous", STR("true"));
}

bool podlog_start(struct podlog *podlog, struct kube *kube, struct error *err)
{
    podlog_finish(podlog);
    podlog->kube = kube;
    podlog->ok = false;
    podlog->lines_only |= podlog->follow;
    podlog->was_previous = podlog->previous;
    error_clear(&podlog->error);
    buf_init(&podlog->text, 8 * LARGEST); /* a cleaned byte may be three */
    lines_init(&podlog->lines, LONGEST_LINE, on_line);
    ask(podlog);
    podlog->request.data = on_data;
    podlog->request.done = on_done;
    podlog->request.accept = "*/*";
    if (podlog->follow)
        podlog->request.timeout_ms = 0;
    return kube_request_send(kube, &podlog->request, err);
}

void podlog_finish(struct podlog *podlog)
{
    kube_request_finish(&podlog->request);
    lines_finish(&podlog->lines);
    buf_finish(&podlog->text);
    buf_finish(&podlog->present);
}
