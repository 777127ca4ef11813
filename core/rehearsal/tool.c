/* Choosing and naming the tool. It is asked before there is a loop to wait on, hence poll here. */
#include "core/rehearsal/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { ANSWER_MAX = 64 << 10, ANSWER_MS = 5000 };

static const char *value_of(const char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

static bool runnable(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool in_path(const char *name, const char *const *environment, char out[PATH_MAX])
{
    struct str rest = str_of(value_of(environment, "PATH")), part;
    while (rest.len > 0) {
        str_cut(&rest, ':', &part);
        if (part.len > 0 && part.data[0] == '/' &&
            path_format(out, NULL, "%.*s/%s", STR_ARG(part), name) && runnable(out))
            return true;
    }
    return false;
}

/* 'it'\''s': one word of a shell. */
static void quote(const char *text, struct buf *out)
{
    buf_byte(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_text(out, "'\\''");
        else
            buf_byte(out, *text);
    }
    buf_byte(out, '\'');
}

/* A script that becomes `program OPTION [TOOL] ARGUMENTS…`; exec keeps the pid, so signals reach
 * it. */
static bool write_script(const char *path, const char *what, const char *program,
                         const char *option, const char *tool, struct error *err)
{
    struct buf text, old;
    buf_init(&text, 64 << 10);
    buf_init(&old, 64 << 10);
    buf_printf(&text, "#!/bin/sh\n# %s\nexec ", what);
    quote(program, &text);
    buf_printf(&text, " %s ", option);
    if (tool) {
        quote(tool, &text);
        buf_byte(&text, ' ');
    }
    buf_text(&text, "\"$@\"\n");
    bool ok = true;
    if (!(file_read(path, 64 << 10, &old, NULL) && str_eq(buf_str(&old), buf_str(&text)) &&
          runnable(path)))
        ok = file_write(path, buf_str(&text), 0700, err);
    buf_finish(&old);
    buf_finish(&text);
    return ok;
}

/* DIR/rehearsal/terraform */
static bool player_script(struct tool *tool, const char *dir, const char *program,
                          struct error *err)
{
    tool->player = true;
    return path_format(tool->path, err, "%s/rehearsal/terraform", dir) &&
           write_script(tool->path, "The player of this rehearsal, for use in place of terraform.",
                        program, "--player", NULL, err);
}

bool tool_lock(char path[PATH_MAX], const char *dir, const char *program, struct error *err)
{
    char script[PATH_MAX];
    if (!path_format(script, err, "%s/rehearsal/terraform-locked", dir))
        return false;
    if (strcmp(path, script) == 0)
        return true; /* never before itself */
    return write_script(script, "Finds the state locked, once, and is terraform then.", program,
                        "--rehearse-locked", path, err) &&
           str_copy(str_of(script), path, PATH_MAX);
}

bool tool_choose(struct tool *tool, const char *dir, const char *program,
                 const char *const *environment, struct error *err)
{
    *tool = (struct tool){.player = false};
    const char *wish = value_of(environment, "EKSHUB_TERRAFORM");
    if (strcmp(wish, "player") == 0)
        return player_script(tool, dir, program, err);
    if (strchr(wish, '/') && runnable(wish))
        return realpath(wish, tool->path) || error_errno(err, "%s cannot be used", wish);
    if (*wish && in_path(wish, environment, tool->path))
        return true;
    if (*wish) {
        error_set(err, ERROR_TOOL, "EKSHUB_TERRAFORM names %.200s, which cannot be run.", wish);
        return error_hint(err, "Set it to terraform's path or to \"player\", or unset it.");
    }
    if (in_path("terraform", environment, tool->path) || in_path("tofu", environment, tool->path))
        return true;
    return player_script(tool, dir, program, err);
}

static void read_answer(int fd, pid_t pid, struct buf *answer)
{
    int64_t end = clock_now(&clock_system) + ANSWER_MS;
    for (;;) {
        char bytes[4096];
        int64_t left = end - clock_now(&clock_system);
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t got = ready > 0 ? read(fd, bytes, sizeof bytes) : -1;
        if (got <= 0) {
            if (got < 0)
                kill(pid, SIGKILL);
            return;
        }
        buf_append(answer, (struct str){bytes, (size_t)got});
    }
}

/* `PATH version -json`, in a directory where it finds no configuration. */
static bool ask(const char *path, const char *const *environment, struct buf *answer)
{
    char *argv[] = {(char *)(uintptr_t)path, (char *)(uintptr_t) "version",
                    (char *)(uintptr_t) "-json", NULL};
    int ends[2], status = -1;
    pid_t pid = -1;
    posix_spawn_file_actions_t actions;
    if (pipe(ends) < 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    bool ok =
        posix_spawn(&pid, path, &actions, NULL, argv, (char *const *)(uintptr_t)environment) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (ok) {
        read_answer(ends[0], pid, answer);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    return ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void stamp_of(const char *path, char out[4200])
{
    struct stat st = {.st_size = 0};
    if (stat(path, &st) < 0)
        st.st_size = -1;
    snprintf(out, 4200, "%s %lld %lld", path, (long long)st.st_size, (long long)st.st_mtime);
}

void tool_name(const struct tool *tool, const char *const *environment, struct settings *settings)
{
    char stamp[sizeof settings->tool_stamp];
    if (tool->player) {
        str_copy(STR("player"), settings->tool, sizeof settings->tool);
        settings->tool_stamp[0] = '\0';
        return;
    }
    stamp_of(tool->path, stamp);
    if (strcmp(stamp, settings->tool_stamp) == 0 && *settings->tool)
        return;
    struct buf answer, version;
    buf_init(&answer, ANSWER_MAX);
    buf_init(&version, ANSWER_MAX);
    json_t *json = ask(tool->path, environment, &answer) ? js_parse(buf_str(&answer), NULL) : NULL;
    buf_sanitised(&version, js_str(json, "terraform_version"), false);
    bool tofu = str_find(str_of(path_basename(tool->path)), STR("tofu")) >= 0;
    snprintf(settings->tool, sizeof settings->tool, "%s%s%.40s", tofu ? "tofu" : "terraform",
             version.len ? " " : "", buf_cstr(&version));
    str_copy(str_of(stamp), settings->tool_stamp, sizeof settings->tool_stamp);
    json_decref(json);
    buf_finish(&version);
    buf_finish(&answer);
}
