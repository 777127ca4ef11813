/* The only file of screens that touches the terminal. Draws after each turn of the loop in which
 * something happened, at most 30 times a second; an idle loop draws nothing. */
#include "screens/app.h"

#include <signal.h>

#include "core/base/alloc.h"
#include "screens/chrome.h"
#include "screens/visit.h"
#include "screens/wizard.h"
#include "tui/term.h"

#define FRAME_MS 33

struct app {
    struct session *session;
    struct loop *loop;
    struct wizard wizard;
    struct term term;
    struct grid grid;
    struct watch input;
    struct timer frame;  /* draws what came too soon after the last frame */
    struct timer escape; /* a pending Esc becomes a key by waiting */
    struct turn turn;
    struct visit visit; /* while open, the terminal is somebody else's */
    int64_t drawn_ms;
    int ended_by; /* signal number, or 0 */
};

/* signals hands out no context; there is one terminal, so there is one app. */
static struct app *current;

static void draw(struct app *app)
{
    char title[128];
    grid_clear(&app->grid);
    wizard_draw(&app->wizard, canvas_of(&app->grid));
    term_flush(&app->term, &app->grid);
    chrome_title(app->session, title, sizeof title);
    term_title(&app->term, title);
    app->drawn_ms = app->loop->now_ms;
}

static void fit_grid(struct app *app)
{
    grid_resize(&app->grid, app->term.w, app->term.h);
    wizard_resize(&app->wizard, app->term.w, app->term.h);
}

static void turn_ended(struct turn *turn)
{
    struct app *app = container_of(turn, struct app, turn);
    if (!app->visit.open && (app->term.lost || app->wizard.leaving)) {
        loop_stop(app->loop);
        return;
    }
    wizard_settle(&app->wizard);
    if (app->visit.open)
        return; /* a call is heard, and all of it drawn, when it is back */
    if (app->wizard.calls) {
        app->wizard.calls = false;
        term_bell(&app->term);
    }
    int64_t since = app->loop->now_ms - app->drawn_ms;
    if (since >= FRAME_MS)
        draw(app);
    else if (!list_linked(&app->frame.link))
        loop_after(app->loop, &app->frame, FRAME_MS - since);
}

static void nothing(struct timer *timer)
{
    (void)timer; /* that it fired ends the turn, and that draws */
}

static void stop_and_return(struct app *app)
{
    term_stop(&app->term);
    term_resize(&app->term);
    fit_grid(app);
}

/* ---- another program has the terminal ---- */

static void take_back(struct app *app)
{
    term_resume(&app->term);
    fit_grid(app);
    loop_watch(app->loop, &app->input, term_fd(&app->term), POLLIN);
}

static void visit_over(struct visit *visit)
{
    struct app *app = container_of(visit, struct app, visit);
    if (!app->wizard.leaving)
        take_back(app);
}

static void hand_over(struct app *app)
{
    struct session *session = app->session;
    struct error err;
    app->wizard.hands_over = false;
    loop_unwatch(app->loop, &app->input);
    loop_cancel(app->loop, &app->frame);
    loop_cancel(app->loop, &app->escape);
    term_suspend(&app->term);
    app->visit.over = visit_over;
    if (visit_begin(&app->visit, session->signals, session->place, session->dir,
                    wizard_top(&app->wizard)->tool_namespace, &err))
        return;
    session->trouble = err;
    take_back(app);
}

static void take(struct app *app, struct press press)
{
    if (press_ctrl(press, 'l'))
        term_redraw(&app->term);
    else if (press_ctrl(press, 'z'))
        stop_and_return(app);
    else
        wizard_key(&app->wizard, press);
    char *copied = wizard_copied(&app->wizard);
    if (copied)
        term_copy(&app->term, copied, strlen(copied));
    free(copied);
}

