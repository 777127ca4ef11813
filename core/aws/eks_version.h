/* Whether EKS still supports a Kubernetes version, and until when.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html */
#ifndef CORE_AWS_EKS_VERSION_H
#define CORE_AWS_EKS_VERSION_H

#include "core/aws/aws.h"

enum eks_support { EKS_NOT_OFFERED, EKS_STANDARD, EKS_EXTENDED };

struct eks_version {
    struct aws_request request;
    char version[16]; /* "1.35" */
    bool ok;
    struct error error;
    enum eks_support support;
    char standard_until[16];                   /* "2027-03-27"; "" when not told */
    void (*done)(struct eks_version *version); /* may finish it */
};

/* DescribeClusterVersions. False when it could not even begin; otherwise `done` comes once. */
bool eks_version_start(struct eks_version *version, struct aws *aws, const char *number,
                       void (*done)(struct eks_version *version), struct error *err);
void eks_version_finish(struct eks_version *version); /* cancels; idempotent; zeroed is fine */

#endif
