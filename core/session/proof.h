/* The proof from inside: a pod in the hub's namespace installs a package from the index by its
 * address in the cluster, imports it and calls a function; what it printed is the proof. Whatever
 * keeps it from happening is said, and fails no stage. The pod is deleted in any case. */
#ifndef CORE_SESSION_PROOF_H
#define CORE_SESSION_PROOF_H

#include "core/io/task.h"
#include "core/session/cluster_access.h"

struct proof_wish {      /* all borrowed for proof_init */
    const char *dir;     /* the deployment, with its kubeconfig */
    const char *profile; /* may be NULL */
    const char *namespace;
    const char *image;
    const char *index_url;         /* as pods see it, with /simple/ */
    const char *user;              /* for reading; NULL: everyone may */
    const struct secret *password; /* borrowed until the end; goes into a Secret of the cluster that
                                      lives as long as the pod */
    const char *package, *module;  /* "demo-pkg", "demo_pkg": whose hello() is called */
};

/* Ends DONE with `line`; WARNED when it could not be tried or did not work: error says why. */
struct proof {
    struct task task; /* note: what it waits for */
    char line[200];   /* "hello from demo_pkg", sanitised */

    /* private */
    struct cluster_access access;
    struct kube_request request;
    struct http *http;
    struct signals *signals;
    const struct place *place;
    const struct secret *password;
    struct timer timer;
    char dir[PATH_MAX], profile[128], namespace[64], image[256], index_url[1024], user[128];
    char package[64], module[64], name[64];
    enum { PROOF_IDLE, PROOF_POD, PROOF_SECRET, PROOF_WAIT, PROOF_LOG, PROOF_CLEAN } step;
    bool stopped;
    int64_t until_ms;
    enum task_state outcome;
    struct error why;
};

/* Prepares the task in zeroed memory; its end is task_finish. */
bool proof_init(struct proof *proof, struct http *http, struct signals *signals,
                const struct place *place, const struct proof_wish *wish, struct error *err);

#endif