static void read_keys(struct app *app)
{
    struct press press;
    while (!app->wizard.leaving && !app->wizard.hands_over &&
           term_read(&app->term, app->loop->now_ms, &press))
        take(app, press);
    if (app->wizard.hands_over) {
        hand_over(app);
        return;
    }
    loop_cancel(app->loop, &app->escape);
    int wait = term_wait_ms(&app->term, app->loop->now_ms);
    if (wait >= 0)
        loop_after(app->loop, &app->escape, wait);
    if (app->term.lost)
        loop_unwatch(app->loop, &app->input);
}

static void input_ready(struct watch *watch, short revents)
{
    (void)revents;
    read_keys(container_of(watch, struct app, input));
}

static void escape_due(struct timer *timer)
{
    read_keys(container_of(timer, struct app, escape));
}

/* What is said to us while another program has the terminal. */
static bool caught_away(struct app *app, int number)
{
    if (number == SIGTSTP)
        visit_stop(&app->visit);
    else if (number == SIGTERM || number == SIGHUP)
        visit_end(&app->visit);
    return number != SIGTERM && number != SIGHUP;
}

static void caught(struct signals *signals, int number)
{
    struct app *app = current;
    (void)signals;
    if (!app)
        return;
    if (app->visit.open && caught_away(app, number))
        return;
    switch (number) {
    case SIGWINCH:
        term_resize(&app->term);
        fit_grid(app);
        break;
    case SIGTSTP:
        stop_and_return(app);
        break;
    case SIGCONT:
        term_redraw(&app->term);
        break;
    case SIGTERM:
    case SIGHUP:
    case SIGINT:
        app->ended_by = number;
        app->wizard.leaving = true;
        break;
    default:
        break;
    }
}

/* One line on the normal screen: what goes on without us. */
static void say_goodbye(const struct session *session)
{
    const struct run *run = &session->run;
    if (session->launching || (run_is_open(run) && run->phase != RUN_OVER)) {
        if (run->phase == RUN_ASKING)
            puts("The plan waits for your answer. ekshub-tui comes back to it.");
        else
            puts("The run goes on. ekshub-tui comes back to it.");
    }
}

static void open_app(struct app *app, bool begun_before)
{
    struct loop *loop = app->loop;
    grid_init(&app->grid, app->term.w, app->term.h);
    app->grid.ascii = app->term.ascii;
    wizard_init(&app->wizard, app->session, begun_before);
    wizard_resize(&app->wizard, app->term.w, app->term.h);
    app->input.ready = input_ready;
    app->frame.fire = nothing;
    app->escape.fire = escape_due;
    app->turn.ended = turn_ended;
    loop->turn = &app->turn;
    loop->stopping = false;
    current = app;
    app->session->signals->caught = caught;
    loop_watch(loop, &app->input, term_fd(&app->term), POLLIN);
    draw(app);                        /* the first frame waits for nothing … */
    loop_after(loop, &app->frame, 0); /* … and then the work begins */
}

static void close_app(struct app *app)
{
    visit_finish(&app->visit);
    loop_unwatch(app->loop, &app->input);
    loop_cancel(app->loop, &app->frame);
    loop_cancel(app->loop, &app->escape);
    app->loop->turn = NULL;
    app->session->signals->caught = NULL;
    current = NULL;
    bool quiet = app->term.lost || app->ended_by == SIGHUP;
    term_finish(&app->term);
    if (!quiet && !app->wizard.start_over && !app->wizard.rehearse)
        say_goodbye(app->session);
    grid_finish(&app->grid);
    wizard_finish(&app->wizard);
}

int app_main(struct session *session, const struct app_options *options)
{
    struct app app = {.session = session, .loop = session->loop};
    struct term_options wish = {.ascii = options->ascii, .mono = options->mono};
    const char *why = NULL;
    if (!term_init(&app.term, &wish, &why)) {
        fprintf(stderr, "ekshub-tui: %s\n", why);
        return 2;
    }
    open_app(&app, options->begun_before);
    loop_run(app.loop);
    int code = app.wizard.start_over ? APP_START_OVER : app.wizard.rehearse ? APP_REHEARSE : 0;
    close_app(&app);
    return code;
}
