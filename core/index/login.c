/* One request that proves a password; see login.h. */
#include "core/index/login.h"

#include "core/base/alloc.h"

/* Away from the login page: to the start page of the same server. A proxy that wants https sends us
 * to the very page that we asked for, and proves nothing. */
static bool sent_on(const struct http_request *request)
{
    struct str to = http_response_header(request, "Location");
    return (request->status == 302 || request->status == 303) && to.len > 0 &&
           str_find(to, STR("acct/login")) < 0;
}

static bool judge(const struct http_request *request, struct error *err)
{
    if (request->failed || (request->status != 200 && request->status != 404 &&
                            request->status != 405 && !sent_on(request)))
        return index_refused(request, err);
    if (sent_on(request))
        return true;
    if (request->status == 200) {
        error_set(err, ERROR_AUTH, "The index does not accept this user name and password.");
        return error_hint(err, "The password is the one of the PyPI admin of this deployment.");
    }
    error_set(err, ERROR_SERVICE, "What answers at the address of the index is no pypicloud.");
    err->code = request->status;
    return error_hint(err, "Open the address in a browser to see what it is.");
}

static void done(struct http_request *request)
{
    struct index_login *login = container_of(request, struct index_login, request);
    struct error err = {.kind = ERROR_NONE};
    bool ok = judge(request, &err);
    buf_clear(&request->response);
    task_end(&login->task, ok ? TASK_DONE : TASK_FAILED, &err);
}

static bool start(struct task *task, struct error *err)
{
    struct index_login *login = container_of(task, struct index_login, task);
    if (!index_request(&login->request, &login->server, login->url, err))
        return false;
    login->request.done = done;
    return http_send(login->http, &login->request, err);
}

static void stop(struct task *task)
{
    struct index_login *login = container_of(task, struct index_login, task);
    struct error err;
    http_cancel(&login->request);
    error_set(&err, ERROR_CANCELLED, "Stopped");
    task_end(task, TASK_CANCELLED, &err);
}

static void finish(struct task *task)
{
    struct index_login *login = container_of(task, struct index_login, task);
    http_request_finish(&login->request);
}

static const struct task_ops ops = {.start = start, .stop = stop, .finish = finish};

bool index_login_init(struct index_login *login, struct http *http,
                      const struct index_server *server, struct error *err)
{
    if (!server->user || !server->user[0] || !server->password || secret_empty(server->password))
        return error_set(err, ERROR_AUTH, "There is no password to log in with.");
    if (!index_url(server->url, "acct/login", login->url, err))
        return false;
    login->task.ops = &ops;
    login->http = http;
    login->server = *server;
    str_copy(STR("log in to the index"), login->task.label, sizeof login->task.label);
    return true;
}
