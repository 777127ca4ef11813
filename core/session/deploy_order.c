/* Which step of which stage may begin: what it waits for, what is passed over, and what becomes of
 * a stage when a step or another stage has failed. Steps begin here and end here; what they do is
 * elsewhere. */
#include "core/session/deploy_lane.h"
#include <assert.h>

#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"

/* ---- a lane's steps ---- */

int lane_pass(const struct deploy_lane *lane)
{
    return stage_pass(lane->steps, lane->at);
}

size_t lane_find(const struct deploy_lane *lane, enum stage_step step, int pass)
{
    for (size_t i = 0; lane->steps[i] != STEP_NONE; i++)
        if (lane->steps[i] == step && stage_pass(lane->steps, i) == pass)
            return i;
    return 0;
}

static json_t *step_event(const struct deploy_lane *lane, const char *state)
{
    json_t *event = lane_event(lane, "step");
    js_set_text(event, "step", step_name(lane->step));
    js_set_int(event, "pass", lane_pass(lane));
    js_set_text(event, "state", state);
    return event;
}

static void write_step(struct deploy_lane *lane, const char *state, int code)
{
    json_t *event = step_event(lane, state);
    if (code >= 0)
        js_set_int(event, "code", code);
    deploy_write(lane->deploy, event);
}

bool lane_step(struct deploy_lane *lane, enum stage_step step, const char *stream)
{
    struct deploy *deploy = lane->deploy;
    struct error err;
    lane->step = step;
    lane->going = true;
    lane->waits[0] = '\0';
    json_t *event = step_event(lane, "running");
    if (step == STEP_CONSENT && lane_needs_no_word(lane))
        js_set_bool(event, "silent", true);
    if (stream)
        js_set_text(event, "stream", path_basename(stream));
    if (journal_append(deploy->journal, clock_wall(deploy->loop->clock), event, &err))
        return true;
    error_hint(&err, "Make room on the disk; ekshub-tui apply goes on from there.");
    lane_fail(lane, &err);
    return false;
}

void lane_step_over(struct deploy_lane *lane, int code)
{
    write_step(lane, "done", code);
    lane->going = false;
    lane->at++;
    deploy_soon(lane->deploy);
}

void lane_again(struct deploy_lane *lane)
{
    lane->going = false;
    lane->at = lane_pass(lane) > 1 ? lane_find(lane, STEP_PLAN, lane_pass(lane)) : 0;
    deploy_soon(lane->deploy);
}

/* ---- a lane's end ---- */

/* Of all stages the first failure tells why the run has ended; else the interrupt of something that
 * was being made; else that something was not begun. */
static int gravity_of(const struct deploy_lane *lane, const struct error *err)
{
    return !err ? 0 : err->kind != ERROR_CANCELLED ? 3 : lane->changing ? 2 : 1;
}

void lane_over(struct deploy_lane *lane, enum stage_state state, const struct error *err)
{
    struct deploy *deploy = lane->deploy;
    assert(deploy); /* a lane that begins belongs to a run */
    json_t *event = lane_event(lane, "stage");
    lane->over = true;
    lane->going = false;
    lane->state = state;
    if (lane->plan[0])
        unlink(lane->plan);
    js_set_text(event, "state", stage_state_name(state));
    if (err)
        js_set(event, "error", deploy_error_json(err));
    deploy_write(deploy, event);
    int gravity = gravity_of(lane, err);
    if (err && gravity > deploy->gravity) {
        deploy->gravity = gravity;
        deploy->error = *err;
    }
    deploy_soon(deploy);
}

void lane_fail(struct deploy_lane *lane, const struct error *err)
{
    bool stopped = err->kind == ERROR_CANCELLED;
    const struct tf_run *run = &lane->terraform_command.run;
    bool command = lane->step == STEP_INIT || lane->step == STEP_PLAN || lane->step == STEP_APPLY;
    if (lane->going)
        write_step(lane, stopped ? "stopped" : "failed",
                   command && run->phase == TF_PHASE_OVER ? run->code : -1);
    lane_over(lane, !stopped || lane->changing ? STAGE_FAILED : STAGE_TODO, err);
}

/* All its steps are done. */
static void lane_done(struct deploy_lane *lane)
{
    struct deploy *deploy = lane->deploy;
    struct error err;
    if (deploy_destroys(deploy) &&
        (!lane_forget_state(lane, &err) ||
         !outputs_set(&deploy->outputs, deploy->place->dir, lane->stage, NULL, &err))) {
        lane_fail(lane, &err);
        return;
    }
    lane_over(lane,
              lane->unmade                  ? STAGE_SKIPPED
              : deploy_destroys(deploy)     ? STAGE_DESTROYED
              : deploy->command == RUN_PLAN ? STAGE_TODO
                                            : STAGE_DONE,
              NULL);
}

/* ---- what stands on what ---- */

static bool stands_on(const struct deploy_lane *lane, int below)
{
    return stage_stands_on(&stage_table[lane->stage], below);
}

