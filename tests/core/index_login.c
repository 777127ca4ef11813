/* What pypicloud answers to a right and a wrong login, as recorded from 1.3.12, and what else may
 * stand at that address. */
#include "core/index/login.h"

#include <criterion/criterion.h>

#include "tests/core/index_desk.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(index_login, .init = desk_begin, .fini = desk_end, .timeout = 60);

static struct index_login login;

static void run(void)
{
    struct error err;
    cr_assert(index_login_init(&login, &desk.http, &desk.index, &err), "%s", err.text);
    desk_run(&login.task);
}

static void refuses(int status, const char *headers, const char *body, enum error_kind kind,
                    const char *text)
{
    desk_say(status, headers, str_of(body));
    run();
    cr_assert_eq(login.task.state, TASK_FAILED, "%d", status);
    cr_assert_eq(login.task.error.kind, kind, "%d: %s", status, login.task.error.text);
    cr_assert(strstr(login.task.error.text, text), "%s", login.task.error.text);
    task_finish(&login.task);
}

Test(index_login, is_proven_by_being_sent_on)
{
    desk_say(302, "Location: " DESK_URL "/\r\n", STR("<html></html>"));
    run();
    cr_assert_eq(login.task.state, TASK_DONE, "%s", login.task.error.text);
    cr_assert(desk_heard("GET /acct/login HTTP/1.1\r\n"));
    cr_assert(desk_heard("\r\nAuthorization: Basic YWRhOm9wZW5zZXNhbWU=\r\n"));
    task_finish(&login.task);
}

Test(index_login, is_refused_when_the_login_page_is_shown)
{
    refuses(200, "", "<!DOCTYPE html><title>Pypicloud</title>", ERROR_AUTH, "does not accept");
}

Test(index_login, is_refused_by_a_server_that_says_so)
{
    refuses(401, "", "", ERROR_AUTH, "does not accept");
}

Test(index_login, is_not_proven_by_a_proxy_that_wants_https)
{
    refuses(302, "Location: https://pypi.example.com/acct/login\r\n", "", ERROR_SERVICE, "302");
}

Test(index_login, is_not_proven_by_something_else)
{
    refuses(404, "", "<html>nginx</html>", ERROR_SERVICE, "no pypicloud");
}

Test(index_login, names_what_stands_before_the_index)
{
    refuses(503, "", "<html><head><title>Service Temporarily\033[2J Unavailable</title>",
            ERROR_SERVICE, "503: Service Temporarily");
    cr_assert(!strchr(login.task.error.text, '\033'));
}

Test(index_login, tells_silence_from_a_refusal)
{
    struct error err;
    http_finish(&desk.http);
    http_init(&desk.http, &desk.loop, &(struct http_route){.port = refusing_port()});
    cr_assert(index_login_init(&login, &desk.http, &desk.index, &err));
    desk_run(&login.task);
    cr_assert_eq(login.task.state, TASK_FAILED);
    cr_assert_eq(login.task.error.kind, ERROR_NETWORK);
    task_finish(&login.task);
}

Test(index_login, can_be_stopped_and_finished_at_any_time)
{
    struct error err;
    cr_assert(index_login_init(&login, &desk.http, &desk.index, &err));
    task_start(&login.task, &desk.loop);
    turns(&desk.loop, 3);
    task_stop(&login.task);
    cr_assert_eq(login.task.state, TASK_CANCELLED);
    task_start(&login.task, &desk.loop);
    task_finish(&login.task);
    task_finish(&login.task);
}

Test(index_login, wants_a_password_a_good_name_and_an_address)
{
    struct error err;
    struct secret none = {.data = NULL};
    struct index_server bad = {DESK_URL, "ada", &none};
    cr_assert(!index_login_init(&login, &desk.http, &bad, &err) && err.kind == ERROR_AUTH);
    bad = (struct index_server){"http://ada:x@host/", "ada", &desk.password};
    cr_assert(!index_login_init(&login, &desk.http, &bad, &err) && err.kind == ERROR_INPUT);
    desk.index.user = "a:b";
    cr_assert(index_login_init(&login, &desk.http, &desk.index, &err));
    desk_run(&login.task);
    cr_assert_eq(login.task.error.kind, ERROR_INPUT);
    task_finish(&login.task);
}

Test(index_login, takes_every_way_to_write_the_address)
{
    static const char *const same[] = {"http://h", "http://h/", "http://h/simple",
                                       " http://h/simple/ "};
    char url[INDEX_URL];
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        cr_assert(index_url(same[i], "simple/", url, NULL));
        cr_assert_str_eq(url, "http://h/simple/");
    }
    cr_assert(!index_url("ftp://h", "", url, NULL));
    cr_assert(!index_url("http://", "", url, NULL));
    cr_assert(!index_url("http://h\033[2J/", "", url, NULL));
}
