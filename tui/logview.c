/* Drawn from the bottom upwards, so only the lines in sight are pulled, however many there are. A
 * place in the log is a row: a line that is longer than the room would else never be seen whole. */
#include "tui/logview.h"

#include <limits.h>
#include <string.h>

#include "tui/banned.h"

#define PAGE 20

struct range {
    uint64_t first, end;
};

/* The end of what is shown. */
struct spot {
    uint64_t bottom;
    int cut;
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

static int line_rows(const struct logview *view, uint64_t number, int width)
{
    if (width <= 0)
        return 1;
    struct logview_line line = view->line(view->owner, number);
    int rows = text_lines(line.text, line.len, width);
    return rows > 0 ? rows : 1;
}

static struct spot spot_of(const struct logview *view, struct range range, int width)
{
    struct spot spot = {.bottom = range.end};
    if (!view->still)
        return spot;
    spot.bottom = clamp(view->bottom, range.first, range.end);
    if (spot.bottom == view->bottom && spot.bottom > range.first)
        spot.cut = rect_clamp(view->cut, 0, line_rows(view, spot.bottom - 1, width) - 1);
    return spot;
}

/* ---- drawing ---- */

static int draw_line(const struct logview *view, uint64_t number, struct canvas canvas, int y)
{
    struct logview_line line = view->line(view->owner, number);
    struct text_line part;
    const char *text = line.text;
    size_t limit = line.len;
    int rows = 0;
    while (y + rows < canvas.area.h && text_wrap(&text, &limit, canvas.area.w, &part)) {
        if (y + rows >= 0)
            canvas_marked(canvas, 0, y + rows, line.role, part.data, part.len, view->needle);
        rows++;
    }
    return rows > 0 ? rows : 1;
}

static void logview_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct logview *view = (const void *)widget;
    struct range range = range_of(view);
    int w = canvas.area.w, h = canvas.area.h;
    (void)focused;
    if (range.first == range.end) {
        canvas_wrapped(canvas, 0, ROLE_DIM, view->empty);
        return;
    }
    struct spot spot = spot_of(view, range, w);
    uint64_t top = spot.bottom;
    int rows = -spot.cut;
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
    struct spot spot = spot_of(view, range, view->width);
    return range.end - spot.bottom + (spot.cut > 0 ? 1 : 0);
}

/* ---- moving ---- */

static int page_of(const struct logview *view)
{
    return view->page > 0 ? view->page : PAGE;
}

static bool step_down(const struct logview *view, struct range range, struct spot *spot)
{
    if (spot->cut > 0) {
        spot->cut--;
        return true;
    }
    if (spot->bottom == range.end)
        return false;
    spot->cut = line_rows(view, spot->bottom++, view->width) - 1;
    return true;
}

static bool step_up(const struct logview *view, struct range range, struct spot *spot)
{
    if (spot->bottom == range.first)
        return false;
    if (++spot->cut >= line_rows(view, spot->bottom - 1, view->width)) {
        spot->bottom--;
        spot->cut = 0;
    }
    return true;
}

/* Whether the rows above that place fill the room. */
static bool fills(const struct logview *view, struct range range, struct spot spot)
{
    int rows = -spot.cut, page = page_of(view);
    for (uint64_t n = spot.bottom; n > range.first && rows < page; n--)
        rows += line_rows(view, n - 1, view->width);
    return rows >= page;
}

/* Stands there, a full page at least; at the very end it follows again. */
static void stand(struct logview *view, struct range range, struct spot spot)
{
    while (!fills(view, range, spot) && step_down(view, range, &spot))
        continue;
    view->bottom = spot.bottom;
    view->cut = spot.cut;
    view->still = spot.bottom < range.end || spot.cut > 0;
}

static void move(struct logview *view, int rows)
{
    struct range range = range_of(view);
    struct spot spot = spot_of(view, range, view->width);
    while (rows < 0 && step_up(view, range, &spot))
        rows++;
    while (rows > 0 && step_down(view, range, &spot))
        rows--;
    stand(view, range, spot);
}

