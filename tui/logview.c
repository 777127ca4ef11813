/* Drawn from the bottom upwards, so only the lines in sight are pulled, however many there are. */
#include "tui/logview.h"

#include <string.h>

#include "tui/banned.h"

#define PAGE 20

struct range {
    uint64_t first, end;
};

static struct range range_of(const struct logview *view)
{
    struct range range = {0, 0};
    view->range(view->owner, &range.first, &range.end);
    range.end = range.end > range.first ? range.end : range.first;
    return range;
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
    return value < low || high < low ? low : value > high ? high : value;
}

/* One past the last line shown. */
static uint64_t end_of(const struct logview *view, struct range range)
{
    return view->still ? clamp(view->bottom, range.first, range.end) : range.end;
}

static int line_rows(const struct logview *view, uint64_t number, int width)
{
    struct logview_line line = view->line(view->owner, number);
    int rows = text_lines(line.text, line.len, width);
    return rows > 0 ? rows : 1;
}

static int draw_line(const struct logview *view, uint64_t number, struct canvas canvas, int y)
{
    struct logview_line line = view->line(view->owner, number);
    struct text_line part;
    const char *text = line.text;
    size_t limit = line.len;
    int rows = 0;
    while (text_wrap(&text, &limit, canvas.area.w, &part)) {
        if (y + rows >= 0 && y + rows < canvas.area.h)
            canvas_marked(canvas, 0, y + rows, line.role, part.data, part.len, view->needle);
        rows++;
    }
    return rows > 0 ? rows : 1;
}

static void logview_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct logview *view = (const void *)widget;
    struct range range = range_of(view);
    int w = canvas.area.w, h = canvas.area.h, rows = 0;
    (void)focused;
    if (range.first == range.end) {
        canvas_wrapped(canvas, 0, ROLE_DIM, view->empty);
        return;
    }
    uint64_t top = end_of(view, range);
    while (top > range.first && rows < h)
        rows += line_rows(view, --top, w);
    int y = rows > h ? h - rows : 0;
    for (uint64_t number = top; number < range.end && y < h; number++)
        y += draw_line(view, number, canvas, y);
}

static int logview_height(const struct widget *widget, int width)
{
    const struct logview *view = (const void *)widget;
    struct range range = range_of(view);
    int rows = 0;
    for (uint64_t n = range.first; n < range.end && rows < 10000; n++)
        rows += line_rows(view, n, width);
    return rows;
}

void logview_follow(struct logview *view)
{
    view->still = false;
}

uint64_t logview_below(const struct logview *view)
{
    struct range range = range_of(view);
    return range.end - end_of(view, range);
}

/* Stands with `bottom` as the end, a full page at least; at the very end it follows again. */
static void stand(struct logview *view, uint64_t bottom)
{
    struct range range = range_of(view);
    uint64_t page = (uint64_t)(view->page > 0 ? view->page : PAGE);
    view->bottom = clamp(bottom, clamp(range.first + page, range.first, range.end), range.end);
    view->still = view->bottom < range.end;
}

static uint64_t minus(uint64_t from, uint64_t step)
{
    return from > step ? from - step : 0;
}

static bool logview_key(struct widget *widget, struct press press)
{
    struct logview *view = (void *)widget;
    struct press meant = press_outside_field(press);
    uint64_t end = end_of(view, range_of(view));
    uint64_t page = (uint64_t)(view->page > 0 ? view->page : PAGE);
    if (press_is(meant, PRESS_UP))
        stand(view, minus(end, 1));
    else if (press_is(meant, PRESS_DOWN))
        stand(view, end + 1);
    else if (press_is(meant, PRESS_PAGE_UP))
        stand(view, minus(end, page));
    else if (press_is(meant, PRESS_PAGE_DOWN))
        stand(view, end + page);
    else if (press_is(meant, PRESS_HOME))
        stand(view, 0);
    else if (press_is(meant, PRESS_END))
        logview_follow(view);
    else
        return false;
    return true;
}

static bool has(const struct logview *view, uint64_t number)
{
    struct logview_line line = view->line(view->owner, number);
    return text_find(line.text, line.len, 0, view->needle) >= 0;
}

bool logview_find(struct logview *view, const char *needle, bool down)
{
    struct range range = range_of(view);
    bool again = strcmp(needle, view->needle) == 0;
    uint64_t page = (uint64_t)(view->page > 0 ? view->page : PAGE), at = end_of(view, range);
    text_sanitise(needle, TEXT_ALL, view->needle, sizeof(view->needle));
    if (again)
        at = down ? view->found + 1 : view->found;
    for (at = clamp(at, range.first, range.end); down ? at < range.end : at > range.first;) {
        uint64_t number = down ? at++ : --at;
        if (!has(view, number))
            continue;
        view->found = number;
        if (number < minus(end_of(view, range), page) || number >= end_of(view, range))
            stand(view, number + page / 2);
        else
            stand(view, end_of(view, range));
        view->still = true;
        return true;
    }
    return false;
}

const struct widget_ops logview_ops = {
    .height = logview_height, .draw = logview_draw, .key = logview_key};
