/* The profiles of the session: read, and read anew after one was added. */
#include "core/aws/profiles_add.h"
#include "core/base/alloc.h"
#include "core/session/session_signin.h"
#include "core/session/session_wants.h"
#include "core/session/session_work.h"

void session_read_profiles(struct session *session)
{
    const struct place *place = session->place;
    session->profile = -1;
    session->profiles_read =
        profiles_load(&session->profiles, place->home, place->lookup, &session->profiles_error);
    if (!session->profiles_read)
        return;
    differences_read(&session->differences, &session->profiles);
    struct error err;
    if (!profiles_choose(&session->profiles, place->profile, &session->choice, &err)) {
        session_trouble(session, &err);
        return;
    }
    const struct profile *chosen = session->choice.profile;
    if (session->choice.by == PROFILE_BY_DEFAULT && !session->choice.environment) {
        const struct profile *usual = profiles_find(&session->profiles, "kube_admin");
        chosen = usual ? usual : chosen;
    }
    if (chosen && !session->choice.environment)
        session->profile = (int)(chosen - session->profiles.items);
}

/* Whoever works with the profiles that go away; each begins anew when it is asked to. */
static void drop_profiles(struct session *session)
{
    checks_finish(&session->checks);
    bucket_try_finish(&session->bucket);
    session->bucket = (struct bucket_try){.going = false};
    session_poll_finish(session);
    session_signin_close(session);
    session_wants_forget(session);
    session->choice = (struct profile_choice){.name = NULL};
    differences_finish(&session->differences);
    profiles_finish(&session->profiles);
}

bool session_add_profile(struct session *session, const struct profile_new *new, struct error *err)
{
    char name[PROFILE_TEXT];
    str_copy(str_trim(str_of(new->text[PROFILE_FIELD_NAME])), name, sizeof name);
    if (!session->profiles_read) {
        *err = session->profiles_error;
        return false;
    }
    if (!profiles_add(&session->profiles, new, err))
        return false;
    drop_profiles(session);
    session_read_profiles(session);
    const struct profile *found =
        session->profiles_read ? profiles_find(&session->profiles, name) : NULL;
    if (!found) {
        *err = session->profiles_error;
        return session->profiles_read &&
               error_set(err, ERROR_INPUT, "Profile %s was saved, but is not there any more.",
                         name);
    }
    session_choose_profile(session, (int)(found - session->profiles.items));
    return true;
}
