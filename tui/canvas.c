/* Cells and canvases: everything that is drawn comes through put(), which clips, sanitises (by
 * text_cluster) and keeps wide cells whole. */
#include "tui/canvas.h"

#include <stdarg.h>
#include <string.h>

#include "tui/memory.h"

#include "tui/banned.h"

static const struct cell blank_cell = {.runes = {' '}, .width = 1, .role = ROLE_NORMAL};

void grid_init(struct grid *grid, int w, int h)
{
    *grid = (struct grid){.cursor_x = -1, .cursor_y = -1};
    grid_resize(grid, w, h);
}

void grid_resize(struct grid *grid, int w, int h)
{
    w = w > 0 ? w : 0;
    h = h > 0 ? h : 0;
    if (w != grid->w || h != grid->h || !grid->cells)
        grid->cells = memory_resize(grid->cells, (size_t)w * (size_t)h, sizeof(struct cell));
    grid->w = w;
    grid->h = h;
    grid_clear(grid);
}

void grid_clear(struct grid *grid)
{
    size_t count = (size_t)grid->w * (size_t)grid->h;
    for (size_t i = 0; i < count; i++)
        grid->cells[i] = blank_cell;
    grid->cursor_x = grid->cursor_y = -1;
}

void grid_finish(struct grid *grid)
{
    free(grid->cells);
    *grid = (struct grid){.cursor_x = -1, .cursor_y = -1};
}

static bool cell_blank(const struct cell *cell, bool roles)
{
    return roles ? cell->role == ROLE_NORMAL : cell->runes[0] == ' ' && cell->runes[1] == 0;
}

static void print_rows(const struct grid *grid, FILE *out, bool roles)
{
    for (int y = 0; y < grid->h; y++) {
        const struct cell *row = grid->cells + (size_t)y * (size_t)grid->w;
        int end = grid->w;
        while (end > 0 && cell_blank(&row[end - 1], roles))
            end--;
        for (int x = 0; x < end; x++) {
            if (roles)
                fputc(theme_letter((enum role)row[x].role), out);
            for (int i = 0; !roles && i < TEXT_RUNES && row[x].runes[i]; i++) {
                char bytes[4];
                fwrite(bytes, 1, text_encode(row[x].runes[i], bytes), out);
            }
        }
        fputc('\n', out);
    }
}

void grid_print(const struct grid *grid, FILE *out)
{
    print_rows(grid, out, false);
}

void grid_print_roles(const struct grid *grid, FILE *out)
{
    print_rows(grid, out, true);
}

struct canvas canvas_of(struct grid *grid)
{
    struct rect all = {0, 0, grid->w, grid->h};
    return (struct canvas){grid, all, all};
}

struct canvas canvas_sub(struct canvas canvas, struct rect r)
{
    r.x += canvas.area.x;
    r.y += canvas.area.y;
    r.w = r.w > 0 ? r.w : 0;
    r.h = r.h > 0 ? r.h : 0;
    return (struct canvas){canvas.grid, r, rect_intersect(canvas.clip, r)};
}

static struct canvas cut(struct canvas *canvas, struct rect strip, struct rect rest)
{
    struct canvas part = canvas_sub(*canvas, strip);
    *canvas = canvas_sub(*canvas, rest);
    return part;
}

struct canvas canvas_cut_top(struct canvas *canvas, int h)
{
    struct rect rest = canvas_rect(*canvas), strip = rect_cut_top(&rest, h);
    return cut(canvas, strip, rest);
}

struct canvas canvas_cut_bottom(struct canvas *canvas, int h)
{
    struct rect rest = canvas_rect(*canvas), strip = rect_cut_bottom(&rest, h);
    return cut(canvas, strip, rest);
}

struct canvas canvas_cut_left(struct canvas *canvas, int w)
{
    struct rect rest = canvas_rect(*canvas), strip = rect_cut_left(&rest, w);
    return cut(canvas, strip, rest);
}

struct canvas canvas_cut_right(struct canvas *canvas, int w)
{
    struct rect rest = canvas_rect(*canvas), strip = rect_cut_right(&rest, w);
    return cut(canvas, strip, rest);
}

struct canvas canvas_inset(struct canvas canvas, int x, int y)
{
    return canvas_sub(canvas, rect_inset(canvas_rect(canvas), x, y));
}

