/* Nodes, services and their endpoints, events, claims and what makes their volumes, and workloads
 * (Deployments), reduced to what is shown of them and what tells why a pod is not ready; columns as
 * kubectl prints them. Each _parse gives NULL when the object has no name, otherwise one allocation
 * that begins with its record: free() it. */
#ifndef CORE_KUBE_OBJECT_H
#define CORE_KUBE_OBJECT_H

#include "core/kube/pod.h"

struct node {
    struct record record;
    const char *status; /* "Ready", "NotReady,SchedulingDisabled" */
    const char *roles, *version, *internal_ip, *external_ip;
    const char *zone, *instance_type, *group; /* labels of AWS; "" */
    const char *taints;                       /* ",key=value:NoSchedule,"; "" */
    const char *pressures;              /* conditions that should not be: ",MemoryPressure,"; "" */
    const char *message;                /* of Ready when it is not True */
    int64_t allocatable[POD_RESOURCES]; /* thousandths */
    int64_t pods;                       /* allocatable slots */
    bool ready, cordoned;
};
struct node *node_parse(const json_t *object);
/* Whether a pod without tolerations may be put there. */
bool node_is_open(const struct node *node);

struct service {
    struct record record;
    const char *type, *cluster_ip, *external_ip, *ports, *selector; /* columns */
    const char *host;  /* of the load balancer: a name or an address; "" while there is none */
    const char *class; /* spec.loadBalancerClass; "" */
    bool balanced;     /* type LoadBalancer */
};
struct service *service_parse(const json_t *object);

struct endpoint_slice { /* an EndpointSlice; a service may have several */
    struct record record;
    const char *service; /* in the slice's namespace; "" when it belongs to none */
    int64_t all, ready;
};
struct endpoint_slice *endpoint_slice_parse(const json_t *object);
/* Counts in *all slices what stands behind the service; false when no slice is the service's. */
bool endpoint_slices_count(const struct records *slices, const struct service *service,
                           int64_t *all, int64_t *ready);

struct event {
    struct record record;
    const char *kind, *about; /* of the object that it is about, and its name */
    const char *about_uid;
    const char *type, *reason, *message, *source;
    int64_t first_ms, last_ms; /* wall; 0: unknown */
    int64_t count;
};
struct event *event_parse(const json_t *object);

struct claim { /* PersistentVolumeClaim */
    struct record record;
    const char *status, *volume, *capacity, *modes, *class; /* columns */
    const char *asked;                                      /* spec.resources.requests.storage */
    const char *selected;                                   /* node that the scheduler chose; "" */
    bool bound;
    bool classless; /* names no class at all */
};
struct claim *claim_parse(const json_t *object);

struct storage_class {
    struct record record;
    const char *provisioner;
    bool is_default;
    bool waits; /* makes a volume when a pod that wants it has found its node */
};
struct storage_class *storage_class_parse(const json_t *object);
/* The class of claims that name none; NULL when there is none. */
const struct storage_class *storage_class_default(const struct records *classes);

/* A CSIDriver: its name says all. */
struct record *csi_driver_parse(const json_t *object);

struct csi_node { /* drivers that run on the node of the same name */
    struct record record;
    const char *drivers; /* ",a,b,"; "" */
};
struct csi_node *csi_node_parse(const json_t *object);

enum rollout { ROLLOUT_DONE, ROLLOUT_GOING, ROLLOUT_FAILED };
struct workload { /* a Deployment */
    struct record record;
    int64_t wanted, replicas, updated, ready, available;
    enum rollout rollout;
    const char *rollout_text;    /* what it waits for; "" when done */
    const char *replica_failure; /* message of the condition ReplicaFailure; "" */
};
struct workload *workload_parse(const json_t *object);

/* The events about one object, by its kind and name, from first to last known: the next one behind
 * *at, which begins as 0. NULL when there are no more. Event names begin with the object's name. */
const struct event *events_about(const struct records *events, const char *kind,
                                 const struct record *object, size_t *at);

#endif
