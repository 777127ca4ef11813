/* What a terraform command has done so far, reduced from its events: rows, counters, diagnostics
 * and, in the end, the outcome. Reading a stream again from its start gives the same run.
 * Knows no files and no processes. */
#ifndef CORE_TERRAFORM_TF_RUN_H
#define CORE_TERRAFORM_TF_RUN_H

#include <stddef.h>

#include "core/terraform/tf_event.h"

enum tf_verb { TF_INIT, TF_PLAN, TF_APPLY };

enum tf_row_state {
    TF_ROW_PLANNED,
    TF_ROW_RUNNING,
    TF_ROW_DONE,
    TF_ROW_FAILED,
    TF_ROW_UNKNOWN, /* begun, and terraform ended without a word: may exist in the cloud */
};
#define TF_ROW_STATES (TF_ROW_UNKNOWN + 1)

struct tf_row { /* one action on one resource; a replace has two: delete and create */
    const char *address, *module, *resource_type; /* one block, owned by the run */
    enum tf_action action;
    enum tf_row_state state;
    bool replacing;             /* half of a replace */
    unsigned weight;            /* how often it was planned; 0: not planned (reads during a plan) */
    unsigned ended;             /* how often it completed or failed */
    int64_t began_ms, ended_ms; /* wall clock, by the stream's own times; 0: not yet */
    int elapsed_s;              /* as terraform last said; -1 */
    int diagnostic;             /* index of its first error, -1 */
    char reason[64];
    char output[160];     /* a provisioner's last line */
    char provisioner[64]; /* running now; "" */
};

struct tf_diagnostic { /* strings are owned by the run, "" when absent */
    bool error, cut;
    unsigned count; /* identical ones are one */
    int row;        /* -1: belongs to no row */
    char *summary, *detail, *address, *file, *context, *code;
    int line, highlight_from, highlight_to;
};

enum tf_phase {
    TF_PHASE_STARTING, /* nothing but the version was heard */
    TF_PHASE_INIT,
    TF_PHASE_REFRESHING,
    TF_PHASE_PLANNING, /* silent until all of the plan comes at once */
    TF_PHASE_APPLYING,
    TF_PHASE_OVER,
};

enum tf_outcome {
    TF_OUTCOME_NONE, /* not ended */
    TF_OUTCOME_SUCCEEDED,
    TF_OUTCOME_NO_CHANGES, /* plan: nothing to apply */
    TF_OUTCOME_CHANGES,    /* plan: something to apply, perhaps only outputs */
    TF_OUTCOME_FAILED,
    TF_OUTCOME_INTERRUPTED, /* by SIGINT or SIGTERM; what was in flight was waited for (unless two)
                             */
    TF_OUTCOME_KILLED,      /* by another signal: state may be torn, rows in flight are unknown */
    TF_OUTCOME_CRASHED,     /* terraform itself */
    TF_OUTCOME_UNCLEAR,     /* it ended, and neither code nor stream says how: plan again */
};

struct tf_run {
    enum tf_verb verb;
    enum tf_phase phase;
    char version[32];

    struct tf_row *rows;
    size_t row_count, row_capacity;
    unsigned by_state[TF_ROW_STATES]; /* rows with a weight only */
    unsigned total, done; /* weights; 0 of 0: no measure (facts: a failed run stays below) */

    unsigned *running; /* indices of rows in flight, oldest first */
    size_t running_count, running_capacity;
    unsigned recent[8]; /* indices of the rows that ended last, newest first */
    size_t recent_count;

    struct tf_diagnostic *diagnostics;
    size_t diagnostic_count, diagnostic_capacity;
    unsigned errors, warnings;    /* distinct */
    unsigned diagnostics_dropped; /* beyond TF_DIAGNOSTICS_MAX */

    unsigned refresh_begun, refresh_done, drifted;
    bool waiting_for_lock;
    unsigned interrupts; /* that terraform said it received */
    bool emergency;      /* the stream holds the only copy of the state */

    bool planned, finished;               /* change_summary of the plan / of the apply was seen */
    unsigned add, change, import, remove; /* of the last summary */
    char operation[16];                   /* of the last summary: plan, apply, destroy */
    bool outputs_seen;
    unsigned outputs_changed; /* by the plan */

    char note[160];  /* the last thing worth a line */
    unsigned events; /* lines taken in */
    int code;        /* exit code, -1 unknown */
    enum tf_outcome outcome;

    unsigned *index; /* private: open hash of row numbers + 1 by (address, action) */
    size_t index_size;
};

#define TF_DIAGNOSTICS_MAX 256

void tf_run_init(struct tf_run *run, enum tf_verb verb);
void tf_run_finish(struct tf_run *run); /* idempotent; zeroed is fine */

/* `now_ms` is wall time, used for events without a time of their own. A second version event begins
 * the run anew: another command was appended to the same stream. */
void tf_run_apply(struct tf_run *run, const struct tf_event *event, int64_t now_ms);

/* terraform has ended and the stream was read to its end. `code` as a shell shows it (128 +
 * signal), -1 when nobody saw it. Open rows become unknown, errors find their rows, the outcome is
 * set. */
void tf_run_ended(struct tf_run *run, int code);

/* The row of (address, action), or NULL. Valid until the next event: rows move as they grow. */
const struct tf_row *tf_run_row(const struct tf_run *run, const char *address,
                                enum tf_action action);
/* The first error that is not just an echo of an interrupt, else the first error, else NULL. */
const struct tf_diagnostic *tf_run_error(const struct tf_run *run);
/* The words of the service that refused: what a provisioner says of itself around them is left out,
 * and *provisioner tells so; else the detail. Lent by the diagnostic. */
const char *tf_diagnostic_words(const struct tf_diagnostic *diagnostic, bool *provisioner);
/* Says what went wrong or, after a success, the first warning: terraform's own words, and a hint
 * where the cause is known. Always returns false. */
bool tf_run_explain(const struct tf_run *run, struct error *err);

/* Planned and never begun: what "go on" would still make. */
unsigned tf_run_not_begun(const struct tf_run *run);

#endif
