/* The live view of one cluster's pods: what there is, why it is not ready, and how fresh that is.
 * A reflector for each kind feeds a sorted table; what is said of the pods is thought over at most
 * once a second. Independent of runs and deployments: whoever has a struct kube may start one. */
#ifndef CORE_SESSION_SESSION_PODS_H
#define CORE_SESSION_SESSION_PODS_H

#include "core/kube/diagnose.h"
#include "core/kube/podlog.h"
#include "core/kube/reflector.h"

enum pods_kind {
    PODS_PODS,
    PODS_NODES,
    PODS_EVENTS,
    PODS_SERVICES,
    PODS_CLAIMS,
    PODS_WORKLOADS,
    PODS_ENDPOINTS, /* EndpointSlices */
    PODS_CLASSES,   /* StorageClasses */
    PODS_DRIVERS,   /* CSIDrivers */
    PODS_CSI_NODES,
    PODS_KINDS,
};

/* The last words of containers that ended, one log at a time. */
#define PODS_WORDS 32
struct pods_word {
    char key[300]; /* of the pod; "" for a free place */
    char container[64];
    int restarts; /* of the container, when it was asked */
    char text[240];
    bool asked; /* and the answer is here, if only an empty one */
};

/* The log of one container that somebody looks at. */
struct pods_log {
    char key[300], container[64]; /* "": nobody looks */
    bool previous;
    struct buf text; /* the last lines, sanitised, each ended by a newline */
    uint64_t first;  /* lines that were dropped before them */
    uint64_t number; /* of the reading: another one begins with no lines */
    bool stale;      /* private: a new reading has brought no line yet */
    bool over;       /* no more lines come: `error` says why, when it is set */
    struct error error;
    int restarts; /* of the container, when it was begun */
    int64_t over_ms;
    struct podlog log;
};

struct session_pods {
    struct loop *loop;
    struct kube *kube;
    struct reflector reflectors[PODS_KINDS];
    struct records tables[PODS_KINDS];
    struct pod_rules rules;
    char version[32]; /* of the server, "v1.34.9"; "" while not known */
    struct pods_log shown;

    /* One pod was added, changed (or what is said of it) or is gone; then `pod` is as it was last.
     * May be NULL. */
    void (*changed)(struct session_pods *pods, enum reflector_change change, const struct pod *pod);
    void *context; /* the owner's */

    /* private */
    struct kube_request version_request;
    struct timer beat;
    int64_t (*room)[POD_RESOURCES];
    struct pods_word words[PODS_WORDS];
    struct podlog log;
    int asking; /* index of the word whose log is being read; -1 */
    unsigned beats;
    bool started, rethink, thought;
};

/* Begins to list and watch; `namespace` "" means all, and `fallback` is watched where all are
 * forbidden (both copied). `pods` must be zeroed or finished, but for `changed` and `context`; the
 * kube is borrowed until the finish. */
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

/* The one sentence that explains best what this namespace ("": all), or this deployment in it
 * (NULL: any), waits for: pods, load balancers and rollouts. *about (may be NULL) is what it is
 * about. False when there is nothing to say. */
bool session_pods_waiting(const struct session_pods *pods, const char *namespace,
                          const char *deployment, struct diagnosis *out,
                          const struct record **about);

/* Reads pods->shown: the last lines of this container, and those that come; the last life of one
 * that ended. To be called again and again: reads anew when pod, container or life are others.
 * NULL: ends it. */
void session_pods_show_log(struct session_pods *pods, const struct pod *pod, const char *container,
                           bool previous);

/* Everything was read once that can be read, and thought over. */
bool session_pods_complete(const struct session_pods *pods);
/* Last words are still being asked for. */
bool session_pods_asking(const struct session_pods *pods);
/* What is shown may be old or is not all: why, as a sentence, in `out`. False when it is live. */
bool session_pods_stale(const struct session_pods *pods, char *out, size_t capacity);
/* The error that keeps pods from being listed at all; NULL when there is none. */
const struct error *session_pods_refused(const struct session_pods *pods);

int64_t session_pods_now(const struct session_pods *pods); /* wall, for ages */

struct session;
/* Keeps session->pods open while it is wanted, and closes it otherwise; to be called again and
 * again. Where the cluster cannot be asked yet (no kubeconfig) it is tried anew after a while. */
void session_pods_want(struct session *session, bool wanted);
void session_pods_close(struct session *session); /* idempotent */

/* What the stages that are being worked on, or that failed, wait for in the cluster, where that is
 * known. */
bool session_pods_explain(const struct session *session, struct diagnosis *out,
                          const struct record **about);

#endif
