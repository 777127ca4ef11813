/* What a session does to a run: starts one, answers its review, stops it, goes on with it, and
 * watches over its worker. */
#include "core/session/session.h"

#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/lookback.h"
#include "core/session/session_index.h"
#include "core/session/session_pods.h"
#include "core/session/session_signin.h"
#include "core/session/session_work.h"

enum { PULSE_MS = 1000, CALL_MS = 5000, CONTINUES_MAX = 3, POLL_BEATS = 5 };

static bool run_goes(const struct session *session)
{
    return run_is_open(&session->run) && session->run.phase != RUN_OVER;
}

/* ---- the pulse ---- */

bool session_abandoned(struct session *session)
{
    if (!run_goes(session))
        return false;
    session->worker_lives = deployment_holder(session->dir).held;
    if (!session->worker_lives)
        run_drain(&session->run); /* an end is written before the lock goes */
    return !session->worker_lives && run_goes(session);
}

static void look_after_worker(struct session *session)
{
    if (!session->launching && session->work->continues <= CONTINUES_MAX &&
        session_abandoned(session))
        session_continue(session);
}

static bool checks_go(const struct session *session)
{
    return session->checks.work && !session->checks.over;
}

static bool index_goes(const struct session *session)
{
    return session->index && session_index_busy(session->index);
}

static bool signin_goes(const struct session *session)
{
    return session->signin && session_signin_goes(session->signin);
}

static void on_pulse(struct timer *timer)
{
    struct session_work *work = container_of(timer, struct session_work, pulse);
    struct session *session = work->session;
    work->beats++;
    look_after_worker(session);
    if (work->beats % POLL_BEATS == 0 && session->run.phase == RUN_APPLYING)
        session_poll_cluster(session);
    if (run_goes(session) || session->launching || checks_go(session) || index_goes(session) ||
        signin_goes(session))
        loop_after(session->loop, &work->pulse, PULSE_MS);
}

void session_pulse_start(struct session *session)
{
    session->work->pulse.fire = on_pulse;
    if (!list_linked(&session->work->pulse.link))
        loop_after(session->loop, &session->work->pulse, PULSE_MS);
}

/* ---- following ---- */

/* A destroyed stage has none any more. */
static bool changes_outputs(struct str event)
{
    return str_is(event, "outputs") || str_is(event, "facts") || str_is(event, "stage");
}

/* A destroy that leaves the bucket writes down that the next apply takes it. */
static void read_bucket_again(struct session *session)
{
    struct answers saved;
    if (deployment_load(session->dir, session->place->rehearsal, &saved, NULL))
        memcpy(session->answers.pypi_create_bucket, saved.pypi_create_bucket,
               sizeof saved.pypi_create_bucket);
}

static void on_changed(struct run *run, enum stage_id stage, const json_t *journal_event,
                       const struct tf_event *event)
{
    struct session *session = container_of(run, struct session, run);
    if (event)
        session_log_add(session, stage, event);
    if (changes_outputs(js_str(journal_event, "event")))
        session_read_outputs(session);
    if (str_is(js_str(journal_event, "event"), "facts") &&
        str_is(js_str(journal_event, "step"), step_name(STEP_BUCKET)))
        read_bucket_again(session);
    if (session->event)
        session->event(session, stage, journal_event, event);
}

void session_listen(struct session *session)
{
    session->run.changed = on_changed;
}

/* What happens from now on is news to whoever comes back. */
static void mark_seen(struct session *session)
{
    if (session->work->watched)
        lookback_seen(session->dir, clock_wall(session->loop->clock));
}

void session_watch_run(struct session *session, const char *id)
{
    struct error err;
    run_finish(&session->run);
    session_log_clear(session);
    history_stages(session->dir, session->stages);
    session_listen(session);
    if (!run_open(&session->run, session->loop, session->dir, id, &err)) {
        session_trouble(session, &err);
        return;
    }
    run_drain(&session->run);
    session->work->watched = true;
    mark_seen(session);
    session_pulse_start(session);
}

void session_leave_run(struct session *session)
{
    struct session_work *work = session->work;
    mark_seen(session);
    work->watched = false;
    launch_finish(&session->launch);
    channel_call_finish(&work->call);
    session_poll_finish(session);
    session_pods_close(session);
    run_finish(&session->run);
    session_log_clear(session);
    session->cluster = (struct session_cluster){.nodes_wanted = 0};
    session->launching = session->worker_lives = work->calling = work->hand_over = false;
    work->continues = 0;
}

