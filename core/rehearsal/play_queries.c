/* The commands that only answer: show, output, state list, show and pull. */
#include <stdio.h>

#include "core/rehearsal/play.h"
#include "core/rehearsal/play_text.h"

#include "core/base/alloc.h"

static void print_document(const json_t *document, size_t flags)
{
    char *text = json_dumps(document, flags | JSON_ENCODE_ANY);
    puts(text ? text : "{}");
    free(text);
}

int play_show(struct play *play)
{
    struct error err = {.kind = ERROR_NONE};
    if (play->options.word_count > 0) {
        json_t *file = play_plan_file(play->options.words[0], &err);
        if (!file)
            return play_complain("Failed to read the given file as a state or plan file", err.text);
        if (play->options.json)
            print_document(json_object_get(file, "show"), JSON_COMPACT);
        else
            play_text_plan(json_object_get(file, "show"));
        json_decref(file);
        return 0;
    }
    struct play_state state;
    if (!play_state_read(&state, play->root, &err))
        return play_complain("Failed to load state", err.text);
    if (play->options.json) {
        json_t *document = play_state_show(&play->description, &state);
        print_document(document, JSON_COMPACT);
        json_decref(document);
    } else
        play_text_state(&play->description, &state, NULL);
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
    if (!value) {
        char *summary = alloc_printf("Output \"%s\" not found", name);
        int code = play_complain(
            summary,
            "The output variable requested could not be found in the state file. If you\n"
            "recently added this to your configuration, be sure to run `terraform\napply`, "
            "since the state won't be updated with new output variables until\nthat command "
            "is run.");
        free(summary);
        return code;
    }
    if (!play->options.raw && play->options.json)
        print_document(value, JSON_COMPACT);
    else if (!play->options.raw)
        play_text_value(value);
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
    else if (play->options.json)
        print_document(outputs, JSON_INDENT(2));
    else
        play_text_outputs(outputs);
    json_decref(outputs);
    play_state_finish(&state);
    return code;
}

static int state_list(const struct play_state *state)
{
    json_t *addresses = play_state_addresses(state);
    for (size_t i = 0; i < json_array_size(addresses); i++)
        puts(js_text(json_array_get(addresses, i), ""));
    json_decref(addresses);
    return 0;
}

static int state_show(const struct play *play, const struct play_state *state)
{
    const char *address = play->options.words[1];
    if (address && play_text_state(&play->description, state, address))
        return 0;
    return play_complain("No instance found for the given address!",
                         "This command requires that the address references one specific "
                         "instance.\nTo view the available instances, use \"terraform state "
                         "list\".");
}

int play_state_command(struct play *play)
{
    struct error err = {.kind = ERROR_NONE};
    struct play_state state;
    const char *verb = play->options.word_count > 0 ? play->options.words[0] : "";
    if (strcmp(verb, "rm") == 0)
        return play_edit(play, PLAY_REMOVE);
    if (strcmp(verb, "push") == 0)
        return play_push(play);
    if (strcmp(verb, "list") != 0 && strcmp(verb, "show") != 0 && strcmp(verb, "pull") != 0)
        return play_complain("Not played",
                             "Of terraform state only list, show, pull, push and rm are played.");
    if (!play_state_read(&state, play->root, &err))
        return play_complain("Failed to load state", err.text);
    int code = 0;
    if (strcmp(verb, "pull") == 0)
        print_document(state.json, JSON_INDENT(2));
    else
        code = strcmp(verb, "list") == 0 ? state_list(&state) : state_show(play, &state);
    play_state_finish(&state);
    return code;
}
