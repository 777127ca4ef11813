/* The checks of this machine: is there a terraform that will do, and room for what it writes. */
#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/session/checks_work.h"

#include "core/base/alloc.h"

#define MIB ((uint64_t)1 << 20)

/* Providers are 700 MiB, state and streams a few more. */
/* A rehearsal downloads no providers. */
static const struct room_wanted {
    uint64_t enough, needed;
} really = {2048 * MIB, 200 * MIB}, rehearsed = {32 * MIB, 2 * MIB};

static void version_known(struct task *task)
{
    struct checks_work *work =
        container_of(container_of(task, struct tf_query, task), struct checks_work, version);
    struct checks *checks = work->checks;
    const struct terraform *terraform = &work->terraform;
    if (task->state != TASK_DONE) {
        checks_fail(work, CHECK_TERRAFORM, &task->error);
        return;
    }
    if (work->place->player) {
        snprintf(checks->terraform, sizeof checks->terraform, "player %s", terraform->version);
        checks_end(work, CHECK_TERRAFORM, CHECK_PASS,
                   "None is installed: a player takes its part in this rehearsal.");
        return;
    }
    snprintf(checks->terraform, sizeof checks->terraform, "%s %s",
             terraform->tofu ? "tofu" : "terraform", terraform->version);
    checks_end(work, CHECK_TERRAFORM, CHECK_PASS, "%s, %s", checks->terraform, terraform->program);
}

void checks_start_terraform(struct checks_work *work)
{
    struct error err = {0};
    const struct place *place = work->place;
    struct terraform_place where = {.environment = place->environment};
    if (!terraform_find(&work->terraform, place->lookup, place->environment, &err) ||
        !tf_query_init(&work->version, TF_ASK_VERSION, &work->terraform, work->signals, &where,
                       NULL, &err)) {
        checks_fail(work, CHECK_TERRAFORM, &err);
        return;
    }
    work->version.task.ended = version_known;
    task_start(&work->version.task, work->loop);
}

/* The directory, or the nearest one above it that is already there. */
static bool room_at(const char *dir, char at[PATH_MAX], struct statvfs *room)
{
    char parent[PATH_MAX];
    str_copy(str_of(dir), at, PATH_MAX);
    while (statvfs(at, room) != 0) {
        if (errno != ENOENT || strcmp(at, "/") == 0)
            return false;
        path_dirname(at, parent);
        str_copy(str_of(parent), at, PATH_MAX);
    }
    return true;
}

static void size_text(uint64_t bytes, char out[32])
{
    if (bytes >= 1024 * MIB)
        snprintf(out, 32, "%.1f GiB", (double)bytes / (double)(1024 * MIB));
    else
        snprintf(out, 32, "%u MiB", (unsigned)(bytes / MIB));
}

void checks_start_disk(struct checks_work *work)
{
    char here[PATH_MAX] = "/", at[PATH_MAX], size[32];
    struct statvfs room;
    struct error err;
    const char *dir = work->place->dir;
    if (!dir[0] && getcwd(here, sizeof here))
        dir = here;
    if (!room_at(dir[0] ? dir : "/", at, &room)) {
        error_errno(&err, "The room at %s cannot be measured", at);
        checks_fail(work, CHECK_DISK, &err);
        return;
    }
    uint64_t left = (uint64_t)room.f_bavail * room.f_frsize;
    const struct room_wanted *wanted = work->place->rehearsal ? &rehearsed : &really;
    bool little = left < wanted->enough, none = left < wanted->needed;
    size_text(left, size);
    if (little)
        checks_hint(work, CHECK_DISK,
                    work->place->rehearsal
                        ? "Make room, or rehearse in another directory (--dir)."
                        : "Make room: terraform's providers alone take 700 MiB.");
    if (none)
        work->checks->items[CHECK_DISK].kind = ERROR_SYSTEM;
    checks_end(work, CHECK_DISK,
               none     ? CHECK_FAIL
               : little ? CHECK_WARN
                        : CHECK_PASS,
               little ? "Only %s free at %s" : "%s free at %s", size, at);
}
