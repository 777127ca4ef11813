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

static void on_run(struct run *run, const json_t *event)
{
    run->command =
        (enum run_command)word_index(js_str(event, "command"), command_names, 3, RUN_PLAN);
    run->began_ms = event_time(event);
    keep(event, "who", run->who, sizeof run->who);
    keep(event, "profile", run->profile, sizeof run->profile);
    keep(event, "account", run->account, sizeof run->account);
    keep(event, "arn", run->arn, sizeof run->arn);
    for (size_t i = 0; i < js_count(event, "stages"); i++) {
        char path[32];
        snprintf(path, sizeof path, "stages.%zu", i);
        enum stage_id stage = stage_named(js_str(event, path));
        if (stage != STAGE_NONE)
            run->stages_wanted[stage] = true;
    }
}

static void on_worker(struct run *run, const json_t *event)
{
    run->worker_pid = (long)js_int(event, "pid", 0);
}

static enum run_phase phase_of(enum stage_step step)
{
    static const enum run_phase phases[STEPS] = {
        [STEP_NONE] = RUN_STARTING,   [STEP_INIT] = RUN_PREPARING, [STEP_PLAN] = RUN_PREPARING,
        [STEP_SHOW] = RUN_PREPARING,  [STEP_CONSENT] = RUN_ASKING, [STEP_APPLY] = RUN_APPLYING,
        [STEP_OUTPUT] = RUN_FINISHING};
    return phases[step];
}

static enum tf_verb verb_of(enum stage_step step)
{
    return step == STEP_INIT ? TF_INIT : step == STEP_PLAN ? TF_PLAN : TF_APPLY;
}

/* A new terraform command: its stream is followed from the start. */
static void follow_stream(struct run *run, enum stage_step step, struct str name)
{
    follow_stop(&run->stream_follow);
    tf_run_finish(&run->terraform_run);
    tf_run_init(&run->terraform_run, verb_of(step));
    struct error ignored;
    char file[96];
    if (str_copy(name, file, sizeof file) && !strchr(file, '/') &&
        path_format(run->stream, &ignored, "%s/%s", run->dir, file))
        follow_start(&run->stream_follow, run->loop, run->stream, &ignored);
}

static void end_stream(struct run *run, const json_t *event)
{
    if (run->stream[0] && run->terraform_run.phase != TF_PHASE_OVER) {
        follow_drain(&run->stream_follow);
        tf_run_ended(&run->terraform_run, (int)js_int(event, "code", -1));
    }
    follow_stop(&run->stream_follow);
}

static void on_step(struct run *run, const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    enum stage_step step = step_named(js_str(event, "step"));
    if (stage == STAGE_NONE || step == STEP_NONE)
        return;
    run->stage = stage;
    struct run_stage *at = &run->stages[stage];
    at->step = step;
    if (!str_is(js_str(event, "state"), "running")) {
        end_stream(run, event);
        return;
    }
    run->phase = phase_of(step);
    run->changing |= step == STEP_APPLY;
    if (at->state != STAGE_RUNNING) {
        at->state = STAGE_RUNNING;
        at->began_ms = event_time(event);
    }
    struct str stream = js_str(event, "stream");
    if (stream.len)
        follow_stream(run, step, stream);
}

static void on_review(struct run *run, const json_t *event)
{
    char path[PATH_MAX], file[96];
    struct error err = {0};
    tf_plan_finish(&run->plan);
    keep(event, "file", file, sizeof file);
    run->have_plan = !strchr(file, '/') && path_format(path, &err, "%s/%s", run->dir, file) &&
                     tf_plan_read(&run->plan, path, &err);
    run->cost_per_hour = js_real(event, "cost_per_hour", -1);
}

static void on_consent(struct run *run, const json_t *event)
{
    if (str_is(js_str(event, "answer"), "yes"))
        run->phase = RUN_FINISHING; /* until the next step says what is being done */
}

static void on_stop(struct run *run, const json_t *event)
{
    run->stop_asked = true;
    run->stop_when_safe = str_is(js_str(event, "how"), "when-safe");
}

static void on_interrupt(struct run *run, const json_t *event)
{
    run->interrupted_ms = event_time(event);
}

static void on_terraform(struct run *run, const json_t *event)
{
    keep(event, "version", run->terraform, sizeof run->terraform);
}

static void on_outputs(struct run *run, const json_t *event)
{
    const char *name;
    json_t *value, *values = json_copy((json_t *)(uintptr_t)js_get(event, "values"));
    run->output_count = 0;
    json_object_foreach(values, name, value)
    {
        if (run->output_count == RUN_OUTPUTS)
            break;
        struct run_output *output = &run->outputs[run->output_count++];
        struct buf text = {0}, clean = {0};
        if (!json_is_string(value))
            js_dump(value, &text);
        buf_sanitised(&clean, json_is_string(value) ? js_str(value, "") : buf_str(&text), false);
        str_copy(buf_str(&clean), output->value, sizeof output->value);
        buf_clear(&clean);
        buf_sanitised(&clean, str_of(name), false);
        str_copy(buf_str(&clean), output->name, sizeof output->name);
        buf_finish(&clean);
        buf_finish(&text);
    }
    json_decref(values);
}

static void on_stage(struct run *run, const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    if (stage == STAGE_NONE)
        return;
    run->stages[stage].state = stage_state_named(js_str(event, "state"));
    run->stages[stage].ended_ms = event_time(event);
}

static void on_end(struct run *run, const json_t *event)
{
    run->ending = (enum run_ending)word_index(js_str(event, "ending"), ending_names, 6, RUN_FAILED);
    run->phase = RUN_OVER;
    run->ended_ms = event_time(event);
    if (!json_is_object(js_get(event, "error")))
        return;
    int64_t kind = js_int(event, "error.kind", ERROR_TOOL);
    bool known = kind > ERROR_NONE && kind <= ERROR_CANCELLED;
    run->error.kind = known ? (enum error_kind)kind : ERROR_TOOL;
    keep(event, "error.text", run->error.text, sizeof run->error.text);
    keep(event, "error.hint", run->error.hint, sizeof run->error.hint);
}

void run_apply(struct run *run, const json_t *event)
{
    static const struct {
        const char *name;
        void (*apply)(struct run *run, const json_t *event);
    } table[] = {{"run", on_run},     {"worker", on_worker},   {"terraform", on_terraform},
                 {"step", on_step},   {"review", on_review},   {"consent", on_consent},
                 {"stop", on_stop},   {"outputs", on_outputs}, {"interrupt", on_interrupt},
                 {"stage", on_stage}, {"end", on_end}};
    struct str name = js_str(event, "event");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_is(name, table[i].name)) {
            table[i].apply(run, event);
            return;
        }
    run->strange_lines++;
}
