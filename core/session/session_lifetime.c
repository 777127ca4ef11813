/* Do the credentials last as long as what is about to begin? Those that are renewed do; others
 * would leave a cluster half built when they end, which costs money until somebody comes back. */
#include "core/session/session.h"

#include "core/session/session_end.h"

#include "core/base/alloc.h"

/* For who has nobody to type a second word; see the man page. */
static bool is_told_to_ignore(const struct session *session)
{
    const char *word = session->place->lookup("EKSHUB_LIFETIME");
    return word && strcmp(word, "ignore") == 0;
}

static int64_t usual_ms(const struct session *session, enum stage_id stage)
{
    return estimate_stage_time(&session->estimates, stage, session->place->speed).high_s * 1000LL;
}

/* Of all that a yes begins: EKS, then what stands on it side by side. */
static int64_t builds_ms(const struct session *session)
{
    const struct run *run = &session->run;
    bool goes = run_is_open(run) && run->phase != RUN_OVER;
    const bool *wanted = goes ? run->stages_wanted : session->wanted;
    int64_t first = 0, behind = 0;
    for (int i = 0; i < STAGES; i++) {
        int64_t one = usual_ms(session, (enum stage_id)i);
        bool comes = goes ? !run->stages[i].ended_ms
                          : session_stage(session, (enum stage_id)i) != STAGE_DONE;
        if (!wanted[i] || !comes)
            continue;
        if (i == STAGE_EKS)
            first = one;
        else if (one > behind)
            behind = one;
    }
    return first + behind;
}

static int64_t destroys_ms(const struct session *session)
{
    return session->end ? session->end->teardown.time.high_s * 1000LL : 0;
}

bool session_outlives(const struct session *session, bool destroy, struct error *why)
{
    int64_t end = session_credentials_end(session), now = clock_wall(session->loop->clock);
    int64_t needs = destroy ? destroys_ms(session) : builds_ms(session), left = end - now;
    char left_text[CLOCK_TEXT], needs_text[CLOCK_TEXT];
    if (end <= 0 || session->checks.renews || left >= needs || session->short_lived ||
        is_told_to_ignore(session))
        return true;
    if (left > 0)
        error_set(why, ERROR_AUTH, "The credentials end in %s; what begins now may take %s.",
                  clock_span(left, left_text), clock_span(needs, needs_text));
    else
        error_set(why, ERROR_AUTH, "The credentials have ended.");
    return error_hint(why, "Get fresh ones first, or set EKSHUB_LIFETIME=ignore to begin all the "
                           "same.");
}
