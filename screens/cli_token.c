/* `token`: what kubectl calls before every request. With keys at hand it is files and one HMAC, and
 * nothing is opened that is not needed; other kinds of profile ask, unless the cache still has what
 * they said last. */
#include <signal.h>
#include <unistd.h>

#include "core/aws/region.h"
#include "core/aws/token.h"
#include "core/base/alloc.h"
#include "core/session/aws_access.h"
#include "screens/cli_private.h"

struct keys_and_region {
    struct profiles profiles;
    struct profile_choice choice;
    struct creds creds;
    const char *region;
};

struct asking {
    struct loop *loop;
    struct signals signals;
    struct http http;
    struct creds_resolve resolve;
    bool interrupted;
};

static void on_keys(struct creds_resolve *resolve)
{
    loop_stop(container_of(resolve, struct asking, resolve)->loop);
}

static void on_signal(struct signals *signals, int number)
{
    struct asking *asking = container_of(signals, struct asking, signals);
    (void)number;
    asking->interrupted = true;
    loop_stop(asking->loop);
}

static bool take_answer(struct asking *asking, struct creds *creds, struct error *err)
{
    if (asking->interrupted)
        return error_set(err, ERROR_CANCELLED, "Interrupted.");
    *err = asking->resolve.error;
    if (asking->resolve.ok) {
        *creds = asking->resolve.creds;
        asking->resolve.creds = (struct creds){.method = CREDS_NONE};
    }
    return asking->resolve.ok;
}

/* Turns the loop as long as it takes. */
static bool ask(struct keys_and_region *found, const struct place *place, struct loop *loop,
                const char *role_arn, struct error *err)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, 0};
    struct asking asking = {.loop = loop, .signals = {.caught = on_signal}};
    http_init(&asking.http, loop, &place->route);
    struct creds_world world = place_creds_world(place, &asking.http, &asking.signals);
    bool ok = cli_digits(place, loop, NULL, &found->profiles, &found->choice, found->region, err) &&
              signals_init(&asking.signals, loop, caught, err) &&
              creds_resolve_start(&asking.resolve, &world, &found->profiles, &found->choice,
                                  role_arn, found->region, on_keys, err);
    if (ok) {
        loop_run(loop);
        ok = take_answer(&asking, &found->creds, err);
    }
    creds_resolve_finish(&asking.resolve);
    http_finish(&asking.http);
    signals_finish(&asking.signals);
    return ok;
}

/* Where nothing names credentials, that is the thing to say first. */
static bool check_region(const struct keys_and_region *found, struct error *err)
{
    if (region_check(found->region, err))
        return true;
    if (found->region || found->choice.profile || found->choice.environment)
        return false;
    error_set(err, ERROR_AUTH, "There are no AWS credentials here, and no region.");
    return error_hint(err, "Name a profile with --profile, or set AWS_PROFILE and AWS_REGION.");
}

/* `token` and `profiles` choose the profile as the AWS CLI does, without our own habit. */
static bool resolve(struct keys_and_region *found, const struct options *options,
                    const struct place *place, struct loop *loop, struct error *err)
{
    if (!profiles_load(&found->profiles, place->home, place->lookup, err) ||
        !profiles_choose(&found->profiles, options->profile, &found->choice, err))
        return false;
    found->region = profiles_region(&found->profiles, found->choice.profile, options->region);
    bool at_hand = creds_are_at_hand(&found->choice) && !options->role_arn;
    return check_region(found, err) &&
           (at_hand ? creds_at_hand(&found->creds, &found->profiles, &found->choice, err)
                    : ask(found, place, loop, options->role_arn, err));
}

static bool print_token(const struct options *options, const struct place *place, struct loop *loop,
                        struct keys_and_region *found, struct secret *token, struct error *err)
{
    int64_t now = clock_wall(&clock_system);
    return resolve(found, options, place, loop, err) &&
           eks_token(&found->creds, found->region, options->cluster_name, now, token, err) &&
           eks_token_print(STDOUT_FILENO, token, place->lookup("KUBERNETES_EXEC_INFO"),
                           eks_token_end(&found->creds, now), err);
}

int cli_token(const struct options *options, const struct place *place, struct loop *loop)
{
    struct keys_and_region found = {.region = NULL};
    struct secret token = {.data = NULL};
    struct error err = {.kind = ERROR_NONE};
    int code = 0;
    if (!print_token(options, place, loop, &found, &token, &err))
        code = cli_complain(&err, err.kind == ERROR_AUTH ? 4 : 1);
    secret_finish(&token);
    creds_finish(&found.creds);
    profiles_finish(&found.profiles);
    return code;
}
