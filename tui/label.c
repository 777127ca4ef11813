/* A label: canvas_wrapped with a height. */
#include "tui/label.h"

#include "tui/banned.h"

static int label_height(const struct widget *widget, int width)
{
    const struct label *label = (const void *)widget;
    return label->text ? text_lines(label->text, TEXT_ALL, width) : 0;
}

static void label_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct label *label = (const void *)widget;
    (void)focused;
    canvas_wrapped(canvas, 0, label->role, label->text);
}

const struct widget_ops label_ops = {.height = label_height, .draw = label_draw};
