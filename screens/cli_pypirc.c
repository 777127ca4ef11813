/* `pypirc`: prints the snippet, or merges it into a file after a login. Also how the verbs of the
 * private PyPI find their index and its password. */
#include <unistd.h>

#include "core/base/alloc.h"
#include "screens/cli_private.h"
#include "screens/tty.h"

/* ---- a password from the terminal ---- */

static bool ask(struct session_index *index)
{
    char prompt[256];
    size_t capacity;
    char *text = secret_edit(&index->typed, &capacity);
    snprintf(prompt, sizeof prompt, "Password of %s at the private PyPI: ", index->user);
    bool ok = text && tty_ask(prompt, text, capacity);
    if (text)
        secret_edited(&index->typed);
    return ok;
}

/* ---- the index ---- */

static bool complain(struct cli *cli, const struct error *err, int code)
{
    cli->code = cli_complain(err, code);
    return false;
}

static bool password_missing(struct cli *cli, const struct session_index *index)
{
    struct error err;
    const struct secret *hash = &index->session->secrets.items[SECRET_PYPI_HASH];
    error_set(&err, ERROR_INPUT, "The password of %s at the private PyPI is not known here.",
              index->user);
    error_hint(&err, secret_empty(hash)
                         ? "Give it in EKSHUB_PYPI_PASSWORD."
                         : "Only its hash was given, which nobody can log in with: give the "
                           "password in EKSHUB_PYPI_PASSWORD.");
    return complain(cli, &err, 2);
}

bool cli_index(struct cli *cli, const char *pypirc, bool password)
{
    struct error err = {.kind = ERROR_NONE};
    if (!session_look(&cli->session, cli->place->dir, &err))
        return complain(cli, &err, 2);
    if (!session_index_open(&cli->session, &err))
        return complain(cli, &err, 1);
    struct session_index *index = cli->session.index;
    if (!session_index_file(index, pypirc, &err))
        return complain(cli, &err, 2);
    if (!password || session_index_password(index, &err))
        return true;
    if (err.kind)
        return complain(cli, &err, err.kind == ERROR_INPUT ? 2 : 1);
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && ask(index) &&
        session_index_typed(index, &err))
        return true;
    return password_missing(cli, index);
}

/* ---- printing ---- */

static json_t *entry_json(const struct pypirc_entry *entry)
{
    json_t *value = json_object();
    js_set_text(value, "repository", entry->repository);
    js_set_text(value, "username", entry->user);
    return value;
}

static void print(struct cli *cli)
{
    struct pypirc_entry entry = session_index_entry(cli->session.index);
    struct buf snippet = {0}, shown = {0};
    struct error err;
    if (cli->options->json) {
        json_t *value = entry_json(&entry);
        pypirc_snippet(&entry, &snippet);
        js_set_text(value, "snippet", buf_cstr(&snippet));
        cli_print(value);
    } else if (cli->options->show_password) {
        fflush(stdout);
        if (!pypirc_print(STDOUT_FILENO, &entry, &err))
            cli->code = cli_complain(&err, 1);
    } else {
        pypirc_snippet(&entry, &snippet);
        buf_sanitised(&shown, buf_str(&snippet), true);
        fputs(buf_cstr(&shown), stdout);
    }
    buf_finish(&snippet);
    buf_finish(&shown);
}

/* ---- writing ---- */

static void report_json(const struct session_index *index)
{
    const struct write_pypirc *write = &index->write;
    struct pypirc_entry entry = session_index_entry(index);
    json_t *value = entry_json(&entry);
    js_set_text(value, "file", index->pypirc);
    js_set_text(value, "login", write->proven ? "accepted" : "unproven");
    js_set_bool(value, "created", write->change.created);
    js_set_bool(value, "changed", write->change.changed);
    js_set_bool(value, "listed", write->change.listed);
    js_set_bool(value, "replaced", write->change.replaced);
    js_set_text(value, "backup", write->change.backup[0] ? write->change.backup : NULL);
    cli_print(value);
}

static void report(const struct session_index *index)
{
    const struct pypirc_change *change = &index->write.change;
    cli_say("%s %s", index->pypirc,
            change->created    ? "was made."
            : !change->changed ? "says all that already."
            : change->replaced ? "was changed: [" PYPIRC_SECTION "] is replaced."
                               : "was changed: [" PYPIRC_SECTION "] is added.");
    if (change->was_for[0])
        cli_say("The section was for %s.", change->was_for);
    if (change->backup[0])
        cli_say("What it was is kept in %s.", change->backup);
}

static void write_step(struct cli *cli)
{
    const struct session_index *index = cli->session.index;
    const struct write_pypirc *write = &index->write;
    if (write->state == TASK_RUNNING)
        return;
    if (write->state == TASK_FAILED) {
        cli_end(cli, cli_complain(&write->error, write->error.kind == ERROR_AUTH ? 4 : 1));
        return;
    }
    if (cli->options->json)
        report_json(index);
    else
        report(index);
    if (!write->proven) {
        struct error err = write->warning;
        error_wrap(&err, "The password could not be tried");
        cli_complain(&err, 0);
    }
    cli_end(cli, 0);
}

void cli_pypirc(struct cli *cli)
{
    const struct options *options = cli->options;
    struct error err;
    if (cli_choose(cli) && cli_open(cli) &&
        cli_index(cli, options->words[0], options->write || options->show_password)) {
        if (!options->write) {
            print(cli);
        } else if (!session_pypirc_write(cli->session.index, &err)) {
            cli->code = cli_complain(&err, 1);
        } else {
            cli->step = write_step;
            loop_run(cli->loop);
        }
    }
    cli_close(cli);
}
