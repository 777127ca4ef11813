/* One deployment in a line, as its files tell it: what state it is in, since when, what it costs.
 * For the list, the welcome screen and whoever lists deployments; reads no network, runs nothing.
 */
#ifndef CORE_SESSION_SUMMARY_H
#define CORE_SESSION_SUMMARY_H

#include "core/session/deployment.h"
#include "core/session/estimate.h"
#include "core/session/history.h"
#include "core/session/run.h"

enum summary_state {
    SUMMARY_NEW,         /* never planned */
    SUMMARY_PLANNED,     /* a plan was all */
    SUMMARY_GOING,       /* a run is at work */
    SUMMARY_ASKING,      /* its review waits for a yes */
    SUMMARY_INTERRUPTED, /* its worker is gone: opening it goes on with it */
    SUMMARY_UP,
    SUMMARY_STOPPED,
    SUMMARY_FAILED,
    SUMMARY_GONE, /* destroyed */
};

struct summary {
    enum summary_state state;
    char text[64]; /* "EKS 41 of 58", "up", "MLHub failed" */
    enum stage_state stages[STAGES];
    int64_t since_ms;  /* wall: since when it is so; 0 unknown */
    int64_t looked_ms; /* wall: when a run was last at work in it; 0 never */
    double cost;       /* $/h of what exists; < 0 unknown */
};

const char *summary_state_name(enum summary_state state); /* "new", "going", "up", … */

/* A run is at work, or waits for somebody, or for another worker. */
static inline bool summary_is_live(const struct summary *summary)
{
    return summary->state == SUMMARY_GOING || summary->state == SUMMARY_ASKING ||
           summary->state == SUMMARY_INTERRUPTED;
}

/* `run` is the last one and may be one that is not open; `held`: somebody works in the directory.
 * Pure. */
void summary_of(struct summary *summary, const struct estimates *estimates,
                const struct answers *answers, const struct run *run,
                const struct history_stage before[STAGES], bool held);

/* $/h of what exists: of the stages before the run, and of what the run has made so far; < 0 when
 * nobody knows how much of a failed run is there. Pure. */
double summary_cost(const struct estimates *estimates, const struct answers *answers,
                    const struct run *run, const struct history_stage before[STAGES]);

/* Reads the directory of the entry. *run (may be NULL) is what it was made from; finish it. */
void summary_read(struct summary *summary, const struct estimates *estimates,
                  const struct deployment_entry *entry, struct run *run);

#endif
