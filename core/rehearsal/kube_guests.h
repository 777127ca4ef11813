/* Pods that a client of the API created: their manifests rest under DIR/rehearsal/pods, their
 * beginning and end in the world. A pod that installs a package from the rehearsed index does so as
 * pip would, so that a proof proves something. */
#ifndef CORE_REHEARSAL_KUBE_GUESTS_H
#define CORE_REHEARSAL_KUBE_GUESTS_H

#include "core/rehearsal/kube_world.h"

/* Remembers the pod. `manifest` has its metadata.name and spec. */
bool kube_guest_create(const char *dir, const char *ns, const char *name, const json_t *manifest,
                       int64_t now_ms, struct error *err);

/* What a guest's program prints up to its end, and how it ends. False when the pod installs
 * nothing: then it just sleeps and ends well. */
bool kube_guest_prints(const struct world *world, const json_t *spec, int64_t now_ms,
                       struct buf *out, int *exit_code);

#endif
