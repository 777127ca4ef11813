/* The program that shows a cluster to those who know kubectl, when one is installed: k9s, else a
 * shell in which kubectl means this cluster. Prepared here; whoever has the terminal runs it. */
#ifndef CORE_SESSION_CLUSTER_TOOL_H
#define CORE_SESSION_CLUSTER_TOOL_H

#include "core/session/cluster_shell.h"

enum cluster_tool_kind { CLUSTER_TOOL_NONE, CLUSTER_TOOL_K9S, CLUSTER_TOOL_KUBECTL };

/* What there is in PATH. Runs nothing. */
enum cluster_tool_kind cluster_tool_find(const struct place *place);
const char *cluster_tool_name(enum cluster_tool_kind kind); /* "k9s", "kubectl"; "" */

struct cluster_tool {
    enum cluster_tool_kind kind;
    const char *const *argv;        /* to be run */
    const char *const *environment; /* KUBECONFIG is that of the deployment */
    char context[256];
    char kubeconfig[PATH_MAX];
    /* private */
    char program[4096];
    const char *words[10];
    char *owned[3];
    const char **variables;
    struct cluster_shell shell;
};

/* For the cluster of the deployment in `dir`. `namespace_name` is where to begin; "": in all.
 * ERROR_TOOL when nothing is installed, ERROR_INPUT when there is no cluster. The struct must not
 * move; place is borrowed. */
bool cluster_tool_prepare(struct cluster_tool *tool, const struct place *place, const char *dir,
                          const char *namespace_name, struct error *err);
void cluster_tool_finish(struct cluster_tool *tool); /* idempotent; zeroed is fine */

#endif