static bool is_up(const struct deploy *deploy, enum stage_id stage)
{
    const struct deploy_lane *lane = &deploy->lanes[stage];
    if (lane->steps && deploy->command == RUN_APPLY)
        return lane->over && lane->state == STAGE_DONE;
    return outputs_up(&deploy->outputs, stage);
}

/* One of those it stands on is not up; NULL when all are. */
static const struct deploy_lane *not_up_below(const struct deploy_lane *lane)
{
    const struct deploy *deploy = lane->deploy;
    const struct deploy_lane *first = NULL;
    for (int i = 0; i < STAGES; i++) {
        const struct deploy_lane *below = &deploy->lanes[i];
        if (!stands_on(lane, i) || is_up(deploy, below->stage))
            continue;
        if (!below->steps || below->over)
            return below; /* and will not be */
        first = first ? first : below;
    }
    return first;
}

/* What it stands on will not come: a stage that this run was to make as well has said why. True
 * when the lane has ended for it. */
static bool nothing_to_stand_on(struct deploy_lane *lane)
{
    const struct deploy *deploy = lane->deploy;
    const struct deploy_lane *below = not_up_below(lane);
    struct error err;
    if (!below)
        return false;
    bool plans = deploy->command == RUN_PLAN;
    if (below->steps && !below->over && !plans)
        return false; /* it is to come */
    if (below->steps) {
        lane_over(lane, plans ? STAGE_SKIPPED : STAGE_TODO, NULL);
        return true;
    }
    error_set(&err, ERROR_INPUT, "%s stands on %s, which is not up.",
              stage_table[lane->stage].label, stage_table[below->stage].label);
    error_hint(&err, "ekshub-tui apply %s first.", stage_table[below->stage].name);
    lane_fail(lane, &err);
    return true;
}

/* A destroy goes from the last stage to the first, one after the other; what something still
 * stands on is left alone. True when the lane may not go on now. */
static bool waits_for_those_above(struct deploy_lane *lane)
{
    const struct deploy *deploy = lane->deploy;
    for (int i = STAGES - 1; i > (int)lane->stage; i--) {
        const struct deploy_lane *above = &deploy->lanes[i];
        if (!above->steps)
            continue;
        if (!above->over)
            return true;
        if (above->state != STAGE_DESTROYED && above->state != STAGE_SKIPPED &&
            stands_on(above, (int)lane->stage)) {
            lane_over(lane, STAGE_TODO, NULL);
            return true;
        }
    }
    return false;
}

/* ---- which step is next ---- */

/* A hub that is claimed is not closed again: its first pass is left out. */
static bool passed_over(const struct deploy_lane *lane, enum stage_step step)
{
    const struct deploy *deploy = lane->deploy;
    bool claimed = js_bool(outputs_of(&deploy->outputs, STAGE_MLHUB), "claimed", false);
    if ((step == STEP_STORE && !lane_needs_store(lane)) ||
        (step == STEP_LEAVE && !lane_leaves_store(lane)) ||
        (step == STEP_SHARE && !lane_shares_state(lane)))
        return true;
    if (lane->nothing && (step == STEP_SHOW || step == STEP_CONSENT || step == STEP_APPLY))
        return true;
    if (deploy_destroys(deploy))
        return lane->empty && step != STEP_RESIDUE;
    if (lane->stage == STAGE_MLHUB && claimed && lane_pass(lane) == 1 && step > STEP_SHARE)
        return true;
    if (lane_is_behind_domain(lane) && (step == STEP_BALANCER || step == STEP_PROVE))
        return true; /* the domain has the one entrance, and proves it */
    return step == STEP_PROVE && !lane_can_prove(lane);
}

/* A plan ends where it is reviewed, but not in a pass that is left out: that of a claimed hub is in
 * the one behind it. */
static bool ends_here(const struct deploy_lane *lane, enum stage_step step)
{
    bool reviewed = step == STEP_CONSENT || (lane->nothing && step != STEP_PLAN);
    return step == STEP_NONE ||
           (lane->deploy->command == RUN_PLAN && reviewed && !passed_over(lane, step));
}

static bool another(const struct deploy_lane *lane, enum stage_step step)
{
    for (int i = 0; i < STAGES; i++) {
        const struct deploy_lane *other = &lane->deploy->lanes[i];
        if (other != lane && other->going && other->step == step)
            return true;
    }
    return false;
}

static void tell_waiting(struct deploy_lane *lane, const char *text, bool form)
{
    if (strcmp(lane->waits, text) == 0)
        return;
    str_copy(str_of(text), lane->waits, sizeof lane->waits);
    json_t *event = lane_event(lane, "waits");
    js_set_text(event, "text", text);
    if (form)
        js_set_bool(event, "form", true);
    deploy_write(lane->deploy, event);
}

