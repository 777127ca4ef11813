/* Canonical request, string to sign, signing key: the three steps of SigV4. Buffers that hold the
 * session token get all their room at once and are wiped, since a growing one leaves copies. */
#include "core/aws/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "core/aws/canonical.h"

#include "core/base/alloc.h"

#define HASH 32

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
    struct canonical_fields headers = {0};
    struct canonical_url target;
    char hash[72];

    *out = (struct sigv4_signature){0};
    if (!canonical_url(request->url, &target, err))
        return false;
    hash_payload(request, hash);
    clock_amz(request->wall_ms, out->date);
    canonical_add_lines(&headers, request->headers);
    canonical_add(&headers, "host", target.host);
    canonical_add(&headers, "x-amz-date", str_of(out->date));
    if (request->s3 || request->content_hash) {
        str_copy(str_of(hash), out->payload_hash, sizeof out->payload_hash);
        canonical_add(&headers, "x-amz-content-sha256", str_of(hash));
    }
    if (!secret_empty(&creds->token))
        canonical_add(&headers, "x-amz-security-token", secret_expose(&creds->token));
    canonical_sort(&headers);
    canonical_reserve(&out->canonical_request, room_for(request, creds, request->url.len));
    canonical_write(request, &target, &headers, hash, &out->canonical_request);
    finish_signature(request, creds, out);
    buf_printf(&out->authorization,
               "AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/%s/aws4_request, SignedHeaders=",
               creds->access_key_id, out->date, request->region, request->service);
    canonical_names(&out->authorization, &headers, ";");
    buf_printf(&out->authorization, ", Signature=%s", out->signature);
    canonical_fields_finish(&headers);
    return true;
}

void sigv4_signature_finish(struct sigv4_signature *signature)
{
    canonical_wipe(&signature->canonical_request);
    canonical_wipe(&signature->string_to_sign);
    buf_finish(&signature->authorization);
    *signature = (struct sigv4_signature){0};
}

/* The query as it will be sent, signature excepted. */
static void write_presigned_query(const struct sigv4 *r, const struct creds *creds,
                                  const struct canonical_url *t,
                                  const struct canonical_fields *headers, const char *date,
                                  unsigned expires_s, struct buf *out)
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
    canonical_names(out, headers, "%3B");
}

bool sigv4_presign(const struct sigv4 *request, const struct creds *creds, unsigned expires_s,
                   struct secret *url, struct sigv4_signature *trace, struct error *err)
{
    struct sigv4_signature own = {0}, *out = trace ? trace : &own;
    struct canonical_fields headers = {0};
    struct canonical_url target;
    struct buf query = {0}, whole = {0};
    size_t room = room_for(request, creds, request->url.len);
    char hash[72];
    bool ok;

    *out = (struct sigv4_signature){0};
    if (!canonical_url(request->url, &target, err))
        return false;
    hash_payload(request, hash);
    clock_amz(request->wall_ms, out->date);
    canonical_add_lines(&headers, request->headers);
    canonical_add(&headers, "host", target.host);
    canonical_sort(&headers);
    canonical_reserve(&query, room);
    write_presigned_query(request, creds, &target, &headers, out->date, expires_s, &query);
    target.query = buf_str(&query);
    canonical_reserve(&out->canonical_request, 4 * room);
    canonical_write(request, &target, &headers, hash, &out->canonical_request);
    finish_signature(request, creds, out);
    canonical_reserve(&whole, 2 * room);
    buf_printf(&whole, "%.*s://%.*s", STR_ARG(target.scheme), STR_ARG(target.host));
    buf_append(&whole, target.path.len ? target.path : STR("/"));
    buf_byte(&whole, '?');
    buf_append(&whole, buf_str(&query));
    buf_printf(&whole, "&X-Amz-Signature=%s", out->signature);
    ok = secret_set(url, buf_str(&whole), err);
    canonical_wipe(&whole);
    canonical_wipe(&query);
    canonical_fields_finish(&headers);
    sigv4_signature_finish(&own);
    return ok;
}
