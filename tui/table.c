/* Widths are measured, not configured: every cell for tables of ordinary size, the ones near the
 * cursor for huge ones. Rows with a detail are taller, so the first row shown is found by walking
 * away from the cursor. */
#include "tui/table.h"

#include "tui/banned.h"

#define COLUMNS_MAX 16
#define GAP         2
#define MEASURED    500 /* rows that are measured at most */
#define PAGE        10

struct layout {
    int x[COLUMNS_MAX], w[COLUMNS_MAX]; /* w 0: vanished */
    int count, first_x;
};

static int row_count(const struct table *table)
{
    int rows = table->rows(table->owner);
    return rows > 0 ? rows : 0;
}

static void pull(const struct table *table, int row, int column, struct table_cell *cell)
{
    cell->text = "";
    cell->role = ROLE_NORMAL;
    cell->scratch[0] = '\0';
    table->cell(table->owner, row, column, cell);
    if (!cell->text)
        cell->text = "";
}

int table_selected(const struct table *table)
{
    int rows = row_count(table);
    return rows > 0 ? rect_clamp(table->cursor, 0, rows - 1) : -1;
}

static int natural_width(const struct table *table, int column)
{
    const struct table_column *c = &table->columns[column];
    int rows = row_count(table), from = rect_scroll(rows, table->cursor, MEASURED);
    int w = table->headless || !c->title ? 0 : text_width(c->title, TEXT_ALL);
    for (int row = from; row < rows && row < from + MEASURED; row++) {
        struct table_cell cell;
        pull(table, row, column, &cell);
        int own = text_width(cell.text, TEXT_ALL);
        w = own > w ? own : w;
    }
    w = w < c->min ? c->min : w;
    return c->max > 0 && w > c->max ? c->max : w > 0 ? w : 1;
}

static int total_width(const struct layout *layout)
{
    int total = 0;
    for (int i = 0; i < layout->count; i++)
        total += layout->w[i] > 0 ? layout->w[i] + GAP : 0;
    return total > 0 ? total - GAP : 0;
}

/* Takes the flexible columns down to their least width, as far as needed. */
static void shrink(const struct table *table, struct layout *layout, int room)
{
    for (int i = 0; i < layout->count; i++) {
        int over = total_width(layout) - room;
        int least = table->columns[i].min > 0 ? table->columns[i].min : 8;
        if (over > 0 && table->columns[i].flexible && layout->w[i] > least)
            layout->w[i] = layout->w[i] - over > least ? layout->w[i] - over : least;
    }
}

/* The column that vanishes next, or -1. */
static int droppable(const struct table *table, const struct layout *layout)
{
    int found = -1;
    for (int i = 0; i < layout->count; i++) {
        int drop = layout->w[i] > 0 ? table->columns[i].drop : 0;
        if (drop > 0 && (found < 0 || drop > table->columns[found].drop))
            found = i;
    }
    return found;
}

static int widest(const struct layout *layout)
{
    int found = 0;
    for (int i = 1; i < layout->count; i++)
        found = layout->w[i] > layout->w[found] ? i : found;
    return found;
}

static struct layout layout_of(const struct table *table, int width)
{
    struct layout layout = {.first_x = table->passive ? 0 : 2};
    int natural[COLUMNS_MAX], room = width - layout.first_x;
    layout.count = table->column_count < COLUMNS_MAX ? table->column_count : COLUMNS_MAX;
    for (int i = 0; i < layout.count; i++)
        layout.w[i] = natural[i] = natural_width(table, i);
    for (int gone; shrink(table, &layout, room), total_width(&layout) > room;) {
        gone = droppable(table, &layout);
        if (gone < 0)
            break;
        layout.w[gone] = 0;
        for (int i = 0; i < layout.count; i++)
            layout.w[i] = layout.w[i] > 0 ? natural[i] : 0;
    }
    while (total_width(&layout) > room) {
        int i = widest(&layout);
        if (layout.w[i] <= 1)
            break;
        layout.w[i] -= 1;
    }
    for (int i = 0; i < layout.count; i++) {
        int spare = room - total_width(&layout);
        if (spare > 0 && table->columns[i].flexible && layout.w[i] > 0) {
            int most = table->columns[i].max > 0 ? table->columns[i].max : layout.w[i] + spare;
            layout.w[i] = rect_clamp(layout.w[i] + spare, layout.w[i], most);
        }
    }
    for (int i = 0, x = layout.first_x; i < layout.count; i++) {
        layout.x[i] = x;
        x += layout.w[i] > 0 ? layout.w[i] + GAP : 0;
    }
    return layout;
}

static int detail_x(const struct table *table, const struct layout *layout)
{
    if (table->indent > 0)
        return table->indent;
    return layout->count > 1 ? layout->x[1] : layout->first_x;
}

static int row_lines(const struct table *table, const struct layout *layout, int row, int width)
{
    const char *detail = table->detail ? table->detail(table->owner, row) : NULL;
    return detail ? 1 + text_lines(detail, TEXT_ALL, width - detail_x(table, layout)) : 1;
}

