/* The player's command line, as terraform reads it. */
#ifndef CORE_REHEARSAL_PLAY_OPTIONS_H
#define CORE_REHEARSAL_PLAY_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

enum { PLAY_VARIABLES = 64 };

struct play_options {
    const char *chdir;   /* NULL: stay */
    const char *command; /* "plan", "state" …; NULL when none was given */
    bool json, raw, destroy, detailed_exit_code, auto_approve, version, silent;
    int64_t lock_timeout_ms; /* how long a lock is waited for */
    const char *out;         /* plan -out= */
    const char *words[4];    /* what is no option, behind the command */
    size_t word_count;
    const char *variables[PLAY_VARIABLES]; /* "NAME=value" of -var */
    const char *files[PLAY_VARIABLES];     /* of -var-file */
    size_t variable_count, file_count;
};

/* False with the words of terraform's diagnostic "Failed to parse command-line flags"; what was
 * read until then, command and json among it, is in *options. */
bool play_options_read(int argc, char **argv, struct play_options *options, struct error *err);

#endif
