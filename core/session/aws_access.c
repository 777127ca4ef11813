/* Profile, keys and client in one go; see aws_access.h. */
#include "core/session/aws_access.h"

#include "core/base/alloc.h"

bool aws_access_open(struct aws_access *access, struct http *http, const struct place *place,
                     const char *profile, const char *region, struct error *err)
{
    struct profile_choice choice;
    struct creds creds = {.method = CREDS_NONE};
    const char *option = profile && *profile ? profile : place->profile;
    *access = (struct aws_access){0};
    bool ok = profiles_load(&access->profiles, place->home, place->lookup, err) &&
              profiles_choose(&access->profiles, option, &choice, err) &&
              creds_resolve(&creds, &access->profiles, &choice, err) &&
              aws_init(&access->aws, http, &access->profiles, choice.profile, region, &creds, err);
    creds_finish(&creds);
    if (!ok)
        aws_access_finish(access);
    return ok;
}

void aws_access_finish(struct aws_access *access)
{
    aws_finish(&access->aws);
    profiles_finish(&access->profiles);
    *access = (struct aws_access){0};
}
