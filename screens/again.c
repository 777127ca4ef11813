/* The first question of a rehearsal that was begun before: go on with it, or start over. */
#include "core/base/alloc.h"
#include "screens/places.h"
#include "tui/dialog.h"

struct again {
    struct screen screen;
    struct dialog dialog;
};

enum { GO_ON, OVER };

static const struct dialog_item items[] = {
    [GO_ON] = {.code = PRESS_ENTER,
               .title = "Go on with it",
               .note = "everything is as you left it"},
    [OVER] = {.code = 'o',
              .title = "Start over",
              .note = "removes its answers, runs and simulated cluster",
              .explain = "Nothing in any AWS account is touched: a rehearsal never left this "
                         "machine."},
};

static void again_enter(struct screen *screen, struct session *session)
{
    struct again *again = (void *)screen;
    (void)session;
    again->dialog = (struct dialog){.widget = {&dialog_ops},
                                    .items = items,
                                    .count = sizeof items / sizeof *items,
                                    .spaced = true};
}

static enum nav again_key(struct screen *screen, struct session *session, struct press press)
{
    struct again *again = (void *)screen;
    (void)session;
    switch (dialog_decide(&again->dialog, press)) {
    case GO_ON:
        return NAV_NEXT;
    case OVER:
        return NAV_START_OVER;
    default:
        return widget_key(&again->dialog.widget, press) ? NAV_STAY : NAV_PASS;
    }
}

static void again_draw(const struct screen *screen, const struct session *session,
                       struct canvas room)
{
    const struct again *again = (const void *)screen;
    canvas_heading(canvas_cut_top(&room, 2), 0, "A rehearsal was begun here before", NULL);
    canvas_text(canvas_cut_top(&room, 2), 0, 0, ROLE_DIM, session->place->dir);
    widget_draw(&again->dialog.widget, room, true);
}

static const struct press_hint *again_hints(const struct screen *screen,
                                            const struct session *session)
{
    static const struct press_hint hints[] = {{"Enter", "go on", false},
                                              {"o", "start over", false},
                                              {"Esc", "leave", true},
                                              {"?", "help", true},
                                              {NULL, NULL, false}};
    (void)screen;
    (void)session;
    return hints;
}

static void again_sentence(const struct screen *screen, const struct session *session,
                           struct sentence *out)
{
    (void)screen;
    (void)session;
    sentence_set(out, ROLE_NORMAL, "Nothing has been removed.");
}

const struct screen_ops again_screen = {
    .name = "again",
    .size = sizeof(struct again),
    .hints = again_hints,
    .help = "A rehearsal keeps its world in a directory, so it can be left and continued. Starting "
            "over makes it as it was on the first day.",
    .enter = again_enter,
    .key = again_key,
    .draw = again_draw,
    .sentence = again_sentence,
};
