/* What is known, as one JSON object: profiles, checks, status, deployments. The stream of events is
 * report_event.c's. */
#include "core/session/report.h"

#include "core/aws/surroundings.h"
#include "core/session/aliases.h"
#include "core/session/report_words.h"
#include "core/session/summary.h"

#include "core/base/alloc.h"

void report_text(json_t *object, const char *key, const char *text)
{
    js_set_text(object, key, text && text[0] ? text : NULL);
}

void report_time(json_t *object, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT];
    js_set_text(object, key, wall_ms > 0 ? clock_rfc3339(wall_ms, text) : NULL);
}

void report_cost(json_t *object, const char *key, double per_hour)
{
    int64_t parts = (int64_t)(per_hour * 10000 + 0.5);
    js_set(object, key, per_hour < 0 ? json_null() : json_real((double)parts / 10000));
}

/* What people open; a stage that is not up has no address. */
json_t *report_urls(const struct outputs *outputs)
{
    static const struct {
        const char *name;
        enum outputs_address address;
    } rows[] = {{"mlhub", ADDRESS_HUB}, {"pypi", ADDRESS_PYPI}, {"pypi_index", ADDRESS_INDEX}};
    json_t *urls = json_object();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        report_text(urls, rows[i].name, outputs ? outputs_url(outputs, rows[i].address) : NULL);
    return urls;
}

static json_t *profile_json(const struct profile *profile)
{
    json_t *value = json_object();
    report_text(value, "name", profile->name);
    report_text(value, "kind", profile_kind_name(profile->kind));
    report_text(value, "region", profile->region);
    report_text(value, "access_key_id", profile->access_key_id);
    report_text(value, "source", profile->source);
    report_text(value, "error", profile->error);
    report_text(value, "hint", profile->hint);
    return value;
}

static json_t *surroundings_json(const struct profiles *profiles)
{
    struct surrounding rows[SURROUNDINGS_MAX];
    size_t count = profiles_surroundings(profiles, rows);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object();
        report_text(value, "name", rows[i].name);
        report_text(value, "kind", rows[i].kind);
        report_text(value, "region", profiles_region(profiles, NULL, NULL));
        report_text(value, "access_key_id", rows[i].access_key_id);
        report_text(value, "source", rows[i].source);
        report_text(value, "error", rows[i].error);
        json_array_append_new(list, value);
    }
    return list;
}

json_t *report_differences(const struct differences *differences, const char *profile)
{
    json_t *list = json_array();
    for (size_t i = 0; i < differences->count; i++) {
        const struct difference *item = &differences->items[i];
        if (profile && item->profile && strcmp(profile, item->profile) != 0)
            continue;
        json_t *value = json_object();
        report_text(value, "profile", item->profile);
        report_text(value, "text", item->text);
        report_text(value, "hint", item->hint);
        json_array_append_new(list, value);
    }
    return list;
}

json_t *report_profiles(const struct profiles *profiles, const struct place *place)
{
    struct profile_choice choice = {.name = NULL};
    struct differences differences = {.count = 0};
    struct error ignored;
    json_t *value = json_object(), *list = json_array();
    for (size_t i = 0; i < profiles->count; i++)
        json_array_append_new(list, profile_json(&profiles->items[i]));
    js_set(value, "profiles", list);
    bool chosen = profiles_choose(profiles, place->profile, &choice, &ignored) && choice.profile &&
                  !choice.environment;
    report_text(value, "chosen", chosen ? choice.profile->name : NULL);
    js_set(value, "surroundings", surroundings_json(profiles));
    report_text(value, "note", profile_choice_note(&choice));
    report_text(value, "warning", profiles->warning);
    differences_read(&differences, profiles);
    js_set(value, "differences", report_differences(&differences, NULL));
    differences_finish(&differences);
    return value;
}

static json_t *lines_json(const char *text)
{
    json_t *list = json_array();
    struct str rest = str_of(text), line;
    while (rest.len > 0) {
        str_cut(&rest, '\n', &line);
        json_array_append_new(list, js_clean(line));
    }
    return list;
}

static json_t *check_json(const struct check *check)
{
    json_t *value = json_object();
    report_text(value, "name", check->name);
    report_text(value, "state", check_state_name(check->state));
    report_text(value, "text", check->text);
    report_text(value, "hint", check->hint);
    js_set(value, "details", lines_json(check->details));
    js_set_int(value, "ms",
               check->ended_ms > check->began_ms ? check->ended_ms - check->began_ms : 0);
    return value;
}

json_t *report_checks(const struct checks *checks, const char *profile)
{
    json_t *value = json_object(), *list = json_array();
    for (int i = 0; i < CHECKS; i++)
        json_array_append_new(list, check_json(&checks->items[i]));
    report_text(value, "profile", profile);
    report_text(value, "region", checks->region);
    report_text(value, "account", checks->account);
    report_text(value, "arn", checks->arn);
    js_set_bool(value, "ok", checks_exit_code(checks) == 0);
    js_set(value, "checks", list);
    return value;
}

