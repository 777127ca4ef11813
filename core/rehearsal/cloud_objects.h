/* Buckets that clients make and the objects in them: files of the rehearsal's directory, one a key.
 * Private to the cloud's files. */
#ifndef CORE_REHEARSAL_CLOUD_OBJECTS_H
#define CORE_REHEARSAL_CLOUD_OBJECTS_H

#include "core/rehearsal/cloud_services.h"

bool cloud_bucket_made(const struct cloud *cloud, struct str bucket);
/* CreateBucket; made twice is fine, as in us-east-1. */
void cloud_make_bucket(const struct cloud_call *call, struct str bucket, struct cloud_reply *reply);
/* GET, HEAD, PUT (with If-None-Match: *) or DELETE of one object; `key` as it came in the path. */
void cloud_object(const struct cloud_call *call, struct str bucket, struct str key,
                  struct cloud_reply *reply);

#endif
