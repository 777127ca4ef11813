/* The hub's pages. */
#include "core/rehearsal/hub.h"

#include "core/base/secret.h"
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/encoding.h"
#include "core/rehearsal/hub_users.h"
#include "core/rehearsal/values.h"

#include "core/base/alloc.h"

#define LOGIN_COOKIE "jupyterhub-hub-login"
#define XSRF_COOKIE  "_xsrf"

static void page(struct cloud_reply *reply, const char *title)
{
    str_copy(STR("text/html"), reply->type, sizeof reply->type);
    cloud_reply_header(reply, "X-JupyterHub-Version", "1.1.0");
    buf_printf(&reply->body,
               "<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
               "<title>%s</title>\n</head>\n<body>\n",
               title);
}

static void page_end(struct cloud_reply *reply)
{
    buf_text(&reply->body, "</body>\n</html>\n");
}

static void go(struct cloud_reply *reply, const char *where)
{
    reply->status = 302;
    str_copy(STR("text/html; charset=UTF-8"), reply->type, sizeof reply->type);
    cloud_reply_header(reply, "Location", where);
}

static bool cookie_of(const struct request *request, const char *name, struct str *value)
{
    struct str rest = request_header(request, "Cookie"), one, key;
    while (rest.len > 0) {
        str_cut(&rest, ';', &one);
        one = str_trim(one);
        if (str_cut(&one, '=', &key) && str_is(key, name)) {
            *value = one;
            return true;
        }
    }
    return false;
}

/* The visitor's token against forged forms: the one that the cookie has, or a new one. */
static void xsrf_of(const struct request *request, struct cloud_reply *reply, char out[40])
{
    struct str cookie;
    if (cookie_of(request, XSRF_COOKIE, &cookie) && cookie.len == 36) {
        str_copy(cookie, out, 40);
        return;
    }
    char header[80];
    cloud_id(out);
    snprintf(header, sizeof header, XSRF_COOKIE "=%s; Path=/hub/", out);
    cloud_reply_header(reply, "Set-Cookie", header);
}

/* A form's field; empty when absent. */
static void field(const struct request *request, const char *name, struct buf *out)
{
    struct request form = {.body = request->body};
    request_parameter(&form, name, out);
}

static void field_xsrf_input(const char *token, struct cloud_reply *reply)
{
    buf_printf(&reply->body, "<input type=\"hidden\" name=\"_xsrf\" value=\"%s\"/>\n", token);
}

static void signup_page(const struct request *request, const char *alert, const char *message,
                        struct cloud_reply *reply)
{
    char token[40];
    xsrf_of(request, reply, token);
    page(reply, "JupyterHub");
    if (message)
        buf_printf(&reply->body, "<div class=\"alert %s\" role=\"alert\">%s</div>\n", alert,
                   message);
    buf_text(&reply->body, "<form action=\"/hub/signup\" method=\"post\" role=\"form\">\n");
    field_xsrf_input(token, reply);
    buf_text(&reply->body,
             "<label for=\"username_input\">Username:</label>\n"
             "<input id=\"username_input\" type=\"text\" name=\"username\" value=\"\"/>\n"
             "<label for=\"password_input\">Password:</label>\n"
             "<input id=\"password_input\" type=\"password\" name=\"pw\"/>\n"
             "<input type=\"submit\" value=\"Create User\"/>\n</form>\n");
    page_end(reply);
}

static void login_page(const struct request *request, const char *message,
                       struct cloud_reply *reply)
{
    char token[40];
    xsrf_of(request, reply, token);
    page(reply, "JupyterHub");
    buf_text(&reply->body, "<form action=\"/hub/login?next=\" method=\"post\" role=\"form\">\n");
    if (message)
        buf_printf(&reply->body, "<p class=\"login_error\">%s</p>\n", message);
    field_xsrf_input(token, reply);
    buf_text(&reply->body,
             "<label for=\"username_input\">Username:</label>\n"
             "<input id=\"username_input\" type=\"text\" name=\"username\" value=\"\"/>\n"
             "<label for=\"password_input\">Password:</label>\n"
             "<input id=\"password_input\" type=\"password\" name=\"password\"/>\n"
             "<input type=\"submit\" value=\"Sign In\"/>\n</form>\n"
             "<a href=\"/hub/signup\">Don't have a user? Signup!</a>\n");
    page_end(reply);
}

/* Forms need the token of the visitor's own cookie. */
static bool is_honest(const struct request *request, struct cloud_reply *reply)
{
    struct str cookie = {"", 0};
    struct buf token = {.data = NULL};
    field(request, "_xsrf", &token);
    bool there = cookie_of(request, XSRF_COOKIE, &cookie);
    bool ok = there && cookie.len > 0 && str_eq(cookie, buf_str(&token));
    buf_finish(&token);
    if (ok)
        return true;
    reply->status = 403;
    page(reply, "403 : Forbidden");
    buf_text(&reply->body, there ? "<p>XSRF cookie does not match POST argument</p>\n"
                                 : "<p>'_xsrf' argument missing from POST</p>\n");
    page_end(reply);
    return false;
}

