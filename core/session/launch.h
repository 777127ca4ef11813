/* Starts a worker and learns which run it is. The worker lives on whatever becomes of us. */
#ifndef CORE_SESSION_LAUNCH_H
#define CORE_SESSION_LAUNCH_H

#include "core/io/process.h"
#include "core/session/place.h"
#include "core/session/run.h"
#include "core/session/secrets.h"

struct launch_wish {
    const char *dir; /* the deployment */
    enum run_command command;
    bool stages[STAGES];
    bool consent;                  /* given in advance: --auto-approve */
    const char *profile;           /* for terraform; NULL: what the environment says */
    enum surrounding_id source;    /* … or one of these, exactly; only without a profile */
    const char *account, *arn;     /* of the operator, for the journal; may be "" */
    const char *continue_run;      /* a run whose worker died: go on with it; NULL: a new one */
    const struct secrets *secrets; /* handed over the pipe; may be NULL */
};

struct launch {
    struct process process;
    struct loop *loop;
    bool answered, ok;
    char run[64];
    struct error error;                   /* why not ok */
    void (*ended)(struct launch *launch); /* answered; the worker goes on */
};

/* False when it could not be started; otherwise `ended` comes once. */
bool launch_start(struct launch *launch, struct loop *loop, struct signals *signals,
                  const struct place *place, const struct launch_wish *wish, struct error *err);
void launch_finish(struct launch *launch); /* leaves the worker alone; idempotent */

#endif
