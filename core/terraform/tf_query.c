/* version, show, output, state pull and push on pipes. What they answer is wiped as soon as it was
 * understood. */
#include "core/terraform/tf_query.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

static const size_t answer_max = (size_t)128 << 20; /* 2,000 resources: 1.6 MB */
static const size_t version_max = 64 << 10;
enum { VERSION_MS = 30000 }; /* 0.1 s on a disk; a cold network drive takes its time */

static const char *const words[] = {"version", "show", "output", "state pull", "state push"};

static void wipe(struct buf *b)
{
    if (b->data)
        secret_wipe(b->data, b->capacity);
    buf_clear(b);
}

static bool take_document(struct tf_query *query, struct error *err)
{
    json_t *document = js_parse(buf_str(&query->process.out), err);
    bool ok = document != NULL;

    if (ok && query->question == TF_ASK_PLAN) {
        ok = tf_plan_parse(&query->plan, document, err);
    } else if (ok && json_is_object(document)) {
        query->outputs = json_incref(document);
    } else if (ok) {
        ok = error_set(err, ERROR_TOOL, "It is not an object");
    }
    json_decref(document);
    return ok || error_wrap(err, "What terraform %s answered cannot be understood",
                            words[query->question]);
}

/* Nothing at all is what terraform says of a state that nobody has made. */
static bool keep_pulled(const struct tf_query *query, struct error *err)
{
    struct str state = str_trim(buf_str(&query->process.out));
    if (state.len)
        return file_write(query->file, buf_str(&query->process.out), 0600, err);
    return unlink(query->file) == 0 || errno == ENOENT ||
           error_errno(err, "%s cannot be removed", query->file);
}

static bool understand(struct tf_query *query, struct error *err)
{
    const struct process *process = &query->process;
    char said[700], outcome[64];

    if (query->late) {
        error_set(err, ERROR_TOOL, "%s did not say its version within %d seconds",
                  query->terraform->program, VERSION_MS / 1000);
        return error_hint(err, "Try  %s version  by hand, or name another in EKSHUB_TERRAFORM",
                          query->terraform->program);
    }
    if (query->question == TF_ASK_VERSION && buf_str(&process->out).len)
        return terraform_judge(query->terraform, buf_str(&process->out), err);
    if (process_code(process) != 0 || query->question == TF_ASK_VERSION) {
        tf_clean_text(str_trim(buf_str(&process->err)), said, sizeof(said), true);
        return error_set(err, ERROR_TOOL, "terraform %s ended with %s%s%s", words[query->question],
                         process_outcome(process, outcome), said[0] ? ": " : "", said);
    }
    if (process->cut)
        return error_set(err, ERROR_TOOL, "terraform %s answered more than %zu MB",
                         words[query->question], answer_max >> 20);
    if (query->question == TF_PULL_STATE)
        return keep_pulled(query, err);
    return query->question == TF_PUSH_STATE || take_document(query, err);
}

static void answered(struct process *process)
{
    struct tf_query *query = container_of(process, struct tf_query, process);
    struct error err = {.kind = ERROR_NONE};
    bool ok = false;

    loop_cancel(query->task.loop, &query->limit);
    if (query->stopped)
        error_set(&err, ERROR_CANCELLED, "Stopped");
    else
        ok = understand(query, &err);
    wipe(&process->out);
    wipe(&process->err);
    task_end(&query->task, ok ? TASK_DONE : query->stopped ? TASK_CANCELLED : TASK_FAILED, &err);
}

static void forget(struct tf_query *query)
{
    tf_plan_finish(&query->plan);
    json_decref(query->outputs);
    query->outputs = NULL;
    query->stopped = query->late = false;
}

static void too_late(struct timer *timer)
{
    struct tf_query *query = container_of(timer, struct tf_query, limit);

    query->late = true;
    process_stop(&query->process);
}

/* What goes on after it has said too much would never end. */
static void heard(struct process *process)
{
    struct tf_query *query = container_of(process, struct tf_query, process);

    if (process->cut && !query->stopped)
        process_stop(process);
}

/* argv of the question; `out` has room for 8. */
static void build_arguments(const struct tf_query *query, const char **out)
{
    bool state = query->question == TF_PULL_STATE || query->question == TF_PUSH_STATE;
    size_t n = 0;

    out[n++] = query->terraform->program;
    if (query->terraform->mode[0])
        out[n++] = query->terraform->mode;
    out[n++] = state ? "state" : words[query->question];
    if (state)
        out[n++] = query->question == TF_PULL_STATE ? "pull" : "push";
    else
        out[n++] = "-json";
    if (query->question != TF_ASK_VERSION)
        out[n++] = "-no-color";
    if (query->question == TF_ASK_PLAN || query->question == TF_PUSH_STATE)
        out[n++] = query->file;
    out[n] = NULL;
}

static bool start(struct task *task, struct error *err)
{
    struct tf_query *query = container_of(task, struct tf_query, task);
    const char *arguments[8];
    struct process_spec spec = {
        .argv = arguments,
        .cwd = query->dir[0] ? query->dir : NULL,
        .environment = (const char *const *)query->environment,
        .secrets = query->secrets,
        .home = PROCESS_OWN_GROUP,
        .in = PROCESS_NULL,
        .out = PROCESS_PIPE,
        .err = PROCESS_PIPE,
        .max_output = query->question == TF_ASK_VERSION ? version_max : answer_max,
    };

    forget(query);
    build_arguments(query, arguments);
    query->process.ended = answered;
    query->process.read = heard;
    if (!process_start(&query->process, query->signals, &spec, err))
        return false;
    query->limit.fire = too_late;
    if (query->question == TF_ASK_VERSION)
        loop_after(task->loop, &query->limit, VERSION_MS);
    return true;
}

static void stop(struct task *task)
{
    struct tf_query *query = container_of(task, struct tf_query, task);

    query->stopped = true;
    process_stop(&query->process);
}

static void finish(struct task *task)
{
    struct tf_query *query = container_of(task, struct tf_query, task);

    if (task->loop)
        loop_cancel(task->loop, &query->limit);
    wipe(&query->process.out);
    wipe(&query->process.err);
    process_finish(&query->process);
    forget(query);
    terraform_environment_free(query->environment);
    query->environment = NULL;
}

static const struct task_ops ops = {.start = start, .stop = stop, .finish = finish};

bool tf_query_init(struct tf_query *query, enum tf_question question, struct terraform *terraform,
                   struct signals *signals, const struct terraform_place *place, const char *file,
                   struct error *err)
{
    static const char *const labels[] = {"terraform version", "read the plan", "read the outputs",
                                         "read the state", "hand over the state"};

    if (!path_format(query->dir, err, "%s", place && place->dir ? place->dir : "") ||
        !path_format(query->file, err, "%s", file ? file : ""))
        return false;
    query->task.ops = &ops;
    query->question = question;
    query->terraform = terraform;
    query->signals = signals;
    query->secrets = place ? place->secrets : NULL;
    query->environment = terraform_environment(terraform, place ? place->environment : NULL);
    str_copy(str_of(labels[question]), query->task.label, sizeof(query->task.label));
    return true;
}
