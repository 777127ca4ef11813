/* One pod of the simulated cluster: what its life looks like at a moment. Not its events. */
#include "core/rehearsal/kube_pod.h"

#include "core/base/alloc.h"

static json_t *made_spec(const struct kube_pod *pod)
{
    json_t *container = json_object(), *spec = json_object(), *mounts = json_array();
    js_set_text(container, "name", pod->container);
    js_set_text(container, "image", pod->image);
    if (pod->port)
        js_set(container, "ports",
               json_pack("[{s:i, s:s}]", "containerPort", pod->port, "protocol", "TCP"));
    js_set(container, "resources",
           pod->cpu
               ? json_pack("{s:{s:s, s:s}}", "requests", "cpu", pod->cpu, "memory", pod->memory)
               : json_object());
    if (pod->claim)
        json_array_append_new(mounts,
                              json_pack("{s:s, s:s}", "name", "data", "mountPath", "/data"));
    js_set(container, "volumeMounts", mounts);
    js_set_text(container, "terminationMessagePath", "/dev/termination-log");
    js_set_text(container, "terminationMessagePolicy", "File");
    js_set_text(container, "imagePullPolicy", "IfNotPresent");
    if (pod->claim)
        js_set(spec, "volumes",
               json_pack("[{s:s, s:{s:s}}]", "name", "data", "persistentVolumeClaim", "claimName",
                         pod->claim));
    js_set(spec, "containers", json_pack("[o]", container));
    js_set_text(spec, "restartPolicy", "Always");
    js_set_int(spec, "terminationGracePeriodSeconds", 30);
    js_set_text(spec, "dnsPolicy", "ClusterFirst");
    js_set_text(spec, "serviceAccountName", "default");
    js_set_text(spec, "schedulerName", "default-scheduler");
    js_set(spec, "tolerations",
           json_pack("[{s:s, s:s, s:s, s:i}, {s:s, s:s, s:s, s:i}]", "key",
                     "node.kubernetes.io/not-ready", "operator", "Exists", "effect", "NoExecute",
                     "tolerationSeconds", 300, "key", "node.kubernetes.io/unreachable", "operator",
                     "Exists", "effect", "NoExecute", "tolerationSeconds", 300));
    return spec;
}

static void add_condition(json_t *conditions, const char *type, bool value, const char *reason,
                          const char *message, int64_t since_ms)
{
    json_t *condition = json_object();
    js_set_text(condition, "type", type);
    js_set_text(condition, "status", value ? "True" : "False");
    js_set(condition, "lastProbeTime", json_null());
    js_set(condition, "lastTransitionTime", kube_time(since_ms));
    if (reason)
        js_set_text(condition, "reason", reason);
    if (message)
        js_set_text(condition, "message", message);
    json_array_append_new(conditions, condition);
}

void kube_pod_why_unscheduled(const struct kube_world *kube, const struct kube_pod *pod,
                              char out[256])
{
    int nodes = 0;
    for (int i = 0; i < kube->node_count; i++)
        nodes += kube->nodes[i].ready_ms <= kube->now_ms;
    if (nodes == 0)
        str_copy(STR("no nodes available to schedule pods"), out, 256);
    else if (pod->trouble == KUBE_NO_CLAIM)
        snprintf(out, 256,
                 "0/%d nodes are available: pod has unbound immediate PersistentVolumeClaims. not "
                 "found",
                 nodes);
    else
        snprintf(out, 256,
                 "0/%d nodes are available: %d Insufficient memory. no new claims to deallocate, "
                 "preemption: 0/%d nodes are available: %d No preemption victims found for "
                 "incoming pod.",
                 nodes, nodes, nodes, nodes);
}

void kube_pod_why_no_image(const struct kube_pod *pod, char out[512])
{
    snprintf(out, 512,
             "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/%s\": "
             "failed to resolve reference \"docker.io/%s\": docker.io/%s: not found",
             pod->image, pod->image, pod->image);
}

static json_t *waiting(const char *reason, const char *message)
{
    json_t *state = json_object();
    js_set_text(state, "reason", reason);
    if (message)
        js_set_text(state, "message", message);
    return json_pack("{s:o}", "waiting", state);
}

/* Pulls fail at once and are tried again ever more rarely; between them the kubelet backs off. */
static json_t *image_state(struct kube_world *kube, struct kube_object *object,
                           const struct kube_pod *pod)
{
    char why[512], text[1024];
    kube_pod_why_no_image(pod, why);
    if (!kube_past(kube, object, pod->pulled_ms))
        return waiting("ContainerCreating", NULL);
    if (!kube_past(kube, object, pod->pulled_ms + kube_ms(kube, 12)))
        return waiting("ErrImagePull", why);
    snprintf(text, sizeof text, "Back-off pulling image \"%s\": ErrImagePull: %s", pod->image, why);
    return waiting("ImagePullBackOff", text);
}

static json_t *ended_state(const struct kube_pod *pod, const char *container_id)
{
    json_t *state = json_object();
    js_set_int(state, "exitCode", pod->exit_code);
    js_set_text(state, "reason", pod->exit_code ? "Error" : "Completed");
    js_set(state, "startedAt", kube_time(pod->running_ms));
    js_set(state, "finishedAt", kube_time(pod->finished_ms));
    js_set_text(state, "containerID", container_id);
    return json_pack("{s:o}", "terminated", state);
}

