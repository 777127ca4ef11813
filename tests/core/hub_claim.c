/* Claiming a hub: the forms of both flavours, read whole, cut off and hostile; and the conversation
 * with a server that says what a test tells it to say. */
#include "core/hub/claim.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/hub/health.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct loop loop;
static struct still_clock now;
static struct server server;
static struct http http;
static struct secret password;
static struct hub_claim hub;
static bool over;

#define OLD_FORM                                                                                   \
    "<html><form action='/hub/signup' method=post><input type=\"text\" name=\"username\" />"       \
    "<input type=password name=pw><input type='checkbox' name='2fa'><input type='submit'></form>"
#define NEW_FORM                                                                                   \
    "<form><input name='q'></form><form id=\"signup_form\">\n<input type=\"hidden\" "              \
    "name=\"_xsrf\" value=\"2|a&amp;b=\"/><input id='u' name='username' value=''>"                 \
    "<input type=\"password\" name=\"signup_password\"/>"                                          \
    "<input type=\"password\" name=\"signup_password_confirmation\"/></form>"
#define LOGIN_FORM                                                                                 \
    "<form><input type=hidden name=_xsrf value=tok><input name=username>"                          \
    "<input type=password name=password></form>"
#define PAGE(status, headers, body)                                                                \
    "HTTP/1.1 " status "\r\nConnection: close\r\n" headers "\r\n" body
#define LOGIN_PAGE PAGE("200 OK", "Set-Cookie: _xsrf=tok; Path=/hub/\r\n", LOGIN_FORM)
#define LOGGED_IN                                                                                  \
    PAGE("302 Found", "Location: /hub/\r\nSet-Cookie: jupyterhub-hub-login=\"x\"; HttpOnly\r\n", "")
#define REFUSED     PAGE("403 Forbidden", "", "<p class='login_error'>Invalid</p>")
#define SIGNUP_PAGE PAGE("200 OK", "", NEW_FORM)
#define SIGNED_UP   PAGE("200 OK", "", "<div class=\"alert alert-success\">ok</div>")
#define NOT_SIGNED_UP                                                                              \
    PAGE("200 OK", "", "<div class=\"alert alert-danger\">\n Name \x1b[2J taken </div>")
#define ADMIN_PAGE PAGE("200 OK", "", "admin")

static void begin(void)
{
    struct http_route route = {.user_agent = "ekshub-tui/test"};
    still_clock_init(&now);
    loop_init(&loop, &now.clock);
    server_init(&server, &loop);
    server.closes = true;
    route.port = server.port;
    http_init(&http, &loop, &route);
    cr_assert(secret_set(&password, STR("p&ss =ü"), NULL));
    over = false;
}

static void end(void)
{
    task_finish(&hub.task);
    task_finish(&hub.task);
    secret_finish(&password);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    no_leaks();
}

TestSuite(hub_claim, .init = begin, .fini = end, .timeout = 60);

static void ended(struct task *task)
{
    (void)task;
    over = true;
}

/* Each request gets the next answer of the script. */
static void talk(const char *const *script, int most, bool sign_up)
{
    struct error err = {.kind = ERROR_NONE};
    int answers = 0;
    while (script[answers])
        answers++;
    server.requests = 0;
    over = false;
    cr_assert(hub_claim_init(&hub, &http, "http://hub/", "admin", &password, sign_up, &err));
    hub.task.ended = ended;
    task_start(&hub.task, &loop);
    for (int turn = 0; turn < 4000 && !over && server.requests < most; turn++) {
        /* what is being answered was counted already */
        int at = server.requests > 0 ? server.requests - 1 : 0;
        server.answer = str_of(script[at < answers ? at : answers - 1]);
        loop_turn(&loop, true);
    }
}

static void finish_claim(void)
{
    task_finish(&hub.task);
}

Test(hub_claim, reads_the_forms_of_both_flavours)
{
    struct hub_form form;
    struct secret body = {.data = NULL};
    struct error err;
    cr_assert(hub_form_read(STR(OLD_FORM), &form));
    cr_assert_eq(form.count, 3);
    cr_assert(hub_form_answer(&form, "admin", &password, &body, &err));
    cr_assert_str_eq(secret_expose(&body).data, "username=admin&pw=p%26ss%20%3D%C3%BC");
    cr_assert(hub_form_read(STR(NEW_FORM), &form));
    cr_assert(hub_form_answer(&form, "admin", &password, &body, &err));
    cr_assert_str_eq(secret_expose(&body).data,
                     "_xsrf=2%7Ca%26b%3D&username=admin&signup_password=p%26ss%20%3D%C3%BC&"
                     "signup_password_confirmation=p%26ss%20%3D%C3%BC");
    secret_finish(&body);
}

