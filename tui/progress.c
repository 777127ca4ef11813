/* The bar shrinks before the figures do; figures keep their columns while they count up. */
#include "tui/progress.h"

#include "tui/banned.h"

#define BAR_MIN 8

static int progress_height(const struct widget *widget, int width)
{
    (void)widget;
    (void)width;
    return 1;
}

static void progress_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct progress *progress = (const void *)widget;
    char figures[64], widest[64];
    (void)focused;
    if (progress->total == 0) {
        canvas_print(canvas, 0, 0, ROLE_DIM, "%u so far", progress->done);
        return;
    }
    unsigned done = progress->done < progress->total ? progress->done : progress->total;
    unsigned percent = (unsigned)((uint64_t)done * 100 / progress->total);
    snprintf(figures, sizeof(figures), "%u of %u   %3u %%", done, progress->total, percent);
    snprintf(widest, sizeof(widest), "%u of %u   100 %%", progress->total, progress->total);
    canvas_right(canvas, 0, ROLE_NORMAL, figures);
    int w = canvas.area.w - text_width(widest, TEXT_ALL) - 3;
    if (w < BAR_MIN)
        return;
    int full = (int)((uint64_t)done * (uint64_t)w / progress->total);
    canvas_hline(canvas, 0, 0, full, progress->role ? progress->role : ROLE_BAR, GLYPH_FULL);
    canvas_hline(canvas, full, 0, w - full, ROLE_TROUGH, GLYPH_EMPTY);
}

const struct widget_ops progress_ops = {.height = progress_height, .draw = progress_draw};
