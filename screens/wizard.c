#include "screens/wizard.h"

#include <errno.h>

#include "core/base/alloc.h"
#include "core/session/session_pods.h"
#include "screens/chrome.h"
#include "screens/places.h"

static const struct screen_ops *const places[PLACES] = {
    [PLACE_AGAIN] = &again_screen,
    [PLACE_WELCOME] = &welcome_screen,
    [PLACE_CREDENTIALS] = &credentials_screen,
    [PLACE_PROFILE] = &profile_screen,
    [PLACE_CLUSTER] = &cluster_screen,
    [PLACE_PYPI] = &pypi_screen,
    [PLACE_MLHUB] = &mlhub_screen,
    [PLACE_REVIEW] = &review_screen,
    [PLACE_APPLY] = &apply_screen,
    [PLACE_FAILURE] = &failure_screen,
    [PLACE_RESULTS] = &results_screen,
    [PLACE_DESTROY] = &destroy_screen,
    [PLACE_RESIDUE] = &residue_screen,
    [PLACE_SIGNIN] = &signin_screen,
    [PLACE_STOP] = &stop_screen,
    [PLACE_LOG] = &log_screen,
    [PLACE_PODS] = &pods_screen,
    [PLACE_HELP] = &help_screen,
    [PLACE_QUIT] = &quit_screen,
};

#define BANDS   5 /* rows of the frame */
#define MARGINS 2 /* columns of it */

/* Where the state of the run wants the operator to be. */
static enum wizard_place fit_of(const struct session *session)
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

static bool going(const struct session *session)
{
    return session->launching || (run_is_open(&session->run) && session->run.phase != RUN_OVER);
}

static struct screen *screen_at(const struct wizard *wizard, int level)
{
    return wizard->screens[level < 0 ? wizard->base : wizard->over[level]];
}

const struct screen *wizard_top(const struct wizard *wizard)
{
    return screen_at(wizard, wizard->depth - 1);
}

static struct screen *make(struct wizard *wizard, enum wizard_place place)
{
    if (!wizard->screens[place]) {
        wizard->screens[place] = alloc_zeroed(1, places[place]->size);
        wizard->screens[place]->ops = places[place];
    }
    return wizard->screens[place];
}

static bool any_unsaved(const struct wizard *wizard)
{
    for (int i = 0; i < PLACES; i++) {
        const struct screen *screen = wizard->screens[i];
        if (screen && screen->ops->unsaved && screen->ops->unsaved(screen, wizard->session))
            return true;
    }
    return false;
}

static void enter(struct wizard *wizard, enum wizard_place place, const struct screen *below)
{
    const struct screen *base = wizard->screens[wizard->base];
    int room_w = base ? base->room_w : 0, room_h = base ? base->room_h : 0;
    struct screen *screen = make(wizard, place);
    screen->below = below;
    screen->room_w = room_w;
    screen->room_h = room_h;
    screen->unsaved = any_unsaved(wizard);
    screen->said = (struct sentence){.text = ""};
    if (screen->ops->enter)
        screen->ops->enter(screen, wizard->session);
}

static bool is_form(enum wizard_place place)
{
    return place == PLACE_CLUSTER || place == PLACE_PYPI || place == PLACE_MLHUB;
}

static void go(struct wizard *wizard, enum wizard_place place)
{
    enter(wizard, place, NULL);
    wizard->base = place;
    if (is_form(place))
        wizard->form = place;
    if (wizard->depth > 0) /* help or log stay open while the room below them changes */
        wizard->screens[wizard->over[0]]->below = wizard->screens[place];
}

static void cover(struct wizard *wizard, enum wizard_place place)
{
    for (int i = 0; i < wizard->depth; i++) {
        if (wizard->over[i] == place)
            return;
    }
    if (wizard->depth == WIZARD_OVERLAYS)
        return;
    enter(wizard, place, wizard_top(wizard));
    wizard->over[wizard->depth++] = place;
}

static bool covered_by(const struct wizard *wizard, enum wizard_place place)
{
    return wizard->depth > 0 && wizard->over[wizard->depth - 1] == place;
}

