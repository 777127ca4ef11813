#include "screens/cli.h"

#include <signal.h>
#include <stdarg.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "screens/cli_private.h"

int cli_complain(const struct error *err, int code)
{
    struct buf line = {0};
    error_say(err, &line);
    fprintf(stderr, "ekshub-tui: %s\n", buf_cstr(&line));
    buf_finish(&line);
    return code;
}

void cli_say(const char *format, ...)
{
    char text[PATH_MAX + 1024];
    struct buf line = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_sanitised(&line, str_of(text), false);
    puts(buf_cstr(&line));
    buf_finish(&line);
}

void cli_put(json_t *value)
{
    struct buf line = {0};
    if (js_dump(value, &line))
        puts(buf_cstr(&line));
    json_decref(value);
    buf_finish(&line);
}

void cli_print(json_t *value)
{
    cli_put(value);
    fflush(stdout);
}

int cli_refuse(const struct options *options, const struct error *err, int code)
{
    bool streams = options->verb == VERB_PLAN || options->verb == VERB_APPLY ||
                   options->verb == VERB_DESTROY || options->verb == VERB_ATTACH;
    if (!options->json || !streams)
        return cli_complain(err, code);
    cli_print(report_done(NULL, NULL, err, code, clock_wall(&clock_system)));
    return code;
}

void cli_end(struct cli *cli, int code)
{
    cli->code = code;
    cli->over = true;
    loop_stop(cli->loop);
}

static void on_turn(struct turn *turn)
{
    struct cli *cli = container_of(turn, struct cli, turn);
    if (cli->step && !cli->over)
        cli->step(cli);
}

/* Ctrl-C takes this face off the run; the run goes on. */
static void on_signal(struct signals *signals, int number)
{
    struct cli *cli = container_of(signals, struct cli, signals);
    const struct run *run = &cli->session.run;
    struct error err;
    if (cli->options->verb == VERB_PODS) { /* it has no other end */
        cli_end(cli, 5);
        return;
    }
    error_set(&err, ERROR_CANCELLED, "Nothing was begun.");
    if (run_is_open(run) && run->phase != RUN_OVER) {
        error_set(&err, ERROR_CANCELLED, "Left; the run %s goes on.", run->id);
        error_hint(&err, "ekshub-tui attach follows it, ekshub-tui stop stops it.");
    } else if (cli->session.launching) {
        error_set(&err, ERROR_CANCELLED, "Left while a run was beginning; it goes on.");
        error_hint(&err, "ekshub-tui attach follows it, ekshub-tui stop stops it.");
    }
    if (number != SIGHUP)
        cli_complain(&err, 0);
    cli_done(cli, &err, 5);
}

bool cli_open(struct cli *cli)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, 0};
    struct error err;
    cli->signals.caught = on_signal;
    cli->turn.ended = on_turn;
    cli->loop->turn = &cli->turn;
    if (signals_init(&cli->signals, cli->loop, caught, &err) &&
        session_init(&cli->session, cli->loop, &cli->signals, cli->place, &err))
        return true;
    cli->code = cli_complain(&err, 1);
    return false;
}

void cli_close(struct cli *cli)
{
    loop_unwatch(cli->loop, &cli->input);
    channel_call_finish(&cli->call);
    session_finish(&cli->session);
    signals_finish(&cli->signals);
    cli->loop->turn = NULL;
}

bool cli_choose(struct cli *cli)
{
    struct error err;
    char dir[PATH_MAX];
    if (cli->place->dir[0])
        return true;
    if (deployment_choose(cli->place, NULL, dir, &err)) {
        str_copy(str_of(dir), cli->place->dir, sizeof cli->place->dir);
        return true;
    }
    cli->code = cli_complain(&err, 2);
    return false;
}

int cli_main(const struct options *options, struct place *place, struct loop *loop)
{
    static void (*const serve[VERBS])(struct cli * cli) = {
        [VERB_NONE] = cli_plain,
        [VERB_PROFILES] = cli_profiles,
        [VERB_CHECK] = cli_check,
        [VERB_PLAN] = cli_run,
        [VERB_APPLY] = cli_run,
        [VERB_DESTROY] = cli_destroy,
        [VERB_STATUS] = cli_status,
        [VERB_LIST] = cli_list,
        [VERB_ATTACH] = cli_attach,
        [VERB_STOP] = cli_stop,
        [VERB_LOGS] = cli_logs,
        [VERB_HISTORY] = cli_history,
        [VERB_PYPIRC] = cli_pypirc,
        [VERB_PUBLISH] = cli_publish,
        [VERB_KUBECONFIG] = cli_kubeconfig,
        [VERB_PODS] = cli_pods,
    };
    if (options->verb == VERB_TOKEN)
        return cli_token(options, place, loop);
    if (options->verb == VERB_KEYS)
        return cli_keys(options, place, loop);
    struct cli *cli = alloc_zeroed(1, sizeof *cli);
    cli->options = options;
    cli->place = place;
    cli->loop = loop;
    serve[options->verb](cli);
    int code = cli->code;
    free(cli);
    return code;
}
