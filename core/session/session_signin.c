/* One sign-in at a time; see session_signin.h. */
#include "core/session/session_signin.h"

#include "core/session/aws_access.h"
#include "core/session/session_wants.h"
#include "core/session/session_work.h"

#include "core/base/alloc.h"

static struct profile_choice choice_of(const struct session *session, int row)
{
    const struct profile *profile = &session->profiles.items[row];
    return (struct profile_choice){
        .name = profile->name, .profile = profile, .by = PROFILE_BY_OPTION};
}

/* ---- one of the two ---- */

static void take_name(char *out, size_t capacity, const char *text)
{
    struct buf clean = {0};
    buf_sanitised(&clean, str_of(text), false);
    str_copy(buf_str(&clean), out, capacity);
    buf_finish(&clean);
}

static void end_later(struct session_signin *signin);

static void on_signed_in(struct task *task)
{
    struct session_signin *signin =
        container_of(container_of(task, struct sso_signin, task), struct session_signin, sso);
    if (task->state == TASK_DONE)
        end_later(signin);
    else if (task->state == TASK_FAILED)
        signin->error = task->error;
}

static bool begin(struct session_signin *signin, const struct creds_wants *wants, struct error *err)
{
    struct session *session = signin->session;
    signin->want = wants->now != CREDS_WANT_NOTHING ? wants->now : wants->usually;
    signin->error = (struct error){.kind = ERROR_NONE};
    if (signin->want == CREDS_WANT_NOTHING)
        return error_set(err, ERROR_INPUT, "Nobody has to sign in for this profile.");
    if (signin->want == CREDS_WANT_DIGITS && wants->now == CREDS_WANT_NOTHING)
        return error_set(err, ERROR_INPUT, "Digits are not needed: the keys of its role last.");
    take_name(signin->profile, sizeof signin->profile, wants->profile->name);
    take_name(signin->serial, sizeof signin->serial, wants->serial ? wants->serial : "");
    if (signin->want == CREDS_WANT_DIGITS)
        return true;
    task_finish(&signin->sso.task);
    if (!sso_signin_init(&signin->sso, &session->http, session->place->home, &session->profiles,
                         wants->profile, err))
        return false;
    signin->sso.task.ended = on_signed_in;
    task_start(&signin->sso.task, session->loop);
    return true;
}

/* After a sign-in a role on top of it may want digits; when nothing is wanted any more, the checks
 * go on with what is there now. */
static void over(struct timer *timer)
{
    struct session_signin *signin = container_of(timer, struct session_signin, over);
    struct session *session = signin->session;
    struct creds_wants wants;
    int row = signin->row;
    session_wants_read(session, row, &wants);
    if (signin->want == CREDS_WANT_SIGN_IN && wants.now == CREDS_WANT_DIGITS &&
        begin(signin, &wants, &signin->error))
        return;
    session_signin_close(session);
    session_wants_look(session);
    session_choose_profile(session, row);
}

/* On a turn of its own: who reports the end is part of what is freed. */
static void end_later(struct session_signin *signin)
{
    signin->over.fire = over;
    loop_after(signin->session->loop, &signin->over, 0);
}

bool session_signin_open(struct session *session, int row, struct error *err)
{
    struct creds_wants wants;
    session_signin_close(session);
    if (!session->profiles_read || row < 0 || row >= (int)session->profiles.count)
        return error_set(err, ERROR_INPUT, "Nobody has to sign in for these keys.");
    session_wants_read(session, row, &wants);
    struct session_signin *signin = alloc_zeroed(1, sizeof *signin);
    session->signin = signin;
    *signin = (struct session_signin){.session = session, .row = row};
    if (begin(signin, &wants, err)) {
        session_pulse_start(session);
        return true;
    }
    session_signin_close(session);
    return false;
}

void session_signin_close(struct session *session)
{
    struct session_signin *signin = session->signin;
    if (!signin)
        return;
    session->signin = NULL;
    loop_cancel(session->loop, &signin->over);
    task_finish(&signin->sso.task);
    creds_resolve_finish(&signin->resolve);
    secret_wipe(signin, sizeof *signin);
    free(signin);
}

void session_signin_again(struct session_signin *signin)
{
    if (signin->want != CREDS_WANT_SIGN_IN || signin->sso.task.state == TASK_RUNNING ||
        list_linked(&signin->over.link))
        return;
    signin->error = (struct error){.kind = ERROR_NONE};
    task_start(&signin->sso.task, signin->session->loop);
    session_pulse_start(signin->session);
}

bool session_signin_goes(const struct session_signin *signin)
{
    return signin->asking || signin->sso.task.state == TASK_RUNNING;
}

/* ---- digits ---- */

static void on_keys(struct creds_resolve *resolve)
{
    struct session_signin *signin = container_of(resolve, struct session_signin, resolve);
    signin->asking = false;
    signin->error = resolve->error;
    if (resolve->ok)
        end_later(signin);
}

/* "123 456" is how some devices show them. */
static bool take_digits(struct session_signin *signin, struct error *err)
{
    size_t len = 0;
    bool ok = true;
    for (const char *c = signin->digits; *c; c++) {
        ok = ok && (*c == ' ' || (*c >= '0' && *c <= '9'));
        if (*c != ' ')
            signin->sent[len++] = *c;
    }
    signin->sent[len] = '\0';
    if (!ok || len != SIGNIN_DIGITS)
        return error_set(err, ERROR_INPUT, "It is six digits, as the device shows them.");
    secret_wipe(signin->digits, sizeof signin->digits);
    return true;
}

bool session_signin_digits(struct session_signin *signin, struct error *err)
{
    struct session *session = signin->session;
    struct profile_choice choice = choice_of(session, signin->row);
    if (signin->asking || list_linked(&signin->over.link))
        return true;
    if (!take_digits(signin, err))
        return false;
    signin->error = (struct error){.kind = ERROR_NONE};
    signin->world = place_creds_world(session->place, &session->http, session->signals);
    signin->world.digits = signin->sent;
    creds_resolve_finish(&signin->resolve);
    signin->asking = creds_resolve_start(&signin->resolve, &signin->world, &session->profiles,
                                         &choice, NULL, session->place->region, on_keys, err);
    session_pulse_start(session);
    return signin->asking;
}
