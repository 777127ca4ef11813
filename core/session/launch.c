#include "core/session/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/json.h"

static json_t *request(const struct launch_wish *wish)
{
    json_t *value = json_object(), *stages = json_array();
    for (int i = 0; i < STAGES; i++)
        if (wish->stages[i])
            json_array_append_new(stages, json_string(stage_table[i].name));
    js_set_text(value, "command", run_command_name(wish->command));
    js_set(value, "stages", stages);
    js_set_bool(value, "consent", wish->consent);
    js_set_text(value, "profile", wish->profile);
    js_set_text(value, "source", wish->source ? surrounding_name(wish->source) : NULL);
    js_set_text(value, "account", wish->account);
    js_set_text(value, "arn", wish->arn);
    js_set_text(value, "continue", wish->continue_run);
    if (wish->secrets)
        js_set(value, "secrets", secrets_json(wish->secrets));
    return value;
}

/* A pipe that already holds the whole request and ends behind it: it fits a pipe's 64 KiB. */
static int request_pipe(const struct launch_wish *wish, struct error *err)
{
    int ends[2];
    if (pipe(ends) != 0) {
        error_errno(err, "No pipe to the worker could be made");
        return -1;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    struct buf text = {0};
    json_t *value = request(wish);
    js_dump(value, &text);
    secrets_wipe_json(json_object_get(value, "secrets"));
    json_decref(value);
    bool ok = write(ends[1], buf_cstr(&text), text.len) == (ssize_t)text.len;
    if (!ok)
        error_errno(err, "The request could not be handed to the worker");
    secret_wipe(text.data, text.len);
    buf_finish(&text);
    close(ends[1]);
    if (ok)
        return ends[0];
    close(ends[0]);
    return -1;
}

static void answer(struct launch *launch, bool ok)
{
    if (launch->answered)
        return;
    launch->answered = true;
    launch->ok = ok;
    if (launch->ended)
        launch->ended(launch);
}

/* The worker's one line: which run it is, or why there is none. */
static void on_read(struct process *process)
{
    struct launch *launch = container_of(process, struct launch, process);
    struct str rest = buf_str(&process->out), line;
    if (launch->answered || !str_cut(&rest, '\n', &line))
        return;
    struct error *err = &launch->error;
    json_t *value = js_parse(line, err);
    bool ok = js_bool(value, "ok", false);
    if (ok)
        str_copy(js_str(value, "run"), launch->run, sizeof launch->run);
    else if (value)
        error_set(err, (enum error_kind)js_int(value, "kind", ERROR_SYSTEM), "%s",
                  js_text(value, "text"));
    if (!ok && value)
        error_hint(err, "%s", js_text(value, "hint"));
    json_decref(value);
    answer(launch, ok);
}

static void on_ended(struct process *process)
{
    struct launch *launch = container_of(process, struct launch, process);
    char outcome[64];
    if (launch->answered)
        return;
    error_set(&launch->error, ERROR_SYSTEM, "The worker ended before it began: %s. %.*s",
              process_outcome(process, outcome), STR_ARG(str_trim(buf_str(&process->err))));
    answer(launch, false);
}

bool launch_start(struct launch *launch, struct loop *loop, struct signals *signals,
                  const struct place *place, const struct launch_wish *wish, struct error *err)
{
    void (*ended)(struct launch *) = launch->ended;
    *launch = (struct launch){.loop = loop, .ended = ended};
    int in = request_pipe(wish, err);
    if (in < 0)
        return false;
    const char *argv[] = {place->program,
                          "--worker",
                          "--dir",
                          wish->dir,
                          place->rehearsal ? "--rehearse" : NULL,
                          NULL};
    struct process_spec spec = {.argv = argv,
                                .home = PROCESS_OWN_SESSION,
                                .in = in,
                                .out = PROCESS_PIPE,
                                .err = PROCESS_PIPE,
                                .max_output = 64 << 10};
    launch->process.read = on_read;
    launch->process.ended = on_ended;
    bool ok = process_start(&launch->process, signals, &spec, err);
    close(in);
    return ok || error_wrap(err, "The worker could not be started");
}

void launch_finish(struct launch *launch)
{
    process_finish(&launch->process);
    launch->answered = true;
}
