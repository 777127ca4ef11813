/* The leaves that change inside one resource, with their paths, and the one attribute that tells a
 * resource from its neighbours. */
#include "core/terraform/tf_diff.h"

#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

enum { ATTRIBUTES_MAX = 100, DEPTH_MAX = 32, FORCING_MAX = 16 };

struct walk {
    struct tf_entry *entry;
    const struct tf_hidden *hidden;
    size_t capacity;
    char path[512];
    char forcing[FORCING_MAX][512]; /* replace_paths as text */
    size_t forcing_count;
};

struct shadows { /* one place in the five trees that terraform gives for a change */
    const json_t *before, *after, *unknown, *before_sensitive, *after_sensitive;
};

/* Appends .key, ["odd key"] or [3]; true when all of it fits. */
static bool extend(char *path, size_t capacity, const char *key, size_t index)
{
    size_t len = strlen(path);
    char clean[256];
    int added;

    if (!key) {
        added = snprintf(path + len, capacity - len, "[%zu]", index);
        return added > 0 && (size_t)added < capacity - len;
    }
    tf_clean_text(str_of(key), clean, sizeof(clean), false);
    if (clean[strspn(clean, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")])
        added = snprintf(path + len, capacity - len, "[\"%s\"]", clean);
    else
        added = snprintf(path + len, capacity - len, "%s%s", len ? "." : "", clean);
    return added > 0 && (size_t)added < capacity - len;
}

static bool forces(const struct walk *walk)
{
    for (size_t i = 0; i < walk->forcing_count; i++) {
        size_t len = strlen(walk->forcing[i]);

        if (strncmp(walk->path, walk->forcing[i], len) == 0 && strchr(".[", walk->path[len]))
            return true; /* strchr finds the terminator too: the very path */
    }
    return false;
}

static bool is_null(const json_t *value)
{
    return !value || json_is_null(value);
}

static void add(struct walk *walk, const struct shadows *at, bool sensitive)
{
    struct tf_entry *entry = walk->entry;
    struct tf_attribute *attribute;
    bool unknown = json_is_true(at->unknown);

    if (entry->attribute_count == ATTRIBUTES_MAX) {
        entry->attributes_left++;
        return;
    }
    alloc_room(&entry->attributes, entry->attribute_count, &walk->capacity,
               sizeof(*entry->attributes));
    attribute = &entry->attributes[entry->attribute_count++];
    *attribute = (struct tf_attribute){.unknown = unknown, .forces = forces(walk)};
    attribute->path = alloc_copy(str_of(walk->path));
    if (!sensitive) {
        attribute->before = tf_value_text(at->before, walk->hidden);
        attribute->after = unknown ? NULL : tf_value_text(at->after, walk->hidden);
        /* no text for something that is there: it holds a sensitive one */
        sensitive = (!attribute->before && !is_null(at->before)) ||
                    (!attribute->after && !unknown && !is_null(at->after));
    }
    if (sensitive) {
        free(attribute->before);
        free(attribute->after);
        attribute->before = is_null(at->before) ? NULL : alloc_copy(STR("(sensitive)"));
        attribute->after = is_null(at->after) ? NULL : alloc_copy(STR("(sensitive)"));
        attribute->sensitive = true;
    }
}

static void walk_value(struct walk *walk, struct shadows at, int depth);

/* A mark on the whole is a mark on each part. */
static const json_t *member(const json_t *tree, const char *key, size_t index, bool mark)
{
    if (mark && json_is_true(tree))
        return tree;
    return key ? json_object_get(tree, key) : json_array_get(tree, index);
}

static void walk_part(struct walk *walk, const struct shadows *at, const char *key, size_t index,
                      int depth)
{
    size_t len = strlen(walk->path);
    struct shadows part = {
        .before = member(at->before, key, index, false),
        .after = member(at->after, key, index, false),
        .unknown = member(at->unknown, key, index, true),
        .before_sensitive = member(at->before_sensitive, key, index, true),
        .after_sensitive = member(at->after_sensitive, key, index, true),
    };

    if (extend(walk->path, sizeof(walk->path), key, index))
        walk_value(walk, part, depth + 1);
    else
        walk->entry->attributes_left++;
    walk->path[len] = '\0';
}

static void walk_object(struct walk *walk, const struct shadows *at, int depth)
{
    const json_t *trees[] = {at->before, at->after, at->unknown};
    const char *key;
    json_t *child;

    for (size_t i = 0; i < 3; i++)
        json_object_foreach((json_t *)(uintptr_t)trees[i], key, child)
        {
            bool seen = false;

            for (size_t earlier = 0; earlier < i; earlier++)
                seen = seen || json_object_get(trees[earlier], key);
            if (!seen)
                walk_part(walk, at, key, 0, depth);
        }
}

static void walk_value(struct walk *walk, struct shadows at, int depth)
{
    bool sensitive = json_is_true(at.before_sensitive) || json_is_true(at.after_sensitive);
    bool object = json_is_object(at.before) || json_is_object(at.after);
    bool array = json_is_array(at.before) || json_is_array(at.after);
    size_t before = json_array_size(at.before), after = json_array_size(at.after);

    if (!sensitive && !json_is_true(at.unknown) && depth < DEPTH_MAX && object != array &&
        (before || after || json_object_size(at.before) || json_object_size(at.after))) {
        if (object)
            walk_object(walk, &at, depth);
        else
            for (size_t i = 0; i < (before > after ? before : after); i++)
                walk_part(walk, &at, NULL, i, depth);
        return;
    }
    if (json_is_true(at.unknown) || (is_null(at.before) != is_null(at.after)) ||
        (!is_null(at.before) && !json_equal(at.before, at.after)))
        add(walk, &at, sensitive);
}

static void read_forcing(struct walk *walk, const json_t *paths)
{
    size_t index, step_index;
    json_t *path, *step;

    json_array_foreach(paths, index, path)
    {
        char *text = walk->forcing[walk->forcing_count];

        if (walk->forcing_count == FORCING_MAX)
            return;
        text[0] = '\0';
        json_array_foreach(path, step_index, step)
            extend(text, sizeof(walk->forcing[0]), json_string_value(step),
                   json_number_value(step) > 0 ? (size_t)json_number_value(step) : 0);
        walk->forcing_count++;
    }
}

void tf_diff(struct tf_entry *entry, const json_t *change, const struct tf_hidden *hidden)
{
    struct walk walk = {.entry = entry, .hidden = hidden};
    struct shadows top = {
        .before = json_object_get(change, "before"),
        .after = json_object_get(change, "after"),
        .unknown = json_object_get(change, "after_unknown"),
        .before_sensitive = json_object_get(change, "before_sensitive"),
        .after_sensitive = json_object_get(change, "after_sensitive"),
    };

    read_forcing(&walk, json_object_get(change, "replace_paths"));
    if (json_is_object(top.before) || json_is_object(top.after))
        walk_object(&walk, &top, 0);
}

static bool remark_by(struct tf_entry *entry, const json_t *values, const json_t *marks,
                      const char *key, const struct tf_hidden *hidden)
{
    const json_t *value = json_object_get(values, key), *mark = json_object_get(marks, key);
    char *text;

    if (json_is_object(value)) { /* terraform_data's input may describe itself */
        mark = json_is_true(mark) ? mark : json_object_get(mark, "summary");
        value = json_object_get(value, "summary");
    }
    /* an array of marks may hide a member: then another attribute is better */
    if (!value || json_is_object(value) || json_is_true(mark) || json_is_boolean(value))
        return false;
    text = tf_value_text(value, hidden);
    if (!text || !text[0] || strcmp(text, "[]") == 0 || strcmp(text, "[…]") == 0) {
        free(text);
        return false;
    }
    free(entry->remark);
    entry->remark = text;
    return true;
}

void tf_remark(struct tf_entry *entry, const json_t *change, const struct tf_hidden *hidden)
{
    static const struct {
        const char *type, *key;
    } keys[] = {
        {"aws_eks_cluster", "version"},
        {"aws_eks_addon", "addon_name"},
        {"aws_iam_role_policy_attachment", "policy_arn"},
        {"helm_release", "chart"},
        {"terraform_data", "input"},
        {NULL, "cidr_block"},
        {NULL, "destination_cidr_block"},
        {NULL, "availability_zone"},
        {NULL, "instance_types"},
        {NULL, "instance_type"},
        {NULL, "bucket"},
        {NULL, "domain_name"},
        {NULL, "name"},
        {NULL, "name_prefix"},
        {NULL, "description"},
    };
    bool gone = is_null(json_object_get(change, "after"));
    const json_t *values = json_object_get(change, gone ? "before" : "after");
    const json_t *marks = json_object_get(change, gone ? "before_sensitive" : "after_sensitive");

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && !json_is_true(marks); i++)
        if ((!keys[i].type || strcmp(keys[i].type, entry->resource_type) == 0) &&
            remark_by(entry, values, marks, keys[i].key, hidden))
            return;
}
