#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/io/process.h"
#include "tests/support/turns.h"

static struct still_clock still;
static struct loop loop;
static struct signals sig;
static int descriptors;

static void begin(void)
{
    still_clock_init(&still);
    loop_init(&loop, &still.clock);
    cr_assert(signals_init(&sig, &loop, (int[]){SIGINT, 0}, NULL));
    descriptors = open_descriptors();
}

static void end(void)
{
    no_more_descriptors(descriptors);
    signals_finish(&sig);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(process, .init = begin, .fini = end, .timeout = 60);

struct job {
    struct process process;
    bool over, read_something;
    int ended, reads;
    struct job *finishes;
};

static void job_read(struct process *process)
{
    struct job *job = container_of(process, struct job, process);
    job->reads++;
    job->read_something = true;
}

static void job_ended(struct process *process)
{
    struct job *job = container_of(process, struct job, process);
    job->over = true;
    job->ended++;
    if (job->finishes)
        process_finish(&job->finishes->process);
}

#define JOB                                                                                        \
    {                                                                                              \
        .process = {.read = job_read, .ended = job_ended }                                         \
    }

static const struct process_spec collected = {
    .in = PROCESS_NULL, .out = PROCESS_PIPE, .err = PROCESS_PIPE};

static bool start(struct job *job, struct process_spec spec, const char *const *argv,
                  struct error *err)
{
    spec.argv = argv;
    return process_start(&job->process, &sig, &spec, err);
}

static bool start_shell(struct job *job, struct process_spec spec, const char *script)
{
    struct error err;
    bool ok = start(job, spec, (const char *[]){"/bin/sh", "-c", script, NULL}, &err);
    cr_assert(ok, "%s", err.text);
    return ok;
}

static void run_shell(struct job *job, struct process_spec spec, const char *script)
{
    start_shell(job, spec, script);
    cr_assert(turns_until(&loop, &job->over));
}

Test(process, collects_both_outputs_and_the_code)
{
    struct job job = JOB;
    char text[64];
    run_shell(&job, collected, "echo out; echo err >&2; exit 3");
    cr_assert_str_eq(buf_cstr(&job.process.out), "out\n");
    cr_assert_str_eq(buf_cstr(&job.process.err), "err\n");
    cr_assert_eq(process_code(&job.process), 3);
    cr_assert_str_eq(process_outcome(&job.process, text), "exit code 3");
    cr_assert_eq(job.ended, 1);
    process_finish(&job.process);
    process_finish(&job.process);
}

Test(process, says_which_signal_killed_it)
{
    struct job job = JOB;
    char text[64];
    run_shell(&job, collected, "kill -9 $$");
    cr_assert_str_eq(process_outcome(&job.process, text), "killed by signal 9 (Killed)");
    cr_assert_eq(process_code(&job.process), 137);
    process_finish(&job.process);
}

Test(process, output_larger_than_a_pipe_arrives_whole)
{
    struct job job = JOB;
    run_shell(&job, collected, "head -c 900000 /dev/zero; head -c 300000 /dev/zero >&2");
    cr_assert_eq(job.process.out.len, 900000);
    cr_assert_eq(job.process.err.len, 300000);
    cr_assert(!job.process.cut);
    cr_assert_gt(job.reads, 1);
    process_finish(&job.process);
}

Test(process, output_over_the_cap_is_cut_and_the_child_is_not_stalled)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    spec.max_output = 1000;
    run_shell(&job, spec, "head -c 500000 /dev/zero; exit 6");
    cr_assert_eq(job.process.out.len, 1000);
    cr_assert(job.process.cut);
    cr_assert_eq(process_code(&job.process), 6);
    process_finish(&job.process);
}

static void expect_refusal(struct process_spec spec, const char *const *argv, const char *text,
                           enum error_kind kind)
{
    struct job job = JOB;
    struct error err;
    cr_assert(!start(&job, spec, argv, &err), "%s should not run", argv[0]);
    cr_assert_str_eq(err.text, text);
    cr_assert_eq(err.kind, kind);
    cr_assert_eq(job.process.pid, 0);
    process_finish(&job.process);
}

