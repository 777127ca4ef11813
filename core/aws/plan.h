/* Whom to ask for the keys of a choice, in order, read from the profiles alone: the first step
 * gives keys, each later one is a role that is assumed with the keys before it. Pure; every mistake
 * in the files is found here. The order of providers is botocore's (credentials.py). */
#ifndef CORE_AWS_PLAN_H
#define CORE_AWS_PLAN_H

#include "core/aws/creds.h"

enum creds_step_kind {
    CREDS_STEP_KEYS, /* of the profile */
    CREDS_STEP_ENVIRONMENT,
    CREDS_STEP_PROCESS,
    CREDS_STEP_SSO,
    CREDS_STEP_WEB_IDENTITY, /* profile NULL: of the environment */
    CREDS_STEP_CONTAINER,
    CREDS_STEP_MACHINE,
    CREDS_STEP_ROLE, /* profile NULL: the role that was asked for */
};

struct creds_step {
    enum creds_step_kind kind;
    const struct profile *profile;
};

struct creds_plan {
    struct creds_step *steps;
    size_t count, capacity;
};

bool creds_plan_make(struct creds_plan *plan, const struct profiles *profiles,
                     const struct profile_choice *choice, bool role, struct error *err);
/* Gives every profile whose plan cannot be made, or whose endpoints make no sense, its error and
 * hint. For profiles_load. */
void creds_plan_judge(struct profiles *profiles);
void creds_plan_finish(struct creds_plan *plan); /* idempotent; zeroed is fine */

/* Where a profile's sign-in is described. Texts live as long as the profiles. */
struct sso_settings {
    const char *session; /* name of its sso-session; NULL in the legacy form */
    const char *start_url, *region, *account, *role;
};
bool sso_settings_read(struct sso_settings *out, const struct profiles *profiles,
                       const struct profile *profile, struct error *err);

/* Role and file of a web identity: the profile's or, with NULL, the environment's. */
const char *web_identity_setting(const struct profiles *profiles, const struct profile *profile,
                                 const char *variable, const char *key);

#endif
