/* The work of a run: each wanted stage is a lane of steps (stage.h), and the lanes go side by side
 * on the one loop as far as they do not need each other. Writes the journal (its words: run.h) and
 * drives terraform and the steps between; knows no socket and no lock, those are the worker's. */
#ifndef CORE_SESSION_DEPLOY_H
#define CORE_SESSION_DEPLOY_H

#include "core/io/journal.h"
#include "core/session/between.h"
#include "core/session/estimate.h"
#include "core/session/outputs.h"
#include "core/session/run.h"
#include "core/session/secrets.h"
#include "core/terraform/tf_command.h"
#include "core/terraform/tf_query.h"

enum deploy_stop { DEPLOY_STOP_NOW, DEPLOY_STOP_WHEN_SAFE, DEPLOY_STOP_HARDER };

struct deploy_lane {
    struct deploy *deploy;
    enum stage_id stage;
    const enum stage_step *steps; /* NULL: this stage is not worked on */
    size_t at;                    /* the step that goes, else the next one */
    enum stage_step step;         /* begun last; STEP_NONE before the first */
    bool going;                   /* it has not ended */
    bool over;                    /* and so has the stage, as `state` says */
    enum stage_state state;
    enum stage_step left; /* where a dead worker stood; STEP_NONE: it is ours from the start */
    bool refused;         /* the operator said no to its plan */
    bool changing;        /* an apply was begun */
    bool interrupted;     /* its terraform had its interrupt from that worker */
    bool nothing;         /* the plan found nothing to do */
    bool empty, unmade;   /* destroy: nothing is in the state; there is none at all */
    bool covered;         /* the plan is within what was consented to */
    double plan_cost;     /* $/h of what the plan creates */
    char waits[240];      /* as it was told last */
    char root[PATH_MAX], stream[PATH_MAX], plan[PATH_MAX];
    struct tf_command terraform_command;
    struct tf_query query;
    struct between between;
    struct process_secret secrets[SECRETS + 1]; /* for the environment of its terraform */
};

struct deploy {
    /* given before deploy_start, borrowed until the end */
    const struct place *place;
    struct loop *loop;
    struct signals *signals;
    struct http *http;
    struct journal *journal;
    /* between_init, or what a test has in its place */
    bool (*between)(struct between *between, const struct between_world *world, enum stage_id stage,
                    enum stage_step step, bool destroy, struct error *err);
    char run_dir[PATH_MAX];
    enum run_command command;
    bool wanted[STAGES];
    bool consent; /* given in advance */
    char profile[128];
    struct answers answers;
    struct secrets secrets; /* owned from here on */
    /* Both once, from the loop, ending and error are set: before the end is in the journal (what
     * must be there when a face reads of it; may be NULL), and after it. */
    void (*closing)(struct deploy *deploy);
    void (*ended)(struct deploy *deploy);

    /* how it ended */
    enum run_ending ending;
    struct error error;
    unsigned add, change, remove; /* of all plans, for the history */
    bool changing;                /* an apply was begun: the account may be another now */
    char version[64];             /* "terraform 1.11.4" */
    struct deploy_lane lanes[STAGES];
    struct outputs outputs; /* of the deployment, as they become known */

    /* private */
    struct terraform terraform;
    char **environment;    /* of terraform: its source of keys is in it */
    struct tf_query query; /* which terraform */
    struct error unable;   /* there is no terraform: what runs goes to its end, nothing begins */
    struct estimates estimates;
    struct between_world world;
    struct run_cover cover;
    int gravity; /* of `error`: a worse one takes its place */
    bool ready;  /* terraform is known, and what was left by a dead worker is taken over */
    bool stop_asked, when_safe;
    struct timer next, over;
};

/* Starts with the first steps; or, with a run whose worker died, where that one stood: a terraform
 * that is still going is watched to its end, a review that was waiting waits again. */
void deploy_start(struct deploy *deploy, const struct run *continued);

/* The operator's answer to the review of that stage; STAGE_NONE is the one that waits. False when
 * it does not wait. The first yes covers the whole deployment: plans of other stages that only
 * create ask no more as long as everything costs no more than was said. */
bool deploy_consent(struct deploy *deploy, enum stage_id stage, bool yes, struct error *err);

/* A form is filled in: takes the answers and secrets of the stages that are not planned yet, and
 * saves the answers. Both may be NULL. False, with the first complaint, when it takes none. */
bool deploy_answers(struct deploy *deploy, const json_t *answers, const json_t *secrets,
                    struct error *err);

/* For all that goes. NOW sends each terraform one interrupt, WHEN_SAFE does so at the first moment
 * when it makes nothing slow, HARDER sends the second one. Nothing new is begun. */
bool deploy_stop(struct deploy *deploy, enum deploy_stop how, struct error *err);

void deploy_finish(struct deploy *deploy); /* leaves running terraforms alone; idempotent */

#endif
