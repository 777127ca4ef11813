/* destroy: everything that is named, and what stands on it, goes in order; at the end the account
 * is searched, whatever came of the run, and the last event says what is left. */
#include <errno.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/session/session_end.h"
#include "core/session/state_store.h"
#include "screens/cli_private.h"

struct destroying {
    bool wanted[STAGES];
    bool nothing; /* no state has anything: only the search is left */
    bool began, searched;
    struct error error; /* of the run */
    int code;
    char typed[160]; /* of the cluster's name */
    size_t typed_len;
};

static struct destroying *work_of(const struct cli *cli)
{
    return cli->work;
}

static void fail(struct cli *cli, const struct error *err, int code)
{
    if (!cli->options->json)
        cli_complain(err, code);
    cli_done(cli, err, code);
}

/* ---- the end: what is left ---- */

static void say_left(const struct residue *residue)
{
    for (size_t i = 0; i < residue->count; i++) {
        const struct residue_item *item = &residue->items[i];
        cli_say("left: %-16s %s  (%s, $%.3f/h)", residue_word(item->kind, 1), item->thing.id,
                item->because, item->cost_per_hour);
    }
    if (residue->count == 0 && residue->failed == 0)
        puts("Nothing is left. $0/h.");
    if (residue->bucket[0])
        cli_say("kept: bucket %s, with its packages", residue->bucket);
}

static void finish(struct cli *cli)
{
    struct destroying *work = work_of(cli);
    const struct session_end *end = cli->session.end;
    const struct residue *residue = &end->residue;
    const struct run *run = run_is_open(&cli->session.run) ? &cli->session.run : NULL;
    bool looked = residue->looked_ms > 0 && end->residue_look.task.state != TASK_FAILED;
    struct error *err = &work->error;
    if (work->code == 0 && looked && residue->count > 0) {
        error_set(err, ERROR_SERVICE, "%zu thing%s left, for $%.3f an hour.", residue->count,
                  residue->count == 1 ? " is" : "s are", residue->cost_per_hour);
        error_hint(err,
                   "The screen of ekshub-tui shows what holds them and removes them in order.");
        work->code = 1;
    } else if (work->code == 0 && (!looked || residue->failed)) {
        *err = looked ? residue->trouble : end->residue_look.task.error;
        error_wrap(err, "Whether anything is left is not known");
        work->code = 1;
    }
    if (cli->options->json) {
        json_t *last = report_done(run, NULL, err->kind ? err : NULL, work->code,
                                   clock_wall(cli->loop->clock));
        js_set(last, "residue", looked ? residue_json(residue) : json_null());
        js_set(last, "kept", looked ? residue_kept_json(residue) : json_null());
        cli_print(last);
    } else {
        if (looked)
            say_left(residue);
        if (err->kind)
            cli_complain(err, work->code);
    }
    cli_end(cli, work->code);
}

static void search(struct cli *cli)
{
    struct destroying *work = work_of(cli);
    if (!work->searched) {
        work->searched = true;
        cli->session.trouble = (struct error){.kind = ERROR_NONE};
        if (!cli->options->json)
            fputs("Looking for what is left in the account …\n", stderr);
        session_ask_residue(&cli->session, work->wanted);
    }
    if (!session_end_busy(cli->session.end))
        finish(cli);
}

static void follow_step(struct cli *cli)
{
    struct destroying *work = work_of(cli);
    const struct run *run = &cli->session.run;
    if (work->nothing || work->searched) {
        search(cli);
    } else if (run_is_open(run) && run->phase == RUN_OVER && work->wanted[STAGE_EKS]) {
        work->error = run->error;
        work->code = run_ending_code(run->ending, &run->error);
        search(cli);
    } else
        cli_follow_step(cli); /* it ends the verb: without EKS all else is meant to stay */
}

/* ---- the beginning ---- */

static void begin(struct cli *cli)
{
    struct session *session = &cli->session;
    struct destroying *work = work_of(cli);
    struct error err;
    memcpy(session->wanted, work->wanted, sizeof session->wanted);
    session->command = RUN_DESTROY;
    session->consent = true;
    work->began = true;
    cli_follow(cli);
    cli->step = follow_step;
    if (work->nothing) {
        follow_step(cli);
    } else if (!session_destroy(session)) {
        err = session->trouble;
        fail(cli, &err, report_exit_code(&err));
    }
}

