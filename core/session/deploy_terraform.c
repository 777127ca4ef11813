/* The steps that run terraform: which one, its root, init, plan, apply; and watching one that a
 * dead worker left. What is shown of a plan, and asked, is in deploy_review.c. */
#include "core/session/deploy_lane.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/session/state_store.h"
#include "core/terraform/tf_state.h"

enum { STATE_COPIES = 20, DISK_FULL_BYTES = 1 << 20 };

struct terraform_place lane_place(const struct deploy_lane *lane)
{
    return (struct terraform_place){.dir = lane->root,
                                    .environment = (const char *const *)lane->deploy->environment,
                                    .secrets = lane->secrets};
}

bool lane_runs_terraform(const struct deploy_lane *lane)
{
    return lane->terraform_command.task.state == TASK_RUNNING;
}

static bool copies_dir(const struct deploy_lane *lane, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s/states/%s", lane->deploy->place->dir,
                       stage_table[lane->stage].name);
}

/* STAGE-VERB.jsonl, or STAGE-VERB-2.jsonl when there is one already: of another pass, or of a
 * worker before us. */
static bool name_stream(struct deploy_lane *lane, enum stage_step step, struct error *err)
{
    const char *stage = stage_table[lane->stage].name, *verb = step_name(step);
    const char *dir = lane->deploy->run_dir;
    bool ok = path_format(lane->stream, err, "%s/%s-%s.jsonl", dir, stage, verb);
    for (int n = 2; ok && file_exists(lane->stream); n++)
        ok = path_format(lane->stream, err, "%s/%s-%s-%d.jsonl", dir, stage, verb, n);
    return ok;
}

/* Nothing was ever made, or all of it is gone already: a destroy passes the stage over. Of a state
 * that is kept elsewhere that is known only once it was pulled. */
void lane_look_for_state(struct deploy_lane *lane)
{
    struct tf_state_file state;
    char path[PATH_MAX];
    bool elsewhere = lane_shares_state(lane) || tf_backend_is_remote(lane->root);
    if (elsewhere && lane->step == STEP_NONE)
        return;
    if (!state_store_file(lane->deploy->place->dir, lane->stage, path, NULL))
        return;
    tf_state_look(&state, path);
    lane->unmade = state.health == TF_STATE_ABSENT;
    lane->empty = lane->unmade || (state.health == TF_STATE_GOOD && state.resources == 0);
}

bool lane_name_files(struct deploy_lane *lane, struct error *err)
{
    const struct stage *stage = &stage_table[lane->stage];
    const struct deploy *deploy = lane->deploy;
    if (!path_format(lane->root, err, "%s/%s", deploy->place->dir, stage->root) ||
        !path_format(lane->plan, err, "%s/%s.plan", deploy->run_dir, stage->name))
        return false;
    if (deploy_destroys(deploy))
        lane_look_for_state(lane);
    return true;
}

/* ---- which terraform ---- */

/* Without terraform nothing can be begun; what a dead worker left is watched to its end all the
 * same. */
static void no_terraform(struct deploy *deploy, const struct error *err)
{
    deploy->unable = *err;
    deploy_ready(deploy);
}

static void version_known(struct task *task)
{
    struct deploy *deploy =
        container_of(container_of(task, struct tf_query, task), struct deploy, query);
    if (task->state != TASK_DONE) {
        no_terraform(deploy, &task->error);
        return;
    }
    snprintf(deploy->version, sizeof deploy->version, "%s %s",
             deploy->place->player    ? "player"
             : deploy->terraform.tofu ? "tofu"
                                      : "terraform",
             deploy->terraform.version);
    deploy_ready(deploy);
}

void deploy_ask_version(struct deploy *deploy)
{
    struct error err;
    const struct place *place = deploy->place;
    struct terraform_place here = {.dir = place->dir, .environment = place->environment};
    if (!terraform_find(&deploy->terraform, place->lookup, place->environment, &err) ||
        !tf_query_init(&deploy->query, TF_ASK_VERSION, &deploy->terraform, deploy->signals, &here,
                       NULL, &err)) {
        no_terraform(deploy, &err);
        return;
    }
    deploy->query.task.ended = version_known;
    task_start(&deploy->query.task, deploy->loop);
}

/* ---- the root ---- */

