/* Canonical request, string to sign, signing key: the three steps of SigV4. Buffers that hold the
 * session token get all their room at once and are wiped, since a growing one leaves copies. */
#include "core/aws/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "core/base/alloc.h"

#define HASH 32

struct field { /* a header or a query parameter on its way to be sorted */
    char *name;
    struct str value; /* borrowed; of a query parameter it is `owned` */
    char *owned;
    size_t order;
};

struct fields {
    struct field *items;
    size_t count, capacity;
};

struct target {
    struct str scheme, host, path, query;
};

static void fields_finish(struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (fields->items[i].owned)
            secret_wipe(fields->items[i].owned, strlen(fields->items[i].owned));
        free(fields->items[i].owned);
        free(fields->items[i].name);
    }
    free(fields->items);
    *fields = (struct fields){0};
}

static void fields_add(struct fields *fields, char *name, struct str value, char *owned)
{
    alloc_room(&fields->items, fields->count, &fields->capacity, sizeof *fields->items);
    fields->items[fields->count] = (struct field){name, value, owned, fields->count};
    fields->count++;
}

static int by_name(const void *a, const void *b)
{
    const struct field *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    if (order == 0 && x->owned && y->owned)
        order = strcmp(x->owned, y->owned);
    return order ? order : x->order < y->order ? -1 : 1;
}

static void fields_sort(struct fields *fields)
{
    if (fields->count > 0)
        qsort(fields->items, fields->count, sizeof *fields->items, by_name);
}

static void reserve(struct buf *b, size_t size)
{
    b->capacity = size + 1;
    b->data = alloc_zeroed(b->capacity, 1);
}

static void wipe_buf(struct buf *b)
{
    if (b->data)
        secret_wipe(b->data, b->capacity);
    buf_finish(b);
}

/* ---- encoding ---- */

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

    reserve(&plain, s.len);
    reserve(&out, 3 * s.len);
    for (size_t i = 0; i < s.len; i++) {
        int high = i + 2 < s.len && s.data[i] == '%' ? hex_digit(s.data[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.data[i + 2]) : -1;

        buf_byte(&plain, low >= 0 ? (char)(high << 4 | low) : s.data[i]);
        i += low >= 0 ? 2 : 0;
    }
    sigv4_encode(&out, buf_str(&plain), "");
    wipe_buf(&plain);
    return out.data; /* the terminator is part of a buf's promise */
}

static void hex(const unsigned char *bytes, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

void sigv4_sha256(struct str data, char out[65])
{
    unsigned char digest[HASH];

    SHA256((const unsigned char *)data.data, data.len, digest);
    hex(digest, sizeof digest, out);
}

/* ---- canonical request ---- */

static bool parse_url(struct str url, struct target *t, struct error *err)
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
    struct fields fields = {0};
    struct str pair, name;

    while (query.len > 0) {
        str_cut(&query, '&', &pair);
        if (pair.len == 0)
            continue;
        str_cut(&pair, '=', &name);
        fields_add(&fields, recode(name), STR(""), recode(pair));
    }
    fields_sort(&fields);
    for (size_t i = 0; i < fields.count; i++) {
        buf_text(out, i ? "&" : "");
        buf_text(out, fields.items[i].name);
        buf_byte(out, '=');
        buf_text(out, fields.items[i].owned);
    }
    fields_finish(&fields);
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

static void add_header_lines(struct fields *fields, struct str lines)
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

static void add_header(struct fields *fields, const char *name, struct str value)
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

static void put_headers(struct buf *out, const struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->items[i];

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

static void put_names(struct buf *out, const struct fields *fields, const char *separator)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (i > 0 && strcmp(fields->items[i - 1].name, fields->items[i].name) == 0)
            continue;
        buf_text(out, i ? separator : "");
        buf_text(out, fields->items[i].name);
    }
}

static void write_canonical(const struct sigv4 *r, const struct target *t,
                            const struct fields *headers, const char *payload_hash, struct buf *out)
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
    put_names(out, headers, ";");
    buf_byte(out, '\n');
    buf_text(out, payload_hash);
}

/* ---- signature ---- */

static void hmac(const unsigned char *key, size_t key_len, struct str data,
                 unsigned char out[EVP_MAX_MD_SIZE])
{
    HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)data.data, data.len, out, NULL);
}

static void sign_string(const struct sigv4 *r, const struct creds *creds,
                        struct sigv4_signature *out)
{
    struct str secret = secret_expose(&creds->secret);
    size_t first_len = secret.len + 4;
    char *first = alloc_zeroed(first_len + 1, 1);
    unsigned char key[EVP_MAX_MD_SIZE], next[EVP_MAX_MD_SIZE];
    struct str steps[] = {str_of(r->region), str_of(r->service), STR("aws4_request")};

    memcpy(first, "AWS4", 4);
    if (secret.len > 0)
        memcpy(first + 4, secret.data, secret.len);
    hmac((unsigned char *)first, first_len, (struct str){out->date, 8}, key);
    secret_wipe(first, first_len);
    free(first);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        hmac(key, HASH, steps[i], next);
        memcpy(key, next, HASH);
    }
    hmac(key, HASH, buf_str(&out->string_to_sign), next);
    hex(next, HASH, out->signature);
    secret_wipe(key, sizeof key);
    secret_wipe(next, sizeof next);
}

