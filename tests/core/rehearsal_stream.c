/* See rehearsal_stream.h. */
#include "tests/core/rehearsal_stream.h"

#include <criterion/criterion.h>

#include "core/base/paths.h"
#include "tests/core/rehearsal_talk.h"

#include "core/base/alloc.h"

const char *type_of(const json_t *line)
{
    return js_text(line, "type");
}

/* Every JSON line of a stream, in an array. */
static json_t *lines_of(struct str text)
{
    json_t *all = json_array();
    struct str line;
    while (text.len > 0) {
        str_cut(&text, '\n', &line);
        json_t *json = js_parse(line, NULL);
        if (json)
            json_array_append_new(all, json);
    }
    return all;
}

json_t *stream_of(const struct buf *text)
{
    return lines_of(buf_str(text));
}

unsigned count_of(const json_t *lines, const char *type)
{
    unsigned count = 0;
    for (size_t i = 0; i < json_array_size(lines); i++)
        count += strcmp(type_of(json_array_get(lines, i)), type) == 0;
    return count;
}

/* Which members a value has and of which type, "hook.resource.addr:string": adds to `shape`. */
static void add_shape(json_t *shape, const char *path, const json_t *value)
{
    const char *key;
    json_t *member;
    char *entry = alloc_printf("%s:%s", path,
                               json_is_object(value)    ? "object"
                               : json_is_array(value)   ? "array"
                               : json_is_string(value)  ? "string"
                               : json_is_number(value)  ? "number"
                               : json_is_boolean(value) ? "boolean"
                                                        : "null");
    json_object_set_new(shape, entry, json_true());
    free(entry);
    if (strstr(path, ".outputs") || strstr(path, "snippet") || strstr(path, "range"))
        return; /* names of outputs are the root's own */
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        char *deeper = alloc_printf("%s.%s", path, key);
        add_shape(shape, deeper, member);
        free(deeper);
    }
}

json_t *shapes_of(const json_t *lines)
{
    json_t *shapes = json_object();
    for (size_t i = 0; i < json_array_size(lines); i++)
        add_shape(shapes, type_of(json_array_get(lines, i)), json_array_get(lines, i));
    return shapes;
}

/* A resource that is indexed has a number for a key, one that is not has null: both are right. */
static bool is_optional(const char *entry)
{
    return strstr(entry, "resource_key:") != NULL || strstr(entry, "log.") == entry;
}

void assert_shapes_known(const json_t *ours, const json_t *theirs)
{
    const char *entry;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)ours, entry, value) cr_assert(
        is_optional(entry) || json_object_get(theirs, entry), "terraform never wrote %s", entry);
}

static bool same_place(const json_t *a, const json_t *b)
{
    return strcmp(js_text(a, "hook.resource.addr"), js_text(b, "hook.resource.addr")) == 0 &&
           strcmp(js_text(a, "hook.action"), js_text(b, "hook.action")) == 0;
}

ptrdiff_t index_of(const json_t *lines, const char *type, const char *address, const char *action)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        if (strcmp(type_of(line), type) == 0 &&
            strcmp(js_text(line, "hook.resource.addr"), address) == 0 &&
            (!action || strcmp(js_text(line, "hook.action"), action) == 0))
            return (ptrdiff_t)i;
    }
    return -1;
}

/* The rules that every stream obeys: version first, plan before work, each start ended once, never
 * more than ten at a time, and the order of the needs. */
void assert_ordered(const json_t *lines, const struct description *description)
{
    unsigned running = 0;
    bool working = false;
    cr_assert_str_eq(type_of(json_array_get(lines, 0)), "version");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        const char *type = type_of(line);
        cr_assert(strcmp(type, "planned_change") != 0 || !working, "a change planned too late");
        if (strcmp(type, "apply_start") == 0) {
            working = true;
            cr_assert(++running <= 10, "%u at a time", running);
            unsigned ends = 0;
            for (size_t k = i + 1; k < json_array_size(lines); k++) {
                const json_t *later = json_array_get(lines, k);
                ends += same_place(line, later) && (strcmp(type_of(later), "apply_complete") == 0 ||
                                                    strcmp(type_of(later), "apply_errored") == 0);
            }
            cr_assert_eq(ends, 1, "%s ended %u times", js_text(line, "hook.resource.addr"), ends);
        }
        running -= strcmp(type, "apply_complete") == 0 || strcmp(type, "apply_errored") == 0;
    }
    for (size_t i = 0; i < description->count; i++) {
        const struct piece *piece = &description->pieces[i];
        ptrdiff_t made = index_of(lines, "apply_start", piece->address, "create");
        ptrdiff_t gone = index_of(lines, "apply_complete", piece->address, "delete");
        for (size_t n = 0; n < piece->need_count; n++) {
            const char *need = description->pieces[piece->needs[n]].address;
            ptrdiff_t need_made = index_of(lines, "apply_complete", need, "create");
            ptrdiff_t need_gone = index_of(lines, "apply_start", need, "delete");
            cr_assert(made < 0 || need_made < made, "%s before %s", piece->address, need);
            cr_assert(need_gone < 0 || gone < need_gone, "%s after %s", piece->address, need);
        }
    }
}

void assert_summary(const json_t *lines, const char *operation, int add, int change, int remove)
{
    const json_t *found = NULL;
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (strcmp(js_text(json_array_get(lines, i), "changes.operation"), operation) == 0)
            found = json_array_get(lines, i);
    cr_assert(found, "no summary of %s", operation);
    cr_assert_eq(js_int(found, "changes.add", -1), add);
    cr_assert_eq(js_int(found, "changes.change", -1), change);
    cr_assert_eq(js_int(found, "changes.remove", -1), remove);
}

/* Everything that terraform was ever recorded to write, of the types that the player writes. */
json_t *recorded_shapes(void)
{
    static const char *const files[] = {"02a-plan-before-init-modules.jsonl",
                                        "02c-init-json-ok-modules.jsonl",
                                        "04e-apply-json-plan-12.jsonl",
                                        "04q-plan-json-update-replace.jsonl",
                                        "04s-apply-json-update-replace.jsonl",
                                        "04w-plan-destroy-json.jsonl",
                                        "04y-destroy-json.jsonl",
                                        "11b-apply-json-slow-progress.jsonl",
                                        "13a-apply-json-failing-provisioner-partial.jsonl",
                                        "13c-plan-json-resume-tainted.jsonl",
                                        "15a-apply-sigint-once-proc.jsonl"};
    json_t *shapes = json_object();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[PATH_MAX];
        struct buf text;
        buf_init(&text, ANSWER_MAX);
        cr_assert(path_format(path, NULL, "%s/terraform/%s", TEST_DATA, files[i]));
        cr_assert(file_read(path, ANSWER_MAX, &text, NULL), "%s", path);
        json_t *lines = stream_of(&text), *more = shapes_of(lines);
        json_object_update(shapes, more);
        json_decref(more);
        json_decref(lines);
        buf_finish(&text);
    }
    return shapes;
}
