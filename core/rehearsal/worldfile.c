/* The world's file: read whole, appended to in one write under a lock. */
#include "core/rehearsal/world.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { WORLD_FILE_MAX = 16 << 20 };

static bool world_path(const char *dir, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s/rehearsal/world.jsonl", dir);
}

static void world_read(struct world *world, struct str text, int64_t until_ms)
{
    struct str line;
    while (text.len > 0) {
        str_cut(&text, '\n', &line);
        struct world_event event;
        if (world_event_parse(line, &event) && event.time_ms <= until_ms)
            world_apply(world, &event);
    }
}

bool world_load(const char *dir, struct world *world, struct error *err)
{
    return world_load_until(dir, INT64_MAX, world, err);
}

bool world_load_until(const char *dir, int64_t until_ms, struct world *world, struct error *err)
{
    *world = (struct world){.count = 0};
    char path[PATH_MAX];
    if (!world_path(dir, path, err))
        return false;
    struct buf text;
    struct error why = {.kind = ERROR_NONE};
    buf_init(&text, WORLD_FILE_MAX);
    bool ok = file_read(path, WORLD_FILE_MAX, &text, &why);
    if (ok)
        world_read(world, buf_str(&text), until_ms);
    buf_finish(&text);
    if (ok || why.code == ENOENT)
        return true;
    if (err)
        *err = why;
    return error_wrap(err, "The world of the rehearsal cannot be read");
}

/* Open for appending, locked; -1 with *err. Closing it unlocks. */
static int world_lock(const char *dir, struct error *err)
{
    char path[PATH_MAX];
    if (!world_path(dir, path, err))
        return -1;
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    while (fd >= 0 && flock(fd, LOCK_EX) < 0)
        if (errno != EINTR) {
            close(fd);
            fd = -1;
        }
    if (fd < 0)
        error_errno(err, "The world of the rehearsal, %s, cannot be written", path);
    return fd;
}

static bool world_write(int fd, const struct world_event *event, struct error *err)
{
    struct buf line;
    buf_init(&line, 64 << 10);
    off_t size = lseek(fd, 0, SEEK_END);
    char last = '\n';
    if (size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n')
        buf_byte(&line, '\n'); /* a write that was torn once */
    world_event_dump(event, &line);
    bool ok = buf_byte(&line, '\n');
    if (!ok)
        error_set(err, ERROR_SYSTEM, "An event of the rehearsal's world is too long.");
    else if (write(fd, line.data, line.len) != (ssize_t)line.len)
        ok = error_errno(err, "The world of the rehearsal cannot be written");
    buf_finish(&line);
    return ok;
}

bool world_append(const char *dir, const struct world_event *event, struct error *err)
{
    int fd = world_lock(dir, err);
    if (fd < 0)
        return false;
    bool ok = world_write(fd, event, err);
    close(fd);
    return ok;
}

/* Appends SPENT to a fault that is not, or PLANTED to one that is. */
static bool mark(const char *dir, const char *fault, enum world_what what, int64_t now_ms,
                 bool *done, struct error *err)
{
    *done = false;
    int fd = world_lock(dir, err);
    if (fd < 0)
        return false;
    struct world world;
    bool ok = world_load(dir, &world, err);
    if (ok && world_is_spent(&world, fault) == (what == WORLD_PLANTED)) {
        struct world_event event = {.time_ms = now_ms, .what = what};
        str_copy(str_of(fault), event.address, sizeof event.address);
        ok = *done = world_write(fd, &event, err);
    }
    world_finish(&world);
    close(fd);
    return ok;
}

bool world_spend(const char *dir, const char *fault, int64_t now_ms, bool *first, struct error *err)
{
    return mark(dir, fault, WORLD_SPENT, now_ms, first, err);
}

bool world_plant(const char *dir, const char *fault, int64_t now_ms, struct error *err)
{
    bool done;
    return mark(dir, fault, WORLD_PLANTED, now_ms, &done, err);
}
