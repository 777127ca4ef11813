/* Instead of core/session/session.c and session_run.c, which start workers: everything else of the
 * session is the real thing. */
#include "tests/screens/fake_session.h"

#include "core/session/session_index.h"
#include "core/session/session_signin.h"
#include "core/session/session_wants.h"
#include "core/session/session_work.h"
#include "core/session/session_zones.h"

#include "core/base/alloc.h"

struct fake fake;

static bool answer(struct session *session, int *count)
{
    ++*count;
    if (!fake.refuse)
        return true;
    return error_set(&session->trouble, ERROR_SYSTEM, "The fake refuses.");
}

bool session_trouble(struct session *session, const struct error *err)
{
    session->trouble = *err;
    return false;
}

bool session_open(struct session *session, const char *dir, struct error *err)
{
    (void)dir;
    (void)err;
    return answer(session, &fake.opened);
}

void session_new(struct session *session)
{
    answer(session, &fake.begun);
}

void session_choose_profile(struct session *session, int index)
{
    fake.profile = index;
    session->profile = index;
    session->choice = (struct profile_choice){.name = session->profiles.items[index].name,
                                              .profile = &session->profiles.items[index]};
    answer(session, &fake.chosen);
}

void session_choose_surrounding(struct session *session, enum surrounding_id id)
{
    fake.source = id;
    session->profile = -1;
    profiles_choose_surrounding(&session->profiles, id, &session->choice);
    answer(session, &fake.chosen);
}

void session_choose_default(struct session *session)
{
    session_choose_profile(session, session->profile);
}

enum stage_state session_stage(const struct session *session, enum stage_id stage)
{
    enum stage_state now = session->run.stages[stage].state;
    return run_is_open(&session->run) && now != STAGE_TODO ? now : session->stages[stage].state;
}

void session_recheck(struct session *session)
{
    answer(session, &fake.rechecked);
}

bool session_raise_quotas(struct session *session)
{
    return checks_raise_quotas(&session->checks);
}

bool session_plan(struct session *session)
{
    return answer(session, &fake.planned);
}

bool session_consent(struct session *session)
{
    return answer(session, &fake.consented);
}

bool session_discard(struct session *session)
{
    return answer(session, &fake.discarded);
}

bool session_stop(struct session *session, enum session_stop how)
{
    return answer(session, &fake.stopped[how]);
}

bool session_retry(struct session *session)
{
    return answer(session, &fake.retried);
}

bool session_destroy(struct session *session)
{
    return answer(session, &fake.destroyed);
}

bool session_hand_over(struct session *session)
{
    return answer(session, &fake.handed);
}

struct session_end *session_end(struct session *session)
{
    return session->end = &fake.end;
}

void session_ask_teardown(struct session *session, bool wanted[STAGES])
{
    (void)wanted;
    session_end(session);
    fake.looked++;
}

void session_ask_residue(struct session *session, const bool stages[STAGES])
{
    (void)stages;
    session_end(session);
    fake.searched++;
}

bool session_remove_residue(struct session *session, int index)
{
    fake.removed = index + 2;
    return answer(session, &(int){0});
}

bool session_save_residue(struct session *session)
{
    return answer(session, &fake.saved);
}

bool session_ready(const struct session *session, struct error *why)
{
    if (!session->checks.over)
        return error_set(why, ERROR_INPUT, "The checks are still running.");
    for (int i = 0; i < CHECKS; i++) {
        if (session->checks.items[i].state == CHECK_FAIL)
            return error_set(why, ERROR_INPUT, "%s", session->checks.items[i].text);
    }
    return true;
}

void session_want(struct session *session)
{
    for (int i = 0; i < STAGES; i++)
        session->wanted[i] = i != STAGE_DOMAIN || answers_want_domain(&session->answers);
}

void session_zones_ask(struct session *session)
{
    (void)session;
    fake.zones++;
}

void session_try_bucket(struct session *session)
{
    (void)session;
    fake.tried++;
}

void session_wake(struct session *session, int64_t ms)
{
    (void)session;
    fake.wakes = ms;
}

bool session_pypirc_write(struct session_index *index, struct error *err)
{
    return answer(index->session, &fake.wrote) || error_set(err, ERROR_SYSTEM, "The fake refuses.");
}

bool session_publish(struct session_index *index, const char *path, struct error *err)
{
    (void)path;
    return answer(index->session, &fake.published) ||
           error_set(err, ERROR_SYSTEM, "The fake refuses.");
}

bool session_prove_inside(struct session_index *index, struct error *err)
{
    return answer(index->session, &fake.proved) ||
           error_set(err, ERROR_SYSTEM, "The fake refuses.");
}

/* The sign-in is the test's to fill in. */
bool session_signin_open(struct session *session, int row, struct error *err)
{
    fake.signed_in++;
    session_signin_close(session);
    if (fake.refuse)
        return error_set(err, ERROR_INPUT, "The fake refuses.");
    session->signin = alloc_zeroed(1, sizeof *session->signin);
    *session->signin = (struct session_signin){.session = session, .row = row};
    session->signin->want = session_wants_now(session, row);
    str_copy(str_of(session->profiles.items[row].name), session->signin->profile,
             sizeof session->signin->profile);
    return true;
}

void session_signin_close(struct session *session)
{
    free(session->signin);
    session->signin = NULL;
}

void session_signin_again(struct session_signin *signin)
{
    (void)signin;
    fake.codes++;
}

bool session_signin_digits(struct session_signin *signin, struct error *err)
{
    fake.digits++;
    return strlen(signin->digits) == SIGNIN_DIGITS || error_set(err, ERROR_INPUT, "Six digits.");
}
