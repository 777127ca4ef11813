/* The commands that answer one document: show, output, state list. */
#include <stdio.h>

#include "core/rehearsal/play.h"

#include "core/base/alloc.h"

static void print_document(const json_t *document, size_t flags)
{
    char *text = json_dumps(document, flags | JSON_ENCODE_ANY);
    puts(text ? text : "{}");
    free(text);
}

/* Every answer of the player is JSON; terraform's text for people is not played. */
static bool wants_json(const struct play *play, const char *command)
{
    if (play->options.json)
        return true;
    fprintf(stderr, "The player answers %s only with -json.\n", command);
    return false;
}

int play_show(struct play *play)
{
    struct error err = {.kind = ERROR_NONE};
    if (!wants_json(play, "show"))
        return 1;
    if (play->options.word_count > 0) {
        json_t *file = play_plan_file(play->options.words[0], &err);
        if (!file)
            return play_complain("Failed to read the given file as a state or plan file", err.text);
        print_document(json_object_get(file, "show"), JSON_COMPACT);
        json_decref(file);
        return 0;
    }
    struct play_state state;
    if (!play_state_read(&state, play->root, &err))
        return play_complain("Failed to load state", err.text);
    json_t *document = play_state_show(&play->description, &state);
    print_document(document, JSON_COMPACT);
    json_decref(document);
    play_state_finish(&state);
    return 0;
}

static json_t *outputs_of(const struct play_state *state)
{
    json_t *outputs = json_object(), *output;
    const char *name;
    json_object_foreach(json_object_get(state->json, "outputs"), name, output)
    {
        js_set(outputs, name,
               json_pack("{s:b, s:O, s:O}", "sensitive", js_bool(output, "sensitive", false),
                         "type", json_object_get(output, "type"), "value",
                         json_object_get(output, "value")));
    }
    return outputs;
}

static int print_output(const struct play *play, const json_t *outputs)
{
    const char *name = play->options.words[0];
    const json_t *value = js_get(json_object_get(outputs, name), "value");
    if (!value)
        return play_complain("Output not found", name);
    if (!play->options.raw)
        print_document(value, JSON_INDENT(2));
    else if (json_is_string(value))
        fputs(json_string_value(value), stdout);
    else
        return play_complain("Unsupported value for raw output", name);
    return 0;
}

int play_output(struct play *play)
{
    struct error err = {.kind = ERROR_NONE};
    struct play_state state;
    if (!play_state_read(&state, play->root, &err))
        return play_complain("Failed to load state", err.text);
    json_t *outputs = outputs_of(&state);
    int code = 0;
    if (play->options.word_count > 0)
        code = print_output(play, outputs);
    else
        print_document(outputs, JSON_INDENT(2));
    json_decref(outputs);
    play_state_finish(&state);
    return code;
}

int play_state_list(struct play *play)
{
    struct error err = {.kind = ERROR_NONE};
    struct play_state state;
    if (play->options.word_count != 1 || strcmp(play->options.words[0], "list") != 0)
        return play_complain("Not played", "Of terraform state only \"state list\" is played.");
    if (!play_state_read(&state, play->root, &err))
        return play_complain("Failed to load state", err.text);
    json_t *addresses = play_state_addresses(&state);
    for (size_t i = 0; i < json_array_size(addresses); i++)
        puts(js_text(json_array_get(addresses, i), ""));
    json_decref(addresses);
    play_state_finish(&state);
    return 0;
}
