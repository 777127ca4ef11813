/* The last step of a destroy: what is left is looked for, and what led to the cluster is put away.
 */
#include <unistd.h>

#include "core/base/paths.h"
#include "core/session/between_work.h"
#include "core/session/residue.h"

#include "core/base/alloc.h"

struct last_look {
    struct residue_world world;
    struct residue residue;
    struct residue_look look;
    struct between *between;
};

/* A kubeconfig of a cluster that is gone leads nowhere; it is ours to remove. */
static void put_away(struct last_look *work)
{
    const struct between_world *world = work->between->world;
    struct error ignored;
    char path[PATH_MAX];
    bool removed = false;
    if (work->residue.cluster_there || !path_format(path, &ignored, "%s/kubeconfig", world->dir))
        return;
    unlink(path);
    session_kubeconfig_forget(world->place, world->answers->cluster_name, &removed, path, &ignored);
    for (size_t i = 0; i < work->residue.count; i++)
        if (work->residue.items[i].kind == RESIDUE_KUBECONFIG)
            work->residue.items[i].state = RESIDUE_GONE;
}

static void on_look(struct task *task)
{
    struct last_look *work = container_of(task, struct last_look, look.task);
    struct between *between = work->between;
    struct error err;
    json_t *left;
    if (task->state != TASK_DONE && task->state != TASK_WARNED) {
        between_fail(between, &task->error);
        return;
    }
    if (!work->world.name_space)
        put_away(work);
    left = residue_json(&work->residue);
    size_t count = json_array_size(left);
    js_set(between_result(between), "residue", left);
    if (count > 0) {
        error_set(&err, ERROR_SERVICE, "%zu thing%s left, for $%.3f an hour.", count,
                  count == 1 ? " is" : "s are", work->residue.cost_per_hour);
        error_hint(&err, "The residue screen shows what holds them and removes them in order.");
        between_warn(between, &err);
    } else if (work->residue.failed) {
        err = work->residue.trouble;
        between_warn(between, &err);
    } else
        between_done(between);
}

static void on_changed(struct residue_look *look)
{
    struct last_look *work = container_of(look, struct last_look, look);
    between_note(work->between, "%.150s", look->task.note);
}

static bool residue_start(struct between *between, struct error *err)
{
    const struct between_world *world = between->world;
    struct last_look *work = between->work;
    (void)err;
    work->between = between;
    work->world = (struct residue_world){
        .place = world->place,
        .http = world->http,
        .signals = world->signals,
        .answers = world->answers,
        .profile = world->profile,
        .dir = world->dir,
        .name_space =
            between->stage == STAGE_EKS ? NULL : between_namespace(between, between->stage),
    };
    residue_look_init(&work->look, &work->world, &work->residue);
    work->look.changed = on_changed;
    work->look.task.ended = on_look;
    task_start(&work->look.task, world->loop);
    return true;
}

static void residue_done(struct between *between)
{
    struct last_look *work = between->work;
    task_finish(&work->look.task);
    residue_finish(&work->residue);
}

const struct between_step between_residue = {
    .step = STEP_RESIDUE,
    .label = "look for what is left",
    .stages = BETWEEN_STAGE(STAGE_EKS) | BETWEEN_STAGE(STAGE_PYPI) | BETWEEN_STAGE(STAGE_MLHUB),
    .size = sizeof(struct last_look),
    .start = residue_start,
    .finish = residue_done,
};