/* Appears whole or not at all: half a root would be taken for the operator's own. */
static bool place_root(const char *source, const char *root, struct error *err)
{
    char half[PATH_MAX];
    return path_format(half, err, "%s.new", root) && tree_remove(AT_FDCWD, half, err) &&
           tree_copy(source, half, err) &&
           (rename(half, root) == 0 || error_errno(err, "%s cannot be made", root));
}

/* The root comes from the program's assets once; from then on it is the operator's. */
static bool copy_root(const struct deploy_lane *lane, struct error *err)
{
    char source[PATH_MAX];
    const struct stage *stage = &stage_table[lane->stage];
    if (file_exists(lane->root))
        return true;
    if (!path_format(source, err, "%s/terraform/%s", lane->deploy->place->assets, stage->root))
        return false;
    if (file_exists(source))
        return place_root(source, lane->root, err);
    error_set(err, ERROR_TOOL,
              "This version builds %s only in a rehearsal: the terraform root for a real account "
              "is not part of it yet. Nothing of it was created.",
              stage->label);
    return error_hint(err, "Try it without an account: ekshub-tui --rehearse");
}

/* Copies tell what is missing here; a state that is kept elsewhere is not missing. */
static bool check_state(const struct deploy_lane *lane, struct error *err)
{
    struct tf_state state;
    struct tf_lock lock;
    char copies[PATH_MAX];
    return copies_dir(lane, copies, err) && tf_lock_check(&lock, lane->root, err) &&
           tf_state_check(&state, lane->root, lane_shares_state(lane) ? NULL : copies, err);
}

/* ---- init, plan, apply ---- */

static void keep_state(const struct deploy_lane *lane)
{
    struct error err;
    char copies[PATH_MAX];
    if (!copies_dir(lane, copies, &err) ||
        !tf_state_keep(lane->root, copies, STATE_COPIES, clock_wall(lane->deploy->loop->clock),
                       &err))
        log_line("state copy: %s", err.text);
}

/* A full disk left the only copy of the state in the stream: put it back before anything else. */
static void rescue_state(struct deploy_lane *lane)
{
    struct error err;
    char copies[PATH_MAX], rescued[PATH_MAX];
    if (!copies_dir(lane, copies, &err) || !dir_make(copies, 0700, &err) ||
        !path_format(rescued, &err, "%s/rescued.tfstate", copies) ||
        !tf_state_rescue(lane->stream, rescued, &err) ||
        !tf_state_restore(lane->root, rescued, &err))
        log_line("state rescue: %s", err.text);
}

/* Terraform cannot say that the disk is full when what it says goes there too. */
static void hint_full_disk(const struct deploy_lane *lane, struct error *err)
{
    const char *dir = lane->deploy->place->dir;
    struct statvfs room;
    if (!err->hint[0] && statvfs(dir, &room) == 0 &&
        (uint64_t)room.f_bavail * room.f_frsize < DISK_FULL_BYTES)
        error_hint(err, "The disk that holds %s is full: make room, then apply again.", dir);
}

/* A step that did not succeed. Before the apply nothing was changed: an init or plan of which
 * nobody saw the end is done again, and one that failed for its interrupt was stopped. */
static void command_failed(struct deploy_lane *lane)
{
    const struct tf_command *command = &lane->terraform_command;
    struct error err = command->task.error;
    bool harmless = lane->step != STEP_APPLY;
    if (harmless && command->adopted && command->run.outcome == TF_OUTCOME_UNCLEAR) {
        lane_again(lane);
        return;
    }
    if (harmless && command->interrupts)
        err.kind = ERROR_CANCELLED;
    hint_full_disk(lane, &err);
    lane_fail(lane, &err);
}

static void command_ended(struct task *task)
{
    struct deploy_lane *lane = container_of(container_of(task, struct tf_command, task),
                                            struct deploy_lane, terraform_command);
    const struct tf_run *run = &lane->terraform_command.run;
    if (run->emergency)
        rescue_state(lane);
    lane_mask(lane);
    if (lane->step == STEP_APPLY)
        keep_state(lane);
    if (task->state != TASK_DONE && task->state != TASK_WARNED) {
        command_failed(lane);
        return;
    }
    lane->nothing = lane->step == STEP_PLAN && run->outcome == TF_OUTCOME_NO_CHANGES;
    if (lane->nothing)
        lane_write_review(lane, NULL, 0, 0, 0);
    lane_step_over(lane, run->code);
}

