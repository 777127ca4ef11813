/* The session's beginning and end, its deployment and its profile. What it does to a run is in
 * session_run.c. */
#include "core/session/session.h"

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/session_end.h"
#include "core/session/session_index.h"
#include "core/session/session_signin.h"
#include "core/session/session_wants.h"
#include "core/session/session_work.h"
#include "core/session/session_zones.h"

bool session_trouble(struct session *session, const struct error *err)
{
    session->trouble = *err;
    session->notice[0] = '\0';
    return false;
}

void session_read_outputs(struct session *session)
{
    struct error err;
    if (!outputs_load(&session->outputs, session->dir, &err))
        session_trouble(session, &err);
}

static void on_checked(struct checks *checks)
{
    struct session *session = container_of(checks, struct session, checks);
    if (!session->answers.region[0])
        str_copy(str_of(checks->region), session->answers.region, sizeof session->answers.region);
}

void session_want(struct session *session)
{
    for (int i = 0; i < STAGES && !session->named; i++)
        session->wanted[i] =
            stage_table[i].here && (i != STAGE_DOMAIN || answers_want_domain(&session->answers));
}

bool session_init(struct session *session, struct loop *loop, struct signals *signals,
                  struct place *place, struct error *err)
{
    *session = (struct session){
        .loop = loop, .signals = signals, .place = place, .profile = -1, .command = RUN_APPLY};
    session->work = alloc_zeroed(1, sizeof *session->work);
    session->work->session = session;
    session->checks.ended = on_checked;
    http_init(&session->http, loop, &place->route);
    answers_default(&session->answers, place->rehearsal);
    session_want(session);
    str_copy(str_of(place->dir), session->dir, sizeof session->dir);
    deployments_known(&session->known, place);
    session_read_profiles(session);
    return estimates_load(&session->estimates, place->assets, err);
}

void session_finish(struct session *session)
{
    if (!session->work)
        return;
    loop_cancel(session->loop, &session->work->pulse);
    loop_cancel(session->loop, &session->work->wake);
    session_leave_run(session);
    session_index_close(session);
    session_end_finish(session);
    session_signin_close(session);
    session_wants_forget(session);
    session_zones_close(session);
    checks_finish(&session->checks);
    bucket_try_finish(&session->bucket);
    differences_finish(&session->differences);
    profiles_finish(&session->profiles);
    estimates_finish(&session->estimates);
    deployments_finish(&session->known);
    outputs_finish(&session->outputs);
    secrets_finish(&session->secrets);
    http_finish(&session->http);
    free(session->work);
    session->work = NULL;
}

void session_new(struct session *session)
{
    session_leave_run(session);
    session_index_close(session);
    session_end_finish(session);
    str_copy(str_of(session->place->dir), session->dir, sizeof session->dir);
    answers_default(&session->answers, session->place->rehearsal);
    outputs_finish(&session->outputs);
    memset(session->stages, 0, sizeof session->stages);
    session->notice[0] = '\0';
}

/* The directory's answers, history and last run's name; true with id "" when it never had a run. */
static bool load(struct session *session, const char *dir, char id[64], struct error *err)
{
    struct answers answers;
    id[0] = '\0';
    if (!deployment_load(dir, session->place->rehearsal, &answers, err))
        return session_trouble(session, err);
    session_leave_run(session);
    session_index_close(session);
    session_end_finish(session);
    session->answers = answers;
    str_copy(str_of(dir), session->dir, sizeof session->dir);
    history_stages(dir, session->stages);
    session_read_outputs(session);
    session_want(session);
    if (!deployment_latest_run(dir, id))
        id[0] = '\0';
    return true;
}

bool session_open(struct session *session, const char *dir, struct error *err)
{
    char id[64];
    if (!load(session, dir, id, err))
        return false;
    if (!id[0])
        return true;
    session_watch_run(session, id);
    return !session_abandoned(session) || session_continue(session);
}

