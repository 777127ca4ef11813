/* core/aws/token: the bearer token of EKS, against botocore's, and what kubectl reads. */
#include "core/aws/token.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(eks_token, .fini = no_leaks);

#define NOON INT64_C(1768478400000) /* 2026-01-15T12:00:00Z, the time of the vectors */

static json_t *vector(const char *name, struct creds *creds)
{
    char path[PATH_MAX];
    struct buf text = {0};
    json_t *json;

    cr_assert(path_format(path, NULL, "%s/sigv4/%s.json", TEST_DATA, name));
    cr_assert(file_read(path, 1 << 20, &text, NULL));
    json = js_parse(buf_str(&text), NULL);
    buf_finish(&text);
    *creds = (struct creds){0};
    str_copy(js_str(json, "access_key_id"), creds->access_key_id, sizeof creds->access_key_id);
    cr_assert(secret_set(&creds->secret, js_str(json, "secret_access_key"), NULL));
    cr_assert(secret_set(&creds->token, js_str(json, "session_token"), NULL));
    return json;
}

/* The parameters of the URL in a token, in order; their order in the URL is free. */
static int order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void decode(struct str token, struct buf *out)
{
    char base64[8192] = "", url[8192], *parts[16];
    size_t count = 0, len;
    struct str rest, part;

    cr_assert(str_starts(token, STR("k8s-aws-v1.")));
    cr_assert(str_copy(str_skip(token, 11), base64, sizeof base64 - 4));
    cr_assert_null(strpbrk(base64, "+/="));
    for (char *c = base64; *c; c++)
        *c = (char)(*c == '-' ? '+' : *c == '_' ? '/' : *c);
    for (len = strlen(base64); len % 4; len++)
        base64[len] = '=';
    cr_assert(EVP_DecodeBlock((unsigned char *)url, (unsigned char *)base64, (int)len) > 0);
    rest = (struct str){url, len / 4 * 3 - (size_t)(base64[len - 1] == '=') -
                                 (size_t)(base64[len - 2] == '=')};
    str_cut(&rest, '?', &part);
    buf_append(out, part);
    while (rest.len > 0 && count < 16) {
        str_cut(&rest, '&', &part);
        parts[count++] = alloc_copy(part);
    }
    qsort(parts, count, sizeof *parts, order);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "\n%s", parts[i]);
        free(parts[i]);
    }
}

static void check(const char *name)
{
    struct creds creds;
    json_t *json = vector(name, &creds);
    struct secret token = {0};
    struct buf got = {0}, expected = {0};
    struct error err = {0};

    cr_assert(
        eks_token(&creds, js_text(json, "region"), js_text(json, "cluster"), NOON, &token, &err),
        "%s", err.text);
    decode(secret_expose(&token), &got);
    decode(js_str(json, "expected.token"), &expected);
    cr_assert_str_eq(buf_cstr(&got), buf_cstr(&expected));
    buf_finish(&got);
    buf_finish(&expected);
    secret_finish(&token);
    creds_finish(&creds);
    json_decref(json);
}

Test(eks_token, vectors_of_botocore)
{
    check("30-eks-token");
    check("31-eks-token-session");
}

Test(eks_token, names_that_cannot_be_are_refused)
{
    struct creds creds;
    json_t *json = vector("30-eks-token", &creds);
    struct secret token = {0};
    struct error err = {0};

    cr_assert_not(eks_token(&creds, "us-east-1/x", "demo", NOON, &token, &err));
    cr_assert_not(eks_token(&creds, "us-east-1", "", NOON, &token, &err));
    cr_assert_not(eks_token(&creds, "us-east-1", "a\nx-evil: 1", NOON, &token, &err));
    cr_assert_str_eq(err.text, "That is not the name of an EKS cluster.");
    cr_assert(secret_empty(&token));
    creds_finish(&creds);
    json_decref(json);
}

static void check_credential(const char *exec_info, const char *version)
{
    struct secret token = {0};
    char text[1024];
    json_t *json;
    ssize_t len;
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    cr_assert(secret_set(&token, STR("k8s-aws-v1.abc"), NULL));
    cr_assert(eks_token_print(ends[1], &token, exec_info, NOON + EKS_TOKEN_LIFE_MS, NULL));
    len = read(ends[0], text, sizeof text);
    cr_assert(len > 0 && text[len - 1] == '\n');
    json = js_parse((struct str){text, (size_t)len}, NULL);
    cr_assert_str_eq(js_text(json, "kind"), "ExecCredential");
    cr_assert_str_eq(js_text(json, "apiVersion"), version);
    cr_assert_str_eq(js_text(json, "status.token"), "k8s-aws-v1.abc");
    cr_assert_str_eq(js_text(json, "status.expirationTimestamp"), "2026-01-15T12:14:00Z");
    cr_assert(json_is_object(js_get(json, "spec")));
    json_decref(json);
    secret_finish(&token);
    close(ends[0]);
    close(ends[1]);
}

Test(eks_token, credentials_in_the_version_that_was_asked_for)
{
    static const char beta[] = "client.authentication.k8s.io/v1beta1";

    check_credential(NULL, beta);
    check_credential("", beta);
    check_credential("{not json", beta);
    check_credential("{\"apiVersion\":7}", beta);
    check_credential("{\"apiVersion\":\"client.authentication.k8s.io/v1alpha1\"}", beta);
    check_credential("{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}", beta);
    check_credential("{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":{}}",
                     "client.authentication.k8s.io/v1");
}

Test(eks_token, a_token_does_not_outlive_its_keys)
{
    struct creds creds = {.access_key_id = "A"};

    cr_assert_eq(eks_token_end(&creds, NOON), NOON + EKS_TOKEN_LIFE_MS);
    creds.expires_ms = NOON + 60000;
    cr_assert_eq(eks_token_end(&creds, NOON), NOON + 60000);
    creds.expires_ms = NOON + (int64_t)3600 * 1000;
    cr_assert_eq(eks_token_end(&creds, NOON), NOON + EKS_TOKEN_LIFE_MS);
}
