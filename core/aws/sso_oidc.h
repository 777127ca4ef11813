/* The OIDC service of IAM Identity Center, as far as signing in and renewing share it: how it is
 * asked, and what the AWS CLI keeps of its answers in ~/.aws/sso/cache. All writing of these files
 * is here.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html */
#ifndef CORE_AWS_SSO_OIDC_H
#define CORE_AWS_SSO_OIDC_H

#include "core/aws/aws.h"
#include "core/aws/plan.h"
#include "core/base/json.h"

#define SSO_DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* The file of the sign-in: named after the session or, in the legacy form, the start URL. */
bool sso_token_path(const char *home, const struct sso_settings *settings, char out[4096],
                    struct error *err);

struct sso_client {                           /* what a registration is for; borrowed */
    const char *start_url, *region, *session; /* session NULL in the legacy form */
    const json_t *scopes;                     /* NULL: none were named */
};

/* Where the AWS CLI looks for the registration of a program; it may serve both. */
bool sso_registration_path(const char *home, const struct sso_client *client, char out[4096],
                           struct error *err);
/* One that lasts until then and is good for device codes; NULL when there is none. */
json_t *sso_registration_find(const char *path, int64_t until_ms);

/* A time in a file of the cache, wall clock ms; 0 when it is absent or no time. */
int64_t sso_time(const json_t *cached, const char *name);

/* The sign-in of a file lasts, or can be renewed without anybody's help. */
bool sso_token_lasts(const json_t *cached, const struct sso_settings *settings, int64_t wall_ms);
bool sso_token_renews(const json_t *cached, const struct sso_settings *settings, int64_t wall_ms);

/* An unsigned POST of JSON whose body, an object with secrets in it, is begun. */
void sso_oidc_init(struct aws_request *request, struct aws *aws, const char *region,
                   const char *action, const char *path);
void sso_oidc_put(struct aws_request *request, const char *name, const json_t *value);
void sso_oidc_put_text(struct aws_request *request, const char *name, const char *text);
/* Ends the body. As aws_request_send. */
bool sso_oidc_send(struct aws_request *request, void (*done)(struct aws_request *request),
                   struct error *err);

/* Token, end and refresh token out of an answer of CreateToken; false when it has none. */
bool sso_token_take(json_t *cached, const struct aws_request *answer, struct error *err);

#endif
