/* The reducer: one journal event changes one run. Which file it came from is run.c's business. */
#include "core/session/run.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/paths.h"

static const char *const command_names[] = {"plan", "apply", "destroy"};
static const char *const ending_names[] = {"going",   "succeeded", "failed",
                                           "stopped", "discarded", "planned"};

const char *run_command_name(enum run_command command)
{
    return command_names[command];
}

const char *run_ending_name(enum run_ending ending)
{
    return ending_names[ending];
}

static int word_index(struct str word, const char *const *words, int count, int fallback)
{
    for (int i = 0; i < count; i++)
        if (str_is(word, words[i]))
            return i;
    return fallback;
}

static void keep(const json_t *event, const char *key, char *out, size_t capacity)
{
    str_copy(js_str(event, key), out, capacity);
}

static int64_t event_time(const json_t *event)
{
    int64_t ms = 0;
    clock_parse_rfc3339(js_str(event, "time"), &ms);
    return ms;
}

static void stages_of(const json_t *object, bool stages[STAGES])
{
    for (size_t i = 0; i < js_count(object, "stages"); i++) {
        char path[32];
        snprintf(path, sizeof path, "stages.%zu", i);
        enum stage_id stage = stage_named(js_str(object, path));
        if (stage != STAGE_NONE)
            stages[stage] = true;
    }
}

static void on_run(struct run *run, const json_t *event)
{
    run->command =
        (enum run_command)word_index(js_str(event, "command"), command_names, 3, RUN_PLAN);
    run->began_ms = event_time(event);
    keep(event, "who", run->who, sizeof run->who);
    keep(event, "profile", run->profile, sizeof run->profile);
    keep(event, "source", run->source, sizeof run->source);
    keep(event, "account", run->account, sizeof run->account);
    keep(event, "arn", run->arn, sizeof run->arn);
    run->consent = js_bool(event, "consent", false);
    stages_of(event, run->stages_wanted);
}

/* A stage that comes anew begins as if it had never been taken out. */
static void on_wanted(struct run *run, const json_t *event)
{
    bool wanted[STAGES] = {false};
    stages_of(event, wanted);
    for (int i = 0; i < STAGES; i++)
        if (wanted[i] && !run->stages_wanted[i]) {
            run->stages[i].state = STAGE_TODO;
            run->stages[i].ended_ms = 0;
        }
    memcpy(run->stages_wanted, wanted, sizeof wanted);
}

static void on_worker(struct run *run, const json_t *event)
{
    run->worker_pid = (long)js_int(event, "pid", 0);
}

static enum tf_verb verb_of(enum stage_step step)
{
    return step == STEP_INIT ? TF_INIT : step == STEP_PLAN ? TF_PLAN : TF_APPLY;
}

/* A new terraform command: its stream is followed from the start. */
static void follow_stream(struct run_stage *at, struct str name)
{
    follow_stop(&at->follow);
    tf_run_finish(&at->terraform);
    tf_run_init(&at->terraform, verb_of(at->step));
    struct error ignored;
    char file[96];
    if (str_copy(name, file, sizeof file) && !strchr(file, '/') &&
        path_format(at->stream, &ignored, "%s/%s", at->run->dir, file))
        follow_start(&at->follow, at->run->loop, at->stream, &ignored);
}

static void end_stream(struct run_stage *at, const json_t *event)
{
    if (at->stream[0] && at->terraform.phase != TF_PHASE_OVER) {
        follow_drain(&at->follow);
        tf_run_ended(&at->terraform, (int)js_int(event, "code", -1));
    }
    follow_stop(&at->follow);
}

static void on_step(struct run *run, const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    enum stage_step step = step_named(js_str(event, "step"));
    if (stage == STAGE_NONE || step == STEP_NONE)
        return;
    struct run_stage *at = &run->stages[stage];
    at->step = step;
    at->pass = (int)js_int(event, "pass", 1);
    at->step_over = !str_is(js_str(event, "state"), "running");
    at->waits[0] = '\0';
    at->waits_for_form = false;
    at->silent = js_bool(event, "silent", false);
    if (at->step_over) {
        end_stream(at, event);
        return;
    }
    at->step_began_ms = event_time(event);
    run->changing |= step == STEP_APPLY || step == STEP_DRAIN;
    if (at->state != STAGE_RUNNING) {
        at->state = STAGE_RUNNING;
        at->began_ms = event_time(event);
    }
    struct str stream = js_str(event, "stream");
    if (stream.len)
        follow_stream(at, stream);
}

static void on_review(struct run *run, const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    if (stage == STAGE_NONE)
        return;
    struct run_stage *at = &run->stages[stage];
    char path[PATH_MAX], file[96];
    struct error err = {0};
    tf_plan_finish(&at->plan);
    keep(event, "file", file, sizeof file);
    at->have_plan = !strchr(file, '/') && path_format(path, &err, "%s/%s", run->dir, file) &&
                    tf_plan_read(&at->plan, path, &err);
    at->cost_per_hour = js_real(event, "cost_per_hour", -1);
}

static void on_waits(struct run *run, const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    if (stage == STAGE_NONE)
        return;
    keep(event, "text", run->stages[stage].waits, sizeof run->stages[stage].waits);
    run->stages[stage].waits_for_form = js_bool(event, "form", false);
}

static void on_consent(struct run *run, const json_t *event)
{
    const json_t *covers = js_get(event, "covers");
    if (!json_is_object(covers))
        return;
    run->cover = (struct run_cover){.given = true};
    run->cover.cost_per_hour = js_real(covers, "cost_per_hour", 0);
    stages_of(covers, run->cover.stages);
}

