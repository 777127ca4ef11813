/* Removing what was marked, kind by kind in the order of the report, round after round: AWS lets a
 * thing go only when nothing holds it any more, and some holders go in their own time. */
#include <unistd.h>

#include "core/aws/logs.h"
#include "core/aws/route53.h"
#include "core/base/paths.h"
#include "core/session/aws_access.h"
#include "core/session/residue_work.h"

#include "core/base/alloc.h"

enum { ROUND_MS = 6000, LIMIT_MS = 12 * 60 * 1000 };

struct residue_removing {
    struct residue_removal *removal;
    struct aws_access access;
    struct inventory_removal one;
    struct logs_group logs;
    struct route53 route53;
    struct timer timer;
    size_t at, left;
    struct error first;
};

static void next(struct residue_removing *work);

/* The world of a rehearsal runs faster. */
static int64_t scaled(const struct residue_removing *work, int64_t ms)
{
    int speed = work->removal->world->place->speed;
    return speed > 1 ? ms / speed : ms;
}

static void tell(struct residue_removing *work)
{
    struct task *task = &work->removal->task;
    const struct residue *residue = work->removal->residue;
    task->done = task->total = 0;
    for (size_t i = 0; i < residue->count; i++) {
        task->total += residue->items[i].state != RESIDUE_THERE;
        task->done += residue->items[i].state == RESIDUE_GONE;
    }
    if (work->removal->changed)
        work->removal->changed(work->removal);
}

static void end(struct residue_removing *work)
{
    struct residue *residue = work->removal->residue;
    struct task *task = &work->removal->task;
    struct error err = work->first;
    for (size_t i = 0; i < residue->count; i++)
        if (residue->items[i].state == RESIDUE_GOING)
            residue->items[i].state = RESIDUE_STUCK;
    tell(work);
    if (work->left == 0) {
        task_end(task, TASK_DONE, NULL);
        return;
    }
    if (err.kind == ERROR_NONE)
        error_set(&err, ERROR_SERVICE, "Something is still held by something else.");
    error_wrap(&err, "%zu of what was to be removed %s still there", work->left,
               work->left == 1 ? "is" : "are");
    task_end(task, TASK_FAILED, &err);
}

static void on_timer(struct timer *timer)
{
    struct residue_removing *work = container_of(timer, struct residue_removing, timer);
    work->at = work->left = 0;
    next(work);
}

static void round_over(struct residue_removing *work)
{
    struct task *task = &work->removal->task;
    int64_t gone_ms = task->loop->now_ms - task->began_ms;
    if (work->left == 0 || gone_ms > scaled(work, LIMIT_MS)) {
        end(work);
        return;
    }
    work->timer.fire = on_timer;
    loop_after(task->loop, &work->timer, scaled(work, ROUND_MS));
}

static void address_goes_too(struct residue *residue, const struct inventory_item *interface)
{
    for (size_t i = 0; i < residue->count; i++)
        if (residue->items[i].kind == RESIDUE_ADDRESS &&
            strcmp(residue->items[i].thing.id, interface->address) == 0)
            residue->items[i].state = RESIDUE_GONE;
}

/* The item at `at` was answered. */
static void answered(struct residue_removing *work, bool ok, bool waits, const struct error *err)
{
    struct residue_item *item = &work->removal->residue->items[work->at++];
    if (ok) {
        item->state = RESIDUE_GONE;
        if (item->kind == INVENTORY_INTERFACE)
            address_goes_too(work->removal->residue, &item->thing);
    } else {
        str_copy(str_of(err->text), item->why, sizeof item->why);
        work->left++;
        if (!waits) {
            item->state = RESIDUE_STUCK;
            if (work->first.kind == ERROR_NONE)
                work->first = *err;
        }
    }
    tell(work);
    next(work);
}

static void on_one(struct inventory_removal *one)
{
    struct residue_removing *work = container_of(one, struct residue_removing, one);
    answered(work, one->ok, one->waits, &one->error);
}

static void on_logs(struct logs_group *logs)
{
    struct residue_removing *work = container_of(logs, struct residue_removing, logs);
    answered(work, logs->ok, false, &logs->error);
}

static void on_route53(struct route53 *route53)
{
    struct residue_removing *work = container_of(route53, struct residue_removing, route53);
    answered(work, route53->ok, false, &route53->error);
}

