#include "core/session/worker.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/io/channel.h"
#include "core/session/deploy.h"
#include "core/session/deployment.h"
#include "core/session/history.h"

struct worker {
    struct place *place; /* `source` is ours to set */
    struct loop *loop;
    struct signals signals;
    struct http http; /* for the steps between terraforms */
    struct journal journal;
    struct channel channel;
    struct deploy deploy;
    struct run before; /* what a dead worker left */
    json_t *request;
    char id[64], who[128];
    int lock;
    int64_t began_ms; /* wall */
};

static void say(json_t *answer)
{
    struct buf line = {0};
    js_dump(answer, &line);
    buf_byte(&line, '\n');
    ssize_t ignored = write(STDOUT_FILENO, buf_cstr(&line), line.len);
    (void)ignored;
    buf_finish(&line);
    json_decref(answer);
}

/* Nobody could be served: says why on standard output and gives the exit code. */
static int refuse(const struct error *err)
{
    json_t *answer = json_object();
    js_set_bool(answer, "ok", false);
    js_set_int(answer, "kind", err->kind);
    js_set_text(answer, "text", err->text);
    js_set_text(answer, "hint", err->hint);
    say(answer);
    return run_error_code(err);
}

static bool read_request(struct worker *worker, struct error *err)
{
    struct buf text;
    char chunk[4096];
    buf_init(&text, WORKER_REQUEST_MAX);
    for (ssize_t got; (got = read(STDIN_FILENO, chunk, sizeof chunk)) != 0;) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || !buf_append(&text, (struct str){chunk, (size_t)got}))
            break;
    }
    worker->request = js_parse(buf_str(&text), err);
    secret_wipe(text.data, text.len);
    buf_finish(&text);
    if (!json_is_object(worker->request))
        return error_set(err, ERROR_INPUT,
                         "A worker is started by ekshub-tui itself, with a request on its input.");
    return true;
}

/* By its beginning, so that names sort by age; the milliseconds keep a quick plan and the apply
 * behind it apart. */
static void name_run(struct worker *worker)
{
    char when[CLOCK_TEXT];
    int64_t now = clock_wall(worker->loop->clock);
    clock_amz(now, when);
    snprintf(worker->id, sizeof worker->id, "%.8s-%.6s-%03d-%s-%ld", when, when + 9,
             (int)(now % 1000), run_command_name(worker->deploy.command), (long)getpid());
}

static bool open_run(struct worker *worker, struct error *err)
{
    struct deploy *deploy = &worker->deploy;
    char path[PATH_MAX];
    return path_format(deploy->run_dir, err, "%s/runs/%s", worker->place->dir, worker->id) &&
           dir_make(deploy->run_dir, 0700, err) &&
           path_format(path, err, "%s/journal.jsonl", deploy->run_dir) &&
           journal_open(&worker->journal, path, err);
}

/* Where the keys come from is never guessed at: another source may be another account. */
static bool take_source(struct worker *worker, struct str name, struct error *err)
{
    worker->place->source = surrounding_named(name);
    return name.len == 0 || worker->place->source ||
           error_set(err, ERROR_INPUT, "The worker does not know the credentials of %.*s.",
                     STR_ARG(name));
}

/* What the request asks for; an unknown word is refused rather than guessed at. */
static bool take_wish(struct worker *worker, struct error *err)
{
    struct deploy *deploy = &worker->deploy;
    const json_t *request = worker->request;
    struct str command = js_str(request, "command");
    if (!str_is(command, "plan") && !str_is(command, "apply") && !str_is(command, "destroy"))
        return error_set(err, ERROR_INPUT, "The worker was asked for %.*s, which it cannot do.",
                         STR_ARG(command));
    deploy->command = str_is(command, "plan")      ? RUN_PLAN
                      : str_is(command, "destroy") ? RUN_DESTROY
                                                   : RUN_APPLY;
    deploy->consent = js_bool(request, "consent", false);
    str_copy(js_str(request, "profile"), deploy->profile, sizeof deploy->profile);
    if (!take_source(worker, js_str(request, "source"), err))
        return false;
    str_copy(js_str(request, "continue"), worker->id, sizeof worker->id);
    for (size_t i = 0; i < js_count(request, "stages"); i++) {
        char key[32];
        snprintf(key, sizeof key, "stages.%zu", i);
        enum stage_id stage = stage_named(js_str(request, key));
        if (stage != STAGE_NONE)
            deploy->wanted[stage] = true;
    }
    if (deploy->command == RUN_DESTROY && !deploy->consent && !worker->id[0])
        return error_set(err, ERROR_INPUT, "Nothing is destroyed before somebody said so.");
    if (deploy->command == RUN_DESTROY)
        stage_add_dependants(deploy->wanted);
    for (int i = 0; i < STAGES; i++)
        deploy->wanted[i] &= stage_table[i].here;
    bool ok = secrets_from_json(&deploy->secrets, js_get(request, "secrets"), err);
    secrets_wipe_json(json_object_get(request, "secrets"));
    return ok;
}

