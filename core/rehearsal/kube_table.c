/* Tables, as kubectl asks for them: the server says what stands in which column. Written after the
 * API server's printers for the kinds that a newcomer looks at; the others have a name and an age.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
#include "core/rehearsal/kube_call.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"

struct column {
    const char *title;
    const char *path, *otherwise; /* of the value, and what stands there without one … */
    void (*tell)(const json_t *object, int64_t now_ms, struct buf *out); /* … or who says it */
    bool wide;                                                           /* with -o wide only */
};

/* ---- what takes more than a path ---- */

static void tell_span(int64_t from_ms, int64_t now_ms, struct buf *out)
{
    long long s = (now_ms - from_ms) / 1000, m = s / 60, h = m / 60, d = h / 24;
    if (s < 0)
        buf_text(out, "0s");
    else if (s < 120)
        buf_printf(out, "%llds", s);
    else if (m < 10 && s % 60)
        buf_printf(out, "%lldm%llds", m, s % 60);
    else if (h < 3)
        buf_printf(out, "%lldm", m);
    else if (h < 8 && m % 60)
        buf_printf(out, "%lldh%lldm", h, m % 60);
    else if (h < 48)
        buf_printf(out, "%lldh", h);
    else if (d < 8 && h % 24)
        buf_printf(out, "%lldd%lldh", d, h % 24);
    else
        buf_printf(out, "%lldd", d);
}

static void tell_since(const json_t *object, const char *path, int64_t now_ms, struct buf *out)
{
    int64_t from_ms;
    if (clock_parse_rfc3339(js_str(object, path), &from_ms))
        tell_span(from_ms, now_ms, out);
    else
        buf_text(out, "<unknown>");
}

static void tell_age(const json_t *object, int64_t now_ms, struct buf *out)
{
    tell_since(object, "metadata.creationTimestamp", now_ms, out);
}

static void tell_seen(const json_t *object, int64_t now_ms, struct buf *out)
{
    bool last = js_str(object, "lastTimestamp").len > 0;
    tell_since(object, last ? "lastTimestamp" : "eventTime", now_ms, out);
}

static void tell_object(const json_t *event, int64_t now_ms, struct buf *out)
{
    struct str kind = js_str(event, "involvedObject.kind");
    (void)now_ms;
    for (size_t i = 0; i < kind.len; i++)
        buf_byte(out, (char)(kind.data[i] >= 'A' && kind.data[i] <= 'Z' ? kind.data[i] + 32
                                                                        : kind.data[i]));
    buf_printf(out, "/%s", js_text(event, "involvedObject.name"));
}

static void tell_pod_ready(const json_t *pod, int64_t now_ms, struct buf *out)
{
    size_t ready = 0;
    (void)now_ms;
    for (size_t i = 0; i < js_count(pod, "status.containerStatuses"); i++) {
        const json_t *all = js_get(pod, "status.containerStatuses");
        ready += js_bool(json_array_get(all, i), "ready", false);
    }
    buf_printf(out, "%zu/%zu", ready, js_count(pod, "spec.containers"));
}

/* The pods of a rehearsal have one container, and none that goes before it. */
static void tell_pod_status(const json_t *pod, int64_t now_ms, struct buf *out)
{
    const char *const paths[] = {"status.containerStatuses.0.state.waiting.reason",
                                 "status.containerStatuses.0.state.terminated.reason",
                                 "status.reason", "status.phase"};
    (void)now_ms;
    if (js_get(pod, "metadata.deletionTimestamp")) {
        buf_text(out, "Terminating");
        return;
    }
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (js_str(pod, paths[i]).len > 0) {
            buf_text(out, js_text(pod, paths[i]));
            return;
        }
}

static void tell_node_status(const json_t *node, int64_t now_ms, struct buf *out)
{
    const json_t *conditions = js_get(node, "status.conditions");
    const char *status = "Unknown";
    (void)now_ms;
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *condition = json_array_get(conditions, i);
        if (strcmp(js_text(condition, "type"), "Ready") == 0)
            status = strcmp(js_text(condition, "status"), "True") == 0 ? "Ready" : "NotReady";
    }
    buf_text(out, status);
}

