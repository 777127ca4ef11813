/* The live view of one cluster's pods: what there is, why it is not ready, and how fresh that is.
 * Six reflectors feed sorted tables; what is said about a pod is thought over at most once a
 * second. Independent of runs and deployments: whoever has a struct kube may start one. */
#ifndef CORE_SESSION_SESSION_PODS_H
#define CORE_SESSION_SESSION_PODS_H

#include "core/kube/diagnose.h"
#include "core/kube/reflector.h"

enum pods_kind {
    PODS_PODS,
    PODS_NODES,
    PODS_EVENTS,
    PODS_SERVICES,
    PODS_CLAIMS,
    PODS_WORKLOADS,
    PODS_KINDS,
};

struct session_pods {
    struct loop *loop;
    struct kube *kube;
    struct reflector reflectors[PODS_KINDS];
    struct records tables[PODS_KINDS];
    struct pod_rules rules;
    char version[32]; /* of the server, "v1.34.9"; "" while not known */

    /* One pod was added, changed or is gone (`pod` is as it was last). May be NULL. */
    void (*changed)(struct session_pods *pods, enum reflector_change change, const struct pod *pod);
    void *context; /* the owner's */

    /* private */
    struct kube_request version_request;
    struct timer beat;
    bool started, rethink;
    int64_t thought_ms; /* monotonic */
};

/* Begins to list and watch; `namespace` "" means all, and `fallback` is watched where all are
 * forbidden. `pods` must be zeroed or finished; the kube is borrowed until the finish. */
void session_pods_start(struct session_pods *pods, struct kube *kube, const char *namespace,
                        const char *fallback);
void session_pods_finish(struct session_pods *pods); /* idempotent; zeroed is fine */

/* Pods in the API server's order; the pointers are good until the next turn of the loop. */
size_t session_pods_count(const struct session_pods *pods);
const struct pod *session_pods_at(const struct session_pods *pods, size_t index);
const struct pod *session_pods_get(const struct session_pods *pods, const char *namespace,
                                   const char *name);

/* Why this pod is not ready and what would help, as one text; NULL when there is nothing to say. */
const char *session_pods_why(const struct pod *pod);

/* The whole diagnosis of it, with details, as of now. */
void session_pods_diagnose(const struct session_pods *pods, const struct pod *pod,
                           struct diagnosis *out);

/* The one sentence that explains best what this namespace, or this deployment in it (NULL: any),
 * waits for: pods, load balancers and roll-outs. False when there is nothing to say. */
bool session_pods_waiting(const struct session_pods *pods, const char *namespace,
                          const char *deployment, struct diagnosis *out);

/* What is there was read to its end at least once. */
bool session_pods_complete(const struct session_pods *pods);
/* What is shown may be old or is not all: why, as a sentence, in `out`. False when it is live. */
bool session_pods_stale(const struct session_pods *pods, char *out, size_t capacity);

int64_t session_pods_now(const struct session_pods *pods); /* wall, for ages */

struct session;
/* The view of the deployment that is open (session->pods), kept while somebody wants it. False with
 * *err when its cluster cannot be reached yet: no kubeconfig, no credentials. */
bool session_pods_open(struct session *session, struct error *err);
void session_pods_close(struct session *session); /* idempotent */

#endif
