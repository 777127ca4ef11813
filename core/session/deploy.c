#include "core/session/deploy.h"

#include <errno.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/session/deploy_steps.h"
#include "core/terraform/tf_state.h"

void deploy_write(struct deploy *deploy, json_t *event)
{
    struct error err;
    if (!journal_append(deploy->journal, clock_wall(deploy->loop->clock), event, &err))
        log_line("journal: %s", err.text);
}

json_t *deploy_event(const struct deploy *deploy, const char *name)
{
    json_t *event = json_object();
    js_set_text(event, "event", name);
    if (deploy->stage != STAGE_NONE)
        js_set_text(event, "stage", stage_table[deploy->stage].name);
    return event;
}

static void write_step(struct deploy *deploy, const char *state, int code)
{
    json_t *event = deploy_event(deploy, "step");
    js_set_text(event, "step", step_name(deploy->step));
    js_set_text(event, "state", state);
    if (code >= 0)
        js_set_int(event, "code", code);
    deploy_write(deploy, event);
}

bool deploy_step(struct deploy *deploy, enum stage_step step, const char *stream)
{
    struct error err;
    deploy->step = step;
    json_t *event = deploy_event(deploy, "step");
    js_set_text(event, "step", step_name(step));
    js_set_text(event, "state", "running");
    if (stream)
        js_set_text(event, "stream", path_basename(stream));
    if (journal_append(deploy->journal, clock_wall(deploy->loop->clock), event, &err))
        return true;
    error_hint(&err, "Make room on the disk; ekshub-tui apply goes on from there.");
    deploy_fail(deploy, &err);
    return false;
}

static void write_stage(struct deploy *deploy, enum stage_state state)
{
    json_t *event = deploy_event(deploy, "stage");
    js_set_text(event, "state", stage_state_name(state));
    deploy_write(deploy, event);
}

static void write_end(struct deploy *deploy)
{
    const struct error *err = &deploy->error;
    json_t *event = json_object();
    js_set_text(event, "event", "end");
    js_set_text(event, "ending", run_ending_name(deploy->ending));
    if (err->kind) {
        json_t *why = json_object();
        js_set_int(why, "kind", err->kind);
        js_set_text(why, "text", err->text);
        js_set_text(why, "hint", err->hint);
        js_set(event, "error", why);
    }
    deploy_write(deploy, event);
}

static void announce_end(struct timer *timer)
{
    struct deploy *deploy = container_of(timer, struct deploy, over);
    if (deploy->closing)
        deploy->closing(deploy);
    write_end(deploy);
    deploy->ended(deploy);
}

void deploy_end(struct deploy *deploy, enum run_ending ending, const struct error *err)
{
    if (deploy->ending != RUN_GOING)
        return;
    deploy->ending = ending;
    if (err)
        deploy->error = *err;
    if (deploy->plan[0])
        unlink(deploy->plan);
    if (ending != RUN_SUCCEEDED && ending != RUN_PLANNED && deploy->stage != STAGE_NONE)
        write_stage(deploy, ending == RUN_FAILED || deploy->changing ? STAGE_FAILED : STAGE_TODO);
    deploy->over.fire = announce_end;
    loop_after(deploy->loop, &deploy->over, 0);
}

void deploy_fail(struct deploy *deploy, const struct error *err)
{
    bool stopped = err->kind == ERROR_CANCELLED;
    const struct tf_run *run = &deploy->terraform_command.run;
    bool command =
        deploy->step == STEP_INIT || deploy->step == STEP_PLAN || deploy->step == STEP_APPLY;
    if (deploy->step != STEP_NONE)
        write_step(deploy, stopped ? "stopped" : "failed",
                   command && run->phase == TF_PHASE_OVER ? run->code : -1);
    deploy_end(deploy, stopped ? RUN_STOPPED : RUN_FAILED, err);
}

void deploy_step_over(struct deploy *deploy, int code)
{
    write_step(deploy, "done", code);
}

/* The next stage that is wanted, or the end. */
static void next_stage(struct deploy *deploy)
{
    for (int next = deploy->stage + 1; next < STAGES; next++)
        if (deploy->wanted[next]) {
            deploy->stage = (enum stage_id)next;
            deploy_begin_stage(deploy);
            return;
        }
    deploy_end(deploy, deploy->command == RUN_PLAN ? RUN_PLANNED : RUN_SUCCEEDED, NULL);
}

void deploy_stage_over(struct deploy *deploy)
{
    write_stage(deploy, deploy->command == RUN_PLAN ? STAGE_TODO : STAGE_DONE);
    next_stage(deploy);
}