static void tell_address(const json_t *node, const char *type, struct buf *out)
{
    const json_t *addresses = js_get(node, "status.addresses");
    for (size_t i = 0; i < json_array_size(addresses); i++)
        if (strcmp(js_text(json_array_get(addresses, i), "type"), type) == 0) {
            buf_text(out, js_text(json_array_get(addresses, i), "address"));
            return;
        }
    buf_text(out, "<none>");
}

static void tell_internal(const json_t *node, int64_t now_ms, struct buf *out)
{
    (void)now_ms;
    tell_address(node, "InternalIP", out);
}

static void tell_external(const json_t *node, int64_t now_ms, struct buf *out)
{
    (void)now_ms;
    tell_address(node, "ExternalIP", out);
}

static void tell_host(const json_t *service, int64_t now_ms, struct buf *out)
{
    bool balanced = strcmp(js_text(service, "spec.type"), "LoadBalancer") == 0;
    const char *host = js_text(service, "status.loadBalancer.ingress.0.hostname");
    (void)now_ms;
    buf_text(out, host[0] ? host : balanced ? "<pending>" : "<none>");
}

static void tell_ports(const json_t *service, int64_t now_ms, struct buf *out)
{
    const json_t *ports = js_get(service, "spec.ports");
    (void)now_ms;
    for (size_t i = 0; i < json_array_size(ports); i++) {
        const json_t *port = json_array_get(ports, i);
        int64_t outside = js_int(port, "nodePort", 0);
        buf_printf(out, "%s%lld", i ? "," : "", (long long)js_int(port, "port", 0));
        if (outside)
            buf_printf(out, ":%lld", (long long)outside);
        buf_printf(out, "/%s", js_text(port, "protocol"));
    }
    if (json_array_size(ports) == 0)
        buf_text(out, "<none>");
}

static void tell_pairs(const json_t *pairs, struct buf *out)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    json_object_foreach((json_t *)(uintptr_t)pairs, key, value)
        buf_printf(out, "%s%s=%s", count++ ? "," : "", key, json_string_value(value));
    if (count == 0)
        buf_text(out, "<none>");
}

static void tell_selector(const json_t *object, int64_t now_ms, struct buf *out)
{
    const json_t *labels = js_get(object, "spec.selector.matchLabels");
    (void)now_ms;
    tell_pairs(labels ? labels : js_get(object, "spec.selector"), out);
}

static void tell_ready(const json_t *object, int64_t now_ms, struct buf *out)
{
    (void)now_ms;
    buf_printf(out, "%lld/%lld", (long long)js_int(object, "status.readyReplicas", 0),
               (long long)js_int(object, "spec.replicas", 1));
}

static void tell_modes(const json_t *object, int64_t now_ms, struct buf *out)
{
    (void)now_ms;
    for (size_t i = 0; i < js_count(object, "spec.accessModes"); i++) {
        const char *mode = json_string_value(json_array_get(js_get(object, "spec.accessModes"), i));
        bool once = mode && strcmp(mode, "ReadWriteOnce") == 0;
        buf_printf(out, "%s%s", i ? "," : "", once ? "RWO" : mode ? mode : "");
    }
}

static void tell_claimer(const json_t *volume, int64_t now_ms, struct buf *out)
{
    (void)now_ms;
    buf_printf(out, "%s/%s", js_text(volume, "spec.claimRef.namespace"),
               js_text(volume, "spec.claimRef.name"));
}

static void tell_endpoints(const json_t *slice, int64_t now_ms, struct buf *out)
{
    const json_t *endpoints = js_get(slice, "endpoints");
    (void)now_ms;
    for (size_t i = 0; i < json_array_size(endpoints); i++)
        buf_printf(out, "%s%s", i ? "," : "", js_text(json_array_get(endpoints, i), "addresses.0"));
    if (json_array_size(endpoints) == 0)
        buf_text(out, "<unset>");
}

/* ---- the columns of each kind ---- */

#define NAME                                                                                       \
    {                                                                                              \
        "Name", "metadata.name", "", NULL, false                                                   \
    }
#define AGE                                                                                        \
    {                                                                                              \
        "Age", NULL, NULL, tell_age, false                                                         \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, NULL, NULL, NULL, false                                                              \
    }

static const struct column others[] = {NAME, AGE, END};
static const struct column namespaces[] = {
    NAME, {"Status", "status.phase", "", NULL, false}, AGE, END};
