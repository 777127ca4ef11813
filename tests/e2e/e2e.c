/* The world of one end-to-end test; see e2e.h. */
#include "tests/e2e/e2e.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(bool ok, const char *what)
{
    if (!ok)
        cr_assert_fail("%s: %s", what, strerror(errno));
}

static void join(char out[PATH_MAX], const char *directory, const char *name)
{
    int len = snprintf(out, PATH_MAX, "%s/%s", directory, name);
    check(len > 0 && len < PATH_MAX, "path too long");
}

/* ---- environment ---- */

static size_t variable(const struct e2e *e2e, const char *name)
{
    size_t i = 0, len = strlen(name);
    while (e2e->variables[i] &&
           (strncmp(e2e->variables[i], name, len) != 0 || e2e->variables[i][len] != '='))
        i++;
    return i;
}

void e2e_set(struct e2e *e2e, const char *name, const char *value)
{
    size_t at = variable(e2e, name), last = at;
    free(e2e->variables[at]);
    while (last + 1 < sizeof e2e->variables / sizeof *e2e->variables && e2e->variables[last + 1])
        last++;
    if (value) {
        size_t size = strlen(name) + strlen(value) + 2;
        e2e->variables[at] = malloc(size);
        check(e2e->variables[at] != NULL, "memory");
        snprintf(e2e->variables[at], size, "%s=%s", name, value);
        return;
    }
    e2e->variables[at] = e2e->variables[last];
    e2e->variables[last] = NULL;
}

/* PATH through a directory of links to everything that PATH offers, terraform excepted. */
static void link_programs(const char *from, const char *to)
{
    char command[3 * PATH_MAX];
    snprintf(command, sizeof command,
             "for f in '%s'/*; do case \"$f\" in */terraform|*/tofu) ;; "
             "*) ln -s \"$f\" '%s'/ 2>/dev/null;; esac; done",
             from, to);
    pid_t pid;
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, command, NULL};
    char *const none[] = {NULL};
    check(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, none) == 0, "/bin/sh");
    waitpid(pid, NULL, 0);
}

void e2e_hide_terraform(struct e2e *e2e)
{
    char bin[PATH_MAX];
    join(bin, e2e->home, ".bin");
    check(mkdir(bin, 0700) == 0, bin);
    char *path = strdup(getenv("PATH")), *rest = path;
    for (char *directory; (directory = strsep(&rest, ":"));)
        link_programs(directory, bin);
    free(path);
    e2e_set(e2e, "PATH", bin);
}

