/* The pull scanner over one JSON line, and the way its strings become text that can be shown.
 * Strict enough that no torn line passes for a whole one; not strict about the inside of escapes.
 */
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"

enum { DEPTH_MAX = 256 };

void tf_scan_init(struct tf_scan *scan, struct str line)
{
    *scan = (struct tf_scan){.at = line.data, .end = line.data + line.len};
}

static bool fail(struct tf_scan *scan)
{
    scan->failed = true;
    scan->at = scan->end;
    return false;
}

char tf_scan_peek(struct tf_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n'))
        scan->at++;
    return scan->at < scan->end ? *scan->at : '\0';
}

static bool take(struct tf_scan *scan, char byte)
{
    if (tf_scan_peek(scan) != byte)
        return fail(scan);
    scan->at++;
    return true;
}

bool tf_scan_end(struct tf_scan *scan)
{
    return !scan->failed && tf_scan_peek(scan) == '\0' && scan->at == scan->end;
}

bool tf_scan_object(struct tf_scan *scan)
{
    scan->fresh = true;
    return take(scan, '{');
}

/* Behind a value or an opening: the closing byte ends it, a comma goes on. */
static bool goes_on(struct tf_scan *scan, char closing)
{
    char next = tf_scan_peek(scan);

    if (next == closing && next) {
        scan->at++;
        scan->fresh = false;
        return false;
    }
    if (!scan->fresh && !take(scan, ','))
        return false;
    scan->fresh = false;
    return true;
}

bool tf_scan_member(struct tf_scan *scan, struct str *key)
{
    if (scan->failed || !goes_on(scan, '}'))
        return false;
    return tf_scan_string(scan, key) && take(scan, ':');
}

bool tf_scan_string(struct tf_scan *scan, struct str *raw)
{
    const char *p;

    if (!take(scan, '"'))
        return false;
    raw->data = scan->at;
    for (p = scan->at; p < scan->end && *p != '"'; p++) {
        if ((unsigned char)*p < 0x20)
            return fail(scan);
        if (*p == '\\' && ++p == scan->end)
            break;
    }
    if (p >= scan->end)
        return fail(scan);
    raw->len = (size_t)(p - raw->data);
    scan->at = p + 1;
    scan->fresh = false;
    return true;
}

static struct str bare_word(struct tf_scan *scan)
{
    struct str word = {scan->at, 0};

    while (scan->at < scan->end && strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *scan->at) &&
           *scan->at)
        scan->at++;
    word.len = (size_t)(scan->at - word.data);
    scan->fresh = false;
    return word;
}

bool tf_scan_number(struct tf_scan *scan, double *number)
{
    char first = tf_scan_peek(scan), text[64], *end;
    struct str word = bare_word(scan);

    if (first != '-' && (first < '0' || first > '9'))
        return fail(scan);
    /* a number may have any number of digits; what is cut off here is beyond a double anyway */
    str_copy(word, text, sizeof(text));
    *number = strtod(text, &end);
    return *end == '\0' || fail(scan);
}

bool tf_scan_literal(struct tf_scan *scan, struct str *word)
{
    tf_scan_peek(scan);
    *word = bare_word(scan);
    return str_is(*word, "true") || str_is(*word, "false") || str_is(*word, "null") || fail(scan);
}

static bool skip_scalar(struct tf_scan *scan)
{
    struct str text;
    double number;

    switch (tf_scan_peek(scan)) {
    case '"':
        return tf_scan_string(scan, &text);
    case 't':
    case 'f':
    case 'n':
        return tf_scan_literal(scan, &text);
    default:
        return tf_scan_number(scan, &number);
    }
}

static bool skip(struct tf_scan *scan, int depth)
{
    char opening = tf_scan_peek(scan);
    struct str key;

    if (opening != '{' && opening != '[')
        return skip_scalar(scan);
    if (depth == DEPTH_MAX)
        return fail(scan);
    scan->at++;
    scan->fresh = true;
    while (opening == '{' ? tf_scan_member(scan, &key) : goes_on(scan, ']'))
        if (!skip(scan, depth + 1))
            return false;
    return !scan->failed;
}

bool tf_scan_skip(struct tf_scan *scan)
{
    return !scan->failed && skip(scan, 0);
}

static void put_code_point(struct buf *out, uint32_t c)
{
    char bytes[4];
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = len; i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(lead[len] | c);
    buf_append(out, (struct str){bytes, len});
}

static bool hex4(struct str raw, size_t at, uint32_t *out)
{
    *out = 0;
    if (at + 4 > raw.len)
        return false;
    for (size_t i = at; i < at + 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF",
                   *digit = strchr(digits, raw.data[i]);

        if (!digit || !raw.data[i])
            return false;
        *out = *out << 4 | (uint32_t)((digit - digits) & 15);
    }
    return true;
}

