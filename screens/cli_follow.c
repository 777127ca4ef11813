/* Following a run in print: JSON events, or one line for what a person wants to know. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/session/session_pods.h"
#include "screens/cli_private.h"

static int64_t wall(const struct cli *cli)
{
    return clock_wall(cli->loop->clock);
}

static void say_diagnostic(const struct tf_event *event)
{
    fprintf(stderr, "%s: %s\n", event->error ? "error" : "warning", event->summary);
    if (event->detail[0])
        fprintf(stderr, "%s\n", event->detail);
}

static void say_terraform(const struct cli *cli, enum stage_id stage, const struct tf_event *event)
{
    const struct tf_run *run = &cli->session.run.stages[stage].terraform;
    char module[64], local[160];
    if (event->type == TF_DIAGNOSTIC) {
        say_diagnostic(event);
        return;
    }
    if ((event->type != TF_APPLY_COMPLETE && event->type != TF_APPLY_ERRORED) ||
        event->action == TF_READ)
        return;
    estimate_address(&cli->session.estimates, event->address, module, local);
    printf("%3u of %-3u  %-6s %-44s %s", run->done, run->total,
           module[0] ? module : stage_table[stage].name, local,
           event->type == TF_APPLY_ERRORED ? "failed" : "done");
    printf(event->elapsed_s > 0 ? " after %d s\n" : "\n", event->elapsed_s);
    fflush(stdout);
}

static void say_journal(const json_t *event)
{
    const char *name = js_text(event, "event"), *step = js_text(event, "step");
    bool begins = strcmp(js_text(event, "state"), "running") == 0;
    enum stage_step at = step_named(str_of(step));
    bool terraform = at == STEP_INIT || at == STEP_PLAN || at == STEP_APPLY || at == STEP_OUTPUT;
    if (strcmp(name, "step") == 0 && begins && at != STEP_SHOW && at != STEP_CONSENT)
        fprintf(stderr, "%s: %s%s\n", js_text(event, "stage"), terraform ? "terraform " : "", step);
    else if (strcmp(name, "waits") == 0 && *js_text(event, "text"))
        fprintf(stderr, "%s: %s\n", js_text(event, "stage"), js_text(event, "text"));
    else if (strcmp(name, "warning") == 0)
        fprintf(stderr, "warning: %s: %s\n", js_text(event, "stage"), js_text(event, "text"));
    else if (strcmp(name, "review") == 0)
        printf("Plan for %s: %d to create, %d to change, %d to destroy; $%.2f an hour\n",
               js_text(event, "stage"), (int)js_int(event, "add", 0),
               (int)js_int(event, "change", 0), (int)js_int(event, "remove", 0),
               js_real(event, "cost_per_hour", 0));
    fflush(stdout);
}

static void on_event(struct session *session, enum stage_id stage, const json_t *journal_event,
                     const struct tf_event *event)
{
    struct cli *cli = container_of(session, struct cli, session);
    if (cli->options->json) {
        json_t *value = report_event(&session->run, stage, journal_event, event, wall(cli));
        if (value)
            cli_print(value);
    } else if (event) {
        say_terraform(cli, stage, event);
    } else {
        say_journal(journal_event);
    }
}

/* ---- the end ---- */

void cli_done(struct cli *cli, const struct error *err, int code)
{
    const struct session *session = &cli->session;
    if (cli->over)
        return;
    if (cli->options->json)
        cli_print(report_done(run_is_open(&session->run) ? &session->run : NULL, &session->outputs,
                              err, code, wall(cli)));
    cli_end(cli, code);
}

static void say_output(const char *label, const struct session *session, enum stage_id stage,
                       const char *name)
{
    const char *text = outputs_text(&session->outputs, stage, name);
    if (session->run.stages_wanted[stage] && *text)
        cli_say("  %-28s %s", label, text);
}

/* A run of the domain alone opens both. */
static void say_address(const char *label, const struct session *session, enum stage_id stage,
                        enum outputs_address address)
{
    const bool *wanted = session->run.stages_wanted;
    const char *text = outputs_url(&session->outputs, address);
    if ((wanted[stage] || wanted[STAGE_DOMAIN]) && *text)
        cli_say("  %-28s %s", label, text);
}

static void say_outputs(const struct cli *cli)
{
    const struct session *session = &cli->session;
    const struct run *run = &session->run;
    char span[CLOCK_TEXT];
    printf("Done after %s.\n", clock_span(run->ended_ms - run->began_ms, span));
    say_output("cluster", session, STAGE_EKS, "cluster_name");
    say_output("endpoint", session, STAGE_EKS, "cluster_endpoint");
    say_address("PyPI", session, STAGE_PYPI, ADDRESS_PYPI);
    say_address("index", session, STAGE_PYPI, ADDRESS_INDEX);
    say_address("MLHub", session, STAGE_MLHUB, ADDRESS_HUB);
    cli_show_secrets(cli);
}

static int plan_code(const struct cli *cli)
{
    bool changes = false;
    for (int i = 0; i < STAGES; i++) {
        const struct tf_plan *plan = &cli->session.run.stages[i].plan;
        changes |= plan->add || plan->change || plan->remove || plan->output_count;
    }
    return cli->options->exit_code && changes ? 7 : 0;
}

