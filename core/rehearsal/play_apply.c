/* Applying. Each piece has up to two jobs, its destruction and its creation; a job starts when what
 * it waits for is done, and never starts when that failed. */
#include "core/rehearsal/play_apply.h"

#include <signal.h>

#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/login.h"
#include "core/rehearsal/play_job.h"
#include "core/rehearsal/play_text.h"
#include "core/rehearsal/step.h"

#include "core/base/alloc.h"

enum { PARALLELISM = 10, PROGRESS_MS = 10000 };

/* What a destroy step is told is what the state has, as terraform's self.input is. */
static const char *detail_of(const struct job *job)
{
    const struct play_plan *plan = job->apply->plan;
    return job->destroy ? play_state_input(job->apply->play, job_piece(job))
                        : plan->inputs[job->piece];
}

static bool add_login(const struct job *job, struct step *step, struct error *err)
{
    const struct play_plan *plan = job->apply->plan;
    const struct piece *piece = job_piece(job);
    struct buf user = {.data = NULL};
    if (!*piece->login || job->destroy)
        return true;
    values_fill(plan->values, piece->login, &user);
    bool ok = login_make(buf_str(&user), js_str(plan->ephemeral, piece->hash), step->login, err);
    buf_finish(&user);
    return ok;
}

static void step_of(const struct job *job, struct step *step)
{
    const struct piece *piece = job_piece(job);
    *step = (struct step){.destroy = job->destroy};
    step->seconds = job->destroy ? piece->destroy_seconds : piece->seconds;
    str_copy(str_of(piece->address), step->address, sizeof step->address);
    str_copy(str_of(piece->type), step->type, sizeof step->type);
    str_copy(str_of(detail_of(job)), step->detail, sizeof step->detail);
}

static void save(struct apply *apply)
{
    struct error err = {.kind = ERROR_NONE};
    if (play_state_save(apply->play, &err))
        return;
    play_diagnose(apply->out, "Failed to write state", err.text, NULL);
    apply->stopped = true;
}

/* Into the state, as terraform has it after the job's end. */
static void record(struct job *job, bool tainted)
{
    struct apply *apply = job->apply;
    const struct piece *piece = job_piece(job);
    if (job->destroy)
        play_state_drop(apply->play, piece);
    else
        play_state_put(apply->play, apply->plan->description, piece, job->id,
                       apply->plan->inputs[job->piece], apply->plan->triggers[job->piece], tainted);
    save(apply);
}

static void start_ready(struct apply *apply);

static void job_end(struct job *job, enum job_state state)
{
    struct apply *apply = job->apply;
    loop_cancel(&apply->loop, &job->progress);
    loop_cancel(&apply->loop, &job->end);
    job->state = state;
    apply->running--;
    if (state == JOB_DONE) {
        apply->removed += job->destroy;
        apply->changed += job->update;
        apply->added += !job->destroy && !job->update;
    }
}

static void job_succeeded(struct job *job)
{
    if (!job->bare)
        job_say_provision(job, "provision_complete", NULL, "(local-exec) Provisioning complete");
    record(job, false);
    job_say_complete(job);
    job_end(job, JOB_DONE);
}

static void job_failed(struct job *job)
{
    struct step step;
    struct error err = {.kind = ERROR_NONE};
    step_of(job, &step);
    step_fail(job->apply->place, &step, clock_wall(&clock_system), &err);
    job_say_output(job, job->failure);
    job_say_errored(job, "exit status 1", job->failure);
    record(job, true);
    job_end(job, JOB_FAILED);
}

static void job_due(struct timer *timer)
{
    struct job *job = container_of(timer, struct job, end);
    struct apply *apply = job->apply;
    if (*job->failure)
        job_failed(job);
    else
        job_succeeded(job);
    start_ready(apply);
}

static void job_progress(struct timer *timer)
{
    struct job *job = container_of(timer, struct job, progress);
    job_say_progress(job);
    loop_after(&job->apply->loop, &job->progress, PROGRESS_MS);
}

