/* The player's jobs and what is said of them. Private to the player's files. */
#ifndef CORE_REHEARSAL_PLAY_JOB_H
#define CORE_REHEARSAL_PLAY_JOB_H

#include "core/io/signals.h"
#include "core/rehearsal/play_plan.h"
#include "core/rehearsal/step.h"

enum job_state { JOB_NONE, JOB_TODO, JOB_RUNNING, JOB_DONE, JOB_FAILED };

struct apply;

struct job {
    struct apply *apply;
    size_t piece;
    bool destroy, update, bare; /* bare: without a provisioner, as a tainted one is destroyed */
    enum job_state state;
    struct timer end, progress;
    int64_t began_ms;
    char id[37];
    char failure[STEP_FAILURE]; /* "" for a step that succeeds */
};

struct apply {
    const struct play_plan *plan;
    struct play_state *play;
    const char *place;
    struct play_out *out;
    struct loop loop;
    struct signals signals;
    struct job *destroys, *makes;
    unsigned running, added, changed, removed;
    json_t *diagnostics; /* [[detail, address]]; said at the end, as terraform does */
    bool stopped;
};

const struct piece *job_piece(const struct job *job);

void job_say_start(const struct job *job);
void job_say_progress(const struct job *job);
void job_say_complete(const struct job *job);
/* One line of its provisioner; `output` may be NULL. */
void job_say_provision(const struct job *job, const char *type, const char *output,
                       const char *message);
void job_say_output(const struct job *job, const char *output); /* a line that the step said */
/* Its provisioner ended badly; the diagnostic is kept for the end. */
void job_say_errored(const struct job *job, const char *how, const char *output);

#endif