/* ---- starting ---- */

/* Whoever wanted to go on with a run as well and came first is followed like any other worker; any
 * other reason would be the same the next time. */
static void refused(struct session *session, const struct error *err)
{
    if (run_goes(session) && err->kind == ERROR_BUSY)
        return;
    if (run_is_open(&session->run)) {
        session->work->continues = CONTINUES_MAX + 1;
        run_drain(&session->run);
        if (!run_goes(session))
            return;
    }
    session_trouble(session, err);
}

static void on_launched(struct launch *launch)
{
    struct session *session = container_of(launch, struct session, launch);
    session->launching = false;
    if (!launch->ok) {
        refused(session, &launch->error);
        return;
    }
    session->worker_lives = true;
    if (!run_is_open(&session->run) || strcmp(session->run.id, launch->run) != 0)
        session_watch_run(session, launch->run);
    session_pulse_start(session);
    if (session->work->hand_over && run_goes(session)) { /* typed while the worker began */
        session->work->hand_over = false;
        session_hand_over(session);
    }
}

static bool launch(struct session *session, enum run_command command, const char *continue_run)
{
    struct error err;
    struct launch_wish wish = {.dir = session->dir,
                               .command = command,
                               .consent = session->consent,
                               .profile = session->profile >= 0 ? session->choice.name : NULL,
                               .source = session_surrounding(session),
                               .account = session->checks.account,
                               .arn = session->checks.arn,
                               .continue_run = continue_run,
                               .secrets = &session->secrets};
    memcpy(wish.stages, session->wanted, sizeof wish.stages);
    launch_finish(&session->launch);
    session->launch.ended = on_launched;
    session->trouble = (struct error){.kind = ERROR_NONE};
    if (!launch_start(&session->launch, session->loop, session->signals, session->place, &wish,
                      &err))
        return session_trouble(session, &err);
    session->launching = true;
    session_pulse_start(session);
    return true;
}

static bool same_account(const struct checks *checks, struct answers *answers, struct error *err)
{
    if (answers->account[0] && strcmp(answers->account, checks->account) != 0) {
        error_set(err, ERROR_AUTH, "%s belongs to account %s, but this profile is in %s.",
                  answers->cluster_name, answers->account, checks->account);
        return error_hint(err, "Choose a profile of account %s.", answers->account);
    }
    str_copy(str_of(checks->account), answers->account, sizeof answers->account);
    if (!answers->region[0])
        str_copy(str_of(checks->region), answers->region, sizeof answers->region);
    return true;
}

static bool choose_dir(const struct session *session, char dir[PATH_MAX], struct error *err)
{
    char here[PATH_MAX];
    if (session->dir[0])
        return path_format(dir, err, "%s", session->dir);
    if (!getcwd(here, sizeof here))
        return error_errno(err, "The current directory cannot be read");
    return path_format(dir, err, "%s/%s", here, session->answers.cluster_name);
}

/* A rehearsal is nothing to look after later: only real deployments are remembered. */
static bool remember(const struct place *place, const char *dir, struct error *err)
{
    return place->rehearsal || deployments_remember(place->state_dir, dir, err);
}

/* Account and directory hold from the moment when they are saved: before, another profile or
 * another name may still be chosen. */
static bool save(struct session *session, struct error *err)
{
    struct answers answers = session->answers;
    char dir[PATH_MAX];
    if (!same_account(&session->checks, &answers, err) ||
        !answers_judge(&answers, STAGE_EKS, err) || !choose_dir(session, dir, err) ||
        !deployment_save(dir, &answers, err) || !remember(session->place, dir, err))
        return false;
    session->answers = answers;
    str_copy(str_of(dir), session->dir, sizeof session->dir);
    return true;
}

bool session_plan(struct session *session)
{
    struct error err;
    if (run_goes(session) || session->launching)
        return true;
    session_want(session);
    bool outlives = session->command != RUN_APPLY || !session->consent ||
                    session_outlives(session, false, &err);
    if (!outlives || !session_ready(session, &err) || !save(session, &err))
        return session_trouble(session, &err);
    session_leave_run(session);
    return launch(session, session->command, NULL);
}

/* What was chosen for this destroy; nothing else that a form may hold. */
static bool save_choice(const struct session *session, struct error *err)
{
    struct answers saved;
    if (!deployment_load(session->dir, session->place->rehearsal, &saved, err))
        return false;
    if (strcmp(saved.pypi_keep_bucket, session->answers.pypi_keep_bucket) == 0)
        return true;
    memcpy(saved.pypi_keep_bucket, session->answers.pypi_keep_bucket,
           sizeof saved.pypi_keep_bucket);
    return deployment_save(session->dir, &saved, err);
}

