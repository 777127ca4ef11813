/* The command line as data (product.md, section 1): pure, prints nothing, reads no file. */
#ifndef SCREENS_OPTIONS_H
#define SCREENS_OPTIONS_H

#include "core/base/error.h"
#include "core/session/stage.h"

enum verb {
    VERB_NONE, /* the full screen */
    VERB_PROFILES,
    VERB_CHECK,
    VERB_PLAN,
    VERB_APPLY,
    VERB_DESTROY,
    VERB_STATUS,
    VERB_LIST,
    VERB_ATTACH,
    VERB_STOP,
    VERB_LOGS,
    VERB_HISTORY,
    VERB_PODS,
    VERB_TOKEN,
    VERB_KUBECONFIG,
    VERB_PYPIRC,
    VERB_PUBLISH,
    VERB_VERSION,
    VERB_HELP,
    VERB_FAULTS, /* --fault list */
    VERB_KEYS,   /* --aws-keys: what a run's source of keys runs, and no operator types */
    VERBS,
};

#define OPTIONS_FAULTS_MAX 16
#define OPTIONS_WORDS_MAX  64

struct options { /* texts point into argv */
    enum verb verb;
    enum verb help_on; /* of VERB_HELP */
    const char *dir, *profile, *region, *answers, *log;
    bool rehearse;
    const char *speed;                          /* "" when --rehearse has none */
    const char *faults[OPTIONS_FAULTS_MAX + 1]; /* NULL-terminated */
    size_t fault_count;
    bool plain, ascii, no_color;

    /* of verbs */
    bool stages[STAGES]; /* none: all that the verb means */
    bool json;           /* -o json */
    bool auto_approve, exit_code, when_safe, follow;
    const char *cluster_name, *role_arn;      /* token */
    bool merge, aws_cli;                      /* kubeconfig */
    bool write, show_password;                /* pypirc */
    const char *words[OPTIONS_WORDS_MAX + 1]; /* pypirc --write: a file; publish: what */
    size_t word_count;
    bool all_namespaces, watch; /* pods */
    const char *namespace_name, *kubeconfig, *context;
};

/* False with a sentence that names the unknown flag, verb or stage and the nearest right one
 * (exit 2). Options may stand before or after the verb; "--" ends them. */
bool options_parse(struct options *options, int argc, char *const *argv, struct error *err);

const char *verb_name(enum verb verb); /* "apply"; "" for VERB_NONE */

/* What --help and `help VERB` print; static. */
const char *options_help(enum verb verb);

#endif
