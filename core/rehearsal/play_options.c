/* Reading the command line. */
#include "core/rehearsal/play_options.h"

#include "core/base/str.h"

#include "core/base/alloc.h"

/* Accepted and without meaning here: the player asks nothing, draws no colour, downloads nothing.
 */
static const char *const ignored[] = {
    "-input",       "-no-color", "-lock",        "-refresh", "-compact-warnings", "-upgrade",
    "-reconfigure", "-backend",  "-parallelism", "-get",     "-allow-missing",    "-force"};

/* The value of -NAME=VALUE, or of -NAME VALUE; NULL when the word is another option. */
static const char *value_of(int argc, char **argv, int *at, const char *name)
{
    size_t length = strlen(name);
    const char *word = argv[*at];
    if (!word || strncmp(word, name, length) != 0)
        return NULL;
    if (word[length] == '=')
        return word + length + 1;
    if (word[length] != '\0' || *at + 1 >= argc)
        return NULL;
    return argv[++*at];
}

static bool is_ignored(const char *word)
{
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        size_t length = strlen(ignored[i]);
        if (strncmp(word, ignored[i], length) == 0 && (!word[length] || word[length] == '='))
            return true;
    }
    return false;
}

static bool *flag_of(struct play_options *options, const char *word)
{
    struct {
        const char *name;
        bool *flag;
    } flags[] = {{"-json", &options->json},
                 {"-raw", &options->raw},
                 {"-destroy", &options->destroy},
                 {"-detailed-exitcode", &options->detailed_exit_code},
                 {"-auto-approve", &options->auto_approve}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(word, flags[i].name) == 0)
            return flags[i].flag;
    return NULL;
}

/* "90s", "5m", "1h"; 0 needs no unit. */
static bool read_duration(struct str text, int64_t *ms)
{
    int64_t unit = str_ends(text, STR("ms"))  ? 1
                   : str_ends(text, STR("s")) ? 1000
                   : str_ends(text, STR("m")) ? 60000
                   : str_ends(text, STR("h")) ? 3600000
                                              : 0;
    int64_t number;
    if (unit)
        text.len -= unit == 1 ? 2 : 1;
    if (!str_to_int64(text, &number) || number < 0 || number > 1000000 || (!unit && number))
        return false;
    *ms = number * unit;
    return true;
}

static bool read_option(int argc, char **argv, int *at, struct play_options *options,
                        struct error *err)
{
    const char *word = argv[*at], *value;
    bool *flag = flag_of(options, word);
    if (flag)
        return *flag = true;
    if (strcmp(word, "-input=false") == 0 || strcmp(word, "-input=0") == 0)
        options->silent = true;
    else if ((value = value_of(argc, argv, at, "-lock-timeout"))) {
        if (!read_duration(str_of(value), &options->lock_timeout_ms))
            return error_set(err, ERROR_INPUT,
                             "invalid value \"%.100s\" for flag -lock-timeout: parse error", value);
    } else if ((value = value_of(argc, argv, at, "-out")))
        options->out = value;
    else if ((value = value_of(argc, argv, at, "-var-file")) &&
             options->file_count < PLAY_VARIABLES)
        options->files[options->file_count++] = value;
    else if ((value = value_of(argc, argv, at, "-var")) && options->variable_count < PLAY_VARIABLES)
        options->variables[options->variable_count++] = value;
    else if (!is_ignored(word))
        return error_set(err, ERROR_INPUT, "flag provided but not defined: %.200s", word);
    return true;
}

bool play_options_read(int argc, char **argv, struct play_options *options, struct error *err)
{
    *options = (struct play_options){.chdir = NULL};
    int at = 0;
    for (; at < argc && argv[at][0] == '-'; at++) {
        const char *word = argv[at];
        const char *dir = value_of(argc, argv, &at, "-chdir");
        if (dir)
            options->chdir = dir;
        else if (strcmp(word, "-version") == 0 || strcmp(word, "--version") == 0)
            options->version = true;
        else
            return error_set(err, ERROR_INPUT, "flag provided but not defined: %.200s", word);
    }
    if (at < argc)
        options->command = argv[at++];
    for (int i = at; i < argc; i++) /* so that errors come in the shape that was asked for */
        options->json = options->json || strcmp(argv[i], "-json") == 0;
    for (; at < argc; at++) {
        if (argv[at][0] == '-' && argv[at][1]) {
            if (!read_option(argc, argv, &at, options, err))
                return false;
        } else if (options->word_count < sizeof options->words / sizeof *options->words)
            options->words[options->word_count++] = argv[at];
    }
    return true;
}
