/* Objects, their ids and their times. */
#include "core/rehearsal/kube_object.h"

#include <stdarg.h>

#include "core/base/clock.h"
#include "core/rehearsal/values.h"
#include "core/rehearsal/world_things.h"

#include "core/base/alloc.h"

enum { EVENT_LIFE_MS = 3600000 };

const struct kube_resource kube_resources[KUBE_KINDS] = {
    [KUBE_NAMESPACE] = {"", "v1", "namespaces", "namespace", "Namespace", "ns", false},
    [KUBE_NODE] = {"", "v1", "nodes", "node", "Node", "no", false},
    [KUBE_POD] = {"", "v1", "pods", "pod", "Pod", "po", true},
    [KUBE_SERVICE] = {"", "v1", "services", "service", "Service", "svc", true},
    [KUBE_EVENT] = {"", "v1", "events", "event", "Event", "ev", true},
    [KUBE_CLAIM] = {"", "v1", "persistentvolumeclaims", "persistentvolumeclaim",
                    "PersistentVolumeClaim", "pvc", true},
    [KUBE_VOLUME] = {"", "v1", "persistentvolumes", "persistentvolume", "PersistentVolume", "pv",
                     false},
    [KUBE_CONFIG_MAP] = {"", "v1", "configmaps", "configmap", "ConfigMap", "cm", true},
    [KUBE_SECRET] = {"", "v1", "secrets", "secret", "Secret", "", true},
    [KUBE_SERVICE_ACCOUNT] = {"", "v1", "serviceaccounts", "serviceaccount", "ServiceAccount", "sa",
                              true},
    [KUBE_DEPLOYMENT] = {"apps", "v1", "deployments", "deployment", "Deployment", "deploy", true},
    [KUBE_REPLICA_SET] = {"apps", "v1", "replicasets", "replicaset", "ReplicaSet", "rs", true},
    [KUBE_DAEMON_SET] = {"apps", "v1", "daemonsets", "daemonset", "DaemonSet", "ds", true},
    [KUBE_STATEFUL_SET] = {"apps", "v1", "statefulsets", "statefulset", "StatefulSet", "sts", true},
    [KUBE_JOB] = {"batch", "v1", "jobs", "job", "Job", "", true},
    [KUBE_INGRESS] = {"networking.k8s.io", "v1", "ingresses", "ingress", "Ingress", "ing", true},
    [KUBE_ENDPOINT_SLICE] = {"discovery.k8s.io", "v1", "endpointslices", "endpointslice",
                             "EndpointSlice", "", true},
    [KUBE_STORAGE_CLASS] = {"storage.k8s.io", "v1", "storageclasses", "storageclass",
                            "StorageClass", "sc", false},
    [KUBE_CSI_DRIVER] = {"storage.k8s.io", "v1", "csidrivers", "csidriver", "CSIDriver", "", false},
    [KUBE_CSI_NODE] = {"storage.k8s.io", "v1", "csinodes", "csinode", "CSINode", "", false},
    [KUBE_CERTIFICATE] = {"cert-manager.io", "v1", "certificates", "certificate", "Certificate",
                          "cert", true},
    [KUBE_CERTIFICATE_REQUEST] = {"cert-manager.io", "v1", "certificaterequests",
                                  "certificaterequest", "CertificateRequest", "cr", true},
};

bool kube_past(struct kube_world *kube, struct kube_object *object, int64_t when_ms)
{
    if (when_ms > kube->now_ms) {
        if (when_ms < kube->next_ms)
            kube->next_ms = when_ms;
        return false;
    }
    int64_t *changed_ms = object ? &object->changed_ms : &kube->changed_ms;
    if (when_ms > *changed_ms)
        *changed_ms = when_ms; /* of the whole: something came or went */
    return true;
}

json_t *kube_time(int64_t wall_ms)
{
    char text[CLOCK_TEXT];
    return json_string(clock_rfc3339(wall_ms, text));
}