static const struct column pods[] = {
    NAME,
    {"Ready", NULL, NULL, tell_pod_ready, false},
    {"Status", NULL, NULL, tell_pod_status, false},
    {"Restarts", "status.containerStatuses.0.restartCount", "0", NULL, false},
    AGE,
    {"IP", "status.podIPs.0.ip", "<none>", NULL, true},
    {"Node", "spec.nodeName", "<none>", NULL, true},
    {"Nominated Node", "status.nominatedNodeName", "<none>", NULL, true},
    {"Readiness Gates", "spec.readinessGates.0.conditionType", "<none>", NULL, true},
    END};
static const struct column nodes[] = {
    NAME,
    {"Status", NULL, NULL, tell_node_status, false},
    {"Roles", "", "<none>", NULL, false}, /* those of EKS have none */
    AGE,
    {"Version", "status.nodeInfo.kubeletVersion", "", NULL, false},
    {"Internal-IP", NULL, NULL, tell_internal, true},
    {"External-IP", NULL, NULL, tell_external, true},
    {"OS-Image", "status.nodeInfo.osImage", "<unknown>", NULL, true},
    {"Kernel-Version", "status.nodeInfo.kernelVersion", "<unknown>", NULL, true},
    {"Container-Runtime", "status.nodeInfo.containerRuntimeVersion", "<unknown>", NULL, true},
    END};
static const struct column services[] = {NAME,
                                         {"Type", "spec.type", "", NULL, false},
                                         {"Cluster-IP", "spec.clusterIP", "<none>", NULL, false},
                                         {"External-IP", NULL, NULL, tell_host, false},
                                         {"Port(s)", NULL, NULL, tell_ports, false},
                                         AGE,
                                         {"Selector", NULL, NULL, tell_selector, true},
                                         END};
static const struct column events[] = {
    {"Last Seen", NULL, NULL, tell_seen, false}, {"Type", "type", "", NULL, false},
    {"Reason", "reason", "", NULL, false},       {"Object", NULL, NULL, tell_object, false},
    {"Message", "message", "", NULL, false},     {"Count", "count", "1", NULL, true},
    {"Name", "metadata.name", "", NULL, true},   END};
static const struct column claims[] = {NAME,
                                       {"Status", "status.phase", "", NULL, false},
                                       {"Volume", "spec.volumeName", "", NULL, false},
                                       {"Capacity", "status.capacity.storage", "", NULL, false},
                                       {"Access Modes", NULL, NULL, tell_modes, false},
                                       {"StorageClass", "spec.storageClassName", "", NULL, false},
                                       AGE,
                                       {"VolumeMode", "spec.volumeMode", "<unset>", NULL, true},
                                       END};
static const struct column volumes[] = {
    NAME,
    {"Capacity", "spec.capacity.storage", "", NULL, false},
    {"Access Modes", NULL, NULL, tell_modes, false},
    {"Reclaim Policy", "spec.persistentVolumeReclaimPolicy", "", NULL, false},
    {"Status", "status.phase", "", NULL, false},
    {"Claim", NULL, NULL, tell_claimer, false},
    {"StorageClass", "spec.storageClassName", "", NULL, false},
    AGE,
    END};
static const struct column deployments[] = {
    NAME,
    {"Ready", NULL, NULL, tell_ready, false},
    {"Up-to-date", "status.updatedReplicas", "0", NULL, false},
    {"Available", "status.availableReplicas", "0", NULL, false},
    AGE,
    {"Containers", "spec.template.spec.containers.0.name", "", NULL, true},
    {"Images", "spec.template.spec.containers.0.image", "", NULL, true},
    {"Selector", NULL, NULL, tell_selector, true},
    END};
static const struct column replica_sets[] = {NAME,
                                             {"Desired", "spec.replicas", "0", NULL, false},
                                             {"Current", "status.replicas", "0", NULL, false},
                                             {"Ready", "status.readyReplicas", "0", NULL, false},
                                             AGE,
                                             END};
static const struct column daemon_sets[] = {
    NAME,
    {"Desired", "status.desiredNumberScheduled", "0", NULL, false},
    {"Current", "status.currentNumberScheduled", "0", NULL, false},
    {"Ready", "status.numberReady", "0", NULL, false},
    {"Up-to-date", "status.updatedNumberScheduled", "0", NULL, false},
    {"Available", "status.numberAvailable", "0", NULL, false},
    {"Node Selector", "", "<none>", NULL, false},
    AGE,
    END};
