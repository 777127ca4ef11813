/* The digits that a role wants, asked for on the terminal before a verb begins, as the AWS CLI
 * does; the keys that they give are kept where everybody finds them, the worker, too. */
#include "core/aws/creds_kept.h"
#include "core/base/alloc.h"
#include "core/session/aws_access.h"
#include "screens/cli_private.h"
#include "screens/tty.h"

enum { TRIES = 3 };

struct typing {
    struct loop *loop;
    struct http http;
    struct creds_world world;
    struct creds_resolve resolve;
    char digits[16];
    bool over;
};

static void on_keys(struct creds_resolve *resolve)
{
    struct typing *typing = container_of(resolve, struct typing, resolve);
    typing->over = true;
    loop_stop(typing->loop);
}

static bool type(struct typing *typing, const struct creds_wants *wants)
{
    struct buf prompt = {0};
    buf_text(&prompt, "Digits of the MFA device ");
    buf_sanitised(&prompt, str_of(wants->serial), false);
    buf_text(&prompt, " for profile ");
    buf_sanitised(&prompt, str_of(wants->profile->name), false);
    buf_text(&prompt, ": ");
    bool ok = tty_ask(buf_cstr(&prompt), typing->digits, sizeof typing->digits);
    buf_finish(&prompt);
    return ok;
}

static bool ask_sts(struct typing *typing, const struct profiles *profiles,
                    const struct profile_choice *choice, const char *region, struct error *err)
{
    creds_resolve_finish(&typing->resolve);
    typing->over = false;
    if (!creds_resolve_start(&typing->resolve, &typing->world, profiles, choice, NULL, region,
                             on_keys, err))
        return false;
    loop_run(typing->loop);
    if (!typing->over)
        return error_set(err, ERROR_CANCELLED, "Interrupted.");
    *err = typing->resolve.error;
    return typing->resolve.ok;
}

bool cli_digits(const struct place *place, struct loop *loop, struct signals *signals,
                const struct profiles *profiles, const struct profile_choice *choice,
                const char *region, struct error *err)
{
    struct typing typing = {.loop = loop};
    struct creds_wants wants;
    bool ok = false, wrong = true;
    creds_wants_read(&wants, profiles, choice, place->home, clock_wall(loop->clock));
    if (wants.now != CREDS_WANT_DIGITS || !tty_there())
        return true; /* nobody can be asked: who needs the keys says so */
    http_init(&typing.http, loop, &place->route);
    typing.world = place_creds_world(place, &typing.http, signals);
    typing.world.digits = typing.digits;
    for (int i = 0; i < TRIES && !ok && wrong; i++) {
        if (i > 0)
            cli_complain(err, 0);
        if (!type(&typing, &wants)) {
            error_set(err, ERROR_AUTH, "Without the digits there are no keys of that role.");
            break;
        }
        ok = ask_sts(&typing, profiles, choice, region, err);
        wrong = typing.resolve.wants_digits;
    }
    creds_resolve_finish(&typing.resolve);
    http_finish(&typing.http);
    secret_wipe(typing.digits, sizeof typing.digits);
    return ok;
}

void cli_digits_first(struct cli *cli)
{
    const struct session *session = &cli->session;
    struct profile_choice choice;
    struct error err;
    if (session->profiles_read &&
        place_choose(cli->place, &session->profiles, NULL, &choice, &err) &&
        !cli_digits(cli->place, cli->loop, &cli->signals, &session->profiles, &choice,
                    cli->place->region, &err) &&
        !cli->over)
        cli_complain(&err, 0); /* who needs the keys says what it means */
}

void cli_choose_profile(struct cli *cli)
{
    struct session *session = &cli->session;
    struct error err = {.kind = ERROR_NONE};
    if (session->profiles_read && session->profile >= 0 && !session->choice.environment) {
        const struct profile *profile = &session->profiles.items[session->profile];
        struct profile_choice choice = {
            .name = profile->name, .profile = profile, .by = PROFILE_BY_OPTION};
        if (!cli_digits(cli->place, cli->loop, &cli->signals, &session->profiles, &choice,
                        cli->place->region, &err) &&
            !cli->over)
            cli_complain(&err, 0); /* the checks say what it means */
    }
    if (!cli->over)
        session_choose_default(session);
}
