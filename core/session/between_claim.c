/* Claiming the hub while nobody else can reach it: a port of the proxy's pod is brought to this
 * machine, and the admin signs up through it. The Service is opened only behind this step. */
#include "core/hub/claim.h"
#include "core/hub/health.h"
#include "core/kube/forward.h"
#include "core/session/between_work.h"

#include "core/base/alloc.h"

enum { EVERY_MS = 3000, POD_LIMIT_MS = 10 * 60000, HUB_LIMIT_MS = 10 * 60000 };

struct claim_step {
    struct between_ask ask;
    struct forward forward;
    struct http http; /* whatever the host, it goes through the forward */
    struct hub_health health;
    struct hub_claim claim;
    char port_name[64];
    int port;
    char selector[256];
};

static void ask_pods(struct between_ask *ask);

/* ---- 4: the claim ---- */

static void on_claim(struct task *task)
{
    struct claim_step *work = container_of(task, struct claim_step, claim.task);
    struct between *between = work->ask.between;
    struct error err = task->error;
    if (task->state == TASK_DONE) {
        js_set_text(between_result(between), "claimed", work->claim.username);
        js_set_bool(between_result(between), "before", work->claim.outcome == HUB_OURS);
        between_done(between);
        return;
    }
    if (work->claim.outcome == HUB_TAKEN)
        error_hint(&err, "Nothing was opened. Give the password that fits in MLHub's form or in "
                         "EKSHUB_HUB_PASSWORD, or destroy MLHub with its volume and apply it "
                         "again.");
    else if (!err.hint[0])
        error_hint(&err, "Nothing was opened. Go on to try again.");
    between_fail(between, &err);
}

static void claim(struct claim_step *work)
{
    struct between *between = work->ask.between;
    const struct between_world *world = between->world;
    struct error err;
    between_note(between, "signing up %.60s before anybody else can",
                 world->answers->hub_admin_user);
    if (!hub_claim_init(&work->claim, &work->http, "http://hub", world->answers->hub_admin_user,
                        &world->secrets->items[SECRET_HUB_PASSWORD], true, &err)) {
        between_fail(between, &err);
        return;
    }
    work->claim.task.ended = on_claim;
    task_start(&work->claim.task, world->loop);
}

/* ---- 3: the hub answers through the forward ---- */

static void on_health(struct task *task)
{
    struct claim_step *work = container_of(task, struct claim_step, health.task);
    struct between *between = work->ask.between;
    struct error err = task->error;
    if (task->state == TASK_DONE) {
        claim(work);
        return;
    }
    if (work->forward.trouble.kind != ERROR_NONE)
        err = work->forward.trouble;
    error_wrap(&err, "The hub could not be reached through its pod %.80s", work->forward.pod);
    between_fail(between, &err);
}

static void on_health_changed(struct hub_health *health)
{
    struct claim_step *work = container_of(health, struct claim_step, health);
    between_note(work->ask.between, "the hub: %.100s", health->task.note);
}

static void on_forward(struct task *task)
{
    struct claim_step *work = container_of(task, struct claim_step, forward.task);
    struct between *between = work->ask.between;
    struct error err = task->error;
    error_wrap(&err, "The hub's pod cannot be reached");
    between_fail(between, &err);
}

static void begin_forward(struct claim_step *work, const char *pod)
{
    struct between *between = work->ask.between;
    const struct between_world *world = between->world;
    struct http_route route = world->place->route;
    between_note(between, "reaching the pod %.100s", pod);
    forward_init(&work->forward, &work->ask.access.kube, between_namespace(between, STAGE_MLHUB),
                 pod, work->port);
    work->forward.task.ended = on_forward;
    task_start(&work->forward.task, world->loop);
    if (work->forward.task.state != TASK_RUNNING)
        return; /* on_forward has told */
    route.port = work->forward.port;
    route.resolves = NULL;
    http_init(&work->http, world->loop, &route);
    hub_health_init(&work->health, &work->http, "http://hub", "/hub/health",
                    between_ms(between, HUB_LIMIT_MS));
    work->health.every_ms = between_ms(between, work->health.every_ms);
    work->health.changed = on_health_changed;
    work->health.task.ended = on_health;
    task_start(&work->health.task, world->loop);
}

/* ---- 2: the pod behind the Service ---- */

static bool is_ready(const json_t *pod)
{
    char path[48];
    for (size_t i = 0; i < js_count(pod, "status.conditions"); i++) {
        snprintf(path, sizeof path, "status.conditions.%zu", i);
        const json_t *condition = js_get(pod, path);
        if (str_is(js_str(condition, "type"), "Ready"))
            return str_is(js_str(condition, "status"), "True");
    }
    return false;
}

/* The number of the port of that name; 0 when no container has it. */
static int port_of(const json_t *pod, const char *name)
{
    char path[80];
    for (size_t i = 0; i < js_count(pod, "spec.containers") && i < 32; i++) {
        snprintf(path, sizeof path, "spec.containers.%zu.ports", i);
        const json_t *ports = js_get(pod, path);
        for (size_t j = 0; j < json_array_size(ports); j++) {
            const json_t *port = json_array_get(ports, j);
            if (str_is(js_str(port, "name"), name))
                return (int)js_int(port, "containerPort", 0);
        }
    }
    return 0;
}

