/* Waiting for a load balancer, in the only order that does not spoil the resolvers: Kubernetes
 * gives the Service a host, AWS has nodes in service behind it, and only then its name is asked
 * for. A name asked for too early is held to be missing for a quarter of an hour by some resolvers.
 */
#include "core/aws/elb.h"
#include "core/aws/inventory.h"
#include "core/hub/health.h"
#include "core/session/between_work.h"

#include "core/base/alloc.h"

enum { EVERY_MS = 3000, EVENTS_AFTER_MS = 15000 };
enum { HOST_LIMIT_MS = 8 * 60000, SERVICE_LIMIT_MS = 6 * 60000, ANSWER_LIMIT_MS = 10 * 60000 };

struct balancer {
    struct between_ask ask;
    struct aws_access aws;
    struct inventory_list list;
    struct elb_health health;
    struct hub_health answers;
    struct timer timer;
    char host[260], name[200];
    char event[200];     /* what Kubernetes says is wrong */
    int64_t assigned_ms; /* monotonic: when the host was there; 0: not yet */
    bool newer;          /* a network load balancer, of the newer API */
    char state[24];
};

static void ask_service(struct between_ask *ask);
static void list_balancers(struct balancer *work, enum inventory_kind kind);

static struct between *owner(struct balancer *work)
{
    return work->ask.between;
}

static void fail_stuck(struct balancer *work, const char *what)
{
    struct between *between = owner(work);
    struct error err;
    char span[CLOCK_TEXT];
    clock_span(between_since(between, work->assigned_ms), span);
    error_set(&err, ERROR_SERVICE, "%s after %s.%s%s", what, span,
              work->event[0] ? " It says: " : "", work->event);
    error_hint(&err, "Look at the service %s/%s and its events, then go on.",
               between_namespace(between, between->stage),
               between_service(between, between->stage));
    between_fail(between, &err);
}

/* ---- 4: the name ---- */

static void on_answers(struct task *task)
{
    struct balancer *work = container_of(task, struct balancer, answers.task);
    struct between *between = owner(work);
    json_t *urls;
    char url[300];
    if (task->state != TASK_DONE) {
        between_fail(between, &task->error);
        return;
    }
    urls = json_object();
    snprintf(url, sizeof url, "http://%s", work->host);
    js_set_text(urls, between->stage == STAGE_PYPI ? "pypi" : "mlhub", url);
    js_set_text(between_result(between), "url", url);
    if (between->stage == STAGE_PYPI) {
        snprintf(url, sizeof url, "http://%s/simple/", work->host);
        js_set_text(urls, "pypi_index", url);
    }
    js_set(between_result(between), "urls", urls);
    between_done(between);
}

static void on_answers_changed(struct hub_health *health)
{
    struct balancer *work = container_of(health, struct balancer, answers);
    between_note(owner(work), "http://%.90s: %.50s", work->host, health->task.note);
}

static void ask_name(struct balancer *work)
{
    struct between *between = owner(work);
    const struct between_world *world = between->world;
    char base[300];
    snprintf(base, sizeof base, "http://%s", work->host);
    between_note(between, "waiting until http://%.100s answers", work->host);
    hub_health_init(&work->answers, world->http, base,
                    between->stage == STAGE_PYPI ? "/health" : "/hub/health",
                    between_ms(between, ANSWER_LIMIT_MS));
    work->answers.every_ms = between_ms(between, work->answers.every_ms);
    work->answers.changed = on_answers_changed;
    work->answers.task.ended = on_answers;
    task_start(&work->answers.task, world->loop);
}

/* A domain's entrance is asked for by its own names, and those come later. */
static void serves(struct balancer *work)
{
    if (owner(work)->stage != STAGE_DOMAIN) {
        ask_name(work);
        return;
    }
    js_set_text(between_result(owner(work)), "balancer", work->host);
    between_done(owner(work));
}

/* ---- 3: nodes in service ---- */

static void check_health(struct timer *timer);

