#include "screens/wizard.h"

#include "core/base/alloc.h"
#include "core/session/session_pods.h"
#include "screens/chrome.h"
#include "screens/places.h"
#include "screens/wizard_way.h"

static const struct screen_ops *const places[PLACES] = {
    [PLACE_AGAIN] = &again_screen,
    [PLACE_WELCOME] = &welcome_screen,
    [PLACE_CREDENTIALS] = &credentials_screen,
    [PLACE_PROFILE] = &profile_screen,
    [PLACE_CLUSTER] = &cluster_screen,
    [PLACE_PYPI] = &pypi_screen,
    [PLACE_MLHUB] = &mlhub_screen,
    [PLACE_DOMAIN] = &domain_screen,
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

static void go(struct wizard *wizard, enum wizard_place place)
{
    enter(wizard, place, NULL);
    wizard->base = place;
    if (way_is_form(place))
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
    wizard->fit = way_fit(session);
    wizard->asked = run_is_open(&session->run) && session->run.phase == RUN_ASKING;
    str_copy(str_of(session->run.id), wizard->run, sizeof wizard->run);
}

void wizard_init(struct wizard *wizard, struct session *session, bool begun_before)
{
    *wizard = (struct wizard){.session = session, .fit = PLACE_NONE, .form = PLACE_CLUSTER};
    wizard->base = begun_before ? PLACE_AGAIN : way_first(session);
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

/* The forms to come are left for later; without a run EKS is planned on the way. */
static void go_later(struct wizard *wizard)
{
    struct session *session = wizard->session;
    if (way_going(session) || way_fit(session) == PLACE_FAILURE || session_plan(session))
        go(wizard, way_fit(session) != PLACE_NONE ? way_fit(session) : PLACE_REVIEW);
    sync(wizard);
}

static void leave(struct wizard *wizard)
{
    if (covered_by(wizard, PLACE_QUIT) || !(any_unsaved(wizard) || way_going(wizard->session)))
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
    enum wizard_place place = way_back(wizard);
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

/* Wishes that name a place: to be at, or to lie over where one is. */
static const struct {
    enum nav nav;
    enum wizard_place place;
    bool covers;
} leads[] = {
    {NAV_CREDENTIALS, PLACE_CREDENTIALS, false},
    {NAV_ANSWERS, PLACE_CLUSTER, false},
    {NAV_PROFILE, PLACE_PROFILE, false},
    {NAV_DESTROY, PLACE_DESTROY, false},
    {NAV_RESIDUE, PLACE_RESIDUE, false},
    {NAV_SIGNIN, PLACE_SIGNIN, true},
    {NAV_LOG, PLACE_LOG, true},
    {NAV_PODS, PLACE_PODS, true},
    {NAV_STOP, PLACE_STOP, true},
    {NAV_HELP, PLACE_HELP, true},
};

static bool lead(struct wizard *wizard, enum nav nav)
{
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        if (leads[i].nav != nav)
            continue;
        if (leads[i].covers) {
            cover(wizard, leads[i].place);
        } else {
            wizard->depth = 0;
            go(wizard, leads[i].place);
        }
        return true;
    }
    return false;
}

static void end_with(struct wizard *wizard, enum nav nav)
{
    wizard->start_over = nav == NAV_START_OVER;
    wizard->rehearse = nav == NAV_REHEARSE;
    wizard->leaving = true;
}

static void follow(struct wizard *wizard, enum nav nav)
{
    if (lead(wizard, nav))
        return;
    if (nav == NAV_NEXT || nav == NAV_FORMS || nav == NAV_LATER)
        wizard->depth = 0;
    if (nav == NAV_NEXT) {
        go(wizard, way_next(wizard));
        sync(wizard);
    } else if (nav == NAV_FORMS) {
        go(wizard, way_form(wizard->session));
    } else if (nav == NAV_LATER) {
        go_later(wizard);
    } else if (nav == NAV_BACK) {
        back(wizard);
    } else if (nav == NAV_LEAVE) {
        leave(wizard);
    } else if (nav == NAV_TOOL) {
        wizard->hands_over = true;
    } else if (nav == NAV_QUIT || nav == NAV_START_OVER || nav == NAV_REHEARSE) {
        end_with(wizard, nav);
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
    enum wizard_place fit = way_fit(session), base = wizard->base;
    bool asks = run_is_open(&session->run) && session->run.phase == RUN_ASKING;
    bool moved = fit != wizard->fit || strcmp(wizard->run, session->run.id) != 0;
    wizard->calls |=
        (asks && !wizard->asked) ||
        (moved && (fit == PLACE_FAILURE || fit == PLACE_RESULTS || fit == PLACE_RESIDUE));
    sync(wizard);
    if (!moved || base == PLACE_WELCOME || base == PLACE_AGAIN || base == PLACE_PROFILE ||
        (way_is_form(base) && base != PLACE_CLUSTER))
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
    while (covered_by(wizard, PLACE_STOP) && !way_going(wizard->session))
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