static bool logview_key(struct widget *widget, struct press press)
{
    struct logview *view = (void *)widget;
    struct press meant = press_outside_field(press);
    if (press_is(meant, PRESS_UP))
        move(view, -1);
    else if (press_is(meant, PRESS_DOWN))
        move(view, 1);
    else if (press_is(meant, PRESS_PAGE_UP))
        move(view, -page_of(view));
    else if (press_is(meant, PRESS_PAGE_DOWN))
        move(view, page_of(view));
    else if (press_is(meant, PRESS_HOME))
        stand(view, range_of(view), (struct spot){.bottom = range_of(view).first});
    else if (press_is(meant, PRESS_END))
        logview_follow(view);
    else
        return false;
    return true;
}

/* ---- finding ---- */

/* Whether the needle begins in this row; it may end in the next one. */
static bool begins_in(const struct logview *view, struct logview_line line, struct text_line part)
{
    size_t at = (size_t)(part.data - line.text), end = at + part.len, len = strlen(view->needle);
    ptrdiff_t found = text_find(line.text, line.len, at, view->needle);
    return found >= 0 && len > 0 && (size_t)found < end;
}

/* The last row with it before `limit`, or with `down` the first one behind it; -1: none. */
static int row_with(const struct logview *view, uint64_t number, int limit, bool down)
{
    struct logview_line line = view->line(view->owner, number);
    const char *text = line.text;
    size_t left = line.len;
    struct text_line part = {line.text, line.len};
    int found = -1;
    if (text_find(line.text, line.len, 0, view->needle) < 0)
        return -1;
    if (view->width <= 0)
        return down ? (limit < 0 ? 0 : -1) : (limit > 0 ? 0 : -1);
    for (int row = 0; text_wrap(&text, &left, view->width, &part); row++) {
        bool asked = down ? row > limit : row < limit;
        if (!asked || !begins_in(view, line, part))
            continue;
        found = row;
        if (down)
            break;
    }
    return found;
}

/* Rows from behind that row to the end of what is shown; negative: it is below. */
static int rows_until(const struct logview *view, struct spot spot)
{
    int rows = -spot.cut - view->found_row - 1;
    if (view->found >= spot.bottom)
        return -1;
    for (uint64_t n = view->found; n < spot.bottom && rows < page_of(view); n++)
        rows += line_rows(view, n, view->width);
    return rows;
}

static void bring_in_sight(struct logview *view, struct range range)
{
    struct spot spot = spot_of(view, range, view->width);
    int rows = rows_until(view, spot);
    if (rows < 0 || rows >= page_of(view)) {
        spot.bottom = view->found + 1;
        spot.cut = line_rows(view, view->found, view->width) - view->found_row - 1;
        for (int i = 1; i < page_of(view) / 2 && step_down(view, range, &spot); i++)
            continue;
    }
    stand(view, range, spot);
    view->still = true;
}

bool logview_find(struct logview *view, const char *needle, bool down)
{
    struct range range = range_of(view);
    struct spot spot = spot_of(view, range, view->width);
    bool again = needle[0] && strcmp(needle, view->needle) == 0;
    uint64_t at = again ? clamp(view->found, range.first, range.end) : spot.bottom;
    int limit = again && at == view->found ? view->found_row : down ? -1 : INT_MAX;
    text_sanitise(needle, TEXT_ALL, view->needle, sizeof(view->needle));
    if (!again && !down && at > range.first)
        at--;
    for (; at >= range.first && at < range.end; at += down ? 1 : (uint64_t)-1) {
        int row = row_with(view, at, limit, down);
        limit = down ? -1 : INT_MAX;
        if (row < 0)
            continue;
        view->found = at;
        view->found_row = row;
        bring_in_sight(view, range);
        return true;
    }
    return false;
}

struct logview_matches logview_matches(const struct logview *view)
{
    struct range range = range_of(view);
    struct logview_matches matches = {0, 0};
    for (uint64_t n = range.first; view->needle[0] && n < range.end; n++) {
        struct logview_line line = view->line(view->owner, n);
        if (text_find(line.text, line.len, 0, view->needle) < 0)
            continue;
        matches.count++;
        matches.at = n <= view->found ? matches.count : matches.at;
    }
    return matches;
}

const struct widget_ops logview_ops = {
    .height = logview_height, .draw = logview_draw, .key = logview_key};
