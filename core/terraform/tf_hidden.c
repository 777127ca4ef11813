/* Which texts of a plan must not be shown: every string under a sensitive mark, wherever it stands
 * in the document; and the writing of values that are none of those. */
#include <stdio.h>

#include "core/terraform/tf_diff.h"
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

enum {
    SHORTEST = 4, /* a hidden "a" or "yes" would hide half of any plan */
    DEPTH_MAX = 64,
};

/* All strings below value. */
static void hide_all(struct tf_hidden *hidden, const json_t *value, int depth)
{
    const char *key;
    size_t index;
    json_t *child;

    if (depth == DEPTH_MAX)
        return;
    if (json_is_string(value) && json_string_length(value) >= SHORTEST) {
        alloc_room(&hidden->values, hidden->count, &hidden->capacity, sizeof(*hidden->values));
        hidden->values[hidden->count++] = json_string_value(value);
    } else if (json_is_array(value)) {
        json_array_foreach(value, index, child) hide_all(hidden, child, depth + 1);
    } else if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, key, child)
            hide_all(hidden, child, depth + 1);
    }
}

/* Strings of value where `marks`, its shadow, says true. */
static void hide_marked(struct tf_hidden *hidden, const json_t *value, const json_t *marks,
                        int depth)
{
    const char *key;
    size_t index;
    json_t *child;

    if (depth == DEPTH_MAX)
        return;
    if (json_is_true(marks)) {
        hide_all(hidden, value, depth);
    } else if (json_is_array(marks)) {
        json_array_foreach(marks, index, child)
            hide_marked(hidden, json_array_get(value, index), child, depth + 1);
    } else if (json_is_object(marks)) {
        json_object_foreach((json_t *)(uintptr_t)marks, key, child)
            hide_marked(hidden, json_object_get(value, key), child, depth + 1);
    }
}

static void hide_change(struct tf_hidden *hidden, const json_t *change)
{
    hide_marked(hidden, json_object_get(change, "before"),
                json_object_get(change, "before_sensitive"), 0);
    hide_marked(hidden, json_object_get(change, "after"),
                json_object_get(change, "after_sensitive"), 0);
}

static void hide_variables(struct tf_hidden *hidden, const json_t *document)
{
    const json_t *values = json_object_get(document, "variables");
    const json_t *declared = js_get(document, "configuration.root_module.variables");
    const char *name;
    json_t *variable;

    json_object_foreach((json_t *)(uintptr_t)declared, name,
                        variable) if (json_is_true(json_object_get(variable, "sensitive")))
        hide_all(hidden, json_object_get(values, name), 0);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void drop_doubles(struct tf_hidden *hidden)
{
    size_t kept = 0;

    if (hidden->count)
        qsort(hidden->values, hidden->count, sizeof(*hidden->values), by_text);
    for (size_t i = 0; i < hidden->count; i++)
        if (!kept || strcmp(hidden->values[kept - 1], hidden->values[i]) != 0)
            hidden->values[kept++] = hidden->values[i];
    hidden->count = kept;
}

void tf_hidden_gather(struct tf_hidden *hidden, const json_t *document)
{
    const char *lists[] = {"resource_changes", "resource_drift"}, *name;
    const json_t *outputs = js_get(document, "prior_state.values.outputs");
    size_t index;
    json_t *item;

    hide_variables(hidden, document);
    for (size_t i = 0; i < 2; i++)
        json_array_foreach(json_object_get(document, lists[i]), index, item)
            hide_change(hidden, json_object_get(item, "change"));
    json_object_foreach(json_object_get(document, "output_changes"), name, item)
        hide_change(hidden, item);
    json_object_foreach((json_t *)(uintptr_t)outputs, name,
                        item) if (json_is_true(json_object_get(item, "sensitive")))
        hide_all(hidden, json_object_get(item, "value"), 0);
    drop_doubles(hidden);
}

void tf_hidden_finish(struct tf_hidden *hidden)
{
    free(hidden->values);
    *hidden = (struct tf_hidden){0};
}

static bool holds(const struct tf_hidden *hidden, const char *text)
{
    for (size_t i = 0; i < hidden->count; i++)
        if (strstr(text, hidden->values[i]))
            return true;
    return false;
}

/* Appends a scalar; false when it is hidden or no scalar. */
static bool put_scalar(struct buf *out, const json_t *value, const struct tf_hidden *hidden)
{
    if (json_is_string(value)) {
        const char *text = json_string_value(value);

        /* what stands behind a NUL is not looked at, so it is not shown */
        return !holds(hidden, text) && buf_text(out, text);
    }
    /* where one number of a document is too large for an integer, js_parse makes all of them reals
     */
    if (json_is_real(value))
        return buf_printf(out, "%.15g", json_real_value(value));
    if (json_is_boolean(value) || json_is_integer(value))
        return js_dump(value, out);
    return false;
}

static bool put_value(struct buf *out, const json_t *value, const struct tf_hidden *hidden)
{
    size_t index;
    json_t *child;

    if (json_is_object(value))
        return buf_text(out, json_object_size(value) ? "{…}" : "{}");
    if (!json_is_array(value))
        return put_scalar(out, value, hidden);
    if (!json_array_size(value))
        return buf_text(out, "[]");
    json_array_foreach(value, index, child)
    {
        if (json_is_object(child) || json_is_array(child) || json_is_null(child)) {
            buf_clear(out);
            return buf_text(out, "[…]");
        }
        if (index)
            buf_text(out, ", ");
        if (!put_scalar(out, child, hidden))
            return false;
    }
    return true;
}

char *tf_value_text(const json_t *value, const struct tf_hidden *hidden)
{
    struct buf whole = {0};
    char text[256], *out = NULL;

    if (value && !json_is_null(value) && put_value(&whole, value, hidden)) {
        bool fits = tf_clean_text(buf_str(&whole), text, sizeof(text), true);

        for (char *p = text; *p; p++)
            if (*p == '\n' || *p == '\t')
                *p = ' ';
        out = alloc_printf("%s%s", text, fits ? "" : "…");
    }
    buf_finish(&whole);
    return out;
}
