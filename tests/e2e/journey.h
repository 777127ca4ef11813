/* The keys of the journey, for tests that begin somewhere on it. Each waits for what the operator
 * would wait for before the next key. */
#ifndef TESTS_E2E_JOURNEY_H
#define TESTS_E2E_JOURNEY_H

#include "tests/e2e/place.h"

/* The program in a rehearsal, full screen; more arguments may follow. */
#define journey_start(e2e, ...) e2e_start(e2e, ARGS("--rehearse=200x", "--dir", PLACE __VA_ARGS__))

void journey_credentials(struct pty *pty); /* from the first frame to the form */
void journey_plan(struct pty *pty);        /* from the form, unchanged, to the review */
void journey_forms(struct pty *pty);       /* through PyPI and MLHub, unchanged */
void journey_domain(struct pty *pty);      /* there is to be none */
void journey_consent(struct pty *pty);     /* from the review to the apply */

/* From the first frame to the apply, which is held there; returns terraform. */
pid_t journey_held(struct e2e *e2e, struct pty *pty);

/* The second start after a run that has ended: goes on with the rehearsal that is there. */
void journey_again(struct pty *pty);

void journey_up(struct pty *pty);      /* waits for the results of the whole platform */
void journey_results(struct pty *pty); /* waits for them, leaves, and expects all to be in order */

#endif
