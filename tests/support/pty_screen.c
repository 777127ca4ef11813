/* What the terminal of a pty shows: rows, cells, cursor, modes, and waiting for a text in them. */
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/pty_private.h"

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00 >> len) | c);
    return len;
}

/* A cell's characters; 0 behind a wide one, a blank for an empty cell. */
static size_t put_cell(char *out, const VTermScreenCell *cell)
{
    size_t len = 0;
    if (cell->chars[0] == (uint32_t)-1)
        return 0;
    if (cell->chars[0] == 0)
        out[len++] = ' ';
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
        len += put_utf8(out + len, cell->chars[i]);
    return len;
}

static void get_cell(struct pty *pty, int row, int column, VTermScreenCell *cell)
{
    VTermPos position = {.row = row, .col = column};
    memset(cell, 0, sizeof *cell);
    vterm_screen_get_cell(pty->screen, position, cell);
}

enum { CELL_BYTES = VTERM_MAX_CHARS_PER_CELL * 4 };

static size_t put_row(struct pty *pty, int row, char *out)
{
    size_t len = 0;
    for (int column = 0; column < pty->columns; column++) {
        VTermScreenCell cell;
        get_cell(pty, row, column, &cell);
        len += put_cell(out + len, &cell);
    }
    while (len > 0 && out[len - 1] == ' ')
        len--;
    out[len] = '\0';
    return len;
}

static char *room(struct pty *pty)
{
    size_t row = (size_t)pty->columns * CELL_BYTES + 16;
    free(pty->text);
    pty->text = malloc(row * (size_t)(pty->rows + 3) + 256);
    if (!pty->text)
        abort();
    return pty->text;
}

const char *pty_row(struct pty *pty, int row)
{
    put_row(pty, row, room(pty));
    return pty->text;
}

const char *pty_screen(struct pty *pty)
{
    char *out = room(pty);
    for (int row = 0; row < pty->rows; row++) {
        out += put_row(pty, row, out);
        *out++ = '\n';
    }
    *out = '\0';
    return pty->text;
}

const char *pty_dump(struct pty *pty)
{
    enum { HEAD = 160, LABEL = 8 };
    int at_row, at_column;
    bool visible = pty_cursor(pty, &at_row, &at_column);
    char *out = room(pty);
    out += snprintf(out, HEAD, "---- %dx%d, cursor %s at %d,%d%s%s ----\n", pty->columns, pty->rows,
                    visible ? "shown" : "hidden", at_row, at_column,
                    pty->alternate ? ", alternate screen" : "", pty->ended ? ", ended" : "");
    for (int row = 0; row < pty->rows; row++) {
        out += snprintf(out, LABEL, "%3d|", row);
        out += put_row(pty, row, out);
        *out++ = '\n';
    }
    snprintf(out, LABEL, "----");
    return pty->text;
}

const char *pty_raw(const struct pty *pty, size_t *len)
{
    if (len)
        *len = pty->raw_len;
    return pty->raw ? pty->raw : "";
}

int pty_rows(const struct pty *pty)
{
    return pty->rows;
}

int pty_columns(const struct pty *pty)
{
    return pty->columns;
}

/* ---- waiting ---- */

static bool shows(struct pty *pty, const void *text)
{
    return strstr(pty_screen(pty), text) != NULL;
}

static bool shows_not(struct pty *pty, const void *text)
{
    return !shows(pty, text);
}

static bool matches(struct pty *pty, const void *regex)
{
    return regexec(regex, pty_screen(pty), 0, NULL, 0) == 0;
}

bool pty_shows(struct pty *pty, const char *text)
{
    return shows(pty, text);
}

bool pty_wait_text(struct pty *pty, const char *text)
{
    return pty_wait(pty, shows, text);
}

bool pty_wait_gone(struct pty *pty, const char *text)
{
    return pty_wait(pty, shows_not, text);
}

bool pty_wait_match(struct pty *pty, const char *regex)
{
    regex_t compiled;
    if (regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0) {
        fprintf(stderr, "pty: not a regular expression: %s\n", regex);
        abort();
    }
    bool found = pty_wait(pty, matches, &compiled);
    regfree(&compiled);
    return found;
}

/* ---- cells ---- */

