/* What the stages of a deployment gave: terraform's outputs (never a sensitive one) and what the
 * steps behind it found out, kept in DIR/outputs.json, so that every verb knows the URLs without a
 * run. Written by the worker alone. */
#ifndef CORE_SESSION_OUTPUTS_H
#define CORE_SESSION_OUTPUTS_H

#include "core/base/json.h"
#include "core/session/stage.h"

struct outputs {
    json_t *json; /* {"eks": {"region": "us-east-2", …}, …}; owned; NULL when empty */
    json_t *text; /* the same as people read it: all values are texts */
};

/* Replaces what was there. No file is an empty one; a damaged one fails and leaves it empty. */
bool outputs_load(struct outputs *outputs, const char *dir, struct error *err);
void outputs_finish(struct outputs *outputs); /* idempotent; zeroed is fine */

/* As people read it: a list of texts as "a, b", a number in digits. Sanitised; lent until the next
 * load; "" when there is none. */
const char *outputs_text(const struct outputs *outputs, enum stage_id stage, const char *name);
/* All of one stage, or NULL. Borrowed. */
const json_t *outputs_of(const struct outputs *outputs, enum stage_id stage);

/* Where people reach hub and index: by the domain once https has answered there, else by the load
 * balancer of their own; "" when there is neither. Lent as above. */
enum outputs_address { ADDRESS_HUB, ADDRESS_PYPI, ADDRESS_INDEX };
const char *outputs_url(const struct outputs *outputs, enum outputs_address address);

/* The bucket that a destroy left in the account, while that destroy goes on. */
#define OUTPUTS_BUCKET_KEPT "bucket_kept"

/* Its terraform gave outputs: what there is of it is up, as far as is known here. */
bool outputs_up(const struct outputs *outputs, enum stage_id stage);

/* Adds the values to those of the stage and writes the file; NULL forgets the stage. */
bool outputs_set(struct outputs *outputs, const char *dir, enum stage_id stage,
                 const json_t *values, struct error *err);

#endif
