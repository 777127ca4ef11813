/* Fields, path and query in the order and encoding that canonical.h speaks of. */
#include "core/aws/canonical.h"

#include "core/base/alloc.h"

void canonical_fields_finish(struct canonical_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (fields->items[i].owned)
            secret_wipe(fields->items[i].owned, strlen(fields->items[i].owned));
        free(fields->items[i].owned);
        free(fields->items[i].name);
    }
    free(fields->items);
    *fields = (struct canonical_fields){0};
}

static void fields_add(struct canonical_fields *fields, char *name, struct str value, char *owned)
{
    alloc_room(&fields->items, fields->count, &fields->capacity, sizeof *fields->items);
    fields->items[fields->count] = (struct canonical_field){name, value, owned, fields->count};
    fields->count++;
}

static int by_name(const void *a, const void *b)
{
    const struct canonical_field *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    if (order == 0 && x->owned && y->owned)
        order = strcmp(x->owned, y->owned);
    return order ? order : x->order < y->order ? -1 : 1;
}

void canonical_sort(struct canonical_fields *fields)
{
    if (fields->count > 0)
        qsort(fields->items, fields->count, sizeof *fields->items, by_name);
}

void canonical_reserve(struct buf *b, size_t size)
{
    b->capacity = size + 1;
    b->data = alloc_zeroed(b->capacity, 1);
}

void canonical_wipe(struct buf *b)
{
    if (b->data)
        secret_wipe(b->data, b->capacity);
    buf_finish(b);
}

static bool unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

