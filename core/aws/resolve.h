/* The keys of a choice whatever its kind, as the AWS CLI v2 finds them: keys at hand, a chain of
 * roles, a web identity, IAM Identity Center, a process, a container, the machine. Asynchronous;
 * what the CLI keeps in ~/.aws/cli/cache is read and written. Asks no person: who signs in is
 * sso_signin.h's, and the digits of an MFA device are given with the question.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html */
#ifndef CORE_AWS_RESOLVE_H
#define CORE_AWS_RESOLVE_H

#include "core/aws/creds.h"
#include "core/io/http.h"
#include "core/io/signals.h"

/* Keys in a cache that end sooner than this are not used any more. */
#define CREDS_EARLY_MS ((int64_t)15 * 60 * 1000)

struct creds_world { /* who is asked, and by what way; all borrowed */
    struct http *http;
    struct signals *signals; /* NULL: a credential_process is refused */
    const char *home;
    const char *const *environment; /* of a process; NULL: ours */
    const char *digits; /* of the MFA device that a role wants; good for one role. NULL: none */
};

struct creds_work; /* private */

struct creds_resolve {
    bool ok;
    struct creds creds; /* the caller may steal them in `done` */
    struct error error; /* why not */
    bool wants_digits;  /* … a role wants the digits of an MFA device, or others than these */
    void (*done)(struct creds_resolve *resolve); /* may finish it */
    struct creds_work *work;
};

/* Memory zeroed or finished. `role_arn` (NULL: none) is assumed with the keys of the choice;
 * `region` (NULL: environment and profile) is where STS is asked. False with *err when something is
 * wrong in the files; otherwise `done` comes exactly once, from the loop. Profiles and world are
 * borrowed until creds_resolve_finish. */
bool creds_resolve_start(struct creds_resolve *resolve, const struct creds_world *world,
                         const struct profiles *profiles, const struct profile_choice *choice,
                         const char *role_arn, const char *region,
                         void (*done)(struct creds_resolve *resolve), struct error *err);
void creds_resolve_finish(struct creds_resolve *resolve); /* cancels; idempotent */

#endif
