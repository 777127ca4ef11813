/* Text as columns: UTF-8 decoding, widths, elision, wrapping, and what is not allowed to reach a
 * cell. Independent of the locale. Text is `const char *` with a `limit`: it ends at NUL or after
 * `limit` bytes, whichever comes first; TEXT_ALL is no limit. Malformed bytes count as U+FFFD. */
#ifndef TUI_TEXT_H
#define TUI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_ALL   ((size_t)-1)
#define TEXT_RUNES 5 /* a base and at most four combining marks: as many as a curses cell holds */

/* What one or two cells show: printable code points only, the first one is the base. */
struct cluster {
    uint32_t runes[TEXT_RUNES]; /* ends at 0 or at TEXT_RUNES */
    int width;                  /* 0 for text that shows nothing, 1 or 2 */
};

/* Decodes one code point of the `len` bytes; returns the bytes taken, 0 only when len is 0.
 * Surrogates, overlong and cut forms give U+FFFD and take one byte (Unicode 15, section 3.9). */
size_t text_decode(const char *text, size_t len, uint32_t *code_point);

/* Writes 1 to 4 bytes, no NUL; returns how many. */
size_t text_encode(uint32_t code_point, char out[4]);

/* Columns of one code point: 0 combining or invisible, 1, or 2 wide (UAX 11, emoji). */
int text_rune_width(uint32_t code_point);

/* Whether it may never reach a terminal: C0, C1, bidi controls, line separators, BOM, tags. */
bool text_hostile(uint32_t code_point);

/* Takes the next cluster; returns its bytes, 0 at the end. Hostile code points come out as a
 * visible U+FFFD, tab and newline as one blank; joiners, variation selectors (no two terminals
 * agree on their width) and marks above four are dropped. */
size_t text_cluster(const char *text, size_t limit, struct cluster *out);

int text_width(const char *text, size_t limit);

/* Bytes of the longest head of whole clusters within `columns`. */
size_t text_fit(const char *text, size_t limit, int columns);

/* Copies text cut to `columns` with an ellipsis at the end, or in the middle for addresses. Always
 * terminated and sanitised; returns the width. */
int text_elide(const char *text, size_t limit, int columns, char *out, size_t capacity);
int text_elide_middle(const char *text, size_t limit, int columns, char *out, size_t capacity);

/* Takes the next line for `columns` off *text: breaks at blanks and newlines, or anywhere in a word
 * longer than a line. Returns false at the end; the line is a view into the text. */
struct text_line {
    const char *data;
    size_t len;
};
bool text_wrap(const char **text, size_t *limit, int columns, struct text_line *line);

/* Lines that text_wrap will yield; an empty text has none. */
int text_lines(const char *text, size_t limit, int columns);

/* Copies without anything hostile (newline and tab become blanks), cut at a whole cluster, always
 * terminated. Returns the bytes written. */
size_t text_sanitise(const char *text, size_t limit, char *out, size_t capacity);

/* Offset of `needle` (ASCII letters match in either case) at or behind `from`, or -1. */
ptrdiff_t text_find(const char *text, size_t limit, size_t from, const char *needle);

/* The one ASCII character that stands for a code point where only ASCII can be shown. */
char text_ascii(uint32_t code_point);

#endif
