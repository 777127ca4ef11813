/* Who the keys belong to.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
#ifndef CORE_AWS_STS_H
#define CORE_AWS_STS_H

#include "core/aws/aws.h"

struct sts_identity {
    struct aws_request request;
    bool ok;
    struct error error; /* why not */
    char account[16], arn[512], user_id[160];
    bool skew_known;
    int64_t skew_ms; /* AWS's clock minus ours; known after a refusal, too */
    void (*done)(struct sts_identity *identity); /* may finish it */
};

/* GetCallerIdentity. False when it could not even begin; otherwise `done` comes exactly once. */
bool sts_identity_start(struct sts_identity *identity, struct aws *aws,
                        void (*done)(struct sts_identity *identity), struct error *err);
void sts_identity_finish(struct sts_identity *identity); /* cancels; idempotent; zeroed is fine */

#endif