/* The first row to show: the cursor's near the middle, no room left over at the end. */
static int first_row(const struct table *table, const struct layout *layout, int width, int height)
{
    int rows = row_count(table), cursor = table_selected(table), top = cursor, above = 0;
    if (table->passive)
        return rect_clamp(table->cursor, 0, rows - height);
    int used = row_lines(table, layout, cursor, width), half = (height - used) / 2;
    for (int own; top > 0 && above + (own = row_lines(table, layout, top - 1, width)) <= half;
         top--)
        above += own;
    used += above;
    for (int below = cursor + 1; below < rows && used < height; below++)
        used += row_lines(table, layout, below, width);
    for (int own; top > 0 && used + (own = row_lines(table, layout, top - 1, width)) <= height;
         top--)
        used += own;
    return top;
}

static void draw_titles(const struct table *table, const struct layout *layout,
                        struct canvas canvas)
{
    for (int i = 0; i < layout->count; i++) {
        const struct table_column *column = &table->columns[i];
        if (layout->w[i] == 0 || !column->title)
            continue;
        if (column->align == TABLE_RIGHT)
            canvas_aligned(canvas, layout->x[i], 0, layout->w[i], ROLE_DIM, column->title);
        else
            canvas_elided(canvas, layout->x[i], 0, layout->w[i], ROLE_DIM, column->title);
    }
}

static void draw_cells(const struct table *table, const struct layout *layout, int row,
                       struct canvas canvas, bool selected)
{
    for (int i = 0; i < layout->count; i++) {
        struct table_cell cell;
        if (layout->w[i] == 0)
            continue;
        pull(table, row, i, &cell);
        enum role role = selected && cell.role == ROLE_NORMAL ? ROLE_SELECTED : cell.role;
        int x = layout->x[i], w = layout->w[i];
        if (table->columns[i].align == TABLE_RIGHT)
            canvas_aligned(canvas, x, 0, w, role, cell.text);
        else if (table->columns[i].elide == TABLE_ELIDE_MIDDLE)
            canvas_elided_middle(canvas, x, 0, w, role, cell.text);
        else
            canvas_elided(canvas, x, 0, w, role, cell.text);
    }
}

static void draw_row(const struct table *table, const struct layout *layout, int row,
                     struct canvas canvas, bool focused)
{
    bool selected = !table->passive && row == table_selected(table);
    if (selected)
        canvas_text(canvas, 0, 0, focused ? ROLE_ACCENT : ROLE_DIM, GLYPH_CURSOR);
    draw_cells(table, layout, row, canvas, selected && focused);
    const char *detail = table->detail ? table->detail(table->owner, row) : NULL;
    int x = detail_x(table, layout);
    enum role role = table->detail_role;
    struct rect below = {x, 1, canvas.area.w - x, canvas.area.h - 1};
    if (detail)
        canvas_wrapped(canvas_sub(canvas, below), 0, role ? role : ROLE_DIM, detail);
}

static int table_height(const struct widget *widget, int width)
{
    const struct table *table = (const void *)widget;
    int rows = row_count(table), lines = table->headless ? 0 : 1;
    if (rows == 0)
        return table->empty ? text_lines(table->empty, TEXT_ALL, width) : 0;
    if (!table->detail)
        return lines + rows;
    struct layout layout = layout_of(table, width);
    for (int row = 0; row < rows; row++)
        lines += row_lines(table, &layout, row, width);
    return lines;
}

static void table_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct table *table = (const void *)widget;
    int rows = row_count(table), w = canvas.area.w;
    if (rows == 0) {
        canvas_wrapped(canvas_inset(canvas, table->passive ? 0 : 2, 0), 0, ROLE_DIM, table->empty);
        return;
    }
    /* two columns at the right say that there is more, when there is */
    int titles = table->headless ? 0 : 1;
    bool crowded =
        rows > canvas.area.h - titles || (table->detail && table_height(widget, w) > canvas.area.h);
    crowded = crowded && w > 4;
    w -= crowded ? 2 : 0;
    struct layout layout = layout_of(table, w);
    if (titles > 0)
        draw_titles(table, &layout, canvas_cut_top(&canvas, 1));
    if (canvas.area.h <= 0)
        return;
    int top = first_row(table, &layout, w, canvas.area.h), y = 0, row = top;
    for (; row < rows && y < canvas.area.h; row++) {
        int h = row_lines(table, &layout, row, w);
        draw_row(table, &layout, row, canvas_sub(canvas, (struct rect){0, y, w, h}), focused);
        y += h;
    }
    if (crowded && top > 0)
        canvas_text(canvas, w + 1, 0, ROLE_DIM, GLYPH_ABOVE);
    if (crowded && row < rows)
        canvas_text(canvas, w + 1, canvas.area.h - 1, ROLE_DIM, GLYPH_BELOW);
}

static bool table_key(struct widget *widget, struct press press)
{
    struct table *table = (void *)widget;
    struct press meant = press_outside_field(press);
    int last = row_count(table) - 1, step = 0;
    if (press_is(meant, PRESS_UP))
        step = -1;
    else if (press_is(meant, PRESS_DOWN))
        step = 1;
    else if (press_is(meant, PRESS_PAGE_UP))
        step = -PAGE;
    else if (press_is(meant, PRESS_PAGE_DOWN))
        step = PAGE;
    else if (press_is(meant, PRESS_HOME))
        step = -last;
    else if (press_is(meant, PRESS_END))
        step = last;
    else
        return false;
    table->cursor = rect_clamp(rect_clamp(table->cursor, 0, last) + step, 0, last);
    return true;
}

const struct widget_ops table_ops = {.height = table_height, .draw = table_draw, .key = table_key};
