/* The commands that stream: init, plan, apply, destroy. */
#include <poll.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/rehearsal/play.h"
#include "core/rehearsal/play_apply.h"

#include "core/base/alloc.h"

enum { LOCK_RETRY_MS = 250 };

static const char lock_advice[] =
    "\n\nTerraform acquires a state lock to protect the state from being written\nby multiple "
    "users at the same time. Please resolve the issue above and try\nagain. For most commands, you "
    "can disable locking with the \"-lock=false\"\nflag, but this is not recommended.";

static bool has_modules(const struct play *play)
{
    for (size_t i = 0; i < play->description.count; i++)
        if (*play->description.pieces[i].module)
            return true;
    return false;
}

/* A root without modules needs no init: its only provider is built in. */
static bool modules_installed(const struct play *play)
{
    char path[PATH_MAX];
    if (!has_modules(play))
        return true;
    return path_format(path, NULL, "%s/.terraform/modules/modules.json", play->root) &&
           file_exists(path);
}

static bool write_modules(const struct play *play, struct error *err)
{
    char path[PATH_MAX];
    json_t *list = json_array(), *document = json_object();
    json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "Key", "", "Source", "", "Dir", "."));
    const char *before = "";
    for (size_t i = 0; i < play->description.count; i++) {
        const char *module = play->description.pieces[i].module, *name = strchr(module, '.');
        if (!name || strcmp(module, before) == 0)
            continue;
        before = module;
        char *source = alloc_printf("./modules/%s", name + 1);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "Key", name + 1, "Source", source,
                                              "Dir", source + 2));
        free(source);
    }
    js_set(document, "Modules", list);
    struct buf text = {.data = NULL};
    bool ok = js_dump(document, &text) &&
              path_format(path, err, "%s/.terraform/modules", play->root) &&
              dir_make(path, 0700, err) &&
              path_format(path, err, "%s/.terraform/modules/modules.json", play->root) &&
              file_write(path, buf_str(&text), 0600, err);
    buf_finish(&text);
    json_decref(document);
    return ok;
}

int play_init(struct play *play)
{
    struct error err = {.kind = ERROR_NONE};
    struct play_out *out = &play->out;
    play_init_output(out, "initializing_backend_message", "Initializing the backend...");
    if (has_modules(play))
        play_init_output(out, "initializing_modules_message", "Initializing modules...");
    const char *before = "";
    for (size_t i = 0; i < play->description.count; i++) {
        const char *module = play->description.pieces[i].module, *name = strchr(module, '.');
        if (!name || strcmp(module, before) == 0 || modules_installed(play))
            continue;
        before = module;
        play_say(out, "log", NULL, NULL, "- %s in modules/%s", name + 1, name + 1);
    }
    if (has_modules(play) && !write_modules(play, &err)) {
        play_diagnose(out, "Failed to install modules", err.text, NULL);
        return 1;
    }
    play_init_output(out, "initializing_provider_plugin_message",
                     "Initializing provider plugins...");
    play_say(out, "log", NULL, NULL, "terraform.io/builtin/terraform is built in to Terraform");
    play_init_output(out, "output_init_success_message",
                     "Terraform has been successfully initialized!");
    if (!getenv("TF_IN_AUTOMATION"))
        play_init_output(out, "output_init_success_cli_message",
                         "You may now begin working with Terraform. Try running \"terraform plan\" "
                         "to see\nany changes that are required for your infrastructure.");
    return 0;
}

static bool installed(struct play *play)
{
    if (modules_installed(play))
        return true;
    play_diagnose(&play->out, "Module not installed",
                  "This module is not yet installed. Run \"terraform init\" to install all modules "
                  "required by this configuration.",
                  NULL);
    return false;
}

static bool lock_refused(struct play *play, const struct error *err)
{
    char *detail = alloc_printf("Error message: %s%s", err->text, lock_advice);
    play_diagnose(&play->out, "Error acquiring the state lock", detail, NULL);
    free(detail);
    return false;
}

/* Waits for the lock as long as -lock-timeout says, looking four times a second. */
static bool lock(struct play *play, struct play_state *state, const char *operation)
{
    struct error err = {.kind = ERROR_NONE};
    int64_t until = clock_now(&clock_system) + play->options.lock_timeout_ms;
    while (!play_state_lock(state, play->root, operation, &err)) {
        if (err.kind != ERROR_BUSY || clock_now(&clock_system) >= until)
            return lock_refused(play, &err);
        poll(NULL, 0, LOCK_RETRY_MS);
    }
    return true;
}

static bool too_many_words(struct play *play, size_t allowed)
{
    if (play->options.word_count <= allowed)
        return false;
    play_diagnose(&play->out, "Too many command line arguments",
                  "To specify a working directory, use the global -chdir flag.", NULL);
    return true;
}

