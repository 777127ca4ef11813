/* Three requests to a machine, or one to a container; see metadata.h. */
#include "core/aws/metadata.h"

#include "core/aws/creds_json.h"
#include "core/aws/sigv4.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { TIMEOUT_MS = 1000, CONTAINER_MS = 2000, ANSWER_MAX = 65536 };
enum { STEP_TOKEN, STEP_NAME, STEP_KEYS, STEP_CONTAINER };

static const char folder[] = "/latest/meta-data/iam/security-credentials/";

static const char *service(const struct metadata *metadata)
{
    return metadata->step == STEP_CONTAINER ? "The container's credential endpoint"
                                            : "The instance metadata service";
}

static void end(struct metadata *metadata, bool ok)
{
    metadata->ok = ok;
    metadata->done(metadata);
}

static bool nonsense(const struct metadata *metadata, struct error *err)
{
    error_set(err, ERROR_AUTH, "%s did not answer with keys (HTTP %d).", service(metadata),
              metadata->request.status);
    return error_hint(err, "Check that a role is attached to this machine or task, or name a "
                           "profile with --profile.");
}

static void on_answer(struct http_request *request);

static void prepare(struct metadata *metadata, const char *method, const char *url, int64_t ms)
{
    struct http_request *request = &metadata->request;

    if (request->response.data)
        secret_wipe(request->response.data, request->response.len);
    http_request_finish(request);
    http_request_init(request, method, url);
    request->timeout_ms = ms;
    request->max_body = ANSWER_MAX;
    request->done = on_answer;
}

static bool ask_machine(struct metadata *metadata, struct str role, struct error *err)
{
    struct buf url = {0};
    bool ok;

    buf_printf(&url, "%s%s", metadata->endpoint, folder);
    sigv4_encode(&url, role, "");
    prepare(metadata, "GET", buf_cstr(&url), TIMEOUT_MS);
    buf_finish(&url);
    ok = http_secret_header(&metadata->request, "X-aws-ec2-metadata-token", STR(""),
                            &metadata->token, err);
    return ok && http_send(metadata->http, &metadata->request, err);
}

static bool take_keys(struct metadata *metadata, struct error *err)
{
    json_t *value = js_parse(buf_str(&metadata->request.response), NULL);
    bool ok =
        json_is_object(value) &&
        creds_from_json(&metadata->creds, value, &creds_names_metadata, service(metadata), err);

    metadata->creds.method = metadata->step == STEP_CONTAINER ? CREDS_CONTAINER : CREDS_MACHINE;
    if (!json_is_object(value))
        nonsense(metadata, err);
    json_decref(value);
    return ok;
}

/* What comes next; false with an error, or with none when the keys are there. */
static bool go_on(struct metadata *metadata, struct error *err)
{
    struct str answer = str_trim(buf_str(&metadata->request.response)), first;
    char role[256];

    switch (metadata->step) {
    case STEP_TOKEN:
        metadata->step = STEP_NAME;
        return secret_set(&metadata->token, answer, err) && ask_machine(metadata, STR(""), err);
    case STEP_NAME:
        metadata->step = STEP_KEYS;
        str_cut(&answer, '\n', &first);
        if (first.len == 0 || !str_copy(str_trim(first), role, sizeof role))
            return nonsense(metadata, err);
        return ask_machine(metadata, str_of(role), err);
    default:
        take_keys(metadata, err);
        return false;
    }
}

static void on_answer(struct http_request *request)
{
    struct metadata *metadata = container_of(request, struct metadata, request);

    if (request->failed) {
        metadata->unreached = true;
        metadata->error = request->error;
        error_wrap(&metadata->error, "%s was not reached", service(metadata));
        metadata->error.kind = ERROR_AUTH;
        end(metadata, false);
        return;
    }
    if (request->status != 200) {
        metadata->unreached = metadata->step != STEP_CONTAINER;
        nonsense(metadata, &metadata->error);
        end(metadata, false);
        return;
    }
    error_clear(&metadata->error);
    if (!go_on(metadata, &metadata->error))
        end(metadata, metadata->error.kind == ERROR_NONE);
}

