/* A world in which all the stages have been built, for what asks the simulated cluster. */
#ifndef TESTS_CORE_REHEARSAL_TOWN_H
#define TESTS_CORE_REHEARSAL_TOWN_H

#include "core/rehearsal/world.h"

enum { TOWN_EVENTS = 24 };

/* Events at `at_ms` and the following seconds: the cluster with three nodes stands at +20 s, the
 * index at +30 s, the hub at +40 s, both load balancers are made at +50 s. Returns how many. */
size_t town_events(int64_t at_ms, struct world_event events[TOWN_EVENTS]);

void town_build(struct world *world, int64_t at_ms); /* applies them */
void town_append(const char *dir, int64_t at_ms);    /* writes them */
void town_tell(struct world *world, enum world_what what, int64_t at_ms, int64_t lasts_ms,
               const char *type, const char *detail);

#define TOWN_USER     "ada"
#define TOWN_PASSWORD "correct horse"

#endif
