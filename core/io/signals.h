/* Signals as events: a self-pipe on the loop. CHLD reaps the children that were registered here and
 * no others; everything else that is caught is handed to `caught`, in the loop and not in a
 * handler. A signal that arrives twice before the loop looks counts once. SIGPIPE is ignored. One
 * instance a process. */
#ifndef CORE_IO_SIGNALS_H
#define CORE_IO_SIGNALS_H

#include <sys/types.h>

#include "core/base/error.h"
#include "core/io/loop.h"

struct signals {
    struct loop *loop;
    struct watch watch;
    struct list children;  /* of struct child, still to be reaped */
    struct list abandoned; /* the same, whose owners have gone; freed here */
    void (*caught)(struct signals *signals, int number); /* may be NULL */
};

/* What is reaped; embedded in a process. */
struct child {
    struct list link;
    pid_t pid;
    int status;  /* as waitpid gives it; valid once `reaped` was called */
    bool halted; /* private: to be told to `stopped` */
    void (*reaped)(struct child *child);
    void (*stopped)(struct child *child); /* each time a signal stops it; may be NULL */
};

/* `numbers` ends with 0: which signals are caught beside SIGCHLD. */
bool signals_init(struct signals *signals, struct loop *loop, const int *numbers,
                  struct error *err);
/* Restores the old handlers. Idempotent; zeroed is fine. */
void signals_finish(struct signals *signals);

/* `reaped` comes from the loop, once. The caller unlinks a child that it gives up early. */
void signals_add(struct signals *signals, struct child *child, pid_t pid);
/* For a process whose owner goes: it is reaped when it ends, and nobody is told. */
void signals_abandon(struct signals *signals, struct child *child);

/* For the child of a fork: every signal as the system has it, none blocked. Async-signal-safe. */
void signals_default(void);

#endif
