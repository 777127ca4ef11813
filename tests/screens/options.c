/* The command line as data: what is understood, and what is said about the rest. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "screens/options.h"

static struct options options;
static struct error err;

/* One command line, words apart by blanks; '~' stands for an empty word. */
static bool parse(const char *line)
{
    static char text[512];
    static char *argv[64];
    int argc = 1;
    argv[0] = text;
    str_copy(str_of(line), text + 1, sizeof text - 1);
    text[0] = '\0';
    for (char *at = text + 1; *at;) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at)
            *at++ = '\0';
    }
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "~") == 0)
            argv[i][0] = '\0';
    argv[argc] = NULL;
    err = (struct error){.kind = ERROR_NONE};
    return options_parse(&options, argc, argv, &err);
}

Test(options, nothing_is_the_screen)
{
    cr_assert(parse(""));
    cr_assert_eq(options.verb, VERB_NONE);
    cr_assert_not(options.rehearse);
}

Test(options, before_and_behind_the_verb)
{
    static const char *const lines[] = {
        "--dir d --rehearse=40x --profile p apply eks --auto-approve -o json",
        "apply --auto-approve --profile p eks --dir d -o json --rehearse=40x",
        "--auto-approve --profile=p --dir=d -o json --rehearse=40x apply -- eks",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cr_assert(parse(lines[i]), "%s: %s", lines[i], err.text);
        cr_assert_eq(options.verb, VERB_APPLY);
        cr_assert_str_eq(options.dir, "d");
        cr_assert_str_eq(options.profile, "p");
        cr_assert_str_eq(options.speed, "40x");
        cr_assert(options.rehearse && options.auto_approve && options.json);
        cr_assert(options.stages[STAGE_EKS] && !options.stages[STAGE_PYPI]);
    }
}

Test(options, every_verb_by_its_name)
{
    for (int i = VERB_NONE + 1; i < VERBS; i++) {
        const char *name = verb_name((enum verb)i);
        if (!name[0] || i == VERB_TOKEN)
            continue;
        cr_assert(parse(name), "%s: %s", name, err.text);
        cr_assert_eq((int)options.verb, i);
        cr_assert_gt(strlen(options_help((enum verb)i)), 20, "%s has no help", name);
    }
    cr_assert(parse("token --cluster-name c --role-arn a"));
    cr_assert_str_eq(options.cluster_name, "c");
}

Test(options, verbs_have_flags_of_their_own)
{
    cr_assert(parse("plan --exit-code") && options.exit_code);
    cr_assert(parse("stop --when-safe") && options.when_safe);
    cr_assert(parse("logs eks -f") && options.follow && options.stages[STAGE_EKS]);
    cr_assert_not(parse("status --auto-approve"));
    cr_assert_str_eq(err.text, "--auto-approve belongs to ekshub-tui apply.");
}

Test(options, faults)
{
    cr_assert(parse("--rehearse --fault a --fault=b check"));
    cr_assert_eq(options.fault_count, 2);
    cr_assert_str_eq(options.faults[1], "b");
    cr_assert_null(options.faults[2]);
    cr_assert_str_eq(options.speed, "");
    cr_assert(parse("--fault list"));
    cr_assert_eq(options.verb, VERB_FAULTS);
    cr_assert_not(parse("apply --fault a"));
    char line[512] = "--rehearse";
    for (int i = 0; i <= OPTIONS_FAULTS_MAX; i++)
        snprintf(line + strlen(line), sizeof line - strlen(line), " --fault f%d", i);
    cr_assert_not(parse(line));
}

Test(options, help_and_version)
{
    cr_assert(parse("--version") && options.verb == VERB_VERSION);
    cr_assert(parse("--help") && options.verb == VERB_HELP && options.help_on == VERB_NONE);
    cr_assert(parse("destroy pypi --auto-approve -o json") && options.verb == VERB_DESTROY);
    cr_assert(options.auto_approve && options.json && options.stages[STAGE_PYPI]);
    cr_assert(parse("help apply") && options.verb == VERB_HELP && options.help_on == VERB_APPLY);
    cr_assert(parse("apply --help") && options.verb == VERB_HELP && options.help_on == VERB_APPLY);
    cr_assert(parse("kubeconfig --merge") && options.verb == VERB_KUBECONFIG && options.merge);
    cr_assert(!options.aws_cli && parse("kubeconfig --aws-cli") && options.aws_cli);
    cr_assert_not(parse("help aply"));
    cr_assert_str_eq(err.text, "There is no command aply: did you mean apply?");
}

Test(options, what_is_wrong_is_named_with_the_nearest_right_one)
{
    static const char *const table[][2] = {
        {"aply", "There is no command aply: did you mean apply?"},
        {"--reherse", "There is no option --reherse: did you mean --rehearse?"},
        {"--reherse=20x", "There is no option --reherse: did you mean --rehearse?"},
        {"apply eksx", "There is no stage eksx: did you mean eks?"},
        {"plan mlhb", "There is no stage mlhb: did you mean mlhub?"},
        {"-x", "There is no option -x: did you mean -o?"},
        {"xyzzyxyzzyxyzzy",
         "There is no command xyzzyxyzzyxyzzy: the nearest is apply, ekshub-tui --help lists "
         "all."},
        {"apply --merge", "--merge belongs to ekshub-tui kubeconfig."},
        {"check now", "check takes no argument now."},
        {"--version now", "--version takes no argument now."},
        {"--dir", "--dir needs a value behind it."},
        {"--dir= check", "--dir needs a value that is not empty."},
        {"--dir ~ check", "--dir needs a value that is not empty."},
        {"--plain=yes", "--plain takes no value."},
        {"-o yaml", "-o yaml is not known: the only format is -o json."},
        {"token", "token needs --cluster-name NAME."},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        cr_assert_not(parse(table[i][0]), "%s", table[i][0]);
        cr_assert_eq(err.kind, ERROR_INPUT);
        cr_assert_str_eq(err.text, table[i][1]);
    }
}

Test(options, long_words_are_cut_in_the_sentence_not_in_its_end)
{
    char line[400];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    cr_assert_not(parse(line));
    cr_assert(str_ends(str_of(err.text), STR("lists all.")), "%s", err.text);
}

Test(options, pods)
{
    cr_assert(parse("pods -A -w -o json --kubeconfig f --context c"), "%s", err.text);
    cr_assert_eq(options.verb, VERB_PODS);
    cr_assert(options.all_namespaces && options.watch && options.json);
    cr_assert_str_eq(options.kubeconfig, "f");
    cr_assert_str_eq(options.context, "c");
    cr_assert(parse("-n jhub pods"), "%s", err.text);
    cr_assert_str_eq(options.namespace_name, "jhub");
    cr_assert_not(parse("pods -A -n jhub"));
    cr_assert_str_eq(err.text, "-A and -n exclude each other.");
    cr_assert_not(parse("status -A"));
    cr_assert_str_eq(err.text, "-A belongs to ekshub-tui pods.");
    cr_assert_not(parse("pods web"));
}
