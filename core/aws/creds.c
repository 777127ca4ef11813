/* Static and session keys out of files and environment. */
#include "core/aws/creds.h"

#include "core/base/clock.h"

#include "core/base/alloc.h"

static bool set_id(struct creds *creds, struct str id, const char *where, struct error *err)
{
    bool plain = id.len < sizeof creds->access_key_id;

    /* it goes into a header as it is */
    for (size_t i = 0; i < id.len; i++)
        plain = plain && id.data[i] > ' ' && id.data[i] < 0x7f && !strchr(",/\"\\", id.data[i]);
    if (id.len == 0 || !plain) {
        error_set(err, ERROR_AUTH, "The access key in %s is %s.", where,
                  id.len == 0 ? "empty" : "not one: it holds characters that no key has");
        return error_hint(err, "Access keys look like AKIAIOSFODNN7EXAMPLE.");
    }
    return str_copy(id, creds->access_key_id, sizeof creds->access_key_id);
}

static bool no_secret(const char *where, const char *name, struct error *err)
{
    error_set(err, ERROR_AUTH, "%s has an access key, but %s is missing or empty.", where, name);
    return error_hint(err, "Add the secret access key that belongs to the access key.");
}

void creds_finish(struct creds *creds)
{
    secret_finish(&creds->secret);
    secret_finish(&creds->token);
    *creds = (struct creds){0};
}

bool creds_copy(struct creds *to, const struct creds *from, struct error *err)
{
    *to = *from;
    to->secret = to->token = (struct secret){0};
    if (secret_copy(&to->secret, &from->secret, err) && secret_copy(&to->token, &from->token, err))
        return true;
    creds_finish(to);
    return false;
}

bool creds_set(struct creds *creds, struct str id, struct str secret, struct str token,
               const char *where, struct error *err)
{
    if (!set_id(creds, id, where, err))
        return false;
    return secret.len == 0 ? no_secret(where, "its secret key", err)
                           : secret_set(&creds->secret, secret, err) &&
                                 (token.len == 0 || secret_set(&creds->token, token, err));
}

bool creds_from_environment(struct creds *creds, const struct profiles *profiles, struct error *err)
{
    const char *id = profiles_env(profiles, "AWS_ACCESS_KEY_ID");
    const char *secret = profiles_env(profiles, "AWS_SECRET_ACCESS_KEY");
    const char *token = profiles_env(profiles, "AWS_SESSION_TOKEN");
    const char *end = profiles_env(profiles, "AWS_CREDENTIAL_EXPIRATION");

    *creds = (struct creds){.method = CREDS_ENVIRONMENT};
    if (!token)
        token = profiles_env(profiles, "AWS_SECURITY_TOKEN");
    if (end && token && !clock_parse_rfc3339(str_of(end), &creds->expires_ms))
        creds->expires_ms = 0;
    if (!set_id(creds, str_of(id), "AWS_ACCESS_KEY_ID", err))
        return false;
    if (!secret)
        return no_secret("The environment", "AWS_SECRET_ACCESS_KEY", err);
    if (secret_set(&creds->secret, str_of(secret), err) &&
        (!token || secret_set(&creds->token, str_of(token), err)))
        return true;
    creds_finish(creds);
    return false;
}

/* The same pairs as classify_keys() in profiles.c looks at, this time with their values. */
static bool take_keys(struct creds *creds, const struct ini *ini, size_t section, const char *where,
                      struct error *err)
{
    const struct ini_option *id = ini_get(ini, section, "aws_access_key_id");
    const struct ini_option *secret = ini_get(ini, section, "aws_secret_access_key");
    const struct ini_option *token = ini_get(ini, section, "aws_session_token");

    if (!id) {
        error_set(err, ERROR_AUTH, "The access key of %s is no longer there.", where);
        return error_hint(err, "The file was changed just now; look again.");
    }
    if (!token || token->value.len == 0)
        token = ini_get(ini, section, "aws_security_token");
    if (!set_id(creds, id->value, where, err))
        return false;
    if (!secret || secret->value.len == 0)
        return no_secret(where, "aws_secret_access_key", err);
    return secret_set(&creds->secret, secret->value, err) &&
           (!token || token->value.len == 0 || secret_set(&creds->token, token->value, err));
}

static bool read_keys(struct creds *creds, const struct profiles *profiles,
                      const struct profile *profile, struct error *err)
{
    bool shared =
        profile->credentials_section != PROFILE_NO_SECTION &&
        ini_get(&profiles->credentials, profile->credentials_section, "aws_access_key_id") != NULL;
    const struct ini *known = shared ? &profiles->credentials : &profiles->config;
    size_t at = shared ? profile->credentials_section : profile->config_section, section;
    struct buf where = {0};
    struct ini ini;
    bool present, ok;

    creds->method = shared ? CREDS_CREDENTIALS_FILE : CREDS_CONFIG_FILE;
    if (!profiles_read_file(shared ? profiles->credentials_file : profiles->config_file,
                            profile->source, &ini, &present, err))
        return false;
    buf_printf(&where, "[");
    buf_sanitised(&where, known->sections[at].name, false);
    buf_printf(&where, "] in %s", profile->source);
    if (ini_find(&ini, known->sections[at].name, &section))
        ok = take_keys(creds, &ini, section, buf_cstr(&where), err);
    else
        ok = error_set(err, ERROR_AUTH, "%s is no longer there.", buf_cstr(&where));
    buf_finish(&where);
    ini_finish(&ini);
    return ok;
}

bool creds_none(const struct profiles *profiles, const struct profile *profile, struct error *err)
{
    struct buf name = {0};

    if (!profile) {
        error_set(err, ERROR_AUTH,
                  "No AWS credentials were found: %s and %s have no profile default.",
                  profiles->config_shown, profiles->credentials_shown);
        return error_hint(err,
                          "Name a profile with --profile or AWS_PROFILE, or run  aws configure.");
    }
    if (profile->error) {
        error_set(err, ERROR_AUTH, "%s", profile->error);
        return error_hint(err, "%s", profile->hint);
    }
    buf_sanitised(&name, str_of(profile->name), false);
    error_set(err, ERROR_AUTH, "Profile %s has no credentials.", buf_cstr(&name));
    error_hint(err, "Add them with  aws configure --profile %s  or choose another profile.",
               buf_cstr(&name));
    buf_finish(&name);
    return false;
}

bool creds_from_keys(struct creds *creds, const struct profiles *profiles,
                     const struct profile *profile, struct error *err)
{
    *creds = (struct creds){0};
    if (read_keys(creds, profiles, profile, err))
        return true;
    creds_finish(creds);
    return false;
}

bool creds_are_at_hand(const struct profile_choice *choice)
{
    const struct profile *profile = choice->profile;
    bool keys = profile && (profile->kind == PROFILE_STATIC || profile->kind == PROFILE_SESSION);

    return choice->environment ||
           (keys && !choice->web_identity && !choice->container && !choice->machine);
}

bool creds_at_hand(struct creds *creds, const struct profiles *profiles,
                   const struct profile_choice *choice, struct error *err)
{
    return choice->environment ? creds_from_environment(creds, profiles, err)
                               : creds_from_keys(creds, profiles, choice->profile, err);
}

const char *creds_short_id(const char *access_key_id, char out[32])
{
    size_t len = strlen(access_key_id);

    if (len < 12)
        str_copy(str_of(access_key_id), out, 32);
    else
        snprintf(out, 32, "%.4s…%s", access_key_id, access_key_id + len - 4);
    return out;
}