Test(process, that_cannot_run_says_why)
{
    char text[1024];
    struct process_spec spec = collected;
    expect_refusal(spec, (const char *[]){"no-such-program-here", NULL},
                   "Cannot find no-such-program-here in PATH.", ERROR_TOOL);
    expect_refusal(spec, (const char *[]){"/no/such/program", NULL},
                   "Cannot run /no/such/program: No such file or directory.", ERROR_TOOL);
    expect_refusal(spec, (const char *[]){"/etc/passwd", NULL},
                   "Cannot run /etc/passwd: Permission denied.", ERROR_TOOL);
    expect_refusal(spec, (const char *[]){"/tmp", NULL}, "Cannot run /tmp: Permission denied.",
                   ERROR_TOOL);
    const char *script = test_path("script");
    cr_assert(file_write(script, STR("#!/no/interpreter\n"), 0700, NULL));
    snprintf(text, sizeof text, "Cannot run %s: No such file or directory.", script);
    expect_refusal(spec, (const char *[]){script, NULL}, text, ERROR_TOOL);
    spec.cwd = "/no/such/directory";
    expect_refusal(spec, (const char *[]){"/bin/true", NULL},
                   "Cannot enter /no/such/directory to run /bin/true: No such file or directory.",
                   ERROR_SYSTEM);
}

Test(process, is_found_in_the_path_of_its_environment)
{
    char found[4096];
    mkdir(test_path("bin"), 0700);
    mkdir(test_path("bin/tool"), 0700);
    mkdir(test_path("other"), 0700);
    cr_assert(file_write(test_path("plain"), STR(""), 0600, NULL));
    cr_assert(file_write(test_path("other/tool"), STR("#!/bin/sh\necho \"$0\"\n"), 0700, NULL));
    char *path = alloc_printf("PATH=relative::%s:%s", test_path("bin"), test_path("other"));
    const char *environment[] = {"A=b", path, NULL};
    cr_assert(process_find("tool", environment, found));
    cr_assert_str_eq(found, test_path("other/tool"));
    cr_assert(!process_find("plain", environment, found));
    cr_assert(!process_find("", environment, found));
    cr_assert(!process_find("../tool", environment, found));
    cr_assert(!process_find("sh", (const char *[]){"A=b", NULL}, found));
    cr_assert(process_find("sh", NULL, found));

    struct job job = JOB;
    struct process_spec spec = collected;
    spec.environment = environment;
    cr_assert(start(&job, spec, (const char *[]){"tool", NULL}, NULL));
    cr_assert(turns_until(&loop, &job.over));
    buf_drop(&job.process.out, job.process.out.len - 11);
    cr_assert_str_eq(buf_cstr(&job.process.out), "other/tool\n");
    process_finish(&job.process);
    free(path);
}

Test(process, has_exactly_the_environment_it_was_given)
{
    struct job job = JOB;
    struct secret secret = {.data = NULL}, empty = {.data = NULL};
    cr_assert(secret_set(&secret, STR("hunter2=x"), NULL));
    struct process_spec spec = collected;
    spec.environment = (const char *[]){"A=1", "TOKEN=public", "TOKENS=kept", "B=", NULL};
    spec.secrets = (struct process_secret[]){{"TOKEN", &secret}, {"NONE", &empty}, {NULL, NULL}};
    cr_assert(start(&job, spec, (const char *[]){"/usr/bin/env", NULL}, NULL));
    cr_assert(turns_until(&loop, &job.over));
    cr_assert_str_eq(buf_cstr(&job.process.out), "A=1\nTOKENS=kept\nB=\nTOKEN=hunter2=x\nNONE=\n");
    process_finish(&job.process);
    secret_finish(&secret);
}

Test(process, inherits_our_environment_when_none_is_given)
{
    struct job job = JOB;
    setenv("EKSHUB_TEST_VALUE", "ours", 1);
    run_shell(&job, collected, "echo $EKSHUB_TEST_VALUE; pwd");
    cr_assert(str_starts(buf_str(&job.process.out), STR("ours\n")));
    process_finish(&job.process);
}

Test(process, runs_where_it_is_told)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    spec.cwd = "/usr/lib";
    run_shell(&job, spec, "pwd");
    cr_assert_str_eq(buf_cstr(&job.process.out), "/usr/lib\n");
    process_finish(&job.process);
}

Test(process, has_exactly_three_descriptors)
{
    struct job job = JOB;
    int leaky = open("/dev/null", O_RDONLY); /* deliberately without O_CLOEXEC */
    int high = fcntl(leaky, F_DUPFD, 200);
    cr_assert(start(&job, collected, (const char *[]){"ls", "/proc/self/fd", NULL}, NULL));
    cr_assert(turns_until(&loop, &job.over));
    cr_assert_str_eq(buf_cstr(&job.process.out), "0\n1\n2\n3\n", "3 is the directory itself");
    process_finish(&job.process);
    close(leaky);
    close(high);
}

