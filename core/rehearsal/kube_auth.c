/* Whom the API lets in: the bearer of a fresh presigned GetCallerIdentity, made for this cluster
 * with the key that the rehearsal gave out. The signature is made once more and compared.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
#include "core/aws/sigv4.h"
#include "core/rehearsal/cloud_signature.h"
#include "core/rehearsal/encoding.h"
#include "core/rehearsal/kube_call.h"

#include "core/base/alloc.h"

enum { TOKEN_MS = 15 * 60 * 1000, AHEAD_MS = 5 * 60 * 1000, URL_MAX = 8192 };

struct presigned {  /* a presigned URL, taken apart */
    struct buf url; /* without what signing added */
    char credential[256], date[32], expires[16], signature[80];
};

static char *value_in(struct presigned *p, struct str key, size_t *capacity)
{
    const struct {
        const char *key;
        char *value;
        size_t capacity;
    } table[] = {{"X-Amz-Credential", p->credential, sizeof p->credential},
                 {"X-Amz-Date", p->date, sizeof p->date},
                 {"X-Amz-Expires", p->expires, sizeof p->expires},
                 {"X-Amz-Signature", p->signature, sizeof p->signature}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_is(key, table[i].key)) {
            *capacity = table[i].capacity;
            return table[i].value;
        }
    return NULL;
}

static bool take_apart(struct str url, struct presigned *p)
{
    struct str base, pair;
    char separator = '?';
    buf_init(&p->url, URL_MAX);
    str_cut(&url, '?', &base);
    buf_append(&p->url, base);
    while (url.len > 0) {
        str_cut(&url, '&', &pair);
        struct str whole = pair, key;
        str_cut(&pair, '=', &key);
        size_t capacity;
        char *place = value_in(p, key, &capacity);
        if (place) {
            struct buf value = {.data = NULL};
            decode_percent(pair, true, &value);
            bool fitted = str_copy(buf_str(&value), place, capacity);
            buf_finish(&value);
            if (!fitted)
                return false;
        } else if (!str_starts(key, STR("X-Amz-"))) {
            buf_byte(&p->url, separator);
            buf_append(&p->url, whole);
            separator = '&';
        }
    }
    return str_starts(base, STR("https://sts.")) && *p->signature;
}

/* "20261122T142107Z" */
static bool amz_time(const char *t, int64_t *wall_ms)
{
    char rfc[32];
    if (strlen(t) != 16)
        return false;
    snprintf(rfc, sizeof rfc, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 9, t + 11,
             t + 13);
    return clock_parse_rfc3339(str_of(rfc), wall_ms);
}

/* "AKIA…/20261122/us-east-2/sts/aws4_request" */
static bool region_of(const char *credential, struct str *key, char region[64])
{
    struct str rest = str_of(credential), date, name;
    str_cut(&rest, '/', key);
    str_cut(&rest, '/', &date);
    str_cut(&rest, '/', &name);
    return str_is(rest, "sts/aws4_request") && str_copy(name, region, 64);
}

static bool is_ours(const struct presigned *p, const char *cluster, int64_t now_ms)
{
    char region[64], header[WORLD_DETAIL + 32];
    int64_t made_ms, expires;
    struct creds creds;
    struct str key;
    struct sigv4_signature made = {.date = ""};
    struct secret url = {.data = NULL};
    if (!amz_time(p->date, &made_ms) || now_ms > made_ms + TOKEN_MS ||
        now_ms < made_ms - AHEAD_MS || !str_to_int64(str_of(p->expires), &expires) || expires < 0 ||
        expires > 900 || !region_of(p->credential, &key, region))
        return false;
    snprintf(header, sizeof header, "x-k8s-aws-id: %s\n", cluster);
    struct sigv4 request = {.method = "GET",
                            .url = buf_str(&p->url),
                            .headers = str_of(header),
                            .region = region,
                            .service = "sts",
                            .wall_ms = made_ms};
    bool ok = cloud_keys(key, &creds) &&
              sigv4_presign(&request, &creds, (unsigned)expires, &url, &made, NULL) &&
              strcmp(made.signature, p->signature) == 0;
    secret_finish(&url);
    sigv4_signature_finish(&made);
    creds_finish(&creds);
    return ok;
}

bool kube_may(const struct request *request, const struct cloud *cloud)
{
    struct str scheme = STR("Bearer k8s-aws-v1.");
    struct str bearer = request_header(request, "Authorization");
    struct world_cluster cluster = world_cluster_at(cloud->world, cloud->now_ms);
    struct presigned p = {.credential = ""};
    struct buf url;
    if (!str_starts(bearer, scheme) || settings_has_fault(cloud->settings, "credentials-refused"))
        return false;
    buf_init(&url, URL_MAX);
    bool ok = decode_base64(str_skip(bearer, scheme.len), &url) && take_apart(buf_str(&url), &p) &&
              is_ours(&p, cluster.name, cloud->now_ms);
    buf_finish(&p.url);
    buf_finish(&url);
    return ok;
}
