/* The outputs of the stage before, as a root's terraform_remote_state reads them from a local state
 * (https://developer.hashicorp.com/terraform/language/state/remote-state-data). */
#ifndef CORE_REHEARSAL_REMOTE_H
#define CORE_REHEARSAL_REMOTE_H

#include "core/rehearsal/description.h"

/* The address of that data source, "data.terraform_remote_state.eks"; "" when the stage has none.
 */
void remote_address(const struct description *description, char out[96]);

/* {name: value} of all outputs in that state. NULL with *summary (static) and *err in terraform's
 * words when there is no state or an output that the stage needs is not in it. A new object. */
json_t *remote_read(const struct description *description, const char *dir, const char **summary,
                    struct error *err);

/* The data source as it stands in a state (format 4), and in the document of `show -json`. New
 * objects. */
json_t *remote_state(const struct description *description, const json_t *outputs);
json_t *remote_show(const json_t *state_resource);

#endif