static void checked(struct cli *cli)
{
    struct error err;
    if (!cli->session.checks.over || work_of(cli)->began)
        return;
    if (!session_ready(&cli->session, &err))
        fail(cli, &err, err.kind == ERROR_AUTH ? 4 : 3);
    else
        begin(cli);
}

static void consented(struct cli *cli)
{
    cli_choose_profile(cli);
    cli->step = checked;
    if (!cli->over)
        checked(cli);
}

/* The cluster's name, whole and alone on a line; anything else is a no. */
static void on_input(struct watch *watch, short revents)
{
    struct cli *cli = container_of(watch, struct cli, input);
    struct destroying *work = work_of(cli);
    size_t room = sizeof work->typed - work->typed_len;
    struct error err;
    (void)revents;
    ssize_t got = read(STDIN_FILENO, work->typed + work->typed_len, room);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    work->typed_len += got > 0 ? (size_t)got : 0;
    struct str rest = {work->typed, work->typed_len}, line;
    bool whole = str_cut(&rest, '\n', &line);
    if (!whole && got > 0 && work->typed_len < sizeof work->typed)
        return;
    loop_unwatch(cli->loop, watch);
    if (whole && str_is(str_trim(line), cli->session.answers.cluster_name)) {
        consented(cli);
        return;
    }
    error_set(&err, ERROR_CANCELLED, "That is not the cluster's name; nothing was destroyed.");
    fail(cli, &err, 5);
}

static void ask(struct cli *cli)
{
    const struct session *session = &cli->session;
    const struct teardown *teardown = &session->end->teardown;
    const struct answers *answers = &session->answers;
    fprintf(stderr, "This destroys");
    for (int i = STAGES - 1; i >= 0; i--)
        if (teardown->resources[i] > 0)
            fprintf(stderr, " %s (%u)", stage_table[i].label, teardown->resources[i]);
    fprintf(stderr, " of %s in %s, %s, and everything that people keep in it.\n",
            answers->cluster_name, answers->account[0] ? answers->account : "the account",
            answers->region);
    if (answers->pypi_bucket_name[0] && teardown->exists[STAGE_PYPI])
        fprintf(stderr, "The bucket %s %s\n", answers->pypi_bucket_name,
                answers_lose_bucket(answers)
                    ? "goes too, with its packages, as pypi_keep_bucket says."
                    : "stays, with its packages.");
    fprintf(stderr, "Type the name of the cluster to destroy it: ");
    cli->input.ready = on_input;
    loop_watch(cli->loop, &cli->input, STDIN_FILENO, POLLIN);
}

static bool may_begin(struct cli *cli, struct error *err, int *code)
{
    struct session *session = &cli->session;
    struct deployment_holder holder = deployment_holder(cli->place->dir);
    bool asks = isatty(STDIN_FILENO) && !cli->options->json;
    *code = 2;
    if (!session_look(session, cli->place->dir, err))
        return false;
    if (!cli->options->auto_approve && !asks) {
        error_set(err, ERROR_INPUT, "destroy has nobody to ask for the cluster's name here.");
        return error_hint(err, "Add --auto-approve, or run it on a terminal without -o json.");
    }
    if (!holder.held)
        return true;
    *code = 6;
    error_set(err, ERROR_BUSY, "A run is going in %s: %s.", cli->place->dir, holder.run);
    return error_hint(err, "ekshub-tui attach follows it.");
}

static void wish(struct cli *cli)
{
    struct destroying *work = work_of(cli);
    struct teardown *teardown = &session_end(&cli->session)->teardown;
    bool named = false;
    for (int i = 0; i < STAGES; i++)
        named |= work->wanted[i] = cli->options->stages[i];
    for (int i = 0; i < STAGES && !named; i++)
        work->wanted[i] = true;
    teardown_files(teardown, cli->place->dir, cli->place->speed, work->wanted);
    /* what is kept elsewhere may be more than was seen here */
    work->nothing = teardown->by_terraform == 0 && !state_store_shared(&cli->session.answers);
}

void cli_destroy(struct cli *cli)
{
    struct error err;
    int code;
    if (!cli_choose(cli)) {
        return;
    }
    cli->work = alloc_zeroed(1, sizeof(struct destroying));
    if (cli_open(cli)) {
        if (!may_begin(cli, &err, &code)) {
            fail(cli, &err, code);
        } else {
            wish(cli);
            if (cli->options->auto_approve)
                consented(cli);
            else
                ask(cli);
        }
        if (!cli->over)
            loop_run(cli->loop);
    }
    cli_close(cli);
    free(cli->work);
    cli->work = NULL;
}
