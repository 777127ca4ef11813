#include "screens/options.h"

#include <limits.h>

#include "core/base/alloc.h"

/* ---- what there is ---- */

enum { TAKES_NOTHING, TAKES_VALUE, TAKES_MAYBE };
enum { EVERY_VERB = -1 };

struct flag {
    const char *name;
    int takes;
    int verb; /* the only verb that knows it, or EVERY_VERB */
    bool (*set)(struct options *options, const char *value, struct error *err);
};

static const char *const verb_names[VERBS] = {
    [VERB_NONE] = "",         [VERB_PROFILES] = "profiles", [VERB_CHECK] = "check",
    [VERB_PLAN] = "plan",     [VERB_APPLY] = "apply",       [VERB_DESTROY] = "destroy",
    [VERB_STATUS] = "status", [VERB_LIST] = "list",         [VERB_ATTACH] = "attach",
    [VERB_STOP] = "stop",     [VERB_LOGS] = "logs",         [VERB_HISTORY] = "history",
    [VERB_PODS] = "pods",     [VERB_TOKEN] = "token",       [VERB_KUBECONFIG] = "kubeconfig",
    [VERB_PYPIRC] = "pypirc", [VERB_PUBLISH] = "publish",   [VERB_VERSION] = "",
    [VERB_HELP] = "help",     [VERB_FAULTS] = "",           [VERB_KEYS] = "",
};

const char *verb_name(enum verb verb)
{
    return verb_names[verb];
}

#define TEXT_FLAG(function, member)                                                                \
    static bool function(struct options *options, const char *value, struct error *err)            \
    {                                                                                              \
        (void)err;                                                                                 \
        options->member = value;                                                                   \
        return true;                                                                               \
    }
#define BOOL_FLAG(function, member)                                                                \
    static bool function(struct options *options, const char *value, struct error *err)            \
    {                                                                                              \
        (void)value;                                                                               \
        (void)err;                                                                                 \
        options->member = true;                                                                    \
        return true;                                                                               \
    }

TEXT_FLAG(set_dir, dir)
TEXT_FLAG(set_profile, profile)
TEXT_FLAG(set_region, region)
TEXT_FLAG(set_answers, answers)
TEXT_FLAG(set_log, log)
TEXT_FLAG(set_cluster, cluster_name)
TEXT_FLAG(set_role, role_arn)
TEXT_FLAG(set_namespace, namespace_name)
TEXT_FLAG(set_kubeconfig, kubeconfig)
TEXT_FLAG(set_context, context)
BOOL_FLAG(set_merge, merge)
BOOL_FLAG(set_aws_cli, aws_cli)
BOOL_FLAG(set_plain, plain)
BOOL_FLAG(set_ascii, ascii)
BOOL_FLAG(set_no_color, no_color)
BOOL_FLAG(set_approve, auto_approve)
BOOL_FLAG(set_exit_code, exit_code)
BOOL_FLAG(set_when_safe, when_safe)
BOOL_FLAG(set_follow, follow)
BOOL_FLAG(set_show_password, show_password)

static bool take_file(struct options *options, const char *word, struct error *err)
{
    if (options->word_count == OPTIONS_WORDS_MAX)
        return error_set(err, ERROR_INPUT, "%s takes at most %d arguments.",
                         verb_name(options->verb), OPTIONS_WORDS_MAX);
    options->words[options->word_count++] = word;
    return true;
}

static bool set_write(struct options *options, const char *value, struct error *err)
{
    options->write = true;
    return !value || take_file(options, value, err);
}
BOOL_FLAG(set_all, all_namespaces)
BOOL_FLAG(set_watch, watch)

static bool set_rehearse(struct options *options, const char *value, struct error *err)
{
    (void)err;
    options->rehearse = true;
    options->speed = value ? value : "";
    return true;
}

static bool set_fault(struct options *options, const char *value, struct error *err)
{
    if (strcmp(value, "list") == 0) {
        options->verb = VERB_FAULTS;
        return true;
    }
    if (options->fault_count == OPTIONS_FAULTS_MAX)
        return error_set(err, ERROR_INPUT, "At most %d faults can be planted at once.",
                         OPTIONS_FAULTS_MAX);
    options->faults[options->fault_count++] = value;
    return true;
}

static bool set_output(struct options *options, const char *value, struct error *err)
{
    if (strcmp(value, "json") != 0)
        return error_set(err, ERROR_INPUT, "-o %s is not known: the only format is -o json.",
                         value);
    options->json = true;
    return true;
}

static bool set_version(struct options *options, const char *value, struct error *err)
{
    (void)value;
    (void)err;
    options->verb = VERB_VERSION;
    return true;
}

