/* The stages of a deployment and the steps of a run on one: names and order as data, so that a new
 * stage is a row here, a root in assets and a form. */
#ifndef CORE_SESSION_STAGE_H
#define CORE_SESSION_STAGE_H

#include <stdbool.h>

#include "core/base/str.h"

enum stage_id { STAGE_EKS, STAGE_PYPI, STAGE_MLHUB, STAGE_DOMAIN, STAGES, STAGE_NONE = -1 };

enum stage_state {
    STAGE_TODO,
    STAGE_RUNNING,
    STAGE_DONE,
    STAGE_FAILED,
    STAGE_SKIPPED,
    STAGE_DESTROYED,
};

enum stage_step {
    STEP_NONE,
    STEP_STORE,   /* the bucket of the states is there; passed over when states are kept here */
    STEP_LEAVE,   /* a state that was kept elsewhere is brought home */
    STEP_INIT,    /* terraform init */
    STEP_SHARE,   /* the state is handed over to where it is kept, and copied from there */
    STEP_BUCKET,  /* destroy: terraform forgets the bucket that is kept, or is to empty it */
    STEP_PLAN,    /* terraform plan -out */
    STEP_SHOW,    /* terraform show -json PLAN, reduced to the review */
    STEP_CONSENT, /* waits for the operator */
    STEP_APPLY,   /* terraform apply PLAN */
    STEP_OUTPUT,  /* terraform output -json */
    /* between the terraforms: core/session/between.h */
    STEP_KUBECONFIG,  /* DIR/kubeconfig is written */
    STEP_CLAIM,       /* the hub's admin signs up before anybody else can */
    STEP_BALANCER,    /* the load balancer exists, has targets, has a name, answers */
    STEP_NAMES,       /* the domain's hosts are in the zone, and the world can resolve them */
    STEP_CERTIFICATE, /* https answers with certificates that were signed for it */
    STEP_PROVE,       /* a login with the very password */
    STEP_DRAIN,       /* destroy: what the cluster made is gone in AWS */
    STEP_RESIDUE,     /* destroy: what is left is looked for */
    STEPS,
};

struct stage {
    const char *name;  /* "eks": verbs, files, JSON */
    const char *label; /* "EKS": people */
    const char *root;  /* "provision-eks" */
    bool here;         /* this version can build it */
    unsigned on;       /* bits of those it stands on: STAGE_BIT; 0 for the first */
    /* In order; the last one is STEP_NONE. NULL when it is not here. */
    const enum stage_step *builds, *destroys;
};

#define STAGE_BIT(id) (1u << (unsigned)(id))
static inline bool stage_stands_on(const struct stage *stage, int below)
{
    return stage->on & STAGE_BIT(below);
}

extern const struct stage stage_table[STAGES];

/* Which pass of terraform a step belongs to, from 1: each plan but the first begins another one.
 * The hub has two, closed and, once it is claimed, open. */
int stage_pass(const enum stage_step *steps, size_t at);

/* Adds what stands on the wanted ones: to be destroyed before them. */
void stage_add_dependants(bool wanted[STAGES]);

enum stage_id stage_named(struct str name);           /* STAGE_NONE when there is none */
const char *stage_state_name(enum stage_state state); /* "todo", "running", … */
enum stage_state stage_state_named(struct str name);  /* STAGE_TODO for an unknown word */
const char *step_name(enum stage_step step);          /* "init", "plan", "show", "consent", … */
enum stage_step step_named(struct str name);          /* STEP_NONE for an unknown word */

#endif
