/* Variables of a stage and what follows from them (locals, outputs, the details in the plan), by
 * the description and nothing else. terraform computes the same from the generated root; a test
 * compares the two. */
#ifndef CORE_REHEARSAL_VALUES_H
#define CORE_REHEARSAL_VALUES_H

#include "core/rehearsal/description.h"

/* Variables as terraform would find them in the current directory: TF_VAR_NAME, then
 * terraform.tfvars.json, then *.auto.tfvars.json by name. A new object with those given, converted
 * to the type of their default. NULL and *err for a file or value that cannot be read. */
json_t *values_given(const struct description *description, const char *root_dir,
                     const char *const *environment, struct error *err);

/* Sets one variable from text ("-var", TF_VAR_): lists, maps, numbers and booleans as JSON. */
bool values_set(const struct description *description, json_t *given, const char *name,
                struct str text, struct error *err);

/* Takes the variables of one tfvars.json file ("-var-file"); names that are none are passed over.
 */
bool values_take_file(const struct description *description, json_t *given, const char *path,
                      struct error *err);

/* The first required variable that is not given; NULL when all are. */
const char *values_missing(const struct description *description, const json_t *given);

/* Moves the ephemeral variables out of `given`: they are for the environment of one step and for no
 * file. A new object. */
json_t *values_take_ephemeral(const struct description *description, json_t *given);

/* Everything by name: variables with their defaults, the outputs of the stage before (`remote`, as
 * remote.h reads them; NULL when none is needed) and the computed values. `dir` is the deployment
 * directory. A new object. */
json_t *values_evaluate(const struct description *description, const json_t *given,
                        const json_t *remote, const char *dir, struct error *err);

/* Appends the template with each ${name} replaced. */
bool values_fill(const json_t *values, const char *template, struct buf *out);

/* Whether a condition of the description holds: "NAME", true, or "NAME=TEXT", equal. */
bool values_hold(const json_t *values, const char *condition);

/* Whether the piece exists with these values. */
bool values_want(const json_t *values, const struct piece *piece);

/* The first `length` hex digits of the MD5 of text, as ids are made here. `out` has 33 bytes. */
void values_digest(struct str text, size_t length, bool upper, char out[33]);

/* Ten digits that follow from the text: 1000000000 + the first 8 hex digits of its MD5 modulo that,
 * as the numbers in the names of load balancers are made here. */
enum { VALUES_NUMBER = 24 };
void values_number(struct str text, char out[VALUES_NUMBER]);

/* terraform's type of an output's value: "string" or ["list","string"]. A new reference. */
json_t *values_type(const json_t *value);

#endif