static bool set_help(struct options *options, const char *value, struct error *err)
{
    (void)value;
    (void)err;
    options->help_on = options->verb;
    options->verb = VERB_HELP;
    return true;
}

static const struct flag flags[] = {
    {"--dir", TAKES_VALUE, EVERY_VERB, set_dir},
    {"--profile", TAKES_VALUE, EVERY_VERB, set_profile},
    {"--region", TAKES_VALUE, EVERY_VERB, set_region},
    {"--answers", TAKES_VALUE, EVERY_VERB, set_answers},
    {"--rehearse", TAKES_MAYBE, EVERY_VERB, set_rehearse},
    {"--fault", TAKES_VALUE, EVERY_VERB, set_fault},
    {"--plain", TAKES_NOTHING, EVERY_VERB, set_plain},
    {"--ascii", TAKES_NOTHING, EVERY_VERB, set_ascii},
    {"--no-color", TAKES_NOTHING, EVERY_VERB, set_no_color},
    {"--log", TAKES_VALUE, EVERY_VERB, set_log},
    {"-o", TAKES_VALUE, EVERY_VERB, set_output},
    {"--version", TAKES_NOTHING, EVERY_VERB, set_version},
    {"--help", TAKES_NOTHING, EVERY_VERB, set_help},
    {"-h", TAKES_NOTHING, EVERY_VERB, set_help},
    {"--auto-approve", TAKES_NOTHING, VERB_APPLY, set_approve},
    {"--exit-code", TAKES_NOTHING, VERB_PLAN, set_exit_code},
    {"--when-safe", TAKES_NOTHING, VERB_STOP, set_when_safe},
    {"-f", TAKES_NOTHING, VERB_LOGS, set_follow},
    {"-A", TAKES_NOTHING, VERB_PODS, set_all},
    {"-n", TAKES_VALUE, VERB_PODS, set_namespace},
    {"-w", TAKES_NOTHING, VERB_PODS, set_watch},
    {"--kubeconfig", TAKES_VALUE, VERB_PODS, set_kubeconfig},
    {"--context", TAKES_VALUE, VERB_PODS, set_context},
    {"--cluster-name", TAKES_VALUE, VERB_TOKEN, set_cluster},
    {"--role-arn", TAKES_VALUE, VERB_TOKEN, set_role},
    {"--merge", TAKES_NOTHING, VERB_KUBECONFIG, set_merge},
    {"--aws-cli", TAKES_NOTHING, VERB_KUBECONFIG, set_aws_cli},
    {"--write", TAKES_MAYBE, VERB_PYPIRC, set_write},
    {"--show-password", TAKES_NOTHING, VERB_PYPIRC, set_show_password},
};
enum { FLAGS = sizeof flags / sizeof *flags };

/* ---- the nearest right word ---- */

struct nearest {
    struct str word;
    const char *name;
    unsigned distance;
};

static void consider(struct nearest *nearest, const char *name)
{
    unsigned distance = str_distance(nearest->word, str_of(name));
    if (name[0] && distance < nearest->distance) {
        nearest->distance = distance;
        nearest->name = name;
    }
}

static bool unknown(const char *kind, struct nearest *nearest, struct error *err)
{
    int shown = nearest->word.len < 80 ? (int)nearest->word.len : 80;
    bool near = nearest->distance <= strlen(nearest->name) / 2 + 1;
    return error_set(err, ERROR_INPUT,
                     near ? "There is no %s %.*s: did you mean %s?"
                          : "There is no %s %.*s: the nearest is %s, ekshub-tui --help lists all.",
                     kind, shown, nearest->word.data, nearest->name);
}

static bool unknown_flag(struct str word, struct error *err)
{
    struct str value = word;
    str_cut(&value, '=', &word);
    struct nearest nearest = {word, NULL, UINT_MAX};
    for (int i = 0; i < FLAGS; i++)
        consider(&nearest, flags[i].name);
    return unknown("option", &nearest, err);
}

static bool unknown_verb(const char *word, struct error *err)
{
    struct nearest nearest = {str_of(word), NULL, UINT_MAX};
    for (int i = 0; i < VERBS; i++)
        consider(&nearest, verb_names[i]);
    return unknown("command", &nearest, err);
}

static bool unknown_stage(const char *word, struct error *err)
{
    struct nearest nearest = {str_of(word), NULL, UINT_MAX};
    for (int i = 0; i < STAGES; i++)
        consider(&nearest, stage_table[i].name);
    return unknown("stage", &nearest, err);
}

/* ---- reading ---- */

