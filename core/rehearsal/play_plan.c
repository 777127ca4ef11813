/* Planning: pure but for the plan file. */
#include "core/rehearsal/play_plan.h"

#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { PLAN_FILE_MAX = 32 << 20 };

static enum play_action action_of(const struct play_plan *plan, const struct play_state *state,
                                  size_t index)
{
    const struct piece *piece = &plan->description->pieces[index];
    bool wanted = !plan->destroy && values_want(plan->values, piece);
    bool there = play_state_find(state, piece) != NULL;
    if (!wanted)
        return there ? PLAY_DELETE : PLAY_NONE;
    if (!there)
        return PLAY_CREATE;
    if (plan->tainted[index] ||
        strcmp(play_state_trigger(state, piece), plan->triggers[index]) != 0)
        return PLAY_REPLACE;
    return strcmp(play_state_input(state, piece), plan->inputs[index]) == 0 ? PLAY_NOOP
                                                                            : PLAY_UPDATE;
}

static void plan_output(struct play_plan *plan, const char *name, const json_t *before)
{
    json_t *value = json_object_get(plan->values, name), *output = json_object();
    const char *action = plan->destroy               ? "delete"
                         : !before                   ? "create"
                         : json_equal(before, value) ? "noop"
                                                     : "update";
    if (plan->destroy && !before) {
        json_decref(output);
        return;
    }
    js_set_text(output, "action", action);
    js_set(output, "before", before ? json_deep_copy(before) : json_null());
    js_set(output, "value", plan->destroy ? json_null() : json_incref(value));
    plan->outputs_change = plan->outputs_change || strcmp(action, "noop") != 0;
    js_set(plan->outputs, name, output);
}

static void plan_outputs(struct play_plan *plan, const struct play_state *state)
{
    const json_t *names = js_get(plan->description->json, "outputs");
    const json_t *before = js_get(state->json, "outputs");
    plan->outputs = json_object();
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = js_text(json_array_get(names, i), "");
        plan_output(plan, name, js_get(json_object_get(before, name), "value"));
    }
}

static char *filled(const json_t *values, const char *template)
{
    struct buf text = {.data = NULL};
    values_fill(values, template, &text);
    char *copy = alloc_copy(buf_str(&text));
    buf_finish(&text);
    return copy;
}

void play_plan_make(struct play_plan *plan, const struct description *description, json_t *given,
                    json_t *values, const json_t *ephemeral, const struct play_state *state,
                    bool destroy)
{
    *plan = (struct play_plan){.description = description,
                               .given = given,
                               .values = values,
                               .ephemeral = ephemeral,
                               .destroy = destroy};
    plan->actions = alloc_zeroed(description->count, sizeof *plan->actions);
    plan->inputs = alloc_zeroed(description->count, sizeof *plan->inputs);
    plan->triggers = alloc_zeroed(description->count, sizeof *plan->triggers);
    plan->tainted = alloc_zeroed(description->count, sizeof *plan->tainted);
    plan->serial = js_int(state->json, "serial", 0);
    if (plan->serial > 0)
        str_copy(js_str(state->json, "lineage"), plan->lineage, sizeof plan->lineage);
    for (size_t i = 0; i < description->count; i++) {
        plan->inputs[i] = filled(values, description->pieces[i].detail);
        plan->triggers[i] = filled(values, description->pieces[i].replace);
        plan->tainted[i] = play_state_tainted(state, &description->pieces[i]);
        enum play_action action = plan->actions[i] = action_of(plan, state, i);
        plan->add += action == PLAY_CREATE || action == PLAY_REPLACE;
        plan->change += action == PLAY_UPDATE;
        plan->remove += action == PLAY_DELETE || action == PLAY_REPLACE;
    }
    plan_outputs(plan, state);
}

