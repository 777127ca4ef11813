/* The life of a child on the loop: its pipes, its end in two events, the ladder that ends it.
 * Starting it is spawn.c's business, telling processes apart by pid is identity.c's. */
#include "core/io/process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/io/spawn.h"

enum { TERM_MS = 2000, KILL_MS = 1000 };

static struct loop *loop_of(const struct process *process)
{
    return process->signals->loop;
}

static void close_pipe(struct process *process, struct watch *watch)
{
    if (!watch_on(watch))
        return;
    loop_unwatch(loop_of(process), watch);
    close(watch->fd);
}

static void maybe_ended(struct process *process)
{
    if (!process->reaped || watch_on(&process->out_watch) || watch_on(&process->err_watch))
        return;
    loop_cancel(loop_of(process), &process->ladder);
    char outcome[64];
    log_line("process %ld ended: %s", (long)process->pid, process_outcome(process, outcome));
    process->pid = 0;
    if (process->ended)
        process->ended(process);
}

static void child_reaped(struct child *child)
{
    struct process *process = container_of(child, struct process, child);
    process->reaped = true;
    process->status = child->status;
    maybe_ended(process);
}

static void child_stopped(struct child *child)
{
    struct process *process = container_of(child, struct process, child);
    process->stopped(process);
}

/* Keeps what fits below the cap and drops the rest. */
static void collect(struct process *process, struct buf *into, struct str bytes)
{
    size_t room = process->max_output - into->len;
    if (bytes.len > room) {
        process->cut = true;
        bytes.len = room;
    }
    (void)buf_append(into, bytes);
}

static void pipe_ready(struct process *process, struct watch *watch, struct buf *into)
{
    char bytes[32768];
    ssize_t n = read(watch->fd, bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        close_pipe(process, watch);
        maybe_ended(process);
        return;
    }
    collect(process, into, (struct str){bytes, (size_t)n});
    if (process->read)
        process->read(process);
}

static void out_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct process *process = container_of(watch, struct process, out_watch);
    pipe_ready(process, watch, &process->out);
}

static void err_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct process *process = container_of(watch, struct process, err_watch);
    pipe_ready(process, watch, &process->err);
}

static const char *path_of(const char *const *environment)
{
    if (!environment)
        return getenv("PATH");
    for (; *environment; environment++)
        if (strncmp(*environment, "PATH=", 5) == 0)
            return *environment + 5;
    return NULL;
}

bool process_find(const char *name, const char *const *environment, char out[4096])
{
    struct str rest = str_of(path_of(environment)), directory;
    if (!*name || strchr(name, '/'))
        return false;
    bool more = rest.len > 0;
    while (more) {
        more = str_cut(&rest, ':', &directory);
        if (directory.len == 0 || directory.data[0] != '/')
            continue;
        int len = snprintf(out, 4096, "%.*s/%s", STR_ARG(directory), name);
        struct stat st;
        if (len > 0 && len < 4096 && stat(out, &st) == 0 && S_ISREG(st.st_mode) &&
            access(out, X_OK) == 0)
            return true;
    }
    out[0] = '\0';
    return false;
}

static bool resolve(const struct process_spec *spec, char path[4096], struct error *err)
{
    const char *name = spec->argv[0];
    if (!strchr(name, '/')) {
        if (process_find(name, spec->environment, path))
            return true;
        (void)error_set(err, ERROR_TOOL, "Cannot find %s in PATH.", name);
        return error_hint(err, "Install %s, or add its directory to PATH.", name);
    }
    if (str_copy(str_of(name), path, 4096))
        return true;
    return error_set(err, ERROR_INPUT, "The path of a program is too long: %.200s…", name);
}

/* The three descriptors of the child, and the ends of pipes that stay here. */
struct ends {
    int child[3], ours[3], null;
};

static bool open_end(struct ends *ends, int which, int wanted, struct error *err)
{
    ends->child[which] = wanted;
    if (wanted >= 0)
        return true;
    if (wanted == PROCESS_NULL) {
        if (ends->null < 0)
            ends->null = open("/dev/null", O_RDWR | O_CLOEXEC);
        ends->child[which] = ends->null;
        return ends->null >= 0 || error_errno(err, "Cannot open /dev/null");
    }
    assert(wanted == PROCESS_PIPE && which > 0);
    int pair[2];
    if (pipe(pair) < 0)
        return error_errno(err, "Cannot make a pipe");
    ends->ours[which] = pair[0];
    ends->child[which] = pair[1];
    (void)fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
    (void)fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    return true;
}

