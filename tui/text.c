/* UTF-8 and columns: clusters, fitting, elision, wrapping. Properties of single code points are in
 * rune.c; cells are the canvas's business. */
#include "tui/text.h"

#include <string.h>

#include "tui/theme.h"

#include "tui/banned.h"

#define REPLACEMENT 0xfffdU

size_t text_decode(const char *text, size_t len, uint32_t *code_point)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (len == 0)
        return 0;
    *code_point = REPLACEMENT;
    unsigned char first = bytes[0];
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    size_t need = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || len < need)
        return 1;
    uint32_t value = first & (0xffU >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 1;
        value = value << 6 | (bytes[i] & 0x3fU);
    }
    if ((need == 3 && value < 0x800) || (need == 4 && (value < 0x10000 || value > 0x10ffff)) ||
        (value >= 0xd800 && value <= 0xdfff))
        return 1;
    *code_point = value;
    return need;
}

size_t text_encode(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

/* Decodes at `text`, which ends at NUL or after `limit`; 0 at the end. */
static size_t take(const char *text, size_t limit, uint32_t *code_point)
{
    size_t len = 0;
    while (len < 4 && len < limit && text[len] != '\0')
        len++;
    return text_decode(text, len, code_point);
}

static size_t left(size_t limit, size_t used)
{
    return limit == TEXT_ALL ? TEXT_ALL : limit - used;
}

/* Marks that change how terminals count are dropped: joiners and variation selectors. */
static bool stored(uint32_t mark)
{
    return !(mark >= 0x200b && mark <= 0x200d) && !(mark >= 0x2060 && mark <= 0x2064) &&
           !(mark >= 0xfe00 && mark <= 0xfe0f) && mark < 0xe0000;
}

size_t text_cluster(const char *text, size_t limit, struct cluster *out)
{
    uint32_t rune = 0;
    size_t used = take(text, limit, &rune), runes = 1;
    *out = (struct cluster){.width = 0};
    if (used == 0)
        return 0;
    if (rune == '\t' || rune == '\n' || rune == '\r')
        rune = ' ';
    else if (text_hostile(rune))
        rune = REPLACEMENT;
    out->runes[0] = rune;
    out->width = text_rune_width(rune);
    if (out->width == 0) {
        out->runes[0] = ' ';
        out->width = 1;
        if (stored(rune))
            out->runes[runes++] = rune;
    }
    for (;;) {
        size_t more = take(text + used, left(limit, used), &rune);
        if (more == 0 || text_hostile(rune) || text_rune_width(rune) != 0)
            return used;
        if (runes < TEXT_RUNES && stored(rune))
            out->runes[runes++] = rune;
        used += more;
    }
}

int text_width(const char *text, size_t limit)
{
    struct cluster cluster;
    size_t at = 0, used;
    int width = 0;
    while ((used = text_cluster(text + at, left(limit, at), &cluster)) > 0) {
        at += used;
        width += cluster.width;
    }
    return width;
}

size_t text_fit(const char *text, size_t limit, int columns)
{
    struct cluster cluster;
    size_t at = 0, used;
    int width = 0;
    while ((used = text_cluster(text + at, left(limit, at), &cluster)) > 0) {
        width += cluster.width;
        if (width > columns)
            break;
        at += used;
    }
    return at;
}

/* Appends text sanitised; returns the columns added. `*at` never passes capacity - 1. */
static int append(const char *text, size_t limit, char *out, size_t capacity, size_t *at)
{
    struct cluster cluster;
    size_t from = 0, used;
    int width = 0;
    while ((used = text_cluster(text + from, left(limit, from), &cluster)) > 0) {
        char bytes[TEXT_RUNES * 4];
        size_t len = 0;
        for (int i = 0; i < TEXT_RUNES && cluster.runes[i]; i++)
            len += text_encode(cluster.runes[i], bytes + len);
        if (*at + len >= capacity)
            break;
        memcpy(out + *at, bytes, len);
        *at += len;
        from += used;
        width += cluster.width;
    }
    out[*at] = '\0';
    return width;
}

size_t text_sanitise(const char *text, size_t limit, char *out, size_t capacity)
{
    size_t at = 0;
    if (capacity > 0)
        append(text, limit, out, capacity, &at);
    return at;
}

/* The first `head` and the last `tail` columns with an ellipsis between them. */
static int elide(const char *text, size_t limit, int head, int tail, char *out, size_t capacity)
{
    size_t at = 0, used, from = 0;
    int width = append(text, text_fit(text, limit, head), out, capacity, &at);
    width += append(GLYPH_ELLIPSIS, TEXT_ALL, out, capacity, &at);
    int skip = text_width(text, limit) - tail;
    struct cluster cluster;
    while (skip > 0 && (used = text_cluster(text + from, left(limit, from), &cluster)) > 0) {
        skip -= cluster.width;
        from += used;
    }
    return tail > 0 ? width + append(text + from, left(limit, from), out, capacity, &at) : width;
}

int text_elide(const char *text, size_t limit, int columns, char *out, size_t capacity)
{
    size_t at = 0;
    if (capacity == 0)
        return 0;
    out[0] = '\0';
    if (columns <= 0)
        return 0;
    if (text_width(text, limit) <= columns)
        return append(text, limit, out, capacity, &at);
    return elide(text, limit, columns - 1, 0, out, capacity);
}

int text_elide_middle(const char *text, size_t limit, int columns, char *out, size_t capacity)
{
    if (columns <= 0 || capacity == 0 || text_width(text, limit) <= columns)
        return text_elide(text, limit, columns, out, capacity);
    /* the end of an address tells more than its beginning */
    int head = (columns - 1) * 2 / 5;
    return elide(text, limit, head, columns - 1 - head, out, capacity);
}

static bool blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Where the line that starts at text ends, at most `columns` wide. */
static size_t line_end(const char *text, size_t limit, int columns)
{
    size_t at = 0, broken = 0, used;
    int width = 0;
    bool word = false;
    struct cluster cluster;
    while (at < limit && text[at] != '\n' &&
           (used = text_cluster(text + at, left(limit, at), &cluster)) > 0) {
        bool gap = blank(text[at]);
        if (gap && word)
            broken = at;
        word = !gap;
        if (width + cluster.width > columns && !gap)
            return broken > 0 ? broken : at > 0 ? at : used;
        width += cluster.width;
        at += used;
    }
    return at;
}

bool text_wrap(const char **text, size_t *limit, int columns, struct text_line *line)
{
    if (*limit == 0 || **text == '\0')
        return false;
    size_t end = line_end(*text, *limit, columns > 0 ? columns : 1), next = end;
    while (next < *limit && blank((*text)[next]))
        next++;
    if (next < *limit && (*text)[next] == '\n')
        next++;
    while (end > 0 && blank((*text)[end - 1]))
        end--;
    *line = (struct text_line){*text, end};
    *text += next;
    *limit = left(*limit, next);
    return true;
}

int text_lines(const char *text, size_t limit, int columns)
{
    struct text_line line;
    int count = 0;
    while (text_wrap(&text, &limit, columns, &line))
        count++;
    return count;
}

static unsigned char lower(char byte)
{
    return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
}

ptrdiff_t text_find(const char *text, size_t limit, size_t from, const char *needle)
{
    for (size_t at = from; at < limit && text[at] != '\0'; at++) {
        size_t i = 0;
        while (needle[i] != '\0' && at + i < limit && text[at + i] != '\0' &&
               lower(text[at + i]) == lower(needle[i]))
            i++;
        if (needle[i] == '\0' && i > 0)
            return (ptrdiff_t)at;
    }
    return -1;
}
