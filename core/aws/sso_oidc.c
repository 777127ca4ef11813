/* Names, times and bodies; see sso_oidc.h. */
#include "core/aws/sso_oidc.h"

#include "core/aws/creds_cache.h"

#include "core/base/alloc.h"

bool sso_token_path(const char *home, const struct sso_settings *settings, char out[4096],
                    struct error *err)
{
    return creds_cache_path(home, "sso/cache",
                            str_of(settings->session ? settings->session : settings->start_url),
                            out, err);
}

int64_t sso_time(const json_t *cached, const char *name)
{
    int64_t at = 0;

    return clock_parse_rfc3339(js_str(cached, name), &at) ? at : 0;
}

/* A renewal is part of the session form alone, and needs what the registration gave. */
bool sso_token_renews(const json_t *cached, const struct sso_settings *settings, int64_t wall_ms)
{
    return settings->session && js_text(cached, "refreshToken")[0] &&
           js_text(cached, "clientId")[0] && js_text(cached, "clientSecret")[0] &&
           sso_time(cached, "registrationExpiresAt") > wall_ms;
}

bool sso_token_lasts(const json_t *cached, const struct sso_settings *settings, int64_t wall_ms)
{
    return js_text(cached, "accessToken")[0] &&
           (sso_time(cached, "expiresAt") > wall_ms || sso_token_renews(cached, settings, wall_ms));
}

/* ---- registrations ---- */

bool sso_registration_path(const char *home, const struct sso_client *client, char out[4096],
                           struct error *err)
{
    json_t *about = json_object();
    struct buf key = {0};
    bool ok;

    js_set_text(about, "tool", "botocore");
    js_set_text(about, "startUrl", client->start_url);
    js_set_text(about, "region", client->region);
    js_set(about, "scopes", client->scopes ? json_deep_copy(client->scopes) : json_null());
    js_set_text(about, "session_name", client->session);
    creds_cache_key(about, false, &key);
    ok = creds_cache_path(home, "sso/cache", buf_str(&key), out, err);
    buf_finish(&key);
    json_decref(about);
    return ok;
}

/* What `aws sso login` registers for a browser on the same machine is good for no code. */
static bool serves_codes(const json_t *registration)
{
    const json_t *grants = js_get(registration, "grantTypes");
    bool serves = !json_is_array(grants);
    json_t *grant;
    size_t i;

    json_array_foreach(grants, i, grant) serves |=
        json_is_string(grant) && strcmp(json_string_value(grant), SSO_DEVICE_GRANT) == 0;
    return serves;
}

json_t *sso_registration_find(const char *path, int64_t until_ms)
{
    json_t *found = creds_file_read(path);

    if (js_text(found, "clientId")[0] && js_text(found, "clientSecret")[0] &&
        sso_time(found, "expiresAt") >= until_ms && serves_codes(found))
        return found;
    json_decref(found);
    return NULL;
}

/* ---- requests ---- */

void sso_oidc_init(struct aws_request *request, struct aws *aws, const char *region,
                   const char *action, const char *path)
{
    aws_request_init(request, aws, AWS_SSO_OIDC, action, "POST", path);
    str_copy(str_of(region), request->region, sizeof request->region);
    buf_text(&request->headers, "Content-Type: application/json\n");
    request->body.capacity = 65536; /* all at once: a buffer that grows leaves copies behind */
    request->body.data = alloc_zeroed(request->body.capacity, 1);
    request->anonymous = request->confidential = true;
    request->separator = "{";
}

void sso_oidc_put(struct aws_request *request, const char *name, const json_t *value)
{
    buf_printf(&request->body, "%s\"%s\":", request->separator, name);
    request->separator = ",";
    js_dump(value, &request->body);
}

void sso_oidc_put_text(struct aws_request *request, const char *name, const char *text)
{
    json_t *value = json_string(text);

    sso_oidc_put(request, name, value);
    json_decref(value);
}

bool sso_oidc_send(struct aws_request *request, void (*done)(struct aws_request *request),
                   struct error *err)
{
    buf_byte(&request->body, '}');
    request->done = done;
    return aws_request_send(request, err);
}

/* ---- answers ---- */

bool sso_token_take(json_t *cached, const struct aws_request *answer, struct error *err)
{
    json_t *said = js_parse(buf_str(&answer->http.response), NULL);
    int64_t seconds = js_int(said, "expiresIn", 0);
    int64_t now = clock_wall(answer->aws->http->loop->clock);
    bool ok = js_text(said, "accessToken")[0] && seconds > 0 && seconds <= INT32_MAX;
    char end[CLOCK_TEXT];

    if (ok) {
        js_set_text(cached, "accessToken", js_text(said, "accessToken"));
        js_set_text(cached, "expiresAt", clock_rfc3339(now + seconds * 1000, end));
        if (js_text(said, "refreshToken")[0])
            js_set_text(cached, "refreshToken", js_text(said, "refreshToken"));
    }
    json_decref(said);
    return ok || aws_request_nonsense(answer, err);
}