Test(hub_claim, survives_forms_cut_off_and_hostile)
{
    static const char *const pages[] = {NEW_FORM,
                                        OLD_FORM,
                                        NOT_SIGNED_UP,
                                        "<form><input name=a type=password value=\"<\"<<<form=''",
                                        "<input type=password name=x>",
                                        "<form><input =''= name>"};
    struct hub_form form;
    char said[64];
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        for (size_t len = 0; len <= strlen(pages[i]); len++) {
            char *part = alloc_printf("%.*s", (int)len, pages[i]);
            (void)hub_form_read(str_of(part), &form);
            cr_assert_leq(form.count, HUB_INPUTS);
            hub_page_complaint(str_of(part), said, sizeof said);
            free(part);
        }
    }
    cr_assert_not(hub_form_read(STR("<input type=password name=x>"), &form), "outside a form");
    hub_page_complaint(STR(NOT_SIGNED_UP), said, sizeof said);
    cr_assert_str_eq(said, "Name ^[[2J taken");
}

Test(hub_claim, signs_up_and_proves_it)
{
    static const char *const script[] = {LOGIN_PAGE, REFUSED,   SIGNUP_PAGE, SIGNED_UP,
                                         LOGIN_PAGE, LOGGED_IN, ADMIN_PAGE,  NULL};
    talk(script, 100, true);
    cr_assert_eq(hub.task.state, TASK_DONE, "%s", hub.task.error.text);
    cr_assert_eq(hub.outcome, HUB_CLAIMED);
    cr_assert_eq(server.requests, 7);
    cr_assert(strstr(buf_cstr(&server.last), "GET /hub/admin"));
    cr_assert(strstr(buf_cstr(&server.last), "_xsrf=tok; jupyterhub-hub-login=\"x\""));
}

Test(hub_claim, what_is_ours_already_is_fine)
{
    static const char *const script[] = {LOGIN_PAGE, LOGGED_IN, ADMIN_PAGE, NULL};
    talk(script, 100, true);
    cr_assert_eq(hub.outcome, HUB_OURS);
}

Test(hub_claim, name_that_somebody_else_has_is_said)
{
    static const char *const script[] = {LOGIN_PAGE, REFUSED, SIGNUP_PAGE, NOT_SIGNED_UP,
                                         LOGIN_PAGE, REFUSED, NULL};
    talk(script, 100, true);
    cr_assert_eq(hub.task.state, TASK_FAILED);
    cr_assert_eq(hub.outcome, HUB_TAKEN);
    cr_assert(strstr(hub.task.error.text, "Name ^[[2J taken"), "%s", hub.task.error.text);
}

Test(hub_claim, signed_up_is_not_yet_admin)
{
    static const char *const script[] = {LOGIN_PAGE, LOGGED_IN, REFUSED, NULL};
    talk(script, 100, true);
    cr_assert_eq(hub.outcome, HUB_NOT_ADMIN);
}

Test(hub_claim, login_alone_never_signs_up)
{
    static const char *const script[] = {LOGIN_PAGE, REFUSED, NULL};
    talk(script, 100, false);
    cr_assert_eq(hub.outcome, HUB_TAKEN);
    cr_assert_eq(server.requests, 2);
}

Test(hub_claim, something_else_that_answers_is_no_hub)
{
    static const char *const script[] = {PAGE("200 OK", "", "<html>It works!"), NULL};
    talk(script, 100, true);
    cr_assert_eq(hub.task.state, TASK_FAILED);
    cr_assert_eq(hub.outcome, HUB_UNKNOWN);
    cr_assert(strstr(hub.task.error.text, "is not the hub"));
}

Test(hub_claim, can_be_dropped_at_every_request)
{
    static const char *const script[] = {LOGIN_PAGE, REFUSED,   SIGNUP_PAGE, SIGNED_UP,
                                         LOGIN_PAGE, LOGGED_IN, ADMIN_PAGE,  NULL};
    for (int most = 0; most < 7; most++) {
        talk(script, most, true);
        if (most % 2)
            task_stop(&hub.task);
        finish_claim();
    }
}

Test(hub_claim, health_is_asked_until_it_is_well_or_the_limit_is_over)
{
    struct hub_health health = {.status = 0};
    server.answer = STR(PAGE("503 Not Yet", "", ""));
    hub_health_init(&health, &http, "http://hub", "/hub/health", 60000);
    health.task.ended = ended;
    task_start(&health.task, &loop);
    for (int i = 0; i < 4000 && server.requests < 3; i++) {
        loop_turn(&loop, false);
        now.monotonic += 1000;
    }
    cr_assert_str_eq(health.task.note, "answers 503, not yet ready");
    server.answer = STR(PAGE("200 OK", "", ""));
    for (int i = 0; i < 4000 && !over; i++) {
        loop_turn(&loop, false);
        now.monotonic += 100;
    }
    cr_assert_eq(health.task.state, TASK_DONE);
    task_finish(&health.task);
}