/* What the run asks for now is known: only what changes from here on moves the operator. */
static void sync(struct wizard *wizard)
{
    const struct session *session = wizard->session;
    wizard->fit = fit_of(session);
    wizard->asked = run_is_open(&session->run) && session->run.phase == RUN_ASKING;
    str_copy(str_of(session->run.id), wizard->run, sizeof wizard->run);
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

static enum wizard_place first_place(struct session *session)
{
    const char *found = dir_to_open(session);
    char dir[PATH_MAX];
    struct error ignored; /* session_open leaves it in session->trouble, too */
    if (found && str_copy(str_of(found), dir, sizeof dir) && session_open(session, dir, &ignored))
        return fit_of(session) != PLACE_NONE ? fit_of(session) : PLACE_CREDENTIALS;
    return !session->dir[0] && session->known.count > 0 ? PLACE_WELCOME : PLACE_CREDENTIALS;
}

void wizard_init(struct wizard *wizard, struct session *session, bool begun_before)
{
    *wizard = (struct wizard){.session = session, .fit = PLACE_NONE, .form = PLACE_CLUSTER};
    wizard->base = begun_before ? PLACE_AGAIN : first_place(session);
    enter(wizard, wizard->base, NULL);
    sync(wizard);
}

void wizard_finish(struct wizard *wizard)
{
    for (int i = 0; i < PLACES; i++) {
        struct screen *screen = wizard->screens[i];
        if (!screen)
            continue;
        if (screen->ops->finish)
            screen->ops->finish(screen);
        free(screen->copied);
        free(screen);
    }
    *wizard = (struct wizard){.session = NULL};
}

void wizard_resize(struct wizard *wizard, int w, int h)
{
    for (int i = 0; i < PLACES; i++) {
        if (!wizard->screens[i])
            continue;
        wizard->screens[i]->room_w = w > MARGINS ? w - MARGINS : 1;
        wizard->screens[i]->room_h = h > BANDS ? h - BANDS : 1;
    }
}

static enum wizard_place back_from(const struct wizard *wizard)
{
    enum wizard_place fit = fit_of(wizard->session); /* forms are opened from its screen, too */
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

static enum wizard_place next_from(const struct wizard *wizard)
{
    enum wizard_place fit = fit_of(wizard->session);
    if (wizard->base == PLACE_AGAIN)
        return first_place(wizard->session);
    if (wizard->base == PLACE_WELCOME)
        return fit != PLACE_NONE ? fit : PLACE_CREDENTIALS;
    if (wizard->base == PLACE_PROFILE)
        return PLACE_CREDENTIALS;
    if (wizard->base == PLACE_CREDENTIALS)
        return going(wizard->session) ? fit : PLACE_CLUSTER;
    if (wizard->base == PLACE_CLUSTER)
        return PLACE_PYPI;
    const struct run_stage *stages = wizard->session->run.stages;
    bool asked = stages[STAGE_MLHUB].waits_for_form;
    bool alone = fit == PLACE_APPLY || stages[STAGE_PYPI].waits_for_form; /* PyPI's was asked for */
    if (wizard->base == PLACE_PYPI && (asked || !alone))
        return PLACE_MLHUB;
    return fit != PLACE_NONE ? fit : PLACE_REVIEW;
}

/* The forms to come are left for later; without a run EKS is planned on the way. */
static void go_later(struct wizard *wizard)
{
    struct session *session = wizard->session;
    if (going(session) || fit_of(session) == PLACE_FAILURE || session_plan(session))
        go(wizard, fit_of(session) != PLACE_NONE ? fit_of(session) : PLACE_REVIEW);
    sync(wizard);
}

/* The form of the first stage that the run waits for. */
static enum wizard_place form_wanted(const struct session *session)
{
    const struct run_stage *stages = session->run.stages;
    return stages[STAGE_MLHUB].waits_for_form && !stages[STAGE_PYPI].waits_for_form ? PLACE_MLHUB
                                                                                    : PLACE_PYPI;
}

static void leave(struct wizard *wizard)
{
    if (covered_by(wizard, PLACE_QUIT) || !(any_unsaved(wizard) || going(wizard->session)))
        wizard->leaving = true;
    else
        cover(wizard, PLACE_QUIT);
}

static void back(struct wizard *wizard)
{
    if (wizard->depth > 0) {
        wizard->depth--;
        return;
    }
    enum wizard_place place = back_from(wizard);
    if (place == PLACE_NONE)
        leave(wizard);
    else
        go(wizard, place);
}

/* The keys that mean the same on every screen. */
static enum nav common(struct press press)
{
    struct press meant = press_outside_field(press);
    if (press_ctrl(press, 'q'))
        return NAV_LEAVE;
    if (press_is(meant, PRESS_F1))
        return NAV_HELP;
    return press_is(meant, PRESS_ESC) ? NAV_BACK : NAV_PASS;
}

static void follow(struct wizard *wizard, enum nav nav)
{
    switch (nav) {
    case NAV_PASS:
    case NAV_STAY:
        break;
    case NAV_NEXT:
        wizard->depth = 0;
        go(wizard, next_from(wizard));
        sync(wizard);
        break;
    case NAV_BACK:
        back(wizard);
        break;
    case NAV_CREDENTIALS:
    case NAV_ANSWERS:
        wizard->depth = 0;
        go(wizard, nav == NAV_ANSWERS ? PLACE_CLUSTER : PLACE_CREDENTIALS);
        break;
    case NAV_PROFILE:
        wizard->depth = 0;
        go(wizard, PLACE_PROFILE);
        break;
    case NAV_FORMS:
        wizard->depth = 0;
        go(wizard, form_wanted(wizard->session));
        break;
    case NAV_LATER:
        wizard->depth = 0;
        go_later(wizard);
        break;
    case NAV_DESTROY:
    case NAV_RESIDUE:
        wizard->depth = 0;
        go(wizard, nav == NAV_DESTROY ? PLACE_DESTROY : PLACE_RESIDUE);
        break;
    case NAV_SIGNIN:
        cover(wizard, PLACE_SIGNIN);
        break;
    case NAV_LOG:
        cover(wizard, PLACE_LOG);
        break;
    case NAV_PODS:
        cover(wizard, PLACE_PODS);
        break;
    case NAV_TOOL:
        wizard->hands_over = true;
        break;
    case NAV_STOP:
        cover(wizard, PLACE_STOP);
        break;
    case NAV_HELP:
        cover(wizard, PLACE_HELP);
        break;
    case NAV_LEAVE:
        leave(wizard);
        break;
    case NAV_START_OVER:
    case NAV_REHEARSE:
        wizard->start_over = nav == NAV_START_OVER;
        wizard->rehearse = nav == NAV_REHEARSE;
        wizard->leaving = true;
        break;
    case NAV_QUIT:
        wizard->leaving = true;
        break;
    }
}

void wizard_key(struct wizard *wizard, struct press press)
{
    struct screen *screen = screen_at(wizard, wizard->depth - 1);
    screen->said = (struct sentence){.text = ""};
    str_copy(str_of(wizard->session->trouble.text), wizard->seen, sizeof wizard->seen);
    enum nav nav =
        press_ctrl(press, 'q') ? NAV_PASS : screen->ops->key(screen, wizard->session, press);
    follow(wizard, nav == NAV_PASS ? common(press) : nav);
    wizard_settle(wizard);
}

/* Goes where the run has gone, and calls the operator when it needs one. */
static void follow_run(struct wizard *wizard)
{
    const struct session *session = wizard->session;
    enum wizard_place fit = fit_of(session), base = wizard->base;
    bool asks = run_is_open(&session->run) && session->run.phase == RUN_ASKING;
    bool moved = fit != wizard->fit || strcmp(wizard->run, session->run.id) != 0;
    wizard->calls |=
        (asks && !wizard->asked) ||
        (moved && (fit == PLACE_FAILURE || fit == PLACE_RESULTS || fit == PLACE_RESIDUE));
    sync(wizard);
    if (!moved || base == PLACE_WELCOME || base == PLACE_AGAIN || base == PLACE_PROFILE ||
        base == PLACE_PYPI || base == PLACE_MLHUB)
        return; /* the list and a form half filled in are left by the operator alone */
    if (base == PLACE_CLUSTER && fit == PLACE_REVIEW) { /* it was waited with until now */
        go(wizard, PLACE_PYPI);
        return;
    }
    bool on_run = base == PLACE_REVIEW || base == PLACE_APPLY || base == PLACE_FAILURE ||
                  base == PLACE_RESULTS;
    if (fit != PLACE_NONE && base != fit)
        go(wizard, fit);
    else if (fit == PLACE_NONE && on_run)
        go(wizard, wizard->form);
}

/* The checks begin once there is something on the screen. */
static void start_checks(struct wizard *wizard)
{
    bool early = wizard->base == PLACE_WELCOME || wizard->base == PLACE_AGAIN;
    if (!wizard->checked && !early)
        session_choose_default(wizard->session);
    wizard->checked |= !early;
}

/* The cluster is watched while its pods are shown, beside terraform's waiting, and where that was
 * in vain. */
static void watch_pods(struct wizard *wizard)
{
    enum stage_id stage = wizard->session->run.stage;
    bool wanted = wizard->base == PLACE_APPLY ||
                  (wizard->base == PLACE_FAILURE && stage != STAGE_NONE && stage != STAGE_EKS);
    for (int i = 0; i < wizard->depth; i++)
        wanted |= wizard->over[i] == PLACE_PODS;
    session_pods_want(wizard->session, wanted);
}

void wizard_settle(struct wizard *wizard)
{
    start_checks(wizard);
    follow_run(wizard);
    while (covered_by(wizard, PLACE_STOP) && !going(wizard->session))
        wizard->depth--;
    while (covered_by(wizard, PLACE_SIGNIN) && !wizard->session->signin)
        wizard->depth--;
    watch_pods(wizard);
    struct screen *top = screen_at(wizard, wizard->depth - 1);
    if (top->ops->settle)
        top->ops->settle(top, wizard->session);
}

void wizard_draw(const struct wizard *wizard, struct canvas canvas)
{
    const struct screen *top = wizard_top(wizard);
    const struct session *session = wizard->session;
    const struct error *trouble = &session->trouble;
    struct str fresh = str_of(trouble->text), seen = str_of(wizard->seen);
    bool old = seen.len > 0 && str_starts(fresh, seen);
    if (trouble->kind == ERROR_NONE || old)
        trouble = NULL;
    struct canvas room = chrome_draw(top, screen_at(wizard, -1), session, trouble, canvas);
    if (!rect_empty(room.area))
        top->ops->draw(top, session, room);
}

char *wizard_copied(struct wizard *wizard)
{
    struct screen *screen = screen_at(wizard, wizard->depth - 1);
    char *copied = screen->copied;
    screen->copied = NULL;
    return copied;
}