static void make_uid(const struct kube_object *object, char out[37])
{
    char hex[33];
    char *text = alloc_printf("%d/%s/%s/%lld", (int)object->kind, object->ns, object->name,
                              (long long)object->created_ms);
    values_digest(str_of(text), 32, false, hex);
    free(text);
    snprintf(out, 37, "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
}

struct kube_object *kube_add(struct kube_world *kube, enum kube_kind kind, const char *ns,
                             const char *name, int64_t created_ms)
{
    const struct kube_resource *resource = &kube_resources[kind];
    struct kube_object *object = alloc_zeroed(1, sizeof *object);
    object->kind = kind;
    object->created_ms = object->changed_ms = created_ms;
    str_copy(str_of(resource->namespaced ? ns : ""), object->ns, sizeof object->ns);
    str_copy(str_of(name), object->name, sizeof object->name);
    make_uid(object, object->uid);
    json_t *metadata = json_object();
    js_set_text(metadata, "name", object->name);
    if (resource->namespaced)
        js_set_text(metadata, "namespace", object->ns);
    js_set_text(metadata, "uid", object->uid);
    js_set_text(metadata, "resourceVersion", ""); /* its place; the value comes last */
    js_set(metadata, "creationTimestamp", kube_time(created_ms));
    object->json = json_object();
    js_set_text(object->json, "kind", resource->kind);
    char *version = *resource->group ? alloc_printf("%s/%s", resource->group, resource->version)
                                     : alloc_copy(str_of(resource->version));
    js_set_text(object->json, "apiVersion", version);
    free(version);
    js_set(object->json, "metadata", metadata);
    alloc_room(&kube->objects, kube->count, &kube->capacity, sizeof(void *));
    kube->objects[kube->count++] = object;
    return object;
}

static json_t *metadata_of(struct kube_object *object)
{
    return json_object_get(object->json, "metadata");
}

void kube_label(struct kube_object *object, const char *key, const char *value)
{
    json_t *labels = json_object_get(metadata_of(object), "labels");
    if (!labels)
        js_set(metadata_of(object), "labels", labels = json_object());
    js_set_text(labels, key, value);
}

void kube_owned(struct kube_object *object, const struct kube_object *owner)
{
    js_set(metadata_of(object), "ownerReferences",
           json_pack("[{s:s, s:s, s:s, s:s, s:b, s:b}]", "apiVersion",
                     js_text(owner->json, "apiVersion"), "kind", js_text(owner->json, "kind"),
                     "name", owner->name, "uid", owner->uid, "controller", 1, "blockOwnerDeletion",
                     1));
}

void kube_deleted(struct kube_object *object, int64_t when_ms, int grace_s)
{
    js_set(metadata_of(object), "deletionTimestamp", kube_time(when_ms + grace_s * 1000));
    js_set_int(metadata_of(object), "deletionGracePeriodSeconds", grace_s);
    if (when_ms > object->changed_ms)
        object->changed_ms = when_ms;
}

static json_t *reference_to(const struct kube_object *object)
{
    json_t *to = json_object();
    js_set_text(to, "kind", js_text(object->json, "kind"));
    if (*object->ns)
        js_set_text(to, "namespace", object->ns);
    js_set_text(to, "name", object->name);
    js_set_text(to, "uid", object->uid);
    js_set_text(to, "apiVersion", js_text(object->json, "apiVersion"));
    return to;
}

void kube_event(struct kube_world *kube, const struct kube_object *about,
                const struct kube_tale *tale, const char *format, ...)
{
    char message[1024], hash[11];
    va_list arguments;
    if (!kube_past(kube, NULL, tale->first_ms) ||
        kube_past(kube, NULL, tale->last_ms + EVENT_LIFE_MS))
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    char *seed = alloc_printf("%s %s %lld", about->uid, tale->reason, (long long)tale->first_ms);
    kube_hash(seed, 10, hash);
    free(seed);
    char *name = alloc_printf("%s.%s", about->name, hash);
    struct kube_object *event =
        kube_add(kube, KUBE_EVENT, *about->ns ? about->ns : "default", name, tale->first_ms);
    free(name);
    event->changed_ms = tale->last_ms;
    js_set(event->json, "involvedObject", reference_to(about));
    js_set_text(event->json, "reason", tale->reason);
    js_set_text(event->json, "message", message);
    js_set(event->json, "source", json_pack("{s:s}", "component", tale->component));
    js_set(event->json, "firstTimestamp", kube_time(tale->first_ms));
    js_set(event->json, "lastTimestamp", kube_time(tale->last_ms));
    js_set_int(event->json, "count", tale->count ? tale->count : 1);
    js_set_text(event->json, "type", tale->type);
    js_set(event->json, "eventTime", json_null());
    js_set_text(event->json, "reportingComponent", tale->component);
    js_set_text(event->json, "reportingInstance", "");
}

/* A claim's deletion is also the volume's, so it stands where world_volumes looks. */
void kube_address(enum kube_kind kind, const char *ns, const char *name, char out[WORLD_ADDRESS])
{
    char *id = alloc_printf("%s/%s", ns, name);
    if (kind == KUBE_CLAIM)
        world_made_address("persistent_volume_claim", id, out);
    else if (kind == KUBE_POD)
        world_made_address("kubernetes_pod", id, out);
    else
        world_made_address(kube_resources[kind].plural, id, out);
    free(id);
}

int64_t kube_gone_ms(const struct kube_world *kube, enum kube_kind kind, const char *ns,
                     const char *name, int64_t made_ms)
{
    char address[WORLD_ADDRESS];
    kube_address(kind, ns, name, address);
    const struct world_thing *thing = world_find(kube->world, address);
    bool gone = thing && thing->last.what == WORLD_DESTROY && thing->last.time_ms >= made_ms;
    return gone ? thing->last.time_ms : KUBE_NEVER;
}

int64_t kube_end_ms(const struct kube_world *kube, int64_t deleted_ms)
{
    enum { GRACE_S = 3 }; /* of the world: most programs end soon after SIGTERM */
    return deleted_ms == KUBE_NEVER ? KUBE_NEVER : deleted_ms + kube_ms(kube, GRACE_S);
}

int64_t kube_ms(const struct kube_world *kube, double seconds)
{
    return settings_wait_ms(kube->settings, seconds);
}

void kube_hash(const char *text, size_t length, char out[11])
{
    static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789"; /* as apimachinery's rand */
    char hex[33];
    values_digest(str_of(text), 32, false, hex);
    for (size_t i = 0; i < length; i++) {
        unsigned value = (unsigned char)hex[3 * i] * 31u + (unsigned char)hex[3 * i + 1] * 7u +
                         (unsigned char)hex[3 * i + 2];
        out[i] = alphabet[value % (sizeof alphabet - 1)];
    }
    out[length] = '\0';
}

int kube_octet(const char *text)
{
    char hex[33];
    values_digest(str_of(text), 4, false, hex);
    return 2 + (int)(strtoul(hex, NULL, 16) % 252);
}
