/* Where each AWS service answers, for a region, and how requests to it are signed: the standard
 * hosts of the three partitions, FIPS and dual-stack variants, and the operator's overrides. Pure
 * but for endpoints_load, which looks into environment and profile.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
#ifndef CORE_AWS_ENDPOINT_H
#define CORE_AWS_ENDPOINT_H

#include "core/aws/profiles.h"

enum aws_service {
    AWS_STS,
    AWS_EKS,
    AWS_EC2,
    AWS_IAM,
    AWS_S3,
    AWS_SERVICE_QUOTAS,
    AWS_ELB,
    AWS_ELBV2,
    AWS_ROUTE53,
    AWS_PRICING,
    AWS_LOGS,
    AWS_SSO,
    AWS_SSO_OIDC,
    AWS_SERVICES, /* how many there are */
};

/* What to call it in a sentence: "STS", "Route 53". */
const char *aws_service_name(enum aws_service service);

struct endpoints {
    char url[AWS_SERVICES][256]; /* overrides, without a slash at the end; "" for none */
    bool fips, dualstack;
    bool sts_global;    /* sts_regional_endpoints = legacy */
    bool s3_path_style; /* s3 = addressing_style = path */
};

/* AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the services section, endpoint_url, in that order.
 * `profile` may be NULL. Fails for a URL that is none and for a services section that is missing.
 */
bool endpoints_load(struct endpoints *endpoints, const struct profiles *profiles,
                    const struct profile *profile, struct error *err);

struct endpoint {
    char url[400];       /* scheme and host, and the path of an override; no slash at the end */
    char region[64];     /* to sign for */
    const char *service; /* to sign for */
    bool overridden;
};

/* Fails only for a region that is no host label. */
bool endpoint_for(const struct endpoints *endpoints, enum aws_service service, const char *region,
                  struct endpoint *out, struct error *err);

/* S3 with the bucket in the host or, where that cannot be, in the path. */
bool endpoint_for_bucket(const struct endpoints *endpoints, const char *region, const char *bucket,
                         struct endpoint *out, struct error *err);

/* "true" in any case, as the AWS CLI reads flags. */
bool aws_flag(const char *text);

#endif