/* Closes what only the child needed; on failure our ends too. */
static void close_ends(struct ends *ends, bool ours_too)
{
    for (int i = 0; i < 3; i++) {
        if (ends->ours[i] < 0)
            continue;
        close(ends->child[i]);
        if (ours_too)
            close(ends->ours[i]);
    }
    if (ends->null >= 0)
        close(ends->null);
}

static void reset(struct process *process, const struct process_spec *spec)
{
    process->home = spec->home;
    process->reaped = process->cut = false;
    process->status = 0;
    process->ladder_step = 0;
    process->max_output = spec->max_output ? spec->max_output : (size_t)1 << 20;
    buf_finish(&process->out);
    buf_finish(&process->err);
    buf_init(&process->out, process->max_output);
    buf_init(&process->err, process->max_output);
    process->child =
        (struct child){.reaped = child_reaped, .stopped = process->stopped ? child_stopped : NULL};
    process->out_watch = (struct watch){.ready = out_ready};
    process->err_watch = (struct watch){.ready = err_ready};
}

bool process_start(struct process *process, struct signals *signals,
                   const struct process_spec *spec, struct error *err)
{
    assert(process->pid == 0 && spec->argv && spec->argv[0]);
    char path[4096];
    if (!resolve(spec, path, err))
        return false;
    struct ends ends = {.ours = {-1, -1, -1}, .null = -1};
    pid_t pid = -1;
    if (open_end(&ends, 0, spec->in, err) && open_end(&ends, 1, spec->out, err) &&
        open_end(&ends, 2, spec->err, err))
        pid = spawn(spec, path, ends.child, err);
    close_ends(&ends, pid < 0);
    if (pid < 0)
        return false;

    reset(process, spec);
    process->signals = signals;
    process->pid = pid;
    signals_add(signals, &process->child, pid);
    if (ends.ours[1] >= 0)
        loop_watch(signals->loop, &process->out_watch, ends.ours[1], POLLIN);
    if (ends.ours[2] >= 0)
        loop_watch(signals->loop, &process->err_watch, ends.ours[2], POLLIN);
    return true;
}

void process_signal(struct process *process, int number)
{
    if (process->pid > 0 && !process->reaped)
        (void)kill(process->pid, number);
}

/* A group outlives its leader while somebody in it holds a pipe of ours; its number is not given to
 * others as long. */
static void signal_all(struct process *process, int number)
{
    if (process->home == PROCESS_SAME_GROUP)
        process_signal(process, number);
    else if (process->pid > 0)
        (void)kill(-process->pid, number);
}

void process_continue(struct process *process)
{
    if (process->pid == 0 || process->reaped)
        return;
    if (process->home == PROCESS_FOREGROUND)
        (void)tcsetpgrp(STDIN_FILENO, process->pid);
    signal_all(process, SIGCONT);
}

static void ladder_fire(struct timer *timer)
{
    struct process *process = container_of(timer, struct process, ladder);
    if (++process->ladder_step == 1) {
        signal_all(process, SIGKILL);
        loop_after(loop_of(process), timer, KILL_MS);
        return;
    }
    close_pipe(process, &process->out_watch);
    close_pipe(process, &process->err_watch);
    maybe_ended(process);
}

void process_stop(struct process *process)
{
    if (process->pid == 0 || timer_on(&process->ladder) || process->ladder_step > 0)
        return;
    signal_all(process, SIGTERM);
    if (process->home == PROCESS_FOREGROUND) {
        signal_all(process, SIGHUP);  /* an interactive shell hears nothing else … */
        signal_all(process, SIGCONT); /* … and one that is stopped nothing at all */
    }
    process->ladder.fire = ladder_fire;
    loop_after(loop_of(process), &process->ladder, TERM_MS);
}

void process_finish(struct process *process)
{
    if (process->pid > 0) {
        loop_cancel(loop_of(process), &process->ladder);
        close_pipe(process, &process->out_watch);
        close_pipe(process, &process->err_watch);
        if (process->home != PROCESS_OWN_SESSION)
            signal_all(process, SIGKILL);
        if (!process->reaped)
            signals_abandon(process->signals, &process->child);
        process->pid = 0;
    }
    buf_finish(&process->out);
    buf_finish(&process->err);
}

const char *process_outcome(const struct process *process, char out[64])
{
    if (WIFSIGNALED(process->status)) {
        int number = WTERMSIG(process->status);
        (void)snprintf(out, 64, "killed by signal %d (%s)", number, strsignal(number));
    } else {
        (void)snprintf(out, 64, "exit code %d", WEXITSTATUS(process->status));
    }
    return out;
}

int process_code(const struct process *process)
{
    int status = process->status;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