Test(process, takes_descriptors_in_any_order)
{
    struct job job = JOB;
    int out[2], saved[3];
    cr_assert_eq(pipe(out), 0);
    int input = open("/proc/self/comm", O_RDONLY);
    for (int i = 0; i < 3; i++)
        saved[i] = dup(i);
    /* the child's stdin is our 1, its stdout our 2, its stderr our 0 */
    dup2(input, 1);
    dup2(out[1], 2);
    dup2(out[1], 0);
    struct process_spec spec = {.in = 1, .out = 2, .err = 0};
    spec.argv = (const char *[]){"/bin/sh", "-c", "cat >/dev/null; echo a; echo b >&2", NULL};
    bool started = process_start(&job.process, &sig, &spec, NULL);
    for (int i = 0; i < 3; i++) {
        dup2(saved[i], i);
        close(saved[i]);
    }
    cr_assert(started);
    cr_assert(turns_until(&loop, &job.over));
    char text[16] = "";
    cr_assert_eq(read(out[0], text, sizeof text - 1), 4);
    cr_assert_str_eq(text, "a\nb\n");
    close(out[0]);
    close(out[1]);
    close(input);
    process_finish(&job.process);
}

static char *status_line(struct job *job, const char *name)
{
    ptrdiff_t at = str_find(buf_str(&job->process.out), str_of(name));
    cr_assert_geq(at, 0);
    struct str rest = str_skip(buf_str(&job->process.out), (size_t)at + strlen(name)), line;
    str_cut(&rest, '\n', &line);
    return alloc_copy(str_trim(line));
}

static void expect_signals(enum process_home home, unsigned long long ignored)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    spec.home = home;
    cr_assert(start(&job, spec, (const char *[]){"cat", "/proc/self/status", NULL}, NULL));
    cr_assert(turns_until(&loop, &job.over));
    /* 32 and 33 are the C library's own: make leaves them ignored and no program can change that */
    const unsigned long long ours = ~(3ULL << 31);
    static const char *const names[] = {"SigBlk:", "SigCgt:", "SigIgn:"};
    for (int i = 0; i < 3; i++) {
        char *text = status_line(&job, names[i]);
        unsigned long long value = strtoull(text, NULL, 16);
        free(text);
        cr_assert_eq(value & ours, i == 2 ? ignored : 0, "%s %llx", names[i], value);
    }
    process_finish(&job.process);
}

Test(process, begins_with_signals_as_the_system_has_them)
{
    signal(SIGQUIT, SIG_IGN);
    expect_signals(PROCESS_SAME_GROUP, 0);
    expect_signals(PROCESS_OWN_GROUP, 0);
    expect_signals(PROCESS_OWN_SESSION, 1ULL << (SIGHUP - 1));
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    cr_assert(!sigismember(&mask, SIGTERM), "our own mask is restored");
}

static void expect_home(enum process_home home, bool own_group, bool own_session)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    spec.home = home;
    cr_assert(start(&job, spec, (const char *[]){"cat", "/proc/self/stat", NULL}, NULL));
    pid_t pid = job.process.pid;
    cr_assert(turns_until(&loop, &job.over));
    long got, group, session;
    cr_assert_eq(
        sscanf(buf_cstr(&job.process.out), "%ld (cat) R %*d %ld %ld", &got, &group, &session), 3);
    cr_assert_eq(got, pid);
    cr_assert_eq(group == pid, own_group);
    cr_assert_eq(session == pid, own_session);
    process_finish(&job.process);
}

Test(process, lives_in_the_home_that_was_asked_for)
{
    expect_home(PROCESS_SAME_GROUP, false, false);
    expect_home(PROCESS_OWN_GROUP, true, false);
    expect_home(PROCESS_OWN_SESSION, true, true);
}

static void piped(int ends[2])
{
    cr_assert_eq(pipe(ends), 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

Test(process, has_not_ended_before_its_pipes_are_closed)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    int in[2];
    piped(in);
    spec.in = in[0];
    start_shell(&job, spec, "exec 4<&0; cat <&4 & exit 3");
    cr_assert(turns_until(&loop, &job.process.reaped));
    turns(&loop, 5);
    cr_assert(!job.over);
    cr_assert_eq(write(in[1], "late", 4), 4);
    close(in[1]);
    cr_assert(turns_until(&loop, &job.over));
    cr_assert_str_eq(buf_cstr(&job.process.out), "late");
    cr_assert_eq(process_code(&job.process), 3);
    cr_assert_eq(job.ended, 1);
    close(in[0]);
    process_finish(&job.process);
}

Test(process, has_not_ended_before_it_was_reaped)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    int in[2];
    piped(in);
    spec.in = in[0];
    start_shell(&job, spec, "exec >/dev/null 2>&1; read line; exit 4");
    while (watch_on(&job.process.out_watch) || watch_on(&job.process.err_watch))
        loop_turn(&loop, true);
    cr_assert(!job.over);
    close(in[1]);
    cr_assert(turns_until(&loop, &job.over));
    cr_assert_eq(process_code(&job.process), 4);
    close(in[0]);
    process_finish(&job.process);
}

