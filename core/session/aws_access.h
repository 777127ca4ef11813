/* A client of AWS for one piece of work: the profile's keys, whatever its kind, the deployment's
 * region. Keys that end are renewed while the work goes on. */
#ifndef CORE_SESSION_AWS_ACCESS_H
#define CORE_SESSION_AWS_ACCESS_H

#include "core/aws/renewal.h"
#include "core/session/place.h"

struct aws_access {
    struct aws aws;
    struct profiles profiles;
    struct creds_world world;
};

/* How keys are asked for from this place. `signals` may be NULL. */
struct creds_world place_creds_world(const struct place *place, struct http *http,
                                     struct signals *signals);

/* Whose keys are meant: of `profile`; with "" or NULL of what was chosen for the run; else what
 * --profile and the environment say. */
bool place_choose(const struct place *place, const struct profiles *profiles, const char *profile,
                  struct profile_choice *choice, struct error *err);

/* `profile` as for place_choose. Memory zeroed or finished; it must
 * not move while it is open. */
bool aws_access_open(struct aws_access *access, struct http *http, struct signals *signals,
                     const struct place *place, const char *profile, const char *region,
                     struct error *err);
void aws_access_finish(struct aws_access *access); /* after its requests; idempotent */

#endif
