/* `token`: what kubectl calls before every request. With keys at hand it is files and one HMAC, and
 * nothing is opened that is not needed; other kinds of profile ask, unless the cache still has what
 * they said last. */
#include <unistd.h>

#include "core/aws/region.h"
#include "core/aws/token.h"
#include "core/base/alloc.h"
#include "screens/cli_private.h"

struct keys_and_region {
    struct profiles profiles;
    struct profile_choice choice;
    struct creds creds;
    const char *region;
};

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
                    : cli_digits(place, loop, NULL, &found->profiles, &found->choice, found->region,
                                 err) &&
                          cli_ask_keys(place, loop, &found->profiles, &found->choice,
                                       options->role_arn, found->region, &found->creds, err));
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
