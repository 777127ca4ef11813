/* The reduced plan as a JSON file, and its end. The worker writes it, the faces read it. */
#include "core/base/paths.h"
#include "core/terraform/tf_diff.h"

#include "core/base/alloc.h"

enum { FORMAT = 1, FILE_MAX = 64 << 20 };

static void finish_entry(struct tf_entry *entry)
{
    char *texts[] = {entry->address, entry->resource_type, entry->name,  entry->key,
                     entry->reason,  entry->previous,      entry->remark};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free(texts[i]);
    for (size_t i = 0; i < entry->attribute_count; i++) {
        free(entry->attributes[i].path);
        free(entry->attributes[i].before);
        free(entry->attributes[i].after);
    }
    free(entry->attributes);
}

void tf_plan_finish(struct tf_plan *plan)
{
    for (size_t i = 0; i < plan->entry_count; i++)
        finish_entry(&plan->entries[i]);
    for (size_t i = 0; i < plan->group_count; i++)
        free(plan->groups[i].module);
    for (size_t i = 0; i < plan->output_count; i++) {
        free(plan->outputs[i].name);
        free(plan->outputs[i].after);
    }
    free(plan->entries);
    free(plan->groups);
    free(plan->outputs);
    *plan = (struct tf_plan){0};
}

/* What is empty or false is left out: a plan of thousands of resources stays small. */
static void set_text(json_t *object, const char *key, const char *text)
{
    if (text && text[0])
        js_set_text(object, key, text);
}

static void set_flag(json_t *object, const char *key, bool value)
{
    if (value)
        js_set_bool(object, key, true);
}

static json_t *attribute_json(const struct tf_attribute *attribute)
{
    json_t *object = json_object();

    js_set_text(object, "path", attribute->path);
    if (attribute->before)
        js_set_text(object, "before", attribute->before);
    if (attribute->after)
        js_set_text(object, "after", attribute->after);
    set_flag(object, "sensitive", attribute->sensitive);
    set_flag(object, "unknown", attribute->unknown);
    set_flag(object, "forces", attribute->forces);
    return object;
}

static json_t *entry_json(const struct tf_entry *entry)
{
    json_t *object = json_object(), *attributes = json_array();

    js_set_text(object, "address", entry->address);
    js_set_text(object, "action", tf_action_name(entry->action));
    set_text(object, "type", entry->resource_type);
    set_text(object, "name", entry->name);
    set_text(object, "key", entry->key);
    set_flag(object, "drift", entry->drift);
    set_flag(object, "create_first", entry->create_first);
    set_text(object, "reason", entry->reason);
    set_text(object, "previous", entry->previous);
    set_text(object, "remark", entry->remark);
    for (size_t i = 0; i < entry->attribute_count; i++)
        json_array_append_new(attributes, attribute_json(&entry->attributes[i]));
    js_set(object, "attributes", attributes);
    if (entry->attributes_left)
        js_set_int(object, "attributes_left", entry->attributes_left);
    return object;
}

static json_t *output_json(const struct tf_output_change *output)
{
    json_t *object = json_object();

    js_set_text(object, "name", output->name);
    js_set_text(object, "action", tf_action_name(output->action));
    set_flag(object, "sensitive", output->sensitive);
    set_flag(object, "unknown", output->unknown);
    set_text(object, "after", output->after);
    return object;
}

json_t *tf_plan_json(const struct tf_plan *plan)
{
    json_t *object = json_object(), *entries = json_array(), *outputs = json_array();

    js_set_int(object, "format", FORMAT);
    js_set_text(object, "terraform", plan->version);
    js_set_bool(object, "applyable", plan->applyable);
    js_set_bool(object, "complete", plan->complete);
    js_set_bool(object, "errored", plan->errored);
    js_set_int(object, "unchanged", plan->unchanged);
    for (size_t i = 0; i < plan->entry_count; i++)
        json_array_append_new(entries, entry_json(&plan->entries[i]));
    for (size_t i = 0; i < plan->output_count; i++)
        json_array_append_new(outputs, output_json(&plan->outputs[i]));
    js_set(object, "entries", entries);
    js_set(object, "outputs", outputs);
    return object;
}

