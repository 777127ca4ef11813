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
