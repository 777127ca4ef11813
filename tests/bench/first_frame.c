/* How long a terminal program takes from its start to the frame in which a text stands: prints the
 * best of N runs in microseconds, since whatever else the machine does only adds. The first run
 * warms the caches and does not count. With "-" as the text the program runs as kubectl runs its
 * credential plugins: into a pipe, until it has ended. */
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/pty.h"

extern char **environ;

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t measure_whole(const char *const *argv)
{
    posix_spawn_file_actions_t actions;
    char bytes[4096];
    int ends[2], status;
    pid_t pid;
    int64_t began = now_us();
    if (pipe(ends) != 0 || posix_spawn_file_actions_init(&actions) != 0)
        exit(1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    if (posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ) != 0)
        exit(1);
    close(ends[1]);
    while (read(ends[0], bytes, sizeof bytes) > 0)
        ;
    waitpid(pid, &status, 0);
    int64_t took = now_us() - began;
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    if (status != 0) {
        fprintf(stderr, "first-frame: %s failed\n", argv[0]);
        exit(1);
    }
    return took;
}

static int64_t measure(const char *text, const char *const *argv)
{
    if (strcmp(text, "-") == 0)
        return measure_whole(argv);
    struct pty_spec spec = {.argv = argv};
    int64_t began = now_us();
    struct pty *pty = pty_open(&spec);
    if (!pty_wait_text(pty, text)) {
        fprintf(stderr, "first-frame: \"%s\" never came\n%s\n", text, pty_dump(pty));
        exit(1);
    }
    int64_t took = now_us() - began;
    pty_close(pty);
    return took;
}

int main(int argc, char **argv)
{
    int runs = argc > 3 ? (int)strtol(argv[1], NULL, 10) : 0;
    if (runs < 1) {
        fputs("usage: first-frame RUNS TEXT|- PROGRAM [ARGUMENTS]\n", stderr);
        return 2;
    }
    const char *const *program = (const char *const *)(argv + 3);
    int64_t best = INT64_MAX;
    measure(argv[2], program);
    for (int i = 0; i < runs; i++) {
        int64_t took = measure(argv[2], program);
        best = took < best ? took : best;
    }
    printf("%lld\n", (long long)best);
    return 0;
}
