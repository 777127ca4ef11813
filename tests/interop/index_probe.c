/* Our side of the private PyPI, one question a call, for tests/interop/index.sh:
 *   index-probe hash | pack DIR OUT | login URL USER | publish URL USER PATH | pypirc FILE URL USER
 * The password is INDEX_PASSWORD. Prints "ok …", or what the operator would read. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/index/login.h"
#include "core/index/password.h"
#include "core/index/publish.h"
#include "core/index/pypirc.h"

#include "core/base/alloc.h"

static struct loop loop;
static struct signals signals;
static struct http http;
static struct secret password;

static int say(bool ok, const struct error *err, const char *what)
{
    struct buf text = {0};
    if (!ok)
        error_say(err, &text);
    printf("%s\n", ok ? what : buf_cstr(&text));
    buf_finish(&text);
    return ok ? 0 : 1;
}

static void over(struct task *task)
{
    (void)task;
    loop_stop(&loop);
}

static int run(struct task *task, const char *what)
{
    task->ended = over;
    task_start(task, &loop);
    if (!task_over(task))
        loop_run(&loop);
    int code = say(task->state == TASK_DONE, &task->error, what);
    task_finish(task);
    return code;
}

static int hash(void)
{
    struct secret made = {.data = NULL};
    struct error err;
    bool ok = password_hash(&password, &made, &err);
    int code = say(ok, &err, made.data);
    secret_finish(&made);
    return code;
}

static int pack(const char *dir, const char *out)
{
    struct dist dist;
    struct error err;
    char path[PATH_MAX];
    bool ok = sdist_pack(dir, &dist, &err) && path_format(path, &err, "%s/%s", out, dist.file) &&
              file_write(path, buf_str(&dist.bytes), 0644, &err);
    int code = say(ok, &err, dist.file);
    dist_finish(&dist);
    return code;
}

static int login(const struct index_server *server)
{
    static struct index_login login;
    struct error err;
    if (!index_login_init(&login, &http, server, &err))
        return say(false, &err, "");
    return run(&login.task, "ok logged in");
}

static int publish(const struct index_server *server, const char *path)
{
    static struct publish publish;
    struct error err;
    if (!publish_init(&publish, &http, &signals, NULL, server, path, &err))
        return say(false, &err, "");
    return run(&publish.task, "ok the same bytes");
}

static int pypirc(const char *file, const char *url, const char *user)
{
    static struct pypirc_change change;
    struct pypirc_entry entry = {url, user, &password};
    struct error err;
    return say(pypirc_merge(file, &entry, &change, &err), &err, "ok merged");
}

int main(int argc, char **argv)
{
    const char *plain = getenv("INDEX_PASSWORD");
    struct error err;
    int code = 2;
    loop_init(&loop, &clock_system);
    http_init(&http, &loop, &(struct http_route){.user_agent = "ekshub-tui/probe"});
    if (!signals_init(&signals, &loop, (const int[]){0}, &err) ||
        !secret_set(&password, str_of(plain ? plain : ""), &err))
        return say(false, &err, "");
    struct index_server server = {argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : "", &password};
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "hash") == 0)
        code = hash();
    else if (strcmp(verb, "pack") == 0 && argc == 4)
        code = pack(argv[2], argv[3]);
    else if (strcmp(verb, "login") == 0 && argc == 4)
        code = login(&server);
    else if (strcmp(verb, "publish") == 0 && argc == 5)
        code = publish(&server, argv[4]);
    else if (strcmp(verb, "pypirc") == 0 && argc == 5)
        code = pypirc(argv[2], argv[3], argv[4]);
    secret_finish(&password);
    http_finish(&http);
    signals_finish(&signals);
    loop_finish(&loop);
    return code;
}
