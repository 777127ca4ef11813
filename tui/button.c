/* [ text ], and a call when it is pressed. */
#include "tui/button.h"

#include "tui/banned.h"

static int button_height(const struct widget *widget, int width)
{
    (void)widget;
    (void)width;
    return 1;
}

static void button_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct button *button = (const void *)widget;
    enum role edge = focused ? ROLE_ACCENT : ROLE_DIM;
    int x = canvas_text(canvas, 0, 0, edge, "[ ");
    x = canvas_elided(canvas, x, 0, canvas.area.w - 4, focused ? ROLE_SELECTED : ROLE_NORMAL,
                      button->text);
    canvas_text(canvas, x, 0, edge, " ]");
}

static bool button_key(struct widget *widget, struct press press)
{
    struct button *button = (void *)widget;
    if (!press_is(press, ' ') && !press_is(press, PRESS_ENTER))
        return false;
    if (button->pressed)
        button->pressed(button, button->context);
    return true;
}

const struct widget_ops button_ops = {
    .height = button_height, .draw = button_draw, .key = button_key};
