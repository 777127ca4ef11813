/* Where keys come from though no profile has them: the environment, a pod, a container, the
 * machine. Asks no network: a machine of EC2 is known by its firmware, whether it has a role is
 * not. */
#ifndef CORE_AWS_SURROUNDINGS_H
#define CORE_AWS_SURROUNDINGS_H

#include "core/aws/profiles.h"

enum surrounding_id {
    SURROUNDING_NONE,
    SURROUNDING_ENVIRONMENT,
    SURROUNDING_WEB_IDENTITY,
    SURROUNDING_CONTAINER,
    SURROUNDING_MACHINE,
};
enum { SURROUNDINGS_MAX = 4 };

struct surrounding {
    enum surrounding_id id;
    const char *name;          /* "environment", "web identity", "container", "instance role" */
    const char *kind;          /* "static", "session", "web-identity", "container", "instance" */
    const char *source;        /* the variable that says so; NULL for the machine */
    const char *access_key_id; /* of keys; else NULL */
    const char *error;         /* why it cannot be used as it stands; or NULL */
};

/* Those that are there, in the order in which they are taken when no profile is named. */
size_t profiles_surroundings(const struct profiles *profiles,
                             struct surrounding out[SURROUNDINGS_MAX]);

/* "environment", "web identity", "container", "instance role"; "" for NONE, and back: NONE for
 * what is none of them. */
const char *surrounding_name(enum surrounding_id id);
enum surrounding_id surrounding_named(struct str name);

/* The choice of that one and no other. Its settings (region, endpoints) are those of the profile
 * that AWS_PROFILE names, or of `default`, as when the environment's keys are used. */
void profiles_choose_surrounding(const struct profiles *profiles, enum surrounding_id id,
                                 struct profile_choice *choice);

/* The other way round: which of them a choice is; NONE when it is a profile, or left open. */
enum surrounding_id profile_choice_surrounding(const struct profile_choice *choice);

#endif
