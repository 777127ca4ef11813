#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/io/signals.h"
#include "tests/support/turns.h"

static struct loop loop;
static struct signals sig;
static int caught[8], caught_count;

static void on_caught(struct signals *signals, int number)
{
    (void)signals;
    if (caught_count < 8)
        caught[caught_count++] = number;
}

static void begin(void)
{
    loop_init(&loop, &clock_system);
    sig.caught = on_caught;
    cr_assert(signals_init(&sig, &loop, (int[]){SIGUSR1, SIGWINCH, 0}, NULL));
}

static void end(void)
{
    signals_finish(&sig);
    signals_finish(&sig);
    loop_finish(&loop);
    no_leaks();
}

TestSuite(signals, .init = begin, .fini = end, .timeout = 60);

Test(signals, arrive_in_the_loop_and_once)
{
    raise(SIGUSR1);
    raise(SIGUSR1);
    raise(SIGWINCH);
    cr_assert_eq(caught_count, 0);
    loop_turn(&loop, true);
    cr_assert_eq(caught_count, 2);
    cr_assert_eq(caught[0], SIGUSR1);
    cr_assert_eq(caught[1], SIGWINCH);
    cr_assert(!loop_turn(&loop, false));
}

Test(signals, are_not_lost_when_the_pipe_is_full)
{
    for (int i = 0; i < 100000; i++)
        raise(SIGWINCH);
    raise(SIGUSR1);
    loop_turn(&loop, true);
    cr_assert_eq(caught_count, 2);
}

Test(signals, writing_to_nobody_is_an_error_and_not_a_death)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    cr_assert_eq(write(ends[1], "x", 1), -1);
    close(ends[1]);
}

Test(signals, are_restored)
{
    struct sigaction now;
    signals_finish(&sig);
    sigaction(SIGUSR1, NULL, &now);
    cr_assert(now.sa_handler == SIG_DFL);
    sigaction(SIGPIPE, NULL, &now);
    cr_assert(now.sa_handler == SIG_DFL);
    sigaction(SIGCHLD, NULL, &now);
    cr_assert(now.sa_handler == SIG_DFL);
    cr_assert(signals_init(&sig, &loop, (int[]){SIGUSR1, 0}, NULL));
    raise(SIGUSR1);
    loop_turn(&loop, true);
}

static pid_t child_that_exits(int code)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(code);
    return pid;
}

static bool reaped;

static void on_reaped(struct child *child)
{
    reaped = true;
    cr_assert_eq(WEXITSTATUS(child->status), 7);
}

Test(signals, reap_the_registered_child_and_leave_the_others)
{
    struct child ours = {.reaped = on_reaped};
    pid_t foreign = child_that_exits(5);
    signals_add(&sig, &ours, child_that_exits(7));
    cr_assert(turns_until(&loop, &reaped));
    int status;
    cr_assert_eq(waitpid(foreign, &status, 0), foreign);
    cr_assert_eq(WEXITSTATUS(status), 5);
}

static struct child second;

static void on_first_reaped(struct child *child)
{
    (void)child;
    siginfo_t info;
    pid_t pid = child_that_exits(7);
    cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    second.reaped = on_reaped;
    signals_add(&sig, &second, pid);
}

Test(signals, a_child_that_ends_while_another_is_told_is_not_forgotten)
{
    struct child first = {.reaped = on_first_reaped};
    signals_add(&sig, &first, child_that_exits(0));
    cr_assert(turns_until(&loop, &reaped));
}
