/* The bucket of the packages in the state of provision-pypi, before a destroy is planned: forgotten
 * there it stays in the account, or marked so that terraform empties it first. Knows no files.
 * https://developer.hashicorp.com/terraform/language/state (`state rm` and `state push`) */
#ifndef CORE_SESSION_BUCKET_STATE_H
#define CORE_SESSION_BUCKET_STATE_H

#include "core/base/json.h"

/* What `terraform state rm` does: the bucket and what is set on it (access block, versioning, …)
 * leave the state, with the next serial. `bucket` (64 bytes) gets its name, "" when the state does
 * not say it. False when there is none: then nothing is changed. */
bool bucket_state_forget(json_t *state, char bucket[64]);

/* force_destroy acts from the state: as an apply with the variable would leave it. False when there
 * is none to be marked. */
bool bucket_state_release(json_t *state);

#endif
