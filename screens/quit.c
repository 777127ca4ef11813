/* Before leaving, when something was typed that is in no file, or a run goes on: what happens to
 * it. */
#include "core/base/alloc.h"
#include "screens/places.h"
#include "tui/dialog.h"

enum { LEAVE, SAVE, STAY, ITEMS };

struct quit {
    struct screen screen;
    struct dialog dialog;
    struct dialog_item items[ITEMS];
};

static const char *fate(const struct session *session)
{
    const struct run *run = &session->run;
    if (session->launching)
        return "The worker is starting; it goes on without this terminal.";
    if (!run_is_open(run) || run->phase == RUN_OVER)
        return NULL;
    if (run->phase == RUN_ASKING)
        return "The plan waits for your answer; ekshub-tui comes back to it. Nothing is created "
               "before.";
    if (run->phase < RUN_ASKING)
        return "The plan is made without you; ekshub-tui comes back to it. Nothing is created "
               "before you say yes.";
    return "The run goes on without this terminal; ekshub-tui comes back to it.";
}

static void quit_enter(struct screen *screen, struct session *session)
{
    struct quit *self = (void *)screen;
    bool kept = screen->unsaved && session->dir[0] && session->answers.cluster_name[0];
    struct dialog_item items[ITEMS] = {
        [LEAVE] = {.code = self->screen.unsaved ? 'x' : PRESS_ENTER,
                   .title = self->screen.unsaved ? "Leave without saving" : "Leave",
                   .note = self->screen.unsaved ? "what you typed in the form is lost" : NULL},
        [SAVE] = {.code = 's', .title = "Save the answers and leave", .hidden = !kept},
        [STAY] = {.code = PRESS_ESC, .title = "Stay"},
    };
    memcpy(self->items, items, sizeof items);
    self->dialog = (struct dialog){.widget = {&dialog_ops},
                                   .items = self->items,
                                   .count = ITEMS,
                                   .chosen = kept                   ? SAVE
                                             : self->screen.unsaved ? STAY
                                                                    : LEAVE,
                                   .spaced = true};
}

static enum nav quit_key(struct screen *screen, struct session *session, struct press press)
{
    struct quit *self = (void *)screen;
    struct error err;
    switch (dialog_decide(&self->dialog, press)) {
    case LEAVE:
        return NAV_QUIT;
    case SAVE:
        if (!deployment_save(session->dir, &session->answers, &err))
            return screen_complain(screen, &err);
        return NAV_QUIT;
    case STAY:
        return NAV_BACK;
    default:
        return widget_key(&self->dialog.widget, press) ? NAV_STAY : NAV_PASS;
    }
}

static void quit_draw(const struct screen *screen, const struct session *session,
                      struct canvas room)
{
    const struct quit *self = (const void *)screen;
    const char *run = fate(session);
    canvas_heading(canvas_cut_top(&room, 2), 0, "Leave?", NULL);
    if (run) {
        int rows = canvas_wrapped(room, 0, ROLE_NORMAL, run);
        canvas_cut_top(&room, rows + 1);
    }
    if (self->screen.unsaved) {
        int rows =
            canvas_wrapped(room, 0, ROLE_NORMAL, "What you typed in the form is not saved yet.");
        canvas_cut_top(&room, rows + 1);
    }
    widget_draw(&self->dialog.widget, room, true);
}

static void quit_sentence(const struct screen *screen, const struct session *session,
                          struct sentence *out)
{
    const struct quit *self = (const void *)screen;
    (void)session;
    if (self->screen.unsaved)
        sentence_set(out, ROLE_WARNING, "Something would be lost.");
    else
        sentence_set(out, ROLE_NORMAL, "Nothing is lost.");
}

static const struct press_hint *quit_hints(const struct screen *screen,
                                           const struct session *session)
{
    static const struct press_hint leave[] = {
        {"Enter", "leave", false}, {"Esc", "stay", true}, {NULL, NULL, false}};
    static const struct press_hint typed[] = {{"Enter", "do it", false},
                                              {"↑↓", "choose", false},
                                              {"Esc", "stay", true},
                                              {NULL, NULL, false}};
    const struct quit *self = (const void *)screen;
    (void)session;
    return self->screen.unsaved ? typed : leave;
}

const struct screen_ops quit_screen = {
    .name = "quit",
    .rail = RAIL_NONE,
    .size = sizeof(struct quit),
    .hints = quit_hints,
    .help = "Leaving never ends a run: a worker without a terminal does it.",
    .enter = quit_enter,
    .key = quit_key,
    .draw = quit_draw,
    .sentence = quit_sentence,
};
