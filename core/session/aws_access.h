/* A client of AWS for one piece of work: the profile's keys read anew, the deployment's region. */
#ifndef CORE_SESSION_AWS_ACCESS_H
#define CORE_SESSION_AWS_ACCESS_H

#include "core/aws/aws.h"
#include "core/session/place.h"

struct aws_access {
    struct aws aws;
    struct profiles profiles;
};

/* `profile` "" or NULL: what --profile and the environment say. Memory zeroed or finished. */
bool aws_access_open(struct aws_access *access, struct http *http, const struct place *place,
                     const char *profile, const char *region, struct error *err);
void aws_access_finish(struct aws_access *access); /* after its requests; idempotent */

#endif