bool session_look(struct session *session, const char *dir, struct error *err)
{
    char id[64];
    if (!load(session, dir, id, err))
        return false;
    if (!id[0])
        return true;
    session_listen(session);
    session->worker_lives = deployment_holder(dir).held;
    return run_read(&session->run, dir, id, err);
}

void session_choose_profile(struct session *session, int index)
{
    const struct profiles *profiles = &session->profiles;
    session->trouble = (struct error){.kind = ERROR_NONE};
    session_poll_finish(session);
    if (!session->profiles_read || index < 0 || index >= (int)profiles->count)
        return;
    session_prefer_profile(session, index);
    session_recheck(session);
}

void session_choose_surrounding(struct session *session, enum surrounding_id id)
{
    session->trouble = (struct error){.kind = ERROR_NONE};
    session_poll_finish(session);
    for (size_t i = 0; session->profiles_read && i < session->surrounding_count; i++)
        if (session->surroundings[i].id == id) {
            session_prefer_surrounding(session, id);
            session_recheck(session);
        }
}

void session_recheck(struct session *session)
{
    struct checks *checks = &session->checks;
    const struct answers *answers = &session->answers;
    bool made = session->dir[0] && file_exists(session->dir);
    str_copy(str_of(made ? answers->account : ""), checks->wanted_account,
             sizeof checks->wanted_account);
    str_copy(str_of(made ? answers->region : ""), checks->wanted_region,
             sizeof checks->wanted_region);
    session->short_lived = false;
    checks->unreadable = session->profiles_read ? NULL : &session->profiles_error;
    checks->answers = answers;
    checks->estimates = &session->estimates;
    enum stage_state eks = session_stage(session, STAGE_EKS);
    checks->standing = eks == STAGE_DONE;
    checks->begun = eks != STAGE_TODO && eks != STAGE_DESTROYED;
    checks_start(&session->checks, session->loop, session->signals, &session->http, session->place,
                 &session->profiles, &session->choice);
    session_pulse_start(session);
}

bool session_raise_quotas(struct session *session)
{
    return checks_raise_quotas(&session->checks);
}

enum stage_state session_stage(const struct session *session, enum stage_id stage)
{
    enum stage_state now = session->run.stages[stage].state;
    return run_is_open(&session->run) && now != STAGE_TODO ? now : session->stages[stage].state;
}

void session_choose_default(struct session *session)
{
    if (session_has_credentials(session)) {
        session->trouble = (struct error){.kind = ERROR_NONE};
        session_poll_finish(session);
    }
    session_recheck(session);
}

/* Of a name that was given up since, it says nothing. */
static bool stands(const struct session *session, enum check_id id)
{
    return session->checks.items[id].state == CHECK_FAIL &&
           (id != CHECK_NAMES ||
            strcmp(session->checks.cluster_name, session->answers.cluster_name) == 0);
}

static bool not_ready(struct error *why, const struct check *check)
{
    error_set(why, check->kind ? check->kind : ERROR_INPUT, "%s", check->text);
    return error_hint(why, "%s", check->hint);
}

bool session_ready(const struct session *session, struct error *why)
{
    static const enum check_id needed[] = {CHECK_IDENTITY, CHECK_LIFETIME, CHECK_TERRAFORM,
                                           CHECK_CLOCK,    CHECK_REGION,   CHECK_NAMES,
                                           CHECK_DISK};
    if (!session->profiles_read) {
        *why = session->profiles_error;
        return false;
    }
    if (!session_has_credentials(session))
        return error_set(why, ERROR_AUTH, "Choose an AWS profile first.");
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        const struct check *check = &session->checks.items[needed[i]];
        if (check->state == CHECK_WAITING || check->state == CHECK_RUNNING)
            return error_set(why, ERROR_INPUT, "The checks are still running.");
        if (stands(session, needed[i]))
            return not_ready(why, check);
    }
    return true;
}
