/* Log in; if that is refused sign up and log in again; then look at the admin's page. One request
 * at a time, cookies carried along. */
#include "core/hub/claim.h"

#include "core/base/alloc.h"

enum { PAGE_MAX = 1 << 20, TIMEOUT_MS = 30000 };

static const char *const paths[] = {
    [CLAIM_LOGIN_PAGE] = "/hub/login",   [CLAIM_LOGIN] = "/hub/login",
    [CLAIM_SIGNUP_PAGE] = "/hub/signup", [CLAIM_SIGNUP] = "/hub/signup",
    [CLAIM_ADMIN] = "/hub/admin",
};

static const char *const notes[] = {
    [CLAIM_LOGIN_PAGE] = "the hub's login page", [CLAIM_LOGIN] = "logging in",
    [CLAIM_SIGNUP_PAGE] = "the sign-up page",    [CLAIM_SIGNUP] = "signing up",
    [CLAIM_ADMIN] = "the admin's page",
};

static void on_done(struct http_request *request);

static bool send(struct hub_claim *claim, enum hub_claim_step step)
{
    bool post = step == CLAIM_LOGIN || step == CLAIM_SIGNUP;
    struct http_request *request = &claim->request;
    struct error *err = &claim->task.error;
    struct buf url = {0}, cookies = {0};
    bool ok = true;

    claim->step = step;
    str_copy(str_of(notes[step]), claim->task.note, sizeof claim->task.note);
    http_request_finish(request);
    buf_printf(&url, "%s%s", claim->base, paths[step]);
    http_request_init(request, post ? "POST" : "GET", buf_cstr(&url));
    request->timeout_ms = TIMEOUT_MS;
    request->max_body = PAGE_MAX;
    request->done = on_done;
    hub_cookies_header(&claim->cookies, &cookies);
    if (cookies.len)
        http_header(request, "Cookie", buf_str(&cookies));
    http_header(request, "Accept", STR("text/html"));
    if (post) {
        http_header(request, "Content-Type", STR("application/x-www-form-urlencoded"));
        ok = hub_form_answer(&claim->form, claim->username, claim->password, &claim->body, err) &&
             secret_copy(&request->secret_body, &claim->body, err);
        secret_finish(&claim->body);
    }
    ok = ok && http_send(claim->http, request, err);
    secret_wipe(cookies.data, cookies.len);
    buf_finish(&cookies);
    buf_finish(&url);
    return ok;
}

static void end(struct hub_claim *claim, enum hub_outcome outcome)
{
    claim->outcome = outcome;
    task_end(&claim->task, TASK_DONE, NULL);
}

/* With what is in task.error. */
static void fail(struct hub_claim *claim, enum hub_outcome outcome)
{
    struct error why = claim->task.error;

    claim->outcome = outcome;
    task_end(&claim->task, TASK_FAILED, &why);
}

static void go(struct hub_claim *claim, enum hub_claim_step step)
{
    if (!send(claim, step))
        fail(claim, HUB_UNKNOWN);
}

static void fail_strange(struct hub_claim *claim)
{
    error_set(&claim->task.error, ERROR_SERVICE,
              "What answers at %s is not the hub: status %d for %s.", claim->base,
              claim->request.status, paths[claim->step]);
    claim->task.error.code = claim->request.status;
    error_hint(&claim->task.error, "Look at the logs of the pods hub and proxy.");
    fail(claim, HUB_UNKNOWN);
}

static void refused(struct hub_claim *claim)
{
    struct error *err = &claim->task.error;

    if (claim->sign_up && !claim->signed_up) {
        go(claim, CLAIM_SIGNUP_PAGE);
        return;
    }
    error_set(err, ERROR_SERVICE,
              claim->sign_up ? "Somebody else has signed up as %s: the hub refuses our password."
                             : "The hub refuses the password of %s.",
              claim->username);
    if (claim->complaint[0])
        error_set(err, ERROR_SERVICE,
                  "Somebody else has signed up as %s: the hub refuses our password, and to our "
                  "sign-up it said: %s",
                  claim->username, claim->complaint);
    fail(claim, HUB_TAKEN);
}

static void login_answered(struct hub_claim *claim)
{
    const struct http_request *request = &claim->request;
    struct str headers = buf_str(&request->response_headers);
    bool in = hub_cookies_take(&claim->cookies, headers, "jupyterhub-hub-login");

    in = hub_cookies_take(&claim->cookies, headers, "jupyterhub-session-id") || in;
    if (in && (request->status == 302 || request->status == 303))
        go(claim, CLAIM_ADMIN);
    else if (request->status == 200 || request->status == 401 || request->status == 403)
        refused(claim);
    else
        fail_strange(claim);
}

