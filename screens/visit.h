/* k9s or kubectl on our terminal: while it has it, keys are its own and nothing is drawn; the loop
 * goes on turning, so what is followed is followed on. */
#ifndef SCREENS_VISIT_H
#define SCREENS_VISIT_H

#include "core/io/process.h"
#include "core/session/cluster_tool.h"
#include "tui/job.h"

struct visit {
    struct process process;
    struct cluster_tool tool;
    struct job job;
    struct watch input;                /* while Enter is waited for */
    bool ending;                       /* it was asked to end */
    bool open;                         /* somebody else has the terminal */
    void (*over)(struct visit *visit); /* it is ours again: take it */
};

/* The terminal was given up (term_suspend). False with *err when nothing runs; then it is ours
 * still. */
bool visit_begin(struct visit *visit, struct signals *signals, const struct place *place,
                 const char *dir, const char *namespace_name, struct error *err);

void visit_stop(struct visit *visit); /* Ctrl-Z, said to us instead of the program */

/* Asks the program to end; `over` comes when it has. */
void visit_end(struct visit *visit);

/* Kills the program and takes the terminal back, without `over`. Idempotent; zeroed is fine. */
void visit_finish(struct visit *visit);

#endif
