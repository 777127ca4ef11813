/* How much of something an account may have in a region: the value applied to it, or AWS's default
 * where none was ever set; and asking AWS for more of it.
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

struct quota_wish { /* a request for more, ours or somebody's before us */
    struct aws_request request;
    bool ok;
    struct error error;
    bool open;       /* AWS has one and has not decided; the rest is of that one */
    double value;    /* that is asked for */
    char status[24]; /* "PENDING", "CASE_OPENED" */
    char since[16];  /* "2026-11-21"; "" when not told */
    void *context;   /* the owner's, set after the start */
    void (*done)(struct quota_wish *wish); /* may finish it, or start it anew */
};

/* ListRequestedServiceQuotaChangeHistoryByQuota, its first page: the newest that is undecided.
 * False when it could not even begin; otherwise `done` comes exactly once. */
bool quota_wish_look(struct quota_wish *wish, struct aws *aws, const char *service,
                     const char *code, void (*done)(struct quota_wish *wish), struct error *err);
/* RequestServiceQuotaIncrease to `value`. As above. */
bool quota_wish_send(struct quota_wish *wish, struct aws *aws, const char *service,
                     const char *code, double value, void (*done)(struct quota_wish *wish),
                     struct error *err);
void quota_wish_finish(struct quota_wish *wish); /* cancels; idempotent; zeroed is fine */

#endif