void play_plan_finish(struct play_plan *plan)
{
    for (size_t i = 0; plan->inputs && i < plan->description->count; i++) {
        free(plan->inputs[i]);
        free(plan->triggers[i]);
    }
    free(plan->inputs);
    free(plan->triggers);
    free(plan->tainted);
    free(plan->actions);
    json_decref(plan->given);
    json_decref(plan->values);
    json_decref(plan->outputs);
    *plan = (struct play_plan){.destroy = false};
}

static void say_change(const struct play_plan *plan, struct play_out *out, size_t index)
{
    static const char *const names[] = {"", "noop", "create", "update", "delete", "replace"};
    const struct piece *piece = &plan->description->pieces[index];
    enum play_action action = plan->actions[index];
    if (action == PLAY_NONE || action == PLAY_NOOP)
        return;
    json_t *change = json_object();
    js_set(change, "resource", play_resource(piece));
    js_set_text(change, "action", names[action]);
    if (action == PLAY_REPLACE)
        js_set_text(change, "reason", plan->tainted[index] ? "tainted" : "cannot_update");
    if (action == PLAY_DELETE && !plan->destroy)
        js_set_text(change, "reason", "delete_because_count_index");
    play_say(out, "planned_change", "change", change, "%s: Plan to %s", piece->address,
             names[action]);
}

static void say_outputs(const struct play_plan *plan, struct play_out *out)
{
    json_t *outputs = json_object(), *output;
    const char *name;
    json_object_foreach(plan->outputs, name, output)
    {
        js_set(outputs, name,
               json_pack("{s:b, s:s}", "sensitive", 0, "action", js_text(output, "action")));
    }
    size_t count = json_object_size(outputs);
    if (count > 0)
        play_say(out, "outputs", "outputs", outputs, "Outputs: %zu", count);
    else
        json_decref(outputs);
}

void play_plan_say(const struct play_plan *plan, struct play_out *out, bool whole)
{
    for (size_t i = 0; i < plan->description->count; i++)
        say_change(plan, out, i);
    if (!whole)
        return;
    play_summary(out, "plan", plan->add, plan->change, plan->remove);
    say_outputs(plan, out);
}

/* Which ephemeral variables were set: their names, never their values. */
static json_t *ephemeral_names(const struct play_plan *plan)
{
    json_t *names = json_array(), *value;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)plan->ephemeral, name, value)
    {
        json_array_append_new(names, json_string(name));
    }
    return names;
}

bool play_plan_write(const struct play_plan *plan, const struct play_state *state, const char *path,
                     struct error *err)
{
    json_t *file = json_object();
    js_set_text(file, "ekshub_player_plan", PLAY_VERSION);
    js_set_text(file, "lineage", plan->lineage);
    js_set_int(file, "serial", plan->serial);
    js_set_bool(file, "destroy", plan->destroy);
    js_set(file, "given", json_incref(plan->given));
    js_set(file, "ephemeral", ephemeral_names(plan));
    js_set(file, "show", play_plan_show(plan, state));
    struct buf text;
    buf_init(&text, PLAN_FILE_MAX);
    bool ok = js_dump(file, &text) && file_write(path, buf_str(&text), 0600, err);
    buf_finish(&text);
    json_decref(file);
    return ok;
}

json_t *play_plan_file(const char *path, struct error *err)
{
    struct buf text;
    struct error why = {.kind = ERROR_NONE};
    buf_init(&text, PLAN_FILE_MAX);
    json_t *file = NULL;
    if (!file_read(path, PLAN_FILE_MAX, &text, &why))
        error_set(err, ERROR_INPUT, "Error: stat %s: %s", path,
                  file_exists(path) ? "it cannot be read" : "no such file or directory");
    else if (!(file = js_parse(buf_str(&text), NULL)) || !*js_text(file, "ekshub_player_plan")) {
        error_set(err, ERROR_INPUT,
                  "Error: couldn't load the provided path as a local plan file: it was not written "
                  "by this player.");
        json_decref(file);
        file = NULL;
    }
    buf_finish(&text);
    return file;
}
