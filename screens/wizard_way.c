#include "screens/wizard_way.h"

#include <errno.h>

#include "core/base/alloc.h"

/* Where the state of the run wants the operator to be. */
enum wizard_place way_fit(const struct session *session)
{
    const struct run *run = &session->run;
    if (session->launching)
        return PLACE_REVIEW;
    if (!run_is_open(run))
        return PLACE_NONE;
    switch (run->phase) {
    case RUN_STARTING:
    case RUN_PREPARING:
    case RUN_ASKING:
        return PLACE_REVIEW;
    case RUN_APPLYING:
    case RUN_FINISHING:
        return PLACE_APPLY;
    case RUN_OVER:
        break;
    }
    /* stopped while it was planned: nothing was made, so nothing failed */
    bool untouched = run->ending == RUN_STOPPED && run->stages[STAGE_EKS].step < STEP_APPLY;
    if (run->ending == RUN_FAILED || (run->ending == RUN_STOPPED && !untouched))
        return PLACE_FAILURE;
    if (run->ending != RUN_SUCCEEDED)
        return PLACE_NONE;
    return run->command == RUN_DESTROY && run->stages_wanted[STAGE_EKS] ? PLACE_RESIDUE
                                                                        : PLACE_RESULTS;
}

bool way_going(const struct session *session)
{
    return session->launching || (run_is_open(&session->run) && session->run.phase != RUN_OVER);
}

bool way_is_form(enum wizard_place place)
{
    return place == PLACE_CLUSTER || place == PLACE_PYPI || place == PLACE_MLHUB ||
           place == PLACE_DOMAIN;
}

/* The deployment to begin with: the directory's, or the only one known when a run goes in it. */
static const char *dir_to_open(const struct session *session)
{
    const struct deployments *known = &session->known;
    struct answers answers;
    struct error err;
    if (session->dir[0]) {
        bool none = !deployment_load(session->dir, session->place->rehearsal, &answers, &err) &&
                    err.code == ENOENT;
        return none ? NULL : session->dir;
    }
    if (known->count != 1 || known->items[0].answers.rehearsal != session->place->rehearsal)
        return NULL;
    return deployment_holder(known->items[0].dir).held ? known->items[0].dir : NULL;
}

enum wizard_place way_first(struct session *session)
{
    const char *found = dir_to_open(session);
    char dir[PATH_MAX];
    struct error ignored; /* session_open leaves it in session->trouble, too */
    if (found && str_copy(str_of(found), dir, sizeof dir) && session_open(session, dir, &ignored))
        return way_fit(session) != PLACE_NONE ? way_fit(session) : PLACE_CREDENTIALS;
    return !session->dir[0] && session->known.count > 0 ? PLACE_WELCOME : PLACE_CREDENTIALS;
}

enum wizard_place way_back(const struct wizard *wizard)
{
    enum wizard_place fit = way_fit(wizard->session); /* forms are opened from its screen, too */
    if (wizard->base == PLACE_CLUSTER)
        return fit == PLACE_FAILURE || fit == PLACE_RESULTS || fit == PLACE_RESIDUE
                   ? fit
                   : PLACE_CREDENTIALS;
    if (wizard->base == PLACE_PROFILE)
        return PLACE_CREDENTIALS;
    if (wizard->base == PLACE_PYPI)
        return fit == PLACE_APPLY ? fit : PLACE_CLUSTER;
    if (wizard->base == PLACE_MLHUB)
        return fit == PLACE_APPLY ? fit : PLACE_PYPI;
    if (wizard->base == PLACE_DOMAIN)
        return fit == PLACE_APPLY ? fit : PLACE_MLHUB;
    if (wizard->base == PLACE_REVIEW)
        return wizard->form;
    if (wizard->base == PLACE_AGAIN || wizard->base == PLACE_WELCOME)
        return PLACE_NONE;
    if (wizard->base == PLACE_CREDENTIALS && fit == PLACE_FAILURE)
        return fit; /* it sent the operator there */
    if ((wizard->base == PLACE_DESTROY || wizard->base == PLACE_RESIDUE) && fit != PLACE_NONE &&
        fit != wizard->base)
        return fit;
    bool nothing_known = wizard->session->known.count == 0;
    return wizard->base == PLACE_CREDENTIALS && nothing_known ? PLACE_NONE : PLACE_WELCOME;
}

/* The form behind this one. A run that builds already asks for the forms that it waits for, and for
 * no other. */
static enum wizard_place next_form(const struct wizard *wizard)
{
    const struct run_stage *stages = wizard->session->run.stages;
    enum wizard_place fit = way_fit(wizard->session);
    bool going = way_going(wizard->session), first = wizard->base == PLACE_PYPI;
    bool alone =
        fit == PLACE_APPLY ||
        (going && (stages[STAGE_PYPI].waits_for_form || stages[STAGE_MLHUB].waits_for_form));
    if (first && (!alone || stages[STAGE_MLHUB].waits_for_form))
        return PLACE_MLHUB;
    if (wizard->base != PLACE_DOMAIN && (!alone || stages[STAGE_DOMAIN].waits_for_form))
        return PLACE_DOMAIN;
    return fit != PLACE_NONE ? fit : PLACE_REVIEW;
}

enum wizard_place way_next(const struct wizard *wizard)
{
    enum wizard_place fit = way_fit(wizard->session);
    if (wizard->base == PLACE_AGAIN)
        return way_first(wizard->session);
    if (wizard->base == PLACE_WELCOME)
        return fit != PLACE_NONE ? fit : PLACE_CREDENTIALS;
    if (wizard->base == PLACE_PROFILE)
        return PLACE_CREDENTIALS;
    if (wizard->base == PLACE_CREDENTIALS)
        return way_going(wizard->session) ? fit : PLACE_CLUSTER;
    if (wizard->base == PLACE_CLUSTER)
        return PLACE_PYPI;
    if (way_is_form(wizard->base))
        return next_form(wizard);
    return fit != PLACE_NONE ? fit : PLACE_REVIEW;
}

enum wizard_place way_form(const struct session *session)
{
    const struct run_stage *stages = session->run.stages;
    if (stages[STAGE_PYPI].waits_for_form)
        return PLACE_PYPI;
    if (stages[STAGE_MLHUB].waits_for_form)
        return PLACE_MLHUB;
    return stages[STAGE_DOMAIN].waits_for_form ? PLACE_DOMAIN : PLACE_PYPI;
}