/* What the worker before us did and was asked for still holds. */
static void take_over(struct deploy *deploy, const struct run *before)
{
    deploy->stop_asked = before->stop_asked;
    deploy->when_safe = before->stop_when_safe;
    deploy->interrupted = before->interrupted_ms != 0;
    deploy->changing = before->changing;
    deploy->add = run_now(before)->plan.add;
    deploy->change = run_now(before)->plan.change;
    deploy->remove = run_now(before)->plan.remove;
    if (before->stage == STAGE_NONE)
        return;
    deploy->stage = before->stage;
    deploy->left = before->stages[before->stage].step;
    str_copy(str_of(run_now(before)->stream), deploy->stream, sizeof deploy->stream);
}

void deploy_start(struct deploy *deploy, const struct run *continued)
{
    struct error err;
    deploy->ending = RUN_GOING;
    deploy->stage = STAGE_NONE;
    deploy->step = deploy->left = STEP_NONE;
    if (!estimates_load(&deploy->estimates, deploy->place->assets, &err) ||
        !outputs_load(&deploy->outputs, deploy->place->dir, &err)) {
        deploy_end(deploy, RUN_FAILED, &err);
        return;
    }
    if (continued)
        take_over(deploy, continued);
    deploy_ask_version(deploy);
}

/* The version is known: begin, or go on. */
void deploy_ready(struct deploy *deploy)
{
    json_t *event = json_object();
    js_set_text(event, "event", "terraform");
    js_set_text(event, "version", deploy->version);
    deploy_write(deploy, event);
    if (deploy->stage == STAGE_NONE)
        next_stage(deploy);
    else
        deploy_resume_stage(deploy);
}

bool deploy_consent(struct deploy *deploy, bool yes, struct error *err)
{
    if (deploy->step != STEP_CONSENT || deploy->ending != RUN_GOING)
        return error_set(err, ERROR_INPUT, "No plan waits for an answer.");
    deploy_answer(deploy, yes, "typed");
    return true;
}

/* Whether an interrupt now would leave a cluster, a node group or a NAT gateway half made. */
static bool something_slow(const struct deploy *deploy)
{
    const struct tf_run *run = &deploy->terraform_command.run;
    for (size_t i = 0; i < run->running_count; i++) {
        const struct tf_row *row = &run->rows[run->running[i]];
        char type[64];
        estimate_type(&deploy->estimates, row->address, type);
        if (estimate_is_slow(&deploy->estimates, type))
            return true;
    }
    return false;
}

static bool terraform_runs(const struct deploy *deploy)
{
    return deploy->terraform_command.task.state == TASK_RUNNING;
}

static void interrupt(struct deploy *deploy)
{
    if (!terraform_runs(deploy) || deploy->terraform_command.interrupts)
        return;
    json_t *event = json_object();
    js_set_text(event, "event", "interrupt");
    deploy_write(deploy, event);
    task_stop(&deploy->terraform_command.task);
}

void deploy_stop_if_safe(struct deploy *deploy)
{
    const struct tf_command *command = &deploy->terraform_command;
    bool replaying = command->adopted && !command->follow.caught_up;
    if (deploy->stop_asked && deploy->when_safe && !replaying && !something_slow(deploy))
        interrupt(deploy);
}

void deploy_stop_as_asked(struct deploy *deploy)
{
    if (deploy->when_safe)
        deploy_stop_if_safe(deploy);
    else if (deploy->stop_asked)
        interrupt(deploy);
}

static void stop_between(struct deploy *deploy)
{
    struct error err;
    error_set(&err, ERROR_CANCELLED, "Stopped by the operator before anything was changed.");
    deploy_fail(deploy, &err);
}

bool deploy_stop(struct deploy *deploy, enum deploy_stop how, struct error *err)
{
    static const char *const words[] = {"now", "when-safe", "harder"};
    if (deploy->ending != RUN_GOING)
        return error_set(err, ERROR_INPUT, "The run has already ended.");
    if (how == DEPLOY_STOP_HARDER && !deploy->terraform_command.interrupts)
        return error_set(err, ERROR_INPUT,
                         "Terraform has not been interrupted yet: stop it first.");
    json_t *event = json_object();
    js_set_text(event, "event", "stop");
    js_set_text(event, "how", words[how]);
    deploy_write(deploy, event);
    deploy->stop_asked = true;
    deploy->when_safe = how == DEPLOY_STOP_WHEN_SAFE;
    if (how == DEPLOY_STOP_HARDER)
        tf_command_stop_harder(&deploy->terraform_command);
    else if (deploy->step == STEP_CONSENT)
        stop_between(deploy);
    else
        deploy_stop_as_asked(deploy);
    return true;
}

void deploy_finish(struct deploy *deploy)
{
    if (deploy->loop)
        loop_cancel(deploy->loop, &deploy->over);
    task_finish(&deploy->query.task);
    task_finish(&deploy->terraform_command.task);
    estimates_finish(&deploy->estimates);
    outputs_finish(&deploy->outputs);
}
