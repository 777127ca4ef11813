/* A profile's credential_process: a command that prints keys as JSON. It is run without a shell and
 * without a terminal, and has two minutes, which is enough for a sign-in by a browser.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
#ifndef CORE_AWS_CREDS_PROCESS_H
#define CORE_AWS_CREDS_PROCESS_H

#include "core/aws/resolve.h"
#include "core/io/process.h"

struct creds_process {
    const struct creds_world *world; /* NULL when it was never started */
    const struct profile *profile;
    struct process process;
    char **words;
    struct timer patience;
    bool late, again;
    bool ok;
    struct creds creds; /* the caller may steal them */
    struct error error;
    void (*done)(struct creds_process *process); /* may finish it */
};

/* `command` is the profile's. False with *err when it cannot be run; otherwise `done` comes once.
 */
bool creds_process_start(struct creds_process *process, const struct creds_world *world,
                         const struct profile *profile, const char *command,
                         void (*done)(struct creds_process *process), struct error *err);
void creds_process_finish(struct creds_process *process); /* idempotent; zeroed is fine */

#endif