bool metadata_machine_start(struct metadata *metadata, const struct creds_world *world,
                            const struct profiles *profiles, const struct profile *profile,
                            void (*done)(struct metadata *metadata), struct error *err)
{
    const char *endpoint = profiles_env(profiles, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    struct buf url = {0};

    if (!endpoint)
        endpoint = profile_get(profiles, profile, "ec2_metadata_service_endpoint");
    *metadata = (struct metadata){
        .http = world->http,
        .endpoint = endpoint ? endpoint : "http://169.254.169.254",
        .done = done,
    };
    buf_printf(&url, "%s/latest/api/token", metadata->endpoint);
    prepare(metadata, "PUT", buf_cstr(&url), TIMEOUT_MS);
    buf_finish(&url);
    http_header(&metadata->request, "X-aws-ec2-metadata-token-ttl-seconds", STR("21600"));
    return http_send(metadata->http, &metadata->request, err);
}

/* ---- containers ---- */

/* A full URI leads the token to where it says: https, or this machine, or the agents of ECS and
 * EKS. */
static bool may_be_asked(struct str url)
{
    static const char *const hosts[] = {"127.0.0.1",     "localhost",      "[::1]",
                                        "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    struct str rest = str_skip(url, 7);
    size_t end = 0;

    if (str_starts(url, STR("https://")))
        return true;
    while (end < rest.len && !memchr("/?#", rest.data[end], 3))
        end++;
    rest.len = end;
    if (!str_starts(url, STR("http://")))
        return false;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct str host = str_of(hosts[i]);
        if (str_starts(rest, host) && (rest.len == host.len || rest.data[host.len] == ':') &&
            !memchr(rest.data, '@', rest.len))
            return true;
    }
    return false;
}

static bool put_authorization(struct metadata *metadata, const struct profiles *profiles,
                              struct error *err)
{
    const char *file = profiles_env(profiles, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *given = profiles_env(profiles, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    struct buf text = {0};
    bool ok = true;

    if (file) {
        buf_init(&text, ANSWER_MAX);
        ok = file_read(file, ANSWER_MAX, &text, err) ||
             error_hint(err, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names it.");
    } else if (given) {
        buf_text(&text, given);
    }
    ok = ok && secret_set(&metadata->token, str_trim(buf_str(&text)), err);
    if (text.data)
        secret_wipe(text.data, text.len);
    buf_finish(&text);
    return ok && (secret_empty(&metadata->token) ||
                  http_secret_header(&metadata->request, "Authorization", STR(""), &metadata->token,
                                     err));
}

bool metadata_container_start(struct metadata *metadata, const struct creds_world *world,
                              const struct profiles *profiles,
                              void (*done)(struct metadata *metadata), struct error *err)
{
    const char *path = profiles_env(profiles, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = profiles_env(profiles, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    struct buf url = {0};
    bool ok;

    *metadata = (struct metadata){.http = world->http, .step = STEP_CONTAINER, .done = done};
    buf_printf(&url, "%s%s", path ? "http://169.254.170.2" : "", path ? path : full);
    ok = path || may_be_asked(buf_str(&url));
    prepare(metadata, "GET", buf_cstr(&url), CONTAINER_MS);
    buf_finish(&url);
    if (!ok) {
        error_set(err, ERROR_AUTH,
                  "AWS_CONTAINER_CREDENTIALS_FULL_URI leads to a host that may not be asked.");
        return error_hint(err, "It must be https, or an address of this machine.");
    }
    return put_authorization(metadata, profiles, err) &&
           http_send(metadata->http, &metadata->request, err);
}

void metadata_finish(struct metadata *metadata)
{
    http_cancel(&metadata->request);
    if (metadata->request.response.data)
        secret_wipe(metadata->request.response.data, metadata->request.response.len);
    http_request_finish(&metadata->request);
    secret_finish(&metadata->token);
    creds_finish(&metadata->creds);
}
