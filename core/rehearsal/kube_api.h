/* The Kubernetes API of the simulated cluster over HTTP: what kubectl and our own client need.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/ */
#ifndef CORE_REHEARSAL_KUBE_API_H
#define CORE_REHEARSAL_KUBE_API_H

#include "core/rehearsal/cloud.h"

/* Whether the request is for the API: by the cluster's host or, on loopback, by the path. */
bool kube_api_is_asked(const struct request *request);

void kube_api_answer(const struct request *request, const struct cloud *cloud,
                     struct cloud_reply *reply);

#endif