static void later(struct balancer *work, void (*fire)(struct timer *timer))
{
    work->timer.fire = fire;
    loop_after(owner(work)->world->loop, &work->timer, between_ms(owner(work), EVERY_MS));
}

static void look_again(struct timer *timer)
{
    struct balancer *work = container_of(timer, struct balancer, timer);
    list_balancers(work, INVENTORY_BALANCER);
}

static void on_health(struct elb_health *health)
{
    struct balancer *work = container_of(health, struct balancer, health);
    struct between *between = owner(work);
    if (!health->ok && !health->missing) {
        between_fail(between, &health->error);
        return;
    }
    if (health->in_service > 0) {
        serves(work);
        return;
    }
    between_note(between, "load balancer: %u of %u nodes in service", health->in_service,
                 health->instances);
    if (health->why[0])
        str_copy(str_of(health->why), work->event, sizeof work->event);
    if (between_since(between, work->assigned_ms) > between_ms(between, SERVICE_LIMIT_MS)) {
        fail_stuck(work, "The load balancer has no node in service");
        return;
    }
    later(work, health->missing ? look_again : check_health);
}

static void check_health(struct timer *timer)
{
    struct balancer *work = container_of(timer, struct balancer, timer);
    struct error err;
    elb_health_finish(&work->health);
    if (!elb_health_start(&work->health, &work->aws.aws, work->name, on_health, &err))
        between_fail(owner(work), &err);
}

/* ---- 2: AWS knows it ---- */

static void on_item(void *context, const struct inventory_item *item)
{
    struct balancer *work = context;
    if (!str_eq_nocase(str_of(item->host), str_of(work->host)))
        return;
    str_copy(str_of(item->id), work->name, sizeof work->name);
    str_copy(str_of(item->state), work->state, sizeof work->state);
    work->newer = item->kind == INVENTORY_BALANCER_V2;
}

static void on_list(struct inventory_list *list)
{
    struct balancer *work = container_of(list, struct balancer, list);
    struct between *between = owner(work);
    if (!list->pages.ok) {
        between_fail(between, &list->pages.error);
        return;
    }
    if (work->name[0] && !work->newer)
        check_health(&work->timer);
    else if (work->newer && strcmp(work->state, "active") == 0)
        serves(work);
    else if (!work->name[0] && list->kind == INVENTORY_BALANCER)
        list_balancers(work, INVENTORY_BALANCER_V2);
    else if (between_since(between, work->assigned_ms) > between_ms(between, SERVICE_LIMIT_MS))
        fail_stuck(work, work->newer ? "The load balancer is still being provisioned"
                                     : "AWS knows no load balancer of that name");
    else
        later(work, look_again);
}

static void list_balancers(struct balancer *work, enum inventory_kind kind)
{
    struct error err;
    between_note(owner(work), "AWS is building the load balancer");
    inventory_list_finish(&work->list);
    work->list.context = work;
    work->list.item = on_item;
    work->list.done = on_list;
    if (!inventory_list_start(&work->list, &work->aws.aws, kind, NULL, NULL, &err))
        between_fail(owner(work), &err);
}

/* ---- 1: Kubernetes gives it a host ---- */

static void on_events(struct between_ask *ask, const json_t *answer)
{
    struct balancer *work = container_of(ask, struct balancer, ask);
    struct buf clean = {.data = NULL};
    char path[64];
    for (size_t i = 0; i < js_count(answer, "items"); i++) {
        snprintf(path, sizeof path, "items.%zu", i);
        const json_t *event = js_get(answer, path);
        if (!str_is(js_str(event, "type"), "Warning"))
            continue;
        buf_clear(&clean);
        buf_sanitised(&clean, js_str(event, "message"), false);
        str_copy(buf_str(&clean), work->event, sizeof work->event);
    }
    buf_finish(&clean);
    if (work->event[0])
        between_note(ask->between, "Kubernetes: %.140s", work->event);
    between_ask_later(ask, EVERY_MS, ask_service);
}

