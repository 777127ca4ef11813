/* A port of a pod on a port of this machine (127.0.0.1 alone), as kubectl port-forward does it, by
 * one WebSocket for each connection: sub-protocol v4.channel.k8s.io, one byte of channel before the
 * bytes. Works before anything is exposed; needs `create` on pods/portforward. */
#ifndef CORE_KUBE_FORWARD_H
#define CORE_KUBE_FORWARD_H

#include "core/io/task.h"
#include "core/kube/kube.h"

struct forward {
    struct task task; /* RUNNING while it listens; FAILED when the pod is gone or not allowed */
    struct kube *kube;
    char namespace_name[64], pod[254];
    int pod_port;
    int port;             /* on 127.0.0.1; there once task_start has returned with it RUNNING */
    struct error trouble; /* of the last connection that could not be carried; kind NONE: none */
    unsigned carried;     /* connections that reached the pod */

    /* private */
    struct watch watch;
    struct list streams;
};

/* For task_start; task_stop ends it as CANCELLED, task_finish closes every connection. */
void forward_init(struct forward *forward, struct kube *kube, const char *namespace_name,
                  const char *pod, int pod_port);

#endif
