/* A state that is not kept beside its root: handed over when the operator chose another place for
 * it, and pulled after every change, so that what is there can be told without asking. */
#include "core/session/deploy_lane.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/session/state_store.h"
#include "core/terraform/tf_state.h"

static void wanted_store(const struct deploy_lane *lane, struct tf_backend *backend)
{
    state_store_of(backend, &lane->deploy->answers, lane->deploy->place, lane->stage);
}

static bool state_beside(const struct deploy_lane *lane, char path[PATH_MAX], struct error *err)
{
    return path_format(path, err, "%s/terraform.tfstate", lane->root);
}

bool lane_shares_state(const struct deploy_lane *lane)
{
    struct tf_backend backend;
    wanted_store(lane, &backend);
    return backend.kind != TF_BACKEND_LOCAL;
}

bool lane_needs_store(const struct deploy_lane *lane)
{
    struct tf_backend backend;
    wanted_store(lane, &backend);
    return backend.kind == TF_BACKEND_S3 && !tf_backend_stands(&backend, lane->root);
}

bool lane_leaves_store(const struct deploy_lane *lane)
{
    struct tf_backend backend;
    wanted_store(lane, &backend);
    return tf_backend_is_remote(lane->root) && !tf_backend_stands(&backend, lane->root);
}

bool lane_forget_state(const struct deploy_lane *lane, struct error *err)
{
    char path[PATH_MAX];
    return state_store_pulled(lane->deploy->place->dir, lane->stage, path, err) &&
           tree_remove(AT_FDCWD, path, err);
}

/* On its way from beside the root to where it is to be: terraform would ask about it at init. */
static bool state_leaving(const struct deploy_lane *lane, char path[PATH_MAX], struct error *err)
{
    return path_format(path, err, "%s/leaving.tfstate", lane->root);
}

static bool move(const char *from, const char *to, struct error *err)
{
    return rename(from, to) == 0 || errno == ENOENT || error_errno(err, "%s cannot be moved", from);
}

/* What terraform remembers of the place before; moving the state is our business. */
static bool forget_place(const struct deploy_lane *lane, struct error *err)
{
    char path[PATH_MAX];
    return path_format(path, err, "%s/.terraform/terraform.tfstate", lane->root) &&
           tree_remove(AT_FDCWD, path, err) && lane_forget_state(lane, err);
}

bool lane_write_store(const struct deploy_lane *lane, struct error *err)
{
    struct tf_backend backend;
    char beside[PATH_MAX], leaving[PATH_MAX];
    wanted_store(lane, &backend);
    bool stands = tf_backend_stands(&backend, lane->root);
    if (!stands && !forget_place(lane, err))
        return false;
    if (backend.kind != TF_BACKEND_LOCAL &&
        (!state_beside(lane, beside, err) || !state_leaving(lane, leaving, err) ||
         !move(beside, leaving, err)))
        return false;
    return tf_backend_write(&backend, lane->root, err);
}

static struct deploy_lane *lane_of(struct task *task)
{
    return container_of(container_of(task, struct tf_query, task), struct deploy_lane, query);
}

/* ---- home from where it was ---- */

/* One that never arrived there comes back as well. */
static void came_home(struct task *task)
{
    struct deploy_lane *lane = lane_of(task);
    struct tf_backend none = {.kind = TF_BACKEND_LOCAL};
    struct error err = task->error;
    char beside[PATH_MAX], leaving[PATH_MAX];
    if (task->state == TASK_DONE && state_beside(lane, beside, &err) &&
        state_leaving(lane, leaving, &err) && move(leaving, beside, &err) &&
        forget_place(lane, &err) && tf_backend_write(&none, lane->root, &err))
        lane_step_over(lane, -1);
    else
        lane_fail(lane, &err);
}

void lane_begin_leave(struct deploy_lane *lane)
{
    struct error err;
    char path[PATH_MAX];
    if (!lane_step(lane, STEP_LEAVE, NULL))
        return;
    if (state_beside(lane, path, &err))
        lane_begin_query(lane, TF_PULL_STATE, path, came_home);
    else
        lane_fail(lane, &err);
}

/* ---- to where it is to be, and a copy of it here ---- */

