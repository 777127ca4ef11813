/* How long a terminal program takes from its start to the frame in which a text stands: prints the
 * median of N runs in microseconds. The first run warms the caches and does not count. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/pty.h"

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int64_t measure(const char *text, const char *const *argv)
{
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
        fputs("usage: first-frame RUNS TEXT PROGRAM [ARGUMENTS]\n", stderr);
        return 2;
    }
    int64_t *times = calloc((size_t)runs, sizeof *times);
    if (!times)
        return 1;
    measure(argv[2], (const char *const *)(argv + 3));
    for (int i = 0; i < runs; i++)
        times[i] = measure(argv[2], (const char *const *)(argv + 3));
    qsort(times, (size_t)runs, sizeof *times, by_size);
    printf("%lld\n", (long long)times[runs / 2]);
    free(times);
    return 0;
}