void e2e_begin(struct e2e *e2e)
{
    memset(e2e, 0, sizeof *e2e);
    const char *tmp = getenv("TMPDIR");
    join(e2e->home, tmp ? tmp : "/tmp", "e2e.XXXXXX");
    check(mkdtemp(e2e->home) != NULL, e2e->home);
    join(e2e->program, BUILD_DIR, "ekshub-tui");
    e2e_set(e2e, "HOME", e2e->home);
    e2e_set(e2e, "TMPDIR", e2e->home);
    e2e_set(e2e, "PATH", getenv("PATH"));
    e2e_set(e2e, "LANG", "C.UTF-8");
    e2e_set(e2e, "LC_ALL", "C.UTF-8");
    e2e_set(e2e, "TZ", "UTC");
    e2e_set(e2e, "TERM", "xterm-256color");
    e2e_set(e2e, "SHELL", "/bin/sh");
    const char *const passed[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS"};
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        if (getenv(passed[i]))
            e2e_set(e2e, passed[i], getenv(passed[i]));
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

void e2e_end(struct e2e *e2e)
{
    pty_close(e2e->pty);
    e2e->pty = NULL;
    if (e2e->home[0])
        nftw(e2e->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    for (char **each = e2e->variables; *each; each++)
        free(*each);
    memset(e2e, 0, sizeof *e2e);
}

/* ---- files ---- */

void e2e_file(struct e2e *e2e, const char *path, const char *content, mode_t mode)
{
    char full[PATH_MAX];
    join(full, e2e->home, path);
    for (char *slash = full + strlen(e2e->home) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        check(mkdir(full, 0700) == 0 || errno == EEXIST, full);
        *slash = '/';
    }
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    check(fd >= 0, full);
    check(write(fd, content, strlen(content)) == (ssize_t)strlen(content), full);
    close(fd);
}

static char *read_all(int fd)
{
    size_t len = 0, capacity = 4096;
    char *text = malloc(capacity);
    check(text != NULL, "memory");
    for (ssize_t got; (got = read(fd, text + len, capacity - len - 1)) > 0;) {
        len += (size_t)got;
        if (capacity - len < 2) {
            text = realloc(text, capacity *= 2);
            check(text != NULL, "memory");
        }
    }
    text[len] = '\0';
    return text;
}

char *e2e_read(struct e2e *e2e, const char *path)
{
    char full[PATH_MAX];
    join(full, e2e->home, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return strdup("");
    char *text = read_all(fd);
    close(fd);
    return text;
}

/* ---- programs ---- */

struct pty *e2e_open(struct e2e *e2e, const char *const *argv, int rows, int columns)
{
    pty_close(e2e->pty);
    struct pty_spec spec = {.argv = argv,
                            .environment = (const char *const *)(uintptr_t)e2e->variables,
                            .cwd = e2e->home,
                            .rows = rows,
                            .columns = columns};
    return e2e->pty = pty_open(&spec);
}

enum { MOST_ARGUMENTS = 32 };

static void with_program(const struct e2e *e2e, const char *const *arguments,
                         const char *argv[MOST_ARGUMENTS])
{
    size_t count = 0;
    argv[count++] = e2e->program;
    while (*arguments && count < MOST_ARGUMENTS - 1)
        argv[count++] = *arguments++;
    argv[count] = NULL;
}

struct pty *e2e_start_sized(struct e2e *e2e, const char *const *arguments, int rows, int columns)
{
    const char *argv[MOST_ARGUMENTS];
    with_program(e2e, arguments, argv);
    return e2e_open(e2e, argv, rows, columns);
}

struct pty *e2e_start(struct e2e *e2e, const char *const *arguments)
{
    return e2e_start_sized(e2e, arguments, 24, 80);
}

static int exit_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Into files and not pipes: a worker that outlives the program must not hold this test up. */
struct e2e_output e2e_run(struct e2e *e2e, const char *const *arguments)
{
    const char *argv[MOST_ARGUMENTS];
    with_program(e2e, arguments, argv);
    char out[PATH_MAX], err[PATH_MAX];
    join(out, e2e->home, ".stdout");
    join(err, e2e->home, ".stderr");
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0) {
        int flags = O_WRONLY | O_CREAT | O_TRUNC;
        dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
        dup2(open(out, flags, 0600), STDOUT_FILENO);
        dup2(open(err, flags, 0600), STDERR_FILENO);
        for (int fd = 3; fd < 256; fd++)
            close(fd);
        setsid(); /* no controlling terminal to be found */
        if (chdir(e2e->home) == 0)
            execve(argv[0], (char *const *)(uintptr_t)argv, e2e->variables);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return (struct e2e_output){.code = exit_code(status),
                               .out = e2e_read(e2e, ".stdout"),
                               .err = e2e_read(e2e, ".stderr")};
}

void e2e_output_finish(struct e2e_output *output)
{
    free(output->out);
    free(output->err);
    *output = (struct e2e_output){0};
}

/* The last bytes that the program wrote, with escape sequences to read. */
static const char *last_bytes(const struct pty *pty)
{
    static char text[1024];
    size_t len, at = 0;
    const char *raw = pty_raw(pty, &len);
    for (size_t i = len > 200 ? len - 200 : 0; i < len && at + 5 < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               raw[i] >= ' ' && raw[i] != 127 ? "%c" : "\\%03o",
                               (unsigned char)raw[i]);
    return text;
}

void e2e_expect_exit(struct pty *pty, int code, const char *file, int line)
{
    int status = 0;
    const char *what = "";
    cr_assert(pty_wait_end(pty, &status), "%s:%d: it did not end\n%s", file, line, pty_dump(pty));
    cr_assert_eq(exit_code(status), code, "%s:%d: exit code %d, wanted %d\n%s", file, line,
                 exit_code(status), code, pty_dump(pty));
    cr_assert(pty_restored(pty, &what), "%s:%d: the terminal is not as it was: %s\n%s\n%s", file,
              line, what, last_bytes(pty), pty_dump(pty));
}
