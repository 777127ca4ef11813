/* What a region offers: its availability zones, and whether the account may use it at all.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html */
#ifndef CORE_AWS_EC2_H
#define CORE_AWS_EC2_H

#include "core/aws/aws.h"

#define EC2_ZONES_MAX 32

struct ec2_zone {
    char name[32]; /* "us-east-2a" */
    char id[24];   /* "use2-az1": the same place in every account */
    char state[24];
    bool usable; /* available, a true zone (no local zone), and EKS has its control plane there */
};

struct ec2_zones {
    struct aws_request request;
    bool ok;
    struct error error;
    struct ec2_zone zones[EC2_ZONES_MAX];
    size_t count, usable;
    void (*done)(struct ec2_zones *zones); /* may finish it */
};

/* DescribeAvailabilityZones in the client's region. False when it could not even begin. */
bool ec2_zones_start(struct ec2_zones *zones, struct aws *aws,
                     void (*done)(struct ec2_zones *zones), struct error *err);
void ec2_zones_finish(struct ec2_zones *zones); /* cancels; idempotent; zeroed is fine */

struct ec2_region {
    struct aws_request request;
    bool ok;
    struct error error; /* also for a region that does not exist */
    bool enabled;
    char opt_in[32];                         /* "opt-in-not-required", "opted-in", "not-opted-in" */
    void (*done)(struct ec2_region *region); /* may finish it */
};

/* DescribeRegions about the client's region, asked in the partition's home region: one that is not
 * enabled refuses every key. False when it could not even begin. */
bool ec2_region_start(struct ec2_region *region, struct aws *aws,
                      void (*done)(struct ec2_region *region), struct error *err);
void ec2_region_finish(struct ec2_region *region); /* cancels; idempotent; zeroed is fine */

#endif
