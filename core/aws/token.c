/* Presigns GetCallerIdentity and wraps it; see token.h. Written by hand and not by jansson: a token
 * is a secret, and its copies must be wiped. */
#include "core/aws/token.h"

#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "core/aws/region.h"
#include "core/aws/sigv4.h"
#include "core/base/json.h"

#include "core/base/alloc.h"

#define PREFIX "k8s-aws-v1."

static bool check_cluster(const char *cluster, struct error *err)
{
    size_t len = strlen(cluster);
    bool plain = len > 0 && len <= 100;

    /* it goes into a signed header */
    for (size_t i = 0; i < len; i++)
        plain = plain && cluster[i] > ' ' && cluster[i] < 0x7f;
    if (plain)
        return true;
    error_set(err, ERROR_INPUT, "That is not the name of an EKS cluster.");
    return error_hint(err, "Names have 1 to 100 letters, digits, - and _.");
}

/* base64url without padding (RFC 4648, 5). */
static size_t encode(struct str data, char *out)
{
    size_t len = (size_t)EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)data.data,
                                         (int)data.len);

    while (len > 0 && out[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i]);
    return len;
}

bool eks_token(const struct creds *creds, const char *region, const char *cluster, int64_t wall_ms,
               struct secret *token, struct error *err)
{
    struct secret url = {0};
    char host[256], header[160];
    struct sigv4 request = {
        .method = "GET", .region = region, .service = "sts", .wall_ms = wall_ms};
    struct str plain;
    char *text;
    size_t room, len = sizeof PREFIX - 1;
    bool ok;

    if (!region_check(region, err) || !check_cluster(cluster, err))
        return false;
    snprintf(host, sizeof host, "https://sts.%s.%s/?Action=GetCallerIdentity&Version=2011-06-15",
             region, partition_of(region)->suffix);
    snprintf(header, sizeof header, "x-k8s-aws-id: %s\n", cluster);
    request.url = str_of(host);
    request.headers = str_of(header);
    if (!sigv4_presign(&request, creds, 60, &url, NULL, err))
        return false;
    plain = secret_expose(&url);
    room = len + (plain.len + 2) / 3 * 4 + 1;
    text = alloc_zeroed(room, 1);
    memcpy(text, PREFIX, len);
    len += encode(plain, text + len);
    ok = secret_set(token, (struct str){text, len}, err);
    secret_wipe(text, room);
    free(text);
    secret_finish(&url);
    return ok;
}

static const char *api_version(const char *exec_info)
{
    static const char v1[] = "client.authentication.k8s.io/v1";
    json_t *info = exec_info ? js_parse(str_of(exec_info), NULL) : NULL;
    bool asked = strcmp(js_text(info, "apiVersion"), v1) == 0;

    json_decref(info);
    return asked ? v1 : "client.authentication.k8s.io/v1beta1";
}

static bool write_whole(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, text, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        text += put;
        len -= (size_t)put;
    }
    return true;
}

int64_t eks_token_end(const struct creds *creds, int64_t wall_ms)
{
    int64_t end = wall_ms + EKS_TOKEN_LIFE_MS;

    return creds->expires_ms > 0 && creds->expires_ms < end ? creds->expires_ms : end;
}

bool eks_token_print(int fd, const struct secret *token, const char *exec_info, int64_t ends_ms,
                     struct error *err)
{
    struct str value = secret_expose(token);
    size_t room = value.len + 512;
    char *text = alloc_zeroed(room, 1), expiry[CLOCK_TEXT];
    bool ok;
    int len = snprintf(text, room,
                       "{\"kind\":\"ExecCredential\",\"apiVersion\":\"%s\",\"spec\":{},"
                       "\"status\":{\"expirationTimestamp\":\"%s\",\"token\":\"%.*s\"}}\n",
                       api_version(exec_info), clock_rfc3339(ends_ms, expiry), STR_ARG(value));

    ok = write_whole(fd, text, (size_t)len) || error_errno(err, "The token cannot be written");
    secret_wipe(text, room);
    free(text);
    return ok;
}
