/* Walks a terminal program through steps, one a line on standard input, and takes pictures and
 * measurements on the way. Used by make pictures and make bench; tests use tests/e2e/e2e.h.
 *
 *   wait TEXT       until the screen shows it       gone TEXT      until it does not
 *   match REGEX     until a row matches it          keys KEYS      as in pty.h
 *   type TEXT       as it is                        resize R C
 *   picture FILE    the screen as SVG               show           the screen on standard output
 *   idle SECONDS    prints how often it woke up     peak           prints its peak memory
 *   raw FILE        all that it wrote               end            until it has ended; prints how
 *   times N KEY     presses it N times, prints the 99th percentile from key to a changed screen
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/pty.h"
#include "tests/support/svg.h"

static long status_field(struct pty *pty, const char *name)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pty_pid(pty));
    FILE *status = fopen(path, "r");
    long value = -1;
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    if (status)
        fclose(status);
    return value;
}

static bool idle(struct pty *pty, const char *seconds)
{
    /* The program first settles; then its own waking is all there is to count. */
    sleep(1);
    long before = status_field(pty, "voluntary_ctxt_switches:");
    sleep((unsigned)strtoul(seconds, NULL, 10));
    long after = status_field(pty, "voluntary_ctxt_switches:");
    printf("wakeups %ld in %s s\n", after - before, seconds);
    return before >= 0 && after >= 0;
}

/* Of a whole frame: what was waited for may stand in its first row. */
static bool picture(struct pty *pty, const char *path)
{
    usleep(20000);
    pty_keys(pty, "");
    return svg_write(pty, path);
}

static bool raw(struct pty *pty, const char *path)
{
    size_t len;
    const char *bytes = pty_raw(pty, &len);
    FILE *out = fopen(path, "w");
    return out && fwrite(bytes, 1, len, out) == len && fclose(out) == 0;
}

static bool end(struct pty *pty)
{
    int status;
    const char *what;
    if (!pty_wait_end(pty, &status))
        return false;
    if (!pty_restored(pty, &what))
        printf("the terminal is not as it was: %s\n", what);
    printf("exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return true;
}

/* ---- from a key to what it changes ---- */

static bool has_changed(struct pty *pty, const void *before)
{
    return strcmp(pty_screen(pty), before) != 0;
}

static long now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int ascending(const void *a, const void *b)
{
    const long *one = a, *other = b;
    return *one < *other ? -1 : *one > *other;
}

/* At leisure, as people press keys: frames are drawn 30 times a second at most. */
static bool times(struct pty *pty, const char *rest)
{
    enum { MOST = 10000, LEISURE_US = 60000 };
    static long took[MOST];
    char *key;
    long count = strtol(rest, &key, 10);
    bool ok = count > 0 && count <= MOST && *key == ' ';
    for (long i = 0; ok && i < count; i++) {
        usleep(LEISURE_US);
        pty_keys(pty, "");
        char *before = strdup(pty_screen(pty));
        long began = now_us();
        pty_keys(pty, key + 1);
        ok = before && pty_wait(pty, has_changed, before);
        took[i] = now_us() - began;
        free(before);
    }
    if (!ok)
        return false;
    qsort(took, (size_t)count, sizeof *took, ascending);
    printf("times %ld us, half of them %ld us\n", took[count * 99 / 100], took[count / 2]);
    return true;
}

static bool resize(struct pty *pty, const char *size)
{
    char *rest;
    int rows = (int)strtol(size, &rest, 10), columns = (int)strtol(rest, NULL, 10);
    if (rows < 1 || columns < 1)
        return false;
    pty_resize(pty, rows, columns);
    return true;
}

static bool act(struct pty *pty, const char *verb, const char *rest)
{
    if (strcmp(verb, "wait") == 0)
        return pty_wait_text(pty, rest);
    if (strcmp(verb, "gone") == 0)
        return pty_wait_gone(pty, rest);
    if (strcmp(verb, "match") == 0)
        return pty_wait_match(pty, rest);
    if (strcmp(verb, "keys") == 0)
        return pty_keys(pty, rest), true;
    if (strcmp(verb, "type") == 0)
        return pty_text(pty, rest), true;
    if (strcmp(verb, "resize") == 0)
        return resize(pty, rest);
    if (strcmp(verb, "picture") == 0)
        return picture(pty, rest);
    if (strcmp(verb, "show") == 0)
        return puts(pty_dump(pty)) != EOF;
    if (strcmp(verb, "idle") == 0)
        return idle(pty, rest);
    if (strcmp(verb, "peak") == 0)
        return printf("peak %ld KiB\n", status_field(pty, "VmHWM:")) > 0;
    if (strcmp(verb, "times") == 0)
        return times(pty, rest);
    if (strcmp(verb, "raw") == 0)
        return raw(pty, rest);
    if (strcmp(verb, "end") == 0)
        return end(pty);
    fprintf(stderr, "drive: there is no step \"%s\"\n", verb);
    return false;
}

int main(int argc, char **argv)
{
    char *rest = NULL, line[1024];
    int columns = argc > 2 ? (int)strtol(argv[1], &rest, 10) : 0;
    if (columns < 1 || *rest != 'x') {
        fputs("usage: drive COLUMNSxROWS PROGRAM [ARGUMENTS] < STEPS\n", stderr);
        return 2;
    }
    struct pty_spec spec = {.argv = (const char *const *)(argv + 2),
                            .columns = columns,
                            .rows = (int)strtol(rest + 1, NULL, 10)};
    struct pty *pty = pty_open(&spec);
    bool ok = true;
    while (ok && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        char *after = strchr(line, ' ');
        if (after)
            *after++ = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        ok = act(pty, line, after ? after : "");
        if (!ok)
            fprintf(stderr, "drive: \"%s %s\" did not succeed\n%s\n", line, after ? after : "",
                    pty_dump(pty));
        fflush(stdout);
    }
    pty_close(pty);
    return ok ? 0 : 1;
}
