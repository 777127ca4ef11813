/* IAM Identity Center: signing in by device code, and keys for who is signed in. Nobody has to
 * visit the page: a code counts as confirmed after a while. Nothing is remembered; a device code
 * says when it was given.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_roles.h"
#include "core/rehearsal/cloud_services.h"

#include "core/base/alloc.h"

enum { CONFIRMED_SECONDS = 120, CODE_SECONDS = 600, INTERVAL_SECONDS = 5 }; /* of the world */
enum { CODE_LEAST = 10, INTERVAL_LEAST = 1 };                               /* of ours */
enum { SIGNED_IN_SECONDS = 8 * 3600, KEYS_SECONDS = 3600, REGISTERED_SECONDS = 90 * 24 * 3600 };

#define CLIENT_ID     "rehearsal-client"
#define CLIENT_SECRET "rehearsal/none-of-this-is-a-secret/client"
#define ACCESS_TOKEN  "rehearsal/sign-in"
#define REFRESH_TOKEN "rehearsal/sign-in/again"
#define DEVICE_CODE   "rehearsal-"
#define DEVICE_GRANT  "urn:ietf:params:oauth:grant-type:device_code"
#define DEVICE_PAGE   "https://identity-center.example/device"

static void json_reply(struct cloud_reply *reply, json_t *body)
{
    str_copy(STR("application/json"), reply->type, sizeof reply->type);
    js_dump(body, &reply->body);
    json_decref(body);
}

static void refuse(struct cloud_reply *reply, int status, const char *type, const char *error,
                   const char *description)
{
    reply->status = status;
    str_copy(str_of(type), reply->error_type, sizeof reply->error_type);
    json_reply(reply, json_pack("{s:s, s:s}", "error", error, "error_description", description));
}

static void register_client(const struct cloud_call *call, struct cloud_reply *reply)
{
    json_int_t now = call->cloud->now_ms / 1000;
    json_reply(reply, json_pack("{s:s, s:s, s:I, s:I}", "clientId", CLIENT_ID, "clientSecret",
                                CLIENT_SECRET, "clientIdIssuedAt", now, "clientSecretExpiresAt",
                                now + REGISTERED_SECONDS));
}

/* Seconds have to be whole ones, at any speed. */
static int seconds_here(const struct cloud_call *call, int seconds, int least)
{
    int64_t here = settings_wait_ms(call->cloud->settings, seconds) / 1000;
    return here < least ? least : (int)here;
}

/* Eight letters that are not taken for others. */
static void user_code(int64_t seed, char out[16])
{
    static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
    uint64_t rest = (uint64_t)seed * 2654435761u;
    for (int i = 0; i < 9; i++, rest /= 7)
        out[i] = i == 4 ? '-' : letters[rest % (sizeof letters - 1)];
    out[9] = '\0';
}

static void give_code(const struct cloud_call *call, struct cloud_reply *reply)
{
    char device[64], code[16], complete[128];
    user_code(call->cloud->now_ms, code);
    snprintf(device, sizeof device, DEVICE_CODE "%lld", (long long)call->cloud->now_ms);
    snprintf(complete, sizeof complete, DEVICE_PAGE "?user_code=%s", code);
    json_reply(reply, json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "deviceCode", device, "userCode",
                                code, "verificationUri", DEVICE_PAGE, "verificationUriComplete",
                                complete, "expiresIn", seconds_here(call, CODE_SECONDS, CODE_LEAST),
                                "interval", seconds_here(call, INTERVAL_SECONDS, INTERVAL_LEAST)));
}

static void grant(struct cloud_reply *reply)
{
    json_reply(reply,
               json_pack("{s:s, s:s, s:i, s:s}", "accessToken", ACCESS_TOKEN, "tokenType", "Bearer",
                         "expiresIn", SIGNED_IN_SECONDS, "refreshToken", REFRESH_TOKEN));
}