/* A colleague's run is this deployment's too: what it gave is told by its state. */
static bool learn_outputs(struct deploy_lane *lane, const char *pulled, struct error *err)
{
    struct deploy *deploy = lane->deploy;
    struct buf text = {0};
    if (outputs_up(&deploy->outputs, lane->stage) || !file_exists(pulled))
        return true;
    json_t *state =
        file_read(pulled, TF_STATE_MAX, &text, err) ? js_parse(buf_str(&text), err) : NULL;
    buf_finish(&text);
    json_t *values = public_outputs(js_get(state, "outputs"), false);
    lane_add_facts(lane, values);
    if (lane->stage == STAGE_MLHUB)
        js_set_bool(values, "claimed",
                    strcmp(js_text(values, "service_type"), "LoadBalancer") == 0);
    bool ok =
        state && (json_object_size(js_get(state, "outputs")) == 0 ||
                  outputs_set(&deploy->outputs, deploy->place->dir, lane->stage, values, err));
    json_decref(values);
    json_decref(state);
    return ok;
}

/* What the state says when it is known at last: a destroy passes an empty one over. */
static void pulled(struct task *task)
{
    struct deploy_lane *lane = lane_of(task);
    struct error err = task->error;
    char path[PATH_MAX];
    bool ok = task->state == TASK_DONE &&
              state_store_pulled(lane->deploy->place->dir, lane->stage, path, &err);
    if (ok && deploy_destroys(lane->deploy))
        lane_look_for_state(lane);
    else if (ok)
        ok = learn_outputs(lane, path, &err);
    if (ok)
        lane_step_over(lane, -1);
    else
        lane_fail(lane, &err);
}

static bool pull(struct deploy_lane *lane, void (*ended)(struct task *task), struct error *err)
{
    char path[PATH_MAX], dir[PATH_MAX];
    if (!state_store_pulled(lane->deploy->place->dir, lane->stage, path, err))
        return false;
    path_dirname(path, dir);
    if (!dir_make(dir, 0700, err))
        return false;
    lane_begin_query(lane, TF_PULL_STATE, path, ended);
    return true;
}

void lane_pull_state(struct deploy_lane *lane, void (*ended)(struct task *task))
{
    struct error err;
    if (!pull(lane, ended, &err))
        lane_fail(lane, &err);
}

/* It arrived: the one here would be taken for the truth by whoever looks into the root. */
static bool keep_handed_over(const struct deploy_lane *lane, const char *leaving, struct error *err)
{
    char to[PATH_MAX], backup[PATH_MAX];
    return path_format(to, err, "%s/handed-over.tfstate", lane->root) && move(leaving, to, err) &&
           path_format(backup, err, "%s/terraform.tfstate.backup", lane->root) &&
           tree_remove(AT_FDCWD, backup, err);
}

static void handed_over(struct task *task)
{
    struct deploy_lane *lane = lane_of(task);
    struct error err = task->error;
    char path[PATH_MAX], store[128];
    if (task->state == TASK_DONE && state_leaving(lane, path, &err) &&
        keep_handed_over(lane, path, &err) && pull(lane, pulled, &err))
        return;
    state_store_name(&lane->deploy->answers, store);
    if (task->state != TASK_DONE)
        error_hint(&err,
                   "The state here was not taken by %s. If the one there is the deployment's, move "
                   "%s/leaving.tfstate away and apply again.",
                   store, stage_table[lane->stage].root);
    lane_fail(lane, &err);
}

void lane_begin_share(struct deploy_lane *lane)
{
    struct tf_state_file state;
    struct error err;
    char path[PATH_MAX];
    if (!lane_step(lane, STEP_SHARE, NULL))
        return;
    if (!state_leaving(lane, path, &err)) {
        lane_fail(lane, &err);
        return;
    }
    tf_state_look(&state, path);
    if (state.health == TF_STATE_GOOD && state.resources > 0)
        lane_begin_query(lane, TF_PUSH_STATE, path, handed_over);
    else if (state.health == TF_STATE_GOOD && !keep_handed_over(lane, path, &err))
        lane_fail(lane, &err);
    else
        lane_pull_state(lane, pulled);
}
