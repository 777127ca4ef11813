#include "core/base/yaml.h"

#include <yaml.h>

#include "core/base/alloc.h"

/* One parse in progress: libyaml's events, pulled one at a time. */
struct reader {
    yaml_parser_t parser;
    yaml_event_t event;
    bool have_event;
    int depth;
    struct error *err;
};

enum { DEEPEST = 64 };

static bool bad(struct reader *r, const char *what)
{
    return error_set(r->err, ERROR_INPUT, "Line %zu: %s.", r->event.start_mark.line + 1, what);
}

static bool next(struct reader *r)
{
    if (r->have_event)
        yaml_event_delete(&r->event);
    r->have_event = false;
    if (yaml_parser_parse(&r->parser, &r->event)) {
        r->have_event = true;
        return true;
    }
    return error_set(r->err, ERROR_INPUT, "Line %zu: not valid YAML: %s.",
                     r->parser.problem_mark.line + 1,
                     r->parser.problem ? r->parser.problem : "unreadable");
}

static bool is_integer(struct str text, int64_t *out)
{
    /* 0123 stays a string: YAML 1.1 readers take it for octal, people for a zip code */
    struct str digits =
        text.len && (text.data[0] == '-' || text.data[0] == '+') ? str_skip(text, 1) : text;
    return !(digits.len > 1 && digits.data[0] == '0') && str_to_int64(text, out);
}

static bool is_real(struct str text, double *out)
{
    char copy[64], *end;
    if (text.len == 0 || !memchr(text.data, '.', text.len) || !str_copy(text, copy, sizeof copy))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789+-.eE", text.data[i]))
            return false;
    *out = strtod(copy, &end);
    return *end == '\0' && end != copy;
}

static json_t *plain(struct str text)
{
    int64_t integer;
    double real;
    if (text.len == 0 || str_is(text, "~") || str_is(text, "null") || str_is(text, "Null") ||
        str_is(text, "NULL"))
        return json_null();
    if (str_is(text, "true") || str_is(text, "True") || str_is(text, "TRUE"))
        return json_true();
    if (str_is(text, "false") || str_is(text, "False") || str_is(text, "FALSE"))
        return json_false();
    if (is_integer(text, &integer))
        return json_integer(integer);
    if (is_real(text, &real))
        return json_real(real);
    return json_stringn(text.data, text.len);
}

static json_t *scalar(const yaml_event_t *event)
{
    struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        return plain(text);
    return json_stringn(text.data, text.len);
}

static json_t *node(struct reader *r);

static json_t *sequence(struct reader *r)
{
    json_t *array = json_array();
    for (;;) {
        if (!next(r))
            break;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return array;
        json_t *item = node(r);
        if (!item)
            break;
        json_array_append_new(array, item);
    }
    json_decref(array);
    return NULL;
}

static bool member(struct reader *r, json_t *object)
{
    if (r->event.type != YAML_SCALAR_EVENT)
        return bad(r, "a key must be plain text");
    char *key = alloc_copy(
        (struct str){(const char *)r->event.data.scalar.value, r->event.data.scalar.length});
    bool ok = true;
    if (json_object_get(object, key))
        ok = error_set(r->err, ERROR_INPUT, "Line %zu: the key %s stands twice.",
                       r->event.start_mark.line + 1, key);
    json_t *value = ok && next(r) ? node(r) : NULL;
    ok = value && json_object_set_new(object, key, value) == 0;
    free(key);
    return ok;
}

static json_t *mapping(struct reader *r)
{
    json_t *object = json_object();
    for (;;) {
        if (!next(r))
            break;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            return object;
        if (!member(r, object))
            break;
    }
    json_decref(object);
    return NULL;
}

static json_t *node(struct reader *r)
{
    json_t *value = NULL;
    if (++r->depth > DEEPEST)
        bad(r, "nested more than 64 deep");
    else if (r->event.type == YAML_SCALAR_EVENT)
        value = scalar(&r->event);
    else if (r->event.type == YAML_SEQUENCE_START_EVENT)
        value = sequence(r);
    else if (r->event.type == YAML_MAPPING_START_EVENT)
        value = mapping(r);
    else
        bad(r, "aliases (*name) are not accepted here");
    r->depth--;
    return value;
}

