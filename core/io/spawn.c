/* The child's side uses nothing but async-signal-safe calls: a resolver thread of libcurl may hold
 * any lock of the C library at the moment of the fork. */
#include "core/io/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"

extern char **environ;

enum { FAILED_SETUP, FAILED_CWD, FAILED_EXEC };

struct failure {
    int step, number;
};

enum { REPORT_FD = 3 }; /* where the child keeps its end of the report pipe */

struct environment {
    char **values; /* the array for exec; borrowed strings first, then ours */
    size_t borrowed, count;
};

static bool names(const char *entry, const char *name)
{
    size_t len = strlen(name);
    return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

static bool is_replaced(const char *entry, const struct process_secret *secrets)
{
    for (; secrets && secrets->name; secrets++)
        if (names(entry, secrets->name))
            return true;
    return false;
}

static char *secret_entry(const struct process_secret *secret)
{
    struct str value = secret_expose(secret->value);
    size_t name_len = strlen(secret->name);
    char *entry = alloc_zeroed(1, name_len + value.len + 2);
    memcpy(entry, secret->name, name_len);
    entry[name_len] = '=';
    if (value.len > 0)
        memcpy(entry + name_len + 1, value.data, value.len);
    return entry;
}

static struct environment environment_make(const struct process_spec *spec)
{
    const char *const *base = spec->environment;
    if (!base)
        base = (const char *const *)environ;
    size_t most = 1;
    for (size_t i = 0; base[i]; i++)
        most++;
    for (const struct process_secret *secret = spec->secrets; secret && secret->name; secret++)
        most++;

    struct environment environment = {.values = alloc_zeroed(most, sizeof(char *))};
    for (size_t i = 0; base[i]; i++) {
        if (is_replaced(base[i], spec->secrets))
            continue;
        /* exec takes them without const and does not change them */
        memcpy(&environment.values[environment.borrowed++], &base[i], sizeof(char *));
    }
    environment.count = environment.borrowed;
    for (const struct process_secret *secret = spec->secrets; secret && secret->name; secret++)
        environment.values[environment.count++] = secret_entry(secret);
    return environment;
}

static void environment_finish(struct environment *environment)
{
    for (size_t i = environment->borrowed; i < environment->count; i++) {
        secret_wipe(environment->values[i], strlen(environment->values[i]));
        free(environment->values[i]);
    }
    free(environment->values);
}

static void close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) == 0)
        return;
#endif
    struct rlimit limit;
    int end = 65536;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)end)
        end = (int)limit.rlim_cur;
    for (int fd = first; fd < end; fd++)
        (void)close(fd);
}

static void report(int fd, int step)
{
    struct failure failure = {.step = step, .number = errno};
    ssize_t ignored = write(fd, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

/* Moved out of the way first, because the wanted descriptors may be 0 to 3 in any order. */
static bool place_descriptors(const int fds[3], int *report_fd)
{
    int moved[3];
    int high = fcntl(*report_fd, F_DUPFD, 16);
    if (high < 0)
        return false;
    *report_fd = high;
    for (int i = 0; i < 3; i++)
        if ((moved[i] = fcntl(fds[i], F_DUPFD, 16)) < 0)
            return false;
    for (int i = 0; i < 3; i++)
        if (dup2(moved[i], i) < 0)
            return false;
    if (dup2(high, REPORT_FD) < 0)
        return false;
    *report_fd = REPORT_FD;
    close_from(REPORT_FD + 1);
    return fcntl(REPORT_FD, F_SETFD, FD_CLOEXEC) == 0;
}

static bool enter_home(enum process_home home)
{
    if (home == PROCESS_OWN_GROUP)
        return setpgid(0, 0) == 0;
    if (home == PROCESS_FOREGROUND) {
        /* a terminal that does not control us knows no foreground: then there is nothing to take */
        (void)signal(SIGTTOU, SIG_IGN);
        bool ok = setpgid(0, 0) == 0;
        (void)tcsetpgrp(STDIN_FILENO, getpid());
        (void)signal(SIGTTOU, SIG_DFL);
        return ok;
    }
    return home != PROCESS_OWN_SESSION || setsid() >= 0;
}

static void run_child(const struct process_spec *spec, const char *path, const int fds[3],
                      char **environment, int report_fd)
{
    signals_default();
    if (spec->home == PROCESS_OWN_SESSION)
        (void)signal(SIGHUP, SIG_IGN);
    if (!place_descriptors(fds, &report_fd) || !enter_home(spec->home))
        report(report_fd, FAILED_SETUP);
    if (spec->cwd && chdir(spec->cwd) < 0)
        report(report_fd, FAILED_CWD);
    char **argv;
    memcpy(&argv, &spec->argv, sizeof argv); /* exec takes it without const and keeps it as it is */
    (void)execve(path, argv, environment);
    report(report_fd, FAILED_EXEC);
}

static bool failure_error(const struct process_spec *spec, const char *path,
                          const struct failure *failure, struct error *err)
{
    errno = failure->number;
    if (failure->step == FAILED_CWD)
        return error_errno(err, "Cannot enter %s to run %s", spec->cwd, path);
    if (failure->step == FAILED_EXEC) {
        (void)error_errno(err, "Cannot run %s", path);
        if (err)
            err->kind = ERROR_TOOL;
        return false;
    }
    return error_errno(err, "Cannot prepare a process for %s", path);
}

/* exec closes the other end: end of file means that the program runs. */
static bool await_exec(int fd, struct failure *failure)
{
    ssize_t n;
    while ((n = read(fd, failure, sizeof *failure)) < 0 && errno == EINTR)
        continue;
    return n == 0;
}

static void reap_failed(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* Forks with every signal blocked: the child must not run our handlers on the shared self-pipe. */
static pid_t fork_quietly(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, before);
    return fork();
}

pid_t spawn(const struct process_spec *spec, const char *path, const int fds[3], struct error *err)
{
    int ends[2];
    sigset_t before;
    if (pipe(ends) < 0) {
        (void)error_errno(err, "Cannot make a pipe to run %s", path);
        return -1;
    }
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    struct environment environment = environment_make(spec);
    pid_t pid = fork_quietly(&before);
    if (pid == 0)
        run_child(spec, path, fds, environment.values, ends[1]);
    int number = errno;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    environment_finish(&environment);
    close(ends[1]);

    struct failure failure = {.number = 0};
    if (pid < 0) {
        failure = (struct failure){.step = FAILED_SETUP, .number = number};
        (void)failure_error(spec, path, &failure, err);
    } else if (!await_exec(ends[0], &failure)) {
        reap_failed(pid);
        (void)failure_error(spec, path, &failure, err);
        pid = -1;
    } else {
        log_line("started %s as process %ld", path, (long)pid);
    }
    close(ends[0]);
    return pid;
}
