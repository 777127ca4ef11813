/* What the forms ask of the session: a try of the bucket, and a turn in time. */
#include "core/base/alloc.h"
#include "core/session/aws_access.h"
#include "core/session/session_work.h"

static void nothing(struct timer *timer)
{
    (void)timer; /* that it fired ends the turn, and that draws */
}

void session_wake(struct session *session, int64_t ms)
{
    struct timer *wake = &session->work->wake;
    wake->fire = nothing;
    loop_cancel(session->loop, wake);
    loop_after(session->loop, wake, ms);
}

void session_try_bucket(struct session *session)
{
    if (!session->profiles_read || !session_has_credentials(session) || !session->answers.region[0])
        return;
    struct creds_world world = place_creds_world(session->place, &session->http, session->signals);
    bucket_try_start(&session->bucket, session->loop, &world, &session->profiles, &session->choice,
                     &session->answers, &session->secrets);
    session_pulse_start(session);
}