/* --name, --name=value; *value is NULL without "=". */
static const struct flag *find_flag(struct str word, const char **value)
{
    struct str name = word, rest = word;
    *value = NULL;
    if (str_starts(word, STR("--")) && str_cut(&rest, '=', &name))
        *value = rest.data;
    for (int i = 0; i < FLAGS; i++)
        if (str_is(name, flags[i].name))
            return &flags[i];
    return NULL;
}

static bool take_flag(struct options *options, int argc, char *const *argv, int *at,
                      const struct flag **used, struct error *err)
{
    const char *word = argv[*at], *value;
    const struct flag *flag = find_flag(str_of(word), &value);
    if (!flag)
        return unknown_flag(str_of(word), err);
    if (flag->takes == TAKES_NOTHING && value)
        return error_set(err, ERROR_INPUT, "%s takes no value.", flag->name);
    if (flag->takes == TAKES_VALUE && !value && ++*at >= argc)
        return error_set(err, ERROR_INPUT, "%s needs a value behind it.", flag->name);
    if (flag->takes == TAKES_VALUE && !value)
        value = argv[*at];
    if (flag->takes == TAKES_VALUE && !value[0])
        return error_set(err, ERROR_INPUT, "%s needs a value that is not empty.", flag->name);
    *used = flag;
    return flag->set(options, value, err);
}

static bool take_verb(struct options *options, const char *word, struct error *err)
{
    for (int i = VERB_NONE + 1; i < VERBS; i++)
        if (verb_names[i][0] && strcmp(word, verb_names[i]) == 0) {
            options->verb = (enum verb)i;
            return true;
        }
    return unknown_verb(word, err);
}

static bool takes_stages(enum verb verb)
{
    return verb == VERB_PLAN || verb == VERB_APPLY || verb == VERB_DESTROY || verb == VERB_LOGS;
}

static bool take_word(struct options *options, const char *word, struct error *err)
{
    if (options->verb == VERB_NONE)
        return take_verb(options, word, err);
    if (options->verb == VERB_HELP && options->help_on == VERB_NONE) {
        struct options named = {.verb = VERB_NONE};
        bool ok = take_verb(&named, word, err);
        options->help_on = named.verb;
        return ok;
    }
    if (options->verb == VERB_PYPIRC || options->verb == VERB_PUBLISH)
        return take_file(options, word, err);
    if (!takes_stages(options->verb))
        return error_set(err, ERROR_INPUT, "%s takes no argument %s.",
                         options->verb == VERB_VERSION ? "--version" : verb_name(options->verb),
                         word);
    enum stage_id stage = stage_named(str_of(word));
    if (stage == STAGE_NONE)
        return unknown_stage(word, err);
    options->stages[stage] = true;
    return true;
}

/* destroy is consented to as apply is. */
static bool knows(enum verb verb, const struct flag *flag)
{
    return flag->verb == EVERY_VERB || flag->verb == (int)verb ||
           (flag->verb == VERB_APPLY && verb == VERB_DESTROY);
}

/* A flag of one verb given to another. */
static bool fits(const struct options *options, const bool *seen, struct error *err)
{
    if (options->verb == VERB_HELP || options->verb == VERB_VERSION)
        return true;
    for (int i = 0; i < FLAGS; i++)
        if (seen[i] && !knows(options->verb, &flags[i]))
            return error_set(err, ERROR_INPUT, "%s belongs to ekshub-tui %s.", flags[i].name,
                             verb_name((enum verb)flags[i].verb));
    if (options->fault_count && !options->rehearse)
        return error_set(err, ERROR_INPUT, "--fault is for rehearsals: add --rehearse.");
    if (options->all_namespaces && options->namespace_name)
        return error_set(err, ERROR_INPUT, "-A and -n exclude each other.");
    if (options->verb == VERB_TOKEN && !options->cluster_name)
        return error_set(err, ERROR_INPUT, "token needs --cluster-name NAME.");
    if (options->verb == VERB_PYPIRC && options->word_count > (options->write ? 1 : 0))
        return error_set(err, ERROR_INPUT,
                         options->write ? "pypirc --write takes one file, not %s too."
                                        : "pypirc takes a file only with --write: %s.",
                         options->words[options->word_count - 1]);
    return true;
}

bool options_parse(struct options *options, int argc, char *const *argv, struct error *err)
{
    bool seen[FLAGS] = {false}, words_only = false;
    *options = (struct options){.verb = VERB_NONE};
    for (int at = 1; at < argc; at++) {
        const struct flag *used = NULL;
        if (!words_only && strcmp(argv[at], "--") == 0)
            words_only = true;
        else if (!words_only && argv[at][0] == '-' && argv[at][1]) {
            if (!take_flag(options, argc, argv, &at, &used, err))
                return false;
            seen[used - flags] = true;
        } else if (!take_word(options, argv[at], err))
            return false;
    }
    return fits(options, seen, err);
}
