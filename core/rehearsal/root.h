/* The terraform root of a rehearsal: the description written as JSON configuration that real
 * terraform builds, by hand too. Local modules, terraform_data only, so nothing is downloaded; each
 * resource's create and destroy steps are this program. */
#ifndef CORE_REHEARSAL_ROOT_H
#define CORE_REHEARSAL_ROOT_H

#include "core/rehearsal/description.h"

/* Writes DIR/ROOT: variables.tf and outputs.tf from `assets`/rehearsal/ROOT, main.tf.json and the
 * modules from the description. Files that are already so are left alone. `program` is the absolute
 * path of this program. */
bool root_write(const char *dir, const char *assets, const char *program,
                const struct description *description, struct error *err);

/* main.tf.json of the root (module "") or of "module.vpc". A new object. */
json_t *root_main(const struct description *description, const char *program);
json_t *root_module(const struct description *description, const char *module, const char *program);

#endif
