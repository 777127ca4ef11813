/* One table of verbs, one way of asking; see s3.h. */
#include "core/aws/s3.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "core/aws/region.h"

#include "core/base/alloc.h"

static const struct {
    const char *action, *method, *right;
} verbs[S3_VERBS] = {
    [S3_HEAD_BUCKET] = {"HeadBucket", "HEAD", "s3:ListBucket"},
    [S3_LIST] = {"ListObjectsV2", "GET", "s3:ListBucket"},
    [S3_PUT] = {"PutObject", "PUT", "s3:PutObject"},
    [S3_GET] = {"GetObject", "GET", "s3:GetObject"},
    [S3_DELETE] = {"DeleteObject", "DELETE", "s3:DeleteObject"},
    [S3_CREATE] = {"CreateBucket", "PUT", "s3:CreateBucket"},
    [S3_VERSIONS] = {"PutBucketVersioning", "PUT", "s3:PutBucketVersioning"},
};

const char *s3_right(enum s3_verb verb)
{
    return verbs[verb].right;
}

static void done(struct aws_request *request)
{
    struct s3_call *call = container_of(request, struct s3_call, request);
    struct str region = http_response_header(&request->http, "x-amz-bucket-region");

    call->ok = request->ok;
    call->error = request->error;
    call->missing = !request->ok && request->refusal.trouble == AWS_MISSING;
    if (region.len == 0 && !request->ok)
        region = str_of(request->refusal.region);
    str_copy(region, call->region, sizeof call->region);
    if (!region_is_valid(call->region)) /* it is asked next, and shown */
        call->region[0] = '\0';
    call->done(call);
}

/* The slashes of a key stay what they are; everything else is encoded. */
static void put_key(struct aws_request *request, const char *key)
{
    struct str rest = str_of(key), part;

    while (rest.len > 0) {
        str_cut(&rest, '/', &part);
        aws_request_segment(request, part);
    }
}

/* us-east-1 is the one region that must not be named. */
static void put_location(struct aws_request *request, const char *region)
{
    if (strcmp(region, "us-east-1") != 0)
        buf_printf(&request->body,
                   "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                   "<LocationConstraint>%s</LocationConstraint></CreateBucketConfiguration>",
                   region);
}

/* S3 takes this one only with a checksum of its body. */
static void put_versions(struct aws_request *request)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char text[64];

    aws_request_query(request, "versioning", STR(""));
    buf_text(&request->body,
             "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
             "<Status>Enabled</Status></VersioningConfiguration>");
    SHA256((const unsigned char *)request->body.data, request->body.len, hash);
    EVP_EncodeBlock((unsigned char *)text, hash, sizeof hash);
    buf_printf(&request->headers,
               "x-amz-checksum-sha256: %s\nx-amz-sdk-checksum-algorithm: "
               "SHA256\n",
               text);
}

bool s3_start(struct s3_call *call, struct aws *aws, enum s3_verb verb, const char *region,
              const char *bucket, const char *key, struct str body,
              void (*when_done)(struct s3_call *call), struct error *err)
{
    struct aws_request *request = &call->request;
    bool of_object = verb == S3_PUT || verb == S3_GET || verb == S3_DELETE;

    *call = (struct s3_call){.verb = verb, .done = when_done};
    aws_request_init(request, aws, AWS_S3, verbs[verb].action, verbs[verb].method,
                     of_object ? "" : "/");
    str_copy(str_of(region), request->region, sizeof request->region);
    str_copy(str_of(bucket), request->bucket, sizeof request->bucket);
    if (of_object)
        put_key(request, key);
    if (verb == S3_LIST) {
        aws_request_query(request, "list-type", STR("2"));
        aws_request_query(request, "max-keys", STR("1"));
        aws_request_query(request, "prefix", str_of(key));
    }
    if (verb == S3_CREATE)
        put_location(request, region);
    if (verb == S3_VERSIONS)
        put_versions(request);
    if (verb == S3_PUT)
        buf_append(&request->body, body);
    request->done = done;
    return aws_request_send(request, err);
}

void s3_finish(struct s3_call *call)
{
    aws_request_finish(&call->request);
}