/* A run whose worker died before it wrote the first line begins anew under its old name. */
static bool goes_on(const struct worker *worker)
{
    return worker->before.began_ms != 0;
}

/* Only under the lock: another worker may have gone on with the run, even to its end. What it was
 * begun with still holds, the operator's profile included. */
static bool read_before(struct worker *worker, struct error *err)
{
    struct deploy *deploy = &worker->deploy;
    const struct run *before = &worker->before;
    if (!js_text(worker->request, "continue")[0])
        return true;
    if (!run_read(&worker->before, worker->place->dir, worker->id, err))
        return false;
    if (before->phase == RUN_OVER)
        return error_set(err, ERROR_INPUT, "The run %s has already ended.", worker->id);
    if (!goes_on(worker))
        return true;
    deploy->command = before->command;
    deploy->consent |= before->consent;
    memcpy(deploy->wanted, before->stages_wanted, sizeof deploy->wanted);
    str_copy(str_of(before->profile), deploy->profile, sizeof deploy->profile);
    return take_source(worker, str_of(before->source), err);
}

static json_t *stage_names(const struct deploy *deploy)
{
    json_t *names = json_array();
    for (int i = 0; i < STAGES; i++)
        if (deploy->wanted[i])
            json_array_append_new(names, json_string(stage_table[i].name));
    return names;
}

static const char *source_name(const struct worker *worker)
{
    enum surrounding_id source = worker->place->source;
    return source ? surrounding_name(source) : NULL;
}

static json_t *run_event(const struct worker *worker)
{
    const struct deploy *deploy = &worker->deploy;
    json_t *run = json_object();
    js_set_text(run, "event", "run");
    js_set_text(run, "id", worker->id);
    js_set_text(run, "command", run_command_name(deploy->command));
    js_set(run, "stages", stage_names(deploy));
    js_set_bool(run, "consent", deploy->consent);
    js_set_text(run, "who", worker->who);
    js_set_text(run, "profile", deploy->profile[0] ? deploy->profile : NULL);
    js_set_text(run, "source", source_name(worker));
    js_set_text(run, "account", js_text(worker->request, "account"));
    js_set_text(run, "arn", js_text(worker->request, "arn"));
    js_set_text(run, "program", PACKAGE_VERSION);
    js_set_bool(run, "rehearsal", worker->place->rehearsal);
    return run;
}

/* Nothing is begun that the journal cannot tell of. */
static bool write_head(struct worker *worker, struct error *err)
{
    int64_t now = clock_wall(worker->loop->clock);
    if (!goes_on(worker) && !journal_append(&worker->journal, now, run_event(worker), err))
        return error_hint(err, "Make room on the disk and try again.");
    json_t *us = json_object();
    js_set_text(us, "event", "worker");
    js_set_int(us, "pid", getpid());
    js_set_bool(us, "continued", goes_on(worker));
    return journal_append(&worker->journal, now, us, err) ||
           error_hint(err, "Make room on the disk and try again.");
}

/* ---- the control socket ---- */

static json_t *reply(bool ok, const struct error *err)
{
    json_t *answer = json_object();
    js_set_bool(answer, "ok", ok);
    if (!ok) {
        js_set_text(answer, "text", err->text);
        js_set_text(answer, "hint", err->hint);
    }
    return answer;
}

static json_t *on_request(struct channel *channel, const json_t *request)
{
    struct worker *worker = container_of(channel, struct worker, channel);
    struct deploy *deploy = &worker->deploy;
    struct str op = js_str(request, "op"), how = js_str(request, "how");
    struct error err = {0};
    bool ok;
    if (str_is(op, "consent"))
        ok = deploy_consent(deploy, stage_named(js_str(request, "stage")),
                            js_bool(request, "yes", false), &err);
    else if (str_is(op, "answers"))
        ok = deploy_answers(deploy, js_get(request, "answers"), js_get(request, "secrets"), &err);
    else if (str_is(op, "stop"))
        ok = deploy_stop(deploy,
                         str_is(how, "when-safe") ? DEPLOY_STOP_WHEN_SAFE
                         : str_is(how, "harder")  ? DEPLOY_STOP_HARDER
                                                  : DEPLOY_STOP_NOW,
                         &err);
    else if (str_is(op, "ping"))
        ok = true;
    else
        ok = error_set(&err, ERROR_INPUT, "The worker does not know that request.");
    return reply(ok, &err);
}

/* ---- the end ---- */

/* What became of each: a stage that nothing was done to is not among them. */
static json_t *stage_states(const struct deploy *deploy)
{
    json_t *states = json_object();
    for (int i = 0; i < STAGES; i++) {
        const struct deploy_lane *lane = &deploy->lanes[i];
        bool made = lane->changing || lane->state == STAGE_DONE || lane->state == STAGE_DESTROYED;
        if (lane->steps && made)
            js_set_text(states, stage_table[i].name, stage_state_name(lane->state));
    }
    return states;
}