static void page_answered(struct hub_claim *claim)
{
    bool found = claim->request.status == 200 &&
                 hub_form_read(buf_str(&claim->request.response), &claim->form);

    if (found)
        go(claim, claim->step == CLAIM_LOGIN_PAGE ? CLAIM_LOGIN : CLAIM_SIGNUP);
    else if (claim->step == CLAIM_SIGNUP_PAGE && claim->request.status < 500) {
        claim->signed_up = true; /* it is closed: then the login's refusal stands */
        refused(claim);
    } else
        fail_strange(claim);
}

static void signup_answered(struct hub_claim *claim)
{
    hub_page_complaint(buf_str(&claim->request.response), claim->complaint,
                       sizeof claim->complaint);
    claim->signed_up = true;
    if (claim->request.status >= 500)
        fail_strange(claim);
    else
        go(claim, CLAIM_LOGIN_PAGE);
}

static void admin_answered(struct hub_claim *claim)
{
    if (claim->request.status == 200) {
        end(claim, claim->signed_up ? HUB_CLAIMED : HUB_OURS);
        return;
    }
    if (claim->request.status != 403 && claim->request.status != 404) {
        fail_strange(claim);
        return;
    }
    error_set(&claim->task.error, ERROR_AUTH,
              "%s is signed up with our password, but the hub does not hold it for an admin.",
              claim->username);
    error_hint(&claim->task.error, "Check admin_users in the hub's configuration.");
    fail(claim, HUB_NOT_ADMIN);
}

static void on_done(struct http_request *request)
{
    struct hub_claim *claim = container_of(request, struct hub_claim, request);

    if (request->failed) {
        claim->task.error = request->error;
        error_wrap(&claim->task.error, "The hub did not answer");
        fail(claim, HUB_UNKNOWN);
        return;
    }
    hub_cookies_take(&claim->cookies, buf_str(&request->response_headers), NULL);
    switch (claim->step) {
    case CLAIM_LOGIN_PAGE:
    case CLAIM_SIGNUP_PAGE:
        page_answered(claim);
        break;
    case CLAIM_LOGIN:
        login_answered(claim);
        break;
    case CLAIM_SIGNUP:
        signup_answered(claim);
        break;
    case CLAIM_ADMIN:
        admin_answered(claim);
        break;
    }
}

/* ---- as a task ---- */

static bool claim_start(struct task *task, struct error *err)
{
    struct hub_claim *claim = container_of(task, struct hub_claim, task);

    claim->outcome = HUB_UNKNOWN;
    claim->signed_up = false;
    claim->complaint[0] = '\0';
    hub_cookies_finish(&claim->cookies);
    if (send(claim, CLAIM_LOGIN_PAGE))
        return true;
    *err = task->error;
    return false;
}

static void claim_stop(struct task *task)
{
    struct hub_claim *claim = container_of(task, struct hub_claim, task);
    struct error err;

    http_cancel(&claim->request);
    error_set(&err, ERROR_CANCELLED, "The claim of the hub was stopped.");
    task_end(task, TASK_CANCELLED, &err);
}

static void claim_finish(struct task *task)
{
    struct hub_claim *claim = container_of(task, struct hub_claim, task);

    http_request_finish(&claim->request);
    hub_cookies_finish(&claim->cookies);
    secret_finish(&claim->body);
}

bool hub_claim_init(struct hub_claim *claim, struct http *http, const char *base,
                    const char *username, const struct secret *password, bool sign_up,
                    struct error *err)
{
    static const struct task_ops ops = {claim_start, claim_stop, claim_finish};
    struct str address = str_of(base);

    *claim = (struct hub_claim){
        .task.ops = &ops, .http = http, .password = password, .sign_up = sign_up};
    str_copy(str_of(sign_up ? "claim the hub" : "log in at the hub"), claim->task.label,
             sizeof claim->task.label);
    while (address.len > 0 && address.data[address.len - 1] == '/')
        address.len--;
    if (!str_copy(address, claim->base, sizeof claim->base) ||
        !str_copy(str_of(username), claim->username, sizeof claim->username))
        return error_set(err, ERROR_INPUT, "The hub's address or its admin's name is too long.");
    if (secret_empty(password))
        return error_set(err, ERROR_AUTH, "There is no password for the hub's admin.");
    return true;
}
