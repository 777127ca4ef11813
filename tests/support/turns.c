#include "tests/support/turns.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_LSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_LSAN 1
#endif
#endif
#ifdef HAVE_LSAN
#include <sanitizer/lsan_interface.h>
#endif

static int64_t still_monotonic(const struct clock *clock)
{
    return ((const struct still_clock *)(const void *)clock)->monotonic;
}

static int64_t still_wall(const struct clock *clock)
{
    return ((const struct still_clock *)(const void *)clock)->wall;
}

void still_clock_init(struct still_clock *clock)
{
    *clock = (struct still_clock){.clock = {still_monotonic, still_wall}, .monotonic = 1000};
}

bool turns_until(struct loop *loop, const bool *happened)
{
    for (int i = 0; i < 200000 && !*happened; i++)
        loop_turn(loop, true);
    return *happened;
}

void turns(struct loop *loop, int n)
{
    for (int i = 0; i < n; i++)
        if (!loop_turn(loop, false))
            return;
}

static char directory[PATH_MAX];

const char *test_directory(void)
{
    if (!directory[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(directory, sizeof directory, "%s/ekshub-test-XXXXXX", base ? base : "/tmp");
        if (!mkdtemp(directory))
            abort();
    }
    return directory;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

void test_directory_remove(void)
{
    if (directory[0])
        nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    directory[0] = '\0';
}

const char *test_path(const char *name)
{
    static char paths[5][PATH_MAX + 256];
    static int next;
    char *path = paths[next = (next + 1) % 5];
    snprintf(path, sizeof paths[0], "%s/%s", test_directory(), name);
    return path;
}

int open_descriptors(void)
{
    int count = 0;
    DIR *open = opendir("/proc/self/fd");
    while (open && readdir(open))
        count++;
    if (open)
        closedir(open);
    return count;
}

void no_more_descriptors(int before)
{
    int now = open_descriptors();
    if (now <= before)
        return;
    fprintf(stderr, "%d descriptors were left open\n", now - before);
    abort();
}

#ifdef HAVE_LSAN
static bool checking;

/* Only our own check counts: Criterion's parent process leaks a few bytes at its end. */
int __lsan_is_turned_off(void)
{
    return !checking;
}
#endif

void no_leaks(void)
{
#ifdef HAVE_LSAN
    checking = true;
    if (__lsan_do_recoverable_leak_check())
        abort();
#endif
}
