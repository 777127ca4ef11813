#include "core/base/str.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/alloc.h"

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq((struct str){s.data, prefix.len}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_eq(str_skip(s, s.len - suffix.len), suffix);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
    while (s.len && is_blank(s.data[0]))
        s = str_skip(s, 1);
    while (s.len && is_blank(s.data[s.len - 1]))
        s.len--;
    return s;
}

struct str str_skip(struct str s, size_t from)
{
    if (from > s.len)
        from = s.len;
    return (struct str){s.data + from, s.len - from};
}

bool str_cut(struct str *rest, char at, struct str *head)
{
    const char *found = rest->len ? memchr(rest->data, at, rest->len) : NULL;
    if (!found) {
        *head = *rest;
        *rest = str_skip(*rest, rest->len);
        return false;
    }
    *head = (struct str){rest->data, (size_t)(found - rest->data)};
    *rest = str_skip(*rest, head->len + 1);
    return true;
}

ptrdiff_t str_find(struct str s, struct str needle)
{
    if (needle.len == 0)
        return 0;
    for (size_t i = 0; i + needle.len <= s.len; i++) {
        const char *found = memchr(s.data + i, needle.data[0], s.len - needle.len - i + 1);
        if (!found)
            return -1;
        i = (size_t)(found - s.data);
        if (memcmp(found, needle.data, needle.len) == 0)
            return (ptrdiff_t)i;
    }
    return -1;
}

bool str_to_int64(struct str s, int64_t *out)
{
    bool negative = s.len && s.data[0] == '-';
    if (s.len && (negative || s.data[0] == '+'))
        s = str_skip(s, 1);
    if (s.len == 0)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
        int digit = s.data[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *out = value;
    return true;
}

bool str_copy(struct str s, char *out, size_t capacity)
{
    size_t len = s.len < capacity - 1 ? s.len : capacity - 1;
    /* do not end inside a character: back over continuation bytes that the cut separated */
    if (len < s.len)
        while (len > 0 && ((unsigned char)s.data[len] & 0xC0) == 0x80)
            len--;
    memcpy(out, s.data, len);
    out[len] = '\0';
    return len == s.len;
}

/* Length of the sequence that `first` begins and the range allowed for its second byte (table 3-7
 * of the Unicode standard); 0 when it begins none. */
static size_t sequence(unsigned char first, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF) {
        if (first == 0xE0)
            *low = 0xA0;
        if (first == 0xED)
            *high = 0x9F;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (first == 0xF0)
            *low = 0x90;
        if (first == 0xF4)
            *high = 0x8F;
        return 4;
    }
    return 0;
}

size_t str_decode(struct str s, uint32_t *code_point)
{
    *code_point = 0xFFFD;
    if (s.len == 0)
        return 0;
    unsigned char first = (unsigned char)s.data[0], low, high;
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    size_t len = sequence(first, &low, &high);
    if (len == 0 || s.len < len)
        return 1;
    uint32_t value = first & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char byte = (unsigned char)s.data[i];
        if (byte < low || byte > high)
            return 1;
        low = 0x80;
        high = 0xBF;
        value = value << 6 | (byte & 0x3Fu);
    }
    *code_point = value;
    return len;
}

bool str_is_utf8(struct str s)
{
    while (s.len) {
        uint32_t point;
        size_t len = str_decode(s, &point);
        if (len == 1 && point == 0xFFFD)
            return false;
        s = str_skip(s, len);
    }
    return true;
}

unsigned str_distance(struct str a, struct str b)
{
    enum { LONGEST = 64 };
    if (a.len >= LONGEST || b.len >= LONGEST)
        return LONGEST;
    unsigned row[LONGEST + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned replace = diagonal + (a.data[i - 1] != b.data[j - 1]);
            unsigned other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replace < other ? replace : other;
        }
    }
    return row[b.len];
}
