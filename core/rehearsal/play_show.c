/* The documents of `show -json`, for a plan and for the state.
 * https://developer.hashicorp.com/terraform/internals/json-format */
#include "core/rehearsal/play_plan.h"

#include "core/base/clock.h"
#include "core/rehearsal/remote.h"

#include "core/base/alloc.h"

static const char provider_name[] = "terraform.io/builtin/terraform";

/* Address, mode, type, name and index: how every resource begins. */
static json_t *resource_head(const struct piece *piece, bool module_address)
{
    json_t *head = json_object();
    js_set_text(head, "address", piece->address);
    if (module_address && *piece->module)
        js_set_text(head, "module_address", piece->module);
    js_set_text(head, "mode", "managed");
    js_set_text(head, "type", "terraform_data");
    js_set_text(head, "name", piece->name);
    if (piece->indexed)
        js_set_int(head, "index", 0);
    js_set_text(head, "provider_name", provider_name);
    return head;
}

/* {id, input, output, triggers_replace}; without what is known after the apply when id is NULL. */
static json_t *attributes(const char *id, const char *input, const char *output,
                          const char *trigger)
{
    json_t *values = json_object();
    if (id)
        js_set_text(values, "id", id);
    js_set_text(values, "input", input);
    if (output)
        js_set_text(values, "output", output);
    js_set(values, "triggers_replace", *trigger ? json_string(trigger) : json_null());
    return values;
}

static json_t *before_of(const struct play_state *state, const struct piece *piece)
{
    const char *input = play_state_input(state, piece);
    return attributes(play_state_id(state, piece), input, input, play_state_trigger(state, piece));
}

static json_t *after_of(const struct play_plan *plan, const struct play_state *state, size_t i)
{
    const struct piece *piece = &plan->description->pieces[i];
    switch (plan->actions[i]) {
    case PLAY_NOOP:
        return before_of(state, piece);
    case PLAY_UPDATE:
        return attributes(play_state_id(state, piece), plan->inputs[i], NULL, plan->triggers[i]);
    case PLAY_CREATE:
    case PLAY_REPLACE:
        return attributes(NULL, plan->inputs[i], NULL, plan->triggers[i]);
    case PLAY_DELETE:
    case PLAY_NONE:
        break;
    }
    return json_null();
}

static json_t *actions_of(enum play_action action)
{
    switch (action) {
    case PLAY_CREATE:
        return json_pack("[s]", "create");
    case PLAY_UPDATE:
        return json_pack("[s]", "update");
    case PLAY_DELETE:
        return json_pack("[s]", "delete");
    case PLAY_REPLACE:
        return json_pack("[ss]", "delete", "create");
    case PLAY_NOOP:
    case PLAY_NONE:
        break;
    }
    return json_pack("[s]", "no-op");
}

static json_t *change_of(const struct play_plan *plan, const struct play_state *state, size_t i)
{
    enum play_action action = plan->actions[i];
    const struct piece *piece = &plan->description->pieces[i];
    bool anew = action == PLAY_CREATE || action == PLAY_REPLACE;
    json_t *change = json_object(), *unknown = json_object();
    if (anew)
        js_set_bool(unknown, "id", true);
    if (anew || action == PLAY_UPDATE)
        js_set_bool(unknown, "output", true);
    js_set(change, "actions", actions_of(action));
    js_set(change, "before", action == PLAY_CREATE ? json_null() : before_of(state, piece));
    js_set(change, "after", after_of(plan, state, i));
    js_set(change, "after_unknown", unknown);
    js_set(change, "before_sensitive", action == PLAY_CREATE ? json_false() : json_object());
    js_set(change, "after_sensitive", action == PLAY_DELETE ? json_false() : json_object());
    if (action == PLAY_REPLACE && !plan->tainted[i])
        js_set(change, "replace_paths", json_pack("[[s]]", "triggers_replace"));
    return change;
}

