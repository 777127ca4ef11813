/* Names of regions and the partition that each belongs to. Which regions exist is for AWS to say:
 * an unknown name of the right shape is accepted. */
#ifndef CORE_AWS_REGION_H
#define CORE_AWS_REGION_H

#include "core/base/error.h"

/* A host label (RFC 1123) that is not a number alone: it becomes part of a host name. */
bool region_is_valid(const char *region);

/* region_is_valid with the sentence that says why not; NULL means that none was given. */
bool region_check(const char *region, struct error *err);

struct partition {
    const char *name;      /* "aws": the second word of every ARN */
    const char *suffix;    /* "amazonaws.com" */
    const char *dualstack; /* "api.aws" */
    const char *home;      /* the region that is always enabled and answers for the others */
    const char *iam_host, *iam_region, *route53_host, *route53_region;
};

const struct partition *partition_of(const char *region);

#endif
