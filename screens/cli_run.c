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

static bool holds_deployment(const char *dir)
{
    char file[PATH_MAX];
    struct error ignored;
    return path_format(file, &ignored, "%s/ekshub.yaml", dir) && file_exists(file);
}

static bool known_here(const struct cli *cli)
{
    const struct deployments *known = &cli->session.known;
    for (size_t i = 0; i < known->count; i++)
        if (known->items[i].answers.rehearsal == cli->place->rehearsal)
            return true;
    return false;
}

/* Without --dir: the one that is here, or that the answers name (./NAME), or the only one known. A
 * new one gets its directory from its name when it is saved. */
static bool find_dir(struct cli *cli, struct error *err)
{
    char *dir = cli->place->dir, here[PATH_MAX];
    struct answers named = {.cluster_name = ""};
    if (dir[0] || deployment_here(dir))
        return true;
    dir[0] = '\0';
    if (!cli->options->answers)
        return !known_here(cli) || deployment_choose(cli->place, NULL, dir, err);
    if (!answers_read_file(&named, cli->options->answers, err))
        return false;
    if (named.cluster_name[0] && !strchr(named.cluster_name, '/') && getcwd(here, sizeof here) &&
        !path_format(dir, err, "%s/%s", here, named.cluster_name))
        return false;
    return true;
}

/* The file says what is wanted; which deployment this is, is not for it to say. */
static bool overlay_answers(struct cli *cli, struct error *err)
{
    struct answers *answers = &cli->session.answers, before = *answers;
    if (cli->options->answers && !answers_read_file(answers, cli->options->answers, err))
        return false;
    str_copy(str_of(before.id), answers->id, sizeof answers->id);
    answers->rehearsal = cli->place->rehearsal;
    return true;
}

/* --region, the answers, the environment and the profile, in that order; a deployment stays. */
static bool settle_region(struct cli *cli, bool exists, struct error *err)
{
    const struct session *session = &cli->session;
    struct answers *answers = &cli->session.answers;
    const char *option = cli->options->region, *region = option;
    if (exists && option && strcmp(option, answers->region) != 0)
        return error_set(err, ERROR_INPUT, "%s is in %s and cannot move to %s.",
                         answers->cluster_name, answers->region, option);
    if (!region && !answers->region[0] && !session->profiles_read) {
        *err = session->profiles_error;
        err->kind = ERROR_AUTH;
        return false;
    }
    if (!region && !answers->region[0])
        region = profiles_region(&session->profiles, session->choice.profile, NULL);
    if (region)
        str_copy(str_of(region), answers->region, sizeof answers->region);
    if (answers->region[0])
        cli->place->region = answers->region; /* what the checks look at */
    return true;
}

/* --answers, DIR/ekshub.yaml, the defaults, in that order; what is missing is named at once. */
static bool take_answers(struct cli *cli, struct error *err)
{
    struct session *session = &cli->session;
    if (!find_dir(cli, err))
        return false;
    const char *dir = cli->place->dir;
    bool exists = dir[0] && holds_deployment(dir);
    if (exists && !session_look(session, dir, err))
        return false;
    return overlay_answers(cli, err) && settle_region(cli, exists, err) &&
           answers_judge(&session->answers, err);
}

static bool wants_only_eks(const struct cli *cli, struct error *err)
{
    for (int i = 0; i < STAGES; i++)
        if (cli->options->stages[i] && !stage_table[i].here)
            return error_set(err, ERROR_INPUT, "The stage %s is not part of this version yet.",
                             stage_table[i].name);
    return true;
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

static void begin_run(struct cli *cli)
{
    struct session *session = &cli->session;
    struct error err;
    session->command = cli->options->verb == VERB_PLAN ? RUN_PLAN : RUN_APPLY;
    session->consent = cli->options->auto_approve;
    if (!wants_only_eks(cli, &err) || !may_ask(cli, &err) || !take_answers(cli, &err)) {
        fail(cli, &err, err.kind == ERROR_AUTH ? 4 : 2);
        return;
    }
    struct deployment_holder holder = {.held = false};
    if (cli->place->dir[0])
        holder = deployment_holder(cli->place->dir);
    if (holder.held) {
        error_set(&err, ERROR_BUSY, "A run is going in %s: %s.", cli->place->dir, holder.run);
        error_hint(&err, "ekshub-tui attach follows it.");
        fail(cli, &err, 6);
        return;
    }
    session_choose_default(session);
    cli->step = checked;
    checked(cli);
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

void cli_attach(struct cli *cli)
{
    struct error err;
    struct session *session = &cli->session;
    if (cli_choose(cli) && cli_open(cli)) {
        cli_follow(cli);
        if (!session_open(session, cli->place->dir, &err)) {
            fail(cli, &err, 2);
        } else if (!run_is_open(&session->run) || session->run.phase == RUN_OVER) {
            error_set(&err, ERROR_INPUT, "No run is going in %s.", cli->place->dir);
            fail(cli, &err, 1);
        } else {
            cli_follow_step(cli);
        }
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

static void stop_run(struct cli *cli)
{
    struct error err;
    char id[64], control[PATH_MAX];
    if (!deployment_holder(cli->place->dir).held || !deployment_latest_run(cli->place->dir, id)) {
        error_set(&err, ERROR_INPUT, "No run is going in %s.", cli->place->dir);
        cli_end(cli, cli_complain(&err, 1));
        return;
    }
    json_t *request = json_object();
    js_set_text(request, "op", "stop");
    js_set_text(request, "how", cli->options->when_safe ? "when-safe" : "now");
    cli->call.ended = stop_answered;
    if (!path_format(control, &err, "%s/runs/%s/control", cli->place->dir, id) ||
        !channel_ask(&cli->call, cli->loop, control, request, 5000, &err))
        cli_end(cli, cli_complain(&err, 1));
}

void cli_stop(struct cli *cli)
{
    if (cli_choose(cli) && cli_open(cli)) {
        stop_run(cli);
        if (!cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
}

/* ---- logs ---- */

static void print_new_lines(struct cli *cli, uint64_t *next)
{
    const struct session_log *log = &cli->session.log;
    if (*next < log->first)
        *next = log->first;
    for (; *next < log->first + log->count; ++*next)
        puts(log->lines[*next - log->first].text);
    fflush(stdout);
}

static uint64_t next_line;

static void logs_step(struct cli *cli)
{
    print_new_lines(cli, &next_line);
    if (cli->session.run.phase == RUN_OVER)
        cli_end(cli, 0);
}

void cli_logs(struct cli *cli)
{
    struct error err;
    next_line = 0;
    if (cli_choose(cli) && cli_open(cli)) {
        struct session *session = &cli->session;
        bool ok = cli->options->follow ? session_open(session, cli->place->dir, &err)
                                       : session_look(session, cli->place->dir, &err);
        if (!ok)
            cli_end(cli, cli_complain(&err, 2));
        else
            print_new_lines(cli, &next_line);
        cli->step = logs_step;
        bool going = run_is_open(&session->run) && session->run.phase != RUN_OVER;
        if (ok && cli->options->follow && going && !cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
}
