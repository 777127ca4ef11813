/* core/aws/sigv4 against vectors that botocore made (tests/data/sigv4): odd paths, queries,
 * headers. */
#include "core/aws/sigv4.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <openssl/evp.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(sigv4, .fini = no_leaks);

struct vector {
    json_t *json;
    struct buf url, headers, body;
    struct creds creds;
    struct sigv4 request;
};

static void put_query(struct vector *v, const json_t *pairs)
{
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        buf_text(&v->url, i ? "&" : "?");
        sigv4_encode(&v->url, js_str(json_array_get(pairs, i), "0"), "");
        buf_byte(&v->url, '=');
        sigv4_encode(&v->url, js_str(json_array_get(pairs, i), "1"), "");
    }
}

static void load(struct vector *v, const char *path)
{
    struct buf text = {0};
    struct error err = {0};
    const char *base64;
    const json_t *r;
    char time[32];

    *v = (struct vector){0};
    cr_assert(file_read(path, 1 << 20, &text, &err), "%s", err.text);
    v->json = js_parse(buf_str(&text), &err);
    cr_assert(v->json, "%s: %s", path, err.text);
    buf_finish(&text);
    r = js_get(v->json, "request");
    buf_printf(&v->url, "%s://%s%s", js_text(r, "scheme"), js_text(r, "host"),
               js_text(r, "wire_path"));
    put_query(v, js_get(r, "query_decoded"));
    for (size_t i = 0; i < js_count(r, "headers"); i++) {
        const json_t *pair = json_array_get(js_get(r, "headers"), i);
        buf_printf(&v->headers, "%s:%s\n", js_text(pair, "0"), js_text(pair, "1"));
    }
    base64 = js_text(r, "body_base64");
    if (*base64) {
        char *bytes = alloc_zeroed(strlen(base64) + 4, 1);
        int len = EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)base64,
                                  (int)strlen(base64));
        size_t pad = strcspn(base64, "=");
        buf_append(&v->body, (struct str){bytes, (size_t)len - (strlen(base64) - pad)});
        free(bytes);
    }
    str_copy(js_str(v->json, "access_key_id"), v->creds.access_key_id,
             sizeof v->creds.access_key_id);
    secret_set(&v->creds.secret, js_str(v->json, "secret_access_key"), &err);
    if (*js_text(v->json, "session_token"))
        secret_set(&v->creds.token, js_str(v->json, "session_token"), &err);
    v->request = (struct sigv4){
        .method = js_text(r, "method"),
        .url = buf_str(&v->url),
        .headers = buf_str(&v->headers),
        .body = buf_str(&v->body),
        .region = js_text(v->json, "region"),
        .service = js_text(v->json, "service"),
        .s3 = js_bool(v->json, "s3_mode", false),
        .unsigned_payload = js_bool(v->json, "unsigned_payload", false),
    };
    {
        const char *t = js_text(v->json, "time");
        snprintf(time, sizeof time, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 9,
                 t + 11, t + 13);
    }
    cr_assert(clock_parse_rfc3339(str_of(time), &v->request.wall_ms));
}

static void unload(struct vector *v)
{
    json_decref(v->json);
    buf_finish(&v->url);
    buf_finish(&v->headers);
    buf_finish(&v->body);
    creds_finish(&v->creds);
}

static void check_steps(const struct vector *v, const struct sigv4_signature *s)
{
    const char *name = js_text(v->json, "name");

    cr_expect_str_eq(buf_cstr(&s->canonical_request),
                     js_text(v->json, "expected.canonical_request"), "%s", name);
    cr_expect_str_eq(buf_cstr(&s->string_to_sign), js_text(v->json, "expected.string_to_sign"),
                     "%s", name);
    cr_expect_str_eq(s->signature, js_text(v->json, "expected.signature"), "%s", name);
}

static int text_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The order of parameters in a URL is free. */
static void sorted_url(struct str url, struct buf *out)
{
    char *parts[32];
    size_t count = 0;
    struct str head, part;

    str_cut(&url, '?', &head);
    buf_append(out, head);
    while (url.len > 0 && count < 32) {
        str_cut(&url, '&', &part);
        parts[count++] = alloc_copy(part);
    }
    qsort(parts, count, sizeof *parts, text_order);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, " %s", parts[i]);
        free(parts[i]);
    }
}

