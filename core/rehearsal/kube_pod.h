/* What a pod's status and its events both say. Private to the two. */
#ifndef CORE_REHEARSAL_KUBE_POD_H
#define CORE_REHEARSAL_KUBE_POD_H

#include "core/rehearsal/kube_object.h"

void kube_pod_why_unscheduled(const struct kube_world *kube, const struct kube_pod *pod,
                              char out[256]);
void kube_pod_why_no_image(const struct kube_pod *pod, char out[512]);

/* The events of its life so far. */
void kube_pod_events(struct kube_world *kube, const struct kube_object *object,
                     const struct kube_pod *pod);

#endif
