/* Verbs that touch a run: plan, apply, attach, stop, logs. */
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "screens/cli_private.h"

static void fail(struct cli *cli, const struct error *err, int code)
{
    if (!cli->options->json)
        cli_complain(err, code);
    cli_done(cli, err, code);
}

/* ---- plan, apply ---- */

bool cli_holds_deployment(const char *dir)
{
    char file[PATH_MAX];
    struct error ignored;
    return path_format(file, &ignored, "%s/ekshub.yaml", dir) && file_exists(file);
}

static void checked(struct cli *cli)
{
    struct session *session = &cli->session;
    struct error err;
    if (!session->checks.over)
        return;
    cli_follow(cli);
    if (!session_ready(session, &err)) {
        fail(cli, &err, err.kind == ERROR_AUTH ? 4 : 3);
    } else if (!session_plan(session)) {
        err = session->trouble;
        fail(cli, &err, report_exit_code(&err));
    }
}

static bool may_ask(const struct cli *cli, struct error *err)
{
    if (cli->options->verb == VERB_PLAN || cli->options->auto_approve ||
        (isatty(STDIN_FILENO) && !cli->options->json))
        return true;
    error_set(err, ERROR_INPUT, "apply has nobody to ask for consent here.");
    return error_hint(err, "Add --auto-approve, or run it on a terminal without -o json.");
}

/* It goes, but a stage of it waits for what this environment may have. */
static bool waits_for_us(const struct run *run, enum run_command command)
{
    bool waits = false;
    for (int i = 0; i < STAGES; i++)
        waits |= run_is_open(run) && run->phase != RUN_OVER && run->stages[i].waits_for_form;
    return waits && run->command == command;
}

/* Nobody works in the deployment, and what a dead worker left is of the same kind. */
static bool may_begin(const struct cli *cli, struct error *err)
{
    const struct run *run = &cli->session.run;
    const char *dir = cli->place->dir;
    struct deployment_holder holder = {.held = false};
    if (dir[0])
        holder = deployment_holder(dir);
    bool left = run_is_open(run) && run->phase != RUN_OVER;
    if (!holder.held && (!left || run->command == cli->session.command))
        return true;
    if (holder.held && waits_for_us(run, cli->session.command))
        return true;
    error_set(err, ERROR_BUSY, holder.held ? "A run is going in %s: %s." : "In %s waits %s.", dir,
              holder.held ? holder.run : run->id);
    return error_hint(err, holder.held ? "ekshub-tui attach follows it."
                                       : "Its worker is gone; ekshub-tui attach goes on with it.");
}

/* Opens the deployment; a run whose worker died is gone on with. Says why not, and ends. */
static bool open_run(struct cli *cli)
{
    struct session *session = &cli->session;
    struct error ignored; /* session_open leaves it in session->trouble, too */
    session->trouble = (struct error){.kind = ERROR_NONE}; /* following needs no profile */
    if (session_open(session, cli->place->dir, &ignored))
        return true;
    bool loaded = run_is_open(&session->run);
    fail(cli, &session->trouble, loaded ? report_exit_code(&session->trouble) : 2);
    return false;
}

/* The run that a dead worker left is gone on with: terraform may still be at it. */
static void go_on(struct cli *cli)
{
    struct error err;
    if (!cli_take_secrets(cli, true, &err)) {
        fail(cli, &err, report_exit_code(&err));
        return;
    }
    fprintf(stderr, "ekshub-tui: Going on with the run %s as it was begun%s.\n",
            cli->session.run.id, cli->session.worker_lives ? "" : "; its worker was gone");
    cli_follow(cli);
    open_run(cli);
}

static void begin_run(struct cli *cli)
{
    struct session *session = &cli->session;
    struct error err;
    session->command = cli->options->verb == VERB_PLAN ? RUN_PLAN : RUN_APPLY;
    session->consent = cli->options->auto_approve;
    if (!cli_take_stages(cli, &err) || !may_ask(cli, &err) || !cli_take_answers(cli, &err)) {
        fail(cli, &err, err.kind == ERROR_AUTH ? 4 : 2);
        return;
    }
    if (!may_begin(cli, &err)) {
        fail(cli, &err, 6);
    } else if (run_is_open(&session->run) && session->run.phase != RUN_OVER) {
        go_on(cli);
    } else {
        cli_choose_profile(cli);
        cli->step = checked;
        if (!cli->over)
            checked(cli);
    }
}