/* Reads to the end of a pipe whose other end only the child held: a proof of its death. */
static void expect_death(int fd)
{
    char byte;
    cr_assert_eq(read(fd, &byte, 1), 0);
}

Test(process, finish_kills_what_runs_in_our_session)
{
    for (int home = PROCESS_SAME_GROUP; home <= PROCESS_OWN_GROUP; home++) {
        struct job job = JOB;
        int in[2], out[2];
        piped(in);
        piped(out);
        struct process_spec spec = {.in = in[0], .out = out[1], .err = PROCESS_NULL};
        spec.home = (enum process_home)home;
        start_shell(&job, spec, "trap '' TERM INT HUP; read line");
        close(out[1]);
        process_finish(&job.process);
        expect_death(out[0]);
        while (!list_empty(&sig.abandoned))
            loop_turn(&loop, true);
        cr_assert_eq(job.ended, 0);
        close(in[0]);
        close(in[1]);
        close(out[0]);
    }
}

Test(process, finish_leaves_a_process_of_its_own_session_alone)
{
    struct job job = JOB;
    int in[2], out[2];
    piped(in);
    piped(out);
    struct process_spec spec = {.in = in[0], .out = out[1], .err = PROCESS_NULL};
    spec.home = PROCESS_OWN_SESSION;
    start_shell(&job, spec, "kill -HUP $$; read line; echo \"$line\"");
    struct process_identity identity;
    cr_assert(process_identify(job.process.pid, &identity));
    process_finish(&job.process);
    close(in[0]);
    close(out[1]);
    cr_assert(process_alive(&identity));
    cr_assert_eq(write(in[1], "still here\n", 11), 11);
    char text[32] = "";
    cr_assert_eq(read(out[0], text, sizeof text - 1), 11);
    cr_assert_str_eq(text, "still here\n");
    expect_death(out[0]);
    while (!list_empty(&sig.abandoned))
        loop_turn(&loop, true);
    cr_assert(!process_alive(&identity));
    cr_assert_eq(job.ended, 0);
    close(in[1]);
    close(out[0]);
}

Test(process, stop_asks_first_and_kills_after_two_seconds)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    int in[2];
    piped(in);
    spec.in = in[0];
    spec.home = PROCESS_OWN_GROUP;
    start_shell(&job, spec,
                "trap 'echo asked' TERM; echo ready; "
                "while kill -0 $PPID 2>/dev/null; do read line; done");
    cr_assert(turns_until(&loop, &job.read_something));
    process_stop(&job.process);
    process_stop(&job.process);
    while (!strstr(buf_cstr(&job.process.out), "asked"))
        loop_turn(&loop, true);
    still.monotonic += 1999;
    turns(&loop, 5);
    cr_assert(!job.process.reaped);
    still.monotonic += 1;
    cr_assert(turns_until(&loop, &job.over));
    cr_assert_eq(process_code(&job.process), 128 + SIGKILL);
    cr_assert(!timer_on(&job.process.ladder));
    close(in[0]);
    close(in[1]);
    process_finish(&job.process);
}

Test(process, stop_reaches_the_descendants_in_its_group)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    int in[2];
    piped(in);
    spec.in = in[0];
    spec.home = PROCESS_OWN_GROUP;
    start_shell(&job, spec, "exec 4<&0; cat <&4 & echo ready; exit 0");
    cr_assert(turns_until(&loop, &job.process.reaped));
    cr_assert(!job.over);
    process_stop(&job.process);
    cr_assert(turns_until(&loop, &job.over));
    close(in[0]);
    close(in[1]);
    process_finish(&job.process);
}

Test(process, stop_ends_even_when_an_escaped_descendant_holds_the_pipe)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    int in[2];
    piped(in);
    spec.in = in[0];
    spec.home = PROCESS_OWN_GROUP;
    start_shell(&job, spec, "exec 4<&0; setsid sh -c 'echo ready; cat' <&4 & exit 0");
    cr_assert(turns_until(&loop, &job.read_something));
    cr_assert(turns_until(&loop, &job.process.reaped));
    process_stop(&job.process);
    still.monotonic += 2000;
    turns(&loop, 5);
    cr_assert(!job.over);
    still.monotonic += 1000;
    turns(&loop, 5);
    cr_assert(job.over);
    close(in[0]);
    close(in[1]);
    process_finish(&job.process);
}

