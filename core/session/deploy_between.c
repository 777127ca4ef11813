/* The steps that are no terraform, as the run sees them: each is one task (between.h), what it
 * waits for is told, what it found out is kept, and what it has to say does not stop the run. */
#include "core/session/deploy_lane.h"

#include "core/base/alloc.h"

bool lane_runs_between(const struct deploy_lane *lane)
{
    return lane->between.task.state == TASK_RUNNING;
}

static void changed(struct between *between)
{
    struct deploy_lane *lane = container_of(between, struct deploy_lane, between);
    json_t *event = lane_event(lane, "waits");
    js_set_text(event, "text", between->task.note);
    deploy_write(lane->deploy, event);
}

/* What is left after a destroy belongs to the run, not to the deployment. */
static bool keep_facts(struct deploy_lane *lane, struct error *err)
{
    struct deploy *deploy = lane->deploy;
    json_t *values = lane->between.result ? json_copy(lane->between.result) : json_object();
    if (lane->step == STEP_CLAIM)
        js_set_bool(values, "claimed", true);
    bool any = json_object_size(values) > 0;
    bool ok = !any || deploy_destroys(deploy) ||
              outputs_set(&deploy->outputs, deploy->place->dir, lane->stage, values, err);
    json_t *event = lane_event(lane, "facts");
    js_set_text(event, "step", step_name(lane->step));
    js_set(event, "values", values);
    if (any)
        deploy_write(deploy, event);
    else
        json_decref(event);
    return ok;
}

static void warn(struct deploy_lane *lane, const struct error *err)
{
    json_t *event = lane_event(lane, "warning");
    js_set_text(event, "step", step_name(lane->step));
    js_set_int(event, "kind", err->kind);
    js_set_text(event, "text", err->text);
    js_set_text(event, "hint", err->hint);
    deploy_write(lane->deploy, event);
}

static void ended(struct task *task)
{
    struct deploy_lane *lane =
        container_of(container_of(task, struct between, task), struct deploy_lane, between);
    struct error err = task->error;
    bool done =
        task->state == TASK_DONE || task->state == TASK_WARNED || task->state == TASK_SKIPPED;
    if (task->state == TASK_WARNED)
        warn(lane, &err);
    if (task->state == TASK_CANCELLED)
        err.kind = ERROR_CANCELLED;
    if (done && keep_facts(lane, &err))
        lane_step_over(lane, -1);
    else
        lane_fail(lane, &err);
}

void lane_begin_between(struct deploy_lane *lane)
{
    struct deploy *deploy = lane->deploy;
    struct between *between = &lane->between;
    enum stage_step step = lane->steps[lane->at];
    struct error err;
    task_finish(&between->task);
    memset(between, 0, sizeof *between);
    if (!lane_step(lane, step, NULL))
        return;
    lane->changing |= step == STEP_DRAIN;
    deploy->changing |= step == STEP_DRAIN;
    if (!deploy->between(between, &deploy->world, lane->stage, step, deploy_destroys(deploy),
                         &err)) {
        lane_fail(lane, &err);
        return;
    }
    between->task.ended = ended;
    between->changed = changed;
    task_start(&between->task, deploy->loop);
}
