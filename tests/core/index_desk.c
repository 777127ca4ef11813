/* The scripted index behind index_desk.h: it answers whatever was asked with what comes next. */
#include "tests/core/index_desk.h"

#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "tests/support/turns.h"

enum { SCRIPT = 16 };

struct desk desk;
static struct buf script[SCRIPT];
static int answers;
static struct turn turn;
static bool over;

/* The answer to the request that came last. */
static void follow_script(struct turn *t)
{
    (void)t;
    int at = desk.server.requests > answers ? answers : desk.server.requests;
    if (at > 0)
        desk.server.answer = buf_str(&script[at - 1]);
}

void desk_say(int status, const char *headers, struct str body)
{
    cr_assert(answers < SCRIPT);
    buf_clear(&script[answers]);
    buf_printf(&script[answers], "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n", status, headers,
               body.len);
    buf_append(&script[answers], body);
    if (answers++ == 0)
        desk.server.answer = buf_str(&script[0]);
}

void desk_reset(void)
{
    answers = 0;
    desk.server.requests = 0;
    desk.server.answer = (struct str){NULL, 0};
}

void desk_begin(void)
{
    loop_init(&desk.loop, &clock_system);
    turn.ended = follow_script;
    desk.loop.turn = &turn;
    server_init(&desk.server, &desk.loop);
    http_init(&desk.http, &desk.loop, &(struct http_route){.port = desk.server.port});
    cr_assert(secret_set(&desk.password, STR("opensesame"), NULL));
    desk.index = (struct index_server){DESK_URL, "ada", &desk.password};
}

void desk_end(void)
{
    http_finish(&desk.http);
    server_finish(&desk.server);
    loop_finish(&desk.loop);
    secret_finish(&desk.password);
    for (int i = 0; i < SCRIPT; i++)
        buf_finish(&script[i]);
    test_directory_remove();
    no_leaks();
}

static void on_ended(struct task *task)
{
    (void)task;
    over = true;
}

void desk_run(struct task *task)
{
    over = false;
    task->ended = on_ended;
    task_start(task, &desk.loop);
    cr_assert(turns_until(&desk.loop, &over));
}

bool desk_heard(const char *text)
{
    return str_find(buf_str(&desk.server.last), str_of(text)) >= 0;
}
