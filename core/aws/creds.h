/* Keys to sign with, and where they come from. What a profile of the kinds role, SSO, process or
 * web identity needs is not here: creds_resolve says what it is and refuses. */
#ifndef CORE_AWS_CREDS_H
#define CORE_AWS_CREDS_H

#include "core/aws/profiles.h"
#include "core/base/secret.h"

enum creds_method {
    CREDS_NONE,
    CREDS_ENVIRONMENT,
    CREDS_CREDENTIALS_FILE,
    CREDS_CONFIG_FILE,
    CREDS_ROLE,
    CREDS_SSO,
    CREDS_PROCESS,
    CREDS_WEB_IDENTITY,
};

struct creds {
    enum creds_method method;
    char access_key_id[129];
    struct secret secret, token; /* token is empty for long-lived keys */
    int64_t expires_ms;          /* wall clock; 0: not known to end */
};

/* The keys of one profile, read from its file anew. ERROR_AUTH with what is missing, or with what
 * the profile's kind would need. *creds need not be initialised. */
bool creds_from_profile(struct creds *creds, const struct profiles *profiles,
                        const struct profile *profile, struct error *err);

/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. */
bool creds_from_environment(struct creds *creds, const struct profiles *profiles,
                            struct error *err);

/* What the choice says: the environment's keys or the profile's. */
bool creds_resolve(struct creds *creds, const struct profiles *profiles,
                   const struct profile_choice *choice, struct error *err);

bool creds_copy(struct creds *to, const struct creds *from, struct error *err);
void creds_finish(struct creds *creds); /* wipes; idempotent; zeroed is fine */

/* "AKIA…7Q2X": enough to know the key by. */
const char *creds_short_id(const char *access_key_id, char out[32]);

#endif
