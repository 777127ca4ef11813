/* Where keys come from though no profile has them: the environment, a pod, a container, the
 * machine. Asks no network: a machine of EC2 is known by its firmware, whether it has a role is
 * not. */
#ifndef CORE_AWS_SURROUNDINGS_H
#define CORE_AWS_SURROUNDINGS_H

#include "core/aws/profiles.h"

enum { SURROUNDINGS_MAX = 4 };

struct surrounding {
    const char *name;          /* "environment", "web identity", "container", "instance role" */
    const char *kind;          /* "static", "session", "web-identity", "container", "instance" */
    const char *source;        /* the variable that says so; NULL for the machine */
    const char *access_key_id; /* of keys; else NULL */
    const char *error;         /* why it cannot be used as it stands; or NULL */
};

/* Those that are there, in the order in which they are taken when no profile is named. */
size_t profiles_surroundings(const struct profiles *profiles,
                             struct surrounding out[SURROUNDINGS_MAX]);

#endif