static bool inside(struct rect r, int x, int y)
{
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

/* Blanks the other half of a wide cell that is about to be overwritten. */
static void unpair(struct grid *grid, int x, int y)
{
    struct cell *cell = &grid->cells[(size_t)y * (size_t)grid->w + (size_t)x];
    uint8_t role = cell->role;
    if (cell->width == 2 && x + 1 < grid->w) {
        cell[1] = blank_cell;
        cell[1].role = role;
    } else if (cell->width == 0 && x > 0) {
        cell[-1] = blank_cell;
        cell[-1].role = role;
    }
}

/* Left halves are put before right ones, so the cell left of a right half is never a stale one. */
static void set(struct grid *grid, int x, int y, struct cell cell)
{
    unpair(grid, x, y);
    grid->cells[(size_t)y * (size_t)grid->w + (size_t)x] = cell;
}

/* One cluster at grid coordinates. Half a wide one shows as a blank. */
static void put(struct canvas canvas, int x, int y, enum role role, const struct cluster *cluster)
{
    struct cell cell = {.width = 1, .role = (uint8_t)role};
    bool first = inside(canvas.clip, x, y);
    bool second = cluster->width == 2 && inside(canvas.clip, x + 1, y);
    cell.runes[0] = ' ';
    if (canvas.grid->ascii) {
        cell.runes[0] = (unsigned char)text_ascii(cluster->runes[0]);
    } else if (cluster->width == 1 || (first && second)) {
        memcpy(cell.runes, cluster->runes, sizeof(cell.runes));
        cell.width = (uint8_t)cluster->width;
    }
    if (first)
        set(canvas.grid, x, y, cell);
    if (!second)
        return;
    if (cell.width == 2) {
        memset(cell.runes, 0, sizeof(cell.runes));
        cell.width = 0;
    }
    set(canvas.grid, x + 1, y, cell);
}

int canvas_text_n(struct canvas canvas, int x, int y, enum role role, const char *text,
                  size_t limit)
{
    struct cluster cluster;
    size_t used;
    while ((used = text_cluster(text, limit, &cluster)) > 0) {
        put(canvas, canvas.area.x + x, canvas.area.y + y, role, &cluster);
        x += cluster.width;
        text += used;
        limit = limit == TEXT_ALL ? TEXT_ALL : limit - used;
    }
    return x;
}

int canvas_text(struct canvas canvas, int x, int y, enum role role, const char *text)
{
    return text ? canvas_text_n(canvas, x, y, role, text, TEXT_ALL) : x;
}

int canvas_print(struct canvas canvas, int x, int y, enum role role, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return canvas_text(canvas, x, y, role, text);
}

int canvas_elided(struct canvas canvas, int x, int y, int w, enum role role, const char *text)
{
    char out[1024];
    text_elide(text ? text : "", TEXT_ALL, w, out, sizeof(out));
    return canvas_text(canvas, x, y, role, out);
}

int canvas_elided_middle(struct canvas canvas, int x, int y, int w, enum role role,
                         const char *text)
{
    char out[1024];
    text_elide_middle(text ? text : "", TEXT_ALL, w, out, sizeof(out));
    return canvas_text(canvas, x, y, role, out);
}

int canvas_right(struct canvas canvas, int y, enum role role, const char *text)
{
    int x = canvas.area.w - (text ? text_width(text, TEXT_ALL) : 0);
    canvas_text(canvas, x, y, role, text);
    return x > 0 ? x : 0;
}

void canvas_aligned(struct canvas canvas, int x, int y, int w, enum role role, const char *text)
{
    char out[1024];
    int width = text_elide(text ? text : "", TEXT_ALL, w, out, sizeof(out));
    canvas_text(canvas, x + w - width, y, role, out);
}

void canvas_centred(struct canvas canvas, int y, enum role role, const char *text)
{
    char out[1024];
    int width = text_elide(text, TEXT_ALL, canvas.area.w, out, sizeof(out));
    canvas_text(canvas, (canvas.area.w - width) / 2, y, role, out);
}

int canvas_wrapped(struct canvas canvas, int y, enum role role, const char *text)
{
    struct text_line line;
    size_t limit = TEXT_ALL;
    int rows = 0;
    while (text && text_wrap(&text, &limit, canvas.area.w, &line))
        canvas_text_n(canvas, 0, y + rows++, role, line.data, line.len);
    return rows;
}

int canvas_marked(struct canvas canvas, int x, int y, enum role role, const char *text,
                  size_t limit, const char *needle)
{
    size_t len = strnlen(text, limit), at = 0, size = strlen(needle);
    ptrdiff_t found;
    while ((found = text_find(text, len, at, needle)) >= 0) {
        x = canvas_text_n(canvas, x, y, role, text + at, (size_t)found - at);
        x = canvas_text_n(canvas, x, y, ROLE_MATCH, text + found, size);
        at = (size_t)found + size;
    }
    return canvas_text_n(canvas, x, y, role, text + at, len - at);
}

void canvas_heading(struct canvas canvas, int y, const char *title, const char *right)
{
    int end = canvas_elided(canvas, 0, y, canvas.area.w, ROLE_TITLE, title);
    int room = canvas.area.w - end - 2;
    if (right && *right && room > 4)
        canvas_aligned(canvas, end + 2, y, room, ROLE_DIM, right);
}

void canvas_hline(struct canvas canvas, int x, int y, int w, enum role role, const char *glyph)
{
    struct cluster cluster;
    if (text_cluster(glyph, TEXT_ALL, &cluster) == 0)
        return;
    for (int i = 0; i < w && x + i < canvas.area.w; i++)
        put(canvas, canvas.area.x + x + i, canvas.area.y + y, role, &cluster);
}

void canvas_fill(struct canvas canvas, enum role role, const char *glyph)
{
    for (int y = 0; y < canvas.area.h; y++)
        canvas_hline(canvas, 0, y, canvas.area.w, role, glyph);
}

void canvas_clear(struct canvas canvas)
{
    canvas_fill(canvas, ROLE_NORMAL, " ");
}

void canvas_cursor(struct canvas canvas, int x, int y)
{
    x += canvas.area.x;
    y += canvas.area.y;
    if (!inside(canvas.clip, x, y))
        return;
    canvas.grid->cursor_x = x;
    canvas.grid->cursor_y = y;
}