static void write_history(struct worker *worker)
{
    const struct deploy *deploy = &worker->deploy;
    struct error err;
    char started[CLOCK_TEXT];
    json_t *line = json_object();
    js_set_text(line, "id", worker->id);
    js_set_text(line, "command", run_command_name(deploy->command));
    js_set(line, "stages", stage_names(deploy));
    js_set(line, "states", stage_states(deploy));
    js_set_text(line, "who", worker->who);
    js_set_text(line, "profile", deploy->profile[0] ? deploy->profile : NULL);
    js_set_text(line, "source", source_name(worker));
    js_set_text(line, "arn", js_text(worker->request, "arn"));
    js_set_text(line, "program", PACKAGE_VERSION);
    js_set_text(line, "terraform", deploy->version);
    js_set_int(line, "add", deploy->add);
    js_set_int(line, "change", deploy->change);
    js_set_int(line, "remove", deploy->remove);
    js_set_text(line, "ending", run_ending_name(deploy->ending));
    js_set_text(line, "error", deploy->error.kind ? deploy->error.text : NULL);
    js_set_text(line, "started", clock_rfc3339(worker->began_ms, started));
    js_set_bool(line, "began", deploy->changing);
    if (!history_append(worker->place->dir, clock_wall(worker->loop->clock), line, &err))
        log_line("history: %s", err.text);
}

static void on_closing(struct deploy *deploy)
{
    struct worker *worker = container_of(deploy, struct worker, deploy);
    write_history(worker);
    deployment_tidy(worker->place->dir);
}

/* The lock goes as soon as the end can be read: whoever reads it may begin the next run at once. */
static void on_ended(struct deploy *deploy)
{
    struct worker *worker = container_of(deploy, struct worker, deploy);
    close(worker->lock);
    worker->lock = -1;
    journal_sync(&worker->journal);
    loop_stop(worker->loop);
}

/* From here on nobody reads our output: the terminal may go, the run goes on. */
static void detach(struct worker *worker)
{
    struct error ignored;
    char path[PATH_MAX];
    json_t *answer = json_object();
    js_set_bool(answer, "ok", true);
    js_set_text(answer, "run", worker->id);
    say(answer);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    int err = path_format(path, &ignored, "%s/worker.err", worker->deploy.run_dir)
                  ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
                  : -1;
    if (nowhere >= 0) {
        dup2(nowhere, STDIN_FILENO);
        dup2(nowhere, STDOUT_FILENO);
    }
    dup2(err >= 0 ? err : nowhere, STDERR_FILENO);
    close(nowhere);
    if (err >= 0)
        close(err);
}

static void lend(struct worker *worker)
{
    struct deploy *deploy = &worker->deploy;
    deploy->place = worker->place;
    deploy->loop = worker->loop;
    deploy->signals = &worker->signals;
    deploy->http = &worker->http;
    deploy->between = between_init;
    deploy->journal = &worker->journal;
    deploy->closing = on_closing;
    deploy->ended = on_ended;
    worker->channel.request = on_request;
}

static bool begin(struct worker *worker, struct error *err)
{
    static const int caught[] = {0}; /* SIGTERM ends us as SIGKILL would: terraform lives on */
    struct deploy *deploy = &worker->deploy;
    const struct place *place = worker->place;
    char control[PATH_MAX];
    lend(worker);
    if (!read_request(worker, err) || !take_wish(worker, err))
        return false;
    if (!worker->id[0])
        name_run(worker);
    deployment_who(worker->who, sizeof worker->who);
    worker->lock = deployment_lock(place->dir, worker->id, err);
    if (worker->lock < 0 || !read_before(worker, err))
        return false;
    worker->began_ms = goes_on(worker) ? worker->before.began_ms : clock_wall(worker->loop->clock);
    return deployment_load(place->dir, place->rehearsal, &deploy->answers, err) &&
           signals_init(&worker->signals, worker->loop, caught, err) && open_run(worker, err) &&
           path_format(control, err, "%s/control", deploy->run_dir) &&
           channel_listen(&worker->channel, worker->loop, control, err) && write_head(worker, err);
}

static void worker_destroy(struct worker *worker)
{
    deploy_finish(&worker->deploy);
    channel_close(&worker->channel);
    journal_close(&worker->journal);
    http_finish(&worker->http);
    signals_finish(&worker->signals);
    run_finish(&worker->before);
    json_decref(worker->request);
    if (worker->lock >= 0)
        close(worker->lock);
    free(worker);
}

int worker_main(struct place *place, struct loop *loop)
{
    struct worker *worker = alloc_zeroed(1, sizeof *worker);
    struct error err;
    int code;
    worker->place = place;
    worker->loop = loop;
    worker->journal.fd = -1;
    worker->lock = -1;
    http_init(&worker->http, loop, &place->route);
    umask(077);
    signal(SIGHUP, SIG_IGN);
    if (begin(worker, &err)) {
        detach(worker);
        deploy_start(&worker->deploy, goes_on(worker) ? &worker->before : NULL);
        loop_run(loop);
        code = run_ending_code(worker->deploy.ending, &worker->deploy.error);
    } else {
        code = refuse(&err);
    }
    worker_destroy(worker);
    return code;
}
