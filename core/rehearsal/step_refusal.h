/* Why a step of a rehearsal fails: a planted fault strikes its creation, or something that nobody
 * drained stands in the way of its destruction. Private to step.c. */
#ifndef CORE_REHEARSAL_STEP_REFUSAL_H
#define CORE_REHEARSAL_STEP_REFUSAL_H

#include "core/rehearsal/settings.h"
#include "core/rehearsal/step.h"

struct step_refusal {
    char text[STEP_FAILURE]; /* "" when it does not fail */
    double seconds;          /* in the world, until it fails */
};

/* Spends the fault that strikes. */
bool step_refused(const char *dir, const struct step *step, const struct settings *settings,
                  int64_t now_ms, struct step_refusal *refusal, struct error *err);

#endif