/* "hub.demo.example.org A", or the zone's name; the zone's id is beside it. */
static bool remove_of_domain(struct residue_removing *work, const struct residue_item *item,
                             struct error *err)
{
    struct str rest = str_of(item->thing.id), name;
    char record[256];
    const char *zone = item->thing.object;
    if (item->kind == RESIDUE_ZONE)
        return route53_zone_remove(&work->route53, &work->access.aws, zone, on_route53, err);
    str_cut(&rest, ' ', &name);
    str_copy(name, record, sizeof record);
    return route53_record_remove(&work->route53, &work->access.aws, zone, record, rest.data,
                                 on_route53, err);
}

static bool forget_kubeconfig(struct residue_removing *work, struct error *err)
{
    char path[PATH_MAX];
    if (!path_format(path, err, "%s/kubeconfig", work->removal->world->dir))
        return false;
    return unlink(path) == 0 || !file_exists(path) ||
           error_errno(err, "%s cannot be removed", path);
}

/* Begins with the next item that is to go; false when this round has none left. */
static void next(struct residue_removing *work)
{
    struct residue *residue = work->removal->residue;
    struct task *task = &work->removal->task;
    struct error err = {.kind = ERROR_NONE};
    while (work->at < residue->count && residue->items[work->at].state != RESIDUE_GOING) {
        work->left += residue->items[work->at].state == RESIDUE_STUCK;
        work->at++;
    }
    if (work->at == residue->count) {
        round_over(work);
        return;
    }
    const struct residue_item *item = &residue->items[work->at];
    snprintf(task->note, sizeof task->note, "%s %.100s", residue_word(item->kind, 1),
             item->thing.id);
    bool ok;
    if (item->kind == RESIDUE_KUBECONFIG) {
        ok = forget_kubeconfig(work, &err);
        answered(work, ok, false, &err);
        return;
    }
    inventory_remove_finish(&work->one);
    logs_group_finish(&work->logs);
    if (item->kind == RESIDUE_RECORD || item->kind == RESIDUE_ZONE)
        ok = remove_of_domain(work, item, &err);
    else if (item->kind == RESIDUE_LOG_GROUP)
        ok = logs_group_remove(&work->logs, &work->access.aws, item->thing.id, on_logs, &err);
    else
        ok = inventory_remove_start(&work->one, &work->access.aws, &item->thing, on_one, &err);
    if (!ok)
        answered(work, false, false, &err);
}

static bool removal_start(struct task *task, struct error *err)
{
    struct residue_removal *removal = container_of(task, struct residue_removal, task);
    const struct residue_world *world = removal->world;
    struct residue_removing *work = removal->work;
    if (!work)
        work = removal->work = alloc_zeroed(1, sizeof *work);
    work->removal = removal;
    work->at = work->left = 0;
    work->first = (struct error){.kind = ERROR_NONE};
    aws_access_finish(&work->access);
    if (!aws_access_open(&work->access, world->http, world->signals, world->place, world->profile,
                         world->answers->region, err))
        return false;
    work->timer.fire = on_timer;
    loop_after(task->loop, &work->timer, 0);
    return true;
}

static void cancel(struct residue_removing *work, struct loop *loop)
{
    if (loop)
        loop_cancel(loop, &work->timer);
    inventory_remove_finish(&work->one);
    logs_group_finish(&work->logs);
    route53_finish(&work->route53);
}

static void removal_stop(struct task *task)
{
    struct residue_removal *removal = container_of(task, struct residue_removal, task);
    struct error err;
    cancel(removal->work, task->loop);
    for (size_t i = 0; i < removal->residue->count; i++)
        if (removal->residue->items[i].state == RESIDUE_GOING)
            removal->residue->items[i].state = RESIDUE_THERE;
    error_set(&err, ERROR_CANCELLED, "The removal was stopped; what is gone is gone.");
    task_end(task, TASK_CANCELLED, &err);
}

static void removal_finish(struct task *task)
{
    struct residue_removal *removal = container_of(task, struct residue_removal, task);
    if (!removal->work)
        return;
    cancel(removal->work, task->loop);
    aws_access_finish(&removal->work->access);
    free(removal->work);
    removal->work = NULL;
}

void residue_removal_init(struct residue_removal *removal, const struct residue_world *world,
                          struct residue *residue)
{
    static const struct task_ops ops = {removal_start, removal_stop, removal_finish};
    *removal = (struct residue_removal){.task.ops = &ops, .world = world, .residue = residue};
    snprintf(removal->task.label, sizeof removal->task.label, "remove what is left");
}
