/* RegisterClient, StartDeviceAuthorization, and CreateToken until it says yes or no; see
 * sso_signin.h. */
#include "core/aws/sso_signin.h"

#include "core/aws/creds_cache.h"
#include "core/aws/sso_oidc.h"

#include "core/base/alloc.h"

enum {
    INTERVAL_MAX_S = 60,
    SLOWER_MS = 5000,             /* RFC 8628, 3.5 */
    CODE_LASTS_MAX_S = 24 * 3600, /* it is 10 minutes */
};

#define REGISTRATION_EARLY_MS ((int64_t)15 * 60 * 1000) /* the AWS CLI's */

static void register_client(struct sso_signin *signin);
static void ask_code(struct sso_signin *signin);
static void ask_later(struct sso_signin *signin);

static struct sso_signin *signin_of(struct aws_request *request)
{
    return container_of(request, struct sso_signin, request);
}

static int64_t wall_of(const struct sso_signin *signin)
{
    return clock_wall(signin->task.loop->clock);
}

/* ---- ends ---- */

static void fail(struct sso_signin *signin, const struct error *err)
{
    signin->code[0] = '\0';
    task_end(&signin->task, TASK_FAILED, err);
}

static void fail_saying(struct sso_signin *signin, enum error_kind kind, const char *text,
                        const char *hint)
{
    struct error err;

    error_set(&err, kind, "%s", text);
    error_hint(&err, "%s", hint);
    fail(signin, &err);
}

static void code_is_over(struct sso_signin *signin)
{
    fail_saying(signin, ERROR_AUTH, "Nobody confirmed the code in time.",
                "Ask for a new one; each lasts about ten minutes.");
}

/* The service's words, and which settings may be wrong when it does not know what it is asked. */
static void refused(struct sso_signin *signin)
{
    struct error err = signin->request.error;
    struct buf name = {0};

    if (signin->request.refusal.trouble == AWS_OTHER ||
        signin->request.refusal.trouble == AWS_NOT_SIGNED_IN) {
        buf_sanitised(&name, str_of(signin->profile), false);
        error_hint(&err, "Check sso_start_url and sso_region of profile %s.", buf_cstr(&name));
        buf_finish(&name);
    }
    fail(signin, &err);
}

static bool answered(const struct aws_request *request, const char *code, const char *oauth)
{
    return !request->ok &&
           (strcmp(request->refusal.code, code) == 0 || strcmp(request->refusal.code, oauth) == 0);
}

static void send(struct sso_signin *signin, void (*done)(struct aws_request *request))
{
    struct error err;

    if (!sso_oidc_send(&signin->request, done, &err))
        fail(signin, &err);
}

static void begin_request(struct sso_signin *signin, const char *action, const char *path)
{
    aws_request_finish(&signin->request);
    sso_oidc_init(&signin->request, &signin->aws, signin->region, action, path);
}