static json_t *container_status(struct kube_world *kube, struct kube_object *object,
                                const struct kube_pod *pod, bool ready, bool finished)
{
    bool runs = kube_past(kube, object, pod->running_ms);
    char *id = alloc_printf("containerd://%.8s%.4s%.4s%.12s%.8s%.4s%.4s%.12s%.8s", object->uid,
                            object->uid + 9, object->uid + 14, object->uid + 24, object->uid,
                            object->uid + 9, object->uid + 14, object->uid + 24, object->uid);
    json_t *status = json_object(), *state;
    if (finished)
        state = ended_state(pod, id);
    else if (runs)
        state = json_pack("{s:{s:o}}", "running", "startedAt", kube_time(pod->running_ms));
    else if (pod->trouble == KUBE_NO_IMAGE)
        state = image_state(kube, object, pod);
    else
        state = waiting("ContainerCreating", NULL);
    js_set_text(status, "name", pod->container);
    js_set(status, "state", state);
    js_set(status, "lastState", json_object());
    js_set_bool(status, "ready", ready);
    js_set_int(status, "restartCount", 0);
    js_set_text(status, "image", pod->image);
    js_set_text(status, "imageID", "");
    if (runs) {
        char *image = alloc_printf("%s@sha256:%s", pod->image, id + 13);
        js_set_text(status, "imageID", image);
        js_set_text(status, "containerID", id);
        free(image);
    }
    js_set_bool(status, "started", runs && !finished);
    free(id);
    return status;
}

static json_t *pending_status(const struct kube_world *kube, const struct kube_pod *pod)
{
    char why[256];
    json_t *status = json_object(), *conditions = json_array();
    js_set_text(status, "phase", "Pending");
    if (pod->trouble == KUBE_NO_MEMORY || pod->trouble == KUBE_NO_CLAIM) {
        kube_pod_why_unscheduled(kube, pod, why);
        add_condition(conditions, "PodScheduled", false, "Unschedulable", why, pod->created_ms);
        js_set(status, "conditions", conditions);
    } else
        json_decref(conditions);
    js_set_text(status, "qosClass", "Burstable");
    return status;
}

static void add_addresses(struct kube_world *kube, struct kube_object *object,
                          const struct kube_pod *pod, json_t *status)
{
    char ip[20];
    const struct kube_node *node = &kube->nodes[pod->node];
    js_set_text(status, "hostIP", node->ip);
    js_set(status, "hostIPs", json_pack("[{s:s}]", "ip", node->ip));
    bool at_home = pod->trouble != KUBE_NO_IMAGE || pod->pulled_ms <= kube->now_ms;
    if (at_home && kube_past(kube, object, pod->scheduled_ms + kube_ms(kube, 2))) {
        snprintf(ip, sizeof ip, "%.*s.%d", (int)(strrchr(node->ip, '.') - node->ip), node->ip,
                 kube_octet(object->uid));
        js_set_text(status, "podIP", ip);
        js_set(status, "podIPs", json_pack("[{s:s}]", "ip", ip));
    }
    js_set(status, "startTime", kube_time(pod->scheduled_ms));
}

static json_t *bound_status(struct kube_world *kube, struct kube_object *object,
                            const struct kube_pod *pod)
{
    bool finished = kube_past(kube, object, pod->finished_ms);
    bool runs = kube_past(kube, object, pod->running_ms);
    bool ready = kube_past(kube, object, pod->ready_ms) && !finished;
    int64_t since = finished ? pod->finished_ms : ready ? pod->ready_ms : pod->scheduled_ms;
    const char *why = finished ? pod->exit_code ? "PodFailed" : "PodCompleted"
                      : ready  ? NULL
                               : "ContainersNotReady";
    char *message = NULL;
    json_t *status = json_object(), *conditions = json_array();
    if (!ready && !finished)
        message = alloc_printf("containers with unready status: [%s]", pod->container);
    js_set_text(status, "phase",
                finished ? pod->exit_code ? "Failed" : "Succeeded"
                         : (runs ? "Running" : "Pending"));
    add_condition(conditions, "PodReadyToStartContainers", runs && !finished, NULL, NULL, since);
    add_condition(conditions, "Initialized", true, NULL, NULL, pod->scheduled_ms);
    add_condition(conditions, "Ready", ready, why, message, since);
    add_condition(conditions, "ContainersReady", ready, why, message, since);
    add_condition(conditions, "PodScheduled", true, NULL, NULL, pod->scheduled_ms);
    js_set(status, "conditions", conditions);
    add_addresses(kube, object, pod, status);
    js_set(status, "containerStatuses",
           json_pack("[o]", container_status(kube, object, pod, ready, finished)));
    js_set_text(status, "qosClass", "Burstable");
    free(message);
    return status;
}

struct kube_object *kube_pod_add(struct kube_world *kube, struct kube_pod *pod)
{
    if (!kube_past(kube, NULL, pod->created_ms) ||
        kube_past(kube, NULL, kube_end_ms(kube, pod->deleted_ms))) {
        json_decref(pod->spec);
        pod->spec = NULL;
        return NULL;
    }
    struct kube_object *object = kube_add(kube, KUBE_POD, pod->ns, pod->name, pod->created_ms);
    if (pod->app)
        kube_label(object, "app", pod->app);
    if (pod->component)
        kube_label(object, "component", pod->component);
    if (pod->owner)
        kube_owned(object, pod->owner);
    json_t *spec = pod->spec ? pod->spec : made_spec(pod);
    pod->spec = NULL;
    js_set(object->json, "spec", spec);
    bool bound = kube->node_count > pod->node && kube_past(kube, object, pod->scheduled_ms);
    if (bound)
        js_set_text(spec, "nodeName", kube->nodes[pod->node].name);
    js_set(object->json, "status",
           bound ? bound_status(kube, object, pod) : pending_status(kube, pod));
    if (kube_past(kube, object, pod->deleted_ms))
        kube_deleted(object, pod->deleted_ms, 30);
    kube_pod_events(kube, object, pod);
    return object;
}
