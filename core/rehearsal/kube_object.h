/* Making objects of the simulated cluster: names, ids, times. Private to the kube_… files that say
 * what there is. */
#ifndef CORE_REHEARSAL_KUBE_OBJECT_H
#define CORE_REHEARSAL_KUBE_OBJECT_H

#include "core/rehearsal/kube_world.h"

#define KUBE_NEVER INT64_MAX

/* Whether that moment has come. Also notes it: as a change of the object (NULL: of what there is),
 * or as the next change to come. */
bool kube_past(struct kube_world *kube, struct kube_object *object, int64_t when_ms);

/* A new object with its metadata; lent. */
struct kube_object *kube_add(struct kube_world *kube, enum kube_kind kind, const char *ns,
                             const char *name, int64_t created_ms);

void kube_label(struct kube_object *object, const char *key, const char *value);
void kube_owned(struct kube_object *object, const struct kube_object *owner);
void kube_deleted(struct kube_object *object, int64_t when_ms, int grace_s);

/* An event about the object; it is gone after an hour. `last_ms` ≥ first_ms. */
struct kube_tale {
    const char *type, *reason, *component;
    int64_t first_ms, last_ms;
    int64_t count;
};
void kube_event(struct kube_world *kube, const struct kube_object *about,
                const struct kube_tale *tale, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* When a client deleted that object, which was made at `made_ms`; KUBE_NEVER: nobody did. */
int64_t kube_gone_ms(const struct kube_world *kube, enum kube_kind kind, const char *ns,
                     const char *name, int64_t made_ms);
/* The address in the world at which that is remembered. */
void kube_address(enum kube_kind kind, const char *ns, const char *name, char out[WORLD_ADDRESS]);

/* When what was deleted then is really gone; KUBE_NEVER stays so. */
int64_t kube_end_ms(const struct kube_world *kube, int64_t deleted_ms);

/* Milliseconds of that many seconds of the world. */
int64_t kube_ms(const struct kube_world *kube, double seconds);

/* "2026-11-22T14:21:07Z", as a new reference. */
json_t *kube_time(int64_t wall_ms);

/* "7c9d8f6b5d" of a text: as the controllers name what they make. `length` ≤ 10. */
void kube_hash(const char *text, size_t length, char out[11]);

/* One byte of an address, 2 to 253, that stays with the text. */
int kube_octet(const char *text);

/* ---- what there is ---- */

enum kube_trouble {
    KUBE_FINE,
    KUBE_NO_IMAGE,  /* cannot be pulled */
    KUBE_NO_MEMORY, /* fits on no node */
    KUBE_NO_CLAIM,  /* waits for its volume */
};

struct kube_pod { /* a pod's life; times are KUBE_NEVER when they do not come */
    const char *ns, *name, *app, *component, *container, *image, *cpu, *memory, *claim;
    const struct kube_object *owner;
    enum kube_trouble trouble;
    int node; /* of kube->nodes */
    int port; /* 0: none */
    int64_t created_ms, scheduled_ms, pulled_ms, running_ms, ready_ms;
    int64_t finished_ms; /* of a pod that ends by itself */
    int64_t deleted_ms;  /* KUBE_NEVER: not */
    int exit_code;
    json_t *spec; /* that a client gave; NULL: made from the above. A reference that is taken. */
};
struct kube_object *kube_pod_add(struct kube_world *kube, struct kube_pod *pod);

struct kube_app { /* a Deployment with its ReplicaSet and pods */
    const char *ns, *name, *app, *component, *container, *image, *cpu, *memory, *claim;
    int replicas, port;
    enum kube_trouble trouble;
    int64_t created_ms, ready_ms, deleted_ms;
};
void kube_app_add(struct kube_world *kube, const struct kube_app *app);

/* A DaemonSet with a pod on every node; on each ready `seconds` of the world after it could start.
 */
void kube_daemon_add(struct kube_world *kube, const char *name, const char *container,
                     const char *image, int64_t created_ms, double seconds);

struct kube_door { /* a Service with its EndpointSlice */
    const char *ns, *name, *app, *component;
    int port, target;
    bool balanced;    /* of type LoadBalancer */
    const char *host; /* its name, from named_ms on */
    int64_t created_ms, named_ms, deleted_ms;
};
void kube_door_add(struct kube_world *kube, const struct kube_door *door);

struct kube_storage { /* a PersistentVolumeClaim and, once bound, its volume */
    const char *ns, *name, *size;
    bool no_class;
    int64_t created_ms, bound_ms, deleted_ms;
};
void kube_storage_add(struct kube_world *kube, const struct kube_storage *storage);

/* A thing of terraform's as a span of time; false when it never was. What failed is never ready. */
bool kube_span(const struct world_thing *thing, int64_t *created_ms, int64_t *ready_ms,
               int64_t *deleted_ms);

void kube_add_nodes(struct kube_world *kube);  /* kube_node.c */
void kube_add_system(struct kube_world *kube); /* kube_system.c */
void kube_add_apps(struct kube_world *kube);   /* kube_apps.c */
void kube_add_domain(struct kube_world *kube); /* kube_domain.c */
void kube_add_guests(struct kube_world *kube); /* kube_guests.c: what clients created */
/* kube_service.c: who answers for each service, when all pods are there */
void kube_add_endpoints(struct kube_world *kube);

#endif
