/* How often a request is tried again, and after how long: the "standard" mode of the AWS CLI. A
 * budget for all requests of a client keeps retries from making an outage worse. Pure, but for
 * chance. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
#ifndef CORE_AWS_RETRY_H
#define CORE_AWS_RETRY_H

#include "core/aws/profiles.h"
#include "core/io/http.h"

struct aws_retries {
    unsigned max_attempts; /* the first one counts */
    int tokens;
    double (*random)(void); /* in [0, 1) */
};

#define AWS_RETRY_TOKENS 500

/* AWS_MAX_ATTEMPTS, or the profile's max_attempts; the profile may be NULL. */
void aws_retries_init(struct aws_retries *retries, const struct profiles *profiles,
                      const struct profile *profile);

/* Takes what a retry costs out of the budget, so *paid too. False when it is time to give up:
 * `attempts` were enough, or the budget is used up. */
bool aws_retries_take(struct aws_retries *retries, unsigned attempts, bool timed_out, int *paid);

/* An answer came: what the last retry cost comes back, or a little where none was needed. */
void aws_retries_refund(struct aws_retries *retries, int paid);

/* rand × min(2^n, 20 s), n counting retries from 0; longer when the answer says so in Retry-After
 * (not beyond 20 s) or x-amz-retry-after (not beyond 5 s more). */
int64_t aws_retries_wait(const struct aws_retries *retries, unsigned attempts,
                         const struct http_request *answer, int64_t wall_ms);

#endif
