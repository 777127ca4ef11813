/* The player's front door: where it runs and which command it is. */
#include "core/rehearsal/player.h"

#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/rehearsal/play.h"

#include "core/base/alloc.h"

enum { USAGE = 127 };

int play_complain(const char *summary, const char *detail)
{
    struct buf text = {.data = NULL};
    buf_text(&text, "\nError: ");
    buf_sanitised(&text, str_of(summary), true);
    buf_text(&text, "\n\n");
    buf_sanitised(&text, str_of(detail), true);
    fprintf(stderr, "%s\n", buf_cstr(&text));
    buf_finish(&text);
    return 1;
}

static int usage(void)
{
    puts("Usage: ekshub-tui --player [-chdir=DIR] <command> [options]\n\n"
         "Plays terraform on the root of a rehearsal. Commands:\n"
         "  version  init  validate  plan  show  apply  destroy  output  taint  untaint\n"
         "  force-unlock  state list|show|pull|rm");
    return USAGE;
}

/* "linux_amd64" */
static void platform(char out[64])
{
    struct utsname name;
    if (uname(&name) < 0) {
        str_copy(STR("linux_amd64"), out, 64);
        return;
    }
    const char *machine = strcmp(name.machine, "x86_64") == 0    ? "amd64"
                          : strcmp(name.machine, "aarch64") == 0 ? "arm64"
                                                                 : name.machine;
    snprintf(out, 64, "%.20s_%.30s", name.sysname, machine);
    if (out[0] >= 'A' && out[0] <= 'Z')
        out[0] = (char)(out[0] - 'A' + 'a');
}

static int version(const struct play *play)
{
    char on[64];
    platform(on);
    if (play->options.json)
        printf("{\n  \"terraform_version\": \"%s\",\n  \"platform\": \"%s\",\n"
               "  \"provider_selections\": {},\n  \"terraform_outdated\": false,\n"
               "  \"player\": true\n}\n",
               PLAY_VERSION, on);
    else
        printf("Terraform v%s (played by ekshub-tui)\non %s\n", PLAY_VERSION, on);
    return 0;
}

static int validate(const struct play *play)
{
    puts(play->options.json ? "{\n  \"format_version\": \"1.0\",\n  \"valid\": true,\n"
                              "  \"error_count\": 0,\n  \"warning_count\": 0,\n"
                              "  \"diagnostics\": []\n}"
                            : "Success! The configuration is valid.");
    return 0;
}

/* Finds the description: DIR/provision-eks is played by DIR/rehearsal/provision-eks.json. */
static bool find_place(struct play *play, struct error *err)
{
    char file[PATH_MAX];
    if (!getcwd(play->root, sizeof play->root))
        return error_errno(err, "The working directory cannot be found");
    struct str base = str_of(path_basename(play->root));
    path_dirname(play->root, play->place);
    if (!str_starts(base, STR("provision-")))
        return error_set(err, ERROR_INPUT, "%s is not the root of a rehearsal.", play->root);
    return path_format(file, err, "%s/rehearsal/%.*s.json", play->place, STR_ARG(base)) &&
           description_load(file, &play->description, err);
}

static int play_taint(struct play *play)
{
    return play_edit(play, PLAY_TAINT);
}

static int play_untaint(struct play *play)
{
    return play_edit(play, PLAY_UNTAINT);
}

static int run(struct play *play)
{
    static const struct {
        const char *name;
        bool stream;
        int (*command)(struct play *play);
    } commands[] = {{"init", true, play_init},
                    {"plan", true, play_plan},
                    {"show", false, play_show},
                    {"output", false, play_output},
                    {"state", false, play_state_command},
                    {"taint", false, play_taint},
                    {"untaint", false, play_untaint},
                    {"force-unlock", false, play_unlock}};
    struct error err = {.kind = ERROR_NONE};
    const char *name = play->options.command;
    bool apply = strcmp(name, "apply") == 0, destroy = strcmp(name, "destroy") == 0;
    bool stream = apply || destroy;
    size_t i = 0, count = sizeof commands / sizeof *commands;
    while (i < count && strcmp(commands[i].name, name) != 0)
        i++;
    if (i == count && !stream)
        return fprintf(stderr, "Terraform has no command named \"%s\".\n", name), 1;
    stream = stream || commands[i].stream;
    if (stream)
        play_say_version(&play->out);
    if (!find_place(play, &err)) {
        if (!stream)
            return play_complain("No rehearsal here", err.text);
        play_diagnose(&play->out, "No rehearsal here", err.text, NULL);
        return 1;
    }
    return apply || destroy ? play_apply_command(play, destroy) : commands[i].command(play);
}

int player_main(int argc, char **argv)
{
    struct play play = {.out = {.json = false}};
    struct error err = {.kind = ERROR_NONE};
    bool ok = play_options_read(argc, argv, &play.options, &err);
    const char *command = play.options.command;
    play.out.json = play.options.json;
    if (ok && !command && !play.options.version)
        return usage();
    if (!ok) {
        if (!play.options.json)
            return play_complain("Failed to parse command-line flags", err.text);
        play_say_version(&play.out);
        play_diagnose(&play.out, "Failed to parse command-line flags", err.text, NULL);
        return 1;
    }
    if (play.options.chdir && chdir(play.options.chdir) < 0) {
        fprintf(stderr, "Error handling -chdir option: chdir %s: %s\n", play.options.chdir,
                strerror(errno));
        return 1;
    }
    if (play.options.version || strcmp(command, "version") == 0)
        return version(&play);
    if (strcmp(command, "validate") == 0)
        return validate(&play);
    int code = run(&play);
    json_decref(play.ephemeral);
    description_finish(&play.description);
    return code;
}
