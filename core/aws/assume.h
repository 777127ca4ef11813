/* Keys of a role from STS: AssumeRole with the keys of the client, AssumeRoleWithWebIdentity with a
 * token out of a file and no keys. The cache's name for a call is made here, too.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
#ifndef CORE_AWS_ASSUME_H
#define CORE_AWS_ASSUME_H

#include "core/aws/aws.h"
#include "core/base/json.h"

struct assume_role { /* texts are borrowed until the end; NULL for what is not said */
    const char *arn, *session_name, *external_id, *mfa_serial;
    const char *digits;     /* that the MFA device shows; in no cache's name */
    int64_t seconds;        /* 0: as long as the role allows by itself */
    const char *token_file; /* of a web identity */
};

struct assume {
    struct aws_request request;
    struct assume_role role;
    bool ok;
    struct creds creds; /* the caller may steal them */
    json_t *about;      /* what the cache keeps beside the keys; the caller may steal it */
    struct error error;
    void (*done)(struct assume *assume); /* may finish it */
};

/* The role that a profile is, or with NULL the environment's web identity. */
void assume_role_read(struct assume_role *out, const struct profiles *profiles,
                      const struct profile *profile, bool web_identity);

/* What the AWS CLI makes the name of its cache file of. */
json_t *assume_arguments(const struct assume_role *role);

bool assume_start(struct assume *assume, struct aws *aws, const struct assume_role *role,
                  void (*done)(struct assume *assume), struct error *err);
void assume_finish(struct assume *assume); /* cancels; idempotent; zeroed is fine */

#endif
