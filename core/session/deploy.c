/* A run's beginning and end, its journal, and what it can be asked for while it goes. Which step of
 * which stage comes next is deploy_order.c's business. */
#include "core/session/deploy.h"

#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/session/deploy_lane.h"
#include "core/session/deployment.h"

void deploy_write(struct deploy *deploy, json_t *event)
{
    struct error err;
    if (!journal_append(deploy->journal, clock_wall(deploy->loop->clock), event, &err))
        log_line("journal: %s", err.text);
}

json_t *lane_event(const struct deploy_lane *lane, const char *name)
{
    json_t *event = json_object();
    js_set_text(event, "event", name);
    js_set_text(event, "stage", stage_table[lane->stage].name);
    return event;
}

json_t *deploy_error_json(const struct error *err)
{
    json_t *why = json_object();
    js_set_int(why, "kind", err->kind);
    js_set_text(why, "text", err->text);
    js_set_text(why, "hint", err->hint);
    return why;
}

bool deploy_destroys(const struct deploy *deploy)
{
    return deploy->command == RUN_DESTROY;
}

/* ---- the end ---- */

static void write_end(struct deploy *deploy)
{
    json_t *event = json_object();
    js_set_text(event, "event", "end");
    js_set_text(event, "ending", run_ending_name(deploy->ending));
    if (deploy->error.kind)
        js_set(event, "error", deploy_error_json(&deploy->error));
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

static void end_run(struct deploy *deploy, enum run_ending ending)
{
    if (deploy->ending != RUN_GOING)
        return;
    deploy->ending = ending;
    deploy->over.fire = announce_end;
    loop_after(deploy->loop, &deploy->over, 0);
}

/* All lanes are over: what became of the run follows from what became of them. */
static enum run_ending ending_of(const struct deploy *deploy)
{
    bool refused = false;
    for (int i = 0; i < STAGES; i++)
        refused |= deploy->lanes[i].refused;
    if (deploy->error.kind)
        return deploy->error.kind == ERROR_CANCELLED ? RUN_STOPPED : RUN_FAILED;
    if (refused)
        return RUN_DISCARDED;
    return deploy->command == RUN_PLAN ? RUN_PLANNED : RUN_SUCCEEDED;
}

static void on_next(struct timer *timer)
{
    struct deploy *deploy = container_of(timer, struct deploy, next);
    bool all_over = true;
    deploy_advance(deploy);
    for (int i = 0; i < STAGES; i++)
        all_over &= !deploy->lanes[i].steps || deploy->lanes[i].over;
    if (all_over && !timer_on(&deploy->next))
        end_run(deploy, ending_of(deploy));
}

void deploy_soon(struct deploy *deploy)
{
    deploy->next.fire = on_next;
    if (deploy->ready && !timer_on(&deploy->next) && deploy->ending == RUN_GOING)
        loop_after(deploy->loop, &deploy->next, 0);
}

/* ---- the beginning ---- */

static const enum stage_step *steps_of(const struct deploy *deploy, int stage)
{
    const struct stage *row = &stage_table[stage];
    return !deploy->wanted[stage] ? NULL : deploy_destroys(deploy) ? row->destroys : row->builds;
}

bool lane_open(struct deploy *deploy, enum stage_id stage, struct error *err)
{
    struct deploy_lane *lane = &deploy->lanes[stage];
    memset(lane, 0, sizeof *lane);
    lane->deploy = deploy;
    lane->stage = stage;
    lane->steps = steps_of(deploy, (int)stage);
    return !lane->steps || lane_name_files(lane, err);
}

static bool open_lanes(struct deploy *deploy, struct error *err)
{
    bool ok = true;
    for (int i = 0; i < STAGES; i++)
        ok = lane_open(deploy, (enum stage_id)i, ok ? err : NULL) && ok;
    return ok;
}

static void lend_world(struct deploy *deploy)
{
    struct between_world *world = &deploy->world;
    *world = (struct between_world){.place = deploy->place,
                                    .loop = deploy->loop,
                                    .signals = deploy->signals,
                                    .http = deploy->http,
                                    .answers = &deploy->answers,
                                    .outputs = &deploy->outputs,
                                    .secrets = &deploy->secrets};
    str_copy(str_of(deploy->profile), world->profile, sizeof world->profile);
    str_copy(str_of(deploy->place->dir), world->dir, sizeof world->dir);
    str_copy(str_of(deploy->run_dir), world->run_dir, sizeof world->run_dir);
}

/* What the worker before us did and was asked for still holds. */
static void take_over(struct deploy *deploy, const struct run *before)
{
    deploy->stop_asked = before->stop_asked;
    deploy->when_safe = before->stop_when_safe;
    deploy->changing = before->changing;
    deploy->cover = before->cover;
    for (int i = 0; i < STAGES; i++) {
        const struct run_stage *at = &before->stages[i];
        struct deploy_lane *lane = &deploy->lanes[i];
        deploy->add += at->plan.add;
        deploy->change += at->plan.change;
        deploy->remove += at->plan.remove;
        if (!lane->steps)
            continue;
        lane->state = at->state;
        lane->changing = at->step >= STEP_APPLY || at->pass > 1;
        lane->over = at->ended_ms != 0 && at->state != STAGE_RUNNING;
        if (lane->over && at->error.kind && !deploy->error.kind)
            deploy->error = at->error;
        if (at->state != STAGE_RUNNING)
            continue;
        lane->left = at->step;
        lane->at = lane_find(lane, at->step, at->pass);
        lane->interrupted = at->interrupted_ms >= at->step_began_ms && at->interrupted_ms;
        str_copy(str_of(at->stream), lane->stream, sizeof lane->stream);
    }
}

void deploy_start(struct deploy *deploy, const struct run *continued)
{
    struct error err;
    deploy->ending = RUN_GOING;
    lend_world(deploy);
    if (!open_lanes(deploy, &err) || !deploy_open_source(deploy, &err) ||
        !estimates_load(&deploy->estimates, deploy->place->assets, &err) ||
        !outputs_load(&deploy->outputs, deploy->place->dir, &err)) {
        deploy->error = err;
        end_run(deploy, RUN_FAILED);
        return;
    }
    if (continued)
        take_over(deploy, continued);
    deploy_ask_version(deploy);
}

/* ---- while it goes ---- */

bool deploy_consent(struct deploy *deploy, enum stage_id stage, bool yes, struct error *err)
{
    for (int i = 0; i < STAGES && deploy->ending == RUN_GOING; i++) {
        struct deploy_lane *lane = &deploy->lanes[i];
        if (lane_asks(lane) && (stage == STAGE_NONE || stage == lane->stage)) {
            lane_answer(lane, yes, "typed");
            return true;
        }
    }
    return error_set(err, ERROR_INPUT, "No plan waits for an answer.");
}

void deploy_finish(struct deploy *deploy)
{
    if (deploy->loop) {
        loop_cancel(deploy->loop, &deploy->over);
        loop_cancel(deploy->loop, &deploy->next);
    }
    task_finish(&deploy->query.task);
    for (int i = 0; i < STAGES; i++) {
        struct deploy_lane *lane = &deploy->lanes[i];
        task_finish(&lane->query.task);
        task_finish(&lane->terraform_command.task);
        task_finish(&lane->between.task);
    }
    deploy_close_source(deploy);
    estimates_finish(&deploy->estimates);
    outputs_finish(&deploy->outputs);
    secrets_finish(&deploy->secrets);
}
