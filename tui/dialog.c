/* Items with their keys. Two layouts for notes (a column, or under the title), and three densities:
 * spaced, tight, and tight with only the chosen item explained. */
#include "tui/dialog.h"

#include "tui/banned.h"

#define NOTE_COLUMN 40

struct layout {
    int title_x, note_x; /* note_x 0: under the title */
    bool spaced, brief;
};

static int max(int a, int b)
{
    return a > b ? a : b;
}

static struct layout measure(const struct dialog *dialog, int width)
{
    struct layout layout = {.title_x = 0};
    int key_w = 0, title_w = 0, note_w = 0;
    for (int i = 0; i < dialog->count; i++) {
        const struct dialog_item *item = &dialog->items[i];
        char name[24];
        if (item->hidden)
            continue;
        press_name((struct press){.code = item->code}, name, sizeof(name));
        key_w = max(key_w, text_width(name, TEXT_ALL));
        title_w = max(title_w, text_width(item->title, TEXT_ALL));
        note_w = max(note_w, item->note ? text_width(item->note, TEXT_ALL) : 0);
    }
    layout.title_x = 2 + key_w + (key_w > 0 ? 3 : 0);
    int least = layout.title_x + title_w + 2, wished = max(least, NOTE_COLUMN);
    if (wished + note_w <= width)
        layout.note_x = wished;
    else if (least + note_w <= width)
        layout.note_x = least;
    return layout;
}

static int item_rows(const struct dialog *dialog, int i, struct layout layout, int width)
{
    const struct dialog_item *item = &dialog->items[i];
    if (item->hidden)
        return 0;
    int rows = 1, w = width - layout.title_x;
    if (item->note && layout.note_x == 0)
        rows += text_lines(item->note, TEXT_ALL, w);
    if (item->explain && (!layout.brief || i == dialog->chosen))
        rows += text_lines(item->explain, TEXT_ALL, w);
    return rows;
}

/* Rows of the items before `end`. */
static int rows_before(const struct dialog *dialog, int end, struct layout layout, int width)
{
    int rows = 0;
    for (int i = 0; i < end; i++) {
        int own = item_rows(dialog, i, layout, width);
        rows += own + (own > 0 && layout.spaced ? 1 : 0);
    }
    return rows;
}

static int all_rows(const struct dialog *dialog, struct layout layout, int width)
{
    int rows = rows_before(dialog, dialog->count, layout, width);
    return rows > 0 && layout.spaced ? rows - 1 : rows;
}

static int dialog_height(const struct widget *widget, int width)
{
    const struct dialog *dialog = (const void *)widget;
    struct layout layout = measure(dialog, width);
    layout.spaced = dialog->spaced;
    return all_rows(dialog, layout, width);
}

static int draw_item(const struct dialog *dialog, int i, struct layout layout, struct canvas canvas,
                     int y, bool focused)
{
    const struct dialog_item *item = &dialog->items[i];
    bool chosen = i == dialog->chosen;
    char name[24];
    if (chosen)
        canvas_text(canvas, 0, y, focused ? ROLE_ACCENT : ROLE_DIM, GLYPH_CURSOR);
    press_name((struct press){.code = item->code}, name, sizeof(name));
    canvas_text(canvas, 2, y, ROLE_KEY, name);
    int w = canvas.area.w - layout.title_x;
    canvas_elided(canvas, layout.title_x, y, w, chosen ? ROLE_SELECTED : ROLE_NORMAL, item->title);
    struct canvas text = canvas_sub(canvas, (struct rect){layout.title_x, y + 1, w, canvas.area.h});
    int rows = 0;
    if (item->note && layout.note_x > 0)
        canvas_text(canvas, layout.note_x, y, ROLE_DIM, item->note);
    else
        rows += canvas_wrapped(text, rows, ROLE_DIM, item->note);
    if (!layout.brief || chosen)
        rows += canvas_wrapped(text, rows, ROLE_DIM, item->explain);
    return 1 + rows;
}

static void dialog_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct dialog *dialog = (const void *)widget;
    int w = canvas.area.w, h = canvas.area.h;
    struct layout layout = measure(dialog, w);
    layout.spaced = dialog->spaced;
    layout.spaced = layout.spaced && all_rows(dialog, layout, w) <= h;
    layout.brief = all_rows(dialog, layout, w) > h;
    int middle = rows_before(dialog, dialog->chosen, layout, w);
    if (dialog->chosen >= 0 && dialog->chosen < dialog->count)
        middle += item_rows(dialog, dialog->chosen, layout, w) / 2;
    int y = -rect_scroll(all_rows(dialog, layout, w), middle, h);
    for (int i = 0; i < dialog->count; i++) {
        if (!dialog->items[i].hidden)
            y += draw_item(dialog, i, layout, canvas, y, focused) + (layout.spaced ? 1 : 0);
    }
}

static bool move(struct dialog *dialog, int step)
{
    for (int i = dialog->chosen + step; i >= 0 && i < dialog->count; i += step) {
        if (!dialog->items[i].hidden) {
            dialog->chosen = i;
            break;
        }
    }
    return true;
}

static bool dialog_key(struct widget *widget, struct press press)
{
    struct dialog *dialog = (void *)widget;
    struct press meant = press_outside_field(press);
    if (press_is(meant, PRESS_DOWN) || press_is(meant, PRESS_TAB))
        return move(dialog, 1);
    if (press_is(meant, PRESS_UP) || press_is(meant, PRESS_BACKTAB))
        return move(dialog, -1);
    return false;
}

int dialog_decide(struct dialog *dialog, struct press press)
{
    bool enter = press_is(press, PRESS_ENTER);
    for (int i = 0; i < dialog->count; i++) {
        const struct dialog_item *item = &dialog->items[i];
        bool own = item->code != PRESS_NONE && press_is(press, item->code) && !enter;
        if (!item->hidden && (own || (enter && i == dialog->chosen))) {
            dialog->chosen = i;
            return i;
        }
    }
    return -1;
}

const struct widget_ops dialog_ops = {
    .height = dialog_height, .draw = dialog_draw, .key = dialog_key};
