/* Reading forms and filling them in; see form.h. What a browser's parser forgives is not forgiven
 * here: such a form is not found, and the caller says so. */
#include "core/hub/form.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

enum { TAG_MAX = 4096 };

/* ---- tags ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* The next tag, from behind "<" to before ">"; quotes are respected. */
static bool next_tag(struct str *rest, struct str *tag)
{
    char quote = 0;
    ptrdiff_t at = str_find(*rest, STR("<"));

    if (at < 0)
        return false;
    *rest = str_skip(*rest, (size_t)at + 1);
    *tag = (struct str){rest->data, 0};
    for (; tag->len < rest->len && tag->len < TAG_MAX; tag->len++) {
        char c = rest->data[tag->len];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '>')
            break;
        else if (tag->len > 0 && rest->data[tag->len - 1] == '=' && (c == '"' || c == '\''))
            quote = c;
    }
    *rest = str_skip(*rest, tag->len);
    return true;
}

static bool tag_is(struct str tag, const char *name)
{
    size_t len = strlen(name);

    return tag.len >= len && str_eq_nocase((struct str){tag.data, len}, str_of(name)) &&
           (tag.len == len || is_blank(tag.data[len]) || tag.data[len] == '/');
}

static struct str take_value(struct str *rest)
{
    struct str value = {rest->data, 0};
    char quote = rest->len > 0 ? rest->data[0] : '\0';

    if (quote == '"' || quote == '\'') {
        *rest = str_skip(*rest, 1);
        if (!str_cut(rest, quote, &value))
            value = STR("");
        return value;
    }
    while (value.len < rest->len && !is_blank(rest->data[value.len]))
        value.len++;
    *rest = str_skip(*rest, value.len);
    return value;
}

/* Value of an attribute with its entities resolved; false when the tag does not have it. */
static bool attribute(struct str tag, const char *name, char *out, size_t capacity)
{
    struct buf text = {0};
    struct str key, value;

    out[0] = '\0';
    while (tag.len > 0 && !is_blank(tag.data[0]))
        tag = str_skip(tag, 1);
    while (tag.len > 0) {
        if (is_blank(tag.data[0]) || tag.data[0] == '/') {
            tag = str_skip(tag, 1);
            continue;
        }
        key = (struct str){tag.data, 0};
        while (key.len < tag.len && !is_blank(tag.data[key.len]) && tag.data[key.len] != '=')
            key.len++;
        tag = str_skip(tag, key.len ? key.len : 1);
        value = STR("");
        if (tag.len > 0 && tag.data[0] == '=') {
            tag = str_skip(tag, 1);
            value = take_value(&tag);
        }
        if (!str_eq_nocase(key, str_of(name)))
            continue;
        xml_text(value, &text);
        str_copy(buf_str(&text), out, capacity);
        buf_finish(&text);
        return true;
    }
    return false;
}

/* ---- forms ---- */

static void read_input(struct str tag, struct hub_form *form)
{
    struct hub_input *input = &form->inputs[form->count];
    char type[16];

    if (form->count == HUB_INPUTS || !attribute(tag, "name", input->name, sizeof input->name))
        return;
    attribute(tag, "value", input->value, sizeof input->value);
    attribute(tag, "type", type, sizeof type);
    input->type = str_eq_nocase(str_of(type), STR("hidden"))             ? INPUT_HIDDEN
                  : str_eq_nocase(str_of(type), STR("password"))         ? INPUT_PASSWORD
                  : !type[0] || str_eq_nocase(str_of(type), STR("text")) ? INPUT_TEXT
                                                                         : INPUT_OTHER;
    form->count += input->name[0] != '\0';
}

static bool asks_for_password(const struct hub_form *form)
{
    for (size_t i = 0; i < form->count; i++)
        if (form->inputs[i].type == INPUT_PASSWORD)
            return true;
    return false;
}

bool hub_form_read(struct str html, struct hub_form *form)
{
    struct str tag;
    bool inside = false;

    *form = (struct hub_form){.count = 0};
    while (next_tag(&html, &tag)) {
        if (tag_is(tag, "form")) {
            inside = true;
            form->count = 0;
        } else if (tag_is(tag, "/form") && inside) {
            if (asks_for_password(form))
                return true;
            inside = false;
        } else if (inside && tag_is(tag, "input"))
            read_input(tag, form);
    }
    return inside && asks_for_password(form);
}

/* ---- the answer ---- */

struct body { /* being written into a secret's buffer */
    char *data;
    size_t len, capacity;
    bool full;
};

