/* The tables behind stage.h. */
#include "core/session/stage.h"

#include "core/base/alloc.h"

/* Where the state is, before anything looks at it. */
#define BEGINNING STEP_STORE, STEP_LEAVE, STEP_INIT, STEP_SHARE

static const enum stage_step eks_builds[] = {
    BEGINNING,  STEP_PLAN,   STEP_SHOW,       STEP_CONSENT,
    STEP_APPLY, STEP_OUTPUT, STEP_KUBECONFIG, STEP_NONE,
};
static const enum stage_step pypi_builds[] = {
    BEGINNING,   STEP_PLAN,     STEP_SHOW,  STEP_CONSENT, STEP_APPLY,
    STEP_OUTPUT, STEP_BALANCER, STEP_PROVE, STEP_NONE,
};
static const enum stage_step mlhub_builds[] = {
    BEGINNING,   STEP_PLAN,     STEP_SHOW,    STEP_CONSENT,
    STEP_APPLY,  STEP_OUTPUT,   STEP_CLAIM, /* while nobody else can reach it */
    STEP_PLAN,   STEP_SHOW,     STEP_CONSENT, STEP_APPLY,
    STEP_OUTPUT, STEP_BALANCER, STEP_PROVE,   STEP_NONE,
};

static const enum stage_step domain_builds[] = {
    BEGINNING,     STEP_PLAN,  STEP_SHOW,        STEP_CONSENT, STEP_APPLY, STEP_OUTPUT,
    STEP_BALANCER, STEP_NAMES, STEP_CERTIFICATE, STEP_PROVE,   STEP_NONE,
};

static const enum stage_step eks_destroys[] = {
    BEGINNING, STEP_DRAIN, STEP_PLAN, STEP_SHOW, STEP_CONSENT, STEP_APPLY, STEP_RESIDUE, STEP_NONE,
};
static const enum stage_step pypi_destroys[] = {
    BEGINNING, STEP_BUCKET, STEP_PLAN, STEP_SHOW, STEP_CONSENT, STEP_APPLY, STEP_NONE,
};
static const enum stage_step mlhub_destroys[] = {
    BEGINNING, STEP_DRAIN, STEP_PLAN, STEP_SHOW, STEP_CONSENT, STEP_APPLY, STEP_NONE,
};

static const enum stage_step domain_destroys[] = {
    BEGINNING,  STEP_PLAN,  STEP_SHOW, STEP_CONSENT,
    STEP_APPLY, STEP_DRAIN, STEP_NONE, /* behind it: only then its controllers clear up */
};

const struct stage stage_table[STAGES] = {
    [STAGE_EKS] = {"eks", "EKS", "provision-eks", true, 0, eks_builds, eks_destroys},
    [STAGE_PYPI] = {"pypi", "PyPI", "provision-pypi", true, STAGE_BIT(STAGE_EKS), pypi_builds,
                    pypi_destroys},
    [STAGE_MLHUB] = {"mlhub", "MLHub", "provision-ml-hub", true, STAGE_BIT(STAGE_EKS), mlhub_builds,
                     mlhub_destroys},
    [STAGE_DOMAIN] = {"domain", "Domain", "provision-domain", true,
                      STAGE_BIT(STAGE_PYPI) | STAGE_BIT(STAGE_MLHUB), domain_builds,
                      domain_destroys},
};

int stage_pass(const enum stage_step *steps, size_t at)
{
    int plans = 0;
    for (size_t i = 0; i <= at; i++)
        plans += steps[i] == STEP_PLAN;
    return plans > 1 ? plans : 1;
}

void stage_add_dependants(bool wanted[STAGES])
{
    for (int i = 0; i < STAGES; i++) /* whatever stands on another one comes behind it */
        for (int below = 0; below < i; below++)
            wanted[i] |= wanted[below] && stage_stands_on(&stage_table[i], below);
}

static const char *const state_names[] = {
    [STAGE_TODO] = "todo",     [STAGE_RUNNING] = "running", [STAGE_DONE] = "done",
    [STAGE_FAILED] = "failed", [STAGE_SKIPPED] = "skipped", [STAGE_DESTROYED] = "destroyed",
};

static const char *const step_names[STEPS] = {
    [STEP_NONE] = "none",       [STEP_STORE] = "store",
    [STEP_LEAVE] = "leave",     [STEP_INIT] = "init",
    [STEP_SHARE] = "share",     [STEP_BUCKET] = "bucket",
    [STEP_PLAN] = "plan",       [STEP_SHOW] = "show",
    [STEP_CONSENT] = "consent", [STEP_APPLY] = "apply",
    [STEP_OUTPUT] = "output",   [STEP_KUBECONFIG] = "kubeconfig",
    [STEP_CLAIM] = "claim",     [STEP_BALANCER] = "load-balancer",
    [STEP_NAMES] = "names",     [STEP_CERTIFICATE] = "certificate",
    [STEP_PROVE] = "prove",     [STEP_DRAIN] = "drain",
    [STEP_RESIDUE] = "residue",
};

/* Index of `name` among the words, or `otherwise`. */
static int word_index(struct str name, const char *const *words, int count, int otherwise)
{
    for (int i = 0; i < count; i++)
        if (str_is(name, words[i]))
            return i;
    return otherwise;
}

enum stage_id stage_named(struct str name)
{
    for (int i = 0; i < STAGES; i++)
        if (str_is(name, stage_table[i].name))
            return (enum stage_id)i;
    return STAGE_NONE;
}

const char *stage_state_name(enum stage_state state)
{
    return state_names[state];
}

enum stage_state stage_state_named(struct str name)
{
    return (enum stage_state)word_index(name, state_names, STAGE_DESTROYED + 1, STAGE_TODO);
}

const char *step_name(enum stage_step step)
{
    return step_names[step];
}

enum stage_step step_named(struct str name)
{
    return (enum stage_step)word_index(name, step_names, STEPS, STEP_NONE);
}
