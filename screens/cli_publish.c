/* `publish`: one package after the other into the private PyPI, each proven by what comes back. */
#include "core/base/alloc.h"
#include "screens/cli_private.h"

static json_t *result_json(const struct publish *publish, const char *path)
{
    json_t *value = json_object(), *why = NULL;
    const struct dist *dist = publish->dist;
    js_set_text(value, "path", path);
    js_set_text(value, "file", dist ? dist->file : NULL);
    js_set_text(value, "name", dist ? dist->name : NULL);
    js_set_text(value, "version", dist ? dist->version : NULL);
    js_set_text(value, "sha256", dist ? dist->sha256 : NULL);
    js_set_bool(value, "uploaded", publish->uploaded);
    js_set_bool(value, "there_already", publish->there);
    js_set_bool(value, "listed", publish->listed);
    js_set_bool(value, "downloaded", publish->downloaded);
    js_set_bool(value, "same", publish->same);
    if (publish->task.state != TASK_DONE) {
        why = json_object();
        js_set_text(why, "text", publish->task.error.text);
        js_set_text(why, "hint", publish->task.error.hint[0] ? publish->task.error.hint : NULL);
    }
    js_set(value, "error", why ? why : json_null());
    return value;
}

static const char *path_of(const struct cli *cli)
{
    return cli->options->word_count ? cli->options->words[cli->word] : NULL;
}

/* How the one that is over ended; the exit code of the first failure stays. */
static void tell(struct cli *cli)
{
    const struct publish *publish = &cli->session.index->publish;
    int code = publish->task.error.kind == ERROR_AUTH ? 4 : 1;
    if (cli->options->json)
        cli_print(result_json(publish, path_of(cli)));
    else if (publish->task.state == TASK_DONE)
        cli_say("%s  %s, listed, downloaded again: the same bytes", publish->dist->file,
                publish->there ? "was there already" : "uploaded");
    if (publish->task.state != TASK_DONE && !cli->code)
        cli->code = code;
    if (publish->task.state != TASK_DONE)
        cli_complain(&publish->task.error, code);
}

static void begin(struct cli *cli)
{
    struct error err;
    if (!session_publish(cli->session.index, path_of(cli), &err))
        cli_end(cli,
                cli_complain(&err, err.kind == ERROR_SYSTEM || err.kind == ERROR_INPUT ? 2 : 1));
}

static void publish_step(struct cli *cli)
{
    const struct publish *publish = &cli->session.index->publish;
    if (!task_over(&publish->task))
        return;
    tell(cli);
    bool refused = publish->task.state != TASK_DONE && publish->task.error.kind == ERROR_AUTH;
    if (refused || ++cli->word >= cli->options->word_count)
        cli_end(cli, cli->code); /* with a refused login the others would be refused too */
    else
        begin(cli);
}

void cli_publish(struct cli *cli)
{
    if (cli_choose(cli) && cli_open(cli) && cli_index(cli, NULL, true)) {
        cli->step = publish_step;
        begin(cli);
        if (!cli->over) {
            publish_step(cli); /* it may have ended at once */
            if (!cli->over)
                loop_run(cli->loop);
        }
    }
    cli_close(cli);
}