void cli_run(struct cli *cli)
{
    if (cli_open(cli)) {
        begin_run(cli);
        if (!cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
}

/* ---- attach ---- */

/* A run that ends while we read it up to its present end was going when we came. */
static void attach(struct cli *cli)
{
    const struct session *session = &cli->session;
    struct error err;
    bool came_in_time = deployment_holder(cli->place->dir).held;
    cli_follow(cli);
    if (!open_run(cli))
        return;
    came_in_time |= session->launching;
    if (run_is_open(&session->run) && came_in_time) {
        cli_follow_step(cli);
        return;
    }
    error_set(&err, ERROR_INPUT, "No run is going in %s.", cli->place->dir);
    fail(cli, &err, 1);
}

void cli_attach(struct cli *cli)
{
    if (cli_choose(cli) && cli_open(cli)) {
        attach(cli);
        if (!cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
}

/* ---- stop ---- */

static void stop_answered(struct channel_call *call)
{
    struct cli *cli = container_of(call, struct cli, call);
    if (!call->ok) {
        cli_end(cli, cli_complain(&call->error, 1));
        return;
    }
    fputs(cli->options->when_safe
              ? "The run stops at the first moment when nothing slow is being made.\n"
              : "The run was asked to stop; terraform finishes what is in flight.\n",
          stderr);
    cli_end(cli, 0);
}

static void ask_to_stop(struct cli *cli)
{
    struct error err;
    char control[PATH_MAX];
    json_t *request = json_object();
    js_set_text(request, "op", "stop");
    js_set_text(request, "how", cli->options->when_safe ? "when-safe" : "now");
    cli->call.ended = stop_answered;
    if (!path_format(control, &err, "%s/control", cli->session.run.dir)) {
        json_decref(request);
        cli_end(cli, cli_complain(&err, 1));
    } else if (!channel_ask(&cli->call, cli->loop, control, request, 5000, &err)) {
        cli_end(cli, cli_complain(&err, 1));
    }
}

/* A run whose worker died may have a terraform that still goes: another worker takes it over, and
 * is asked to stop. */
static void stop_step(struct cli *cli)
{
    struct session *session = &cli->session;
    struct error err;
    if (session->launching || cli->call.loop)
        return;
    if (session->trouble.kind) {
        cli_end(cli, cli_complain(&session->trouble, report_exit_code(&session->trouble)));
    } else if (!run_is_open(&session->run) || session->run.phase == RUN_OVER) {
        error_set(&err, ERROR_INPUT, "No run is going in %s.", cli->place->dir);
        cli_end(cli, cli_complain(&err, 1));
    } else if (session->worker_lives) {
        ask_to_stop(cli);
    }
}

void cli_stop(struct cli *cli)
{
    if (cli_choose(cli) && cli_open(cli) && open_run(cli)) {
        cli->step = stop_step;
        stop_step(cli);
        if (!cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
}

/* ---- logs ---- */

static void print_new_lines(struct cli *cli)
{
    const struct session_log *log = &cli->session.log;
    if (cli->next_line < log->first)
        cli->next_line = log->first;
    for (; cli->next_line < log->first + log->count; cli->next_line++) {
        const struct session_line *line = &log->lines[cli->next_line - log->first];
        if (cli->session.wanted[line->stage])
            cli_say("%s", line->text);
    }
    fflush(stdout);
}

static void logs_step(struct cli *cli)
{
    const struct session *session = &cli->session;
    print_new_lines(cli);
    if (!run_is_open(&session->run) || session->run.phase == RUN_OVER)
        cli_end(cli, 0);
    else if (session->trouble.kind && !session->launching)
        cli_end(cli, cli_complain(&session->trouble, report_exit_code(&session->trouble)));
}

static bool look_at_run(struct cli *cli)
{
    struct error err;
    if (session_look(&cli->session, cli->place->dir, &err))
        return true;
    fail(cli, &err, 2);
    return false;
}

void cli_logs(struct cli *cli)
{
    struct error err;
    bool follow = cli->options->follow;
    if (!cli_take_stages(cli, &err)) {
        cli->code = cli_complain(&err, 2);
        return;
    }
    if (cli_choose(cli) && cli_open(cli) && (follow ? open_run(cli) : look_at_run(cli))) {
        cli->step = logs_step;
        logs_step(cli);
        if (follow && !cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
}