static void judge_code(const struct cloud_call *call, struct str device, struct cloud_reply *reply)
{
    const struct settings *settings = call->cloud->settings;
    int64_t given;
    bool ours = str_starts(device, STR(DEVICE_CODE)) &&
                str_to_int64(str_skip(device, sizeof DEVICE_CODE - 1), &given);
    int64_t age = ours ? call->cloud->now_ms - given : 0;
    if (!ours || age < 0)
        refuse(reply, 400, "InvalidGrantException", "invalid_grant", "Invalid device code");
    else if (age / 1000 > seconds_here(call, CODE_SECONDS, CODE_LEAST))
        refuse(reply, 400, "ExpiredTokenException", "expired_token", "The device code has expired");
    else if (age < settings_wait_ms(settings, CONFIRMED_SECONDS))
        refuse(reply, 400, "AuthorizationPendingException", "authorization_pending", "");
    else
        grant(reply);
}

static void create_token(const struct cloud_call *call, const json_t *asked,
                         struct cloud_reply *reply)
{
    struct str how = js_str(asked, "grantType");
    if (str_is(how, DEVICE_GRANT))
        judge_code(call, js_str(asked, "deviceCode"), reply);
    else if (!str_is(how, "refresh_token"))
        refuse(reply, 400, "UnsupportedGrantTypeException", "unsupported_grant_type", "");
    else if (str_is(js_str(asked, "refreshToken"), REFRESH_TOKEN))
        grant(reply);
    else
        refuse(reply, 400, "InvalidGrantException", "invalid_grant", "Invalid refresh token");
}

void cloud_oidc(const struct cloud_call *call, struct cloud_reply *reply)
{
    struct str path = call->request->path;
    json_t *asked = js_parse(call->request->body, NULL);
    bool known = str_is(js_str(asked, "clientId"), CLIENT_ID) &&
                 str_is(js_str(asked, "clientSecret"), CLIENT_SECRET);
    if (!str_is(call->request->method, "POST"))
        cloud_problem_reply(reply, CLOUD_REST, CLOUD_UNKNOWN_ACTION, "");
    else if (str_is(path, "/client/register"))
        register_client(call, reply);
    else if (!known)
        refuse(reply, 401, "InvalidClientException", "invalid_client", "Invalid client provided");
    else if (str_is(path, "/device_authorization"))
        give_code(call, reply);
    else if (str_is(path, "/token"))
        create_token(call, asked, reply);
    else
        cloud_problem_reply(reply, CLOUD_REST, CLOUD_UNKNOWN_ACTION, "");
    json_decref(asked);
}

/* ---- the access portal ---- */

static bool is_account(const struct cloud_call *call)
{
    struct buf account;
    buf_init(&account, 4096);
    request_parameter(call->request, "account_id", &account);
    bool ours = str_is(buf_str(&account), WORLD_ACCOUNT);
    buf_finish(&account);
    return ours;
}

void cloud_portal(const struct cloud_call *call, struct cloud_reply *reply)
{
    struct buf name;
    buf_init(&name, 4096);
    request_parameter(call->request, "role_name", &name);
    const struct cloud_role *role = cloud_role_of_portal(buf_str(&name));
    buf_finish(&name);
    if (!str_is(call->request->path, "/federation/credentials"))
        cloud_problem_reply(reply, CLOUD_REST, CLOUD_UNKNOWN_ACTION, "");
    else if (!str_is(request_header(call->request, "x-amz-sso_bearer_token"), ACCESS_TOKEN))
        cloud_error_reply(reply, CLOUD_REST, 401, "UnauthorizedException",
                          "Session token not found or invalid");
    else if (!role || !is_account(call))
        cloud_error_reply(reply, CLOUD_REST, 403, "ForbiddenException", "No access");
    else
        json_reply(reply,
                   json_pack("{s:{s:s, s:s, s:s, s:I}}", "roleCredentials", "accessKeyId",
                             role->key, "secretAccessKey", role->secret, "sessionToken",
                             role->token, "expiration",
                             (json_int_t)call->cloud->now_ms + (json_int_t)KEYS_SECONDS * 1000));
}
