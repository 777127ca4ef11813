/* A step of a run in a rehearsal that has been built: what it may use, and one step at a time to
 * its end. */
#ifndef TESTS_CORE_STEPPING_H
#define TESTS_CORE_STEPPING_H

#include "core/io/signals.h"
#include "core/session/between.h"
#include "core/session/outputs.h"
#include "core/session/secrets.h"

extern struct stepping {
    struct place place;
    struct answers answers;
    struct outputs outputs;
    struct secrets secrets;
    struct signals signals;
    struct between_world world;
    struct between between; /* the last one */
} stepping;

void stepping_begin(const char *const *faults); /* faults may be NULL */
void stepping_end(void);                        /* for .fini */

/* As terraform gave it. */
void stepping_output(enum stage_id stage, const char *name, json_t *value);

/* To its end; its state then is returned. */
enum task_state stepping_run(struct task *task);
enum task_state stepping_go(enum stage_id stage, enum stage_step step, bool destroy);

/* Begins without waiting. */
void stepping_start(enum stage_id stage, enum stage_step step, bool destroy);
bool stepping_runs(void);
enum task_state stepping_wait(void);
/* Turns until its note holds the text. */
void stepping_until_note(const char *text);

#endif
