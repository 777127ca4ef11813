/* Looks are caused by inotify (a write to the file, or before it exists a new name in its
 * directory), by the timer where inotify cannot be had, and by a 0 ms timer between two slices. */
#include "core/io/follow.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#ifdef HAVE_SYS_INOTIFY_H
#include <sys/inotify.h>
#endif

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"

enum { SLICE = 256 * 1024, POLL_MS = 250 };

enum look { LOOK_MORE, LOOK_END, LOOK_GONE };

#ifdef HAVE_SYS_INOTIFY_H
static void note_ready(struct watch *watch, short revents);

static void note_open(struct follow *follow)
{
    follow->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (follow->notify < 0)
        return;
    follow->watch = (struct watch){.ready = note_ready};
    loop_watch(follow->loop, &follow->watch, follow->notify, POLLIN);
}

static bool note_directory(struct follow *follow)
{
    char directory[PATH_MAX];
    if (follow->notify < 0)
        return false;
    if (follow->noted >= 0)
        return true;
    path_dirname(follow->path, directory);
    follow->noted =
        inotify_add_watch(follow->notify, directory, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
    return follow->noted >= 0;
}

static bool note_file(struct follow *follow)
{
    char path[64];
    if (follow->notify < 0 || follow->on_file)
        return follow->on_file;
    if (follow->noted >= 0)
        (void)inotify_rm_watch(follow->notify, follow->noted);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", follow->fd);
    follow->noted = inotify_add_watch(follow->notify, path, IN_MODIFY);
    follow->on_file = follow->noted >= 0;
    return follow->on_file;
}
#else
static void note_open(struct follow *follow)
{
    follow->notify = -1;
}

static bool note_directory(struct follow *follow)
{
    (void)follow;
    return false;
}

static bool note_file(struct follow *follow)
{
    (void)follow;
    return false;
}
#endif

/* The timer stands in for inotify wherever that says no. */
static void expect(struct follow *follow, bool noted)
{
    if (!noted)
        loop_after(follow->loop, &follow->timer, POLL_MS);
}

static bool try_open(struct follow *follow)
{
    if (follow->fd >= 0)
        return true;
    follow->fd = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return follow->fd >= 0;
}

static void start_again_if_shrunk(struct follow *follow)
{
    struct stat st;
    if (fstat(follow->fd, &st) < 0 || st.st_size >= follow->offset)
        return;
    log_line("%s became shorter; reading it again", follow->path);
    follow->offset = 0;
    lines_reset(&follow->lines);
}

/* Reads up to SLICE bytes. `gone` is how a callback says that it stopped us. */
static enum look read_slice(struct follow *follow, const bool *gone)
{
    char bytes[32768];
    start_again_if_shrunk(follow);
    for (size_t taken = 0; taken < SLICE;) {
        ssize_t n = pread(follow->fd, bytes, sizeof bytes, (off_t)follow->offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            log_line("reading %s: %s", follow->path, strerror(errno));
        if (n <= 0)
            return LOOK_END;
        follow->offset += n;
        taken += (size_t)n;
        lines_feed(&follow->lines, (struct str){bytes, (size_t)n});
        if (*gone)
            return LOOK_GONE;
    }
    return LOOK_MORE;
}

static enum look look_at_file(struct follow *follow, bool *gone)
{
    if (!try_open(follow)) {
        bool noted = note_directory(follow);
        /* it may have come between the two calls */
        if (!try_open(follow)) {
            expect(follow, noted);
            return LOOK_END;
        }
    }
    bool noted = note_file(follow);
    follow->gone = gone;
    enum look look = read_slice(follow, gone);
    if (look == LOOK_GONE)
        return look;
    follow->gone = NULL;
    if (look == LOOK_MORE)
        loop_after(follow->loop, &follow->timer, 0);
    else
        expect(follow, noted);
    return look;
}

static void look(struct follow *follow)
{
    bool gone = false;
    enum look look = look_at_file(follow, &gone);
    if (look == LOOK_GONE)
        return;
    follow->caught_up = look == LOOK_END;
    if (follow->caught_up && follow->idle)
        follow->idle(follow);
}

static void timer_fire(struct timer *timer)
{
    look(container_of(timer, struct follow, timer));
}

#ifdef HAVE_SYS_INOTIFY_H
static void note_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct follow *follow = container_of(watch, struct follow, watch);
    char events[4096];
    while (read(watch->fd, events, sizeof events) > 0)
        continue;
    /* between two slices the timer looks anyway */
    if (!timer_on(&follow->timer))
        look(follow);
}
#endif

static void whole_line(struct lines *lines, struct str line, bool cut)
{
    struct follow *follow = container_of(lines, struct follow, lines);
    follow->line(follow, line, cut);
}

bool follow_start(struct follow *follow, struct loop *loop, const char *path, struct error *err)
{
    assert(follow->line);
    follow_stop(follow);
    if (!str_copy(str_of(path), follow->path, sizeof follow->path))
        return error_set(err, ERROR_INPUT, "The path of a file is too long: %.200s…", path);
    follow->loop = loop;
    follow->fd = follow->notify = follow->noted = -1;
    follow->offset = 0;
    follow->caught_up = follow->on_file = false;
    follow->gone = NULL;
    follow->watch = (struct watch){.fd = -1};
    follow->timer = (struct timer){.fire = timer_fire};
    lines_init(&follow->lines, FOLLOW_LINE_MAX, whole_line);
    note_open(follow);
    loop_after(loop, &follow->timer, 0);
    return true;
}

static void read_to_end(struct follow *follow, bool tail)
{
    bool gone = false;
    if (!follow->loop || !try_open(follow))
        return;
    follow->gone = &gone;
    enum look look;
    while ((look = read_slice(follow, &gone)) == LOOK_MORE)
        continue;
    if (look == LOOK_GONE)
        return;
    if (tail)
        lines_end(&follow->lines);
    if (gone)
        return;
    follow->gone = NULL;
    follow->caught_up = true;
}

void follow_catch_up(struct follow *follow)
{
    read_to_end(follow, false);
}

void follow_drain(struct follow *follow)
{
    read_to_end(follow, true);
}

void follow_stop(struct follow *follow)
{
    if (!follow->loop)
        return;
    if (follow->gone)
        *follow->gone = true;
    follow->gone = NULL;
    loop_cancel(follow->loop, &follow->timer);
    loop_unwatch(follow->loop, &follow->watch);
    if (follow->notify >= 0)
        close(follow->notify);
    if (follow->fd >= 0)
        close(follow->fd);
    follow->fd = follow->notify = -1;
    lines_finish(&follow->lines);
    follow->loop = NULL;
}