/* The pieces as terraform lists them: root first, then by module; by address inside. */
static const struct description *sorting;
static int by_place(const void *a, const void *b)
{
    const struct piece *x = &sorting->pieces[*(const size_t *)a];
    const struct piece *y = &sorting->pieces[*(const size_t *)b];
    int order = strcmp(x->module, y->module);
    return order ? order : strcmp(x->address, y->address);
}

static size_t *sorted(const struct description *description)
{
    size_t *order = alloc_zeroed(description->count, sizeof *order);
    for (size_t i = 0; i < description->count; i++)
        order[i] = i;
    sorting = description;
    qsort(order, description->count, sizeof *order, by_place);
    return order;
}

static json_t *resource_changes(const struct play_plan *plan, const struct play_state *state)
{
    json_t *list = json_array();
    size_t *order = sorted(plan->description);
    for (size_t k = 0; k < plan->description->count; k++) {
        size_t i = order[k];
        if (plan->actions[i] == PLAY_NONE)
            continue;
        json_t *entry = resource_head(&plan->description->pieces[i], true);
        js_set(entry, "change", change_of(plan, state, i));
        if (plan->actions[i] == PLAY_REPLACE)
            js_set_text(entry, "action_reason",
                        plan->tainted[i] ? "replace_because_tainted"
                                         : "replace_because_cannot_update");
        if (plan->actions[i] == PLAY_DELETE && !plan->destroy)
            js_set_text(entry, "action_reason", "delete_because_count_index");
        json_array_append_new(list, entry);
    }
    free(order);
    return list;
}

/* Puts one resource into root_module or the child module that it belongs to. */
static void place(json_t *root, const struct piece *piece, json_t *resource)
{
    json_t *module = root;
    if (*piece->module) {
        json_t *children = json_object_get(root, "child_modules");
        if (!children)
            js_set(root, "child_modules", children = json_array());
        size_t i = 0;
        while (i < json_array_size(children) &&
               strcmp(js_text(json_array_get(children, i), "address"), piece->module) != 0)
            i++;
        if (i == json_array_size(children))
            json_array_append_new(children,
                                  json_pack("{s:[], s:s}", "resources", "address", piece->module));
        module = json_array_get(children, i);
    } else if (!json_object_get(root, "resources"))
        js_set(root, "resources", json_array());
    json_array_append_new(json_object_get(module, "resources"), resource);
}

static json_t *planned_module(const struct play_plan *plan, const struct play_state *state)
{
    json_t *root = json_object();
    size_t *order = sorted(plan->description);
    for (size_t k = 0; k < plan->description->count; k++) {
        size_t i = order[k];
        if (plan->actions[i] == PLAY_NONE || plan->actions[i] == PLAY_DELETE)
            continue;
        json_t *resource = resource_head(&plan->description->pieces[i], false);
        js_set_int(resource, "schema_version", 0);
        js_set(resource, "values", after_of(plan, state, i));
        js_set(resource, "sensitive_values", json_object());
        place(root, &plan->description->pieces[i], resource);
    }
    free(order);
    return root;
}

static json_t *planned_values(const struct play_plan *plan, const struct play_state *state)
{
    json_t *planned = json_object(), *outputs = json_object(), *output;
    const char *name;
    json_object_foreach(plan->outputs, name, output)
    {
        if (plan->destroy)
            continue;
        json_t *shown = json_object(), *value = json_object_get(output, "value");
        js_set_bool(shown, "sensitive", false);
        js_set(shown, "type", values_type(value));
        js_set(shown, "value", json_incref(value));
        js_set(outputs, name, shown);
    }
    if (json_object_size(outputs) > 0)
        js_set(planned, "outputs", json_incref(outputs));
    json_decref(outputs);
    js_set(planned, "root_module", planned_module(plan, state));
    return planned;
}

