/* The steps that run terraform: which one, its root, init, plan, apply; and going on where another
 * worker died. The steps between them are in deploy_review.c. */
#include "core/session/deploy_steps.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/terraform/tf_state.h"

enum { STATE_COPIES = 20, DISK_FULL_BYTES = 1 << 20 };

struct terraform_place deploy_terraform_place(const struct deploy *deploy)
{
    return (struct terraform_place){.dir = deploy->root, .environment = deploy->place->environment};
}

static bool copies_dir(const struct deploy *deploy, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s/states/%s", deploy->place->dir,
                       stage_table[deploy->stage].name);
}

/* STAGE-VERB.jsonl, or STAGE-VERB-2.jsonl when a worker before us already wrote the first. */
static bool name_stream(struct deploy *deploy, enum stage_step step, struct error *err)
{
    const char *stage = stage_table[deploy->stage].name, *verb = step_name(step);
    bool ok = path_format(deploy->stream, err, "%s/%s-%s.jsonl", deploy->run_dir, stage, verb);
    for (int n = 2; ok && file_exists(deploy->stream); n++)
        ok = path_format(deploy->stream, err, "%s/%s-%s-%d.jsonl", deploy->run_dir, stage, verb, n);
    return ok;
}

static bool name_files(struct deploy *deploy, struct error *err)
{
    const struct stage *stage = &stage_table[deploy->stage];
    return path_format(deploy->root, err, "%s/%s", deploy->place->dir, stage->root) &&
           path_format(deploy->plan, err, "%s/%s.plan", deploy->run_dir, stage->name);
}

/* ---- which terraform ---- */

static bool adopt(struct deploy *deploy);

/* Without terraform nothing can be begun; what a dead worker left is watched to its end all the
 * same. */