static void command_changed(struct tf_command *command, const struct tf_event *event)
{
    (void)event;
    lane_stop_if_safe(container_of(command, struct deploy_lane, terraform_command));
}

static enum tf_verb verb_of(enum stage_step step)
{
    return step == STEP_INIT ? TF_INIT : step == STEP_PLAN ? TF_PLAN : TF_APPLY;
}

/* The provider of the root has the profile as a variable; where the state is kept cannot. */
static const char *backend_profile(const struct deploy_lane *lane)
{
    struct tf_backend backend;
    const struct deploy *deploy = lane->deploy;
    state_store_of(&backend, &deploy->answers, deploy->place, lane->stage);
    return backend.kind == TF_BACKEND_S3 && *deploy->profile ? deploy->profile : NULL;
}

static void begin_command(struct deploy_lane *lane, enum stage_step step)
{
    struct deploy *deploy = lane->deploy;
    struct tf_command *command = &lane->terraform_command;
    struct error err;
    task_finish(&command->task);
    memset(command, 0, sizeof *command);
    struct tf_command_spec spec = {.verb = verb_of(step),
                                   .destroy = deploy_destroys(deploy),
                                   .stage = stage_table[lane->stage].name,
                                   .label = step_name(step),
                                   .stream = lane->stream,
                                   .plan = lane->plan,
                                   .backend_profile = backend_profile(lane),
                                   .place = lane_place(lane)};
    if (!name_stream(lane, step, &err) ||
        !tf_command_init(command, &deploy->terraform, deploy->signals, &spec, &err)) {
        lane_fail(lane, &err);
        return;
    }
    if (!lane_step(lane, step, lane->stream))
        return;
    lane->changing |= step == STEP_APPLY;
    deploy->changing |= step == STEP_APPLY;
    command->task.ended = command_ended;
    command->changed = command_changed;
    task_start(&command->task, deploy->loop);
}

void lane_begin_init(struct deploy_lane *lane)
{
    struct error err;
    lane->secrets[0].name = NULL;
    if (copy_root(lane, &err) && check_state(lane, &err) && lane_write_store(lane, &err))
        begin_command(lane, STEP_INIT);
    else
        lane_fail(lane, &err);
}

void lane_begin_plan(struct deploy_lane *lane)
{
    struct error err;
    lane->nothing = false;
    if (check_state(lane, &err) && lane_lend_secrets(lane, &err) &&
        lane_write_variables(lane, &err))
        begin_command(lane, STEP_PLAN);
    else
        lane_fail(lane, &err);
}

void lane_begin_apply(struct deploy_lane *lane)
{
    struct error err;
    if (lane_lend_secrets(lane, &err))
        begin_command(lane, STEP_APPLY);
    else
        lane_fail(lane, &err);
}

/* ---- going on where another worker died ---- */

/* The record of the command that the dead worker left; made up when terraform has ended since. */
static struct tf_record left_record(const struct deploy_lane *lane, enum stage_step step)
{
    struct tf_record record;
    struct error err;
    if (tf_record_read(&record, lane->stream, &err))
        return record;
    record = (struct tf_record){.verb = verb_of(step), .destroy = deploy_destroys(lane->deploy)};
    str_copy(str_of(stage_table[lane->stage].name), record.stage, sizeof record.stage);
    str_copy(str_of(lane->root), record.dir, sizeof record.dir);
    str_copy(str_of(lane->stream), record.stream, sizeof record.stream);
    str_copy(str_of(lane->plan), record.plan, sizeof record.plan);
    return record;
}

bool lane_adopt(struct deploy_lane *lane, enum stage_step step)
{
    struct tf_command *command = &lane->terraform_command;
    bool applies = step == STEP_APPLY;
    struct tf_record record = left_record(lane, step);
    if (!applies && !tf_record_alive(&record))
        return false;
    lane->step = step;
    lane->going = true;
    lane->changing |= applies;
    tf_command_adopt(command, &record);
    command->task.ended = command_ended;
    command->changed = command_changed;
    task_start(&command->task, lane->deploy->loop);
    if (command->task.state != TASK_RUNNING || !command->adopted)
        return true;
    command->interrupts = lane->interrupted; /* a second one would cost what is in flight */
    follow_catch_up(&command->follow);
    lane_stop_as_asked(lane);
    return true;
}
