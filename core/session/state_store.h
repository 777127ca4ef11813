/* Where the states of a deployment are kept, as its answers say, and where this machine has the
 * newest of each that it knows. One key or workspace a stage, named by the cluster and the
 * deployment's id, so that one bucket serves many. */
#ifndef CORE_SESSION_STATE_STORE_H
#define CORE_SESSION_STATE_STORE_H

#include "core/session/answers.h"
#include "core/session/place.h"
#include "core/terraform/tf_backend.h"

/* The player of a rehearsal keeps every state beside its root. */
void state_store_of(struct tf_backend *backend, const struct answers *answers,
                    const struct place *place, enum stage_id stage);
/* States are kept elsewhere: what is seen of them here may be old. */
bool state_store_shared(const struct answers *answers);
/* "this machine", "s3://acme-states", "HCP Terraform, acme". */
void state_store_name(const struct answers *answers, char out[128]);

/* The state of the stage: beside its root in `dir`, else the copy that was pulled last. */
bool state_store_file(const char *dir, enum stage_id stage, char out[PATH_MAX], struct error *err);
/* Where that copy is. */
bool state_store_pulled(const char *dir, enum stage_id stage, char out[PATH_MAX],
                        struct error *err);

#endif