static void no_terraform(struct deploy *deploy, const struct error *err)
{
    struct error ignored;
    if (deploy->stage == STAGE_NONE || !name_files(deploy, &ignored) || !adopt(deploy))
        deploy_fail(deploy, err);
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
    if (!terraform_find(&deploy->terraform, place->lookup, place->environment, &err) ||
        !tf_query_init(
            &deploy->query, TF_ASK_VERSION, &deploy->terraform, deploy->signals,
            &(struct terraform_place){.dir = place->dir, .environment = place->environment}, NULL,
            &err)) {
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
static bool copy_root(const struct deploy *deploy, struct error *err)
{
    char source[PATH_MAX];
    const struct stage *stage = &stage_table[deploy->stage];
    if (file_exists(deploy->root))
        return true;
    if (!path_format(source, err, "%s/terraform/%s", deploy->place->assets, stage->root))
        return false;
    if (file_exists(source))
        return place_root(source, deploy->root, err);
    error_set(err, ERROR_TOOL,
              "This version builds %s only in a rehearsal: the terraform root for a real account "
              "is not part of it yet. Nothing was created.",
              stage->label);
    return error_hint(err, "Try it without an account: ekshub-tui --rehearse");
}

static bool write_variables(const struct deploy *deploy, struct error *err)
{
    char path[PATH_MAX];
    struct buf text = {0};
    json_t *variables = answers_variables(&deploy->answers, deploy->stage, deploy->profile);
    bool ok = path_format(path, err, "%s/terraform.tfvars.json", deploy->root) &&
              js_dump(variables, &text) && buf_byte(&text, '\n') &&
              file_write(path, buf_str(&text), 0600, err);
    json_decref(variables);
    buf_finish(&text);
    return ok;
}

void deploy_begin_stage(struct deploy *deploy)
{
    struct error err;
    struct tf_state state;
    struct tf_lock lock;
    char copies[PATH_MAX];
    if (!name_files(deploy, &err) || !copy_root(deploy, &err) || !write_variables(deploy, &err) ||
        !copies_dir(deploy, copies, &err) || !tf_lock_check(&lock, deploy->root, &err) ||
        !tf_state_check(&state, deploy->root, copies, &err)) {
        deploy_fail(deploy, &err);
        return;
    }
    deploy_begin_command(deploy, STEP_INIT);
}

/* ---- init, plan, apply ---- */

static void keep_state(const struct deploy *deploy)
{
    struct error err;
    char copies[PATH_MAX];
    if (!copies_dir(deploy, copies, &err) ||
        !tf_state_keep(deploy->root, copies, STATE_COPIES, clock_wall(deploy->loop->clock), &err))
        log_line("state copy: %s", err.text);
}

/* A full disk left the only copy of the state in the stream: put it back before anything else. */
static void rescue_state(struct deploy *deploy)
{
    struct error err;
    char copies[PATH_MAX], rescued[PATH_MAX];
    if (!copies_dir(deploy, copies, &err) || !dir_make(copies, 0700, &err) ||
        !path_format(rescued, &err, "%s/rescued.tfstate", copies) ||
        !tf_state_rescue(deploy->stream, rescued, &err) ||
        !tf_state_restore(deploy->root, rescued, &err))
        log_line("state rescue: %s", err.text);
}

/* Nothing to apply: the review is empty, and what stands is read again. */
static void nothing_to_do(struct deploy *deploy)
{
    json_t *event = deploy_event(deploy, "review");
    js_set_int(event, "add", 0);
    js_set_int(event, "change", 0);
    js_set_int(event, "remove", 0);
    js_set(event, "cost_per_hour",
           json_real(estimate_eks(&deploy->estimates, &deploy->answers).total));
    deploy_write(deploy, event);
    if (deploy->command == RUN_PLAN)
        deploy_stage_over(deploy);
    else
        deploy_begin_output(deploy);
}

/* Terraform cannot say that the disk is full when what it says goes there too. */
static void hint_full_disk(const struct deploy *deploy, struct error *err)
{
    struct statvfs room;
    if (!err->hint[0] && statvfs(deploy->place->dir, &room) == 0 &&
        (uint64_t)room.f_bavail * room.f_frsize < DISK_FULL_BYTES)
        error_hint(err, "The disk that holds %s is full: make room, then apply again.",
                   deploy->place->dir);
}

/* A step that did not succeed. Before the apply nothing was changed: an init or plan of which
 * nobody saw the end is done again, and one that failed for its interrupt was stopped. */
static void command_failed(struct deploy *deploy)
{
    const struct tf_command *command = &deploy->terraform_command;
    struct error err = command->task.error;
    bool harmless = deploy->step != STEP_APPLY;
    if (harmless && command->adopted && command->run.outcome == TF_OUTCOME_UNCLEAR) {
        deploy_begin_stage(deploy);
        return;
    }
    if (harmless && command->interrupts)
        err.kind = ERROR_CANCELLED;
    hint_full_disk(deploy, &err);
    deploy_fail(deploy, &err);
}

static void command_ended(struct task *task)
{
    struct deploy *deploy =
        container_of(container_of(task, struct tf_command, task), struct deploy, terraform_command);
    enum stage_step step = deploy->step;
    if (deploy->terraform_command.run.emergency)
        rescue_state(deploy);
    if (step == STEP_APPLY)
        keep_state(deploy);
    if (task->state != TASK_DONE && task->state != TASK_WARNED) {
        command_failed(deploy);
        return;
    }
    deploy_step_over(deploy, deploy->terraform_command.run.code);
    if (step == STEP_INIT)
        deploy_begin_command(deploy, STEP_PLAN);
    else if (step == STEP_PLAN && deploy->terraform_command.run.outcome == TF_OUTCOME_NO_CHANGES)
        nothing_to_do(deploy);
    else if (step == STEP_PLAN)
        deploy_begin_show(deploy);
    else
        deploy_begin_output(deploy);
}

static void command_changed(struct tf_command *command, const struct tf_event *event)
{
    (void)event;
    deploy_stop_if_safe(container_of(command, struct deploy, terraform_command));
}

static enum tf_verb verb_of(enum stage_step step)
{
    return step == STEP_INIT ? TF_INIT : step == STEP_PLAN ? TF_PLAN : TF_APPLY;
}

bool deploy_stopped_between(struct deploy *deploy)
{
    struct error err;
    if (!deploy->stop_asked)
        return false;
    error_set(&err, ERROR_CANCELLED, "Stopped by the operator before terraform was started again.");
    deploy_fail(deploy, &err);
    return true;
}

void deploy_begin_command(struct deploy *deploy, enum stage_step step)
{
    struct error err;
    if (deploy_stopped_between(deploy))
        return;
    deploy->step = step;
    task_finish(&deploy->terraform_command.task);
    memset(&deploy->terraform_command, 0, sizeof deploy->terraform_command);
    struct tf_command_spec spec = {.verb = verb_of(step),
                                   .stage = stage_table[deploy->stage].name,
                                   .label = step_name(step),
                                   .stream = deploy->stream,
                                   .plan = deploy->plan,
                                   .place = deploy_terraform_place(deploy)};
    if (!name_stream(deploy, step, &err) ||
        !tf_command_init(&deploy->terraform_command, &deploy->terraform, deploy->signals, &spec,
                         &err)) {
        deploy_fail(deploy, &err);
        return;
    }
    if (!deploy_step(deploy, step, deploy->stream))
        return;
    deploy->changing |= step == STEP_APPLY;
    deploy->terraform_command.task.ended = command_ended;
    deploy->terraform_command.changed = command_changed;
    task_start(&deploy->terraform_command.task, deploy->loop);
}

/* ---- going on where another worker died ---- */

/* The record of the command that the dead worker left; made up when terraform has ended since. */
static struct tf_record left_record(const struct deploy *deploy)
{
    struct tf_record record;
    struct error err;
    if (tf_record_read(&record, deploy->stream, &err))
        return record;
    record = (struct tf_record){.verb = verb_of(deploy->left)};
    str_copy(str_of(stage_table[deploy->stage].name), record.stage, sizeof record.stage);
    str_copy(str_of(deploy->root), record.dir, sizeof record.dir);
    str_copy(str_of(deploy->stream), record.stream, sizeof record.stream);
    str_copy(str_of(deploy->plan), record.plan, sizeof record.plan);
    return record;
}

/* Watches the terraform that the dead worker left, or judges what it wrote when it is gone too.
 * False when there is nothing to judge: nothing was changed, and the step is done again. */
static bool adopt(struct deploy *deploy)
{
    struct tf_command *command = &deploy->terraform_command;
    bool applies = deploy->left == STEP_APPLY;
    if (!applies && deploy->left != STEP_INIT && deploy->left != STEP_PLAN)
        return false;
    struct tf_record record = left_record(deploy);
    if (!applies && !tf_record_alive(&record))
        return false;
    deploy->step = deploy->left;
    tf_command_adopt(command, &record);
    command->task.ended = command_ended;
    command->changed = command_changed;
    task_start(&command->task, deploy->loop);
    if (command->task.state != TASK_RUNNING || !command->adopted)
        return true;
    command->interrupts = deploy->interrupted; /* a second one would cost what is in flight */
    follow_catch_up(&command->follow);
    deploy_stop_as_asked(deploy);
    return true;
}

void deploy_resume_stage(struct deploy *deploy)
{
    struct error err;
    enum stage_step step = deploy->left;
    if (!name_files(deploy, &err)) {
        deploy_fail(deploy, &err);
        return;
    }
    if (adopt(deploy))
        return;
    if (step == STEP_OUTPUT)
        deploy_begin_output(deploy);
    else if ((step == STEP_SHOW || step == STEP_CONSENT) && file_exists(deploy->plan))
        deploy_begin_show(deploy);
    else
        deploy_begin_stage(deploy);
}
