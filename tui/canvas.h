/* A grid of cells and canvases on it. A canvas is passed by value and owns nothing: `area` is its
 * coordinate system, `clip` what may be touched; nothing drawn on it can get out. Text is sanitised
 * on its way into a cell. Knows no terminal. */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stdio.h>

#include "tui/rect.h"
#include "tui/text.h"
#include "tui/theme.h"

struct cell {
    uint32_t runes[TEXT_RUNES]; /* runes[0] is 0 in the right half of a wide one */
    uint8_t width;              /* 1 or 2; 0 in the right half of a wide one */
    uint8_t role;
};

struct grid {
    struct cell *cells; /* w * h, row by row */
    int w, h;
    bool ascii;             /* replace what is not ASCII */
    int cursor_x, cursor_y; /* where the terminal's cursor shall stand; x is -1 when hidden */
};

/* Blank and without cursor. The owner may set `ascii` at any time. Negative sizes count as 0. */
void grid_init(struct grid *grid, int w, int h);
void grid_resize(struct grid *grid, int w, int h); /* also clears */
void grid_clear(struct grid *grid);
void grid_finish(struct grid *grid); /* idempotent; zeroed is fine */

/* A line of text a row, without trailing blanks; and the same with the letter of each cell's role.
 */
void grid_print(const struct grid *grid, FILE *out);
void grid_print_roles(const struct grid *grid, FILE *out);

struct canvas {
    struct grid *grid;
    struct rect area, clip; /* in cells of the grid */
};

struct canvas canvas_of(struct grid *grid);

/* The part at `r`, given in the canvas's own coordinates. It may reach outside: it is clipped. */
struct canvas canvas_sub(struct canvas canvas, struct rect r);

/* {0, 0, w, h}: what rect_cut_… starts from. */
static inline struct rect canvas_rect(struct canvas canvas)
{
    return (struct rect){0, 0, canvas.area.w, canvas.area.h};
}

/* Each takes a strip off one side of *canvas and returns it; never more than there is. */
struct canvas canvas_cut_top(struct canvas *canvas, int h);
struct canvas canvas_cut_bottom(struct canvas *canvas, int h);
struct canvas canvas_cut_left(struct canvas *canvas, int w);
struct canvas canvas_cut_right(struct canvas *canvas, int w);
struct canvas canvas_inset(struct canvas canvas, int x, int y);

/* Draws from column x on, clipped; returns the column behind the text, so calls can be chained. */
int canvas_text(struct canvas canvas, int x, int y, enum role role, const char *text);
int canvas_text_n(struct canvas canvas, int x, int y, enum role role, const char *text,
                  size_t limit);
int canvas_print(struct canvas canvas, int x, int y, enum role role, const char *format, ...)
    __attribute__((format(printf, 5, 6))); /* at most 1023 bytes */

/* The same within `w` columns, with an ellipsis at the end or in the middle when it is cut. */
int canvas_elided(struct canvas canvas, int x, int y, int w, enum role role, const char *text);
int canvas_elided_middle(struct canvas canvas, int x, int y, int w, enum role role,
                         const char *text);

/* Ends at the right edge, cut at the left edge when it is longer; returns its first column. */
int canvas_right(struct canvas canvas, int y, enum role role, const char *text);
/* Within the `w` columns at x, aligned right; elided when it is longer. */
void canvas_aligned(struct canvas canvas, int x, int y, int w, enum role role, const char *text);
void canvas_centred(struct canvas canvas, int y, enum role role, const char *text);

/* Wrapped to the width of the canvas from row y on; returns the rows it takes, also those below
 * the edge. An empty text takes none. */
int canvas_wrapped(struct canvas canvas, int y, enum role role, const char *text);

/* canvas_text_n with every `needle` in it (see text_find) in ROLE_MATCH; "" marks nothing. */
int canvas_marked(struct canvas canvas, int x, int y, enum role role, const char *text,
                  size_t limit, const char *needle);

/* Title at the left in ROLE_TITLE, `right` (may be NULL) at the right in ROLE_DIM: the first line
 * of every room. The title wins when there is no space for both. */
void canvas_heading(struct canvas canvas, int y, const char *title, const char *right);

void canvas_hline(struct canvas canvas, int x, int y, int w, enum role role, const char *glyph);
void canvas_fill(struct canvas canvas, enum role role, const char *glyph);
void canvas_clear(struct canvas canvas);

/* Asks for the terminal's cursor at this cell; ignored when it is clipped. */
void canvas_cursor(struct canvas canvas, int x, int y);

#endif
