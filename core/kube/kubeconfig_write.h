/* Writing kubeconfig files: one for a single cluster, and our three entries into (or out of) a file
 * of the operator's. Values, their style and unknown keys are kept as they are; comments and blank
 * lines of a file that is changed are not (libyaml does not hand them on). */
#ifndef CORE_KUBE_KUBECONFIG_WRITE_H
#define CORE_KUBE_KUBECONFIG_WRITE_H

#include <limits.h>

#include "core/base/error.h"

struct kubeconfig_entry { /* all borrowed */
    const char *name;     /* of cluster, user and context */
    const char *server;
    const char *server_name;        /* in its certificate, instead of server's; may be NULL */
    const char *ca_data;            /* PEM in base64 */
    const char *command;            /* of the exec plugin: an absolute path, or a name in PATH */
    const char *const *args;        /* NULL-terminated, without the command */
    const char *const *environment; /* "NAME=value", NULL-terminated; may be NULL */
};

/* Writes a file that holds this one cluster and is current; replaces what is there. 0600. */
bool kubeconfig_write(const char *path, const struct kubeconfig_entry *entry, struct error *err);

/* Replaces or appends cluster, user and context in the file, under kubectl's lock (FILE.lock). A
 * namespace of the context that is there is kept, current-context set only when the file was new or
 * empty. Atomic, through symbolic links; mode kept, never wider than 0600 for a new file.
 * ERROR_BUSY when somebody holds the lock. */
bool kubeconfig_merge(const char *path, const struct kubeconfig_entry *entry, struct error *err);

/* Removes the three entries of that name, and current-context when it names them. A file that is
 * missing or does not have them is fine and left untouched; *removed says whether it had. */
bool kubeconfig_remove(const char *path, const char *name, bool *removed, struct error *err);

/* The file that a merge changes: of the list in `variable` (KUBECONFIG) the one that has this
 * cluster already, else the first that exists, else the last; without a list home/.kube/config. */
bool kubeconfig_target(const char *variable, const char *home, const char *name,
                       char path[PATH_MAX], struct error *err);

#endif
