/* Running terraform into files: starting, following, stopping, and the end. What the end means is
 * tf_verdict.c. */
#include "core/terraform/tf_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

enum { POLL_MS = 500, ARGUMENTS_MAX = 12, STDERR_MAX = 1 << 20 };

static struct tf_command *command_of(struct task *task)
{
    return container_of(task, struct tf_command, task);
}

static void take_line(struct follow *follow, struct str line, bool cut)
{
    struct tf_command *command = container_of(follow, struct tf_command, follow);
    struct tf_run *run = &command->run;

    (void)cut; /* what is cut does not parse, and is a note */
    tf_event_parse(line, &command->event, NULL);
    tf_run_apply(run, &command->event, clock_wall(command->task.loop->clock));
    str_copy(str_of(run->note), command->task.note, sizeof(command->task.note));
    if (run->verb == TF_APPLY) {
        command->task.done = run->done;
        command->task.total = run->total;
    }
    if (command->changed)
        command->changed(command, &command->event);
}

static bool watch_stream(struct tf_command *command, struct error *err)
{
    command->follow.line = take_line;
    if (!follow_start(&command->follow, command->task.loop, command->record.stream, err))
        return false;
    command->follow.offset = command->record.from;
    return true;
}

static void remove_plan(const struct tf_command *command)
{
    const char *plan = command->record.plan;
    bool kept = command->record.verb == TF_PLAN && command->run.outcome == TF_OUTCOME_CHANGES;

    if (plan[0] && command->record.verb != TF_INIT && !kept)
        unlink(plan);
}

/* What came on stderr, when the stream says nothing: options are refused there, and crashes told.
 */
static bool explain_by_stderr(const struct tf_command *command, struct error *err)
{
    char path[PATH_MAX], text[900];
    struct buf said = {0};

    if (command->run.errors || !path_format(path, NULL, "%s.err", command->record.stream) ||
        !file_read(path, STDERR_MAX, &said, NULL) || !str_trim(buf_str(&said)).len) {
        buf_finish(&said);
        return false;
    }
    tf_clean_text(str_trim(buf_str(&said)), text, sizeof(text), true);
    buf_finish(&said);
    error_set(err, ERROR_TOOL, "%s", text);
    return true;
}

/* The follower is behind when the process ends: the rest is read first. */
static void end_with(struct tf_command *command, int code)
{
    struct error err = {.kind = ERROR_NONE};
    enum task_state state = TASK_DONE;

    follow_drain(&command->follow);
    follow_stop(&command->follow);
    tf_run_ended(&command->run, code);
    tf_run_explain(&command->run, &err);
    switch (command->run.outcome) {
    case TF_OUTCOME_SUCCEEDED:
    case TF_OUTCOME_NO_CHANGES:
    case TF_OUTCOME_CHANGES:
        state = command->run.warnings ? TASK_WARNED : TASK_DONE;
        break;
    case TF_OUTCOME_INTERRUPTED:
        state = TASK_CANCELLED;
        break;
    case TF_OUTCOME_NONE:
    case TF_OUTCOME_FAILED:
    case TF_OUTCOME_KILLED:
    case TF_OUTCOME_CRASHED:
    case TF_OUTCOME_UNCLEAR:
        state = TASK_FAILED;
        if (command->run.outcome == TF_OUTCOME_FAILED)
            explain_by_stderr(command, &err);
        err.code = code;
        break;
    }
    remove_plan(command);
    tf_record_remove(&command->record);
    task_end(&command->task, state, &err);
}

static void child_ended(struct process *process)
{
    end_with(container_of(process, struct tf_command, process), process_code(process));
}

static int open_stream(const char *path, struct error *err)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        error_errno(err, "%s could not be opened for terraform's output", path);
    return fd;
}

