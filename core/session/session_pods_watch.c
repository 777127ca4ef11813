/* What is listed and watched, and how it gets into the tables. */
#include <sys/random.h>

#include "core/base/alloc.h"
#include "core/session/session_pods_work.h"

enum { EVENTS_MOST = 20000, OTHERS_MOST = 50000 };

static const struct {
    const char *group, *resource;
    bool cluster_wide;
} kinds[PODS_KINDS] = {
    [PODS_PODS] = {"/api/v1", "pods", false},
    [PODS_NODES] = {"/api/v1", "nodes", true},
    [PODS_EVENTS] = {"/api/v1", "events", false},
    [PODS_SERVICES] = {"/api/v1", "services", false},
    [PODS_CLAIMS] = {"/api/v1", "persistentvolumeclaims", false},
    [PODS_WORKLOADS] = {"/apis/apps/v1", "deployments", false},
    [PODS_ENDPOINTS] = {"/apis/discovery.k8s.io/v1", "endpointslices", false},
    [PODS_CLASSES] = {"/apis/storage.k8s.io/v1", "storageclasses", true},
    [PODS_DRIVERS] = {"/apis/storage.k8s.io/v1", "csidrivers", true},
    [PODS_CSI_NODES] = {"/apis/storage.k8s.io/v1", "csinodes", true},
};

static struct pod *parse_pod(struct session_pods *pods, const json_t *object)
{
    struct pod *pod = pod_parse(object, &pods->rules);
    if (pod && pods->thought) {
        struct diagnose_world world = session_pods_world(pods);
        /* counted before this change: good for the second until all is thought over */
        session_pods_note(pods, pod, &world);
    }
    return pod;
}

/* A list that is read anew tells again what is known already. */
static bool is_known(const struct pod *old, const struct pod *pod)
{
    return old && pod->version[0] && strcmp(old->version, pod->version) == 0 &&
           strcmp(old->record.uid, pod->record.uid) == 0;
}

/* The end of a pod whose name another one has taken already. */
static bool is_another(const struct pod *old, const struct pod *pod)
{
    return old && pod->record.uid[0] && strcmp(old->record.uid, pod->record.uid) != 0;
}

static void put_pod(struct session_pods *pods, enum reflector_change change, const json_t *object)
{
    struct records *table = &pods->tables[PODS_PODS];
    struct pod *pod = parse_pod(pods, object), *old = NULL;
    if (!pod)
        return;
    old = (void *)records_get(table, pod->record.namespace, pod->record.name);
    if (change != REFLECTOR_DELETED) {
        bool news = !is_known(old, pod);
        records_put(table, &pod->record);
        if (news && pods->changed)
            pods->changed(pods, change, pod);
        return;
    }
    if (is_another(old, pod)) {
        pod_free(pod);
        return;
    }
    old = (void *)records_take(table, pod->record.key);
    /* after a list what is gone comes as a name alone: then it is shown as it was */
    if (pods->changed && (old || pod->phase[0]))
        pods->changed(pods, change, pod->phase[0] || !old ? pod : old);
    pod_free(old);
    pod_free(pod);
}

static struct record *parse(enum pods_kind kind, const json_t *object)
{
    switch (kind) {
    case PODS_NODES:
        return (void *)node_parse(object);
    case PODS_EVENTS:
        return (void *)event_parse(object);
    case PODS_SERVICES:
        return (void *)service_parse(object);
    case PODS_CLAIMS:
        return (void *)claim_parse(object);
    case PODS_WORKLOADS:
        return (void *)workload_parse(object);
    case PODS_ENDPOINTS:
        return (void *)endpoint_slice_parse(object);
    case PODS_CLASSES:
        return (void *)storage_class_parse(object);
    case PODS_DRIVERS:
        return csi_driver_parse(object);
    case PODS_CSI_NODES:
        return (void *)csi_node_parse(object);
    case PODS_PODS:
    case PODS_KINDS:
        break;
    }
    return NULL;
}

static void on_item(struct reflector *reflector, enum reflector_change change, const json_t *object)
{
    struct session_pods *pods = reflector->context;
    enum pods_kind kind = (enum pods_kind)(reflector - pods->reflectors);
    pods->rethink = true;
    if (kind == PODS_PODS) {
        put_pod(pods, change, object);
        return;
    }
    if (kind == PODS_NODES) {
        /* its places are those of the table */
        free(pods->room);
        pods->room = NULL;
    }
    struct record *record = parse(kind, object);
    if (record && change == REFLECTOR_DELETED) {
        records_drop(&pods->tables[kind], record->key);
        free(record);
    } else if (record) {
        records_put(&pods->tables[kind], record);
    }
}

static void on_state(struct reflector *reflector)
{
    struct session_pods *pods = reflector->context;
    pods->rethink = true;
    if (!pods->thought && session_pods_all_read(pods))
        loop_after(pods->loop, &pods->beat, 0);
}

/* ---- beginning ---- */

static double random_share(void)
{
    uint32_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        return 0.5;
    return bits / 4294967296.0;
}

static void release_pod(struct record *record)
{
    pod_free((void *)record);
}

void session_pods_prepare(struct session_pods *pods, const char *namespace, const char *fallback)
{
    for (int i = 0; i < PODS_KINDS; i++) {
        struct reflector *reflector = &pods->reflectors[i];
        reflector_init(reflector, pods->kube, kinds[i].group, kinds[i].resource);
        reflector->unread = i == PODS_PODS ? pod_unread : record_unread;
        if (!kinds[i].cluster_wide) {
            str_copy(str_of(namespace), reflector->namespace_name,
                     sizeof reflector->namespace_name);
            str_copy(str_of(fallback), reflector->fallback, sizeof reflector->fallback);
        }
        reflector->random = random_share;
        reflector->context = pods;
        reflector->item = on_item;
        reflector->changed = on_state;
        pods->tables[i] = (struct records){.most = i == PODS_EVENTS ? EVENTS_MOST : OTHERS_MOST};
    }
    pods->tables[PODS_PODS].release = release_pod;
    pods->tables[PODS_PODS].most = 0;
}
