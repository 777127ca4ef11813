#include "core/aws/refusal_words.h"

#include "core/base/json.h"
#include "core/base/xml.h"

#include "core/base/alloc.h"

static void set_code(struct refusal_words *words, struct str code)
{
    struct str head;
    ptrdiff_t hash;

    /* "Code:http://…" in the header, "prefix#Code" in __type */
    str_cut(&code, ':', &head);
    while ((hash = str_find(head, STR("#"))) >= 0)
        head = str_skip(head, (size_t)hash + 1);
    code = str_trim(head);
    for (size_t i = 0; i < code.len; i++) {
        if ((unsigned char)code.data[i] <= ' ' || (unsigned char)code.data[i] >= 0x7f)
            return;
    }
    str_copy(code, words->code, sizeof words->code);
}

static void from_xml(struct refusal_words *words, struct str body)
{
    struct str inner;
    struct buf code = {0};

    if (xml_find(body, "Code", &inner)) {
        xml_text(inner, &code);
        set_code(words, buf_str(&code));
        buf_finish(&code);
        if (xml_find(body, "Message", &inner) || xml_find(body, "message", &inner))
            xml_text(inner, &words->message);
    }
}

static void from_json(struct refusal_words *words, struct str body)
{
    static const char *const codes[] = {"__type", "code", "Code", "error"};
    static const char *const messages[] = {"message", "Message", "error_description",
                                           "errorMessage"};
    json_t *json = js_parse(body, NULL);

    for (size_t i = 0; i < sizeof codes / sizeof *codes && !words->code[0]; i++)
        set_code(words, js_str(json, codes[i]));
    for (size_t i = 0; i < sizeof messages / sizeof *messages && words->message.len == 0; i++)
        buf_append(&words->message, js_str(json, messages[i]));
    json_decref(json);
}

static bool starts_nocase(struct str s, struct str head)
{
    return s.len >= head.len && str_eq_nocase((struct str){s.data, head.len}, head);
}

/* Of a page its title, unless it says "502 Bad Gateway" over again. */
static void from_page(struct refusal_words *words, struct str body, int status)
{
    struct str inner;
    char number[16];

    words->page = true;
    if (xml_find(body, "title", &inner) || xml_find(body, "TITLE", &inner))
        xml_text(inner, &words->message);
    snprintf(number, sizeof number, "%d ", status);
    if (str_starts(buf_str(&words->message), str_of(number)))
        buf_clear(&words->message);
}

/* Plain words, as gateways send them; not a file that somebody sent instead. */
static void from_text(struct refusal_words *words, struct str body)
{
    struct str line;

    str_cut(&body, '\n', &line);
    if (line.len <= 200 && str_is_utf8(line))
        buf_append(&words->message, line);
}

/* The service's words on one line, without the ballast that EC2 appends. */
static void clean_message(struct buf *message)
{
    struct buf line = {0};
    struct str s = buf_str(message);
    ptrdiff_t encoded = str_find(s, STR("Encoded authorization failure message"));
    bool blank = false;

    if (encoded >= 0)
        s.len = (size_t)encoded;
    s = str_trim(s);
    while (s.len > 0 && s.data[s.len - 1] == '.')
        s.len--;
    for (size_t i = 0; i < s.len; i++) {
        bool space = memchr(" \t\r\n", s.data[i], 4) != NULL;
        if (!space || !blank)
            buf_byte(&line, space ? ' ' : s.data[i]);
        blank = space;
    }
    buf_clear(message);
    buf_sanitised(message, buf_str(&line), false);
    buf_finish(&line);
}

void refusal_words_read(const struct aws_reply *reply, struct refusal_words *words)
{
    struct str body = str_trim(reply->body);

    *words = (struct refusal_words){0};
    if (reply->error_type.len > 0)
        set_code(words, reply->error_type);
    if (str_starts(body, STR("{")))
        from_json(words, body);
    else if (starts_nocase(body, STR("<!doctype html")) || starts_nocase(body, STR("<html")))
        from_page(words, body, reply->status);
    else if (str_starts(body, STR("<")))
        from_xml(words, body);
    else
        from_text(words, body);
    clean_message(&words->message);
}
