/* Objects as files. The name of a file is its key with every slash as %2F, so that no key leaves
 * its bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
#include "core/rehearsal/cloud_objects.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/rehearsal/cloud_error.h"

enum { OBJECT_MAX = 32 << 20 };

static bool bucket_path(const struct cloud *cloud, struct str bucket, char out[PATH_MAX])
{
    bool plain = bucket.len > 0 && bucket.data[0] != '.' && str_find(bucket, STR("/")) < 0;
    return cloud->dir && plain &&
           path_format(out, NULL, "%s/rehearsal/objects/%.*s", cloud->dir, STR_ARG(bucket));
}

static bool object_path(const struct cloud *cloud, struct str bucket, struct str key,
                        char out[PATH_MAX])
{
    char dir[PATH_MAX], name[256];
    size_t n = 0;
    for (size_t i = 0; i < key.len && n + 4 < sizeof name; i++)
        n += (size_t)snprintf(name + n, sizeof name - n, key.data[i] == '/' ? "%%2F" : "%c",
                              key.data[i]);
    name[n] = '\0';
    return n + 4 < sizeof name && bucket_path(cloud, bucket, dir) &&
           path_format(out, NULL, "%s/_%s", dir, name);
}

bool cloud_bucket_made(const struct cloud *cloud, struct str bucket)
{
    char path[PATH_MAX];
    return bucket_path(cloud, bucket, path) && file_exists(path);
}

static void failed(struct cloud_reply *reply, const struct error *err)
{
    cloud_error_reply(reply, CLOUD_S3, 500, "InternalError", err->text);
}

void cloud_make_bucket(const struct cloud_call *call, struct str bucket, struct cloud_reply *reply)
{
    struct error err = {.text = "A rehearsal without a directory keeps no buckets."};
    char path[PATH_MAX];
    if (!bucket_path(call->cloud, bucket, path) || !dir_make(path, 0700, &err))
        failed(reply, &err);
}

static void put_etag(struct cloud_reply *reply, struct str content)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    char text[2 * EVP_MAX_MD_SIZE + 3] = "\"";
    EVP_Digest(content.data, content.len, hash, &length, EVP_sha256(), NULL);
    for (unsigned i = 0; i < 16; i++)
        snprintf(text + 1 + 2 * i, 3, "%02x", hash[i]);
    snprintf(text + 33, 2, "\"");
    cloud_reply_header(reply, "ETag", text);
}

static void get(const char *path, bool head, struct cloud_reply *reply)
{
    struct buf content;
    buf_init(&content, OBJECT_MAX);
    if (!file_read(path, OBJECT_MAX, &content, NULL)) {
        cloud_error_reply(reply, CLOUD_S3, 404, "NoSuchKey", "The specified key does not exist.");
        if (head)
            buf_clear(&reply->body);
    } else {
        str_copy(STR("binary/octet-stream"), reply->type, sizeof reply->type);
        put_etag(reply, buf_str(&content));
        if (!head)
            buf_append(&reply->body, buf_str(&content));
    }
    buf_finish(&content);
}

static void put(const char *path, const struct request *request, struct cloud_reply *reply)
{
    struct error err;
    char dir[PATH_MAX];
    if (request_header(request, "if-none-match").len && file_exists(path)) {
        cloud_error_reply(reply, CLOUD_S3, 412, "PreconditionFailed",
                          "At least one of the pre-conditions you specified did not hold");
        return;
    }
    path_dirname(path, dir);
    if (dir_make(dir, 0700, &err) && file_write(path, request->body, 0600, &err))
        put_etag(reply, request->body);
    else
        failed(reply, &err);
}

void cloud_object(const struct cloud_call *call, struct str bucket, struct str key,
                  struct cloud_reply *reply)
{
    const struct request *request = call->request;
    struct error err;
    char path[PATH_MAX];
    if (!object_path(call->cloud, bucket, key, path))
        cloud_error_reply(reply, CLOUD_S3, 400, "KeyTooLongError", "Your key is too long");
    else if (str_is(request->method, "PUT"))
        put(path, request, reply);
    else if (!str_is(request->method, "DELETE"))
        get(path, str_is(request->method, "HEAD"), reply);
    else if (tree_remove(AT_FDCWD, path, &err))
        reply->status = 204;
    else
        failed(reply, &err);
}
