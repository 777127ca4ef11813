/* The keys of a choice, asked for by turning the loop; and what a run's source of keys (see
 * core/aws/source.h) prints of them. */
#include <signal.h>
#include <unistd.h>

#include "core/aws/source.h"
#include "core/base/alloc.h"
#include "core/session/aws_access.h"
#include "screens/cli_private.h"

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

bool cli_ask_keys(const struct place *place, struct loop *loop, const struct profiles *profiles,
                  const struct profile_choice *choice, const char *role_arn, const char *region,
                  struct creds *creds, struct error *err)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, 0};
    struct asking asking = {.loop = loop, .signals = {.caught = on_signal}};
    http_init(&asking.http, loop, &place->route);
    struct creds_world world = place_creds_world(place, &asking.http, &asking.signals);
    bool ok = signals_init(&asking.signals, loop, caught, err) &&
              creds_resolve_start(&asking.resolve, &world, profiles, choice, role_arn, region,
                                  on_keys, err);
    if (ok) {
        loop_run(loop);
        ok = take_answer(&asking, creds, err);
    }
    creds_resolve_finish(&asking.resolve);
    http_finish(&asking.http);
    signals_finish(&asking.signals);
    return ok;
}

static bool print_keys(const struct place *place, struct loop *loop, struct profiles *profiles,
                       struct creds *creds, struct error *err)
{
    struct profile_choice choice;
    if (!profiles_load(profiles, place->home, place->lookup, err) ||
        !place_choose(place, profiles, place->profile, &choice, err))
        return false;
    bool ok = creds_are_at_hand(&choice)
                  ? creds_at_hand(creds, profiles, &choice, err)
                  : cli_ask_keys(place, loop, profiles, &choice, NULL, NULL, creds, err);
    return ok && aws_source_print(STDOUT_FILENO, creds, err);
}

int cli_keys(const struct options *options, const struct place *place, struct loop *loop)
{
    struct profiles profiles = {.items = NULL};
    struct creds creds = {.method = CREDS_NONE};
    struct error err = {.kind = ERROR_NONE};
    int code = 0;
    (void)options;
    if (!print_keys(place, loop, &profiles, &creds, &err))
        code = cli_complain(&err, err.kind == ERROR_AUTH ? 4 : 1);
    creds_finish(&creds);
    profiles_finish(&profiles);
    return code;
}