static void job_start(struct job *job)
{
    struct apply *apply = job->apply;
    struct step step;
    struct error err = {.kind = ERROR_NONE};
    int64_t wait_ms = 0;
    const struct piece *piece = job_piece(job);
    job->state = JOB_RUNNING;
    job->began_ms = clock_now(apply->loop.clock);
    apply->running++;
    job->bare = job->update || (job->destroy && play_state_tainted(apply->play, piece));
    if (job->destroy || job->update)
        str_copy(str_of(play_state_id(apply->play, piece)), job->id, sizeof job->id);
    else
        cloud_id(job->id);
    job_say_start(job);
    step_of(job, &step);
    if (!job->bare &&
        !(add_login(job, &step, &err) && step_begin(apply->place, &step, clock_wall(&clock_system),
                                                    &wait_ms, job->failure, &err))) {
        job_say_errored(job, "exit status 1", err.text);
        if (!job->destroy)
            record(job, true);
        job_end(job, JOB_FAILED);
        return;
    }
    /* From now, not from when this turn began: the world counts from here too. */
    wait_ms += clock_now(apply->loop.clock) - apply->loop.now_ms;
    loop_after(&apply->loop, &job->end, wait_ms);
    loop_after(&apply->loop, &job->progress, PROGRESS_MS);
}

static bool needs(const struct piece *piece, size_t index)
{
    for (size_t i = 0; i < piece->need_count; i++)
        if (piece->needs[i] == index)
            return true;
    return false;
}

static bool over(const struct job *job)
{
    return job->state == JOB_NONE || job->state == JOB_DONE;
}

/* A thing is destroyed after all that needs it, and made after all that it needs. */
static bool may_start(const struct apply *apply, const struct job *job)
{
    const struct description *description = apply->plan->description;
    if (job->state != JOB_TODO)
        return false;
    if (!job->destroy) {
        const struct piece *piece = job_piece(job);
        if (!over(&apply->destroys[job->piece]))
            return false;
        for (size_t i = 0; i < piece->need_count; i++)
            if (!over(&apply->makes[piece->needs[i]]))
                return false;
        return true;
    }
    for (size_t i = 0; i < description->count; i++)
        if (!over(&apply->destroys[i]) && needs(&description->pieces[i], job->piece))
            return false;
    return true;
}

static void start_ready(struct apply *apply)
{
    size_t count = apply->plan->description->count;
    bool again = !apply->stopped;
    while (again) { /* a job may fail at once and make others hopeless, never ready */
        again = false;
        for (size_t i = 0; i < 2 * count && apply->running < PARALLELISM; i++) {
            struct job *job = i < count ? &apply->destroys[i] : &apply->makes[i - count];
            if (!may_start(apply, job))
                continue;
            job_start(job);
            again = true;
        }
        again = again && apply->running < PARALLELISM;
    }
    if (apply->running == 0)
        loop_stop(&apply->loop);
}

/* terraform stops by killing its provisioners: what was being made is tainted. */
static void interrupted(struct signals *signals, int number)
{
    struct apply *apply = container_of(signals, struct apply, signals);
    size_t count = apply->plan->description->count;
    (void)number;
    if (apply->stopped)
        return;
    apply->stopped = true;
    play_say(apply->out, "log", NULL, NULL,
             "\nInterrupt received.\nPlease wait for Terraform to exit or data loss may "
             "occur.\nGracefully shutting down...\n");
    play_say(apply->out, "log", NULL, NULL, "Stopping operation...");
    for (size_t i = 0; i < 2 * count; i++) {
        struct job *job = i < count ? &apply->destroys[i] : &apply->makes[i - count];
        if (job->state != JOB_RUNNING)
            continue;
        job_say_errored(job, "signal: killed", "");
        if (!job->destroy)
            record(job, true);
        job_end(job, JOB_FAILED);
    }
    json_array_append_new(apply->diagnostics, json_pack("[]"));
    loop_stop(&apply->loop);
}

