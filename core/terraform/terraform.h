/* Terraform (or OpenTofu) as a program: where it is, which version, and the exact environment that
 * it runs in. Running it: tf_command.h (init, plan, apply: into stream files) and tf_query.h
 * (version, show, output: on pipes, never stored). */
#ifndef CORE_TERRAFORM_TERRAFORM_H
#define CORE_TERRAFORM_TERRAFORM_H

#include <limits.h>

#include "core/base/secret.h"
#include "core/io/process.h"

struct terraform {
    char program[PATH_MAX];
    char mode[32]; /* argv[1] of every call when not empty: our own player is `ekshub-tui --player`
                    */
    bool tofu;     /* OpenTofu, by its name */
    char version[32];            /* "" until asked */
    char plugin_cache[PATH_MAX]; /* TF_PLUGIN_CACHE_DIR; "" for none */
};

/* Where a command runs and with what; lent for the call that takes it. */
struct terraform_place {
    const char *dir;                      /* the root module, absolute */
    const char *const *environment;       /* "NAME=value", NULL-terminated; NULL: ours */
    const struct process_secret *secrets; /* ends with a NULL name; NULL: none. The values must live
                                             until the process runs */
};

/* EKSHUB_TERRAFORM (a path or a name) if `lookup` knows it, else terraform, else tofu in PATH. */
bool terraform_find(struct terraform *terraform, const char *(*lookup)(const char *name),
                    const char *const *environment, struct error *err);

/* Judges the answer of `version -json`: sets version, or says that this is not terraform, cannot be
 * understood, or is older than 1.11 (ephemeral variables, write-only arguments). */
bool terraform_judge(struct terraform *terraform, struct str answer, struct error *err);

/* "1.11.4", "1.12.0-beta1" against 1.11. */
bool terraform_version_fits(const char *version);

/* The environment of a command: TF_CLI_ARGS*, TF_LOG*, TF_WORKSPACE, TF_DATA_DIR and TF_INPUT
 * dropped, TF_IN_AUTOMATION, CHECKPOINT_DISABLE and the plugin cache set. Free it with
 * terraform_environment_free. */
char **terraform_environment(const struct terraform *terraform, const char *const *environment);
void terraform_environment_free(char **environment);

/* Overwrites known secrets in a stream that has ended, in place and keeping every length, also
 * where JSON or a quoted command line escapes them. An emergency state dump is left alone: it may
 * be the only copy of the state. */
bool terraform_mask_stream(const char *path, const struct secret *const *secrets, size_t count,
                           struct error *err);

#endif