static void on_pods(struct between_ask *ask, const json_t *answer)
{
    struct claim_step *work = container_of(ask, struct claim_step, ask);
    struct between *between = ask->between;
    struct error err = ask->request.error;
    const json_t *items = js_get(answer, "items");
    if (!answer) {
        between_fail(between, &err);
        return;
    }
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *pod = json_array_get(items, i);
        struct str name = js_str(pod, "metadata.name");
        char text[254];
        if (!is_ready(pod) || js_get(pod, "metadata.deletionTimestamp") ||
            !str_copy(name, text, sizeof text))
            continue;
        if (work->port_name[0])
            work->port = port_of(pod, work->port_name);
        if (work->port <= 0 || work->port > 65535)
            continue;
        begin_forward(work, text);
        return;
    }
    between_note(between, "waiting for the pod behind %.60s to be ready",
                 between_service(between, STAGE_MLHUB));
    if (between_since(between, 0) <= between_ms(between, POD_LIMIT_MS)) {
        between_ask_later(ask, EVERY_MS, ask_pods);
        return;
    }
    error_set(&err, ERROR_SERVICE, "No pod behind the service %s/%s became ready.",
              between_namespace(between, STAGE_MLHUB), between_service(between, STAGE_MLHUB));
    error_hint(&err, "p shows the pods and why they are not ready.");
    between_fail(between, &err);
}

static void ask_pods(struct between_ask *ask)
{
    struct claim_step *work = container_of(ask, struct claim_step, ask);
    struct error err;
    char path[400];
    snprintf(path, sizeof path, "/api/v1/namespaces/%.64s/pods?labelSelector=%.250s",
             between_namespace(ask->between, STAGE_MLHUB), work->selector);
    if (!between_ask_send(ask, "GET", path, on_pods, &err))
        between_fail(ask->between, &err);
}

/* ---- 1: the Service ---- */

/* "a=b,c=d", encoded for a query; false when it is empty or does not fit. */
static bool read_selector(json_t *selector, char out[256])
{
    const char *key;
    json_t *value;
    struct buf text;
    bool fits;
    buf_init(&text, 250);
    json_object_foreach(selector, key, value)
    {
        struct str word = {json_string_value(value), json_string_length(value)};
        buf_printf(&text, "%s", text.len ? "%2C" : "");
        for (const char *c = key; *c; c++)
            buf_printf(&text, *c == '/' ? "%%2F" : "%c", *c);
        buf_text(&text, "%3D");
        buf_append(&text, word);
    }
    fits = !text.failed && text.len > 0 && !strpbrk(buf_cstr(&text), " &#?\"\r\n");
    str_copy(buf_str(&text), out, 256);
    buf_finish(&text);
    return fits;
}

static void on_service(struct between_ask *ask, const json_t *answer)
{
    struct claim_step *work = container_of(ask, struct claim_step, ask);
    struct between *between = ask->between;
    struct error err = ask->request.error;
    const json_t *port = js_get(answer, "spec.ports.0");
    json_t *selector = json_object_get(js_get(answer, "spec"), "selector");
    if (!answer) {
        between_fail(between, &err);
        return;
    }
    str_copy(js_str(port, "targetPort"), work->port_name, sizeof work->port_name);
    work->port = (int)js_int(port, "targetPort", js_int(port, "port", 0));
    if (!port || !read_selector(selector, work->selector)) {
        error_set(&err, ERROR_SERVICE, "The service %s/%s leads to no pod.",
                  between_namespace(between, STAGE_MLHUB), between_service(between, STAGE_MLHUB));
        between_fail(between, &err);
        return;
    }
    ask_pods(ask);
}

static bool claim_start(struct between *between, struct error *err)
{
    struct claim_step *work = between->work;
    char path[256];
    if (secret_empty(&between->world->secrets->items[SECRET_HUB_PASSWORD])) {
        error_set(err, ERROR_AUTH, "There is no password to claim the hub with.");
        return error_hint(err, "Give it in EKSHUB_HUB_PASSWORD. Nothing was opened.");
    }
    snprintf(path, sizeof path, "/api/v1/namespaces/%.64s/services/%.64s",
             between_namespace(between, STAGE_MLHUB), between_service(between, STAGE_MLHUB));
    between_note(between, "looking for the hub's pod");
    return between_ask_open(&work->ask, between, err) &&
           between_ask_send(&work->ask, "GET", path, on_service, err);
}

static void claim_finish(struct between *between)
{
    struct claim_step *work = between->work;
    task_finish(&work->claim.task);
    task_finish(&work->health.task);
    http_finish(&work->http);
    work->forward.task.ended = NULL;
    task_finish(&work->forward.task);
    between_ask_finish(&work->ask);
}

const struct between_step between_claim = {
    .step = STEP_CLAIM,
    .label = "claim the hub",
    .stages = BETWEEN_STAGE(STAGE_MLHUB),
    .size = sizeof(struct claim_step),
    .start = claim_start,
    .finish = claim_finish,
};
