/* What the run has cost so far by the hour, and when it will be ready: sums over its rows. */
#include "core/session/session.h"

#include "core/base/alloc.h"

/* Everything that the answers ask for, less what this run has still to make. Without its plan
 * nobody knows how much of it a failed run has left. */
double session_cost(const struct session *session)
{
    const struct run *run = &session->run;
    enum stage_state eks = session_stage(session, STAGE_EKS);
    double all = estimate_eks(&session->estimates, &session->answers).total;
    bool something = run->changing || session->stages[STAGE_EKS].state == STAGE_FAILED;
    if (eks == STAGE_DONE)
        return all;
    const struct run_stage *now = &run->stages[STAGE_EKS];
    if (!run_is_open(run) || !now->have_plan)
        return something ? -1 : 0;
    for (size_t i = 0; i < now->plan.entry_count; i++) {
        const struct tf_entry *entry = &now->plan.entries[i];
        const struct tf_row *row = run->phase >= RUN_APPLYING
                                       ? tf_run_row(&now->terraform, entry->address, TF_CREATE)
                                       : NULL;
        char type[64];
        if (entry->drift || entry->action != TF_CREATE || (row && row->state == TF_ROW_DONE))
            continue;
        estimate_type(&session->estimates, entry->address, type);
        all -= estimate_cost(&session->estimates, type, &session->answers);
    }
    return all > 0.0005 ? all : 0;
}

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

bool session_eta(const struct session *session, int64_t now_wall_ms, int64_t *low_ms,
                 int64_t *high_ms)
{
    const struct run *run = &session->run;
    const struct tf_run *rows = &run_now(run)->terraform;
    struct estimate_span whole = estimate_eks_time(&session->estimates, session->place->speed);
    if (run->phase != RUN_APPLYING || whole.high_s == 0 || !run->began_ms)
        return false;
    int64_t began = rows->running_count ? rows->rows[rows->running[0]].began_ms : now_wall_ms;
    for (size_t i = 0; i < rows->row_count; i++)
        if (rows->rows[i].began_ms && rows->rows[i].began_ms < began)
            began = rows->rows[i].began_ms;
    int64_t gone = now_wall_ms - began;
    *low_ms = at_least(whole.low_s * 1000LL - gone, 0);
    *high_ms = at_least(whole.high_s * 1000LL - gone, 0);
    for (size_t i = 0; i < rows->running_count; i++) {
        const struct tf_row *row = &rows->rows[rows->running[i]];
        char type[64];
        estimate_type(&session->estimates, row->address, type);
        struct estimate_span span = estimate_span(&session->estimates, type, session->place->speed);
        *low_ms = at_least(*low_ms, span.low_s * 1000LL - (now_wall_ms - row->began_ms));
        *high_ms = at_least(*high_ms, span.high_s * 1000LL - (now_wall_ms - row->began_ms));
    }
    return *high_ms > 0;
}
