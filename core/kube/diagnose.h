/* Why is it not ready, and what would help: one sentence each, from what the API server says of a
 * pod and of what stands around it. Pure; time is an argument. The order in which causes are looked
 * for is the order of what holds a pod up: admission, scheduling, volumes, image, configuration,
 * start, probes, end. */
#ifndef CORE_KUBE_DIAGNOSE_H
#define CORE_KUBE_DIAGNOSE_H

#include "core/kube/object.h"

enum diagnosis_level {
    DIAGNOSIS_FINE,    /* nothing to say */
    DIAGNOSIS_WAITING, /* under way, within its usual time */
    DIAGNOSIS_PROBLEM, /* does not come right by waiting, or not soon */
};

#define DIAGNOSIS_DETAILS 4

struct diagnosis {
    enum diagnosis_level level;
    char headline[512];                   /* a sentence */
    char hint[320];                       /* what would help, a sentence; "" */
    char details[DIAGNOSIS_DETAILS][512]; /* further hits */
    size_t detail_count;
    char container[64]; /* whose log says more; "" */
    bool previous;      /* that of its last life */
};

/* What is known around; each table may be NULL when it is not. Borrowed. */
struct diagnose_world {
    const struct records *pods, *nodes, *events, *claims, *services, *workloads;
    /* what is not in these is not in the cluster: NULL until they were read to their end */
    const struct records *endpoints, *classes, *drivers, *csi_nodes;
    const int64_t (*room)[POD_RESOURCES]; /* by diagnose_rooms; NULL: nobody counted */
    int64_t now_ms;                       /* wall */
};

/* Clears *out first. */
void diagnose_pod(const struct pod *pod, const struct diagnose_world *world, struct diagnosis *out);
/* A deployment that cannot even make its pods, or whose roll-out has failed. */
void diagnose_workload(const struct workload *workload, const struct diagnose_world *world,
                       struct diagnosis *out);
/* A load balancer that does not come, or a service that nothing stands behind. */
void diagnose_service(const struct service *service, const struct diagnose_world *world,
                      struct diagnosis *out);

/* Whether the service sends to this pod, when it is ready. */
bool diagnose_selects(const struct service *service, const struct pod *pod);

/* Counts what is free on each node of world->nodes: what can be allocated, less what its pods ask
 * for. `room` has a place for each node, in the order of the table. */
void diagnose_rooms(const struct diagnose_world *world, int64_t (*room)[POD_RESOURCES]);

/* Headline and hint as one text. Returns `out`. */
#define DIAGNOSIS_TEXT 840
const char *diagnosis_text(const struct diagnosis *diagnosis, char out[DIAGNOSIS_TEXT]);

#endif
