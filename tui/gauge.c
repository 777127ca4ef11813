/* label, bar, per cent, note: in columns, so that gauges below each other line up. */
#include "tui/gauge.h"

#include "tui/banned.h"

static int gauge_height(const struct widget *widget, int width)
{
    (void)widget;
    (void)width;
    return 1;
}

static void gauge_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct gauge *gauge = (const void *)widget;
    int percent = gauge->percent > 0 ? gauge->percent : 0;
    bool failing = gauge->fail > 0 && percent >= gauge->fail;
    bool warning = gauge->warn > 0 && percent >= gauge->warn;
    enum role role = failing ? ROLE_FAILURE : warning ? ROLE_WARNING : ROLE_BAR;
    (void)focused;
    int x = gauge->label_width;
    if (gauge->label) {
        int end = canvas_elided(canvas, 0, 0, x > 0 ? x : canvas.area.w, ROLE_NORMAL, gauge->label);
        x = (x > 0 ? x : end) + 2;
    }
    int w = rect_clamp((canvas.area.w - x) / 4, 0, 20);
    int full = percent < 100 ? percent * w / 100 : w;
    if (percent > 0 && full == 0)
        full = 1;
    canvas_hline(canvas, x, 0, full, role, GLYPH_FULL);
    canvas_hline(canvas, x + full, 0, w - full, ROLE_TROUGH, GLYPH_EMPTY);
    x += w > 0 ? w + 1 : 0;
    x = canvas_print(canvas, x, 0, role == ROLE_BAR ? ROLE_NORMAL : role, "%3d %%", percent);
    if (gauge->note)
        canvas_elided(canvas, x + 2, 0, canvas.area.w - x - 2, ROLE_DIM, gauge->note);
}

const struct widget_ops gauge_ops = {.height = gauge_height, .draw = gauge_draw};
