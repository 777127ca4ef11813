/* Shared by tf_state.c and tf_copies.c, and nobody else's business. */
#ifndef CORE_TERRAFORM_TF_COPIES_H
#define CORE_TERRAFORM_TF_COPIES_H

#include "core/terraform/tf_state.h"

/* Judges the bytes of a state file; true when it is a good one. */
bool tf_state_read(struct tf_state_file *file, struct str text);

/* Path of the newest copy in a directory of copies; false when there is none. */
bool tf_copies_newest(const char *copies, char out[PATH_MAX]);

#endif
