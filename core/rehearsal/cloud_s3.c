/* S3, as far as a try of a bucket and terraform's states go: HEAD, list, put, get, delete. A bucket
 * exists when terraform or a client made it, and so does every one called …-existing; one called
 * …-existing-readonly lets nobody write, and …-taken belongs to somebody else.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_objects.h"
#include "core/rehearsal/cloud_services.h"

#include "core/base/alloc.h"

/* In the host (BUCKET.s3.REGION…) or before the key (s3.REGION…/BUCKET/KEY). */
static struct str bucket_of(const struct request *request, struct str *key)
{
    struct str host = request->host, bucket;
    ptrdiff_t at = str_find(host, STR(".s3."));
    *key = str_skip(request->path, 1);
    if (at > 0)
        return (struct str){host.data, (size_t)at};
    str_cut(key, '/', &bucket);
    return bucket;
}

static bool is_there(const struct cloud *cloud, struct str bucket)
{
    const struct world *world = cloud->world;
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->things[i].last.type, "aws_s3_bucket") == 0 &&
            str_is(bucket, world->things[i].last.detail) &&
            world_status_of(&world->things[i], cloud->now_ms) == WORLD_ACTIVE)
            return true;
    return cloud_bucket_made(cloud, bucket) || str_ends(bucket, STR("-existing")) ||
           str_ends(bucket, STR("-existing-readonly"));
}

static void list(const struct request *request, struct str bucket, struct cloud_reply *reply)
{
    struct buf prefix = {.data = NULL};
    request_parameter(request, "prefix", &prefix);
    str_copy(STR("application/xml"), reply->type, sizeof reply->type);
    buf_text(&reply->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns="
                           "\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>");
    cloud_xml(&reply->body, bucket);
    buf_text(&reply->body, "</Name><Prefix>");
    cloud_xml(&reply->body, buf_str(&prefix));
    buf_text(&reply->body, "</Prefix><KeyCount>0</KeyCount><MaxKeys>1</MaxKeys><IsTruncated>false"
                           "</IsTruncated></ListBucketResult>");
    buf_finish(&prefix);
}

/* PUT of the bucket itself makes it; with ?versioning it says how it keeps things. */
static void bucket_itself(const struct cloud_call *call, struct str bucket,
                          struct cloud_reply *reply)
{
    const struct request *request = call->request;
    if (str_is(request->method, "GET"))
        list(request, bucket, reply);
    else if (str_is(request->method, "PUT") && request->query.len == 0)
        cloud_make_bucket(call, bucket, reply);
    else if (str_is(request->method, "DELETE"))
        cloud_problem_reply(reply, CLOUD_S3, CLOUD_UNKNOWN_ACTION, "");
}

void cloud_s3(const struct cloud_call *call, struct cloud_reply *reply)
{
    const struct request *request = call->request;
    struct str key, bucket = bucket_of(request, &key), method = request->method;
    bool head = str_is(method, "HEAD"), writes = str_is(method, "PUT") || str_is(method, "DELETE");
    bool makes = str_is(method, "PUT") && key.len == 0 && request->query.len == 0;
    if (bucket.len == 0 || (!head && !writes && !str_is(method, "GET"))) {
        cloud_problem_reply(reply, CLOUD_S3, CLOUD_UNKNOWN_ACTION, "");
    } else if (str_ends(bucket, STR("-taken"))) {
        cloud_error_reply(reply, CLOUD_S3, 403, "AccessDenied", "Access Denied");
    } else if (!makes && !is_there(call->cloud, bucket)) {
        cloud_error_reply(reply, CLOUD_S3, 404, "NoSuchBucket",
                          "The specified bucket does not exist");
    } else if (writes && str_ends(bucket, STR("-readonly"))) {
        cloud_error_reply(reply, CLOUD_S3, 403, "AccessDenied", "Access Denied");
    } else {
        cloud_reply_header(reply, "x-amz-bucket-region", call->region);
        if (key.len > 0)
            cloud_object(call, bucket, key, reply);
        else
            bucket_itself(call, bucket, reply);
    }
}