static void run_over(struct cli *cli)
{
    const struct run *run = &cli->session.run;
    int code = run_ending_code(run->ending, &run->error);
    bool planned = run->ending == RUN_PLANNED;
    if (planned)
        code = plan_code(cli);
    if (cli->refused && run->ending == RUN_DISCARDED)
        code = 4;
    if (!cli->options->json && run->ending == RUN_SUCCEEDED)
        say_outputs(cli);
    if (run->ending == RUN_DISCARDED)
        fprintf(stderr, "ekshub-tui: Nothing was changed.\n");
    if (run->error.kind && !cli->options->json)
        cli_complain(&run->error, code);
    cli_done(cli, run->error.kind ? &run->error : NULL, code);
}

/* ---- consent ---- */

/* A yes that is refused leaves nothing to wait for: the plan is given back. */
void cli_consent(struct cli *cli)
{
    struct session *session = &cli->session;
    struct error err;
    if (session_consent(session))
        return;
    err = session->trouble;
    cli->refused = err.kind == ERROR_AUTH && session_discard(session);
    if (cli->refused)
        cli_complain(&err, 4);
    else
        session->trouble = err;
}

/* A line may come in pieces; one that ends without a newline, or does not fit, is no yes. */
static void on_input(struct watch *watch, short revents)
{
    struct cli *cli = container_of(watch, struct cli, input);
    size_t room = sizeof cli->typed - cli->typed_len;
    (void)revents;
    ssize_t got = read(STDIN_FILENO, cli->typed + cli->typed_len, room);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    cli->typed_len += got > 0 ? (size_t)got : 0;
    struct str rest = {cli->typed, cli->typed_len}, line;
    bool whole = str_cut(&rest, '\n', &line);
    if (!whole && got > 0 && cli->typed_len < sizeof cli->typed)
        return;
    loop_unwatch(cli->loop, watch);
    if (whole && str_is(str_trim(line), "yes"))
        cli_consent(cli);
    else
        session_discard(&cli->session);
}

static void ask_consent(struct cli *cli)
{
    const struct answers *answers = &cli->session.answers;
    cli->prompted = true;
    cli->asked = cli->session.run.stage;
    cli->typed_len = 0;
    fprintf(stderr, "Type yes to create this in %s, %s: ", answers->account, answers->region);
    cli->input.ready = on_input;
    loop_watch(cli->loop, &cli->input, STDIN_FILENO, POLLIN);
}

/* EKS's own view changes without an event of the run. */
static void say_cluster(struct cli *cli)
{
    const struct session_cluster *now = &cli->session.cluster;
    if (!cli->options->json || (strcmp(now->status, cli->cluster.status) == 0 &&
                                strcmp(now->nodes, cli->cluster.nodes) == 0))
        return;
    cli->cluster = *now;
    if (now->status[0])
        cli_print(report_cluster(now, wall(cli)));
}

/* The cluster's own reason while terraform waits for it, once each. */
static void say_waiting(struct cli *cli)
{
    struct session *session = &cli->session;
    const struct run *run = &session->run;
    bool works = run_is_open(run) && (run->phase == RUN_APPLYING || run->phase == RUN_FINISHING);
    struct diagnosis said;
    const struct record *about;
    char text[DIAGNOSIS_TEXT], what[sizeof cli->waits_for];
    session_pods_want(session, works);
    if (!works || !session_pods_explain(session, &said, &about) || said.level != DIAGNOSIS_PROBLEM)
        return;
    snprintf(what, sizeof what, "%.40s: %.30s", about->name, said.headline);
    if (strcmp(what, cli->waits_for) == 0)
        return;
    memcpy(cli->waits_for, what, sizeof what);
    if (!cli->options->json) {
        cli_say("cluster: %s: %s", about->name, diagnosis_text(&said, text));
        return;
    }
    json_t *event = report_cluster(&session->cluster, wall(cli));
    js_set_text(event, "about", about->key);
    js_set_text(event, "why", diagnosis_text(&said, text));
    cli_print(event);
}

/* Somebody else answered, or another worker will ask again. */
static void stop_asking(struct cli *cli)
{
    loop_unwatch(cli->loop, &cli->input);
    cli->prompted = false;
}

/* A worker that goes on where another one died has no secrets: the environment may have them. */
static void give_what_is_missing(struct cli *cli)
{
    struct session *session = &cli->session;
    struct error err;
    bool waits = false, have = false;
    for (int i = 0; i < STAGES; i++)
        waits |= session->run.stages[i].waits_for_form;
    if (!waits || cli->handed || session->launching || !session->worker_lives)
        return;
    cli->handed = true;
    if (!cli_take_secrets(cli, false, &err))
        return;
    for (int i = 0; i < SECRETS; i++)
        have |= !secret_empty(&session->secrets.items[i]);
    if (have)
        session_hand_over(session);
}

void cli_follow_step(struct cli *cli)
{
    struct session *session = &cli->session;
    say_cluster(cli);
    say_waiting(cli);
    give_what_is_missing(cli);
    if (cli->prompted && (session->run.phase != RUN_ASKING || session->run.stage != cli->asked))
        stop_asking(cli);
    if (session->trouble.kind && !session->launching) {
        struct error err = session->trouble;
        if (!cli->options->json)
            cli_complain(&err, 0);
        cli_done(cli, &err, report_exit_code(&err));
    } else if (run_is_open(&session->run) && session->run.phase == RUN_OVER) {
        run_over(cli);
    } else if (session->run.phase == RUN_ASKING && !cli->prompted && isatty(STDIN_FILENO) &&
               !cli->options->json && !session->consent && !cli->plain) {
        ask_consent(cli);
    }
}

void cli_follow(struct cli *cli)
{
    cli->session.event = on_event;
    cli->step = cli_follow_step;
}
