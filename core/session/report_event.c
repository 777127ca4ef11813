/* The stream of `-o json`: one object for each change of a run, and the last line. */
#include "core/session/report.h"
#include "core/session/report_words.h"

#include "core/base/alloc.h"

static json_t *event_json(int64_t wall_ms, const char *stage, const char *name)
{
    json_t *value = json_object();
    report_time(value, "time", wall_ms);
    report_text(value, "stage", stage);
    report_text(value, "event", name);
    return value;
}

static const char *stage_of(const struct run *run)
{
    return run->stage == STAGE_NONE ? NULL : stage_table[run->stage].name;
}

/* ---- the journal ---- */

static json_t *run_begins(json_t *value, const struct run *run, const json_t *event)
{
    report_text(value, "run", run->id);
    report_text(value, "command", js_text(event, "command"));
    return value;
}

static json_t *review(json_t *value, const json_t *event)
{
    report_text(value, "step", "plan");
    js_set_int(value, "add", js_int(event, "add", 0));
    js_set_int(value, "change", js_int(event, "change", 0));
    js_set_int(value, "destroy", js_int(event, "remove", 0));
    double cost = js_real(event, "cost_per_hour", -1);
    report_cost(value, "cost_per_hour", cost);
    return value;
}

static json_t *copied(json_t *value, const json_t *event, const char *key)
{
    report_text(value, key, js_text(event, key));
    return value;
}

/* Of a step between terraforms, as terraform's own would be told. */
static json_t *warning(json_t *value, const json_t *event)
{
    report_text(value, "severity", "warning");
    report_text(value, "summary", js_text(event, "text"));
    report_text(value, "detail", js_text(event, "hint"));
    report_text(value, "address", NULL);
    return value;
}

static json_t *of_journal(const struct run *run, const json_t *event, int64_t wall_ms)
{
    struct str name = js_str(event, "event");
    const char *stage = js_text(event, "stage");
    bool begins = str_is(js_str(event, "state"), "running");
    clock_parse_rfc3339(js_str(event, "time"), &wall_ms);
    if (str_is(name, "run"))
        return run_begins(event_json(wall_ms, stage, "start"), run, event);
    if (str_is(name, "step") && begins)
        return copied(event_json(wall_ms, stage, "start"), event, "step");
    if (str_is(name, "step"))
        return copied(copied(event_json(wall_ms, stage, "end"), event, "step"), event, "state");
    if (str_is(name, "stage"))
        return copied(event_json(wall_ms, stage, "end"), event, "state");
    if (str_is(name, "review"))
        return review(event_json(wall_ms, stage, "progress"), event);
    if (str_is(name, "waits")) {
        json_t *value = copied(event_json(wall_ms, stage, "progress"), event, "text");
        js_set_bool(value, "form", js_bool(event, "form", false));
        return value;
    }
    if (str_is(name, "warning"))
        return warning(event_json(wall_ms, stage, "diagnostic"), event);
    if (str_is(name, "consent"))
        return copied(event_json(wall_ms, stage, "progress"), event, "answer");
    if (str_is(name, "stop")) {
        json_t *value = event_json(wall_ms, stage_of(run), "progress");
        report_text(value, "stop", js_text(event, "how"));
        return value;
    }
    return NULL;
}

/* ---- terraform ---- */

static json_t *resource(const struct run *run, enum stage_id stage, const struct tf_event *event,
                        const char *state, int64_t wall_ms)
{
    const struct tf_run *rows = &run->stages[stage].terraform;
    bool moves = event->type == TF_APPLY_PROGRESS;
    json_t *value = event_json(wall_ms, stage_table[stage].name, moves ? "progress" : "resource");
    report_text(value, "address", event->address);
    report_text(value, "action", tf_action_name(event->action));
    report_text(value, "state", state);
    js_set(value, "elapsed_s", event->elapsed_s < 0 ? json_null() : json_integer(event->elapsed_s));
    js_set_int(value, "done", rows->done);
    js_set_int(value, "total", rows->total);
    return value;
}

static json_t *diagnostic(enum stage_id stage, const struct tf_event *event, int64_t wall_ms)
{
    json_t *value = event_json(wall_ms, stage_table[stage].name, "diagnostic");
    report_text(value, "severity", event->error ? "error" : "warning");
    report_text(value, "summary", event->summary);
    report_text(value, "detail", event->detail);
    report_text(value, "address", event->address);
    return value;
}

static const char *state_of(enum tf_type type)
{
    static const char *const states[] = {
        [TF_PLANNED_CHANGE] = "planned", [TF_RESOURCE_DRIFT] = "drifted",
        [TF_APPLY_START] = "running",    [TF_APPLY_PROGRESS] = "running",
        [TF_APPLY_COMPLETE] = "done",    [TF_APPLY_ERRORED] = "failed",
    };
    return type < sizeof states / sizeof *states ? states[type] : NULL;
}

json_t *report_event(const struct run *run, enum stage_id stage, const json_t *journal_event,
                     const struct tf_event *event, int64_t wall_ms)
{
    if (!event)
        return journal_event ? of_journal(run, journal_event, wall_ms) : NULL;
    if (event->wall_ms > 0)
        wall_ms = event->wall_ms;
    if (event->type == TF_DIAGNOSTIC)
        return diagnostic(stage, event, wall_ms);
    const char *state = state_of(event->type);
    return state ? resource(run, stage, event, state, wall_ms) : NULL;
}

json_t *report_cluster(const struct session_cluster *cluster, int64_t wall_ms)
{
    json_t *value = event_json(wall_ms, stage_table[STAGE_EKS].name, "cluster");
    report_text(value, "status", cluster->status);
    report_text(value, "nodes", cluster->nodes);
    js_set(value, "nodes_wanted",
           cluster->nodes_wanted ? json_integer(cluster->nodes_wanted) : json_null());
    return value;
}

/* ---- the last line ---- */

static json_t *why_not(const struct run *run, const struct error *err, int exit_code)
{
    struct error silent;
    if (!err || !err->kind)
        err = &silent;
    if (err == &silent && run && run->ending == RUN_DISCARDED)
        error_set(&silent, ERROR_CANCELLED, "The plan got no consent; nothing was changed.");
    else if (err == &silent)
        error_set(&silent, ERROR_SYSTEM, "It ended with exit code %d.", exit_code);
    json_t *value = json_object();
    report_text(value, "text", err->text);
    report_text(value, "hint", err->hint);
    js_set_int(value, "exit", exit_code);
    return value;
}

json_t *report_done(const struct run *run, const struct outputs *outputs, const struct error *err,
                    int exit_code, int64_t wall_ms)
{
    json_t *value = json_object();
    bool ok = exit_code == 0 || exit_code == 7; /* 7: a plan with changes */
    report_time(value, "time", wall_ms);
    report_text(value, "event", "done");
    js_set_bool(value, "ok", ok);
    report_text(value, "run", run ? run->id : NULL);
    js_set(value, "urls", report_urls(outputs));
    if (run && run->command == RUN_DESTROY)
        js_set(value, "residue", run->residue ? json_incref(run->residue) : json_null());
    js_set(value, "error", ok ? json_null() : why_not(run, err, exit_code));
    return value;
}
