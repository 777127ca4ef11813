/* The faults that can be planted in a rehearsal: what --fault NAME means. Data only; the step and
 * the server ask whether one of them strikes. */
#ifndef CORE_REHEARSAL_FAULT_H
#define CORE_REHEARSAL_FAULT_H

#include <stddef.h>

#include "core/base/error.h"

struct fault {
    const char *name;
    const char *summary; /* one line, for --fault list */
    const char *address; /* the resource whose creation fails; NULL when it strikes elsewhere */
    const char *text;    /* what AWS says then */
    bool once;           /* spent after the first time (the world remembers) */
};

extern const struct fault fault_table[];
extern const size_t fault_count;

const struct fault *fault_named(const char *name); /* NULL when there is none */

/* As fault_named, but ERROR_INPUT with the nearest name as the hint. */
const struct fault *fault_find(const char *name, struct error *err);

/* The fault that strikes when this resource is created; NULL when none does. */
const struct fault *fault_at(const char *address);

#endif