/* A plan alone has nobody who could still give what is missing. */
static bool wait_for_form(struct deploy_lane *lane, const char *missing)
{
    struct error err;
    if (lane->deploy->command == RUN_PLAN) {
        error_set(&err, ERROR_INPUT, "%s cannot be planned: %s", stage_table[lane->stage].label,
                  missing);
        lane_fail(lane, &err);
    } else {
        tell_waiting(lane, missing, true);
    }
    return false;
}

/* terraform's cache of providers is not safe with two inits at once. */
static bool may_begin(struct deploy_lane *lane, enum stage_step step)
{
    const struct deploy_lane *below = not_up_below(lane);
    char missing[200];
    assert(lane->deploy); /* only the lanes of a run begin anything */
    if (step == STEP_INIT)
        return !another(lane, STEP_INIT);
    if (step == STEP_CONSENT)
        return lane_needs_no_word(lane) || !another(lane, STEP_CONSENT);
    if (deploy_destroys(lane->deploy))
        return true;
    if (step == STEP_PLAN && below) {
        snprintf(missing, sizeof missing, "%s is not there yet.",
                 below->stage == STAGE_EKS ? "The cluster" : stage_table[below->stage].label);
        tell_waiting(lane, missing, false);
        return false;
    }
    if ((step == STEP_PLAN && !lane_filled_in(lane, missing)) ||
        ((step == STEP_APPLY || step == STEP_CLAIM) && !lane_has_secrets(lane, missing)))
        return wait_for_form(lane, missing);
    return true;
}

static void begin(struct deploy_lane *lane, enum stage_step step)
{
    static void (*const begins[STEPS])(struct deploy_lane * lane) = {
        [STEP_LEAVE] = lane_begin_leave,     [STEP_INIT] = lane_begin_init,
        [STEP_SHARE] = lane_begin_share,     [STEP_BUCKET] = lane_begin_bucket,
        [STEP_PLAN] = lane_begin_plan,       [STEP_SHOW] = lane_begin_show,
        [STEP_CONSENT] = lane_begin_consent, [STEP_APPLY] = lane_begin_apply,
        [STEP_OUTPUT] = lane_begin_output,
    };
    if (begins[step])
        begins[step](lane);
    else
        lane_begin_between(lane);
}

/* Nothing that it stands on is worked on in this run. */
static bool begins_here(const struct deploy_lane *lane)
{
    for (int i = 0; i < STAGES; i++)
        if (stands_on(lane, i) && lane->deploy->lanes[i].steps)
            return false;
    return true;
}

static void advance(struct deploy_lane *lane)
{
    const struct deploy *deploy = lane->deploy;
    if (deploy->unable.kind && !lane->over) {
        bool here = begins_here(lane) || lane->changing;
        lane_over(lane, here ? STAGE_FAILED : STAGE_TODO, here ? &deploy->unable : NULL);
        return;
    }
    if (!deploy->wanted[lane->stage]) { /* its form has taken it out again */
        lane_over(lane, STAGE_SKIPPED, NULL);
        return;
    }
    if (deploy_destroys(deploy) ? waits_for_those_above(lane) : nothing_to_stand_on(lane))
        return;
    while (!ends_here(lane, lane->steps[lane->at]) && passed_over(lane, lane->steps[lane->at]))
        lane->at++;
    enum stage_step step = lane->steps[lane->at];
    if (ends_here(lane, step))
        lane_done(lane);
    else if (!lane_stopped_before(lane, step) && may_begin(lane, step))
        begin(lane, step);
}

void deploy_advance(struct deploy *deploy)
{
    for (int i = 0; i < STAGES; i++) {
        struct deploy_lane *lane = &deploy->lanes[deploy_destroys(deploy) ? STAGES - 1 - i : i];
        if (lane->steps && !lane->over && !lane->going)
            advance(lane);
    }
}

/* ---- going on where another worker died ---- */

/* Nothing is repeated that changed something: an apply is watched or judged, a step behind it is
 * done again, and what went before it begins anew unless its plan is there. */
static void resume(struct deploy_lane *lane)
{
    enum stage_step left = lane->left;
    bool commands = left == STEP_INIT || left == STEP_PLAN || left == STEP_APPLY;
    if (commands && lane_adopt(lane, left))
        return;
    if ((left == STEP_SHOW || left == STEP_CONSENT) && file_exists(lane->plan))
        lane->at = lane_find(lane, STEP_SHOW, lane_pass(lane));
    else if (commands || left == STEP_SHOW || left == STEP_CONSENT)
        lane_again(lane);
}

void deploy_ready(struct deploy *deploy)
{
    json_t *event = json_object();
    js_set_text(event, "event", "terraform");
    js_set_text(event, "version", deploy->version);
    if (deploy->version[0])
        deploy_write(deploy, event);
    else
        json_decref(event);
    for (int i = 0; i < STAGES; i++)
        if (deploy->lanes[i].left != STEP_NONE && !deploy->lanes[i].over)
            resume(&deploy->lanes[i]);
    deploy->ready = true;
    deploy_soon(deploy);
}
