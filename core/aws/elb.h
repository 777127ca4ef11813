/* Whether a classic load balancer has anything behind it. Which ones there are, and their removal,
 * is the inventory's business.
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/ */
#ifndef CORE_AWS_ELB_H
#define CORE_AWS_ELB_H

#include "core/aws/aws.h"

struct elb_health {
    struct aws_request request;
    bool ok;
    struct error error;
    bool missing; /* not ok because there is no such load balancer */
    unsigned instances, in_service;
    char why[200]; /* of the first instance that is not in service, in the words of ELB; or "" */
    void (*done)(struct elb_health *health); /* may finish it or start it anew */
};

/* DescribeInstanceHealth. Memory zeroed or finished; false when it could not even begin. */
bool elb_health_start(struct elb_health *health, struct aws *aws, const char *name,
                      void (*done)(struct elb_health *health), struct error *err);
void elb_health_finish(struct elb_health *health); /* cancels; idempotent; zeroed is fine */

#endif