static json_t *output_changes(const struct play_plan *plan)
{
    json_t *changes = json_object(), *output;
    const char *name;
    json_object_foreach(plan->outputs, name, output)
    {
        const char *action = js_text(output, "action");
        json_t *change = json_object();
        js_set(change, "actions", json_pack("[s]", strcmp(action, "noop") == 0 ? "no-op" : action));
        js_set(change, "before", json_incref(json_object_get(output, "before")));
        js_set(change, "after", json_incref(json_object_get(output, "value")));
        js_set_bool(change, "after_unknown", false);
        js_set_bool(change, "before_sensitive", false);
        js_set_bool(change, "after_sensitive", false);
        js_set(changes, name, change);
    }
    return changes;
}

static json_t *variables_of(const struct play_plan *plan)
{
    json_t *variables = json_object(), *all = json_object(), *value;
    const char *name;
    json_object_update(all, json_object_get(plan->description->json, "variables"));
    json_object_update(all, plan->given);
    json_object_foreach(all, name, value)
    {
        js_set(variables, name, json_pack("{s:O}", "value", value));
    }
    json_decref(all);
    return variables;
}

json_t *play_plan_show(const struct play_plan *plan, const struct play_state *state)
{
    char now[CLOCK_TEXT];
    json_t *document = json_object();
    js_set_text(document, "format_version", "1.2");
    js_set_text(document, "terraform_version", PLAY_VERSION);
    js_set(document, "variables", variables_of(plan));
    js_set(document, "planned_values", planned_values(plan, state));
    js_set(document, "resource_changes", resource_changes(plan, state));
    js_set(document, "output_changes", output_changes(plan));
    if (json_array_size(json_object_get(state->json, "resources")) > 0)
        js_set(document, "prior_state", play_state_show(plan->description, state));
    js_set_text(document, "timestamp", clock_rfc3339(clock_wall(&clock_system), now));
    js_set_bool(document, "applyable", play_plan_changes(plan));
    js_set_bool(document, "complete", true);
    js_set_bool(document, "errored", false);
    return document;
}

static json_t *state_outputs(const struct play_state *state)
{
    json_t *outputs = json_object(), *output;
    const char *name;
    json_object_foreach(json_object_get(state->json, "outputs"), name, output)
    {
        js_set(outputs, name,
               json_pack("{s:b, s:O, s:O}", "sensitive", 0, "value",
                         json_object_get(output, "value"), "type",
                         json_object_get(output, "type")));
    }
    return outputs;
}

json_t *play_state_show(const struct description *description, const struct play_state *state)
{
    json_t *document = json_object(), *values = json_object(), *root = json_object();
    js_set_text(document, "format_version", "1.0");
    if (json_array_size(json_object_get(state->json, "resources")) == 0 &&
        js_int(state->json, "serial", 0) == 0) {
        json_decref(values);
        json_decref(root);
        return document;
    }
    if (play_state_data(state))
        js_set(root, "resources", json_pack("[o]", remote_show(play_state_data(state))));
    size_t *order = sorted(description);
    for (size_t k = 0; k < description->count; k++) {
        const struct piece *piece = &description->pieces[order[k]];
        const json_t *instance = play_state_find(state, piece);
        if (!instance)
            continue;
        json_t *resource = resource_head(piece, false);
        js_set_int(resource, "schema_version", 0);
        js_set(resource, "values", before_of(state, piece));
        js_set(resource, "sensitive_values", json_object());
        if (js_get(instance, "dependencies"))
            js_set(resource, "depends_on", json_deep_copy(js_get(instance, "dependencies")));
        if (play_state_tainted(state, piece))
            js_set_bool(resource, "tainted", true);
        place(root, piece, resource);
    }
    free(order);
    js_set_text(document, "terraform_version", PLAY_VERSION);
    js_set(values, "outputs", state_outputs(state));
    js_set(values, "root_module", root);
    js_set(document, "values", values);
    return document;
}
