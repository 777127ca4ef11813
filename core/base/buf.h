/* A growing byte buffer that knows its limit. It is always NUL-terminated behind `len`; going over
 * `max` or out of memory sets `failed`, drops the content and makes every later append a no-op, so
 * that a writer may check once at the end. */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include "core/base/str.h"

struct buf {
    char *data;
    size_t len, capacity, max;
    bool failed;
};

/* `max` is the most bytes it may ever hold; a zeroed buf may hold BUF_MAX_DEFAULT. */
#define BUF_MAX_DEFAULT ((size_t)64 << 20)
void buf_init(struct buf *b, size_t max);
void buf_finish(struct buf *b); /* idempotent; zeroed is fine; the buffer may be used again */
void buf_clear(struct buf *b);  /* empties it and forgives a failure, keeps the memory */

bool buf_append(struct buf *b, struct str s);
bool buf_text(struct buf *b, const char *text);
bool buf_byte(struct buf *b, char byte);
bool buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends s as valid UTF-8 without anything that a terminal obeys: C0 and C1 controls (tab and,
 * with keep_newlines, LF excepted), DEL, bidi overrides and malformed bytes become U+FFFD or, for
 * ESC and CR, the visible ^[ and ^M. For everything from outside that is shown or printed. */
bool buf_sanitised(struct buf *b, struct str s, bool keep_newlines);

/* One word of a shell: quoted when it holds anything but the harmless. */
bool buf_shell_word(struct buf *b, const char *word);

/* Removes the first n bytes. */
void buf_drop(struct buf *b, size_t n);

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->data ? b->data : "", b->len};
}

static inline const char *buf_cstr(const struct buf *b)
{
    return b->data ? b->data : "";
}

#endif