/* argv for the command; `out` has room for ARGUMENTS_MAX. */
static void build_arguments(const struct tf_command *command, char plan_option[PATH_MAX + 8],
                            const char **out)
{
    static const char *const names[] = {"init", "plan", "apply"};
    const struct tf_record *record = &command->record;
    size_t n = 0;

    out[n++] = command->terraform->program;
    if (command->terraform->mode[0])
        out[n++] = command->terraform->mode;
    out[n++] = names[record->verb];
    out[n++] = "-input=false";
    out[n++] = "-no-color";
    out[n++] = "-json";
    if (record->verb == TF_INIT) {
        out[n++] = "-reconfigure"; /* moving a state is our business: tf_query.h */
        if (command->backend_option[0])
            out[n++] = command->backend_option;
    } else if (record->verb == TF_PLAN) {
        snprintf(plan_option, PATH_MAX + 8, "-out=%s", record->plan);
        out[n++] = plan_option;
        out[n++] = "-detailed-exitcode";
        if (record->destroy)
            out[n++] = "-destroy";
    } else if (record->verb == TF_APPLY) {
        out[n++] = record->plan;
    }
    out[n] = NULL;
}

/* The mask is terraform's for its life: its plan, state and lock files hold secrets. */
static bool run_program(struct tf_command *command, int out, int err_fd, struct error *err)
{
    const char *arguments[ARGUMENTS_MAX];
    char plan_option[PATH_MAX + 8];
    struct process_spec spec = {
        .argv = arguments,
        .cwd = command->record.dir,
        .environment = (const char *const *)command->environment,
        .secrets = command->secrets,
        .home = PROCESS_OWN_SESSION,
        .in = PROCESS_NULL,
        .out = out,
        .err = err_fd,
    };
    mode_t mask;
    bool ok;

    build_arguments(command, plan_option, arguments);
    command->process.ended = child_ended;
    mask = umask(077);
    ok = process_start(&command->process, command->signals, &spec, err);
    umask(mask);
    return ok;
}

static bool start_child(struct tf_command *command, struct error *err)
{
    struct tf_record *record = &command->record;
    struct error note = {.kind = ERROR_NONE};
    char err_path[PATH_MAX];
    int out = -1, err_fd = -1;
    bool ok = path_format(err_path, err, "%s.err", record->stream) &&
              (out = open_stream(record->stream, err)) >= 0 &&
              (err_fd = open_stream(err_path, err)) >= 0;

    if (ok) {
        record->from = lseek(out, 0, SEEK_END);
        ok = watch_stream(command, err) && run_program(command, out, err_fd, err);
    }
    if (out >= 0)
        close(out);
    if (err_fd >= 0)
        close(err_fd);
    if (!ok) {
        follow_stop(&command->follow);
        return false;
    }
    /* without a record the run goes on; only a later start would not know this terraform */
    if (!process_identify(command->process.pid, &record->identity) ||
        !tf_record_write(record, &note))
        log_line("no record of terraform %ld: %s", (long)command->process.pid, note.text);
    return true;
}

static void adopted_ended(struct tf_command *command)
{
    loop_unwatch(command->task.loop, &command->pid_watch);
    loop_cancel(command->task.loop, &command->poll);
    if (command->pid_fd >= 0)
        close(command->pid_fd);
    command->pid_fd = -1;
    end_with(command, -1);
}

static void pid_ready(struct watch *watch, short revents)
{
    (void)revents;
    adopted_ended(container_of(watch, struct tf_command, pid_watch));
}

static void poll_fire(struct timer *timer)
{
    struct tf_command *command = container_of(timer, struct tf_command, poll);

    if (tf_record_alive(&command->record))
        loop_after(command->task.loop, timer, POLL_MS);
    else
        adopted_ended(command);
}

/* A descriptor that becomes readable when the process ends (Linux 5.3); -1 where there is none. */
static int open_pid(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0);
#else
    (void)pid;
    return -1;
#endif
}

