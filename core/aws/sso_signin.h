/* Signing in at IAM Identity Center by device code (RFC 8628), as `aws sso login --use-device-code`
 * does it: this program is registered, a code is asked for, the operator types it on a page of any
 * machine's browser, and meanwhile the service is asked again and again whether it was. The sign-in
 * is written where the AWS CLI looks for it. Shows nothing and opens no browser.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_StartDeviceAuthorization.html
 */
#ifndef CORE_AWS_SSO_SIGNIN_H
#define CORE_AWS_SSO_SIGNIN_H

#include "core/aws/aws.h"
#include "core/base/json.h"
#include "core/io/task.h"

/* A code that this many seconds must pass between two questions, when the service names none. */
#define SSO_SIGNIN_INTERVAL_S 5

struct sso_signin {
    struct task task; /* `ended` is the owner's; note says when the service cannot be reached */
    /* To be shown: set once the code is there, free of what a terminal obeys. */
    char code[64], url[512], url_complete[768];
    int64_t code_ends_ms; /* monotonic: until then it can be used */
    int64_t ends_ms;      /* wall clock: how long the sign-in lasts; once DONE */
    /* private */
    struct aws aws;
    struct aws_request request;
    struct timer timer; /* of the next question */
    char *profile, *session, *start_url, *region;
    char home[4096], file[4096];
    json_t *scopes;       /* NULL: none were named */
    json_t *registration; /* clientId, clientSecret, expiresAt */
    json_t *device;       /* the answer with the code */
    int64_t interval_ms;
    bool kept; /* the registration is out of the cache and may be refused */
};

/* Memory zeroed or finished. Everything needed of the profile, one of kind sso, is copied: only
 * `http` is borrowed. False for settings that are missing. Then: task_start; task_stop ends it as
 * CANCELLED; task_finish. It may be started again for a new code. */
bool sso_signin_init(struct sso_signin *signin, struct http *http, const char *home,
                     const struct profiles *profiles, const struct profile *profile,
                     struct error *err);

#endif
