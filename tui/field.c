/* Editing a lent buffer in place. What is removed is overwritten with zeros, because the buffer may
 * be that of a secret. The visible part is computed from the cursor in half steps of the width. */
#include "tui/field.h"

#include <string.h>

#include "tui/banned.h"

void field_lend(struct field *field, char *buffer, size_t capacity)
{
    field->buffer = buffer;
    field->capacity = capacity;
    field->cursor = buffer ? strlen(buffer) : 0;
    field->overflow = false;
    field->revealed = false;
}

void field_hide(struct field *field)
{
    field->revealed = false;
}

void field_tell(struct field *field)
{
    field->overflow = field->overflow && !field->told;
    field->told = field->overflow;
}

/* What does not fit is refused whole: half a key is worse than none. */
static bool fits(struct field *field, size_t count)
{
    field->overflow = strlen(field->buffer) + count >= field->capacity;
    field->told = false;
    return !field->overflow;
}

/* The cursor at a boundary within the text, whatever the owner did to it. */
static size_t cursor_of(const struct field *field)
{
    struct cluster cluster;
    size_t at = 0, used;
    while (at < field->cursor &&
           (used = text_cluster(field->buffer + at, TEXT_ALL, &cluster)) > 0 &&
           at + used <= field->cursor)
        at += used;
    return at;
}

static int clusters(const char *text, size_t limit)
{
    struct cluster cluster;
    size_t used;
    int count = 0;
    while ((used = text_cluster(text, limit, &cluster)) > 0) {
        text += used;
        limit = limit == TEXT_ALL ? TEXT_ALL : limit - used;
        count++;
    }
    return count;
}

int field_length(const struct field *field)
{
    return field->buffer ? clusters(field->buffer, TEXT_ALL) : 0;
}

static void erase(struct field *field, size_t from, size_t to)
{
    size_t len = strlen(field->buffer);
    memmove(field->buffer + from, field->buffer + to, len - to + 1);
    size_t rest = len - (to - from);
    memset(field->buffer + rest, 0, len - rest);
    field->cursor = from;
    field->overflow = false;
}

static void insert(struct field *field, const char *bytes, size_t count)
{
    size_t len = strlen(field->buffer);
    if (!fits(field, count))
        return;
    char *at = field->buffer + field->cursor;
    memmove(at + count, at, len - field->cursor + 1);
    memcpy(at, bytes, count);
    field->cursor += count;
}

bool field_set(struct field *field, const char *text)
{
    size_t len = strlen(text);
    if (len >= field->capacity)
        return false;
    memset(field->buffer, 0, field->capacity);
    memcpy(field->buffer, text, len);
    field->cursor = len;
    field->overflow = false;
    return true;
}

/* What a paste becomes, code point by code point: blanks for newlines and tabs, nothing for other
 * things that may not be shown. Returns the bytes written to `out`. */
static size_t pasted(const char *text, size_t len, size_t *at, char out[4])
{
    uint32_t rune = 0;
    *at += text_decode(text + *at, len - *at, &rune);
    if (rune == '\r' && *at < len && text[*at] == '\n')
        return 0;
    if (rune == '\n' || rune == '\r' || rune == '\t')
        rune = ' ';
    return text_hostile(rune) || rune == 0xfffd ? 0 : text_encode(rune, out);
}

static void paste(struct field *field, const char *text, size_t len)
{
    char bytes[4];
    size_t total = 0;
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    for (size_t at = 0; at < len;)
        total += pasted(text, len, &at, bytes);
    if (!fits(field, total))
        return;
    for (size_t at = 0; at < len;)
        insert(field, bytes, pasted(text, len, &at, bytes));
}

static size_t before(const struct field *field)
{
    struct cluster cluster;
    size_t at = 0, used;
    while ((used = text_cluster(field->buffer + at, TEXT_ALL, &cluster)) > 0 &&
           at + used < field->cursor)
        at += used;
    return at;
}

static size_t after(const struct field *field)
{
    struct cluster cluster;
    return field->cursor + text_cluster(field->buffer + field->cursor, TEXT_ALL, &cluster);
}

static size_t word_before(const struct field *field)
{
    size_t at = field->cursor;
    while (at > 0 && field->buffer[at - 1] == ' ')
        at--;
    while (at > 0 && field->buffer[at - 1] != ' ')
        at--;
    return at;
}

