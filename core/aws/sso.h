/* Keys of a role by a sign-in at IAM Identity Center, ours or that of `aws sso login`: its token is
 * read from ~/.aws/sso/cache, renewed when it may be, and exchanged. Signing in is sso_signin.h.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html */
#ifndef CORE_AWS_SSO_H
#define CORE_AWS_SSO_H

#include "core/aws/aws.h"
#include "core/aws/plan.h"
#include "core/base/json.h"

struct sso {
    struct aws *aws; /* NULL when it was never started */
    const struct profile *profile;
    struct sso_settings settings;
    struct aws_request request;
    char file[4096];
    json_t *cached;      /* the file; private */
    struct secret token; /* the sign-in */
    bool ok;
    struct creds creds; /* the caller may steal them */
    struct error error;
    void (*done)(struct sso *sso); /* may finish it */
};

/* `aws` gives endpoints and retries; its keys are not used. ERROR_AUTH with the command to run when
 * nobody is signed in. */
bool sso_start(struct sso *sso, struct aws *aws, const struct profiles *profiles,
               const struct profile *profile, const char *home, void (*done)(struct sso *sso),
               struct error *err);
void sso_finish(struct sso *sso); /* cancels; idempotent; zeroed is fine */

#endif
