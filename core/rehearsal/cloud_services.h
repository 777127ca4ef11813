/* What each simulated service answers once a request is let in. Private to the cloud's files. */
#ifndef CORE_REHEARSAL_CLOUD_SERVICES_H
#define CORE_REHEARSAL_CLOUD_SERVICES_H

#include "core/rehearsal/cloud.h"

struct cloud_call {
    const struct request *request;
    const struct cloud *cloud;
    char region[64]; /* by the host asked */
};

void cloud_sts(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_ec2(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_iam(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_eks(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_s3(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_elb(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_logs(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_oidc(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_portal(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_route53(const struct cloud_call *call, struct cloud_reply *reply);
void cloud_quotas(const struct cloud_call *call, struct cloud_reply *reply);
/* The inside of SimulatePrincipalPolicy's result. */
void cloud_simulate(const struct cloud_call *call, struct buf *result);
/* Whether the fault is planted and has not struck yet: what asks beforehand sees it coming. */
bool cloud_will_strike(const struct cloud_call *call, const char *fault);
/* Actions of EC2 that list or remove what exists, and those of IAM (the result's inside goes to
 * *result). False for an action that is none of these. */
bool cloud_inventory(const struct cloud_call *call, const char *action, struct cloud_reply *reply);
bool cloud_identities(const struct cloud_call *call, const char *action, struct buf *result,
                      struct cloud_reply *reply);
/* A public resolver that answers over https. */
void cloud_resolver(const struct cloud_call *call, struct cloud_reply *reply);
/* Hosts that are no AWS service: the operator's address, the provider registry. */
void cloud_elsewhere(const struct cloud_call *call, struct cloud_reply *reply);

#endif