void sigv4_encode(struct buf *out, struct str s, const char *keep)
{
    for (size_t i = 0; i < s.len; i++) {
        if (unreserved(s.data[i]) || (s.data[i] && strchr(keep, s.data[i])))
            buf_byte(out, s.data[i]);
        else
            buf_printf(out, "%%%02X", (unsigned char)s.data[i]);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decoded and encoded again, so that it is in the one form that counts. free() it. */
static char *recode(struct str s)
{
    struct buf plain = {0}, out = {0};

    canonical_reserve(&plain, s.len);
    canonical_reserve(&out, 3 * s.len);
    for (size_t i = 0; i < s.len; i++) {
        int high = i + 2 < s.len && s.data[i] == '%' ? hex_digit(s.data[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.data[i + 2]) : -1;

        buf_byte(&plain, low >= 0 ? (char)(high << 4 | low) : s.data[i]);
        i += low >= 0 ? 2 : 0;
    }
    sigv4_encode(&out, buf_str(&plain), "");
    canonical_wipe(&plain);
    return out.data; /* the terminator is part of a buf's promise */
}

bool canonical_url(struct str url, struct canonical_url *t, struct error *err)
{
    ptrdiff_t colon = str_find(url, STR("://"));
    struct str standard;
    size_t n = 0;

    if (colon <= 0)
        return error_set(err, ERROR_INPUT, "An endpoint must begin with https:// or http://.");
    t->scheme = (struct str){url.data, (size_t)colon};
    url = str_skip(url, (size_t)colon + 3);
    while (n < url.len && url.data[n] != '/' && url.data[n] != '?')
        n++;
    if (n == 0)
        return error_set(err, ERROR_INPUT, "An endpoint must name a host.");
    t->host = (struct str){url.data, n};
    standard = str_is(t->scheme, "https") ? STR(":443") : STR(":80");
    if (str_ends(t->host, standard))
        t->host.len -= standard.len;
    t->query = str_skip(url, n);
    str_cut(&t->query, '?', &t->path);
    return true;
}

/* "//" and dot segments removed (RFC 3986, 5.2.4), as every service but S3 wants it. */
static void put_normal_path(struct buf *out, struct str path)
{
    struct buf normal = {0};
    struct str rest = path, part;
    bool more = true;

    while (more) {
        more = str_cut(&rest, '/', &part);
        if (str_is(part, "..")) {
            while (normal.len > 0 && normal.data[normal.len - 1] != '/')
                normal.len--;
            normal.len -= normal.len > 0;
        } else if (part.len > 0 && !str_is(part, ".")) {
            buf_byte(&normal, '/');
            buf_append(&normal, part);
        }
    }
    if (normal.len == 0 || str_ends(path, STR("/")))
        buf_byte(&normal, '/');
    sigv4_encode(out, buf_str(&normal), "/");
    buf_finish(&normal);
}

static void put_query(struct buf *out, struct str query)
{
    struct canonical_fields fields = {0};
    struct str pair, name;

    while (query.len > 0) {
        str_cut(&query, '&', &pair);
        if (pair.len == 0)
            continue;
        str_cut(&pair, '=', &name);
        fields_add(&fields, recode(name), STR(""), recode(pair));
    }
    canonical_sort(&fields);
    for (size_t i = 0; i < fields.count; i++) {
        buf_text(out, i ? "&" : "");
        buf_text(out, fields.items[i].name);
        buf_byte(out, '=');
        buf_text(out, fields.items[i].owned);
    }
    canonical_fields_finish(&fields);
}

/* Proxies and libraries change these on the way. */
static bool is_signed(const char *name)
{
    static const char *const not_signed[] = {
        "user-agent",     "expect",  "connection", "transfer-encoding",   "te",
        "trailer",        "upgrade", "keep-alive", "proxy-authorization", "proxy-authenticate",
        "x-amzn-trace-id"};

    for (size_t i = 0; i < sizeof not_signed / sizeof *not_signed; i++) {
        if (strcmp(name, not_signed[i]) == 0)
            return false;
    }
    return true;
}

void canonical_add_lines(struct canonical_fields *fields, struct str lines)
{
    struct str line, name;

    while (lines.len > 0) {
        char *lower;

        str_cut(&lines, '\n', &line);
        if (!str_cut(&line, ':', &name))
            continue;
        lower = alloc_copy(str_trim(name));
        for (char *c = lower; *c; c++)
            *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
        if (is_signed(lower))
            fields_add(fields, lower, line, NULL);
        else
            free(lower);
    }
}

void canonical_add(struct canonical_fields *fields, const char *name, struct str value)
{
    fields_add(fields, alloc_copy(str_of(name)), value, NULL);
}

/* Trimmed, inner white space folded to one blank. */
static void put_folded(struct buf *out, struct str value)
{
    bool blank = false;

    value = str_trim(value);
    for (size_t i = 0; i < value.len; i++) {
        if (memchr(" \t\r\n\v\f", value.data[i], 6)) {
            blank = true;
            continue;
        }
        if (blank)
            buf_byte(out, ' ');
        blank = false;
        buf_byte(out, value.data[i]);
    }
}

static void put_headers(struct buf *out, const struct canonical_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct canonical_field *field = &fields->items[i];

        if (i > 0 && strcmp(field[-1].name, field->name) == 0) {
            buf_byte(out, ',');
        } else {
            buf_text(out, i ? "\n" : "");
            buf_text(out, field->name);
            buf_byte(out, ':');
        }
        put_folded(out, field->value);
    }
    buf_byte(out, '\n');
}

void canonical_names(struct buf *out, const struct canonical_fields *fields, const char *separator)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (i > 0 && strcmp(fields->items[i - 1].name, fields->items[i].name) == 0)
            continue;
        buf_text(out, i ? separator : "");
        buf_text(out, fields->items[i].name);
    }
}

void canonical_write(const struct sigv4 *r, const struct canonical_url *t,
                     const struct canonical_fields *headers, const char *payload_hash,
                     struct buf *out)
{
    buf_text(out, r->method);
    buf_byte(out, '\n');
    if (r->s3)
        buf_append(out, t->path.len ? t->path : STR("/"));
    else
        put_normal_path(out, t->path);
    buf_byte(out, '\n');
    put_query(out, t->query);
    buf_byte(out, '\n');
    put_headers(out, headers);
    buf_byte(out, '\n');
    canonical_names(out, headers, ";");
    buf_byte(out, '\n');
    buf_text(out, payload_hash);
}
