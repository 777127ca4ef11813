/* The requests that tell what a key may do with a bucket: HEAD of the bucket; list, put, get and
 * delete of one small object. And those that make the bucket of the states, which must be there
 * before terraform is. No uploads of files.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
#ifndef CORE_AWS_S3_H
#define CORE_AWS_S3_H

#include "core/aws/aws.h"

enum s3_verb {
    S3_HEAD_BUCKET,
    S3_LIST,
    S3_PUT,
    S3_GET,
    S3_DELETE,
    S3_CREATE,   /* in `region`; since 2023 private and encrypted without a word */
    S3_VERSIONS, /* what is overwritten in the bucket is kept */
    S3_VERBS
};

struct s3_call {
    struct aws_request request;
    enum s3_verb verb;
    bool ok;
    bool missing;    /* no such bucket, or no such object */
    char region[64]; /* where the bucket is, when S3 said so; "" */
    struct error error;
    void (*done)(struct s3_call *call); /* may finish it, or start it anew */
};

/* "s3:PutObject": what a policy calls the right; "" never comes. */
const char *s3_right(enum s3_verb verb);

/* `key` is of the object, or the prefix of a list; `body` is what is put. `region` is the bucket's.
 * False when it could not even begin; otherwise `done` comes exactly once. */
bool s3_start(struct s3_call *call, struct aws *aws, enum s3_verb verb, const char *region,
              const char *bucket, const char *key, struct str body,
              void (*done)(struct s3_call *call), struct error *err);
void s3_finish(struct s3_call *call); /* cancels; idempotent; zeroed is fine */

#endif
