/* What the player plans with: variables, the stage before, the state that is there. */
#include "core/base/paths.h"
#include "core/rehearsal/play.h"
#include "core/rehearsal/remote.h"

#include "core/base/alloc.h"

extern char **environ;

static bool refuse(struct play *play, const char *summary, const char *format, const char *what)
{
    struct buf detail = {.data = NULL};
    struct str rest = str_of(format), before;
    while (rest.len > 0) { /* each % is `what` */
        bool more = str_cut(&rest, '%', &before);
        buf_append(&detail, before);
        if (more)
            buf_text(&detail, what);
    }
    play_diagnose(&play->out, summary, buf_cstr(&detail), NULL);
    buf_finish(&detail);
    return false;
}

static bool take_option(struct play *play, json_t *given, const char *option)
{
    struct error err = {.kind = ERROR_NONE};
    struct str rest = str_of(option), name;
    char key[128];
    if (!str_cut(&rest, '=', &name))
        return refuse(play, "Invalid -var option",
                      "The given -var option \"%\" is not correctly specified. Must be a variable "
                      "name and value separated by an equals sign, like -var=\"key=value\".",
                      option);
    str_copy(name, key, sizeof key);
    if (!description_variable(&play->description, key))
        return refuse(
            play, "Value for undeclared variable",
            "A variable named \"%\" was assigned on the command line, but the root module "
            "does not declare a variable of that name. To use this value, add a "
            "\"variable\" block to the configuration.",
            key);
    return values_set(&play->description, given, key, rest, &err) ||
           refuse(play, "Invalid value for input variable", "%", err.text);
}

static bool take_options(struct play *play, json_t *given)
{
    struct error err = {.kind = ERROR_NONE};
    const struct play_options *options = &play->options;
    for (size_t i = 0; i < options->file_count; i++) {
        if (!file_exists(options->files[i]))
            return refuse(play, "Failed to read variables file",
                          "Given variables file % does not exist.", options->files[i]);
        if (!values_take_file(&play->description, given, options->files[i], &err))
            return refuse(play, "Invalid value for input variable", "%", err.text);
    }
    for (size_t i = 0; i < options->variable_count; i++)
        if (!take_option(play, given, options->variables[i]))
            return false;
    return true;
}

json_t *play_variables(struct play *play)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *given =
        values_given(&play->description, play->root, (const char *const *)environ, &err);
    if (!given)
        refuse(play, "Invalid value for input variable", "%", err.text);
    if (!given || !take_options(play, given)) {
        json_decref(given);
        return NULL;
    }
    json_decref(play->ephemeral);
    play->ephemeral = values_take_ephemeral(&play->description, given);
    const char *missing = values_missing(&play->description, given);
    if (!missing)
        return given;
    char *detail = alloc_printf("The root module input variable \"%s\" is not set, and has no "
                                "default value. Use a -var or -var-file command line argument to "
                                "provide a value for this variable.",
                                missing);
    play_diagnose(&play->out, "No value for required variable", detail, NULL);
    free(detail);
    json_decref(given);
    return NULL;
}

/* An ephemeral variable is in no plan file: terraform wants it again, or again not. */
static bool same_as_planned(struct play *play, const json_t *planned, const char *name)
{
    bool was = false, is = json_object_get(play->ephemeral, name) != NULL;
    for (size_t i = 0; i < json_array_size(planned); i++)
        was = was || strcmp(js_text(json_array_get(planned, i), ""), name) == 0;
    if (was == is)
        return true;
    char *detail = was ? alloc_printf("The ephemeral input variable \"%s\" was set during the plan "
                                      "phase, and so must also be set during the apply phase.",
                                      name)
                       : alloc_printf("The ephemeral input variable \"%s\" was not set during the "
                                      "planning phase, and so must remain unset during the apply "
                                      "phase.",
                                      name);
    play_diagnose(&play->out,
                  was ? "No value for required variable"
                      : "Ephemeral variable was not set during planning",
                  detail, NULL);
    free(detail);
    return false;
}

bool play_ephemeral_again(struct play *play, const json_t *file)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *given =
        values_given(&play->description, play->root, (const char *const *)(uintptr_t)environ, &err);
    json_decref(play->ephemeral);
    play->ephemeral = given ? values_take_ephemeral(&play->description, given) : json_object();
    json_decref(given);
    const json_t *names = js_get(play->description.json, "ephemeral");
    bool ok = true;
    for (size_t i = 0; i < json_array_size(names); i++)
        ok = same_as_planned(play, json_object_get(file, "ephemeral"),
                             js_text(json_array_get(names, i), "")) &&
             ok;
    return ok;
}

static void say_read(struct play *play, bool complete)
{
    char address[96];
    remote_address(&play->description, address);
    json_t *hook = json_object(), *resource = json_object();
    js_set_text(resource, "addr", address);
    js_set_text(resource, "module", "");
    js_set_text(resource, "resource", address);
    js_set_text(resource, "implied_provider", "terraform");
    js_set_text(resource, "resource_type", "terraform_remote_state");
    js_set_text(resource, "resource_name", js_text(play->description.json, "remote.name"));
    js_set(resource, "resource_key", json_null());
    js_set(hook, "resource", resource);
    js_set_text(hook, "action", "read");
    if (complete)
        js_set_int(hook, "elapsed_seconds", 0);
    play_say(&play->out, complete ? "apply_complete" : "apply_start", "hook", hook, "%s: %s",
             address, complete ? "Refresh complete after 0s" : "Refreshing...");
}

/* The outputs of the stage before, into *outputs and into the state; none are needed by a stage
 * that names none. False once the reason is said. */
static bool read_remote(struct play *play, struct play_state *state, bool say, json_t **outputs)
{
    struct error err = {.kind = ERROR_NONE};
    const char *summary;
    char address[96];
    *outputs = NULL;
    remote_address(&play->description, address);
    if (!*address)
        return true;
    if (say)
        say_read(play, false);
    *outputs = remote_read(&play->description, play->place, &summary, &err);
    if (!*outputs) {
        play_diagnose(&play->out, summary, err.text, address);
        return false;
    }
    if (say)
        say_read(play, true);
    play_state_remote(state, &play->description, *outputs);
    return true;
}

static void say_refresh(struct play *play, const struct play_state *state)
{
    for (size_t i = 0; i < play->description.count; i++) {
        const struct piece *piece = &play->description.pieces[i];
        const char *id = play_state_id(state, piece);
        if (!*id)
            continue;
        play_say(&play->out, "refresh_start", "hook", play_hook(piece, NULL, id, -1),
                 "%s: Refreshing state... [id=%s]", piece->address, id);
        play_say(&play->out, "refresh_complete", "hook", play_hook(piece, NULL, id, -1),
                 "%s: Refresh complete [id=%s]", piece->address, id);
    }
}

bool play_compare(struct play *play, struct play_plan *plan, json_t *given,
                  struct play_state *state, bool destroy, bool refresh)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *remote, *values = NULL;
    bool ok = read_remote(play, state, refresh, &remote);
    if (ok && refresh)
        say_refresh(play, state);
    if (ok && !(values = values_evaluate(&play->description, given, remote, play->place, &err)))
        play_diagnose(&play->out, "Invalid function argument", err.text, NULL);
    json_decref(remote);
    if (values)
        play_plan_make(plan, &play->description, given, values, play->ephemeral, state, destroy);
    else
        json_decref(given);
    return values != NULL;
}
