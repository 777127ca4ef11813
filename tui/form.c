/* Layout: marker, label column, field column, hint column. Where the field ends up is computed anew
 * for each drawing, from the width alone. */
#include "tui/form.h"

#include "tui/choice.h"
#include "tui/field.h"

#include "tui/banned.h"

#define NARROW 60 /* columns below which hints go under their row */

struct layout {
    int w, field_x, field_w, hint_x; /* hint_x 0: under the row */
};

static bool can_focus(const struct form *form, int i)
{
    return i >= 0 && i < form->count && form->rows[i].widget && !form->rows[i].hidden &&
           !form->rows[i].locked;
}

static struct layout layout_of(const struct form *form, int width)
{
    struct layout layout = {.w = width};
    int label_w = form->label_width;
    for (int i = 0; i < form->count && form->label_width == 0; i++) {
        const struct form_row *row = &form->rows[i];
        int w = row->label && !row->hidden ? text_width(row->label, TEXT_ALL) : 0;
        label_w = w > label_w ? w : label_w;
    }
    if (width < NARROW) {
        layout.field_x = 2 + (label_w < width / 3 ? label_w : width / 3) + 2;
        layout.field_w = width - layout.field_x;
        return layout;
    }
    label_w = form->label_width == 0 && label_w < 12 ? 12 : label_w;
    layout.field_x = 2 + label_w + 2;
    /* on a wide screen the fields grow first: names and addresses want to be seen whole */
    layout.field_w =
        form->field_width > 0 ? form->field_width : 24 + rect_clamp((width - 78) / 3, 0, 35);
    layout.hint_x = layout.field_x + layout.field_w + 1;
    return layout;
}

const char *form_complaint(const struct form *form, int row)
{
    const struct form_row *r = &form->rows[row];
    return r->widget && !r->hidden && !r->locked ? widget_check(r->widget) : NULL;
}

/* What stands in the hint column: the complaint once the row was left, else the fact. */
static const char *hint_of(const struct form *form, int i, enum role *role)
{
    const struct form_row *row = &form->rows[i];
    const char *complaint = row->left ? form_complaint(form, i) : NULL;
    *role = complaint ? ROLE_FAILURE : row->hint_role != ROLE_NORMAL ? row->hint_role : ROLE_DIM;
    return complaint ? complaint : row->hint;
}

static bool hint_below(const struct form *form, int i, struct layout layout)
{
    enum role role;
    const char *hint = hint_of(form, i, &role);
    return layout.hint_x == 0 && hint && (i == form->focus || role == ROLE_FAILURE);
}

/* The columns a row's widget gets: to the hint column, or to the edge when it opened a list. */
static struct rect widget_rect(const struct form *form, int i, struct layout layout)
{
    const struct form_row *row = &form->rows[i];
    int x = row->label ? layout.field_x : 2;
    int end = layout.hint_x > 0 ? layout.hint_x - 1 : layout.w;
    int h = widget_height(row->widget, end - x);
    return (struct rect){x, 0, (h > 1 ? layout.w : end) - x, h};
}

static int row_height(const struct form *form, int i, struct layout layout)
{
    const struct form_row *row = &form->rows[i];
    if (row->hidden)
        return 0;
    if (row->widget)
        return widget_rect(form, i, layout).h + (hint_below(form, i, layout) ? 1 : 0);
    int lines = row->hint ? text_lines(row->hint, TEXT_ALL, layout.w - layout.field_x) : 0;
    return lines > 1 ? lines : 1;
}

static int rows_before(const struct form *form, int end, struct layout layout)
{
    int rows = 0;
    for (int i = 0; i < end; i++)
        rows += row_height(form, i, layout);
    return rows;
}

static int form_height(const struct widget *widget, int width)
{
    const struct form *form = (const void *)widget;
    return rows_before(form, form->count, layout_of(form, width));
}

static void draw_text_row(const struct form_row *row, struct layout layout, struct canvas canvas)
{
    canvas_elided(canvas, 2, 0, (row->hint ? layout.field_x - 1 : layout.w) - 2,
                  row->hint ? ROLE_NORMAL : ROLE_STRONG, row->label);
    struct rect text = {layout.field_x, 0, layout.w - layout.field_x, canvas.area.h};
    canvas_wrapped(canvas_sub(canvas, text), 0,
                   row->hint_role != ROLE_NORMAL ? row->hint_role : ROLE_DIM, row->hint);
}

