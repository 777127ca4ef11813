/* Asking until it is well; see health.h. */
#include "core/hub/health.h"

#include "core/base/alloc.h"

enum { EVERY_MS = 3000, TIMEOUT_MS = 10000, PAGE_MAX = 64 << 10 };

static void on_done(struct http_request *request);

static bool ask(struct hub_health *health, struct error *err)
{
    http_request_finish(&health->request);
    http_request_init(&health->request, "GET", health->url);
    health->request.timeout_ms = TIMEOUT_MS;
    health->request.max_body = PAGE_MAX;
    health->request.done = on_done;
    return http_send(health->http, &health->request, err);
}

static void on_timer(struct timer *timer)
{
    struct hub_health *health = container_of(timer, struct hub_health, timer);
    struct error err;

    if (!ask(health, &err))
        task_end(&health->task, TASK_FAILED, &err);
}

static void on_done(struct http_request *request)
{
    struct hub_health *health = container_of(request, struct hub_health, request);
    struct task *task = &health->task;
    struct error err;
    char span[CLOCK_TEXT];
    int64_t gone_ms = health->http->loop->now_ms - task->began_ms;

    health->status = request->failed ? 0 : request->status;
    if (health->status == 200) {
        task_end(task, TASK_DONE, NULL);
        return;
    }
    if (request->failed)
        snprintf(task->note, sizeof task->note, "no answer yet");
    else
        snprintf(task->note, sizeof task->note, "answers %d, not yet ready", request->status);
    if (gone_ms < health->limit_ms) {
        health->timer.fire = on_timer;
        loop_after(health->http->loop, &health->timer, health->every_ms);
        if (health->changed)
            health->changed(health);
        return;
    }
    clock_span(gone_ms, span);
    if (request->failed) {
        err = request->error;
        error_wrap(&err, "%s did not answer within %s", health->url, span);
    } else
        error_set(&err, ERROR_SERVICE, "%s answered %d and did not become ready within %s.",
                  health->url, request->status, span);
    err.code = request->status;
    task_end(task, TASK_FAILED, &err);
}

static bool health_start(struct task *task, struct error *err)
{
    return ask(container_of(task, struct hub_health, task), err);
}

static void cancel(struct hub_health *health)
{
    loop_cancel(health->http->loop, &health->timer);
    http_cancel(&health->request);
}

static void health_stop(struct task *task)
{
    struct error err;

    cancel(container_of(task, struct hub_health, task));
    error_set(&err, ERROR_CANCELLED, "The wait for an answer was stopped.");
    task_end(task, TASK_CANCELLED, &err);
}

static void health_finish(struct task *task)
{
    struct hub_health *health = container_of(task, struct hub_health, task);

    cancel(health);
    http_request_finish(&health->request);
}

void hub_health_init(struct hub_health *health, struct http *http, const char *base,
                     const char *path, int64_t limit_ms)
{
    static const struct task_ops ops = {health_start, health_stop, health_finish};

    *health = (struct hub_health){
        .task.ops = &ops, .http = http, .limit_ms = limit_ms, .every_ms = EVERY_MS};
    snprintf(health->url, sizeof health->url, "%.400s%s", base, path);
    snprintf(health->task.label, sizeof health->task.label, "wait for an answer");
}