static void get_color(struct pty *pty, VTermColor color, bool foreground, unsigned char out[3])
{
    /* What the program left to the terminal is shown as light on dark. */
    if (foreground ? VTERM_COLOR_IS_DEFAULT_FG(&color) : VTERM_COLOR_IS_DEFAULT_BG(&color)) {
        memset(out, foreground ? 0xd8 : 0x12, 3);
        return;
    }
    vterm_screen_convert_color_to_rgb(pty->screen, &color);
    out[0] = color.rgb.red;
    out[1] = color.rgb.green;
    out[2] = color.rgb.blue;
}

struct pty_cell pty_cell(struct pty *pty, int row, int column)
{
    VTermScreenCell cell;
    struct pty_cell out = {0};
    get_cell(pty, row, column, &cell);
    out.text[put_cell(out.text, &cell)] = '\0';
    out.width = cell.width;
    out.bold = cell.attrs.bold != 0;
    out.underline = cell.attrs.underline != 0;
    out.reverse = cell.attrs.reverse != 0;
    out.default_fg = VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
    out.default_bg = VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
    get_color(pty, cell.fg, true, out.fg);
    get_color(pty, cell.bg, false, out.bg);
    return out;
}

bool pty_find(struct pty *pty, const char *text, int *row, int *column)
{
    for (*row = 0; *row < pty->rows; (*row)++) {
        char *line = room(pty);
        put_row(pty, *row, line);
        char *at = strstr(line, text);
        if (!at)
            continue;
        size_t bytes = (size_t)(at - line);
        char cell_text[CELL_BYTES];
        VTermScreenCell cell;
        for (*column = 0; bytes > 0; *column += cell.width > 1 ? cell.width : 1) {
            get_cell(pty, *row, *column, &cell);
            bytes -= put_cell(cell_text, &cell);
        }
        return true;
    }
    return false;
}

static const char *last_of(const char *raw, size_t len, const char *sequence)
{
    size_t size = strlen(sequence);
    for (size_t at = len; at-- > 0;)
        if (at + size <= len && memcmp(raw + at, sequence, size) == 0)
            return raw + at;
    return NULL;
}

/* Not asked of libvterm: its DECRC brings back the visibility too, which no terminal does. */
static bool cursor_shown(const struct pty *pty)
{
    const char *shown = last_of(pty->raw, pty->raw_len, "\033[?25h");
    const char *hidden = last_of(pty->raw, pty->raw_len, "\033[?25l");
    return !hidden || (shown && shown > hidden);
}

bool pty_cursor(const struct pty *pty, int *row, int *column)
{
    VTermPos position;
    vterm_state_get_cursorpos(vterm_obtain_state(pty->vterm), &position);
    *row = position.row;
    *column = position.col;
    return cursor_shown(pty);
}

/* ---- what a full-screen program has to put back ---- */

static const struct {
    const char *on, *off, *what;
} modes[] = {
    {"\033[?1049h", "\033[?1049l", "the alternate screen is still on"},
    {"\033[?25l", "\033[?25h", "the cursor is still hidden"},
    {"\033[?2004h", "\033[?2004l", "bracketed paste is still on"},
    {"\033[?1h", "\033[?1l", "the cursor keys are still in application mode"},
    {"\033=", "\033>", "the keypad is still in application mode"},
    {"\033[?1000h", "\033[?1000l", "the mouse is still reported"},
    {"\033[?1004h", "\033[?1004l", "focus is still reported"},
    {"\033[?7l", "\033[?7h", "automatic margins are still off"},
};

bool pty_restored(struct pty *pty, const char **what)
{
    *what = NULL;
    for (size_t i = 0; i < sizeof modes / sizeof *modes && !*what; i++) {
        const char *on = last_of(pty->raw, pty->raw_len, modes[i].on);
        const char *off = last_of(pty->raw, pty->raw_len, modes[i].off);
        if (on && (!off || off < on))
            *what = modes[i].what;
    }
    if (!*what && pty->alternate)
        *what = modes[0].what;
    struct termios after;
    if (!*what && pty->fd >= 0 && tcgetattr(pty->fd, &after) != 0)
        *what = "its settings cannot be read";
    else if (!*what && pty->fd >= 0 &&
             (after.c_iflag != pty->before.c_iflag || after.c_oflag != pty->before.c_oflag ||
              after.c_lflag != pty->before.c_lflag || after.c_cflag != pty->before.c_cflag ||
              memcmp(after.c_cc, pty->before.c_cc, sizeof after.c_cc) != 0))
        *what = "echo, line or control character settings differ";
    return *what == NULL;
}