static void put_byte(struct body *body, char byte)
{
    if (body->len + 1 >= body->capacity)
        body->full = true;
    else
        body->data[body->len++] = byte;
}

static void put_encoded(struct body *body, struct str text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            strchr("-._~", c ? c : '%')) {
            put_byte(body, (char)c);
            continue;
        }
        put_byte(body, '%');
        put_byte(body, digits[c >> 4]);
        put_byte(body, digits[c & 15]);
    }
}

bool hub_form_answer(const struct hub_form *form, const char *username,
                     const struct secret *password, struct secret *body, struct error *err)
{
    struct body out = {.full = false};
    bool first = true;

    out.data = secret_edit(body, &out.capacity);
    if (!out.data)
        return error_set(err, ERROR_SYSTEM, "There is no locked memory left for a password.");
    for (size_t i = 0; i < form->count; i++) {
        const struct hub_input *input = &form->inputs[i];
        bool name = strcmp(input->name, "username") == 0;

        if (input->type == INPUT_OTHER || (input->type == INPUT_TEXT && !name))
            continue; /* e-mail, two factors: the hub can do without */
        if (!first)
            put_byte(&out, '&');
        first = false;
        put_encoded(&out, str_of(input->name));
        put_byte(&out, '=');
        put_encoded(&out, input->type == INPUT_PASSWORD ? secret_expose(password)
                          : name                        ? str_of(username)
                                                        : str_of(input->value));
    }
    out.data[out.len] = '\0';
    secret_edited(body);
    return !out.full || error_set(err, ERROR_INPUT, "The hub's form cannot be answered: too long.");
}

/* ---- complaints ---- */

static bool is_complaint(struct str tag)
{
    char class[160];

    attribute(tag, "class", class, sizeof class);
    return strstr(class, "alert-danger") || strstr(class, "login_error");
}

void hub_page_complaint(struct str html, char *out, size_t capacity)
{
    struct buf text = {0}, clean = {0};
    struct str tag, from;
    ptrdiff_t end;

    out[0] = '\0';
    while (next_tag(&html, &tag)) {
        if (!is_complaint(tag))
            continue;
        from = str_skip(html, 1);
        end = str_find(from, STR("</"));
        if (end >= 0)
            from.len = (size_t)end;
        if (from.len > 600)
            from.len = 600;
        xml_text(from, &text);
        for (size_t i = 0; i < text.len; i++)
            if (is_blank(text.data[i]))
                text.data[i] = ' ';
        buf_sanitised(&clean, str_trim(buf_str(&text)), false);
        str_copy(buf_str(&clean), out, capacity);
        break;
    }
    buf_finish(&text);
    buf_finish(&clean);
}

/* ---- cookies ---- */

static void put_cookie(struct hub_cookies *cookies, struct str name, struct str value)
{
    struct hub_cookie *cookie;
    size_t i = 0;

    while (i < cookies->count && !str_is(name, cookies->items[i].name))
        i++;
    if (i == HUB_COOKIES || name.len == 0 || name.len >= sizeof cookies->items[0].name ||
        value.len >= sizeof cookies->items[0].value)
        return;
    cookie = &cookies->items[i];
    str_copy(name, cookie->name, sizeof cookie->name);
    str_copy(value, cookie->value, sizeof cookie->value);
    if (i == cookies->count)
        cookies->count++;
}

bool hub_cookies_take(struct hub_cookies *cookies, struct str headers, const char *name)
{
    struct str line, key, value;
    bool there = false;

    while (headers.len > 0) {
        str_cut(&headers, '\n', &line);
        if (!str_cut(&line, ':', &key) || !str_eq_nocase(str_trim(key), STR("Set-Cookie")))
            continue;
        str_cut(&line, ';', &value);
        if (!str_cut(&value, '=', &key))
            continue;
        key = str_trim(key);
        value = str_trim(value);
        put_cookie(cookies, key, value);
        there = there || (value.len > 0 && (!name || str_is(key, name)));
    }
    return there;
}

void hub_cookies_header(const struct hub_cookies *cookies, struct buf *out)
{
    for (size_t i = 0; i < cookies->count; i++)
        if (cookies->items[i].value[0])
            buf_printf(out, "%s%s=%s", out->len ? "; " : "", cookies->items[i].name,
                       cookies->items[i].value);
}

void hub_cookies_finish(struct hub_cookies *cookies)
{
    secret_wipe(cookies, sizeof *cookies);
}
