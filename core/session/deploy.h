/* The work of a run, one step after the other: version, init, plan, show, consent, apply, outputs,
 * for each stage that is wanted. Writes the journal (its words: run.h) and drives terraform; knows
 * no socket and no lock, those are the worker's. */
#ifndef CORE_SESSION_DEPLOY_H
#define CORE_SESSION_DEPLOY_H

#include "core/io/journal.h"
#include "core/session/answers.h"
#include "core/session/estimate.h"
#include "core/session/outputs.h"
#include "core/session/place.h"
#include "core/session/run.h"
#include "core/terraform/tf_command.h"
#include "core/terraform/tf_query.h"

enum deploy_stop { DEPLOY_STOP_NOW, DEPLOY_STOP_WHEN_SAFE, DEPLOY_STOP_HARDER };

struct deploy {
    /* given before deploy_start, borrowed until the end */
    const struct place *place;
    struct loop *loop;
    struct signals *signals;
    struct journal *journal;
    char run_dir[PATH_MAX];
    enum run_command command;
    bool wanted[STAGES];
    bool consent; /* given in advance */
    char profile[128];
    struct answers answers;
    struct outputs outputs; /* of the deployment, as they become known */
    /* Both once, from the loop, ending and error are set: before the end is in the journal (what
     * must be there when a face reads of it; may be NULL), and after it. */
    void (*closing)(struct deploy *deploy);
    void (*ended)(struct deploy *deploy);

    /* how it ended */
    enum run_ending ending;
    struct error error;
    unsigned add, change, remove; /* of the last plan, for the history */
    bool changing;                /* an apply was begun: the account may be another now */
    char version[64];             /* "terraform 1.11.4" */

    /* private */
    enum stage_id stage;
    enum stage_step step;
    enum stage_step left; /* where a dead worker stood */
    struct terraform terraform;
    struct tf_query query;
    struct tf_command terraform_command;
    struct estimates estimates;
    char root[PATH_MAX], stream[PATH_MAX], plan[PATH_MAX];
    bool stop_asked, when_safe;
    bool interrupted; /* the terraform that a dead worker left had its interrupt from it */
    struct timer over;
};

/* Starts at the first stage; or, with a run whose worker died, where that one stood: a terraform
 * that is still going is watched to its end, a review that was waiting waits again. */
void deploy_start(struct deploy *deploy, const struct run *continued);

/* The operator's answer to the review that waits; false when none does. */
bool deploy_consent(struct deploy *deploy, bool yes, struct error *err);

/* NOW sends terraform one interrupt, WHEN_SAFE does so at the first moment when nothing slow is
 * being made, HARDER sends the second one. */
bool deploy_stop(struct deploy *deploy, enum deploy_stop how, struct error *err);

void deploy_finish(struct deploy *deploy); /* leaves a running terraform alone; idempotent */

#endif