static char *copy_of(const json_t *object, const char *key)
{
    return alloc_copy(str_of(js_text(object, key)));
}

/* NULL when absent: "not there" and "empty" are different values. */
static char *value_of(const json_t *object, const char *key)
{
    return json_is_string(json_object_get(object, key)) ? copy_of(object, key) : NULL;
}

static unsigned count_of(const json_t *object, const char *key)
{
    int64_t count = js_int(object, key, 0);

    return count > 0 && count < 1 << 30 ? (unsigned)count : 0;
}

static void read_attributes(struct tf_entry *entry, const json_t *list)
{
    size_t index;
    json_t *item;

    if (!json_array_size(list))
        return;
    entry->attributes = alloc_zeroed(json_array_size(list), sizeof(*entry->attributes));
    json_array_foreach(list, index, item)
    {
        entry->attributes[entry->attribute_count++] = (struct tf_attribute){
            .path = copy_of(item, "path"),
            .before = value_of(item, "before"),
            .after = value_of(item, "after"),
            .sensitive = js_bool(item, "sensitive", false),
            .unknown = js_bool(item, "unknown", false),
            .forces = js_bool(item, "forces", false),
        };
    }
}

static void read_entry(struct tf_entry *entry, const json_t *item)
{
    *entry = (struct tf_entry){
        .address = copy_of(item, "address"),
        .action = tf_action_of(js_str(item, "action")),
        .resource_type = copy_of(item, "type"),
        .name = copy_of(item, "name"),
        .key = copy_of(item, "key"),
        .drift = js_bool(item, "drift", false),
        .create_first = js_bool(item, "create_first", false),
        .reason = copy_of(item, "reason"),
        .previous = copy_of(item, "previous"),
        .remark = copy_of(item, "remark"),
        .attributes_left = count_of(item, "attributes_left"),
    };
    read_attributes(entry, json_object_get(item, "attributes"));
}

bool tf_plan_from_json(struct tf_plan *plan, const json_t *value, struct error *err)
{
    size_t index;
    json_t *item;

    if (js_int(value, "format", 0) != FORMAT)
        return error_set(err, ERROR_INPUT, "This is not a plan that this program has written");
    *plan = (struct tf_plan){
        .applyable = js_bool(value, "applyable", false),
        .complete = js_bool(value, "complete", false),
        .errored = js_bool(value, "errored", false),
        .unchanged = count_of(value, "unchanged"),
        .entries = alloc_zeroed(js_count(value, "entries") + 1, sizeof(*plan->entries)),
        .outputs = alloc_zeroed(js_count(value, "outputs") + 1, sizeof(*plan->outputs)),
    };
    str_copy(js_str(value, "terraform"), plan->version, sizeof(plan->version));
    json_array_foreach(json_object_get(value, "entries"), index, item)
        read_entry(&plan->entries[plan->entry_count++], item);
    json_array_foreach(json_object_get(value, "outputs"), index, item)
    {
        plan->outputs[plan->output_count++] = (struct tf_output_change){
            .name = copy_of(item, "name"),
            .action = tf_action_of(js_str(item, "action")),
            .sensitive = js_bool(item, "sensitive", false),
            .unknown = js_bool(item, "unknown", false),
            .after = copy_of(item, "after"),
        };
    }
    tf_plan_arrange(plan);
    return true;
}

bool tf_plan_write(const struct tf_plan *plan, const char *path, struct error *err)
{
    json_t *value = tf_plan_json(plan);
    struct buf text = {0};
    bool ok = js_dump(value, &text) && buf_byte(&text, '\n');

    if (ok)
        ok = file_write(path, buf_str(&text), 0600, err);
    else
        error_set(err, ERROR_SYSTEM, "The plan is too large to be kept for review");
    buf_finish(&text);
    json_decref(value);
    return ok;
}

bool tf_plan_read(struct tf_plan *plan, const char *path, struct error *err)
{
    struct buf text = {0};
    json_t *value = NULL;
    bool ok = file_read(path, FILE_MAX, &text, err);

    if (ok) {
        value = js_parse(buf_str(&text), err);
        ok = value && tf_plan_from_json(plan, value, err);
        if (!ok)
            error_wrap(err, "%s", path);
    }
    buf_finish(&text);
    json_decref(value);
    return ok;
}
