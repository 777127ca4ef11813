/* Running the command and reading what it prints; see creds_process.h. */
#include "core/aws/creds_process.h"

#include <stdarg.h>

#include "core/aws/creds_json.h"
#include "core/aws/shlex.h"

#include "core/base/alloc.h"

enum { PATIENCE_MS = 120000 };

static const char by_hand[] = "Run the profile's credential_process by hand to see what it says.";

/* "The credential_process of profile NAME …" */
static bool __attribute__((format(printf, 3, 4)))
failed(const struct creds_process *process, struct error *err, const char *format, ...)
{
    struct buf text = {0};
    char rest[700];
    va_list args;

    va_start(args, format);
    vsnprintf(rest, sizeof rest, format, args);
    va_end(args);
    buf_text(&text, "The credential_process of profile ");
    buf_sanitised(&text, str_of(process->profile->name), false);
    buf_byte(&text, ' ');
    buf_sanitised(&text, str_of(rest), false);
    error_set(err, ERROR_AUTH, "%s", buf_cstr(&text));
    buf_finish(&text);
    return error_hint(err, "%s", by_hand);
}

static bool complained(const struct creds_process *process, struct error *err)
{
    struct str said = str_trim(buf_str(&process->process.err));
    char outcome[64];

    if (process->late)
        return failed(process, err, "printed nothing within two minutes and was stopped.");
    if (said.len > 500)
        said = str_skip(said, said.len - 500);
    return failed(process, err, "ended with %s%s%.*s%s",
                  process_outcome(&process->process, outcome), said.len > 0 ? ": " : "",
                  STR_ARG(said), said.len > 0 ? "" : " and said nothing.");
}

static bool read_answer(struct creds_process *process, struct error *err)
{
    json_t *value = js_parse(buf_str(&process->process.out), NULL);
    const json_t *version = json_object_get(value, "Version");
    bool ok = false;

    if (!json_is_object(value) || process->process.cut)
        failed(process, err, "did not print a JSON object.");
    else if (!version)
        failed(process, err, "printed no Version; it has to be the number 1.");
    else if (!json_is_integer(version) || json_integer_value(version) != 1)
        failed(process, err, "printed another Version than the number 1.");
    else
        ok =
            creds_from_json(&process->creds, value, &creds_names_process, "what it printed", err) ||
            failed(process, err, "did not print keys: %s", err->text);
    json_decref(value);
    return ok;
}

static bool run(struct creds_process *process, struct error *err);

static int64_t wall_of(const struct creds_process *process)
{
    return clock_wall(process->world->http->loop->clock);
}

static void forget_output(struct creds_process *process)
{
    if (process->process.out.data)
        secret_wipe(process->process.out.data, process->process.out.len);
    process_finish(&process->process);
}

static void end(struct creds_process *process, bool ok)
{
    process->ok = ok;
    forget_output(process);
    process->done(process);
}

static void on_ended(struct process *child)
{
    struct creds_process *process = container_of(child, struct creds_process, process);
    bool ok;

    loop_cancel(process->world->http->loop, &process->patience);
    ok = process_code(child) == 0 ? read_answer(process, &process->error)
                                  : complained(process, &process->error);
    if (!ok || !process->creds.expires_ms || process->creds.expires_ms > wall_of(process)) {
        end(process, ok);
        return;
    }
    creds_finish(&process->creds);
    if (process->again) {
        failed(process, &process->error, "printed keys that have already expired.");
        end(process, false);
        return;
    }
    process->again = true; /* once more: it may keep keys and renew them on being asked */
    forget_output(process);
    if (!run(process, &process->error))
        end(process, false);
}

static void out_of_patience(struct timer *timer)
{
    struct creds_process *process = container_of(timer, struct creds_process, patience);

    process->late = true;
    process_stop(&process->process);
}

static bool run(struct creds_process *process, struct error *err)
{
    struct process_spec spec = {
        .argv = (const char *const *)process->words,
        .environment = process->world->environment,
        .home = PROCESS_OWN_GROUP,
        .in = PROCESS_NULL,
        .out = PROCESS_PIPE,
        .err = PROCESS_PIPE,
    };

    process->process.ended = on_ended;
    if (!process_start(&process->process, process->world->signals, &spec, err)) {
        failed(process, err, "cannot be run: %s", err->text);
        return false;
    }
    process->patience.fire = out_of_patience;
    loop_after(process->world->http->loop, &process->patience, PATIENCE_MS);
    return true;
}

bool creds_process_start(struct creds_process *process, const struct creds_world *world,
                         const struct profile *profile, const char *command,
                         void (*done)(struct creds_process *process), struct error *err)
{
    size_t count = 0;

    *process = (struct creds_process){.world = world, .profile = profile, .done = done};
    if (!world->signals)
        return failed(process, err, "cannot be run from here.");
    if (!shlex_split(str_of(command), &process->words, &count) || count == 0)
        return failed(process, err, "is not a command: a quotation is left open.");
    return run(process, err);
}

void creds_process_finish(struct creds_process *process)
{
    if (!process->world)
        return;
    loop_cancel(process->world->http->loop, &process->patience);
    forget_output(process);
    shlex_free(process->words);
    creds_finish(&process->creds);
    *process = (struct creds_process){0};
}
