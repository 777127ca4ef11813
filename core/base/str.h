/* A view of bytes that somebody else owns. Passing one lends it for the call; nothing here
 * allocates. Also the UTF-8 decoder of core (tui has its own on purpose: neither may know the
 * other) and the sanitiser for text from outside. */
#ifndef CORE_BASE_STR_H
#define CORE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *data;
    size_t len;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, (s).data

/* NULL is the empty view. */
static inline struct str str_of(const char *text)
{
    return (struct str){text ? text : "", text ? strlen(text) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool str_is(struct str a, const char *text)
{
    return str_eq(a, str_of(text));
}

bool str_eq_nocase(struct str a, struct str b); /* ASCII */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* Removes blanks, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);

/* The part of s from `from` on; empty when `from` is behind the end. */
struct str str_skip(struct str s, size_t from);

/* Cuts *rest at the first `at`: true and the part before it in *head when there is one, with *rest
 * behind it; otherwise false, *head = all of it and *rest empty. */
bool str_cut(struct str *rest, char at, struct str *head);

/* Offset of the first `needle`, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);

/* A whole decimal number with an optional sign and nothing else; false leaves *out alone. */
bool str_to_int64(struct str s, int64_t *out);

/* Copies into a bounded array, cut at a whole UTF-8 character, always terminated. Returns false
 * when it was cut. */
bool str_copy(struct str s, char *out, size_t capacity);

/* Decodes one code point; returns the bytes taken (≥ 1 while s is not empty). Malformed input gives
 * U+FFFD and takes one byte (Unicode 15, section 3.9, rejects surrogates and overlong forms). */
size_t str_decode(struct str s, uint32_t *code_point);

bool str_is_utf8(struct str s);

/* Edit distance (Levenshtein) of two short words, for "did you mean". */
unsigned str_distance(struct str a, struct str b);

#endif
