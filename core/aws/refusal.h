/* What AWS answers instead of an answer, in the dialects of its services, turned into one sentence
 * with the service's own words and into what to do. Pure. Bodies that are no AWS error (a proxy's
 * page, nothing at all) get a sentence as well, and never their markup.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
#ifndef CORE_AWS_REFUSAL_H
#define CORE_AWS_REFUSAL_H

#include "core/aws/endpoint.h"

enum aws_trouble {
    AWS_OTHER,
    AWS_UNKNOWN_KEY,
    AWS_WRONG_SECRET,
    AWS_EXPIRED,
    AWS_NOT_SIGNED_IN, /* no or no valid session where one is needed */
    AWS_CLOCK,         /* our clock, not the keys */
    AWS_DENIED,
    AWS_THROTTLED,
    AWS_UNAVAILABLE, /* 5xx, time-outs on their side */
    AWS_MISSING,     /* the thing asked for does not exist */
    AWS_ELSEWHERE,   /* S3: the bucket lives in another region */
    AWS_PROXY,       /* a proxy wants to know who asks */
    AWS_STRANGER,    /* a page of a proxy, or of a network's sign-in, in place of AWS */
};

struct aws_reply {
    enum aws_service service;
    const char *action;
    int status;
    struct str error_type;    /* header x-amzn-ErrorType; may be empty */
    struct str bucket_region; /* header x-amz-bucket-region; may be empty */
    struct str body;
    int64_t skew_ms; /* AWS's clock minus ours, 0 when not known */
    int64_t wall_ms; /* our clock, to compare with a time that the refusal tells; 0: do not */
    bool long_lived; /* signed without a session token: such keys do not expire */
};

struct aws_refusal {
    enum aws_trouble trouble;
    char code[80];   /* "AccessDenied"; "" when there was none */
    char region[64]; /* with AWS_ELSEWHERE, when it was said */
    bool retryable;
    int64_t skew_ms; /* as in the reply, or better, from the time that the refusal tells */
};

/* Clocks further apart than this make requests fail. */
#define AWS_SKEW_MAX_MS 240000

/* Reads a reply with a status outside 2xx. Always returns false, with *err filled. */
bool aws_refused(const struct aws_reply *reply, struct aws_refusal *refusal, struct error *err);

#endif
