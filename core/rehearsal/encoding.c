/* See encoding.h. */
#include "core/rehearsal/encoding.h"

#include "core/base/alloc.h"

static int digit64(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (c == '-')
        return 62;
    if (c == '_')
        return 63;
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool decode_base64(struct str text, struct buf *out)
{
    unsigned bits = 0, count = 0;
    text = str_trim(text);
    for (int i = 0; i < 2 && text.len > 0 && text.data[text.len - 1] == '='; i++)
        text.len--;
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit64(text.data[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (unsigned)digit;
        if (++count % 4 != 1)
            buf_byte(out, (char)(bits >> (6 - 2 * ((count - 1) % 4)) & 0xff));
    }
    return count % 4 != 1;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void decode_percent(struct str text, bool form, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        bool two = i + 2 < text.len;
        int high = two ? hex_digit(text.data[i + 1]) : -1;
        int low = two ? hex_digit(text.data[i + 2]) : -1;
        if (text.data[i] == '%' && high >= 0 && low >= 0) {
            buf_byte(out, (char)(high * 16 + low));
            i += 2;
        } else
            buf_byte(out, form && text.data[i] == '+' ? ' ' : text.data[i]);
    }
}

void encode_html(struct buf *out, struct str text)
{
    struct buf clean = {.data = NULL};
    buf_sanitised(&clean, text, true);
    for (size_t i = 0; i < clean.len; i++)
        switch (clean.data[i]) {
        case '<':
            buf_text(out, "&lt;");
            break;
        case '>':
            buf_text(out, "&gt;");
            break;
        case '&':
            buf_text(out, "&amp;");
            break;
        case '"':
            buf_text(out, "&quot;");
            break;
        default:
            buf_byte(out, clean.data[i]);
        }
    buf_finish(&clean);
}
