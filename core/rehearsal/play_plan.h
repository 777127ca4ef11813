/* What the player would change: the description with its answers against the state. Also the plan
 * file (our own JSON, not terraform's zip) and the document of `show -json`. */
#ifndef CORE_REHEARSAL_PLAY_PLAN_H
#define CORE_REHEARSAL_PLAY_PLAN_H

#include "core/rehearsal/play_out.h"
#include "core/rehearsal/play_state.h"
#include "core/rehearsal/values.h"

enum play_action { PLAY_NONE, PLAY_NOOP, PLAY_CREATE, PLAY_UPDATE, PLAY_DELETE, PLAY_REPLACE };

struct play_plan {
    const struct description *description;
    json_t *given, *values;    /* owned */
    enum play_action *actions; /* one a piece */
    char **inputs, **triggers; /* each piece's detail and "replace" with these values */
    bool *tainted;             /* why it is replaced */
    const json_t *ephemeral;   /* lent: variables for the environment of a step */
    json_t *outputs;           /* {name: {action, value}}; owned */
    unsigned add, change, remove;
    bool destroy, outputs_change;
    char lineage[64];
    int64_t serial;
};

/* Compares. Takes `given` and `values` over; `ephemeral` is lent. */
void play_plan_make(struct play_plan *plan, const struct description *description, json_t *given,
                    json_t *values, const json_t *ephemeral, const struct play_state *state,
                    bool destroy);
void play_plan_finish(struct play_plan *plan); /* idempotent; zeroed is fine */

static inline bool play_plan_changes(const struct play_plan *plan)
{
    return plan->add || plan->change || plan->remove || plan->outputs_change;
}

/* planned_change lines; then, with `whole`, the summary and the outputs. */
void play_plan_say(const struct play_plan *plan, struct play_out *out, bool whole);

/* The document of `show -json PLAN`. A new object. */
json_t *play_plan_show(const struct play_plan *plan, const struct play_state *state);

/* The document of `show -json`. A new object. */
json_t *play_state_show(const struct description *description, const struct play_state *state);

bool play_plan_write(const struct play_plan *plan, const struct play_state *state, const char *path,
                     struct error *err);

/* The whole plan file; NULL with terraform's words when it is none. A new object. */
json_t *play_plan_file(const char *path, struct error *err);

#endif
