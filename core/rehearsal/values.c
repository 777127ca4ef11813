/* Evaluation of a description's values; see given.c for where variables come from. */
#include "core/rehearsal/values.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { VALUES_TEXT_MAX = 64 << 10 };

static void append_value(const json_t *value, struct buf *out)
{
    if (json_is_string(value))
        buf_append(out, (struct str){json_string_value(value), json_string_length(value)});
    else if (json_is_number(value))
        buf_printf(out, "%.15g", json_number_value(value));
    else if (json_is_boolean(value))
        buf_text(out, json_is_true(value) ? "true" : "false");
}

bool values_fill(const json_t *values, const char *template, struct buf *out)
{
    struct str rest = str_of(template);
    for (;;) {
        ptrdiff_t at = str_find(rest, STR("${"));
        if (at < 0)
            return buf_append(out, rest);
        buf_append(out, (struct str){rest.data, (size_t)at});
        rest = str_skip(rest, (size_t)at + 2);
        struct str name;
        char key[96];
        if (str_cut(&rest, '}', &name) && str_copy(name, key, sizeof key))
            append_value(json_object_get(values, key), out);
    }
}

static json_t *filled(const json_t *values, const char *template)
{
    struct buf text;
    buf_init(&text, VALUES_TEXT_MAX);
    values_fill(values, template, &text);
    json_t *value = js_clean(buf_str(&text));
    buf_finish(&text);
    return value;
}

static json_t *filled_list(const json_t *values, const json_t *templates)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(templates); i++)
        json_array_append_new(list, filled(values, js_text(json_array_get(templates, i), "")));
    return list;
}

void values_digest(struct str text, size_t length, bool upper, char out[33])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    out[0] = '\0';
    if (EVP_Digest(text.data, text.len, sum, &size, EVP_md5(), NULL) != 1)
        return;
    for (unsigned i = 0; i < size && i < 16; i++)
        snprintf(out + 2 * (size_t)i, 3, upper ? "%02X" : "%02x", sum[i]);
    if (length < 32)
        out[length] = '\0';
}

void values_number(struct str text, char out[VALUES_NUMBER])
{
    char hex[33];
    values_digest(text, 8, false, hex);
    unsigned long long number = strtoull(hex, NULL, 16);
    snprintf(out, VALUES_NUMBER, "%llu", 1000000000 + number % 1000000000);
}

static json_t *digest_value(const json_t *values, const json_t *rule)
{
    char hex[33];
    struct buf text;
    buf_init(&text, VALUES_TEXT_MAX);
    values_fill(values, js_text(rule, "digest"), &text);
    values_digest(buf_str(&text), (size_t)js_int(rule, "length", 32), js_bool(rule, "upper", false),
                  hex);
    buf_finish(&text);
    return json_string(hex);
}

static json_t *number_value(const json_t *values, const json_t *rule)
{
    char number[VALUES_NUMBER];
    struct buf text;
    buf_init(&text, VALUES_TEXT_MAX);
    values_fill(values, js_text(rule, "number"), &text);
    values_number(buf_str(&text), number);
    buf_finish(&text);
    return json_string(number);
}

bool values_hold(const json_t *values, const char *condition)
{
    struct str rest = str_of(condition), name;
    char key[96];
    bool compared = str_cut(&rest, '=', &name);
    if (!str_copy(name, key, sizeof key))
        return false;
    const json_t *value = json_object_get(values, key);
    return compared ? json_is_string(value) && str_is(rest, json_string_value(value))
                    : json_is_true(value);
}

static json_t *file_value(const char *dir, const json_t *rule, struct error *err)
{
    char path[PATH_MAX];
    struct buf content;
    json_t *value = NULL;
    buf_init(&content, VALUES_TEXT_MAX);
    if (path_format(path, err, "%s/%s", dir, js_text(rule, "file")) &&
        file_read(path, VALUES_TEXT_MAX, &content, err)) {
        char *text = alloc_zeroed(content.len * 4 / 3 + 8, 1);
        int length = EVP_EncodeBlock((unsigned char *)text,
                                     (const unsigned char *)buf_cstr(&content), (int)content.len);
        value = json_stringn(text, length > 0 ? (size_t)length : 0);
        free(text);
    }
    buf_finish(&content);
    return value;
}

static json_t *end_of(const json_t *list, bool last)
{
    size_t count = json_array_size(list);
    return count ? json_incref(json_array_get(list, last ? count - 1 : 0)) : json_string("");
}

/* One rule of "values"; see assets/rehearsal for the kinds there are. */
static json_t *value_of(const json_t *values, const json_t *rule, const char *dir,
                        struct error *err)
{
    const char *when = js_text(rule, "when");
    if (*when && !values_hold(values, when))
        return filled(values, js_text(rule, "otherwise"));
    if (js_get(rule, "text"))
        return filled(values, js_text(rule, "text"));
    if (js_get(rule, "given")) {
        json_t *given = json_object_get(values, js_text(rule, "given"));
        return json_array_size(given) ? json_incref(given)
                                      : filled_list(values, js_get(rule, "else"));
    }
    if (js_get(rule, "list"))
        return filled_list(values, js_get(rule, "list"));
    if (js_get(rule, "first"))
        return end_of(json_object_get(values, js_text(rule, "first")), false);
    if (js_get(rule, "last"))
        return end_of(json_object_get(values, js_text(rule, "last")), true);
    if (js_get(rule, "digest"))
        return digest_value(values, rule);
    if (js_get(rule, "number"))
        return number_value(values, rule);
    if (js_get(rule, "file"))
        return file_value(dir, rule, err);
    error_set(err, ERROR_INPUT, "The description's value “%s” has no rule.", js_text(rule, "name"));
    return NULL;
}

json_t *values_evaluate(const struct description *description, const json_t *given,
                        const json_t *remote, const char *dir, struct error *err)
{
    json_t *values = json_deep_copy(js_get(description->json, "variables"));
    json_object_update(values, (json_t *)(uintptr_t)given);
    const json_t *taken = js_get(description->json, "remote.outputs");
    for (size_t i = 0; i < json_array_size(taken); i++) {
        const char *name = js_text(json_array_get(taken, i), "");
        json_object_set(values, name, json_object_get(remote, name));
    }
    const json_t *rules = js_get(description->json, "values");
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        json_t *value = value_of(values, rule, dir, err);
        if (!value) {
            json_decref(values);
            return NULL;
        }
        json_object_set_new(values, js_text(rule, "name"), value);
    }
    return values;
}

bool values_want(const json_t *values, const struct piece *piece)
{
    return !*piece->when || values_hold(values, piece->when);
}

json_t *values_type(const json_t *value)
{
    if (json_is_array(value))
        return json_pack("[ss]", "list", "string");
    return json_string(json_is_boolean(value)  ? "bool"
                       : json_is_number(value) ? "number"
                                               : "string");
}