static void wait_for_host(struct balancer *work)
{
    struct between_ask *ask = &work->ask;
    struct between *between = ask->between;
    struct error err;
    char path[400];
    int64_t since = between_since(between, 0);
    if (!work->event[0])
        between_note(between, "waiting for a load balancer of the service %.60s/%.60s",
                     between_namespace(between, between->stage),
                     between_service(between, between->stage));
    if (since > between_ms(between, HOST_LIMIT_MS)) {
        fail_stuck(work, "The service has no load balancer");
        return;
    }
    if (since < between_ms(between, EVENTS_AFTER_MS)) {
        between_ask_later(ask, EVERY_MS, ask_service);
        return;
    }
    snprintf(path, sizeof path,
             "/api/v1/namespaces/%.64s/events?fieldSelector=involvedObject.kind%%3DService%%2C"
             "involvedObject.name%%3D%.64s",
             between_namespace(between, between->stage), between_service(between, between->stage));
    if (!between_ask_send(ask, "GET", path, on_events, &err))
        between_fail(between, &err);
}

static void on_service(struct between_ask *ask, const json_t *answer)
{
    struct balancer *work = container_of(ask, struct balancer, ask);
    struct between *between = ask->between;
    struct error err = ask->request.error;
    const char *host = js_text(answer, "status.loadBalancer.ingress.0.hostname");
    if (!*host)
        host = js_text(answer, "status.loadBalancer.ingress.0.ip");
    if (!answer) {
        between_fail(between, &err);
        return;
    }
    if (!str_is(js_str(answer, "spec.type"), "LoadBalancer")) {
        error_set(&err, ERROR_SERVICE, "The service %s/%s is no LoadBalancer.",
                  between_namespace(between, between->stage),
                  between_service(between, between->stage));
        between_fail(between, &err);
        return;
    }
    if (!*host) {
        wait_for_host(work);
        return;
    }
    struct buf clean = {.data = NULL};
    buf_sanitised(&clean, str_of(host), false);
    bool whole = str_copy(buf_str(&clean), work->host, sizeof work->host);
    buf_finish(&clean);
    if (!whole || strpbrk(work->host, "/@?#%\" ")) {
        error_set(&err, ERROR_SERVICE, "The service's load balancer has a name that is none.");
        between_fail(between, &err);
        return;
    }
    work->assigned_ms = between->world->loop->now_ms;
    work->event[0] = '\0';
    list_balancers(work, INVENTORY_BALANCER);
}

static void ask_service(struct between_ask *ask)
{
    struct between *between = ask->between;
    struct error err;
    char path[256];
    snprintf(path, sizeof path, "/api/v1/namespaces/%.64s/services/%.64s",
             between_namespace(between, between->stage), between_service(between, between->stage));
    if (!between_ask_send(ask, "GET", path, on_service, &err))
        between_fail(between, &err);
}

static bool balancer_start(struct between *between, struct error *err)
{
    const struct between_world *world = between->world;
    struct balancer *work = between->work;
    if (!between_ask_open(&work->ask, between, err) ||
        !aws_access_open(&work->aws, world->http, world->signals, world->place, world->profile,
                         world->answers->region, err))
        return false;
    ask_service(&work->ask);
    return true;
}

static void balancer_finish(struct between *between)
{
    struct balancer *work = between->work;
    loop_cancel(between->world->loop, &work->timer);
    task_finish(&work->answers.task);
    elb_health_finish(&work->health);
    inventory_list_finish(&work->list);
    between_ask_finish(&work->ask);
    aws_access_finish(&work->aws);
}

const struct between_step between_balancer = {
    .step = STEP_BALANCER,
    .label = "wait for the load balancer",
    .stages = BETWEEN_STAGE(STAGE_PYPI) | BETWEEN_STAGE(STAGE_MLHUB) | BETWEEN_STAGE(STAGE_DOMAIN),
    .size = sizeof(struct balancer),
    .start = balancer_start,
    .finish = balancer_finish,
};
