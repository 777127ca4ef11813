/* Requests that wait for keys; see renewal.h. */
#include "core/aws/renewal.h"

#include "core/aws/creds_kept.h"
#include "core/aws/plan.h"
#include "core/base/log.h"

#include "core/base/alloc.h"

struct aws_renewal {
    struct aws *aws;
    const struct creds_world *world;
    const struct profiles *profiles;
    struct profile_choice choice;
    struct creds_resolve resolve;
    bool asking;
    struct list waiting; /* requests */
};

bool aws_open(struct aws *aws, const struct creds_world *world, const struct profiles *profiles,
              const struct profile_choice *choice, const char *region, struct error *err)
{
    struct creds creds = {0};
    struct creds_plan plan = {0};
    bool at_hand = creds_are_at_hand(choice);

    *aws = (struct aws){0};
    if (at_hand ? !creds_at_hand(&creds, profiles, choice, err)
                : !creds_plan_make(&plan, profiles, choice, false, err))
        return false;
    creds_plan_finish(&plan);
    if (!aws_init(aws, world->http, profiles, choice->profile, region, &creds, err))
        return false;
    if (at_hand)
        return true;
    struct aws_renewal *renewal = aws->renewal = alloc_zeroed(1, sizeof *renewal);
    *renewal =
        (struct aws_renewal){.aws = aws, .world = world, .profiles = profiles, .choice = *choice};
    list_init(&renewal->waiting);
    return true;
}

bool aws_renews(const struct aws *aws, int64_t *until_ms)
{
    const struct aws_renewal *renewal = aws->renewal;

    *until_ms = 0;
    return renewal && creds_renew(renewal->profiles, &renewal->choice, renewal->world->home,
                                  clock_wall(aws->http->loop->clock), until_ms);
}

static bool is_usable(const struct aws *aws, int64_t for_ms)
{
    const struct creds *creds = &aws->creds;

    return creds->access_key_id[0] &&
           (!creds->expires_ms || creds->expires_ms > clock_wall(aws->http->loop->clock) + for_ms);
}

/* Each goes on by a timer of its own: what it does then may end others, or the client. */
static void on_resolved(struct creds_resolve *resolve)
{
    struct aws_renewal *renewal = container_of(resolve, struct aws_renewal, resolve);
    struct aws *aws = renewal->aws;
    bool go;

    renewal->asking = false;
    if (resolve->ok)
        aws_set_creds(aws, &resolve->creds);
    else
        log_line("aws: no keys: %s", resolve->error.text);
    go = resolve->ok || is_usable(aws, 0);
    while (!list_empty(&renewal->waiting)) {
        struct list *first = renewal->waiting.next;
        list_remove(first);
        aws_request_go_on(container_of(first, struct aws_request, waiting),
                          go ? NULL : &resolve->error);
    }
}

enum aws_keys aws_renewal_ask(struct aws_request *request, struct error *err)
{
    struct aws *aws = request->aws;
    struct aws_renewal *renewal = aws->renewal;

    if (!renewal || is_usable(aws, AWS_RENEW_MS))
        return AWS_KEYS_READY;
    if (!renewal->asking) {
        creds_resolve_finish(&renewal->resolve);
        renewal->asking =
            creds_resolve_start(&renewal->resolve, renewal->world, renewal->profiles,
                                &renewal->choice, NULL, aws->region, on_resolved, err);
    }
    if (!renewal->asking)
        return is_usable(aws, 0) ? AWS_KEYS_READY : AWS_KEYS_FAIL;
    list_insert(&renewal->waiting, &request->waiting);
    return AWS_KEYS_COME;
}

void aws_renewal_finish(struct aws *aws)
{
    struct aws_renewal *renewal = aws->renewal;

    if (!renewal)
        return;
    aws->renewal = NULL;
    creds_resolve_finish(&renewal->resolve);
    free(renewal);
}