static const struct column slices[] = {NAME,
                                       {"AddressType", "addressType", "", NULL, false},
                                       {"Ports", "ports.0.port", "<unset>", NULL, false},
                                       {"Endpoints", NULL, NULL, tell_endpoints, false},
                                       AGE,
                                       END};
static const struct column classes[] = {
    NAME,
    {"Provisioner", "provisioner", "", NULL, false},
    {"ReclaimPolicy", "reclaimPolicy", "Delete", NULL, false},
    {"VolumeBindingMode", "volumeBindingMode", "Immediate", NULL, false},
    {"AllowVolumeExpansion", "allowVolumeExpansion", "false", NULL, false},
    AGE,
    END};

static const struct column *columns_of(enum kube_kind kind)
{
    static const struct column *const all[KUBE_KINDS] = {[KUBE_NAMESPACE] = namespaces,
                                                         [KUBE_NODE] = nodes,
                                                         [KUBE_POD] = pods,
                                                         [KUBE_SERVICE] = services,
                                                         [KUBE_EVENT] = events,
                                                         [KUBE_CLAIM] = claims,
                                                         [KUBE_VOLUME] = volumes,
                                                         [KUBE_DEPLOYMENT] = deployments,
                                                         [KUBE_REPLICA_SET] = replica_sets,
                                                         [KUBE_DAEMON_SET] = daemon_sets,
                                                         [KUBE_ENDPOINT_SLICE] = slices,
                                                         [KUBE_STORAGE_CLASS] = classes};
    return all[kind] ? all[kind] : others;
}

/* ---- the table ---- */

void kube_table_ask(struct kube_call *call)
{
    struct str rest = request_header(call->request, "Accept"), first;
    str_cut(&rest, ',', &first); /* what is wanted most */
    call->table = str_find(first, STR("as=Table")) >= 0 && str_find(first, STR("v=v1beta1")) < 0;
    kube_parameter(call->request, "includeObject", call->include, sizeof call->include);
}

static json_t *definition_of(const struct column *column)
{
    bool name = strcmp(column->title, "Name") == 0;
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", column->title, "type", "string", "format",
                     name ? "name" : "", "description", "", "priority", column->wide ? 1 : 0);
}

static json_t *cell_of(const struct column *column, const json_t *object, int64_t now_ms)
{
    struct buf text = {0};
    const json_t *value = column->path ? js_get(object, column->path) : NULL;
    if (column->tell)
        column->tell(object, now_ms, &text);
    else if (json_is_integer(value))
        buf_printf(&text, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        buf_text(&text, json_is_true(value) ? "true" : "false");
    else
        buf_text(&text, json_is_string(value) ? json_string_value(value) : column->otherwise);
    json_t *cell = js_clean(buf_str(&text));
    buf_finish(&text);
    return cell;
}

/* All of the object, or what identifies it. */
static json_t *object_of(const struct kube_call *call, const json_t *object)
{
    if (strcmp(call->include, "Object") == 0)
        return json_copy((json_t *)(uintptr_t)object);
    if (strcmp(call->include, "None") == 0)
        return json_null();
    return json_pack("{s:s, s:s, s:O}", "kind", "PartialObjectMetadata", "apiVersion",
                     "meta.k8s.io/v1", "metadata", js_get(object, "metadata"));
}

json_t *kube_table(const struct kube_call *call, const json_t *items, json_t *metadata,
                   int64_t now_ms)
{
    const struct column *columns = columns_of(call->kind);
    json_t *definitions = json_array(), *rows = json_array();
    for (const struct column *column = columns; column->title; column++)
        json_array_append_new(definitions, definition_of(column));
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *object = json_array_get(items, i);
        json_t *cells = json_array();
        for (const struct column *column = columns; column->title; column++)
            json_array_append_new(cells, cell_of(column, object, now_ms));
        json_array_append_new(
            rows, json_pack("{s:o, s:o}", "cells", cells, "object", object_of(call, object)));
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "kind", "Table", "apiVersion", "meta.k8s.io/v1",
                     "metadata", metadata, "columnDefinitions", definitions, "rows", rows);
}
