/* Reads files for each profile; see session_wants.h. */
#include "core/session/session_wants.h"

#include "core/base/alloc.h"

void session_wants_read(const struct session *session, int row, struct creds_wants *wants)
{
    const struct profile *profile = &session->profiles.items[row];
    struct profile_choice choice = {
        .name = profile->name, .profile = profile, .by = PROFILE_BY_OPTION};
    creds_wants_read(wants, &session->profiles, &choice, session->place->home,
                     clock_wall(session->loop->clock));
}

void session_wants_forget(struct session *session)
{
    free(session->wants);
    session->wants = NULL;
}

void session_wants_look(struct session *session)
{
    session_wants_forget(session);
    if (!session->profiles_read || session->profiles.count == 0)
        return;
    session->wants = alloc_zeroed(session->profiles.count, sizeof *session->wants);
    for (size_t i = 0; i < session->profiles.count; i++)
        session_wants_read(session, (int)i, &session->wants[i]);
}

enum creds_want session_wants_now(const struct session *session, int row)
{
    const struct check *identity = &session->checks.items[CHECK_IDENTITY];
    bool chosen = row == session->profile && !session->choice.environment;
    struct creds_wants wants;
    if (!session->profiles_read || row < 0 || row >= (int)session->profiles.count)
        return CREDS_WANT_NOTHING;
    session_wants_read(session, row, &wants);
    if (chosen && identity->state == CHECK_FAIL && identity->kind == ERROR_AUTH &&
        wants.usually == CREDS_WANT_SIGN_IN && wants.now == CREDS_WANT_NOTHING)
        return CREDS_WANT_SIGN_IN; /* it was ended elsewhere */
    return wants.now;
}