bool session_destroy(struct session *session)
{
    struct error err;
    if (run_goes(session) || session->launching)
        return true;
    if (!session_ready(session, &err) || !session_outlives(session, true, &err) ||
        !same_account(&session->checks, &session->answers, &err) || !save_choice(session, &err))
        return session_trouble(session, &err);
    session_leave_run(session);
    return launch(session, RUN_DESTROY, NULL);
}

bool session_retry(struct session *session)
{
    if (session->run.command == RUN_DESTROY) { /* what was typed for it holds until it is done */
        memcpy(session->wanted, session->run.stages_wanted, sizeof session->wanted);
        session->consent = true;
        return session_destroy(session);
    }
    return session_plan(session);
}

bool session_continue(struct session *session)
{
    struct error err;
    if (session->work->continues++ >= CONTINUES_MAX) {
        error_set(&err, ERROR_SYSTEM,
                  "The worker of this run ended %d times without a word; its last words are in "
                  "%s/worker.err.",
                  CONTINUES_MAX, session->run.dir);
        error_hint(&err, "What was made stays; ekshub-tui apply goes on from there.");
        return session_trouble(session, &err);
    }
    char id[64];
    str_copy(str_of(session->run.id), id, sizeof id);
    if (!secrets_from_environment(&session->secrets, session->place->lookup, &err))
        return session_trouble(session, &err); /* the dead worker took its own with it */
    if (!launch(session, session->command, id))
        return false;
    snprintf(session->notice, sizeof session->notice,
             "The worker of this run was gone: another one goes on where it stood.");
    return true;
}

/* ---- asking the worker ---- */

/* What was typed while a call was under way goes with the next one. */
static void on_answered(struct channel_call *call)
{
    struct session_work *work = container_of(call, struct session_work, call);
    bool more = work->hand_over;
    work->calling = work->hand_over = false;
    if (!call->ok)
        session_trouble(work->session, &call->error);
    if (more && run_goes(work->session))
        session_hand_over(work->session);
}

static bool ask(struct session *session, json_t *request)
{
    struct session_work *work = session->work;
    struct error err;
    char control[PATH_MAX];
    bool ok = path_format(control, &err, "%s/control", session->run.dir);
    if (!ok || work->calling || !run_goes(session)) {
        json_decref(request);
        if (ok)
            error_set(&err, ERROR_INPUT,
                      work->calling ? "The worker has not answered yet." : "No run is going.");
        return session_trouble(session, &err);
    }
    channel_call_finish(&work->call);
    work->call.ended = on_answered;
    session->trouble = (struct error){.kind = ERROR_NONE};
    if (!channel_ask(&work->call, session->loop, control, request, CALL_MS, &err))
        return session_trouble(session, &err);
    work->calling = true;
    return true;
}

static bool ask_consent(struct session *session, bool yes)
{
    json_t *request = json_object();
    js_set_text(request, "op", "consent");
    if (session->run.stage != STAGE_NONE)
        js_set_text(request, "stage", stage_table[session->run.stage].name);
    js_set_bool(request, "yes", yes);
    return ask(session, request);
}

bool session_consent(struct session *session)
{
    struct error err;
    if (!session_outlives(session, session->run.command == RUN_DESTROY, &err))
        return session_trouble(session, &err);
    return ask_consent(session, true);
}

bool session_discard(struct session *session)
{
    return ask_consent(session, false);
}

bool session_stop(struct session *session, enum session_stop how)
{
    static const char *const words[] = {"now", "when-safe", "harder"};
    json_t *request = json_object();
    js_set_text(request, "op", "stop");
    js_set_text(request, "how", words[how]);
    return ask(session, request);
}

bool session_hand_over(struct session *session)
{
    struct error err;
    if (session->work->calling || session->launching) {
        session->work->hand_over = true;
        return true;
    }
    if (!run_goes(session))
        return !session->dir[0] || deployment_save(session->dir, &session->answers, &err) ||
               session_trouble(session, &err);
    json_t *request = json_object();
    js_set_text(request, "op", "answers");
    js_set(request, "answers", answers_json(&session->answers));
    js_set(request, "secrets", secrets_json(&session->secrets));
    return ask(session, request);
}
