#include "core/base/buf.h"

#include <stdarg.h>

#include "core/base/alloc.h"

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_finish(struct buf *b)
{
    free(b->data);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

static bool fail(struct buf *b)
{
    buf_finish(b);
    b->failed = true;
    return false;
}

/* Room for `more` bytes and the NUL behind them. */
static bool reserve(struct buf *b, size_t more)
{
    size_t max = b->max ? b->max : BUF_MAX_DEFAULT;
    if (b->failed)
        return false;
    if (more > max || b->len > max - more)
        return fail(b);
    if (b->len + more < b->capacity)
        return true;
    size_t capacity = b->capacity ? b->capacity : 64;
    while (capacity <= b->len + more)
        capacity *= 2;
    b->data = alloc_resize(b->data, capacity, 1);
    b->capacity = capacity;
    return true;
}

bool buf_append(struct buf *b, struct str s)
{
    if (!reserve(b, s.len))
        return false;
    if (s.len)
        memcpy(b->data + b->len, s.data, s.len);
    b->len += s.len;
    b->data[b->len] = '\0';
    return true;
}

bool buf_text(struct buf *b, const char *text)
{
    return buf_append(b, str_of(text));
}

bool buf_byte(struct buf *b, char byte)
{
    return buf_append(b, (struct str){&byte, 1});
}

bool buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char small[256];
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    bool ok = len >= 0;
    if (ok && (size_t)len < sizeof small) {
        ok = buf_append(b, (struct str){small, (size_t)len});
    } else if (ok && (ok = reserve(b, (size_t)len))) {
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    return ok;
}

/* Marks that reorder what the eye reads (Unicode TR 36) and separators that terminals treat oddly.
 */
static bool is_invisible_control(uint32_t point)
{
    return (point >= 0x80 && point < 0xA0) || point == 0x7F || point == 0x061C ||
           (point >= 0x200E && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

bool buf_sanitised(struct buf *b, struct str s, bool keep_newlines)
{
    while (s.len) {
        uint32_t point;
        size_t len = str_decode(s, &point);
        bool malformed = point == 0xFFFD && len == 1;
        if (point == 0x1B)
            buf_text(b, "^[");
        else if (point == '\r')
            buf_text(b, "^M");
        else if (malformed || is_invisible_control(point) ||
                 (point < 0x20 && point != '\t' && !(point == '\n' && keep_newlines)))
            buf_text(b, "\xEF\xBF\xBD");
        else
            buf_append(b, (struct str){s.data, len});
        s = str_skip(s, len);
    }
    return !b->failed;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n > b->len)
        n = b->len;
    if (n == 0)
        return;
    memmove(b->data, b->data + n, b->len - n + 1);
    b->len -= n;
}

bool buf_shell_word(struct buf *b, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:@+";
    if (word[0] && word[strspn(word, plain)] == '\0')
        return buf_text(b, word);
    buf_byte(b, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            buf_text(b, "'\\''");
        else
            buf_byte(b, *word);
    }
    return buf_byte(b, '\'');
}