static json_t *document(struct reader *r)
{
    if (!next(r)) /* the start of the stream */
        return NULL;
    if (!next(r)) /* the start of a document, or the end of the stream */
        return NULL;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return json_object();
    json_t *value = next(r) ? node(r) : NULL;
    bool ended = value && next(r); /* the end of the document */
    if (ended && next(r) && r->event.type == YAML_STREAM_END_EVENT)
        return value;
    if (value && r->have_event)
        bad(r, "a second document begins");
    json_decref(value);
    return NULL;
}

json_t *yml_parse(struct str text, struct error *err)
{
    struct reader r = {.err = err};
    if (!yaml_parser_initialize(&r.parser)) {
        error_set(err, ERROR_SYSTEM, "The YAML reader could not be started.");
        return NULL;
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.data, text.len);
    json_t *value = document(&r);
    if (r.have_event)
        yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    if (json_is_null(value)) {
        json_decref(value);
        value = json_object();
    }
    return value;
}

static int append(void *out, unsigned char *bytes, size_t len)
{
    return buf_append(out, (struct str){(const char *)bytes, len});
}

/* YAML 1.1 readers (kubectl's among them) take more words for booleans than YAML 1.2 does. */
bool yml_needs_quotes(const char *text)
{
    static const char *const words[] = {"y",     "yes",   "n",    "no", "on",   "off",
                                        "true",  "false", "null", "~",  ".inf", "+.inf",
                                        "-.inf", ".nan",  "=",    "<<"};
    struct str s = str_of(text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(s, str_of(words[i])))
            return true;
    /* like a number; with letters alone nobody takes it for one */
    return s.len == 0 || (strspn(text, "0123456789+-.eE_xXoOabcdefABCDEF:") == s.len &&
                          strspn(text, "xoabcdefABCDEF") != s.len);
}

static bool emit(yaml_emitter_t *emitter, yaml_event_t *event)
{
    return yaml_emitter_emit(emitter, event);
}

static bool emit_scalar(yaml_emitter_t *emitter, const char *text, size_t len, bool quoted)
{
    yaml_event_t event;
    yaml_scalar_style_t style = quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
    return yaml_scalar_event_initialize(&event, NULL, NULL, (const unsigned char *)text, (int)len,
                                        1, 1, style) &&
           emit(emitter, &event);
}

static bool emit_value(yaml_emitter_t *emitter, const json_t *value);

static bool emit_object(yaml_emitter_t *emitter, const json_t *value)
{
    yaml_event_t event;
    const char *key;
    const json_t *item;
    json_t *object =
        json_copy((json_t *)(uintptr_t)value); /* shallow: the iterator takes no const */
    bool ok =
        yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) &&
        emit(emitter, &event);
    json_object_foreach(object, key, item)
    {
        ok = ok && emit_scalar(emitter, key, strlen(key), yml_needs_quotes(key)) &&
             emit_value(emitter, item);
    }
    json_decref(object);
    return ok && yaml_mapping_end_event_initialize(&event) && emit(emitter, &event);
}

static bool emit_array(yaml_emitter_t *emitter, const json_t *value)
{
    yaml_event_t event;
    bool ok =
        yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE) &&
        emit(emitter, &event);
    for (size_t i = 0; i < json_array_size(value); i++)
        ok = ok && emit_value(emitter, json_array_get(value, i));
    return ok && yaml_sequence_end_event_initialize(&event) && emit(emitter, &event);
}

static bool emit_value(yaml_emitter_t *emitter, const json_t *value)
{
    if (json_is_object(value))
        return emit_object(emitter, value);
    if (json_is_array(value))
        return emit_array(emitter, value);
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        return emit_scalar(emitter, text, json_string_length(value), yml_needs_quotes(text));
    }
    struct buf text = {0};
    bool ok = js_dump(value, &text) && emit_scalar(emitter, buf_cstr(&text), text.len, false);
    buf_finish(&text);
    return ok;
}

bool yml_dump(const json_t *value, struct buf *out)
{
    yaml_emitter_t emitter;
    yaml_event_t event;
    if (!yaml_emitter_initialize(&emitter))
        return false;
    yaml_emitter_set_output(&emitter, append, out);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    bool ok = yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
              emit(&emitter, &event) &&
              yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) &&
              emit(&emitter, &event) && emit_value(&emitter, value) &&
              yaml_document_end_event_initialize(&event, 1) && emit(&emitter, &event) &&
              yaml_stream_end_event_initialize(&event) && emit(&emitter, &event);
    yaml_emitter_delete(&emitter);
    return ok;
}