static void draw_row(const struct form *form, int i, struct layout layout, struct canvas canvas,
                     bool focused)
{
    const struct form_row *row = &form->rows[i];
    if (!row->widget) {
        draw_text_row(row, layout, canvas);
        return;
    }
    if (focused)
        canvas_text(canvas, 0, 0, ROLE_ACCENT, GLYPH_CURSOR);
    canvas_elided(canvas, 2, 0, layout.field_x - 3,
                  focused       ? ROLE_SELECTED
                  : row->locked ? ROLE_DIM
                                : ROLE_NORMAL,
                  row->label);
    struct rect place = widget_rect(form, i, layout);
    widget_draw(row->widget, canvas_sub(canvas, place), focused);
    enum role role;
    const char *hint = hint_of(form, i, &role);
    if (hint_below(form, i, layout))
        canvas_elided(canvas, 2, place.h, layout.w - 2, role, hint);
    else if (layout.hint_x > 0 && place.h == 1)
        canvas_elided(canvas, layout.hint_x, 0, layout.w - layout.hint_x, role, hint);
}

static void form_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct form *form = (const void *)widget;
    struct layout layout = layout_of(form, canvas.area.w);
    int all = rows_before(form, form->count, layout), at = rows_before(form, form->focus, layout);
    int own = can_focus(form, form->focus) ? row_height(form, form->focus, layout) : 1;
    int y = -rect_scroll(all, at + own / 2, canvas.area.h);
    for (int i = 0; i < form->count; i++) {
        int h = row_height(form, i, layout);
        if (h > 0)
            draw_row(form, i, layout, canvas_sub(canvas, (struct rect){0, y, layout.w, h}),
                     focused && i == form->focus);
        y += h;
    }
}

void form_focus(struct form *form, int row)
{
    if (!can_focus(form, row) || row == form->focus)
        return;
    if (can_focus(form, form->focus)) {
        struct form_row *from = &form->rows[form->focus];
        from->left = true;
        if (from->widget->ops == &field_ops)
            field_hide((void *)from->widget);
        if (from->widget->ops == &choice_ops)
            ((struct choice *)(void *)from->widget)->open = false;
    }
    form->focus = row;
}

void form_start(struct form *form)
{
    form->focus = 0;
    while (form->focus < form->count - 1 && !can_focus(form, form->focus))
        form->focus++;
    for (int i = 0; i < form->count; i++)
        form->rows[i].left = false;
}

struct widget *form_focused(const struct form *form)
{
    return can_focus(form, form->focus) ? form->rows[form->focus].widget : NULL;
}

const char *form_sentence(const struct form *form)
{
    const char *first = NULL;
    for (int i = 0; i < form->count; i++) {
        const char *complaint = form->rows[i].left ? form_complaint(form, i) : NULL;
        if (complaint && i == form->focus)
            return complaint;
        first = first ? first : complaint;
    }
    return first;
}

/* To the next row that can have the focus; around the end only with `around`. */
static bool move(struct form *form, int step, bool around)
{
    for (int i = form->focus + step, tried = 0; tried < form->count; i += step, tried++) {
        if (around)
            i = (i + form->count) % form->count;
        if (can_focus(form, i)) {
            form_focus(form, i);
            break;
        }
    }
    return true;
}

/* True when something complains: then the first that does has the focus. */
static bool held_back(struct form *form)
{
    int first = -1;
    for (int i = 0; i < form->count; i++) {
        struct form_row *row = &form->rows[i];
        row->left = row->widget != NULL;
        if (row->widget && row->widget->ops == &field_ops)
            field_tell((void *)row->widget);
        if (first < 0 && form_complaint(form, i))
            first = i;
    }
    if (first >= 0)
        form_focus(form, first);
    return first >= 0;
}

static bool form_key(struct widget *widget, struct press press)
{
    struct form *form = (void *)widget;
    struct widget *focused = form_focused(form);
    if (focused && widget_key(focused, press)) {
        if (focused->ops == &field_ops && ((struct field *)(void *)focused)->overflow)
            form->rows[form->focus].left = true; /* a refusal is said at once */
        return true;
    }
    if (press_is(press, PRESS_TAB))
        return move(form, 1, true);
    if (press_is(press, PRESS_BACKTAB))
        return move(form, -1, true);
    if (press_is(press, PRESS_DOWN))
        return move(form, 1, false);
    if (press_is(press, PRESS_UP))
        return move(form, -1, false);
    return press_is(press, PRESS_ENTER) && held_back(form);
}

static const char *form_check(const struct widget *widget)
{
    const struct form *form = (const void *)widget;
    const char *complaint = NULL;
    for (int i = 0; i < form->count && !complaint; i++)
        complaint = form_complaint(form, i);
    return complaint;
}

const struct widget_ops form_ops = {
    .height = form_height, .draw = form_draw, .key = form_key, .check = form_check};