static void put_client(struct sso_signin *signin)
{
    static const char *const members[] = {"clientId", "clientSecret"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        sso_oidc_put(&signin->request, members[i],
                     json_object_get(signin->registration, members[i]));
}

/* ---- the token ---- */

/* As the AWS CLI writes it, in its order. */
static json_t *new_token(const struct sso_signin *signin)
{
    json_t *token = json_object();
    const json_t *client = signin->registration;

    js_set_text(token, "startUrl", signin->start_url);
    js_set_text(token, "region", signin->region);
    js_set_text(token, "accessToken", "");
    js_set_text(token, "expiresAt", "");
    js_set_text(token, "clientId", js_text(client, "clientId"));
    js_set_text(token, "clientSecret", js_text(client, "clientSecret"));
    js_set_text(token, "registrationExpiresAt", js_text(client, "expiresAt"));
    return token;
}

static void granted(struct sso_signin *signin)
{
    json_t *token = new_token(signin);
    struct error err;
    bool ok = sso_token_take(token, &signin->request, &err);

    if (ok && !creds_file_write(signin->file, token, &err))
        ok = error_wrap(&err, "You are signed in, but that cannot be kept");
    signin->ends_ms = sso_time(token, "expiresAt");
    json_decref(token);
    if (!ok) {
        fail(signin, &err);
        return;
    }
    signin->code[0] = '\0';
    task_end(&signin->task, TASK_DONE, NULL);
}

/* The way there is broken, or the service is: the code lasts, so it is asked again. */
static bool may_pass(const struct aws_request *request)
{
    return request->http.status == 0 || request->http.status >= 500 ||
           request->refusal.trouble == AWS_THROTTLED;
}

static void on_token(struct aws_request *request)
{
    struct sso_signin *signin = signin_of(request);

    signin->task.note[0] = '\0';
    if (request->ok) {
        granted(signin);
    } else if (answered(request, "AuthorizationPendingException", "authorization_pending")) {
        ask_later(signin);
    } else if (answered(request, "SlowDownException", "slow_down")) {
        signin->interval_ms += SLOWER_MS;
        ask_later(signin);
    } else if (answered(request, "ExpiredTokenException", "expired_token")) {
        code_is_over(signin);
    } else if (answered(request, "AccessDeniedException", "access_denied")) {
        fail_saying(signin, ERROR_AUTH, "The sign-in was denied on the page.",
                    "Ask for a new code, or choose another profile.");
    } else if (may_pass(request)) {
        str_copy(STR("IAM Identity Center does not answer; it is asked again."), signin->task.note,
                 sizeof signin->task.note);
        ask_later(signin);
    } else {
        refused(signin);
    }
}

static void ask_token(struct timer *timer)
{
    struct sso_signin *signin = container_of(timer, struct sso_signin, timer);

    if (clock_now(signin->task.loop->clock) >= signin->code_ends_ms) {
        code_is_over(signin);
        return;
    }
    begin_request(signin, "CreateToken", "/token");
    put_client(signin);
    sso_oidc_put_text(&signin->request, "grantType", SSO_DEVICE_GRANT);
    sso_oidc_put(&signin->request, "deviceCode", json_object_get(signin->device, "deviceCode"));
    send(signin, on_token);
}

/* Never after the end of the code, so that its end is said when it comes. */
static void ask_later(struct sso_signin *signin)
{
    int64_t left = signin->code_ends_ms - clock_now(signin->task.loop->clock);
    int64_t wait = signin->interval_ms;

    signin->timer.fire = ask_token;
    loop_after(signin->task.loop, &signin->timer, wait < left ? wait : left > 0 ? left : 0);
}

/* ---- the code ---- */

static bool take_text(char *out, size_t capacity, struct str text)
{
    struct buf clean = {0};
    bool ok;

    buf_sanitised(&clean, str_trim(text), false);
    ok = clean.len > 0 && str_copy(buf_str(&clean), out, capacity);
    buf_finish(&clean);
    return ok;
}

static bool is_page(const char *url)
{
    struct str text = str_of(url);

    return (str_starts(text, STR("https://")) || str_starts(text, STR("http://"))) &&
           !strpbrk(url, " \t");
}

static bool take_code(struct sso_signin *signin)
{
    const json_t *said = signin->device;
    int64_t lasts = js_int(said, "expiresIn", 0);
    int64_t interval = js_int(said, "interval", SSO_SIGNIN_INTERVAL_S);

    if (!js_text(said, "deviceCode")[0] || lasts <= 0 || lasts > CODE_LASTS_MAX_S ||
        !take_text(signin->url, sizeof signin->url, js_str(said, "verificationUri")) ||
        !is_page(signin->url) ||
        !take_text(signin->code, sizeof signin->code, js_str(said, "userCode")))
        return false;
    if (!take_text(signin->url_complete, sizeof signin->url_complete,
                   js_str(said, "verificationUriComplete")) ||
        !is_page(signin->url_complete))
        signin->url_complete[0] = '\0';
    interval = interval < 1 ? 1 : interval > INTERVAL_MAX_S ? INTERVAL_MAX_S : interval;
    signin->interval_ms = interval * 1000;
    signin->code_ends_ms = clock_now(signin->task.loop->clock) + lasts * 1000;
    return true;
}

static void on_code(struct aws_request *request)
{
    struct sso_signin *signin = signin_of(request);
    struct error err;

    if (!request->ok && signin->kept && request->http.status / 100 == 4) {
        register_client(signin); /* it may have been forgotten there */
        return;
    }
    if (!request->ok) {
        refused(signin);
        return;
    }
    json_decref(signin->device);
    signin->device = js_parse(buf_str(&request->http.response), NULL);
    if (take_code(signin)) {
        ask_later(signin);
        return;
    }
    signin->code[0] = '\0';
    aws_request_nonsense(request, &err);
    fail(signin, &err);
}

static void ask_code(struct sso_signin *signin)
{
    begin_request(signin, "StartDeviceAuthorization", "/device_authorization");
    put_client(signin);
    sso_oidc_put_text(&signin->request, "startUrl", signin->start_url);
    send(signin, on_code);
}

/* ---- the registration ---- */

static struct sso_client client_of(const struct sso_signin *signin)
{
    return (struct sso_client){.start_url = signin->start_url,
                               .region = signin->region,
                               .session = signin->session,
                               .scopes = signin->scopes};
}

static bool find_registration(struct sso_signin *signin, struct error *err)
{
    struct sso_client client = client_of(signin);
    char path[4096];

    if (!sso_registration_path(signin->home, &client, path, err))
        return false;
    json_decref(signin->registration);
    signin->registration = sso_registration_find(path, wall_of(signin) + REGISTRATION_EARLY_MS);
    signin->kept = signin->registration != NULL;
    return true;
}

/* A registration that cannot be kept is made anew the next time. */
static void keep_registration(const struct sso_signin *signin)
{
    struct sso_client client = client_of(signin);
    char path[4096];

    if (sso_registration_path(signin->home, &client, path, NULL))
        (void)creds_file_write(path, signin->registration, NULL);
}

static json_t *read_registration(const struct sso_signin *signin, const json_t *said)
{
    json_t *client = json_object();
    char end[CLOCK_TEXT];

    js_set_text(client, "clientId", js_text(said, "clientId"));
    js_set_text(client, "clientSecret", js_text(said, "clientSecret"));
    js_set_text(client, "expiresAt",
                clock_rfc3339(js_int(said, "clientSecretExpiresAt", 0) * 1000, end));
    if (signin->scopes)
        js_set(client, "scopes", json_incref(signin->scopes));
    return client;
}

static void on_registered(struct aws_request *request)
{
    struct sso_signin *signin = signin_of(request);
    json_t *said = request->ok ? js_parse(buf_str(&request->http.response), NULL) : NULL;
    bool ok = js_text(said, "clientId")[0] && js_text(said, "clientSecret")[0];
    struct error err;

    if (ok) {
        json_decref(signin->registration);
        signin->registration = read_registration(signin, said);
        keep_registration(signin);
        ask_code(signin);
    } else if (request->ok) {
        aws_request_nonsense(request, &err);
        fail(signin, &err);
    } else {
        refused(signin);
    }
    json_decref(said);
}

/* A session that names no scopes gets those that a renewal needs; the legacy form knows none. */
static void put_scopes(struct sso_signin *signin)
{
    json_t *usual;

    if (signin->scopes) {
        sso_oidc_put(&signin->request, "scopes", signin->scopes);
    } else if (signin->session) {
        usual = json_pack("[s]", "sso:account:access");
        sso_oidc_put(&signin->request, "scopes", usual);
        json_decref(usual);
    }
}

static void register_client(struct sso_signin *signin)
{
    char name[160];

    signin->kept = false;
    snprintf(name, sizeof name, "ekshub-tui%s%.120s", signin->session ? "-" : "",
             signin->session ? signin->session : "");
    begin_request(signin, "RegisterClient", "/client/register");
    sso_oidc_put_text(&signin->request, "clientName", name);
    sso_oidc_put_text(&signin->request, "clientType", "public");
    put_scopes(signin);
    send(signin, on_registered);
}

/* ---- a task ---- */

static bool start(struct task *task, struct error *err)
{
    struct sso_signin *signin = container_of(task, struct sso_signin, task);

    signin->code[0] = '\0';
    signin->ends_ms = 0;
    if (!find_registration(signin, err))
        return false;
    if (signin->kept)
        ask_code(signin);
    else
        register_client(signin);
    return true;
}

static void quiet(struct sso_signin *signin)
{
    aws_request_finish(&signin->request);
    if (signin->task.loop)
        loop_cancel(signin->task.loop, &signin->timer);
    signin->code[0] = '\0';
}

static void stop(struct task *task)
{
    struct error err;

    quiet(container_of(task, struct sso_signin, task));
    error_set(&err, ERROR_CANCELLED, "The sign-in was left.");
    task_end(task, TASK_CANCELLED, &err);
}

static void finish(struct task *task)
{
    struct sso_signin *signin = container_of(task, struct sso_signin, task);

    quiet(signin);
    aws_finish(&signin->aws);
    json_decref(signin->scopes);
    json_decref(signin->registration);
    json_decref(signin->device);
    free(signin->profile);
    free(signin->session);
    free(signin->start_url);
    free(signin->region);
    signin->scopes = signin->registration = signin->device = NULL;
    signin->profile = signin->session = signin->start_url = signin->region = NULL;
}

static const struct task_ops signin_ops = {.start = start, .stop = stop, .finish = finish};

/* "a, b" as a list; NULL when there are none. */
static json_t *list_of(const struct ini_option *scopes)
{
    struct str rest = scopes ? scopes->value : STR(""), one;
    json_t *list = json_array();

    while (rest.len > 0) {
        str_cut(&rest, ',', &one);
        one = str_trim(one);
        if (one.len > 0)
            json_array_append_new(list, js_clean(one));
    }
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return NULL;
}

bool sso_signin_init(struct sso_signin *signin, struct http *http, const char *home,
                     const struct profiles *profiles, const struct profile *profile,
                     struct error *err)
{
    struct sso_settings settings;
    struct creds none = {0};

    *signin = (struct sso_signin){.task = {.ops = &signin_ops, .label = "sign-in"}};
    if (!sso_settings_read(&settings, profiles, profile, err) ||
        !sso_token_path(home, &settings, signin->file, err) ||
        !aws_init(&signin->aws, http, profiles, profile, settings.region, &none, err))
        return false;
    str_copy(str_of(home), signin->home, sizeof signin->home);
    signin->profile = alloc_copy(str_of(profile->name));
    signin->session = settings.session ? alloc_copy(str_of(settings.session)) : NULL;
    signin->start_url = alloc_copy(str_of(settings.start_url));
    signin->region = alloc_copy(str_of(settings.region));
    if (settings.session)
        signin->scopes = list_of(profiles_section_get(profiles, "sso-session", settings.session,
                                                      "sso_registration_scopes"));
    return true;
}
