/* DIR/kubeconfig, written and used: the one place where a deployment, the AWS keys of a profile and
 * an API server come together. Tokens are made here, in this process; kubectl makes them by calling
 * this program's `token`. */
#ifndef CORE_SESSION_CLUSTER_ACCESS_H
#define CORE_SESSION_CLUSTER_ACCESS_H

#include "core/aws/resolve.h"
#include "core/kube/kube.h"
#include "core/session/place.h"

struct cluster_access {
    struct kube kube; /* ready for requests, reflectors and forwards */
    /* private */
    const struct place *place;
    enum surrounding_id source; /* of a run, when it had no profile; may be set after opening */
    char profile[128], region[64], cluster[128];
    struct profiles profiles; /* while somebody is asked for keys */
    struct creds_world world;
    struct creds_resolve resolve;
};

/* Reads DIR/kubeconfig. `profile` (copied) is whose keys make the tokens: NULL or "" for what
 * --profile and the environment say. `signals` may be NULL: then a kubeconfig whose plugin is
 * another program is refused. The access must not move while it is open; http, signals and place
 * are borrowed. */
bool cluster_access_open(struct cluster_access *access, struct http *http, struct signals *signals,
                         const struct place *place, const char *dir, const char *profile,
                         struct error *err);
void cluster_access_finish(struct cluster_access *access); /* idempotent; zeroed is fine */

struct cluster_values { /* all borrowed */
    const char *name, *region;
    const char *endpoint; /* https://… */
    const char *ca_data;  /* PEM in base64 */
    bool aws_cli;         /* tokens come from the AWS CLI instead of this program */
};

/* Writes DIR/kubeconfig for this cluster (place->dir) and gives its path. `profile` may be NULL. In
 * a rehearsal the AWS CLI is refused: there is no account that it could sign for. */
bool session_kubeconfig_write(const struct place *place, const struct cluster_values *values,
                              const char *profile, char path[PATH_MAX], struct error *err);

/* One for people who have the AWS CLI and not this program, with no profile of ours in it. */
bool session_kubeconfig_share(const char *path, const struct cluster_values *values,
                              struct error *err);

/* The same three entries into the operator's own file (KUBECONFIG, ~/.kube/config), and out of it.
 */
bool session_kubeconfig_merge(const struct place *place, const struct cluster_values *values,
                              const char *profile, char path[PATH_MAX], struct error *err);
bool session_kubeconfig_forget(const struct place *place, const char *name, bool *removed,
                               char path[PATH_MAX], struct error *err);

#endif
