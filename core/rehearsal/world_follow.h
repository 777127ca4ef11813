/* What terraform changes in place, it changes without a step of ours: nobody would tell the world.
 * Its states do, whichever tool wrote them. */
#ifndef CORE_REHEARSAL_WORLD_FOLLOW_H
#define CORE_REHEARSAL_WORLD_FOLLOW_H

#include "core/rehearsal/world.h"

enum { WORLD_ROOTS = 3 };

struct world_follow { /* which states were read already; begin with zeroes */
    int64_t stamps[WORLD_ROOTS];
};

/* Appends WORLD_UPDATE for every thing that exists and is another in a state of the directory's
 * roots. Costs a look at three files while none has changed. What cannot be read now is read
 * another time. */
void world_follow_states(struct world_follow *seen, const char *dir, int64_t now_ms);

#endif
