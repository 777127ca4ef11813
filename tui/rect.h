/* The whole layout engine: a rectangle, and cutting strips off its sides. Cells, origin at the top
 * left. A cut never yields more than there is, so a layout made for 80x24 shrinks to nothing
 * without a special case. */
#ifndef TUI_RECT_H
#define TUI_RECT_H

#include <stdbool.h>

struct rect {
    int x, y, w, h;
};

static inline int rect_clamp(int value, int low, int high)
{
    return value < low || high < low ? low : value > high ? high : value;
}

static inline bool rect_empty(struct rect r)
{
    return r.w <= 0 || r.h <= 0;
}

/* Each takes a strip off one side of *r and returns it. */
static inline struct rect rect_cut_top(struct rect *r, int h)
{
    h = rect_clamp(h, 0, r->h);
    struct rect strip = {r->x, r->y, r->w, h};
    r->y += h;
    r->h -= h;
    return strip;
}

static inline struct rect rect_cut_bottom(struct rect *r, int h)
{
    h = rect_clamp(h, 0, r->h);
    r->h -= h;
    return (struct rect){r->x, r->y + r->h, r->w, h};
}

static inline struct rect rect_cut_left(struct rect *r, int w)
{
    w = rect_clamp(w, 0, r->w);
    struct rect strip = {r->x, r->y, w, r->h};
    r->x += w;
    r->w -= w;
    return strip;
}

static inline struct rect rect_cut_right(struct rect *r, int w)
{
    w = rect_clamp(w, 0, r->w);
    r->w -= w;
    return (struct rect){r->x + r->w, r->y, w, r->h};
}

static inline struct rect rect_inset(struct rect r, int x, int y)
{
    rect_cut_left(&r, x);
    rect_cut_right(&r, x);
    rect_cut_top(&r, y);
    rect_cut_bottom(&r, y);
    return r;
}

static inline struct rect rect_intersect(struct rect a, struct rect b)
{
    int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct rect){x, y, right > x ? right - x : 0, bottom > y ? bottom - y : 0};
}

/* First of `count` equal rows to show in `height` so that `cursor` is in sight: as near the middle
 * as the ends allow. Pure, so that no widget has to remember a scroll position. */
static inline int rect_scroll(int count, int cursor, int height)
{
    return rect_clamp(cursor - height / 2, 0, count - height);
}

#endif