static void on_facts(struct run *run, const json_t *event)
{
    const json_t *residue = js_get(event, "values.residue");
    if (!json_is_array(residue))
        return;
    json_decref(run->residue);
    run->residue = json_deep_copy(residue);
}

/* Why something was not as it should be, as deploy.c writes it; unknown kinds are the tool's. */
static void keep_error(const json_t *why, struct error *out)
{
    int64_t kind = js_int(why, "kind", ERROR_TOOL);
    bool known = kind > ERROR_NONE && kind <= ERROR_CANCELLED;
    out->kind = known ? (enum error_kind)kind : ERROR_TOOL;
    keep(why, "text", out->text, sizeof out->text);
    keep(why, "hint", out->hint, sizeof out->hint);
}

static void on_warning(struct run *run, const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    if (stage != STAGE_NONE)
        keep_error(event, &run->stages[stage].warning);
}

static void on_stop(struct run *run, const json_t *event)
{
    run->stop_asked = true;
    run->stop_when_safe = str_is(js_str(event, "how"), "when-safe");
}

static void on_interrupt(struct run *run, const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    run->interrupted_ms = event_time(event);
    if (stage != STAGE_NONE)
        run->stages[stage].interrupted_ms = run->interrupted_ms;
}

static void on_terraform(struct run *run, const json_t *event)
{
    keep(event, "version", run->terraform, sizeof run->terraform);
}

/* The values rest in the deployment's outputs.json: a run only tells that they changed. */
static void on_known(struct run *run, const json_t *event)
{
    (void)run;
    (void)event;
}

static void on_stage(struct run *run, const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    if (stage == STAGE_NONE)
        return;
    run->stages[stage].state = stage_state_named(js_str(event, "state"));
    run->stages[stage].ended_ms = event_time(event);
    if (json_is_object(js_get(event, "error")))
        keep_error(js_get(event, "error"), &run->stages[stage].error);
}

static void on_end(struct run *run, const json_t *event)
{
    run->ending = (enum run_ending)word_index(js_str(event, "ending"), ending_names, 6, RUN_FAILED);
    run->phase = RUN_OVER;
    run->ended_ms = event_time(event);
    if (json_is_object(js_get(event, "error")))
        keep_error(js_get(event, "error"), &run->error);
}

/* ---- the run as a whole, from its stages ---- */

static enum run_phase phase_of(const struct run_stage *at)
{
    static const enum run_phase phases[STEPS] = {
        [STEP_STORE] = RUN_PREPARING,  [STEP_LEAVE] = RUN_PREPARING, [STEP_SHARE] = RUN_PREPARING,
        [STEP_BUCKET] = RUN_PREPARING, [STEP_INIT] = RUN_PREPARING,  [STEP_PLAN] = RUN_PREPARING,
        [STEP_SHOW] = RUN_PREPARING,   [STEP_CONSENT] = RUN_ASKING,  [STEP_APPLY] = RUN_APPLYING,
        [STEP_DRAIN] = RUN_APPLYING,
    };
    if (at->state != STAGE_RUNNING)
        return RUN_STARTING;
    if (at->step == STEP_CONSENT && (at->step_over || at->silent))
        return RUN_FINISHING;
    return phases[at->step] ? phases[at->step] : RUN_FINISHING;
}

/* How much a stage wants to be looked at: higher is more. */
static int urgency(const struct run_stage *at)
{
    enum run_phase phase = phase_of(at);
    if (phase == RUN_ASKING)
        return 6;
    if (at->state == STAGE_FAILED)
        return 5;
    if (at->state != STAGE_RUNNING)
        return at->ended_ms ? 1 : 0;
    if (at->waits_for_form)
        return 2;
    return phase == RUN_PREPARING ? 3 : 4;
}

/* Asking comes first. Once something is applied, later stages that only prepare themselves do not
 * take the run back: it applies until all that is left is to finish. */
static enum run_phase phase_of_all(const struct run *run)
{
    bool has[RUN_OVER + 1] = {false}, to_come = false;
    if (run->phase == RUN_OVER)
        return RUN_OVER;
    for (int i = 0; i < STAGES; i++) {
        const struct run_stage *at = &run->stages[i];
        has[phase_of(at)] = true;
        to_come |= run->stages_wanted[i] && at->state == STAGE_TODO && !at->ended_ms;
    }
    if (has[RUN_ASKING])
        return RUN_ASKING;
    if (has[RUN_APPLYING] || (run->changing && (has[RUN_PREPARING] || to_come)))
        return RUN_APPLYING;
    return has[RUN_FINISHING] ? RUN_FINISHING : has[RUN_PREPARING] ? RUN_PREPARING : run->phase;
}

static void look_around(struct run *run)
{
    int best = 0;
    for (int i = 0; i < STAGES; i++) {
        int much = urgency(&run->stages[i]);
        bool later = much == 1 && best == 1; /* of those that are over the last one */
        if (much > best || later) {
            best = much;
            run->stage = (enum stage_id)i;
        }
    }
    run->phase = phase_of_all(run);
}

void run_apply(struct run *run, const json_t *event)
{
    static const struct {
        const char *name;
        void (*apply)(struct run *run, const json_t *event);
    } table[] = {{"run", on_run},     {"worker", on_worker},   {"terraform", on_terraform},
                 {"step", on_step},   {"review", on_review},   {"consent", on_consent},
                 {"stop", on_stop},   {"outputs", on_known},   {"interrupt", on_interrupt},
                 {"waits", on_waits}, {"stage", on_stage},     {"end", on_end},
                 {"facts", on_facts}, {"warning", on_warning}, {"wanted", on_wanted}};
    struct str name = js_str(event, "event");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_is(name, table[i].name)) {
            table[i].apply(run, event);
            look_around(run);
            return;
        }
    run->strange_lines++;
}
