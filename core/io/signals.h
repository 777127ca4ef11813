/* Signals as events: a self-pipe on the loop. CHLD reaps the children that process.c registered and
 * no others; everything else that is caught is handed to `caught`, in the loop and not in a handler.
 * SIGPIPE is ignored. One instance a process. */
#ifndef CORE_IO_SIGNALS_H
#define CORE_IO_SIGNALS_H

#include "core/base/error.h"
#include "core/io/loop.h"

struct signals {
    struct loop *loop;
    struct watch watch;
    struct list children; /* of struct process */
    void (*caught)(struct signals *signals, int number); /* may be NULL */
};

/* `numbers` ends with 0: which signals are caught beside SIGCHLD. */
bool signals_init(struct signals *signals, struct loop *loop, const int *numbers,
                  struct error *err);
/* Restores the old handlers. Idempotent. */
void signals_finish(struct signals *signals);

#endif