static void prepare(struct apply *apply)
{
    size_t count = apply->plan->description->count;
    apply->destroys = alloc_zeroed(count, sizeof *apply->destroys);
    apply->makes = alloc_zeroed(count, sizeof *apply->makes);
    for (size_t i = 0; i < 2 * count; i++) {
        bool destroy = i < count;
        struct job *job = destroy ? &apply->destroys[i] : &apply->makes[i - count];
        size_t piece = destroy ? i : i - count;
        enum play_action action = apply->plan->actions[piece];
        *job = (struct job){.apply = apply, .piece = piece, .destroy = destroy};
        job->end.fire = job_due;
        job->progress.fire = job_progress;
        job->update = action == PLAY_UPDATE;
        if (destroy ? action == PLAY_DELETE || action == PLAY_REPLACE
                    : action == PLAY_CREATE || action == PLAY_UPDATE || action == PLAY_REPLACE)
            job->state = JOB_TODO;
        if (action == PLAY_REPLACE)
            job->update = false;
    }
}

static json_t *outputs_set(struct apply *apply)
{
    json_t *outputs = json_object(), *stored = json_object(), *output;
    const char *name;
    json_object_foreach(apply->plan->outputs, name, output)
    {
        json_t *value = json_object_get(output, "value");
        if (apply->plan->destroy)
            continue;
        js_set(stored, name, json_pack("{s:O, s:o}", "value", value, "type", values_type(value)));
        js_set(outputs, name,
               json_pack("{s:b, s:o, s:O}", "sensitive", 0, "type", values_type(value), "value",
                         value));
    }
    js_set(apply->play->json, "outputs", stored);
    if (apply->plan->destroy && json_array_size(apply->diagnostics) == 0)
        play_state_remote(apply->play, apply->plan->description, NULL);
    return outputs;
}

static int told(struct apply *apply, const char *operation)
{
    json_t *outputs = outputs_set(apply);
    if (play_plan_changes(apply->plan))
        save(apply);
    for (size_t i = 0; i < json_array_size(apply->diagnostics); i++) {
        const json_t *diagnostic = json_array_get(apply->diagnostics, i);
        if (json_array_size(diagnostic) == 2)
            play_diagnose(apply->out, "local-exec provisioner error", js_text(diagnostic, "0"),
                          js_text(diagnostic, "1"));
        else
            play_diagnose(apply->out, "execution halted", "", NULL);
    }
    if (apply->out->errors > 0) {
        json_decref(outputs);
        return 1;
    }
    size_t count = json_object_size(outputs);
    play_summary(apply->out, operation, apply->added, apply->changed, apply->removed);
    if (strcmp(operation, "destroy") != 0 && !apply->out->json && count > 0) {
        fputs("\nOutputs:\n\n", stdout);
        play_text_outputs(outputs);
        fflush(stdout);
        json_decref(outputs);
    } else if (strcmp(operation, "destroy") != 0)
        play_say(apply->out, "outputs", "outputs", outputs, "Outputs: %zu", count);
    else
        json_decref(outputs);
    return 0;
}

int play_apply(const struct play_plan *plan, struct play_state *state, const char *place,
               struct play_out *out, const char *operation)
{
    static const int numbers[] = {SIGINT, SIGTERM, 0};
    struct apply apply = {.plan = plan, .play = state, .place = place, .out = out};
    struct error err = {.kind = ERROR_NONE};
    int code = 1;
    apply.diagnostics = json_array();
    loop_init(&apply.loop, &clock_system);
    apply.signals.caught = interrupted;
    if (signals_init(&apply.signals, &apply.loop, numbers, &err)) {
        prepare(&apply);
        start_ready(&apply);
        if (apply.running > 0)
            loop_run(&apply.loop);
        code = told(&apply, operation);
    } else
        play_diagnose(out, "The player cannot catch signals", err.text, NULL);
    signals_finish(&apply.signals);
    loop_finish(&apply.loop);
    free(apply.destroys);
    free(apply.makes);
    json_decref(apply.diagnostics);
    return code;
}
