/* `token`: what kubectl calls before every request. Files and one HMAC; nothing is opened that is
 * not needed. */
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

/* `token` and `profiles` choose the profile as the AWS CLI does, without our own habit. */
static bool resolve(struct keys_and_region *found, const struct options *options,
                    const struct place *place, struct error *err)
{
    if (!profiles_load(&found->profiles, place->home, place->lookup, err) ||
        !profiles_choose(&found->profiles, options->profile, &found->choice, err) ||
        !creds_resolve(&found->creds, &found->profiles, &found->choice, err))
        return false;
    found->region = profiles_region(&found->profiles, found->choice.profile, options->region);
    return region_check(found->region, err);
}

static bool print_token(const struct options *options, const struct place *place,
                        struct keys_and_region *found, struct secret *token, struct error *err)
{
    int64_t now = clock_wall(&clock_system);
    if (options->role_arn) {
        error_set(err, ERROR_INPUT, "--role-arn is not part of this version yet.");
        return error_hint(err, "Leave it out when the profile itself may reach the cluster.");
    }
    return resolve(found, options, place, err) &&
           eks_token(&found->creds, found->region, options->cluster_name, now, token, err) &&
           eks_token_print(STDOUT_FILENO, token, place->lookup("KUBERNETES_EXEC_INFO"), now, err);
}

int cli_token(const struct options *options, const struct place *place)
{
    struct keys_and_region found = {.region = NULL};
    struct secret token = {.data = NULL};
    struct error err = {.kind = ERROR_NONE};
    int code = 0;
    if (!print_token(options, place, &found, &token, &err))
        code = cli_complain(&err, err.kind == ERROR_AUTH ? 4 : 1);
    secret_finish(&token);
    creds_finish(&found.creds);
    profiles_finish(&found.profiles);
    return code;
}
