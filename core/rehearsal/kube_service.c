/* Services, the slices of endpoints behind them, and what the cloud controller says of their load
 * balancers. */
#include "core/rehearsal/kube_object.h"

#include "core/base/alloc.h"

static json_t *spec_of(const struct kube_door *door)
{
    char address[20];
    json_t *spec = json_object(), *port = json_object(), *selector = json_object();
    char *seed = alloc_printf("%s/%s", door->ns, door->name);
    snprintf(address, sizeof address, "172.20.%d.%d", kube_octet(door->name), kube_octet(seed));
    free(seed);
    js_set_text(port, "name", "http");
    js_set_text(port, "protocol", "TCP");
    js_set_int(port, "port", door->port);
    js_set_int(port, "targetPort", door->target);
    if (door->balanced)
        js_set_int(port, "nodePort",
                   30000 + kube_octet(door->name) * 10 + kube_octet(door->ns) % 10);
    js_set_text(selector, "app", door->app);
    if (door->component)
        js_set_text(selector, "component", door->component);
    js_set(spec, "ports", json_pack("[o]", port));
    js_set(spec, "selector", selector);
    js_set_text(spec, "clusterIP", address);
    js_set(spec, "clusterIPs", json_pack("[s]", address));
    js_set_text(spec, "type", door->balanced ? "LoadBalancer" : "ClusterIP");
    js_set_text(spec, "sessionAffinity", "None");
    js_set(spec, "ipFamilies", json_pack("[s]", "IPv4"));
    js_set_text(spec, "ipFamilyPolicy", "SingleStack");
    js_set_text(spec, "internalTrafficPolicy", "Cluster");
    return spec;
}

static void tell(struct kube_world *kube, const struct kube_object *service,
                 const struct kube_door *door)
{
    struct kube_tale ensuring = {"Normal",         "EnsuringLoadBalancer", "service-controller",
                                 door->created_ms, door->created_ms,       1};
    struct kube_tale ensured = {"Normal",       "EnsuredLoadBalancer", "service-controller",
                                door->named_ms, door->named_ms,        1};
    kube_event(kube, service, &ensuring, "Ensuring load balancer");
    if (door->named_ms != KUBE_NEVER) {
        kube_event(kube, service, &ensured, "Ensured load balancer");
        return;
    }
    struct kube_tale failed = {"Warning",
                               "SyncLoadBalancerFailed",
                               "service-controller",
                               door->created_ms + kube_ms(kube, 3),
                               door->created_ms + kube_ms(kube, 3),
                               1};
    kube_event(kube, service, &failed,
               "Error syncing load balancer: failed to ensure load balancer: could not find any "
               "suitable subnets for creating the ELB");
}

static void slice_add(struct kube_world *kube, const struct kube_object *service,
                      const struct kube_door *door)
{
    char tail[11], name[KUBE_NAME + 16];
    kube_hash(service->uid, 5, tail);
    snprintf(name, sizeof name, "%s-%s", door->name, tail);
    struct kube_object *slice =
        kube_add(kube, KUBE_ENDPOINT_SLICE, door->ns, name, door->created_ms);
    kube_label(slice, "kubernetes.io/service-name", door->name);
    kube_owned(slice, service);
    js_set_text(slice->json, "addressType", "IPv4");
    js_set(slice->json, "endpoints", json_array());
    js_set(slice->json, "ports",
           json_pack("[{s:s, s:i, s:s}]", "name", "http", "port", door->target, "protocol", "TCP"));
}

/* The pods that the Service selects. */
static bool is_behind(const json_t *selector, const struct kube_object *service,
                      const struct kube_object *pod)
{
    const char *key;
    json_t *value;
    if (pod->kind != KUBE_POD || strcmp(pod->ns, service->ns) != 0 ||
        !*js_text(pod->json, "status.podIP") || json_object_size(selector) == 0)
        return false;
    const json_t *labels = js_get(pod->json, "metadata.labels");
    json_object_foreach((json_t *)(uintptr_t)selector, key,
                        value) if (!json_equal(json_object_get(labels, key), value)) return false;
    return true;
}

static json_t *endpoint_of(const struct kube_object *pod)
{
    bool ready = kube_pod_is_ready(pod);
    return json_pack("{s:[s], s:{s:b, s:b, s:b}, s:{s:s, s:s, s:s, s:s}, s:s}", "addresses",
                     js_text(pod->json, "status.podIP"), "conditions", "ready", ready, "serving",
                     ready, "terminating", js_get(pod->json, "metadata.deletionTimestamp") != NULL,
                     "targetRef", "kind", "Pod", "namespace", pod->ns, "name", pod->name, "uid",
                     pod->uid, "nodeName", js_text(pod->json, "spec.nodeName"));
}

void kube_add_endpoints(struct kube_world *kube)
{
    for (size_t i = 0; i < kube->count; i++) {
        struct kube_object *slice = kube->objects[i];
        if (slice->kind != KUBE_ENDPOINT_SLICE)
            continue;
        const struct kube_object *service =
            kube_find(kube, KUBE_SERVICE, str_of(slice->ns),
                      js_str(slice->json, "metadata.ownerReferences.0.name"));
        for (size_t k = 0; service && k < kube->count; k++) {
            const struct kube_object *pod = kube->objects[k];
            if (!is_behind(js_get(service->json, "spec.selector"), service, pod))
                continue;
            kube_past(kube, slice, pod->changed_ms);
            json_array_append_new(json_object_get(slice->json, "endpoints"), endpoint_of(pod));
        }
    }
}

void kube_door_add(struct kube_world *kube, const struct kube_door *door)
{
    if (!kube_past(kube, NULL, door->created_ms) ||
        kube_past(kube, NULL,
                  door->balanced ? kube_end_ms(kube, door->deleted_ms) : door->deleted_ms))
        return;
    struct kube_object *service =
        kube_add(kube, KUBE_SERVICE, door->ns, door->name, door->created_ms);
    json_t *status = json_pack("{s:{}}", "loadBalancer");
    kube_label(service, "app", door->app);
    if (door->component)
        kube_label(service, "component", door->component);
    js_set(service->json, "spec", spec_of(door));
    if (door->balanced && kube_past(kube, service, door->named_ms))
        js_set(json_object_get(status, "loadBalancer"), "ingress",
               json_pack("[{s:s}]", "hostname", door->host));
    js_set(service->json, "status", status);
    if (door->balanced) {
        js_set(json_object_get(service->json, "metadata"), "finalizers",
               json_pack("[s]", "service.kubernetes.io/load-balancer-cleanup"));
        tell(kube, service, door);
    }
    if (kube_past(kube, service, door->deleted_ms))
        kube_deleted(service, door->deleted_ms, 0);
    slice_add(kube, service, door);
}
