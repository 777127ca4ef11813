/* One step of a rehearsal: a resource is created or destroyed. It waits as long as the real thing
 * at the rehearsal's speed and tells the world. Used by `--rehearse-step`, which terraform runs,
 * and by the player, which does its own waiting. */
#ifndef CORE_REHEARSAL_STEP_H
#define CORE_REHEARSAL_STEP_H

#include "core/rehearsal/world.h"

struct step {
    char address[WORLD_ADDRESS];
    char type[WORLD_TYPE];
    char detail[WORLD_DETAIL];
    double seconds; /* in the world */
    bool destroy;
};

/* Announces the step to the world of the deployment directory `dir`. *wait_ms is how long it takes,
 * after which it fails with *failure when that is not NULL (a planted fault; static text). */
bool step_begin(const char *dir, const struct step *step, int64_t now_wall_ms, int64_t *wait_ms,
                const char **failure, struct error *err);

/* Tells the world that a creation failed. */
bool step_fail(const char *dir, const struct step *step, int64_t now_wall_ms, struct error *err);

/* `ekshub-tui --rehearse-step ADDRESS SECONDS create|destroy`, run by terraform in
 * DIR/provision-STAGE; argv[0] is ADDRESS. Type and detail come from EKSHUB_STEP_TYPE and
 * EKSHUB_STEP_DETAIL. Returns the exit code. */
int step_main(int argc, char **argv);

#endif
