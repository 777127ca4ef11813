/* A list that AWS tells page by page (EC2, Elastic Load Balancing, IAM: the services that speak
 * XML). Asks for the next page until there is none; what stands on a page is for the owner. */
#ifndef CORE_AWS_PAGES_H
#define CORE_AWS_PAGES_H

#include "core/aws/aws.h"

#define AWS_PAGES_MAX 200

struct aws_paging { /* how a service's lists go on; constant */
    enum aws_service service;
    const char *version;
    const char *ask;  /* parameter that names the page; NULL: the list has one page */
    const char *told; /* element of the answer with the next one */
};
extern const struct aws_paging aws_paging_ec2, aws_paging_elb, aws_paging_elbv2, aws_paging_iam;

struct aws_pages {
    struct aws_request request;
    const struct aws_paging *paging;
    struct buf parameters; /* of every page, after the action */
    unsigned count;        /* pages so far */
    bool ok;
    struct error error;
    void (*page)(struct aws_pages *pages, struct str body); /* once for each */
    void (*done)(struct aws_pages *pages);                  /* may finish or begin it anew */
};

/* Into memory that is zeroed or finished; then parameters, callbacks and aws_pages_send. */
void aws_pages_init(struct aws_pages *pages, struct aws *aws, const struct aws_paging *paging,
                    const char *action);
void aws_pages_set(struct aws_pages *pages, const char *name, struct str value);

/* False when it could not even begin; otherwise `done` comes exactly once. More than AWS_PAGES_MAX
 * pages are refused. */
bool aws_pages_send(struct aws_pages *pages, struct error *err);
void aws_pages_finish(struct aws_pages *pages); /* cancels; idempotent; zeroed is fine */

#endif