/* The \uXXXX at `at` (of the backslash), with its second half when it is a pair: bytes taken. */
static size_t put_unicode_escape(struct buf *out, struct str raw, size_t at)
{
    uint32_t high, low;

    if (!hex4(raw, at + 2, &high)) {
        put_code_point(out, 0xfffd);
        return 2;
    }
    if (high >= 0xd800 && high < 0xdc00 && at + 7 < raw.len && raw.data[at + 6] == '\\' &&
        raw.data[at + 7] == 'u' && hex4(raw, at + 8, &low) && low >= 0xdc00 && low < 0xe000) {
        put_code_point(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
        return 12;
    }
    put_code_point(out, high >= 0xd800 && high < 0xe000 ? 0xfffd : high);
    return 6;
}

/* Decodes at least `enough` bytes, if there are as many. */
static void decode(struct str raw, struct buf *out, size_t enough)
{
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";

    for (size_t i = 0; i < raw.len && out->len < enough;) {
        const char *escape;

        if (raw.data[i] != '\\' || i + 1 == raw.len) {
            buf_byte(out, raw.data[i++]);
        } else if (raw.data[i + 1] == 'u') {
            i += put_unicode_escape(out, raw, i);
        } else {
            escape = strchr(escapes, raw.data[i + 1]);
            buf_byte(out, escape && *escape ? meanings[escape - escapes] : raw.data[i + 1]);
            i += 2;
        }
    }
}

/* Bytes of the terminal sequence that begins with ESC at s (ECMA-48: CSI to its final byte, OSC
 * and its like to BEL or ST), or 0. An unfinished one is left to be made visible. */
static size_t sequence_length(struct str s)
{
    size_t i = 2;

    if (s.len < 3 || s.data[0] != '\033')
        return 0;
    if (s.data[1] == '[') {
        while (i < s.len && s.data[i] >= 0x20 && s.data[i] < 0x40)
            i++;
        return i < s.len && s.data[i] >= 0x40 ? i + 1 : 0;
    }
    if (s.data[1] != ']')
        return 0;
    for (; i < s.len && i < 4096; i++) {
        if (s.data[i] == '\a')
            return i + 1;
        if (s.data[i] == '\033' && i + 1 < s.len && s.data[i + 1] == '\\')
            return i + 2;
    }
    return 0;
}

static void drop_sequences(struct str s, struct buf *out)
{
    while (s.len) {
        const char *escape = memchr(s.data, '\033', s.len);
        size_t plain = escape ? (size_t)(escape - s.data) : s.len, sequence;

        buf_append(out, (struct str){s.data, plain});
        s = str_skip(s, plain);
        sequence = sequence_length(s);
        if (s.len && !sequence) {
            buf_byte(out, '\033');
            sequence = 1;
        }
        s = str_skip(s, sequence);
    }
}

bool tf_clean_text(struct str text, char *out, size_t capacity, bool keep_newlines)
{
    struct buf plain = {0}, safe = {0};
    bool whole = text.len <= 8 * capacity;

    /* sequences take room and show nothing, hence more than fits is looked at */
    if (!whole)
        text.len = 8 * capacity;
    drop_sequences(text, &plain);
    buf_sanitised(&safe, buf_str(&plain), keep_newlines);
    whole = str_copy(buf_str(&safe), out, capacity) && whole;
    buf_finish(&plain);
    buf_finish(&safe);
    return whole;
}

static bool decode_slowly(struct str raw, char *out, size_t capacity, bool keep_newlines)
{
    struct buf decoded = {0};
    bool whole;

    decode(raw, &decoded, 8 * capacity + 1);
    whole = tf_clean_text(buf_str(&decoded), out, capacity, keep_newlines);
    buf_finish(&decoded);
    return whole;
}

bool tf_scan_text(struct str raw, char *out, size_t capacity, bool keep_newlines)
{
    size_t length = 0;

    for (size_t i = 0; i < raw.len; i++) {
        unsigned char c = (unsigned char)raw.data[i];

        if (c == '\\' && i + 1 < raw.len) {
            c = (unsigned char)raw.data[++i];
            if (c == 'n' && keep_newlines)
                c = '\n';
            else if (c != '"' && c != '\\' && c != '/')
                return decode_slowly(raw, out, capacity, keep_newlines);
        } else if (c < 0x20 || c >= 0x7f) {
            return decode_slowly(raw, out, capacity, keep_newlines);
        }
        if (length + 1 == capacity) {
            out[length] = '\0';
            return false;
        }
        out[length++] = (char)c;
    }
    out[length] = '\0';
    return true;
}
