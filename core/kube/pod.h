/* One pod as kubectl shows it and as diagnose reads it: what its JSON says, reduced. STATUS, READY
 * and RESTARTS are computed as the API server does (printPod in pkg/printers/internalversion). */
#ifndef CORE_KUBE_POD_H
#define CORE_KUBE_POD_H

#include "core/kube/duration.h"
#include "core/kube/record.h"

enum pod_resource { POD_CPU, POD_MEMORY, POD_STORAGE, POD_GPU, POD_RESOURCES };
extern const char *const pod_resource_names[POD_RESOURCES]; /* "cpu" … "nvidia.com/gpu" */

enum container_kind { CONTAINER_INIT, CONTAINER_SIDECAR, CONTAINER_MAIN };
enum container_state { CONTAINER_NONE, CONTAINER_WAITING, CONTAINER_RUNNING, CONTAINER_ENDED };

struct container_end {
    const char *reason, *message;
    int code, signal;
    int64_t ended_ms;
    bool seen;
};

struct pod_container {
    const char *name, *image;
    const char *reason, *message;   /* of waiting */
    struct container_end now, last; /* state.terminated, lastState.terminated */
    enum container_kind kind;
    enum container_state state;
    int restarts;
    int64_t since_ms;     /* running since */
    int64_t memory_limit; /* thousandths of bytes; 0: none */
    bool ready, started;
};

struct pod {
    struct record record;
    const char *version; /* resourceVersion: the same object when it is the same */
    const char *status;  /* kubectl's column */
    const char *phase, *reason, *message;
    const char *node, *ip, *nominated;
    const char *owner_kind, *owner;          /* the controller; "" */
    const char *unscheduled, *unschedulable; /* reason and message of PodScheduled=False */
    const char *labels;                      /* ",app=x,tier=y," */
    const char *claims;                      /* names of claims, the same way */
    const char *gates, *finalizers;          /* the same way */
    struct pod_container *containers;        /* init containers first, in their order */
    size_t container_count;
    int64_t request[POD_RESOURCES]; /* thousandths: what the scheduler looks for */
    int64_t restarted_ms;           /* the last restart; 0: none seen */
    int64_t restarts;
    int64_t scheduled_ms;       /* 0: not yet */
    int ready, total;           /* READY */
    int gates_true, gate_count; /* readiness gates */
    int grace_s;                /* deletionGracePeriodSeconds */
    bool is_ready;              /* the condition Ready */
    bool conditions;            /* it has any condition at all */
    char *why;                  /* its owner's note, for pod_free; NULL after pod_parse */
};

/* How servers differ: pod_newest for 1.35 and later, pod_until_134 before. */
struct pod_rules {
    bool until_134;
};

/* Members, whole objects and arrays, that pod_parse does not read: for thin(). */
extern const char *const pod_unread[];

/* NULL when it has no name. pod_free it. */
struct pod *pod_parse(const json_t *object, const struct pod_rules *rules);
void pod_free(struct pod *pod); /* NULL is fine */

const char *pod_ready(const struct pod *pod, char out[DURATION_TEXT]); /* "1/2" */
/* "0", "3 (2d4h ago)". */
const char *pod_restarts(const struct pod *pod, int64_t now_ms, char out[2 * DURATION_TEXT]);
const char *pod_age(const struct pod *pod, int64_t now_ms, char out[DURATION_TEXT]);

/* "1/2", or "<none>" without readiness gates. */
const char *pod_gates(const struct pod *pod, char out[DURATION_TEXT]);

/* It does what it should, or has done it: nobody need ask why. */
bool pod_is_fine(const struct pod *pod);

/* ---- private to pod*.c ---- */

struct pod_columns {
    char status[256];
    int ready, total;
    int64_t restarts, restarted_ms;
};
void pod_columns(const json_t *object, const struct pod_rules *rules, struct pod_columns *out);

#endif
