/* What root.c writes that is an expression. Private to the root's files. */
#ifndef CORE_REHEARSAL_ROOT_LOCALS_H
#define CORE_REHEARSAL_ROOT_LOCALS_H

#include "core/rehearsal/description.h"

enum { ROOT_TEXT_MAX = 1 << 20 };

/* Appends the template with ${name} as ${PREFIXname}. */
void root_retarget(const char *template, const char *prefix, struct buf *out);

/* Appends "PREFIXname" or "PREFIXname == \"text\"". */
void root_condition(const char *condition, const char *prefix, struct buf *out);

/* The text as a JSON string; finishes it. A new reference. */
json_t *root_text(struct buf *text);

/* The root's locals, and its data sources. New objects. */
json_t *root_locals(const struct description *description);
json_t *root_remote(const struct description *description);

#endif