static void check_header(struct vector *v)
{
    struct sigv4_signature s;
    struct error err = {0};

    cr_assert(sigv4_sign(&v->request, &v->creds, &s, &err), "%s", err.text);
    check_steps(v, &s);
    cr_expect_str_eq(buf_cstr(&s.authorization), js_text(v->json, "expected.authorization"));
    cr_assert_str_eq(s.date, js_text(v->json, "time"));
    cr_assert_str_eq(s.payload_hash,
                     js_text(v->json, "expected.added_headers.X-Amz-Content-SHA256"));
    sigv4_signature_finish(&s);
}

static void check_presigned(struct vector *v)
{
    struct sigv4_signature s;
    struct secret url = {0};
    struct error err = {0};
    struct buf got = {0}, expected = {0};

    cr_assert(sigv4_presign(&v->request, &v->creds, (unsigned)js_int(v->json, "expires", 0), &url,
                            &s, &err));
    check_steps(v, &s);
    sorted_url(secret_expose(&url), &got);
    sorted_url(js_str(v->json, "expected.url"), &expected);
    cr_expect_str_eq(buf_cstr(&got), buf_cstr(&expected));
    buf_finish(&got);
    buf_finish(&expected);
    secret_finish(&url);
    sigv4_signature_finish(&s);
}

Test(sigv4, all_vectors)
{
    DIR *directory = opendir(TEST_DATA "/sigv4");
    unsigned seen = 0;

    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char path[PATH_MAX];
        struct vector v;

        if (!str_ends(str_of(entry->d_name), STR(".json")))
            continue;
        cr_assert(path_format(path, NULL, "%s/sigv4/%s", TEST_DATA, entry->d_name));
        load(&v, path);
        if (strcmp(js_text(v.json, "kind"), "header") == 0)
            check_header(&v);
        else
            check_presigned(&v);
        unload(&v);
        seen++;
    }
    closedir(directory);
    cr_assert_eq(seen, 89);
}

/* From the suite of Amazon: get-vanilla with paths that must be made normal first. */
Test(sigv4, paths_are_normalised_for_all_but_s3)
{
    static const struct {
        const char *path;
        bool s3;
        const char *canonical;
    } table[] = {
        {"", false, "/"},
        {"/", false, "/"},
        {"//", false, "/"},
        {"/./a", false, "/a"},
        {"/a/../b/", false, "/b/"},
        {"/../x", false, "/x"},
        {"/a//b", false, "/a/b"},
        {"/a/..", false, "/"},
        {"/a%20b", false, "/a%2520b"},
        {"//a/../b", true, "//a/../b"},
        {"", true, "/"},
        {"/a%20b", true, "/a%20b"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct creds creds = {.access_key_id = "AK"};
        struct sigv4_signature s;
        struct buf url = {0};
        struct str rest, line;

        buf_printf(&url, "https://h.example%s", table[i].path);
        cr_assert(sigv4_sign(&(struct sigv4){.method = "GET",
                                             .url = buf_str(&url),
                                             .region = "r",
                                             .service = "s",
                                             .s3 = table[i].s3},
                             &creds, &s, NULL));
        rest = buf_str(&s.canonical_request);
        str_cut(&rest, '\n', &line);
        str_cut(&rest, '\n', &line);
        cr_assert(str_is(line, table[i].canonical), "%s: %.*s", table[i].path, STR_ARG(line));
        sigv4_signature_finish(&s);
        buf_finish(&url);
    }
}

Test(sigv4, a_url_without_scheme_or_host_is_refused)
{
    struct creds creds = {.access_key_id = "AK"};
    struct sigv4_signature s;
    struct error err = {0};

    cr_assert_not(sigv4_sign(
        &(struct sigv4){
            .method = "GET", .url = STR("localhost:80/x"), .region = "r", .service = "s"},
        &creds, &s, &err));
    cr_assert_str_eq(err.text, "An endpoint must begin with https:// or http://.");
    cr_assert_not(sigv4_sign(
        &(struct sigv4){.method = "GET", .url = STR("https:///x"), .region = "r", .service = "s"},
        &creds, &s, &err));
    sigv4_signature_finish(&s);
}
