/* The profiles of the session: read, and read anew after one was added. */
#include "core/aws/profiles_add.h"
#include "core/base/alloc.h"
#include "core/session/session_signin.h"
#include "core/session/session_wants.h"
#include "core/session/session_work.h"

enum surrounding_id session_surrounding(const struct session *session)
{
    return profile_choice_surrounding(&session->choice);
}

bool session_has_credentials(const struct session *session)
{
    return session->profile >= 0 || session_surrounding(session);
}

void session_prefer_profile(struct session *session, int index)
{
    const struct profiles *profiles = &session->profiles;
    session->profile = index;
    session->place->source = SURROUNDING_NONE;
    session->choice = (struct profile_choice){
        .name = profiles->items[index].name,
        .profile = &profiles->items[index],
        .by = PROFILE_BY_OPTION,
        .keys_ignored = profiles_env(profiles, "AWS_ACCESS_KEY_ID") != NULL,
    };
}

void session_prefer_surrounding(struct session *session, enum surrounding_id id)
{
    session->profile = -1;
    session->place->source = id;
    profiles_choose_surrounding(&session->profiles, id, &session->choice);
}

/* What the AWS CLI would take, but for two habits of ours: kube_admin before a profile that nobody
 * named, and the container or the machine by its name where there is nothing else. */
static void prefer(struct session *session)
{
    const struct profile_choice said = session->choice;
    const struct profile *usual = profiles_find(&session->profiles, "kube_admin");
    const struct profile *meant = said.by == PROFILE_BY_DEFAULT && usual ? usual : said.profile;
    enum surrounding_id source = profile_choice_surrounding(&said);
    bool bare = !meant || (said.by == PROFILE_BY_DEFAULT && meant->kind == PROFILE_NONE &&
                           !meant->error); /* settings at most */
    if (!source && bare && session->surrounding_count > 0)
        source = session->surroundings[0].id;
    if (source) {
        session_prefer_surrounding(session, source);
        session->choice.keys_win = said.keys_win;
    } else if (meant) {
        session_prefer_profile(session, (int)(meant - session->profiles.items));
    }
}

void session_read_profiles(struct session *session)
{
    struct place *place = session->place;
    session->profile = -1;
    session->surrounding_count = 0;
    place->source = SURROUNDING_NONE;
    session->profiles_read =
        profiles_load(&session->profiles, place->home, place->lookup, &session->profiles_error);
    if (!session->profiles_read)
        return;
    differences_read(&session->differences, &session->profiles);
    session->surrounding_count = profiles_surroundings(&session->profiles, session->surroundings);
    struct error err;
    if (!profiles_choose(&session->profiles, place->profile, &session->choice, &err)) {
        session_trouble(session, &err);
        return;
    }
    prefer(session);
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
