/* terraform's language, as its commands print it for people. */
#include "core/rehearsal/play_text.h"

#include "core/base/alloc.h"

enum { INDENT = 4, OUTPUT_INDENT = 2 };

static void append_value(const json_t *value, int indent, int step, struct buf *out)
{
    if (json_is_object(value)) {
        const char *name;
        json_t *member;
        buf_text(out, "{\n");
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
        {
            buf_printf(out, "%*s\"%s\" = ", indent + step, "", name);
            append_value(member, indent + step, step, out);
            buf_byte(out, '\n');
        }
        buf_printf(out, "%*s}", indent, "");
    } else if (json_is_array(value)) {
        buf_text(out, "[\n");
        for (size_t i = 0; i < json_array_size(value); i++) {
            buf_printf(out, "%*s", indent + step, "");
            append_value(json_array_get(value, i), indent + step, step, out);
            buf_text(out, ",\n");
        }
        buf_printf(out, "%*s]", indent, "");
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        buf_text(out, text ? text : "null");
        free(text);
    }
}

static void print(struct buf *text)
{
    fputs(buf_cstr(text), stdout);
    buf_finish(text);
}

void play_text_value(const json_t *value)
{
    struct buf text = {.data = NULL};
    append_value(value, 0, OUTPUT_INDENT, &text);
    buf_byte(&text, '\n');
    print(&text);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void play_text_outputs(const json_t *outputs)
{
    size_t count = 0, all = json_object_size(outputs);
    const char **names = alloc_zeroed(all + 1, sizeof *names), *name;
    json_t *output;
    json_object_foreach((json_t *)(uintptr_t)outputs, name, output)
    {
        names[count++] = name;
    }
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++) {
        printf("%s = ", names[i]);
        play_text_value(json_object_get(json_object_get(outputs, names[i]), "value"));
    }
    free(names);
}

/* One "NAME = VALUE" line of a resource, the names as wide as the widest. */
static void attribute(struct buf *out, int width, const char *name, const char *text)
{
    json_t *value = json_string(text);
    buf_printf(out, "    %-*s = ", width, name);
    append_value(value, INDENT, INDENT, out);
    buf_byte(out, '\n');
    json_decref(value);
}

static void resource(const struct piece *piece, const struct play_state *state)
{
    struct buf text = {.data = NULL};
    const char *input = play_state_input(state, piece), *trigger = play_state_trigger(state, piece);
    int width = *trigger ? (int)strlen("triggers_replace") : (int)strlen("output");
    buf_printf(&text, "# %s:%s\nresource \"terraform_data\" \"%s\" {\n", piece->address,
               play_state_tainted(state, piece) ? " (tainted)" : "", piece->name);
    attribute(&text, width, "id", play_state_id(state, piece));
    attribute(&text, width, "input", input);
    attribute(&text, width, "output", input);
    if (*trigger)
        attribute(&text, width, "triggers_replace", trigger);
    buf_text(&text, "}\n");
    print(&text);
}

bool play_text_state(const struct description *description, const struct play_state *state,
                     const char *address)
{
    size_t shown = 0;
    for (size_t i = 0; i < description->count; i++) {
        const struct piece *piece = &description->pieces[i];
        if (!play_state_find(state, piece) || (address && strcmp(address, piece->address) != 0))
            continue;
        if (shown++)
            putchar('\n');
        resource(piece, state);
    }
    const json_t *outputs = json_object_get(state->json, "outputs");
    if (!address && json_object_size(outputs) > 0) {
        fputs(shown ? "\n\nOutputs:\n\n" : "Outputs:\n\n", stdout);
        play_text_outputs(outputs);
    } else if (!address && !shown)
        puts(js_int(state->json, "serial", 0) == 0
                 ? "No state."
                 : "The state file is empty. No resources are represented.");
    return shown > 0;
}

void play_text_plan(const json_t *show)
{
    static const char *const words[][2] = {{"create", "created"},
                                           {"delete", "destroyed"},
                                           {"update", "updated in-place"},
                                           {"replace", "replaced"}};
    const json_t *changes = js_get(show, "resource_changes");
    unsigned counts[4] = {0};
    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *change = json_array_get(changes, i);
        const char *action = js_count(change, "change.actions") > 1
                                 ? "replace"
                                 : js_text(change, "change.actions.0");
        for (size_t k = 0; k < 4; k++)
            if (strcmp(action, words[k][0]) == 0) {
                printf("  # %s will be %s\n", js_text(change, "address"), words[k][1]);
                counts[k]++;
            }
    }
    if (counts[0] + counts[1] + counts[2] + counts[3] == 0)
        puts("No changes. Your infrastructure matches the configuration.");
    else
        printf("\nPlan: %u to add, %u to change, %u to destroy.\n", counts[0] + counts[3],
               counts[2], counts[1] + counts[3]);
}
