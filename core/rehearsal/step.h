/* One step of a rehearsal: a resource is created or destroyed. It waits as long as the real thing
 * at the rehearsal's speed and tells the world. Used by `--rehearse-step`, which terraform runs,
 * and by the player, which does its own waiting. */
#ifndef CORE_REHEARSAL_STEP_H
#define CORE_REHEARSAL_STEP_H

#include "core/rehearsal/world.h"

enum { STEP_FAILURE = 1536 };

struct step {
    char address[WORLD_ADDRESS];
    char type[WORLD_TYPE];
    char detail[WORLD_DETAIL];
    double seconds; /* in the world */
    bool destroy;
    char login[WORLD_DETAIL]; /* of a step that makes the index's login (login.h); else "" */
};

/* Announces the step to the world of the deployment directory `dir`. *wait_ms is how long it takes,
 * after which it fails with `failure` unless that is "": a planted fault, or what stands in the
 * way of a destruction. */
bool step_begin(const char *dir, const struct step *step, int64_t now_wall_ms, int64_t *wait_ms,
                char failure[STEP_FAILURE], struct error *err);

/* Tells the world that a creation failed. */
bool step_fail(const char *dir, const struct step *step, int64_t now_wall_ms, struct error *err);

/* `ekshub-tui --rehearse-step ADDRESS SECONDS create|destroy`, run by terraform in
 * DIR/provision-STAGE; argv[0] is ADDRESS. Type and detail come from EKSHUB_STEP_TYPE and
 * EKSHUB_STEP_DETAIL, the index's login from EKSHUB_STEP_USER and EKSHUB_STEP_HASH. Returns the
 * exit code. */
int step_main(int argc, char **argv);

#endif
