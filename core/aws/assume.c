/* The two calls of STS that give keys; see assume.h. */
#include "core/aws/assume.h"

#include "core/aws/plan.h"
#include "core/base/paths.h"
#include "core/base/xml.h"

#include "core/base/alloc.h"

#define TOKEN_MAX ((size_t)64 << 10)

void assume_role_read(struct assume_role *out, const struct profiles *profiles,
                      const struct profile *profile, bool web_identity)
{
    const char *duration = profile_get(profiles, profile, "duration_seconds");

    *out = (struct assume_role){
        .arn = web_identity_setting(profiles, profile, "AWS_ROLE_ARN", "role_arn"),
        .session_name =
            web_identity_setting(profiles, profile, "AWS_ROLE_SESSION_NAME", "role_session_name"),
    };
    if (web_identity) {
        out->token_file = web_identity_setting(profiles, profile, "AWS_WEB_IDENTITY_TOKEN_FILE",
                                               "web_identity_token_file");
        return;
    }
    out->external_id = profile_get(profiles, profile, "external_id");
    out->mfa_serial = profile_get(profiles, profile, "mfa_serial");
    if (duration && (!str_to_int64(str_of(duration), &out->seconds) || out->seconds < 0))
        out->seconds = 0; /* as the AWS CLI does */
}

static void set_given(json_t *object, const char *name, const char *value)
{
    if (value)
        js_set_text(object, name, value);
}

json_t *assume_arguments(const struct assume_role *role)
{
    json_t *arguments = json_object();

    set_given(arguments, "RoleArn", role->arn);
    set_given(arguments, "RoleSessionName", role->session_name);
    set_given(arguments, "ExternalId", role->external_id);
    set_given(arguments, "SerialNumber", role->mfa_serial);
    if (role->seconds > 0)
        js_set_int(arguments, "DurationSeconds", role->seconds);
    return arguments;
}

/* ---- the answer ---- */

static bool take_secret(struct secret *out, struct str xml, const char *name, struct error *err)
{
    char text[8192];
    bool ok = !xml_child_value(xml, name, text, sizeof text) || secret_set(out, str_of(text), err);

    secret_wipe(text, sizeof text);
    return ok;
}

static bool read_keys(struct assume *assume, struct error *err)
{
    struct str body = buf_str(&assume->request.http.response), keys;
    struct creds *creds = &assume->creds;
    char id[sizeof creds->access_key_id], end[64];
    struct error why;

    if (!xml_find(body, "Credentials", &keys) ||
        !xml_child_value(keys, "AccessKeyId", id, sizeof id) ||
        !xml_child_value(keys, "Expiration", end, sizeof end) ||
        !clock_parse_rfc3339(str_of(end), &creds->expires_ms))
        return aws_request_nonsense(&assume->request, err);
    /* the id is judged as every other; its secret comes by itself so that it is not copied */
    if (!creds_set(creds, str_of(id), STR("-"), STR(""), "The answer of STS", &why) ||
        !take_secret(&creds->secret, keys, "SecretAccessKey", &why) ||
        !take_secret(&creds->token, keys, "SessionToken", &why) || secret_empty(&creds->token))
        return aws_request_nonsense(&assume->request, err);
    return true;
}

/* As the AWS CLI keeps it: who the keys are for. */
static json_t *read_about(const struct assume *assume)
{
    struct str body = buf_str(&assume->request.http.response), user;
    char arn[512] = "", id[256] = "";
    json_t *about = json_object(), *who = json_object();

    if (xml_find(body, "AssumedRoleUser", &user)) {
        xml_child_value(user, "Arn", arn, sizeof arn);
        xml_child_value(user, "AssumedRoleId", id, sizeof id);
    }
    js_set_text(who, "AssumedRoleId", id);
    js_set_text(who, "Arn", arn);
    js_set(about, "AssumedRoleUser", who);
    return about;
}

static void on_answer(struct aws_request *request)
{
    struct assume *assume = container_of(request, struct assume, request);

    assume->ok = request->ok && read_keys(assume, &assume->error);
    if (!request->ok)
        assume->error = request->error;
    if (assume->ok)
        assume->about = read_about(assume);
    assume->done(assume);
}

/* ---- the request ---- */

static bool put_token(struct aws_request *request, const char *path, struct error *err)
{
    struct buf text = {0};
    bool ok;

    buf_init(&text, TOKEN_MAX);
    ok = file_read(path, TOKEN_MAX, &text, err) ||
         error_hint(err, "The web identity token is read from this file: check the path.");
    if (!ok)
        err->kind = ERROR_AUTH;
    request->body.capacity = 4 * TOKEN_MAX; /* all at once: a buffer that grows leaves copies */
    request->body.data = alloc_resize(request->body.data, request->body.capacity, 1);
    if (ok)
        aws_form_set(request, "WebIdentityToken", str_trim(buf_str(&text)));
    if (text.data)
        secret_wipe(text.data, text.len);
    buf_finish(&text);
    return ok;
}

bool assume_start(struct assume *assume, struct aws *aws, const struct assume_role *role,
                  void (*done)(struct assume *assume), struct error *err)
{
    struct aws_request *request = &assume->request;
    bool web = role->token_file != NULL;
    char name[64], number[24];

    *assume = (struct assume){.role = *role, .done = done};
    aws_form_init(request, aws, AWS_STS, web ? "AssumeRoleWithWebIdentity" : "AssumeRole",
                  "2011-06-15");
    snprintf(name, sizeof name, "ekshub-tui-%lld",
             (long long)(clock_wall(aws->http->loop->clock) / 1000));
    aws_form_set(request, "RoleArn", str_of(role->arn));
    aws_form_set(request, "RoleSessionName",
                 str_of(role->session_name ? role->session_name : name));
    if (role->seconds > 0) {
        snprintf(number, sizeof number, "%lld", (long long)role->seconds);
        aws_form_set(request, "DurationSeconds", str_of(number));
    }
    if (role->external_id)
        aws_form_set(request, "ExternalId", str_of(role->external_id));
    if (role->mfa_serial && role->digits) {
        aws_form_set(request, "SerialNumber", str_of(role->mfa_serial));
        aws_form_set(request, "TokenCode", str_of(role->digits));
    }
    request->anonymous = web;
    request->confidential = true;
    request->done = on_answer;
    return (!web || put_token(request, role->token_file, err)) && aws_request_send(request, err);
}

void assume_finish(struct assume *assume)
{
    aws_request_finish(&assume->request);
    json_decref(assume->about);
    assume->about = NULL;
    creds_finish(&assume->creds);
}
