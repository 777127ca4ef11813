/* One pass over the text with a place to read and a place to write, which never overtakes it. */
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
    for (at++; at < end; at++) {
        if (*at == '"')
            return at + 1;
        if (*at == '\\')
            at++;
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

/* Goes on behind a member that is left out, and its comma. */
static void leave_out(struct pass *pass, const char *behind)
{
    const char *next = behind_space(behind, pass->end);
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

static void keep(struct pass *pass, const char *until)
{
    size_t len = (size_t)(until - pass->at);
    memmove(pass->to, pass->at, len);
    pass->to += len;
    pass->at = until;
}

void thin(struct buf *text, const char *const *names)
{
    struct pass pass = {text->data, text->data + text->len, text->data, text->data};
    const char *quote;
    if (text->len == 0)
        return;
    while ((quote = memchr(pass.at, '"', (size_t)(pass.end - pass.at)))) {
        const char *behind = behind_string(quote, pass.end), *value, *next;
        if (!behind)
            break;
        struct str name = {quote + 1, (size_t)(behind - quote) - 2};
        value = name.len > 0 && is_unread(name, names) ? value_of(behind, pass.end) : NULL;
        next = value ? behind_value(value, pass.end) : NULL;
        keep(&pass, next ? quote : behind);
        if (value && !next)
            break;
        if (next)
            leave_out(&pass, next);
    }
    keep(&pass, pass.end);
    text->len = (size_t)(pass.to - text->data);
    text->data[text->len] = '\0';
}
