/* Nodes and workloads. */
#include "core/kube/object.h"

#include "core/base/alloc.h"
#include "core/kube/quantity.h"

static const json_t *member(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static const json_t *find(const json_t *array, const char *key, const char *value)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (str_is(pack_member(json_array_get(array, i), key), value))
            return json_array_get(array, i);
    }
    return NULL;
}

/* ---- nodes ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

#define ROLES_MAX 16

static void read_roles(const json_t *labels, struct node *node)
{
    static const char prefix[] = "node-role.kubernetes.io/";
    const char *roles[ROLES_MAX], *key;
    size_t count = 0;
    json_t *value;
    struct buf text = {0};
    json_object_foreach((json_t *)(uintptr_t)labels, key, value)
    {
        const char *role = NULL;
        if (str_starts(str_of(key), str_of(prefix)))
            role = key + strlen(prefix);
        else if (strcmp(key, "kubernetes.io/role") == 0)
            role = json_string_value(value);
        if (role && *role && count < ROLES_MAX)
            roles[count++] = role;
    }
    qsort(roles, count, sizeof *roles, by_text);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(roles[i], roles[i - 1]) != 0)
            buf_printf(&text, "%s%s", i > 0 ? "," : "", roles[i]);
    }
    pack_str(&node->roles, count > 0 ? buf_str(&text) : STR("<none>"), PACK_TEXT);
    buf_finish(&text);
}

static void read_node_conditions(const json_t *object, struct node *node)
{
    static const char *const unwanted[] = {"MemoryPressure", "DiskPressure", "PIDPressure",
                                           "NetworkUnavailable"};
    const json_t *all = member(member(object, "status"), "conditions");
    const json_t *ready = find(all, "type", "Ready");
    struct buf text = {0};
    node->ready = str_is(pack_member(ready, "status"), "True");
    buf_text(&text, !ready ? "Unknown" : node->ready ? "Ready" : "NotReady");
    node->cordoned = json_is_true(member(member(object, "spec"), "unschedulable"));
    buf_text(&text, node->cordoned ? ",SchedulingDisabled" : "");
    pack_str(&node->status, buf_str(&text), PACK_TEXT);
    buf_clear(&text);
    for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++) {
        if (str_is(pack_member(find(all, "type", unwanted[i]), "status"), "True"))
            buf_printf(&text, "%s%s,", text.len == 0 ? "," : "", unwanted[i]);
    }
    pack_str(&node->pressures, buf_str(&text), PACK_TEXT);
    pack_str(&node->message, node->ready ? STR("") : pack_member(ready, "message"), PACK_SPEECH);
    buf_finish(&text);
}

static void read_taints(const json_t *taints, struct node *node)
{
    struct buf text = {0};
    for (size_t i = 0; i < json_array_size(taints) && text.len < PACK_SPEECH; i++) {
        const json_t *taint = json_array_get(taints, i);
        struct str value = pack_member(taint, "value");
        buf_printf(&text, "%s%.*s%s%.*s:%.*s,", text.len == 0 ? "," : "",
                   STR_ARG(pack_member(taint, "key")), value.len > 0 ? "=" : "", STR_ARG(value),
                   STR_ARG(pack_member(taint, "effect")));
    }
    pack_str(&node->taints, buf_str(&text), PACK_SPEECH);
    buf_finish(&text);
}

static void read_address(const char **slot, const json_t *status, const char *type)
{
    struct str address = pack_member(find(member(status, "addresses"), "type", type), "address");
    pack_str(slot, address.len > 0 ? address : STR("<none>"), PACK_TEXT);
}

struct node *node_parse(const json_t *object)
{
    struct node *node = pack_begin(sizeof *node, object);
    const json_t *labels = member(member(object, "metadata"), "labels");
    const json_t *status = member(object, "status"), *room = member(status, "allocatable");
    int64_t milli = 0;
    if (!node->record.name[0])
        return NULL;
    read_node_conditions(object, node);
    read_roles(labels, node);
    read_taints(member(member(object, "spec"), "taints"), node);
    read_address(&node->internal_ip, status, "InternalIP");
    read_address(&node->external_ip, status, "ExternalIP");
    pack_text(&node->version, member(member(status, "nodeInfo"), "kubeletVersion"));
    pack_text(&node->zone, member(labels, "topology.kubernetes.io/zone"));
    pack_text(&node->instance_type, member(labels, "node.kubernetes.io/instance-type"));
    pack_text(&node->group, member(labels, "eks.amazonaws.com/nodegroup"));
    for (int i = 0; i < POD_RESOURCES; i++)
        quantity_parse(pack_member(room, pod_resource_names[i]), &node->allocatable[i]);
    node->pods = quantity_parse(pack_member(room, "pods"), &milli) ? milli / 1000 : 0;
    return pack_end();
}

bool node_is_open(const struct node *node)
{
    return node->ready && !node->cordoned && !strstr(node->taints, ":NoSchedule,") &&
           !strstr(node->taints, ":NoExecute,");
}

/* ---- workloads ---- */

/* In the order of kubectl rollout status. */
static void read_rollout(const json_t *object, struct workload *workload)
{
    const json_t *status = member(object, "status"), *all = member(status, "conditions");
    const json_t *progressing = find(all, "type", "Progressing");
    int64_t generation = js_int(member(object, "metadata"), "generation", 0);
    char text[200] = "";
    workload->rollout = ROLLOUT_GOING;
    if (generation > js_int(status, "observedGeneration", 0))
        snprintf(text, sizeof text, "its change has not been taken up yet");
    else if (str_is(pack_member(progressing, "reason"), "ProgressDeadlineExceeded")) {
        workload->rollout = ROLLOUT_FAILED;
        snprintf(text, sizeof text, "it has exceeded its progress deadline");
    } else if (workload->updated < workload->wanted)
        snprintf(text, sizeof text, "%lld of %lld pods are new", (long long)workload->updated,
                 (long long)workload->wanted);
    else if (workload->replicas > workload->updated)
        snprintf(text, sizeof text, "%lld old pods have yet to end",
                 (long long)(workload->replicas - workload->updated));
    else if (workload->available < workload->updated)
        snprintf(text, sizeof text, "%lld of %lld pods are available",
                 (long long)workload->available, (long long)workload->updated);
    else
        workload->rollout = ROLLOUT_DONE;
    pack_str(&workload->rollout_text, str_of(text), PACK_TEXT);
}

struct workload *workload_parse(const json_t *object)
{
    struct workload *workload = pack_begin(sizeof *workload, object);
    const json_t *spec = member(object, "spec"), *status = member(object, "status");
    const json_t *failure = find(member(status, "conditions"), "type", "ReplicaFailure");
    bool failed = str_is(pack_member(failure, "status"), "True");
    if (!workload->record.name[0])
        return NULL;
    workload->wanted = js_int(spec, "replicas", 1);
    workload->replicas = js_int(status, "replicas", 0);
    workload->updated = js_int(status, "updatedReplicas", 0);
    workload->ready = js_int(status, "readyReplicas", 0);
    workload->available = js_int(status, "availableReplicas", 0);
    read_rollout(object, workload);
    pack_str(&workload->replica_failure, failed ? pack_member(failure, "message") : STR(""),
             PACK_SPEECH);
    return pack_end();
}
