/* Verifying signatures: the request is signed once more, with the key that the rehearsal gave out.
 */
#include "core/rehearsal/cloud_signature.h"

#include <stdio.h>

#include "core/aws/sigv4.h"
#include "core/rehearsal/cloud.h"
#include "core/rehearsal/cloud_roles.h"

#include "core/base/alloc.h"

/* "Credential=AKIA…/20261122/us-east-2/sts/aws4_request" of the Authorization header */
struct str cloud_part_of(struct str authorization, const char *name)
{
    ptrdiff_t at = str_find(authorization, str_of(name));
    if (at < 0)
        return (struct str){"", 0};
    struct str rest = str_skip(authorization, (size_t)at + strlen(name)), value;
    str_cut(&rest, ',', &value);
    return str_trim(value);
}

/* Whether SigV4's list of signed headers, "host;x-amz-date", has the name. */
static bool is_signed(struct str names, struct str name)
{
    struct str one;
    while (names.len > 0) {
        str_cut(&names, ';', &one);
        if (str_eq_nocase(one, name))
            return true;
    }
    return false;
}

/* The signed headers that signing does not add by itself. */
static void headers_for_signing(const struct request *request, struct str names, struct buf *out)
{
    static const char *const added[] = {"host", "x-amz-date", "x-amz-content-sha256",
                                        "x-amz-security-token"};
    for (size_t i = 0; i < request->header_count; i++) {
        struct str name = request->headers[i].name, value = request->headers[i].value;
        bool ours = false;
        for (size_t k = 0; k < sizeof added / sizeof *added; k++)
            ours = ours || str_eq_nocase(name, str_of(added[k]));
        if (!ours && is_signed(names, name))
            buf_printf(out, "%.*s: %.*s\n", STR_ARG(name), STR_ARG(value));
    }
}

/* "20261122T142107Z" */
static bool amz_time(struct str text, int64_t *wall_ms)
{
    char rfc[32];
    if (text.len != 16)
        return false;
    const char *t = text.data;
    snprintf(rfc, sizeof rfc, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 9, t + 11,
             t + 13);
    return clock_parse_rfc3339(str_of(rfc), wall_ms);
}

bool cloud_keys(struct str access_key_id, struct creds *creds)
{
    const struct cloud_role *role = cloud_role_by_key(access_key_id);
    *creds = (struct creds){.method = CREDS_NONE};
    if (!role && !str_is(access_key_id, CLOUD_ACCESS_KEY))
        return false;
    str_copy(access_key_id, creds->access_key_id, sizeof creds->access_key_id);
    return secret_set(&creds->secret, str_of(role ? role->secret : CLOUD_SECRET_KEY), NULL) &&
           (!role || secret_set(&creds->token, str_of(role->token), NULL));
}

/* Signs the request once more with the key that the rehearsal gave out, and compares. */
bool cloud_signature_fits(const struct request *request, struct str authorization)
{
    struct str credential = cloud_part_of(authorization, "Credential="), key, date, region, service;
    struct str names = cloud_part_of(authorization, "SignedHeaders=");
    char region_text[64], service_text[64], method[20];
    str_cut(&credential, '/', &key);
    str_cut(&credential, '/', &date);
    str_cut(&credential, '/', &region);
    str_cut(&credential, '/', &service);
    if (!str_copy(region, region_text, sizeof region_text) ||
        !str_copy(service, service_text, sizeof service_text) ||
        !str_copy(request->method, method, sizeof method))
        return false;
    struct creds creds;
    struct sigv4_signature made = {.date = ""};
    struct buf url, headers;
    buf_init(&url, REQUEST_HEAD_MAX * 2);
    buf_init(&headers, REQUEST_HEAD_MAX * 2);
    buf_printf(&url, "https://%.*s%.*s%s%.*s", STR_ARG(request_header(request, "Host")),
               STR_ARG(request->path), request->query.len ? "?" : "", STR_ARG(request->query));
    headers_for_signing(request, names, &headers);
    struct sigv4 sigv4 = {.method = method,
                          .url = buf_str(&url),
                          .headers = buf_str(&headers),
                          .body = request->body,
                          .region = region_text,
                          .service = service_text,
                          .s3 = strcmp(service_text, "s3") == 0,
                          .content_hash = is_signed(names, STR("x-amz-content-sha256"))};
    bool ok = cloud_keys(key, &creds) &&
              amz_time(request_header(request, "X-Amz-Date"), &sigv4.wall_ms) &&
              sigv4_sign(&sigv4, &creds, &made, NULL) &&
              str_is(cloud_part_of(authorization, "Signature="), made.signature);
    sigv4_signature_finish(&made);
    creds_finish(&creds);
    buf_finish(&headers);
    buf_finish(&url);
    return ok;
}
