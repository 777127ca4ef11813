/* Nodes: they join one after the other, as world_cluster_at counts them. */
#include "core/rehearsal/kube_object.h"

#include "core/base/alloc.h"

static const struct size {
    const char *type, *cpu, *memory, *free_cpu, *free_memory;
} sizes[] = {{"t3.medium", "2", "3930480Ki", "1930m", "3375472Ki"},
             {"t3.large", "2", "8026484Ki", "1930m", "7471476Ki"},
             {"t3.xlarge", "4", "16218492Ki", "3920m", "15663484Ki"},
             {"m5.large", "2", "7935020Ki", "1930m", "7244844Ki"}};

static const struct size *size_of(const char *type)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (strcmp(sizes[i].type, type) == 0)
            return &sizes[i];
    return &sizes[1];
}

static json_t *room(const char *cpu, const char *memory)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "cpu", cpu, "ephemeral-storage", "95491281146",
                     "memory", memory, "pods", "35");
}

static json_t *condition(const char *type, bool value, const char *reason, const char *message,
                         int64_t now_ms, int64_t since_ms)
{
    json_t *made = json_object();
    js_set_text(made, "type", type);
    js_set_text(made, "status", value ? "True" : "False");
    js_set(made, "lastHeartbeatTime", kube_time(now_ms));
    js_set(made, "lastTransitionTime", kube_time(since_ms));
    js_set_text(made, "reason", reason);
    js_set_text(made, "message", message);
    return made;
}

static json_t *status_of(struct kube_world *kube, struct kube_object *object,
                         const struct kube_node *node)
{
    const struct size *size = size_of(kube->cluster.instance_type);
    bool ready = kube_past(kube, object, node->ready_ms);
    int64_t since = ready ? node->ready_ms : node->joined_ms;
    json_t *status = json_object(), *conditions = json_array();
    char *version = alloc_printf("v%s.2-eks-7ab2f1c", kube->cluster.version);
    js_set(status, "capacity", room(size->cpu, size->memory));
    js_set(status, "allocatable", room(size->free_cpu, size->free_memory));
    json_array_append_new(conditions,
                          condition("MemoryPressure", false, "KubeletHasSufficientMemory",
                                    "kubelet has sufficient memory available", since, since));
    json_array_append_new(conditions, condition("DiskPressure", false, "KubeletHasNoDiskPressure",
                                                "kubelet has no disk pressure", since, since));
    json_array_append_new(conditions,
                          condition("PIDPressure", false, "KubeletHasSufficientPID",
                                    "kubelet has sufficient PID available", since, since));
    json_array_append_new(
        conditions,
        ready ? condition("Ready", true, "KubeletReady", "kubelet is posting ready status", since,
                          since)
              : condition("Ready", false, "KubeletNotReady",
                          "container runtime network not ready: NetworkReady=false "
                          "reason:NetworkPluginNotReady message:Network plugin returns error: cni "
                          "plugin not initialized",
                          since, since));
    js_set(status, "conditions", conditions);
    js_set(status, "addresses",
           json_pack("[{s:s, s:s}, {s:s, s:s}]", "type", "InternalIP", "address", node->ip, "type",
                     "Hostname", "address", node->name));
    js_set(status, "nodeInfo",
           json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kernelVersion",
                     "6.12.55-74.119.amzn2023.x86_64", "osImage", "Amazon Linux 2023.9.20261110",
                     "containerRuntimeVersion", "containerd://2.1.5", "kubeletVersion", version,
                     "kubeProxyVersion", "", "operatingSystem", "linux", "architecture", "amd64"));
    free(version);
    return status;
}

static void node_add(struct kube_world *kube, const struct kube_node *node, int index)
{
    struct kube_object *object = kube_add(kube, KUBE_NODE, "", node->name, node->joined_ms);
    char *zone = alloc_printf("%s%c", kube->region, 'a' + index % 2);
    char *id = alloc_printf("aws:///%s/i-0%.16s", zone, object->uid + 19);
    kube_label(object, "eks.amazonaws.com/capacityType", "ON_DEMAND");
    kube_label(object, "eks.amazonaws.com/nodegroup", "workers");
    kube_label(object, "kubernetes.io/arch", "amd64");
    kube_label(object, "kubernetes.io/hostname", node->name);
    kube_label(object, "kubernetes.io/os", "linux");
    kube_label(object, "node.kubernetes.io/instance-type", kube->cluster.instance_type);
    kube_label(object, "topology.kubernetes.io/region", kube->region);
    kube_label(object, "topology.kubernetes.io/zone", zone);
    json_t *spec = json_pack("{s:s}", "providerID", id);
    if (kube->cluster.nodes_status == WORLD_DELETING)
        js_set_bool(spec, "unschedulable", true);
    js_set(object->json, "spec", spec);
    js_set(object->json, "status", status_of(kube, object, node));
    kube_event(kube, object,
               &(struct kube_tale){"Normal", "RegisteredNode", "node-controller", node->joined_ms,
                                   node->joined_ms, 1},
               "Node %s event: Registered Node %s in Controller", node->name, node->name);
    kube_event(
        kube, object,
        &(struct kube_tale){"Normal", "NodeReady", "kubelet", node->ready_ms, node->ready_ms, 1},
        "Node %s status is now: NodeReady", node->name);
    struct kube_object *csi = kube_add(kube, KUBE_CSI_NODE, "", node->name, node->joined_ms);
    js_set(csi->json, "spec",
           json_pack("{s:[{s:s, s:s, s:[s]}]}", "drivers", "name", "ebs.csi.aws.com", "nodeID",
                     id + strlen(zone) + 8, "topologyKeys", "topology.ebs.csi.aws.com/zone"));
    free(id);
    free(zone);
}

/* When each of them joins: the inverse of what world_cluster_at counts. */
static int64_t ready_at(const struct world_thing *group, int wanted, int index)
{
    if (group->last.what != WORLD_CREATE)
        return group->created_ms;
    int percent = 55 + (40 * (index + 1) + wanted - 1) / wanted;
    return group->last.time_ms + (group->last.lasts_ms * percent + 99) / 100;
}

void kube_add_nodes(struct kube_world *kube)
{
    const struct world_thing *group = world_of_type(kube->world, "aws_eks_node_group");
    if (!group || kube->cluster.nodes_status == WORLD_NONE ||
        kube->cluster.nodes_status == WORLD_FAILED)
        return;
    int wanted = kube->cluster.nodes_wanted;
    kube->node_count = wanted < KUBE_NODES_MAX ? wanted : KUBE_NODES_MAX;
    for (int i = 0; i < kube->node_count; i++) {
        struct kube_node *node = &kube->nodes[i];
        int net = i % 2 ? 27 : 11, octet = 2 + (kube_octet(kube->cluster.name) + 61 * i) % 252;
        snprintf(node->ip, sizeof node->ip, "10.0.%d.%d", net, octet);
        snprintf(node->name, sizeof node->name, "ip-10-0-%d-%d.%s.compute.internal", net, octet,
                 kube->region);
        node->ready_ms = ready_at(group, wanted, i);
        node->joined_ms = node->ready_ms - kube_ms(kube, 12);
        if (node->joined_ms < group->created_ms)
            node->joined_ms = group->created_ms;
        if (kube_past(kube, NULL, node->joined_ms))
            node_add(kube, node, i);
    }
}
