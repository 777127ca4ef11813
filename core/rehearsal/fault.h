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
    const char *detail;  /* which the resource's detail has to hold, unless NULL */
    const char *text;    /* what AWS or a provider says then; %s is its detail's first word */
    double seconds;      /* in the world, until it fails; 0: half of the resource's time */
    bool once;           /* spent after the first time (the world remembers) */
};

extern const struct fault fault_table[];
extern const size_t fault_count;

const struct fault *fault_named(const char *name); /* NULL when there is none */

/* As fault_named, but ERROR_INPUT with the nearest name as the hint. */
const struct fault *fault_find(const char *name, struct error *err);

/* The nth fault (from 0) that may strike when this resource is created; NULL when there are no
 * more. */
const struct fault *fault_at(const char *address, size_t nth);

#endif
