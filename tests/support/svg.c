/* Cells to SVG. Bars and rules are drawn as shapes and every run of text is fitted to its cells, so
 * that the picture stands firm whatever monospace font its reader has. */
#include "tests/support/svg.h"

#include <stdio.h>
#include <string.h>

enum { CELL_WIDTH = 9, CELL_HEIGHT = 19, BASELINE = 14, MARGIN = 14 };

static bool same_colour(const unsigned char a[3], const unsigned char b[3])
{
    return memcmp(a, b, 3) == 0;
}

static bool same_style(const struct pty_cell *a, const struct pty_cell *b)
{
    return same_colour(a->fg, b->fg) && a->bold == b->bold && a->underline == b->underline;
}

static void colour(FILE *out, const char *name, const unsigned char rgb[3])
{
    fprintf(out, " %s=\"#%02x%02x%02x\"", name, rgb[0], rgb[1], rgb[2]);
}

static void escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else
            fputc(*text, out);
    }
}

static struct pty_cell cell_as_shown(struct pty *pty, int row, int column)
{
    struct pty_cell cell = pty_cell(pty, row, column);
    if (cell.reverse) {
        unsigned char fg[3];
        memcpy(fg, cell.fg, 3);
        memcpy(cell.fg, cell.bg, 3);
        memcpy(cell.bg, fg, 3);
        cell.default_bg = false;
    }
    return cell;
}

static void rectangle(FILE *out, double row, int column, int width, double height,
                      const unsigned char rgb[3], double opacity)
{
    fprintf(out, "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"",
            MARGIN + column * CELL_WIDTH, MARGIN + row * CELL_HEIGHT, width * CELL_WIDTH,
            height * CELL_HEIGHT);
    colour(out, "fill", rgb);
    if (opacity < 1)
        fprintf(out, " opacity=\"%.2f\"", opacity);
    fputs("/>\n", out);
}

/* What fonts draw with gaps. */
static const struct {
    const char *text;
    double top, height, opacity;
} shapes[] = {
    {"─", 0.47, 0.06, 1}, {"━", 0.44, 0.12, 1}, {"█", 0.1, 0.8, 1},
    {"░", 0.1, 0.8, 0.2}, {"▒", 0.1, 0.8, 0.4}, {"▓", 0.1, 0.8, 0.7},
};

static int shape_of(const struct pty_cell *cell)
{
    for (int i = 0; i < (int)(sizeof shapes / sizeof *shapes); i++)
        if (strcmp(shapes[i].text, cell->text) == 0)
            return i;
    return -1;
}

static void backgrounds(FILE *out, struct pty *pty, int row)
{
    for (int column = 0, width; column < pty_columns(pty); column += width) {
        struct pty_cell first = cell_as_shown(pty, row, column);
        for (width = 1; column + width < pty_columns(pty); width++) {
            struct pty_cell next = cell_as_shown(pty, row, column + width);
            if (next.default_bg != first.default_bg || !same_colour(next.bg, first.bg))
                break;
        }
        if (!first.default_bg)
            rectangle(out, row, column, width, 1, first.bg, 1);
    }
}

/* Text of one style without a gap of two blanks, so that no run is stretched far. */
static int run_of_text(FILE *out, struct pty *pty, int row, int column, struct pty_cell first)
{
    char text[4096] = "";
    size_t len = 0;
    int width = 0, ink = 0;
    size_t ink_len = 0;
    while (column + width < pty_columns(pty) && len + sizeof first.text < sizeof text) {
        struct pty_cell cell = cell_as_shown(pty, row, column + width);
        if (!same_style(&cell, &first) || shape_of(&cell) >= 0 || width - ink > 1)
            break;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s", cell.text);
        width += cell.width > 1 ? cell.width : 1;
        if (strcmp(cell.text, " ") != 0) {
            ink = width;
            ink_len = len;
        }
    }
    text[ink_len] = '\0';
    if (ink == 0)
        return width;
    fprintf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"",
            MARGIN + column * CELL_WIDTH, MARGIN + row * CELL_HEIGHT + BASELINE, ink * CELL_WIDTH);
    colour(out, "fill", first.fg);
    if (first.bold)
        fputs(" font-weight=\"bold\"", out);
    if (first.underline)
        fputs(" text-decoration=\"underline\"", out);
    fputs(">", out);
    escaped(out, text);
    fputs("</text>\n", out);
    return width;
}

static int run_of_shapes(FILE *out, struct pty *pty, int row, int column, struct pty_cell first)
{
    int shape = shape_of(&first), width = 1;
    while (column + width < pty_columns(pty)) {
        struct pty_cell cell = cell_as_shown(pty, row, column + width);
        if (shape_of(&cell) != shape || !same_colour(cell.fg, first.fg))
            break;
        width++;
    }
    rectangle(out, row + shapes[shape].top, column, width, shapes[shape].height, first.fg,
              shapes[shape].opacity);
    return width;
}

static void foreground(FILE *out, struct pty *pty, int row)
{
    for (int column = 0; column < pty_columns(pty);) {
        struct pty_cell cell = cell_as_shown(pty, row, column);
        if (strcmp(cell.text, " ") == 0 || cell.text[0] == '\0')
            column++;
        else if (shape_of(&cell) >= 0)
            column += run_of_shapes(out, pty, row, column, cell);
        else
            column += run_of_text(out, pty, row, column, cell);
    }
}

bool svg_write(struct pty *pty, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    int width = 2 * MARGIN + pty_columns(pty) * CELL_WIDTH;
    int height = 2 * MARGIN + pty_rows(pty) * CELL_HEIGHT;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" font-family=\"ui-monospace,DejaVu Sans Mono,Menlo,Consolas,monospace\" "
            "font-size=\"15\" xml:space=\"preserve\">\n"
            "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#121212\"/>\n",
            width, height, width, height, width, height);
    for (int row = 0; row < pty_rows(pty); row++)
        backgrounds(out, pty, row);
    for (int row = 0; row < pty_rows(pty); row++)
        foreground(out, pty, row);
    fputs("</svg>\n", out);
    return fclose(out) == 0;
}