int play_plan(struct play *play)
{
    struct play_state state = {.fd = -1};
    struct play_plan plan = {.destroy = false};
    struct error err = {.kind = ERROR_NONE};
    json_t *given = NULL;
    if (too_many_words(play, 0) || !installed(play) || !lock(play, &state, "OperationTypePlan") ||
        !(given = play_variables(play))) {
        play_state_finish(&state);
        return 1;
    }
    int code = 1;
    if (play_compare(play, &plan, given, &state, play->options.destroy, true)) {
        play_plan_say(&plan, &play->out, true);
        code = play->options.detailed_exit_code && play_plan_changes(&plan) ? 2 : 0;
        if (play->options.out && !play_plan_write(&plan, &state, play->options.out, &err)) {
            play_diagnose(&play->out, "Failed to write plan file", err.text, NULL);
            code = 1;
        }
    }
    play_plan_finish(&plan);
    play_state_finish(&state);
    return code;
}

static bool is_stale(struct play *play, const json_t *file, const struct play_state *state)
{
    int64_t serial = js_int(state->json, "serial", 0);
    bool other = serial > 0 && *js_text(file, "lineage") &&
                 strcmp(js_text(file, "lineage"), js_text(state->json, "lineage")) != 0;
    if (!other && js_int(file, "serial", -1) == serial)
        return false;
    play_diagnose(&play->out,
                  other ? "Saved plan does not match the given state" : "Saved plan is stale",
                  other ? "The given plan file can not be applied because it was created from a "
                          "different state lineage."
                        : "The given plan file can no longer be applied because the state was "
                          "changed by another operation after the plan was created.",
                  NULL);
    return true;
}

static int apply_file(struct play *play, struct play_state *state)
{
    struct play_plan plan = {.destroy = false};
    struct error err = {.kind = ERROR_NONE};
    json_t *file = play_plan_file(play->options.words[0], &err);
    int code = 1;
    if (!file) {
        char *summary =
            alloc_printf("Failed to load \"%s\" as a plan file", play->options.words[0]);
        play_diagnose(&play->out, summary, err.text, NULL);
        free(summary);
    } else if (!is_stale(play, file, state) && play_ephemeral_again(play, file) &&
               play_compare(play, &plan, json_incref(json_object_get(file, "given")), state,
                            js_bool(file, "destroy", false), false)) {
        play_plan_say(&plan, &play->out, false);
        code = play_apply(&plan, state, play->place, &play->out, "apply");
    }
    json_decref(file);
    play_plan_finish(&plan);
    return code;
}

/* Whether the operator typed yes, where it has to be asked. */
static bool approved(const struct play *play, const struct play_plan *plan)
{
    char line[64] = "";
    if (play->options.auto_approve || !play_plan_changes(plan))
        return true;
    fputs(plan->destroy
              ? "\nDo you really want to destroy all resources?\n  Terraform will destroy all your "
                "managed infrastructure, as shown above.\n  There is no undo. Only 'yes' will be "
                "accepted to confirm.\n\n  Enter a value: "
              : "\nDo you want to perform these actions?\n  Terraform will perform the actions "
                "described above.\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: ",
          stdout);
    fflush(stdout);
    bool read = fgets(line, sizeof line, stdin) != NULL;
    if (read && str_is(str_trim(str_of(line)), "yes"))
        return true;
    if (read)
        printf("\n%s cancelled.\n", plan->destroy ? "Destroy" : "Apply");
    else
        play_complain("error asking for approval: EOF", "");
    fflush(stdout);
    return false;
}

static int apply_now(struct play *play, struct play_state *state, bool destroy)
{
    struct play_plan plan = {.destroy = false};
    json_t *given = play_variables(play);
    int code = 1;
    if (given && play_compare(play, &plan, given, state, destroy || play->options.destroy, true)) {
        play_plan_say(&plan, &play->out, true);
        if (approved(play, &plan))
            code = play_apply(&plan, state, play->place, &play->out, destroy ? "destroy" : "apply");
    }
    play_plan_finish(&plan);
    return code;
}

int play_apply_command(struct play *play, bool destroy)
{
    struct play_state state = {.fd = -1};
    bool file = play->options.word_count > 0;
    if (too_many_words(play, destroy ? 0 : 1) || !installed(play))
        return 1;
    if (!file && !play->options.auto_approve && (play->out.json || play->options.silent)) {
        play_diagnose(&play->out, "Plan file or auto-approve required",
                      "Terraform cannot ask for interactive approval when -json is set. You can "
                      "either apply a saved plan file, or enable the -auto-approve option.",
                      NULL);
        return 1;
    }
    if (!lock(play, &state, "OperationTypeApply"))
        return 1;
    int code = file ? apply_file(play, &state) : apply_now(play, &state, destroy);
    play_state_finish(&state);
    return code;
}
