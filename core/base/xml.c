/* The reader of xml.h: one tokenizer, and a search that counts nested elements of the same name. */
#include "core/base/xml.h"

#include <stdlib.h>

#include "core/base/alloc.h"

enum xml_kind {
    XML_TEXT,  /* entities not yet resolved */
    XML_CDATA, /* as it is */
    XML_OPEN,
    XML_CLOSE,
    XML_EMPTY, /* <x/> */
    XML_OTHER, /* comments, instructions, declarations */
};

struct xml_token {
    enum xml_kind kind;
    struct str name; /* of a tag, without prefix */
    struct str text;
    const char *begins; /* of the token itself */
};

/* Takes everything up to and with `end`; false when it never comes. */
static bool take_to(struct str *rest, struct str end, struct str *taken)
{
    ptrdiff_t at = str_find(*rest, end);

    if (at < 0)
        return false;
    *taken = (struct str){rest->data, (size_t)at};
    *rest = str_skip(*rest, (size_t)at + end.len);
    return true;
}

static bool take_tag(struct str *rest, struct xml_token *token)
{
    size_t at = 1, name;
    char quote = 0;

    while (at < rest->len && (quote || rest->data[at] != '>')) {
        char c = rest->data[at++];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
    }
    if (at >= rest->len)
        return false;
    token->kind = rest->data[1] == '/' ? XML_CLOSE : XML_OPEN;
    if (token->kind == XML_OPEN && rest->data[at - 1] == '/')
        token->kind = XML_EMPTY;
    name = token->kind == XML_CLOSE ? 2 : 1;
    token->name = (struct str){rest->data + name, 0};
    for (; name < at && !memchr(" \t\r\n/", rest->data[name], 5); name++) {
        token->name.len++;
        if (rest->data[name] == ':')
            token->name = (struct str){rest->data + name + 1, 0};
    }
    *rest = str_skip(*rest, at + 1);
    return true;
}

/* False at the end, and at an unfinished construct. */
static bool take_token(struct str *rest, struct xml_token *token)
{
    *token = (struct xml_token){.kind = XML_OTHER, .begins = rest->data};
    if (rest->len == 0)
        return false;
    if (rest->data[0] != '<') {
        const char *end = memchr(rest->data, '<', rest->len);

        token->kind = XML_TEXT;
        token->text = (struct str){rest->data, end ? (size_t)(end - rest->data) : rest->len};
        *rest = str_skip(*rest, token->text.len);
        return true;
    }
    if (str_starts(*rest, STR("<!--")))
        return take_to(rest, STR("-->"), &token->text);
    if (str_starts(*rest, STR("<![CDATA["))) {
        *rest = str_skip(*rest, 9);
        token->kind = XML_CDATA;
        return take_to(rest, STR("]]>"), &token->text);
    }
    if (str_starts(*rest, STR("<?")))
        return take_to(rest, STR("?>"), &token->text);
    if (str_starts(*rest, STR("<!")))
        return take_to(rest, STR(">"), &token->text);
    return take_tag(rest, token);
}

bool xml_next(struct str *rest, const char *name, struct str *inner)
{
    struct str at = *rest;
    struct xml_token token;
    const char *from = NULL;
    size_t depth = 0;

    while (take_token(&at, &token)) {
        if (token.kind < XML_OPEN || token.kind == XML_OTHER || !str_is(token.name, name))
            continue;
        if (token.kind == XML_EMPTY && depth == 0) {
            *inner = STR("");
            *rest = at;
            return true;
        }
        if (token.kind == XML_OPEN && depth++ == 0)
            from = at.data;
        if (token.kind != XML_CLOSE || depth == 0 || --depth > 0)
            continue;
        *inner = (struct str){from, (size_t)(token.begins - from)};
        *rest = at;
        return true;
    }
    return false;
}

bool xml_find(struct str xml, const char *name, struct str *inner)
{
    return xml_next(&xml, name, inner);
}

bool xml_child(struct str xml, const char *name, struct str *inner)
{
    struct xml_token token;
    const char *from = NULL;
    size_t depth = 0;

    while (take_token(&xml, &token)) {
        bool named = depth == 0 && str_is(token.name, name);

        if (token.kind == XML_EMPTY && named) {
            *inner = STR("");
            return true;
        }
        if (token.kind == XML_OPEN && depth++ == 0)
            from = named ? xml.data : NULL;
        if (token.kind != XML_CLOSE || depth == 0 || --depth > 0 || !from)
            continue;
        *inner = (struct str){from, (size_t)(token.begins - from)};
        return true;
    }
    return false;
}

static void put_code_point(struct buf *out, uint32_t c)
{
    char utf8[4] = {0};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        buf_text(out, "\xef\xbf\xbd");
        return;
    }
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        utf8[i] = (char)(0x80 | (c & 0x3f));
    utf8[0] = (char)(lead[n == 1 ? 0 : n] | c);
    buf_append(out, (struct str){utf8, n});
}

/* What stands between & and ; — unknown names stay as they are. */
static void put_entity(struct buf *out, struct str name)
{
    static const struct {
        const char *name;
        char byte;
    } known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_is(name, known[i].name)) {
            buf_byte(out, known[i].byte);
            return;
        }
    }
    if (name.len > 1 && name.len < 10 && name.data[0] == '#') {
        bool hex = name.data[1] == 'x';
        char digits[12], *end;
        unsigned long c;

        str_copy(str_skip(name, hex ? 2 : 1), digits, sizeof digits);
        c = strtoul(digits, &end, hex ? 16 : 10);
        if (end != digits && *end == '\0' && digits[0] != '-' && digits[0] != '+') {
            put_code_point(out, c > 0x10ffff ? 0 : (uint32_t)c);
            return;
        }
    }
    buf_byte(out, '&');
    buf_append(out, name);
    buf_byte(out, ';');
}

static void put_text(struct buf *out, struct str text)
{
    while (text.len > 0) {
        struct str plain, name;
        const char *amp = memchr(text.data, '&', text.len), *end;

        plain = (struct str){text.data, amp ? (size_t)(amp - text.data) : text.len};
        buf_append(out, plain);
        text = str_skip(text, plain.len);
        if (!amp)
            return;
        end = memchr(text.data, ';', text.len < 12 ? text.len : 12);
        if (!end) {
            buf_byte(out, '&');
            text = str_skip(text, 1);
            continue;
        }
        name = (struct str){text.data + 1, (size_t)(end - text.data) - 1};
        put_entity(out, name);
        text = str_skip(text, name.len + 2);
    }
}

void xml_text(struct str inner, struct buf *out)
{
    struct buf text = {0};
    struct xml_token token;

    while (take_token(&inner, &token)) {
        if (token.kind == XML_TEXT)
            put_text(&text, token.text);
        else if (token.kind == XML_CDATA)
            buf_append(&text, token.text);
    }
    buf_append(out, str_trim(buf_str(&text)));
    buf_finish(&text);
}

static bool text_of(bool found, struct str inner, char *out, size_t capacity)
{
    struct buf text = {0};

    out[0] = '\0';
    if (!found)
        return false;
    xml_text(inner, &text);
    str_copy(buf_str(&text), out, capacity);
    buf_finish(&text);
    return true;
}

bool xml_value(struct str xml, const char *name, char *out, size_t capacity)
{
    struct str inner = {0};
    bool found = xml_find(xml, name, &inner);

    return text_of(found, inner, out, capacity);
}

bool xml_child_value(struct str xml, const char *name, char *out, size_t capacity)
{
    struct str inner = {0};
    bool found = xml_child(xml, name, &inner);

    return text_of(found, inner, out, capacity);
}
