/* The player at work: applies a plan on a loop, ten steps at a time, in the order of their needs,
 * with the lines, the state and the world as terraform and its steps would leave them. */
#ifndef CORE_REHEARSAL_PLAY_APPLY_H
#define CORE_REHEARSAL_PLAY_APPLY_H

#include "core/rehearsal/play_plan.h"

/* Runs until all is done, something failed, or a signal came. `place` is the deployment directory.
 * Returns the exit code. `operation` is "apply" or "destroy": how the end is told. */
int play_apply(const struct play_plan *plan, struct play_state *state, const char *place,
               struct play_out *out, const char *operation);

#endif
