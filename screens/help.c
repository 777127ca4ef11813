/* Help on the screen below: all its keys, and a few lines of text. */
#include "core/base/alloc.h"
#include "screens/places.h"

struct help {
    struct screen screen;
    int top; /* first line shown, for small terminals */
};

#define KEY_W 14

static const struct press_hint everywhere[] = {{"Ctrl-Q", "leave (a run goes on)", false},
                                               {"Ctrl-Z", "suspend", false},
                                               {"Ctrl-L", "draw the screen again", false},
                                               {"F1, ?", "this help", false},
                                               {NULL, NULL, false}};

static enum nav help_key(struct screen *screen, struct session *session, struct press press)
{
    struct help *self = (void *)screen;
    struct press meant = press_outside_field(press);
    (void)session;
    if (press_is(meant, PRESS_DOWN))
        self->top++;
    else if (press_is(meant, PRESS_UP))
        self->top -= self->top > 0;
    else if (press_is(meant, PRESS_F1) || press_is(meant, PRESS_ENTER))
        return NAV_BACK;
    else
        return NAV_PASS;
    return NAV_STAY;
}

static int draw_keys(const struct press_hint *hints, struct canvas canvas, int y)
{
    for (; hints && hints->key; hints++, y++) {
        canvas_text(canvas, 2, y, ROLE_KEY, hints->key);
        canvas_text(canvas, 2 + KEY_W, y, ROLE_NORMAL, hints->does);
    }
    return y;
}

static void help_enter(struct screen *screen, struct session *session)
{
    struct help *self = (void *)screen;
    (void)session;
    self->top = 0;
}

static void help_draw(const struct screen *screen, const struct session *session,
                      struct canvas room)
{
    const struct help *self = (const void *)screen;
    const struct screen *below = screen->below;
    canvas_heading(canvas_cut_top(&room, 2), 0, "Help", below ? below->ops->name : NULL);
    if (!below)
        return;
    struct canvas common = canvas_sub(
        room, (struct rect){room.area.w / 2, 0, room.area.w - room.area.w / 2, room.area.h});
    int own = draw_keys(below->ops->hints(below, session), room, -self->top);
    int all = draw_keys(everywhere, common, -self->top);
    canvas_wrapped(room, (own > all ? own : all) + 1, ROLE_NORMAL, below->ops->help);
}

static void help_sentence(const struct screen *screen, const struct session *session,
                          struct sentence *out)
{
    (void)screen;
    (void)session;
    sentence_set(out, ROLE_NORMAL,
                 "Enter is always the likely next step; Esc is always back and loses nothing.");
}

static const struct press_hint *help_hints(const struct screen *screen,
                                           const struct session *session)
{
    static const struct press_hint hints[] = {{"Enter", "back", false},
                                              {"↑↓", "scroll", false},
                                              {"Esc", "back", true},
                                              {NULL, NULL, false}};
    (void)screen;
    (void)session;
    return hints;
}

const struct screen_ops help_screen = {
    .name = "help",
    .rail = RAIL_NONE,
    .size = sizeof(struct help),
    .hints = help_hints,
    .help = "",
    .enter = help_enter,
    .key = help_key,
    .draw = help_draw,
    .sentence = help_sentence,
};
