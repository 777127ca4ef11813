/* Reading and writing keys as JSON; see creds_json.h. */
#include "core/aws/creds_json.h"

#include "core/base/clock.h"

#include "core/base/alloc.h"

const struct creds_names creds_names_process = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                                "Expiration"};
const struct creds_names creds_names_metadata = {"AccessKeyId", "SecretAccessKey", "Token",
                                                 "Expiration"};
const struct creds_names creds_names_sso = {"accessKeyId", "secretAccessKey", "sessionToken",
                                            "expiration"};

static bool missing(const char *where, const char *name, struct error *err)
{
    error_set(err, ERROR_AUTH, "%s has no %s.", where, name);
    return error_hint(err, "Without it there are no keys to work with.");
}

static bool read_end(struct creds *creds, const json_t *end, const char *where, const char *name,
                     struct error *err)
{
    if (!end || json_is_null(end))
        return true;
    if (json_is_integer(end)) {
        creds->expires_ms = (int64_t)json_integer_value(end);
        return true;
    }
    if (json_is_string(end) &&
        clock_parse_rfc3339(str_of(json_string_value(end)), &creds->expires_ms))
        return true;
    error_set(err, ERROR_AUTH, "The %s in %s is not a time.", name, where);
    return error_hint(err, "It is written as in 2026-11-22T14:21:07Z.");
}

bool creds_from_json(struct creds *creds, const json_t *object, const struct creds_names *names,
                     const char *where, struct error *err)
{
    if (!json_is_string(json_object_get(object, names->id)))
        return missing(where, names->id, err);
    if (!json_is_string(json_object_get(object, names->secret)))
        return missing(where, names->secret, err);
    return creds_set(creds, js_str(object, names->id), js_str(object, names->secret),
                     js_str(object, names->token), where, err) &&
           read_end(creds, json_object_get(object, names->end), where, names->end, err);
}

json_t *creds_to_json(const struct creds *creds)
{
    struct str secret = secret_expose(&creds->secret), token = secret_expose(&creds->token);
    json_t *object = json_object();
    char end[CLOCK_TEXT];

    js_set_text(object, creds_names_process.id, creds->access_key_id);
    js_set(object, creds_names_process.secret, json_stringn(secret.data, secret.len));
    js_set(object, creds_names_process.token, json_stringn(token.data, token.len));
    js_set_text(object, creds_names_process.end, clock_rfc3339(creds->expires_ms, end));
    return object;
}