static void finish_signature(const struct sigv4 *r, const struct creds *creds,
                             struct sigv4_signature *out)
{
    char digest[65];

    sigv4_sha256(buf_str(&out->canonical_request), digest);
    buf_printf(&out->string_to_sign, "AWS4-HMAC-SHA256\n%s\n%.8s/%s/%s/aws4_request\n%s", out->date,
               out->date, r->region, r->service, digest);
    sign_string(r, creds, out);
}

static size_t room_for(const struct sigv4 *r, const struct creds *creds, size_t url_len)
{
    return 4 * url_len + 2 * r->headers.len + 3 * secret_expose(&creds->token).len + 1024;
}

static void hash_payload(const struct sigv4 *r, char hash[72])
{
    if (r->unsigned_payload)
        snprintf(hash, 72, "UNSIGNED-PAYLOAD");
    else
        sigv4_sha256(r->body, hash);
}

bool sigv4_sign(const struct sigv4 *request, const struct creds *creds, struct sigv4_signature *out,
                struct error *err)
{
    struct fields headers = {0};
    struct target target;
    char hash[72];

    *out = (struct sigv4_signature){0};
    if (!parse_url(request->url, &target, err))
        return false;
    hash_payload(request, hash);
    clock_amz(request->wall_ms, out->date);
    add_header_lines(&headers, request->headers);
    add_header(&headers, "host", target.host);
    add_header(&headers, "x-amz-date", str_of(out->date));
    if (request->s3 || request->content_hash) {
        str_copy(str_of(hash), out->payload_hash, sizeof out->payload_hash);
        add_header(&headers, "x-amz-content-sha256", str_of(hash));
    }
    if (!secret_empty(&creds->token))
        add_header(&headers, "x-amz-security-token", secret_expose(&creds->token));
    fields_sort(&headers);
    reserve(&out->canonical_request, room_for(request, creds, request->url.len));
    write_canonical(request, &target, &headers, hash, &out->canonical_request);
    finish_signature(request, creds, out);
    buf_printf(&out->authorization,
               "AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/%s/aws4_request, SignedHeaders=",
               creds->access_key_id, out->date, request->region, request->service);
    put_names(&out->authorization, &headers, ";");
    buf_printf(&out->authorization, ", Signature=%s", out->signature);
    fields_finish(&headers);
    return true;
}

void sigv4_signature_finish(struct sigv4_signature *signature)
{
    wipe_buf(&signature->canonical_request);
    wipe_buf(&signature->string_to_sign);
    buf_finish(&signature->authorization);
    *signature = (struct sigv4_signature){0};
}

/* The query as it will be sent, signature excepted. */
static void write_presigned_query(const struct sigv4 *r, const struct creds *creds,
                                  const struct target *t, const struct fields *headers,
                                  const char *date, unsigned expires_s, struct buf *out)
{
    buf_append(out, t->query);
    buf_text(out, t->query.len ? "&" : "");
    buf_text(out, "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=");
    sigv4_encode(out, str_of(creds->access_key_id), "");
    buf_printf(out, "%%2F%.8s%%2F%s%%2F%s%%2Faws4_request&X-Amz-Date=%s&X-Amz-Expires=%u", date,
               r->region, r->service, date, expires_s);
    if (!secret_empty(&creds->token)) {
        buf_text(out, "&X-Amz-Security-Token=");
        sigv4_encode(out, secret_expose(&creds->token), "");
    }
    buf_text(out, "&X-Amz-SignedHeaders=");
    put_names(out, headers, "%3B");
}

bool sigv4_presign(const struct sigv4 *request, const struct creds *creds, unsigned expires_s,
                   struct secret *url, struct sigv4_signature *trace, struct error *err)
{
    struct sigv4_signature own = {0}, *out = trace ? trace : &own;
    struct fields headers = {0};
    struct target target;
    struct buf query = {0}, whole = {0};
    size_t room = room_for(request, creds, request->url.len);
    char hash[72];
    bool ok;

    *out = (struct sigv4_signature){0};
    if (!parse_url(request->url, &target, err))
        return false;
    hash_payload(request, hash);
    clock_amz(request->wall_ms, out->date);
    add_header_lines(&headers, request->headers);
    add_header(&headers, "host", target.host);
    fields_sort(&headers);
    reserve(&query, room);
    write_presigned_query(request, creds, &target, &headers, out->date, expires_s, &query);
    target.query = buf_str(&query);
    reserve(&out->canonical_request, 4 * room);
    write_canonical(request, &target, &headers, hash, &out->canonical_request);
    finish_signature(request, creds, out);
    reserve(&whole, 2 * room);
    buf_printf(&whole, "%.*s://%.*s", STR_ARG(target.scheme), STR_ARG(target.host));
    buf_append(&whole, target.path.len ? target.path : STR("/"));
    buf_byte(&whole, '?');
    buf_append(&whole, buf_str(&query));
    buf_printf(&whole, "&X-Amz-Signature=%s", out->signature);
    ok = secret_set(url, buf_str(&whole), err);
    wipe_buf(&whole);
    wipe_buf(&query);
    fields_finish(&headers);
    sigv4_signature_finish(&own);
    return ok;
}
