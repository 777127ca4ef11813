/* Profile, keys and client in one go; see aws_access.h. */
#include "core/session/aws_access.h"

#include "core/base/alloc.h"

struct creds_world place_creds_world(const struct place *place, struct http *http,
                                     struct signals *signals)
{
    return (struct creds_world){
        .http = http, .signals = signals, .home = place->home, .environment = place->environment};
}

bool place_choose(const struct place *place, const struct profiles *profiles, const char *profile,
                  struct profile_choice *choice, struct error *err)
{
    if (profile && *profile)
        return profiles_choose(profiles, profile, choice, err);
    if (!place->source)
        return profiles_choose(profiles, place->profile, choice, err);
    profiles_choose_surrounding(profiles, place->source, choice);
    return true;
}

bool aws_access_open(struct aws_access *access, struct http *http, struct signals *signals,
                     const struct place *place, const char *profile, const char *region,
                     struct error *err)
{
    struct profile_choice choice;
    *access = (struct aws_access){.world = place_creds_world(place, http, signals)};
    bool ok = profiles_load(&access->profiles, place->home, place->lookup, err) &&
              place_choose(place, &access->profiles, profile, &choice, err) &&
              aws_open(&access->aws, &access->world, &access->profiles, &choice, region, err);
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