static void sign_up(const struct request *request, const struct cloud *cloud,
                    struct cloud_reply *reply)
{
    char name[HUB_NAME];
    struct buf user = {.data = NULL}, password = {.data = NULL};
    struct error err = {.kind = ERROR_NONE};
    field(request, "username", &user);
    field(request, "pw", &password);
    if (password.len == 0)
        field(request, "signup_password", &password);
    bool good = hub_name(buf_str(&user), name) && password.len >= 2 && password.len <= 512;
    if (!good)
        signup_page(request, "alert-danger",
                    "Something went wrong! Be sure your username does not contain spaces, commas "
                    "or slashes and your password is long enough.",
                    reply);
    else if (hub_user_exists(cloud, name))
        signup_page(request, "alert-danger", "Something went wrong! The username is taken already.",
                    reply);
    else if (!hub_user_create(cloud, name, buf_str(&password), &err)) {
        reply->status = 500;
        page(reply, "500 : Internal Server Error");
        page_end(reply);
    } else
        signup_page(request, "alert-success",
                    hub_user_is_admin(cloud, name)
                        ? "The signup was successful! You can now go to home page and log in the "
                          "system"
                        : "Your information has been sent to the admin",
                    reply);
    secret_wipe(password.data, password.len);
    buf_finish(&password);
    buf_finish(&user);
}

static void log_in(const struct request *request, const struct cloud *cloud,
                   struct cloud_reply *reply)
{
    char name[HUB_NAME], cookie[160], header[240];
    struct buf user = {.data = NULL}, password = {.data = NULL};
    field(request, "username", &user);
    field(request, "password", &password);
    bool ok = hub_name(buf_str(&user), name) && hub_user_matches(cloud, name, buf_str(&password)) &&
              hub_user_is_authorised(cloud, name);
    if (ok) {
        hub_cookie(cloud, name, cookie);
        snprintf(header, sizeof header, LOGIN_COOKIE "=%s; HttpOnly; Path=/hub/", cookie);
        cloud_reply_header(reply, "Set-Cookie", header);
        go(reply, "/hub/home");
    } else
        login_page(request, "Invalid username or password", reply);
    secret_wipe(password.data, password.len);
    buf_finish(&password);
    buf_finish(&user);
}

/* The page of all users, for admins. */
static void admin_page(const struct request *request, const struct cloud *cloud,
                       struct cloud_reply *reply)
{
    char name[HUB_NAME];
    struct str cookie = {"", 0};
    if (!cookie_of(request, LOGIN_COOKIE, &cookie) || !hub_cookie_owner(cloud, cookie, name)) {
        go(reply, "/hub/login?next=%2Fhub%2Fadmin");
        return;
    }
    if (!hub_user_is_admin(cloud, name))
        reply->status = 403;
    page(reply, reply->status == 200 ? "JupyterHub" : "403 : Forbidden");
    page_end(reply);
}

static void home(const struct request *request, const struct cloud *cloud,
                 struct cloud_reply *reply)
{
    char name[HUB_NAME];
    struct str cookie = {"", 0};
    if (!cookie_of(request, LOGIN_COOKIE, &cookie) || !hub_cookie_owner(cloud, cookie, name)) {
        go(reply, "/hub/login?next=%2Fhub%2Fhome");
        return;
    }
    page(reply, "JupyterHub");
    buf_text(&reply->body, "<p>Logged in as ");
    encode_html(&reply->body, str_of(name));
    buf_text(&reply->body, "</p>\n<a id=\"start\" href=\"/hub/spawn\">Start My Server</a>\n");
    page_end(reply);
}

static void not_found(struct cloud_reply *reply)
{
    reply->status = 404;
    page(reply, "404 : Not Found");
    buf_text(&reply->body, "<p>Jupyter has lots of moons, but this is not one...</p>\n");
    page_end(reply);
}

void hub_answer(const struct request *request, const struct cloud *cloud, struct cloud_reply *reply)
{
    struct str path = request->path;
    bool post = str_is(request->method, "POST");
    reply->status = 200;
    hub_users_begin(cloud);
    if (!post && !str_is(request->method, "GET") && !str_is(request->method, "HEAD")) {
        reply->status = 405;
        page(reply, "405 : Method Not Allowed");
        page_end(reply);
    } else if (str_is(path, "/") || str_is(path, "/hub") || str_is(path, "/hub/"))
        go(reply, str_is(path, "/") ? "/hub/" : "/hub/home");
    else if (str_is(path, "/hub/health"))
        str_copy(STR("text/plain"), reply->type, sizeof reply->type);
    else if (str_is(path, "/_chp_healthz")) {
        str_copy(STR("application/json"), reply->type, sizeof reply->type);
        buf_text(&reply->body, "{\"status\": \"OK\"}");
    } else if (str_is(path, "/hub/api") || str_is(path, "/hub/api/")) {
        str_copy(STR("application/json"), reply->type, sizeof reply->type);
        buf_text(&reply->body, "{\"version\": \"1.1.0\"}");
    } else if (str_is(path, "/hub/signup") && !post)
        signup_page(request, NULL, NULL, reply);
    else if (str_is(path, "/hub/login") && !post)
        login_page(request, NULL, reply);
    else if (str_is(path, "/hub/home") && !post)
        home(request, cloud, reply);
    else if (str_is(path, "/hub/admin") && !post)
        admin_page(request, cloud, reply);
    else if (str_is(path, "/hub/signup") && is_honest(request, reply))
        sign_up(request, cloud, reply);
    else if (str_is(path, "/hub/login") && is_honest(request, reply))
        log_in(request, cloud, reply);
    else if (reply->status == 200)
        not_found(reply);
}
