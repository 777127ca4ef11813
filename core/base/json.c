#include "core/base/json.h"

#include "core/base/alloc.h"

json_t *js_parse(struct str text, struct error *err)
{
    json_error_t why;
    size_t flags = JSON_ALLOW_NUL | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL;
    /* Integers stay integers when they fit; terraform prints ones that do not. */
    json_t *value = json_loadb(text.data, text.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
    if (!value && json_error_code(&why) == json_error_numeric_overflow)
        value = json_loadb(text.data, text.len, flags, &why);
    if (!value)
        error_set(err, ERROR_INPUT, "Not valid JSON (line %d, column %d): %s.", why.line,
                  why.column, why.text);
    return value;
}

static const json_t *step(const json_t *value, struct str key)
{
    int64_t index;
    if (json_is_array(value))
        return str_to_int64(key, &index) && index >= 0 ? json_array_get(value, (size_t)index)
                                                       : NULL;
    char name[128];
    if (!json_is_object(value) || !str_copy(key, name, sizeof name))
        return NULL;
    return json_object_get(value, name);
}

const json_t *js_get(const json_t *value, const char *path)
{
    struct str rest = str_of(path), key;
    while (value && rest.len) {
        str_cut(&rest, '.', &key);
        value = step(value, key);
    }
    return value;
}

const char *js_text(const json_t *value, const char *path)
{
    const char *text = json_string_value(js_get(value, path));
    return text ? text : "";
}

struct str js_str(const json_t *value, const char *path)
{
    const json_t *found = js_get(value, path);
    if (!json_is_string(found))
        return (struct str){"", 0};
    return (struct str){json_string_value(found), json_string_length(found)};
}

int64_t js_int(const json_t *value, const char *path, int64_t fallback)
{
    const json_t *found = js_get(value, path);
    if (json_is_integer(found))
        return json_integer_value(found);
    double real = json_is_real(found) ? json_real_value(found) : 0;
    return json_is_real(found) && real > -9e18 && real < 9e18 ? (int64_t)real : fallback;
}

double js_real(const json_t *value, const char *path, double fallback)
{
    const json_t *found = js_get(value, path);
    return json_is_number(found) ? json_number_value(found) : fallback;
}

bool js_bool(const json_t *value, const char *path, bool fallback)
{
    const json_t *found = js_get(value, path);
    return json_is_boolean(found) ? json_is_true(found) : fallback;
}

size_t js_count(const json_t *value, const char *path)
{
    return json_array_size(js_get(value, path));
}

json_t *js_clean(struct str text)
{
    struct buf clean = {0};
    buf_sanitised(&clean, text, true);
    json_t *value = json_stringn_nocheck(buf_cstr(&clean), clean.len);
    buf_finish(&clean);
    return value;
}

void js_set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value ? value : json_null());
}

void js_set_text(json_t *object, const char *key, const char *text)
{
    js_set(object, key, text ? js_clean(str_of(text)) : json_null());
}

void js_set_int(json_t *object, const char *key, int64_t number)
{
    js_set(object, key, json_integer(number));
}

void js_set_bool(json_t *object, const char *key, bool value)
{
    js_set(object, key, json_boolean(value));
}

static int append(const char *bytes, size_t len, void *out)
{
    return buf_append(out, (struct str){bytes, len}) ? 0 : -1;
}

bool js_dump(const json_t *value, struct buf *out)
{
    return json_dump_callback(value, append, out,
                              JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) == 0;
}
