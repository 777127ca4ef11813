/* Keys to sign with, and where they come from. Files and environment are read here; the keys that
 * somebody must be asked for (roles, SSO, a process, a machine) are resolve.h's. */
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
    CREDS_CONTAINER,
    CREDS_MACHINE, /* the instance metadata service */
};

struct creds {
    enum creds_method method;
    char access_key_id[129];
    struct secret secret, token; /* token is empty for long-lived keys */
    int64_t expires_ms;          /* wall clock; 0: not known to end */
};

/* Takes an access key, its secret and a token (which may be empty). Fails for what is no key;
 * `where` says where it stands: "The answer of STS". */
bool creds_set(struct creds *creds, struct str id, struct str secret, struct str token,
               const char *where, struct error *err);

/* The access key that stands in one of the profile's two files, read anew. ERROR_AUTH with what is
 * missing. *creds need not be initialised. */
bool creds_from_keys(struct creds *creds, const struct profiles *profiles,
                     const struct profile *profile, struct error *err);

/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION. */
bool creds_from_environment(struct creds *creds, const struct profiles *profiles,
                            struct error *err);

/* Whether keys stand in a file or in the environment: nobody has to be asked for them. */
bool creds_are_at_hand(const struct profile_choice *choice);

/* These keys. Only for a choice whose keys are at hand. */
bool creds_at_hand(struct creds *creds, const struct profiles *profiles,
                   const struct profile_choice *choice, struct error *err);

/* Why a choice has no credentials at all: always false. */
bool creds_none(const struct profiles *profiles, const struct profile *profile, struct error *err);

bool creds_copy(struct creds *to, const struct creds *from, struct error *err);
void creds_finish(struct creds *creds); /* wipes; idempotent; zeroed is fine */

/* "AKIA…7Q2X": enough to know the key by. */
const char *creds_short_id(const char *access_key_id, char out[32]);

#endif
