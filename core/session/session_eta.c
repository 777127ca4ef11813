/* What the run has cost so far by the hour, and when it will be ready: sums over its rows. */
#include "core/session/session.h"

#include "core/session/summary.h"

#include "core/base/alloc.h"

double session_cost(const struct session *session)
{
    return summary_cost(&session->estimates, &session->answers, &session->run, session->stages);
}

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct rest { /* ms */
    int64_t low, high;
};

/* When its apply began to make something; `now` before that. */
static int64_t began_of(const struct run_stage *at, int64_t now_wall_ms)
{
    const struct tf_run *rows = &at->terraform;
    int64_t began = now_wall_ms;
    if (at->pass > 1 || at->step > STEP_APPLY)
        return at->began_ms;
    for (size_t i = 0; i < rows->row_count; i++)
        if (rows->rows[i].began_ms && rows->rows[i].began_ms < began)
            began = rows->rows[i].began_ms;
    return began;
}

/* What is in flight takes at least its usual time. */
static void hold_to_rows(const struct session *session, const struct run_stage *at,
                         int64_t now_wall_ms, struct rest *rest)
{
    const struct tf_run *rows = &at->terraform;
    for (size_t i = 0; i < rows->running_count; i++) {
        const struct tf_row *row = &rows->rows[rows->running[i]];
        char type[64];
        estimate_type(&session->estimates, row->address, type);
        struct estimate_span span = estimate_span(&session->estimates, type, session->place->speed);
        int64_t gone = now_wall_ms - row->began_ms;
        rest->low = at_least(rest->low, span.low_s * 1000LL - gone);
        rest->high = at_least(rest->high, span.high_s * 1000LL - gone);
    }
}

/* Of one stage; nothing when it is over, is not wanted, or waits for its form. */
static struct rest rest_of(const struct session *session, enum stage_id stage, int64_t now_wall_ms)
{
    const struct run_stage *at = &session->run.stages[stage];
    struct rest rest = {0, 0};
    bool goes = at->state == STAGE_RUNNING;
    bool comes = session->run.stages_wanted[stage] && at->state == STAGE_TODO && !at->ended_ms;
    if ((!goes && !comes) || at->waits_for_form)
        return rest;
    struct estimate_span whole =
        estimate_stage_time(&session->estimates, stage, session->place->speed);
    bool makes = goes && (at->step >= STEP_APPLY || at->pass > 1);
    int64_t gone = makes ? now_wall_ms - began_of(at, now_wall_ms) : 0;
    rest.low = at_least(whole.low_s * 1000LL - gone, 0);
    rest.high = at_least(whole.high_s * 1000LL - gone, 0);
    if (goes && at->step == STEP_APPLY)
        hold_to_rows(session, at, now_wall_ms, &rest);
    return rest;
}

/* What stands on EKS comes behind it, side by side. */
bool session_eta(const struct session *session, int64_t now_wall_ms, int64_t *low_ms,
                 int64_t *high_ms)
{
    const struct run *run = &session->run;
    struct rest behind = {0, 0};
    if (run->phase != RUN_APPLYING || run->command != RUN_APPLY || !run->began_ms)
        return false;
    struct rest first = rest_of(session, STAGE_EKS, now_wall_ms);
    for (int i = STAGE_EKS + 1; i < STAGES; i++) {
        struct rest rest = rest_of(session, (enum stage_id)i, now_wall_ms);
        behind.low = at_least(behind.low, rest.low);
        behind.high = at_least(behind.high, rest.high);
    }
    *low_ms = first.low + behind.low;
    *high_ms = first.high + behind.high;
    return *high_ms > 0;
}
