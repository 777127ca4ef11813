/* The self-pipe: the handler only marks the number and writes one byte, the loop does the rest. */
#include "core/io/signals.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"

#ifndef NSIG
#define NSIG 65
#endif

/* What a handler may touch has to be static. */
static volatile sig_atomic_t pending[NSIG];
static volatile sig_atomic_t wake_fd = -1;
static struct sigaction old_actions[NSIG];
static bool installed[NSIG];

static void handle(int number)
{
    int saved = errno;
    pending[number] = 1;
    ssize_t ignored = write(wake_fd, "", 1); /* a full pipe wakes just as well */
    (void)ignored;
    errno = saved;
}

static void install(int number, void (*handler)(int))
{
    assert(number > 0 && number < NSIG && !installed[number]);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    installed[number] = sigaction(number, &action, &old_actions[number]) == 0;
}

static bool take(int number)
{
    if (!pending[number])
        return false;
    pending[number] = 0;
    return true;
}

static struct child *first_halted(struct list *children)
{
    list_each (node, children) {
        struct child *child = container_of(node, struct child, link);
        if (child->halted)
            return child;
    }
    return NULL;
}

/* Collected first and told afterwards, because whoever is told may remove any other child. */
static void reap(struct list *children)
{
    struct list ended;
    list_init(&ended);
    list_each_safe (node, following, children) {
        struct child *child = container_of(node, struct child, link);
        pid_t pid = waitpid(child->pid, &child->status, WNOHANG | (child->stopped ? WUNTRACED : 0));
        if (pid == 0 || (pid < 0 && errno == EINTR))
            continue;
        if (pid > 0 && WIFSTOPPED(child->status)) {
            child->halted = true;
            continue;
        }
        if (pid < 0) {
            log_line("process %ld was reaped by somebody else", (long)child->pid);
            child->status = 255 << 8;
        }
        list_remove(node);
        list_insert(&ended, node);
    }
    while (!list_empty(&ended)) {
        struct child *child = container_of(ended.next, struct child, link);
        list_remove(&child->link);
        child->reaped(child);
    }
    for (struct child *child; (child = first_halted(children)) != NULL;) {
        child->halted = false;
        child->stopped(child);
    }
}

static void drain(int fd)
{
    char bytes[256];
    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
}

static void signals_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct signals *signals = container_of(watch, struct signals, watch);
    drain(watch->fd);
    if (take(SIGCHLD)) {
        reap(&signals->abandoned);
        reap(&signals->children);
    }
    for (int number = 1; number < NSIG; number++) {
        /* somebody who was told may have finished us */
        if (!signals->loop)
            return;
        if (number != SIGCHLD && take(number) && signals->caught)
            signals->caught(signals, number);
    }
}

static bool open_pipe(int ends[2], struct error *err)
{
    if (pipe(ends) < 0)
        return error_errno(err, "Cannot make a pipe for signals");
    for (int i = 0; i < 2; i++) {
        (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

bool signals_init(struct signals *signals, struct loop *loop, const int *numbers, struct error *err)
{
    int ends[2];
    assert(wake_fd < 0);
    if (!open_pipe(ends, err))
        return false;
    void (*caught)(struct signals *, int) = signals->caught;
    *signals = (struct signals){.loop = loop, .watch = {.ready = signals_ready}, .caught = caught};
    list_init(&signals->children);
    list_init(&signals->abandoned);
    for (int i = 0; i < NSIG; i++)
        pending[i] = 0;
    wake_fd = ends[1];
    loop_watch(loop, &signals->watch, ends[0], POLLIN);
    install(SIGCHLD, handle);
    install(SIGPIPE, SIG_IGN);
    for (; *numbers; numbers++)
        install(*numbers, handle);
    return true;
}

void signals_finish(struct signals *signals)
{
    if (!signals->loop)
        return;
    for (int number = 1; number < NSIG; number++) {
        if (installed[number])
            (void)sigaction(number, &old_actions[number], NULL);
        installed[number] = false;
    }
    loop_unwatch(signals->loop, &signals->watch);
    close(signals->watch.fd);
    close(wake_fd);
    wake_fd = -1;
    while (!list_empty(&signals->children))
        list_remove(signals->children.next);
    reap(&signals->abandoned);
    while (!list_empty(&signals->abandoned)) {
        struct child *child = container_of(signals->abandoned.next, struct child, link);
        list_remove(&child->link);
        free(child);
    }
    signals->loop = NULL;
}

void signals_add(struct signals *signals, struct child *child, pid_t pid)
{
    assert(child->reaped && pid > 0);
    child->pid = pid;
    list_insert(&signals->children, &child->link);
}

static void forget(struct child *child)
{
    free(child);
}

void signals_abandon(struct signals *signals, struct child *child)
{
    list_remove(&child->link);
    struct child *orphan = alloc_zeroed(1, sizeof *orphan);
    *orphan = (struct child){.pid = child->pid, .reaped = forget};
    list_insert(&signals->abandoned, &orphan->link);
    reap(&signals->abandoned);
}

void signals_default(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &action, NULL);
    (void)sigprocmask(SIG_SETMASK, &action.sa_mask, NULL);
}
