/* One pass over the text with a place to read and a place to write, which never overtakes it; and
 * long arrays taken apart, so that not all of one is a tree at the same time. */
#include "core/kube/thin.h"

#include "core/base/alloc.h"

struct pass {
    const char *at, *end; /* what is read */
    char *to;             /* where the rest of what is kept goes */
    const char *start;
};

/* Behind the string whose quote stands at `at`; NULL when it does not end. */
static const char *behind_string(const char *at, const char *end)
{
    at++;
    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at)), *before = quote;
        if (!quote)
            return NULL;
        while (before > at && before[-1] == '\\')
            before--;
        if ((quote - before) % 2 == 0)
            return quote + 1;
        at = quote + 1; /* it is one of the text's own */
    }
    return NULL;
}

/* Behind the object or array that begins at `at`; NULL when it does not end. */
static const char *behind_value(const char *at, const char *end)
{
    size_t depth = 0;
    while (at && at < end) {
        char byte = *at;
        if (byte == '"') {
            at = behind_string(at, end);
            continue;
        }
        at++;
        if (byte == '{' || byte == '[')
            depth++;
        else if ((byte == '}' || byte == ']') && --depth == 0)
            return at;
    }
    return NULL;
}

static const char *behind_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    return at;
}

static bool is_unread(struct str name, const char *const *names)
{
    for (; *names; names++) {
        if (**names == name.data[0] && str_is(name, *names))
            return true;
    }
    return false;
}

/* Where the value of a member begins whose name ended at `at`; NULL when it is no name, or its
 * value is neither an object nor an array. */
static const char *value_of(const char *at, const char *end)
{
    at = behind_space(at, end);
    if (at == end || *at != ':')
        return NULL;
    at = behind_space(at + 1, end);
    return at < end && (*at == '{' || *at == '[') ? at : NULL;
}

static void keep(struct pass *pass, const char *until)
{
    size_t len = (size_t)(until - pass->at);
    memmove(pass->to, pass->at, len);
    pass->to += len;
    pass->at = until;
}

/* Keeps what stands before this member and goes on behind it and its comma. */
static void leave_out(struct pass *pass, const char *quote, const char *behind)
{
    const char *next = behind_space(behind, pass->end);
    keep(pass, quote);
    if (next < pass->end && *next == ',') {
        behind = next + 1;
    } else {
        /* the last of its object: the comma before it goes */
        while (pass->to > pass->start && behind_space(pass->to - 1, pass->to) == pass->to)
            pass->to--;
        if (pass->to > pass->start && pass->to[-1] == ',')
            pass->to--;
    }
    pass->at = behind;
}

void thin(struct buf *text, const char *const *names)
{
    struct pass pass = {text->data, text->data + text->len, text->data, text->data};
    const char *seen = pass.at, *quote;
    if (text->len == 0)
        return;
    while ((quote = memchr(seen, '"', (size_t)(pass.end - seen)))) {
        const char *behind = behind_string(quote, pass.end), *value, *next;
        if (!behind)
            break;
        struct str name = {quote + 1, (size_t)(behind - quote) - 2};
        value = name.len > 0 && is_unread(name, names) ? value_of(behind, pass.end) : NULL;
        next = value ? behind_value(value, pass.end) : NULL;
        if (value && !next)
            break;
        if (next)
            leave_out(&pass, quote, next);
        seen = next ? pass.at : behind;
    }
    keep(&pass, pass.end);
    text->len = (size_t)(pass.to - text->data);
    text->data[text->len] = '\0';
}

/* ---- arrays ---- */

/* Behind any value; NULL when it does not end, `at` where there is none. */
static const char *behind_any(const char *at, const char *end)
{
    if (at < end && *at == '"')
        return behind_string(at, end);
    if (at < end && (*at == '{' || *at == '['))
        return behind_value(at, end);
    while (at < end && !strchr(",]} \n\t\r", *at))
        at++;
    return at;
}

bool thin_split(struct str text, const char *name, struct str *inside, struct buf *rest)
{
    const char *end = text.data + text.len, *at = behind_space(text.data, end);
    char before = '{';
    while (at < end && *at == before) {
        const char *quote = behind_space(at + 1, end);
        const char *behind = quote < end && *quote == '"' ? behind_string(quote, end) : NULL;
        const char *colon = behind ? behind_space(behind, end) : end;
        if (colon == end || *colon != ':')
            return false;
        const char *value = behind_space(colon + 1, end), *next = behind_any(value, end);
        if (!next)
            return false;
        struct str member = {quote + 1, (size_t)(behind - quote) - 2};
        if (value < end && *value == '[' && str_is(member, name)) {
            *inside = (struct str){value + 1, (size_t)(next - value) - 2};
            buf_append(rest, (struct str){text.data, (size_t)(value + 1 - text.data)});
            buf_append(rest, (struct str){next - 1, (size_t)(end - next) + 1});
            return true;
        }
        before = ',';
        at = behind_space(next, end);
    }
    return false;
}

bool thin_next(struct str *inside, struct str *element)
{
    const char *end = inside->data + inside->len, *at = behind_space(inside->data, end);
    if (at < end && *at == ',')
        at = behind_space(at + 1, end);
    if (at == end)
        return false;
    const char *behind = behind_any(at, end);
    if (!behind || behind == at)
        behind = end;
    *element = (struct str){at, (size_t)(behind - at)};
    *inside = (struct str){behind, (size_t)(end - behind)};
    return true;
}