Test(process, signal_reaches_the_process_and_not_its_group)
{
    struct job job = JOB;
    struct process_spec spec = collected;
    int in[2];
    piped(in);
    spec.in = in[0];
    spec.home = PROCESS_OWN_SESSION;
    start_shell(&job, spec,
                "exec 4<&0; (trap 'echo child' INT; echo ready; read line) <&4 & trap "
                "'echo parent; exit 5' INT; while kill -0 $PPID 2>/dev/null; do wait; done");
    cr_assert(turns_until(&loop, &job.read_something));
    process_signal(&job.process, SIGINT);
    cr_assert(turns_until(&loop, &job.process.reaped));
    close(in[1]);
    cr_assert(turns_until(&loop, &job.over));
    cr_assert_str_eq(buf_cstr(&job.process.out), "ready\nparent\n");
    cr_assert_eq(process_code(&job.process), 5);
    process_signal(&job.process, SIGINT);
    close(in[0]);
    process_finish(&job.process);
}

Test(process, can_be_given_up_at_every_step)
{
    bool ended = false;
    for (int steps = 0; !ended; steps++) {
        cr_assert_lt(steps, 1000);
        struct job job = JOB;
        start_shell(&job, collected, "echo a; echo b >&2; exit 1");
        for (int i = 0; i < steps && !job.over; i++)
            loop_turn(&loop, true);
        ended = job.over;
        int calls = job.ended + job.reads;
        process_finish(&job.process);
        while (!list_empty(&sig.abandoned))
            loop_turn(&loop, true);
        turns(&loop, 10);
        cr_assert_eq(job.ended + job.reads, calls);
        cr_assert_eq(open_descriptors(), descriptors);
    }
}

Test(process, may_be_finished_by_the_end_of_another)
{
    struct job a = JOB, b = JOB;
    a.finishes = &b;
    b.finishes = &a;
    start_shell(&a, collected, "exit 0");
    start_shell(&b, collected, "exit 0");
    siginfo_t info; /* both are dead before the loop looks */
    waitid(P_PID, (id_t)a.process.pid, &info, WEXITED | WNOWAIT);
    waitid(P_PID, (id_t)b.process.pid, &info, WEXITED | WNOWAIT);
    while (!a.over && !b.over)
        loop_turn(&loop, true);
    turns(&loop, 10);
    cr_assert_eq(a.ended + b.ended, 1);
    process_finish(&a.process);
    process_finish(&b.process);
}

static void restart(struct process *process)
{
    struct job *job = container_of(process, struct job, process);
    if (++job->ended < 3)
        start_shell(job, collected, "echo again");
    else
        job->over = true;
}

Test(process, may_be_started_again_by_its_own_end)
{
    struct job job = JOB;
    job.process.ended = restart;
    run_shell(&job, collected, "echo first");
    cr_assert_str_eq(buf_cstr(&job.process.out), "again\n");
    cr_assert_eq(job.ended, 3);
    process_finish(&job.process);
}

Test(process, is_told_from_another_with_its_pid)
{
    struct process_identity own, other;
    cr_assert(process_identify(getpid(), &own));
    cr_assert_neq(own.started, 0);
    cr_assert(process_alive(&own));
    other = own;
    other.started++;
    cr_assert(!process_alive(&other), "the same number, given to another process");
    other.started = 0;
    cr_assert(process_alive(&other));
    other.pid = 0;
    cr_assert(!process_alive(&other));
    cr_assert(!process_identify(-1, &other));
}

Test(process, is_not_alive_as_a_zombie)
{
    struct process_identity identity;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    siginfo_t info;
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    cr_assert(process_identify(pid, &identity));
    cr_assert(!process_alive(&identity));
    waitpid(pid, NULL, 0);
    cr_assert(!process_identify(pid, &identity));
}

static void go_on(struct process *process)
{
    container_of(process, struct job, process)->reads++;
    process_continue(process);
}

Test(process, one_that_stops_is_told_of_and_can_be_continued)
{
    struct job job = JOB;
    job.process.stopped = go_on;
    start_shell(&job,
                (struct process_spec){.in = PROCESS_NULL,
                                      .out = PROCESS_NULL,
                                      .err = PROCESS_NULL,
                                      .home = PROCESS_OWN_GROUP},
                "kill -STOP $$; exit 7");
    cr_assert(turns_until(&loop, &job.over));
    cr_expect_eq(job.reads, 1);
    cr_expect_eq(process_code(&job.process), 7);
    process_finish(&job.process);
}
