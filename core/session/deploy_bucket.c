/* A destroy keeps the bucket with the packages unless it was asked for. Before the plan is made the
 * bucket leaves the state, so that the review shows what goes and nothing else; asked for, it is
 * marked there to be emptied. Nothing in the account changes by either, so the step may be done
 * again at any moment. */
#include "core/session/deploy_lane.h"

#include <fcntl.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/bucket_state.h"
#include "core/session/deployment.h"
#include "core/session/state_store.h"
#include "core/terraform/tf_state.h"

static struct deploy_lane *lane_of(struct task *task)
{
    return container_of(container_of(task, struct tf_query, task), struct deploy_lane, query);
}

static bool edited_file(const struct deploy_lane *lane, char path[PATH_MAX], struct error *err)
{
    return path_format(path, err, "%s/bucket.tfstate", lane->root);
}

/* Said before the state forgets it: a worker that dies then is followed by one that knows. */
static bool note_kept(struct deploy_lane *lane, struct error *err)
{
    struct deploy *deploy = lane->deploy;
    json_t *values = json_object();
    js_set_text(values, OUTPUTS_BUCKET_KEPT, deploy->answers.pypi_bucket_name);
    bool ok = outputs_set(&deploy->outputs, deploy->place->dir, lane->stage, values, err);
    json_decref(values);
    return ok;
}

/* A later apply takes the bucket that is there. */
static bool save_kept(struct deploy_lane *lane, struct error *err)
{
    struct deploy *deploy = lane->deploy;
    const char *name = deploy->answers.pypi_bucket_name;
    if (!*name || strcmp(outputs_text(&deploy->outputs, lane->stage, OUTPUTS_BUCKET_KEPT), name))
        return true;
    str_copy(STR("false"), deploy->answers.pypi_create_bucket,
             sizeof deploy->answers.pypi_create_bucket);
    if (!deployment_save(deploy->place->dir, &deploy->answers, err))
        return false;
    json_t *event = lane_event(lane, "facts");
    js_set_text(event, "step", step_name(lane->step));
    js_set(event, "values", json_pack("{s:s}", OUTPUTS_BUCKET_KEPT, name));
    deploy_write(deploy, event);
    return true;
}

static void settle(struct deploy_lane *lane)
{
    struct error err;
    lane_look_for_state(lane); /* it may have had nothing but the bucket */
    if (save_kept(lane, &err))
        lane_step_over(lane, -1);
    else
        lane_fail(lane, &err);
}

static void copied(struct task *task)
{
    struct deploy_lane *lane = lane_of(task);
    struct error err = task->error;
    if (task->state == TASK_DONE)
        settle(lane);
    else
        lane_fail(lane, &err);
}

static void taken(struct task *task)
{
    struct deploy_lane *lane = lane_of(task);
    struct error err = task->error, ignored;
    char path[PATH_MAX];
    if (edited_file(lane, path, &ignored))
        tree_remove(AT_FDCWD, path, &ignored);
    if (task->state != TASK_DONE) {
        error_hint(&err, "Nothing was destroyed. Is somebody else at work with this state?");
        lane_fail(lane, &err);
    } else if (lane_shares_state(lane)) {
        lane_pull_state(lane, copied);
    } else {
        settle(lane);
    }
}

static json_t *read_state(const struct deploy_lane *lane, struct error *err)
{
    struct buf text = {0};
    char path[PATH_MAX];
    json_t *state = state_store_file(lane->deploy->place->dir, lane->stage, path, err) &&
                            file_read(path, TF_STATE_MAX, &text, err)
                        ? js_parse(buf_str(&text), err)
                        : NULL;
    if (text.data)
        secret_wipe(text.data, text.capacity);
    buf_finish(&text);
    return state;
}

static bool write_state(const json_t *state, const char *path, struct error *err)
{
    struct buf text = {0};
    bool ok = (js_dump(state, &text) && !text.failed) ||
              error_set(err, ERROR_SYSTEM, "The state cannot be written as JSON.");
    ok = ok && file_write(path, buf_str(&text), 0600, err);
    if (text.data)
        secret_wipe(text.data, text.capacity);
    buf_finish(&text);
    return ok;
}

/* Another bucket than the answers name was renamed in them since: it is kept, and not taken again.
 */
static bool edit(struct deploy_lane *lane, json_t *state, bool *edited, struct error *err)
{
    const struct answers *answers = &lane->deploy->answers;
    char bucket[64];
    *edited = false;
    if (strcmp(answers->pypi_keep_bucket, "false") == 0) {
        *edited = bucket_state_release(state);
        return true;
    }
    *edited = bucket_state_forget(state, bucket);
    bool same = !bucket[0] || strcmp(bucket, answers->pypi_bucket_name) == 0;
    return !*edited || !same || note_kept(lane, err);
}

void lane_begin_bucket(struct deploy_lane *lane)
{
    struct error err;
    char path[PATH_MAX];
    bool edited;
    if (!lane_step(lane, STEP_BUCKET, NULL))
        return;
    json_t *state = read_state(lane, &err);
    bool ok = state && edit(lane, state, &edited, &err) && edited_file(lane, path, &err) &&
              (!edited || write_state(state, path, &err));
    json_decref(state);
    if (!ok)
        lane_fail(lane, &err);
    else if (edited)
        lane_begin_query(lane, TF_PUSH_STATE, path, taken);
    else
        settle(lane);
}
