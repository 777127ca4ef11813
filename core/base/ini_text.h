/* An INI file as text that is changed by lines: what is not meant stays byte for byte, with its
 * line ends, comments and order. For files of the operator, which configparser reads (ini.h). */
#ifndef CORE_BASE_INI_TEXT_H
#define CORE_BASE_INI_TEXT_H

#include "core/base/ini.h"

struct ini_line {
    struct str text, end; /* end: LF, CR LF, CR, or nothing at the end of the file */
};

struct ini_text {
    struct ini ini;
    struct ini_line *lines; /* lines[0] is line 1 */
    size_t count, capacity;
};

/* Views into `bytes`. Fails as ini_parse does; then nothing needs to be finished. */
bool ini_text_read(struct ini_text *text, struct str bytes, const char *file, struct error *err);
void ini_text_finish(struct ini_text *text); /* wipes what was read; idempotent */

/* Blanks before the first character; whether a line is empty or a comment; the last line of the
 * value that begins in `line`. Lines count from 1. */
size_t ini_text_indent(const struct ini_text *text, size_t line);
bool ini_text_says_nothing(const struct ini_text *text, size_t line);
size_t ini_text_value_end(const struct ini_text *text, size_t line);

/* An option as it shall be in one section. */
struct ini_entry {
    const char *name; /* in lower case */
    struct str value; /* one line, no blanks at its ends */
    bool drop;        /* it shall not be there */
};

/* The option in that very section, not one that it inherits; NULL. */
const struct ini_option *ini_text_own(const struct ini_text *text, size_t section,
                                      const char *name);

/* Writes the new file. `section` may be INI_DEFAULT while it is not there yet. */
struct ini_writer {
    const struct ini_text *text;
    const struct ini_entry *entries;
    size_t entry_count, section;
    struct str eol; /* the one that the file uses */
    char *out;
    size_t len, room;
};

/* Memory for the old text, the entries and `more` bytes, all at once, so that no copies are left
 * behind; the caller takes `out`, wipes it and frees it. */
void ini_writer_init(struct ini_writer *writer, const struct ini_text *text, size_t section,
                     const struct ini_entry *entries, size_t entry_count, size_t more);
void ini_put(struct ini_writer *writer, struct str bytes);
/* indent, a, b and the end of a line */
void ini_put_line(struct ini_writer *writer, struct str indent, struct str a, struct str b);
/* An old line; of the section's own options with its new value or not at all; behind the header
 * what the section lacks. */
void ini_put_old(struct ini_writer *writer, size_t line);
/* Whether anything comes behind this line, which then needs an end. */
bool ini_puts_behind(const struct ini_writer *writer, size_t line);
/* [NAME] and all entries, at the end of what was written: on a line of its own and apart. */
void ini_put_section(struct ini_writer *writer, struct str name);

/* All of it: the section's options changed where they stand, or the section added at the end.
 * *len bytes: the caller wipes and frees them. */
char *ini_text_set(const struct ini_text *text, struct str section, const struct ini_entry *entries,
                   size_t entry_count, size_t *len);

/* Whether an option of the old file stands in the new one with the same value. */
bool ini_text_kept(const struct ini *old, const struct ini_option *option, const struct ini *new);

/* Whether `bytes` says what the entries say and otherwise, option by option, what the old text
 * said. To be asked before anything is written. */
bool ini_text_agrees(const struct ini_text *old, struct str bytes, struct str section,
                     const struct ini_entry *entries, size_t entry_count);

#endif
