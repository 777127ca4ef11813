/* Stopping a run: one interrupt for each terraform, at once or when it makes nothing slow; the
 * steps between are asked to end; and nothing that changes anything begins any more. */
#include "core/session/deploy_lane.h"

#include "core/base/alloc.h"

/* Whether an interrupt now would leave a cluster, a node group or a NAT gateway half made. */
static bool something_slow(const struct deploy_lane *lane)
{
    const struct tf_run *run = &lane->terraform_command.run;
    const struct estimates *estimates = &lane->deploy->estimates;
    for (size_t i = 0; i < run->running_count; i++) {
        char type[64];
        estimate_type(estimates, run->rows[run->running[i]].address, type);
        if (estimate_is_slow(estimates, type))
            return true;
    }
    return false;
}

static void interrupt(struct deploy_lane *lane)
{
    if (!lane_runs_terraform(lane) || lane->terraform_command.interrupts)
        return;
    deploy_write(lane->deploy, lane_event(lane, "interrupt"));
    task_stop(&lane->terraform_command.task);
}

void lane_stop_if_safe(struct deploy_lane *lane)
{
    const struct tf_command *command = &lane->terraform_command;
    const struct deploy *deploy = lane->deploy;
    bool replaying = command->adopted && !command->follow.caught_up;
    if (deploy->stop_asked && deploy->when_safe && !replaying && !something_slow(lane))
        interrupt(lane);
}

void lane_stop_as_asked(struct deploy_lane *lane)
{
    if (lane->deploy->when_safe)
        lane_stop_if_safe(lane);
    else if (lane->deploy->stop_asked)
        interrupt(lane);
}

/* What was made is still read and written down. */
static bool only_looks(enum stage_step step)
{
    return step == STEP_OUTPUT || step == STEP_KUBECONFIG || step == STEP_RESIDUE;
}

bool lane_stopped_before(struct deploy_lane *lane, enum stage_step step)
{
    struct error err;
    if (!lane->deploy->stop_asked || only_looks(step))
        return false;
    error_set(&err, ERROR_CANCELLED,
              lane->changing ? "Stopped by the operator before the next step began."
                             : "Stopped by the operator before terraform was started again.");
    lane_fail(lane, &err);
    return true;
}

static void stop_lane(struct deploy_lane *lane)
{
    struct error err;
    if (lane_asks(lane)) {
        error_set(&err, ERROR_CANCELLED, "Stopped by the operator before anything was changed.");
        lane_fail(lane, &err);
    } else if (lane_runs_between(lane) && !only_looks(lane->step)) {
        task_stop(&lane->between.task);
    } else {
        lane_stop_as_asked(lane);
    }
}

static bool any_interrupted(const struct deploy *deploy)
{
    bool any = false;
    for (int i = 0; i < STAGES; i++)
        any |=
            lane_runs_terraform(&deploy->lanes[i]) && deploy->lanes[i].terraform_command.interrupts;
    return any;
}

bool deploy_stop(struct deploy *deploy, enum deploy_stop how, struct error *err)
{
    static const char *const words[] = {"now", "when-safe", "harder"};
    if (deploy->ending != RUN_GOING)
        return error_set(err, ERROR_INPUT, "The run has already ended.");
    if (how == DEPLOY_STOP_HARDER && !any_interrupted(deploy))
        return error_set(err, ERROR_INPUT,
                         "Terraform has not been interrupted yet: stop it first.");
    json_t *event = json_object();
    js_set_text(event, "event", "stop");
    js_set_text(event, "how", words[how]);
    deploy_write(deploy, event);
    deploy->stop_asked = true;
    deploy->when_safe = how == DEPLOY_STOP_WHEN_SAFE;
    for (int i = 0; i < STAGES; i++) {
        struct deploy_lane *lane = &deploy->lanes[i];
        if (!lane->steps || lane->over)
            continue;
        if (how == DEPLOY_STOP_HARDER)
            tf_command_stop_harder(&lane->terraform_command);
        stop_lane(lane);
    }
    deploy_soon(deploy);
    return true;
}
