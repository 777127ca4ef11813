/* The operator's own shell, in which KUBECONFIG is what we say, whatever the files say that it
 * reads when it starts: many of them set that variable, and a kubectl that means another cluster
 * than the screen would be worse than none. Its prompt names the cluster. */
#ifndef CORE_SESSION_CLUSTER_SHELL_H
#define CORE_SESSION_CLUSTER_SHELL_H

#include <limits.h>

#include "core/base/buf.h"
#include "core/session/place.h"

struct cluster_shell {
    char path[PATH_MAX];
    const char *argv[6]; /* of the members below; the struct must not move */
    char rc[PATH_MAX];   /* of bash */
    struct buf command;  /* of fish */
    char zdotdir[PATH_MAX], own_zdotdir[PATH_MAX]; /* zsh's to be, and the operator's; "" */
};

/* `dir` (made, 0700) takes files that the shell reads; `label` goes into the prompt. */
bool cluster_shell_prepare(struct cluster_shell *shell, const struct place *place, const char *dir,
                           const char *kubeconfig, const char *label, struct error *err);
void cluster_shell_finish(struct cluster_shell *shell); /* idempotent; zeroed is fine */

#endif
