/* Names and content of the AWS CLI's cache files; see creds_cache.h. */
#include "core/aws/creds_cache.h"

#include <openssl/evp.h>

#include "core/aws/creds_json.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

#define FILE_MAX ((size_t)1 << 18)

/* ---- names ---- */

/* json.dumps with ensure_ascii: beyond ASCII it writes UTF-16 units in lower case. */
static void put_string(struct buf *out, struct str text)
{
    uint32_t c;

    buf_byte(out, '"');
    while (text.len > 0) {
        text = str_skip(text, str_decode(text, &c));
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", (char)c);
        else if (c == '\n' || c == '\r' || c == '\t')
            buf_text(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        else if (c > 0xffff)
            buf_printf(out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
        else if (c < ' ' || c > 0x7f)
            buf_printf(out, "\\u%04x", c);
        else
            buf_byte(out, (char)c);
    }
    buf_byte(out, '"');
}

static void put_value(struct buf *out, const json_t *value, bool compact)
{
    size_t i;
    json_t *element;

    if (json_is_integer(value)) {
        buf_printf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_array(value)) {
        buf_byte(out, '[');
        json_array_foreach(value, i, element)
        {
            buf_text(out, i == 0 ? "" : compact ? "," : ", ");
            put_value(out, element, compact);
        }
        buf_byte(out, ']');
    } else if (json_is_null(value)) {
        buf_text(out, "null");
    } else {
        put_string(out, str_of(json_string_value(value)));
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void creds_cache_key(const json_t *arguments, bool compact, struct buf *out)
{
    enum { MOST = 16 };
    const char *names[MOST], *name;
    size_t count = 0;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)arguments, name, value) if (count < MOST)
        names[count++] = name;
    qsort(names, count, sizeof *names, by_text);
    buf_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        buf_text(out, i == 0 ? "" : compact ? "," : ", ");
        put_string(out, str_of(names[i]));
        buf_text(out, compact ? ":" : ": ");
        put_value(out, json_object_get(arguments, names[i]), compact);
    }
    buf_byte(out, '}');
}

bool creds_cache_path(const char *home, const char *folder, struct str text, char out[4096],
                      struct error *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char name[2 * EVP_MAX_MD_SIZE + 1] = "";

    if (EVP_Digest(text.data, text.len, digest, &len, EVP_sha1(), NULL) != 1)
        return error_set(err, ERROR_SYSTEM, "OpenSSL makes no SHA-1.");
    for (unsigned i = 0; i < len; i++)
        snprintf(name + 2 * (size_t)i, 3, "%02x", digest[i]);
    return path_format(out, err, "%s/.aws/%s/%s.json", home, folder, name);
}

/* ---- content ---- */

json_t *creds_file_read(const char *path)
{
    struct buf text = {0};
    json_t *value = NULL;

    buf_init(&text, FILE_MAX + 1);
    text.capacity = FILE_MAX + 2; /* all at once: a buffer that grows leaves copies behind */
    text.data = alloc_zeroed(text.capacity, 1);
    if (file_read(path, FILE_MAX, &text, NULL))
        value = js_parse(buf_str(&text), NULL);
    secret_wipe(text.data, text.capacity);
    buf_finish(&text);
    if (!json_is_object(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

bool creds_file_write(const char *path, const json_t *value, struct error *err)
{
    struct buf text = {0};
    char dir[PATH_MAX];
    bool ok;

    path_dirname(path, dir);
    buf_init(&text, FILE_MAX);
    text.capacity = FILE_MAX + 2;
    text.data = alloc_zeroed(text.capacity, 1);
    ok = js_dump(value, &text) && dir_make(dir, 0700, err) &&
         file_write(path, buf_str(&text), 0600, err);
    if (text.data)
        secret_wipe(text.data, text.len);
    buf_finish(&text);
    return ok;
}

bool creds_cache_read(const char *path, int64_t after_wall_ms, struct creds *creds)
{
    enum creds_method method = creds->method;
    json_t *value = creds_file_read(path);
    bool ok = value && creds_from_json(creds, js_get(value, "Credentials"), &creds_names_process,
                                       path, NULL);

    json_decref(value);
    if (ok && creds->expires_ms > after_wall_ms)
        return true;
    creds_finish(creds);
    creds->method = method;
    return false;
}

bool creds_cache_write(const char *path, json_t *about, const struct creds *creds,
                       struct error *err)
{
    bool ok;

    js_set(about, "Credentials", creds_to_json(creds));
    ok = creds->expires_ms == 0 || creds_file_write(path, about, err);
    json_decref(about);
    return ok;
}
