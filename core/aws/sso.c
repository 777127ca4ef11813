/* Token file, renewal, GetRoleCredentials; see sso.h. */
#include "core/aws/sso.h"

#include "core/aws/creds_cache.h"
#include "core/aws/creds_json.h"
#include "core/aws/resolve.h"
#include "core/aws/sso_oidc.h"

#include "core/base/alloc.h"

static int64_t wall_of(const struct sso *sso)
{
    return clock_wall(sso->aws->http->loop->clock);
}

/* What is wrong with the sign-in, and how to sign in. */
static bool signed_out(const struct sso *sso, const char *what, struct error *err)
{
    struct buf name = {0}, word = {0}, text = {0};

    buf_sanitised(&name, str_of(sso->profile->name), false);
    buf_shell_word(&word, buf_cstr(&name));
    buf_printf(&text, "Profile %s %s", buf_cstr(&name), what);
    error_set(err, ERROR_AUTH, "%s", buf_cstr(&text));
    error_hint(err,
               "Sign in with ekshub-tui, by s on its credentials screen, or with  aws sso login "
               "--profile %s",
               buf_cstr(&word));
    buf_finish(&name);
    buf_finish(&word);
    buf_finish(&text);
    return false;
}

static void end(struct sso *sso, bool ok)
{
    sso->ok = ok;
    sso->done(sso);
}

/* ---- GetRoleCredentials ---- */

static void on_keys(struct aws_request *request)
{
    struct sso *sso = container_of(request, struct sso, request);
    json_t *value = request->ok ? js_parse(buf_str(&request->http.response), NULL) : NULL;
    const json_t *keys = js_get(value, "roleCredentials");
    bool ok = false;

    if (!request->ok && request->http.status == 401)
        signed_out(sso, "is not signed in any more at IAM Identity Center.", &sso->error);
    else if (!request->ok)
        sso->error = request->error;
    else if (!json_is_object(keys))
        aws_request_nonsense(request, &sso->error);
    else
        ok = creds_from_json(&sso->creds, keys, &creds_names_sso,
                             "The answer of IAM Identity Center", &sso->error);
    sso->creds.method = CREDS_SSO;
    json_decref(value);
    end(sso, ok);
}

static bool ask_keys(struct sso *sso, struct error *err)
{
    struct aws_request *request = &sso->request;

    aws_request_finish(request);
    aws_request_init(request, sso->aws, AWS_SSO, "GetRoleCredentials", "GET",
                     "/federation/credentials");
    str_copy(str_of(sso->settings.region), request->region, sizeof request->region);
    aws_request_query(request, "role_name", str_of(sso->settings.role));
    aws_request_query(request, "account_id", str_of(sso->settings.account));
    request->anonymous = request->confidential = true;
    request->bearer = &sso->token;
    request->bearer_name = "x-amz-sso_bearer_token";
    request->done = on_keys;
    return aws_request_send(request, err);
}

/* ---- the token ---- */

static bool take_token(struct sso *sso, struct error *err)
{
    return secret_set(&sso->token, js_str(sso->cached, "accessToken"), err);
}

/* The file stays what the AWS CLI makes of it, with the new token in it. */
static bool keep_token(struct sso *sso, struct error *err)
{
    struct error ignored;

    if (!sso_token_take(sso->cached, &sso->request, err))
        return false;
    (void)creds_file_write(sso->file, sso->cached, &ignored);
    return take_token(sso, err);
}

static void on_token(struct aws_request *request)
{
    struct sso *sso = container_of(request, struct sso, request);
    bool alive = sso_time(sso->cached, "expiresAt") > wall_of(sso);
    bool ok = request->ok && keep_token(sso, &sso->error);

    if (!request->ok && (request->http.status == 0 || request->http.status >= 500))
        sso->error = request->error;
    else if (!ok)
        signed_out(sso, "has a sign-in at IAM Identity Center that is over.", &sso->error);
    if (!ok && alive) /* the old one still does */
        ok = take_token(sso, &sso->error);
    if (!ok || !ask_keys(sso, &sso->error))
        end(sso, false);
}

static bool renew(struct sso *sso, struct error *err)
{
    static const char *const members[] = {"clientId", "clientSecret", "refreshToken"};

    sso_oidc_init(&sso->request, sso->aws, sso->settings.region, "CreateToken", "/token");
    sso_oidc_put_text(&sso->request, "grantType", "refresh_token");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        sso_oidc_put(&sso->request, members[i], json_object_get(sso->cached, members[i]));
    return sso_oidc_send(&sso->request, on_token, err);
}

bool sso_start(struct sso *sso, struct aws *aws, const struct profiles *profiles,
               const struct profile *profile, const char *home, void (*done)(struct sso *sso),
               struct error *err)
{
    int64_t left;

    *sso = (struct sso){.aws = aws, .profile = profile, .done = done};
    if (!sso_settings_read(&sso->settings, profiles, profile, err) ||
        !sso_token_path(home, &sso->settings, sso->file, err))
        return false;
    sso->cached = creds_file_read(sso->file);
    if (!js_text(sso->cached, "accessToken")[0])
        return signed_out(sso, "is not signed in at IAM Identity Center.", err);
    left = sso_time(sso->cached, "expiresAt") - wall_of(sso);
    if (left < CREDS_EARLY_MS && sso_token_renews(sso->cached, &sso->settings, wall_of(sso)))
        return renew(sso, err);
    if (left <= 0)
        return signed_out(sso, "has a sign-in at IAM Identity Center that is over.", err);
    return take_token(sso, err) && ask_keys(sso, err);
}

void sso_finish(struct sso *sso)
{
    if (!sso->aws)
        return;
    aws_request_finish(&sso->request);
    json_decref(sso->cached);
    secret_finish(&sso->token);
    creds_finish(&sso->creds);
    sso->aws = NULL;
    sso->cached = NULL;
}
