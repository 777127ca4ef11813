/* The objects of the simulated cluster: a pure function of the world, the settings and a moment.
 * Every object knows when it changed last, and the whole knows when something changes next, so a
 * watch needs no process that remembers: it compares two moments. Knows no HTTP. */
#ifndef CORE_REHEARSAL_KUBE_WORLD_H
#define CORE_REHEARSAL_KUBE_WORLD_H

#include "core/base/json.h"
#include "core/rehearsal/settings.h"
#include "core/rehearsal/world.h"

enum kube_kind {
    KUBE_NAMESPACE,
    KUBE_NODE,
    KUBE_POD,
    KUBE_SERVICE,
    KUBE_EVENT,
    KUBE_CLAIM,
    KUBE_VOLUME,
    KUBE_CONFIG_MAP,
    KUBE_SECRET,
    KUBE_SERVICE_ACCOUNT,
    KUBE_DEPLOYMENT,
    KUBE_REPLICA_SET,
    KUBE_DAEMON_SET,
    KUBE_STATEFUL_SET,
    KUBE_JOB,
    KUBE_INGRESS,
    KUBE_ENDPOINT_SLICE,
    KUBE_STORAGE_CLASS,
    KUBE_CSI_DRIVER,
    KUBE_CSI_NODE,
    KUBE_CERTIFICATE,
    KUBE_CERTIFICATE_REQUEST,
    KUBE_KINDS,
};

struct kube_resource {
    const char *group, *version; /* "" is the core group */
    const char *plural, *singular, *kind, *brief;
    bool namespaced;
};
extern const struct kube_resource kube_resources[KUBE_KINDS];

enum { KUBE_NAME = 200, KUBE_NODES_MAX = 32 };

struct kube_object {
    enum kube_kind kind;
    char ns[KUBE_NAME], name[KUBE_NAME], uid[37];
    int64_t created_ms, changed_ms;
    json_t *json; /* with kind, apiVersion and metadata */
};

struct kube_node {
    char name[96], ip[16];
    int64_t joined_ms, ready_ms;
};

struct kube_world {
    const struct world *world; /* lent while it is made */
    const struct settings *settings;
    const char *dir; /* where pods that clients created are kept; NULL: there are none */
    char region[32];
    int64_t now_ms;
    int64_t next_ms;    /* when something changes if nobody does anything; INT64_MAX: never */
    int64_t changed_ms; /* when something changed last; 0: there is nothing */
    struct world_cluster cluster;
    struct kube_node nodes[KUBE_NODES_MAX];
    int node_count; /* that have joined or will */
    struct kube_object **objects;
    size_t count, capacity;
};

/* The cluster as it is at that moment. `dir` may be NULL. */
void kube_world_make(struct kube_world *kube, const struct world *world,
                     const struct settings *settings, const char *dir, const char *region,
                     int64_t now_ms);
/* Certificates that are ready get `chain` (PEM in base64; may be NULL) as what was signed. */
void kube_sign(struct kube_world *kube, const char *chain);
void kube_world_finish(struct kube_world *kube); /* idempotent; zeroed is fine */

const struct kube_object *kube_find(const struct kube_world *kube, enum kube_kind kind,
                                    struct str ns, struct str name);

/* Whether a pod is there and ready to be talked to. */
bool kube_pod_is_ready(const struct kube_object *pod);

#endif
