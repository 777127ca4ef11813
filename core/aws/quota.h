/* How much of something an account may have in a region: the value applied to it, or AWS's default
 * where none was ever set.
 * https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html */
#ifndef CORE_AWS_QUOTA_H
#define CORE_AWS_QUOTA_H

#include "core/aws/aws.h"

struct quota {
    struct aws_request request;
    const char *service, *code; /* "ec2", "L-0263D0A3"; static */
    bool ok;
    struct error error;
    double value;
    void *context;                     /* the owner's, set after the start */
    void (*done)(struct quota *quota); /* may finish it, or start it anew */
};

/* GetServiceQuota, then GetAWSDefaultServiceQuota where there is none. False when it could not even
 * begin; otherwise `done` comes exactly once. */
bool quota_start(struct quota *quota, struct aws *aws, const char *service, const char *code,
                 void (*done)(struct quota *quota), struct error *err);
void quota_finish(struct quota *quota); /* cancels; idempotent; zeroed is fine */

#endif
