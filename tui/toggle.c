/* [x] and its text. */
#include "tui/toggle.h"

#include "tui/banned.h"

static int toggle_height(const struct widget *widget, int width)
{
    (void)widget;
    (void)width;
    return 1;
}

static void toggle_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct toggle *toggle = (const void *)widget;
    int x =
        canvas_text(canvas, 0, 0, focused ? ROLE_ACCENT : ROLE_NORMAL, toggle->on ? "[x]" : "[ ]");
    canvas_elided(canvas, x + 1, 0, canvas.area.w - x - 1, focused ? ROLE_SELECTED : ROLE_NORMAL,
                  toggle->text);
}

static bool toggle_key(struct widget *widget, struct press press)
{
    struct toggle *toggle = (void *)widget;
    if (!press_is(press, ' '))
        return false;
    toggle->on = !toggle->on;
    return true;
}

const struct widget_ops toggle_ops = {
    .height = toggle_height, .draw = toggle_draw, .key = toggle_key};