static bool control_key(struct field *field, uint32_t letter)
{
    size_t len = strlen(field->buffer);
    switch (letter) {
    case 'u':
        erase(field, 0, field->cursor);
        return true;
    case 'k':
        erase(field, field->cursor, len);
        return true;
    case 'w':
        erase(field, word_before(field), field->cursor);
        return true;
    case 'r':
        field->revealed = field->masked && !field->revealed;
        return field->masked;
    default:
        return false;
    }
}

static bool named_key(struct field *field, uint32_t code)
{
    switch (code) {
    case PRESS_LEFT:
        field->cursor = before(field);
        return true;
    case PRESS_RIGHT:
        field->cursor = after(field);
        return true;
    case PRESS_HOME:
        field->cursor = 0;
        return true;
    case PRESS_END:
        field->cursor = strlen(field->buffer);
        return true;
    case PRESS_BACKSPACE:
        erase(field, before(field), field->cursor);
        return true;
    case PRESS_DELETE:
        erase(field, field->cursor, after(field));
        return true;
    default:
        return false;
    }
}

static bool field_key(struct widget *widget, struct press press)
{
    struct field *field = (void *)widget;
    if (!field->buffer || field->capacity == 0 || press.alt)
        return false;
    field->cursor = cursor_of(field);
    if (press.code == PRESS_PASTE) {
        paste(field, press.text, press.len);
        return true;
    }
    if (press_printable(press)) {
        char bytes[4];
        insert(field, bytes, text_encode(press.code, bytes));
        return true;
    }
    return press.ctrl ? control_key(field, press.code) : named_key(field, press.code);
}

static const char *field_check(const struct widget *widget)
{
    const struct field *field = (const void *)widget;
    if (field->overflow)
        return "That is longer than what fits here; it was not taken.";
    return field->judge && field->buffer ? field->judge(field->owner, field->buffer) : NULL;
}

static void draw_masked(const struct field *field, struct canvas canvas, enum role role,
                        bool focused)
{
    char length[16];
    int count = field_length(field);
    snprintf(length, sizeof(length), " %d", count);
    int room = canvas.area.w - text_width(length, TEXT_ALL) - (focused ? 1 : 0);
    int shown = rect_clamp(count, 0, room);
    canvas_hline(canvas, 0, 0, shown, role, GLYPH_BULLET);
    if (count > 0)
        canvas_text(canvas, shown + (focused ? 1 : 0), 0, ROLE_DIM, length);
    if (focused)
        canvas_cursor(canvas, rect_clamp(clusters(field->buffer, cursor_of(field)), 0, shown), 0);
}

static void draw_plain(const struct field *field, struct canvas canvas, enum role role,
                       bool focused)
{
    const char *text = field->buffer;
    int w = canvas.area.w, width = text_width(text, TEXT_ALL), offset = 0;
    int column = focused ? text_width(text, cursor_of(field)) : 0;
    if (width + (focused ? 1 : 0) > w && column >= w - 1) {
        int step = w > 3 ? w / 2 : 1;
        offset = ((column - (w - 1)) / step + 1) * step;
    }
    canvas_text(canvas, -offset, 0, role, text);
    if (offset > 0)
        canvas_text(canvas, 0, 0, ROLE_DIM, GLYPH_ELLIPSIS);
    if (width - offset > w)
        canvas_text(canvas, w - 1, 0, ROLE_DIM, GLYPH_ELLIPSIS);
    if (focused)
        canvas_cursor(canvas, column - offset, 0);
}

static void field_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct field *field = (const void *)widget;
    enum role role = focused ? ROLE_FOCUS : ROLE_INPUT;
    if (!field->buffer)
        return;
    if (field->buffer[0] == '\0') {
        if (field->empty)
            canvas_elided(canvas, 0, 0, canvas.area.w, ROLE_DIM, field->empty);
        if (focused)
            canvas_cursor(canvas, 0, 0);
    } else if (field->masked && !field->revealed) {
        draw_masked(field, canvas, role, focused);
    } else {
        draw_plain(field, canvas, role, focused);
    }
}

static int field_height(const struct widget *widget, int width)
{
    (void)widget;
    (void)width;
    return 1;
}

const struct widget_ops field_ops = {
    .height = field_height, .draw = field_draw, .key = field_key, .check = field_check};
