/* The steps as tasks: which there are, and what all of them need. */
#include "core/session/between.h"

#include <stdarg.h>

#include "core/session/between_work.h"

#include "core/base/alloc.h"

static const struct between_step *const steps[] = {
    &between_kubeconfig, &between_balancer, &between_claim,   &between_names, &between_certificate,
    &between_prove,      &between_drain,    &between_residue, &between_store,
};

static const struct between_step *step_of(enum stage_step step)
{
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i]->step == step)
            return steps[i];
    return NULL;
}

void between_note(struct between *between, const char *format, ...)
{
    char note[sizeof between->task.note];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(note, sizeof note, format, arguments);
    va_end(arguments);
    if (strcmp(note, between->task.note) == 0)
        return;
    str_copy(str_of(note), between->task.note, sizeof between->task.note);
    if (between->changed)
        between->changed(between);
}

void between_done(struct between *between)
{
    task_end(&between->task, TASK_DONE, NULL);
}

void between_warn(struct between *between, const struct error *err)
{
    task_end(&between->task, TASK_WARNED, err);
}

void between_fail(struct between *between, const struct error *err)
{
    task_end(&between->task, TASK_FAILED, err);
}

json_t *between_result(struct between *between)
{
    if (!between->result)
        between->result = json_object();
    return between->result;
}

int64_t between_ms(const struct between *between, int64_t ms)
{
    int speed = between->world->place->speed;
    return speed > 1 ? ms / speed : ms;
}

int64_t between_since(const struct between *between, int64_t from_ms)
{
    int64_t began = between->task.began_ms;
    return between->world->loop->now_ms - (from_ms > began ? from_ms : began);
}

const char *between_namespace(const struct between *between, enum stage_id stage)
{
    const struct between_world *world = between->world;
    const char *said = outputs_text(world->outputs, stage, "namespace");
    if (*said)
        return said;
    if (stage == STAGE_DOMAIN)
        return "traefik";
    if (stage == STAGE_MLHUB)
        return world->answers->hub_release;
    return world->answers->pypi_namespace[0] ? world->answers->pypi_namespace : "default";
}

const char *between_service(const struct between *between, enum stage_id stage)
{
    const char *said = outputs_text(between->world->outputs, stage, "service");
    return *said                   ? said
           : stage == STAGE_DOMAIN ? "traefik"
           : stage == STAGE_MLHUB  ? "proxy-public"
                                   : "pypi";
}

/* ---- one request to the API server at a time ---- */

bool between_ask_open(struct between_ask *ask, struct between *between, struct error *err)
{
    const struct between_world *world = between->world;
    ask->between = between;
    ask->open = cluster_access_open(&ask->access, world->http, world->signals, world->place,
                                    world->dir, world->profile, err);
    return ask->open;
}

static void on_answer(struct kube_request *request)
{
    struct between_ask *ask = container_of(request, struct between_ask, request);
    json_t *answer = request->ok ? kube_request_answer(request, &request->error) : NULL;
    ask->answered(ask, answer);
    json_decref(answer);
}

bool between_ask_send(struct between_ask *ask, const char *method, const char *path,
                      void (*answered)(struct between_ask *ask, const json_t *answer),
                      struct error *err)
{
    kube_request_finish(&ask->request);
    kube_request_init(&ask->request, method, path);
    ask->request.done = on_answer;
    ask->answered = answered;
    return kube_request_send(&ask->access.kube, &ask->request, err);
}

static void on_timer(struct timer *timer)
{
    struct between_ask *ask = container_of(timer, struct between_ask, timer);
    ask->again(ask);
}

void between_ask_later(struct between_ask *ask, int64_t ms, void (*again)(struct between_ask *ask))
{
    ask->again = again;
    ask->timer.fire = on_timer;
    loop_after(ask->between->world->loop, &ask->timer, between_ms(ask->between, ms));
}

void between_ask_finish(struct between_ask *ask)
{
    if (!ask->between)
        return;
    loop_cancel(ask->between->world->loop, &ask->timer);
    kube_request_finish(&ask->request);
    cluster_access_finish(&ask->access);
    ask->open = false;
}

/* ---- the kubeconfig ---- */

static bool kubeconfig_start(struct between *between, struct error *err)
{
    const struct between_world *world = between->world;
    struct cluster_values values = {
        .name = outputs_text(world->outputs, STAGE_EKS, "cluster_name"),
        .region = outputs_text(world->outputs, STAGE_EKS, "region"),
        .endpoint = outputs_text(world->outputs, STAGE_EKS, "cluster_endpoint"),
        .ca_data = outputs_text(world->outputs, STAGE_EKS, "cluster_certificate_authority_data"),
    };
    char path[PATH_MAX];
    if (!*values.name || !*values.endpoint || !*values.ca_data)
        return error_set(err, ERROR_TOOL,
                         "terraform gave no address or certificate of the cluster "
                         "for the kubeconfig.");
    if (!*values.region)
        values.region = world->answers->region;
    if (!session_kubeconfig_write(world->place, &values, world->profile, path, err))
        return false;
    js_set(between_result(between), "kubeconfig", js_clean(str_of(path)));
    between_done(between);
    return true;
}

const struct between_step between_kubeconfig = {
    .step = STEP_KUBECONFIG,
    .label = "write the kubeconfig",
    .stages = BETWEEN_STAGE(STAGE_EKS),
    .start = kubeconfig_start,
};

/* ---- as a task ---- */

static void clear(struct between *between)
{
    const struct between_step *step = step_of(between->step);
    if (between->work && step->finish)
        step->finish(between);
    free(between->work);
    between->work = NULL;
    json_decref(between->result);
    between->result = NULL;
}

static bool between_start(struct task *task, struct error *err)
{
    struct between *between = container_of(task, struct between, task);
    const struct between_step *step = step_of(between->step);
    clear(between);
    if (step->size)
        between->work = alloc_zeroed(1, step->size);
    return step->start(between, err);
}

static void between_stop(struct task *task)
{
    struct between *between = container_of(task, struct between, task);
    struct error err;
    clear(between);
    error_set(&err, ERROR_CANCELLED, "Stopped while this step was going on: %.100s.", task->label);
    task_end(task, TASK_CANCELLED, &err);
}

static void between_finish(struct task *task)
{
    clear(container_of(task, struct between, task));
}

bool between_init(struct between *between, const struct between_world *world, enum stage_id stage,
                  enum stage_step step, bool destroy, struct error *err)
{
    static const struct task_ops ops = {between_start, between_stop, between_finish};
    const struct between_step *row = step_of(step);
    *between = (struct between){
        .task.ops = &ops, .world = world, .stage = stage, .step = step, .destroy = destroy};
    if (stage < 0 || stage >= STAGES || !row || !(row->stages & BETWEEN_STAGE(stage)))
        return error_set(err, ERROR_INPUT, "%s has no step “%s”.",
                         stage >= 0 && stage < STAGES ? stage_table[stage].label : "That stage",
                         step_name(step));
    str_copy(str_of(row->label), between->task.label, sizeof between->task.label);
    return true;
}