static json_t *stage_json(const struct session *session, enum stage_id id)
{
    const struct run *run = &session->run;
    const struct run_stage *now = &run->stages[id];
    const struct history_stage *before = &session->stages[id];
    bool ours = run_is_open(run) && now->state != STAGE_TODO;
    json_t *value = json_object();
    report_text(value, "name", stage_table[id].name);
    report_text(value, "state", stage_state_name(session_stage(session, id)));
    report_time(value, "started", ours ? now->began_ms : before->began_ms);
    report_time(value, "ended", ours ? now->ended_ms : before->ended_ms);
    return value;
}

/* The run that is going, else the last one. */
static json_t *run_json(const struct run *run)
{
    const struct run_stage *now = run_now(run);
    const struct tf_run *rows = &now->terraform;
    bool applies = rows->verb == TF_APPLY && rows->total > 0;
    unsigned planned = now->plan.add + now->plan.change + now->plan.remove;
    json_t *value = json_object();
    report_text(value, "id", run->id);
    report_text(value, "stage", run->stage == STAGE_NONE ? NULL : stage_table[run->stage].name);
    report_text(value, "command", run_command_name(run->command));
    report_time(value, "started", run->began_ms);
    js_set_int(value, "done", applies ? rows->done : 0);
    js_set_int(value, "total", applies ? rows->total : now->have_plan ? planned : 0);
    report_text(value, "ending", run->phase == RUN_OVER ? run_ending_name(run->ending) : NULL);
    report_time(value, "ended", run->ended_ms);
    return value;
}

json_t *report_status(const struct session *session)
{
    const struct answers *answers = &session->answers;
    json_t *value = json_object(), *stages = json_array(), *runs = json_array();
    for (int i = 0; i < STAGES; i++)
        json_array_append_new(stages, stage_json(session, (enum stage_id)i));
    if (run_is_open(&session->run))
        json_array_append_new(runs, run_json(&session->run));
    double cost = session_cost(session);
    report_text(value, "deployment", answers->cluster_name);
    report_text(value, "account", answers->account);
    report_text(value, "region", answers->region);
    js_set(value, "stages", stages);
    js_set(value, "urls", report_urls(&session->outputs));
    report_cost(value, "cost_per_hour", cost);
    js_set(value, "runs", runs);
    return value;
}

static json_t *entry_json(const struct deployment_entry *entry, const struct summary *summary,
                          const char *alias)
{
    const struct answers *answers = &entry->answers;
    json_t *item = json_object(), *stages = json_array();
    for (int i = 0; i < STAGES; i++) {
        json_t *stage = json_object();
        report_text(stage, "name", stage_table[i].name);
        report_text(stage, "state", stage_state_name(summary->stages[i]));
        json_array_append_new(stages, stage);
    }
    report_text(item, "name", answers->cluster_name);
    report_text(item, "dir", entry->dir);
    report_text(item, "account", answers->account);
    report_text(item, "alias", alias);
    report_text(item, "region", answers->region);
    js_set_bool(item, "rehearsal", answers->rehearsal);
    report_text(item, "state", summary_state_name(summary->state));
    report_text(item, "text", summary->text);
    report_time(item, "since", summary->since_ms);
    report_cost(item, "cost_per_hour", summary->cost);
    js_set(item, "stages", stages);
    return item;
}

json_t *report_list(const struct deployments *known, const struct estimates *estimates,
                    const char *state_dir)
{
    json_t *value = json_object(), *list = json_array();
    for (size_t i = 0; i < known->count; i++) {
        const struct deployment_entry *entry = &known->items[i];
        struct summary summary;
        char alias[ALIAS_MAX];
        summary_read(&summary, estimates, entry, NULL);
        alias_of(state_dir, entry->answers.account, alias);
        json_array_append_new(list, entry_json(entry, &summary, alias));
    }
    js_set(value, "deployments", list);
    return value;
}

/* A line of history.jsonl may be of an older version, or torn. */
static json_t *history_line(const json_t *line)
{
    static const char *const texts[] = {"time", "started", "id",        "command", "who",
                                        "arn",  "program", "terraform", "ending",  "error"};
    static const char *const counts[] = {"add", "change", "remove"};
    static const char *const lists[] = {"stages", "states"};
    json_t *value = json_object();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        report_text(value, texts[i], js_text(line, texts[i]));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        js_set_int(value, counts[i], js_int(line, counts[i], 0));
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const json_t *list = js_get(line, lists[i]);
        js_set(value, lists[i], list ? json_deep_copy(list) : json_null());
    }
    return value;
}

json_t *report_history(const json_t *lines)
{
    json_t *value = json_object(), *list = json_array();
    for (size_t i = 0; i < json_array_size(lines); i++)
        json_array_append_new(list, history_line(json_array_get(lines, i)));
    js_set(value, "history", list);
    return value;
}

int report_exit_code(const struct error *err)
{
    return err->kind == ERROR_NONE ? 0 : err->kind == ERROR_INPUT ? 2 : run_error_code(err);
}