static bool start_adopted(struct tf_command *command, struct error *err)
{
    if (!watch_stream(command, err))
        return false;
    command->pid_watch.ready = pid_ready;
    command->poll.fire = poll_fire;
    command->pid_fd =
        tf_record_alive(&command->record) ? open_pid(command->record.identity.pid) : -1;
    if (!tf_record_alive(&command->record))
        adopted_ended(command);
    else if (command->pid_fd >= 0)
        loop_watch(command->task.loop, &command->pid_watch, command->pid_fd, POLLIN);
    else
        loop_after(command->task.loop, &command->poll, POLL_MS);
    return true;
}

static bool start(struct task *task, struct error *err)
{
    struct tf_command *command = command_of(task);

    tf_run_finish(&command->run);
    command->interrupts = 0;
    command->interrupted_ms = 0;
    return command->adopted ? start_adopted(command, err) : start_child(command, err);
}

static void interrupt(struct tf_command *command)
{
    command->interrupts++;
    command->interrupted_ms = clock_wall(command->task.loop->clock);
    log_line("interrupt %u to terraform %ld", command->interrupts,
             (long)command->record.identity.pid);
    if (!command->adopted)
        process_signal(&command->process, SIGINT);
    else if (tf_record_alive(&command->record))
        kill(command->record.identity.pid, SIGINT);
}

static void stop(struct task *task)
{
    struct tf_command *command = command_of(task);

    if (!command->interrupts)
        interrupt(command);
}

void tf_command_stop_harder(struct tf_command *command)
{
    if (command->task.state == TASK_RUNNING && command->interrupts == 1)
        interrupt(command);
}

static void finish(struct task *task)
{
    struct tf_command *command = command_of(task);

    follow_stop(&command->follow);
    process_finish(&command->process);
    if (task->loop) {
        loop_unwatch(task->loop, &command->pid_watch);
        loop_cancel(task->loop, &command->poll);
    }
    if (command->pid_fd >= 0)
        close(command->pid_fd);
    command->pid_fd = -1;
    tf_run_finish(&command->run);
    terraform_environment_free(command->environment);
    command->environment = NULL;
}

static const struct task_ops ops = {.start = start, .stop = stop, .finish = finish};

static void prepare(struct tf_command *command, enum tf_verb verb)
{
    command->task.ops = &ops;
    command->pid_fd = -1;
    tf_run_init(&command->run, verb);
}

bool tf_command_init(struct tf_command *command, const struct terraform *terraform,
                     struct signals *signals, const struct tf_command_spec *spec, struct error *err)
{
    static const char *const names[] = {"init", "plan", "apply"};
    struct tf_record *record = &command->record;
    struct stat st;

    if (!path_format(record->dir, err, "%s", spec->place.dir) ||
        !path_format(record->stream, err, "%s", spec->stream) ||
        !path_format(record->plan, err, "%s", spec->plan ? spec->plan : ""))
        return false;
    if (stat(record->dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return error_set(err, ERROR_INPUT, "There is no directory %s to run terraform in",
                         record->dir);
    prepare(command, spec->verb);
    record->verb = spec->verb;
    record->destroy = spec->destroy;
    str_copy(str_of(spec->stage), record->stage, sizeof(record->stage));
    if (spec->backend_profile && *spec->backend_profile)
        snprintf(command->backend_option, sizeof command->backend_option,
                 "-backend-config=profile=%s", spec->backend_profile);
    command->terraform = terraform;
    command->signals = signals;
    command->secrets = spec->place.secrets;
    command->environment = terraform_environment(terraform, spec->place.environment);
    if (spec->label)
        str_copy(str_of(spec->label), command->task.label, sizeof(command->task.label));
    else
        snprintf(command->task.label, sizeof(command->task.label), "%s %s", record->stage,
                 names[spec->verb]);
    return true;
}

void tf_command_adopt(struct tf_command *command, const struct tf_record *record)
{
    prepare(command, record->verb);
    command->record = *record;
    command->adopted = true;
    str_copy(str_of(record->stage), command->task.label, sizeof(command->task.label));
}
