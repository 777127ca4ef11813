/* What the scheduler and the kubelet tell of a pod. */
#include "core/rehearsal/kube_pod.h"

#include "core/base/alloc.h"

/* What happens again and again: how often by now, and when last. */
static struct kube_tale again(struct kube_world *kube, const char *type, const char *reason,
                              const char *component, int64_t first_ms, double every_s)
{
    int64_t every_ms = kube_ms(kube, every_s), last = first_ms, count = 1;
    if (every_ms < 1000)
        every_ms = 1000; /* enough to be seen, whatever the speed */
    if (kube_past(kube, NULL, first_ms)) {
        count += (kube->now_ms - first_ms) / every_ms;
        last += (count - 1) * every_ms;
        kube_past(kube, NULL, last + every_ms);
    }
    return (struct kube_tale){type, reason, component, first_ms, last, count};
}

static void unscheduled(struct kube_world *kube, const struct kube_object *object,
                        const struct kube_pod *pod)
{
    char why[256];
    kube_pod_why_unscheduled(kube, pod, why);
    struct kube_tale tale =
        again(kube, "Warning", "FailedScheduling", "default-scheduler", pod->created_ms, 300);
    kube_event(kube, object, &tale, "%s", why);
}

static void not_pulled(struct kube_world *kube, const struct kube_object *object,
                       const struct kube_pod *pod)
{
    char why[512];
    kube_pod_why_no_image(pod, why);
    struct kube_tale failed = again(kube, "Warning", "Failed", "kubelet", pod->pulled_ms, 90);
    struct kube_tale error = failed;
    struct kube_tale backoff =
        again(kube, "Normal", "BackOff", "kubelet", pod->pulled_ms + kube_ms(kube, 12), 30);
    kube_event(kube, object, &failed, "Failed to pull image \"%s\": %s", pod->image, why);
    error.first_ms++; /* events are told apart by their first time */
    kube_event(kube, object, &error, "Error: ErrImagePull");
    kube_event(kube, object, &backoff, "Back-off pulling image \"%s\"", pod->image);
}

static void once(struct kube_world *kube, const struct kube_object *object, const char *reason,
                 const char *component, int64_t when_ms, const char *message)
{
    struct kube_tale tale = {"Normal", reason, component, when_ms, when_ms, 1};
    if (when_ms != KUBE_NEVER)
        kube_event(kube, object, &tale, "%s", message);
}

void kube_pod_events(struct kube_world *kube, const struct kube_object *object,
                     const struct kube_pod *pod)
{
    if (pod->trouble == KUBE_NO_MEMORY || pod->trouble == KUBE_NO_CLAIM) {
        unscheduled(kube, object, pod);
        return;
    }
    if (pod->scheduled_ms == KUBE_NEVER || kube->node_count <= pod->node)
        return;
    char *text = alloc_printf("Successfully assigned %s/%s to %s", pod->ns, pod->name,
                              kube->nodes[pod->node].name);
    once(kube, object, "Scheduled", "default-scheduler", pod->scheduled_ms, text);
    free(text);
    if (pod->claim && pod->running_ms != KUBE_NEVER) {
        text = alloc_printf("AttachVolume.Attach succeeded for volume \"pvc-%.8s\"", object->uid);
        once(kube, object, "SuccessfulAttachVolume", "attachdetach-controller",
             pod->scheduled_ms + kube_ms(kube, 1), text);
        free(text);
    }
    text = alloc_printf("Pulling image \"%s\"", pod->image);
    once(kube, object, "Pulling", "kubelet", pod->scheduled_ms + kube_ms(kube, 2), text);
    free(text);
    if (pod->trouble == KUBE_NO_IMAGE) {
        not_pulled(kube, object, pod);
        return;
    }
    text = alloc_printf("Successfully pulled image \"%s\"", pod->image);
    once(kube, object, "Pulled", "kubelet", pod->pulled_ms, text);
    free(text);
    text = alloc_printf("Created container: %s", pod->container);
    once(kube, object, "Created", "kubelet", pod->running_ms, text);
    free(text);
    text = alloc_printf("Started container %s", pod->container);
    once(kube, object, "Started", "kubelet", pod->running_ms, text);
    free(text);
    if (pod->deleted_ms != KUBE_NEVER) {
        text = alloc_printf("Stopping container %s", pod->container);
        once(kube, object, "Killing", "kubelet", pod->deleted_ms, text);
        free(text);
    }
}
