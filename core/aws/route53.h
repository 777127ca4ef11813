/* Route 53 as far as a domain and its end ask: public hosted zones, the record sets of one, whose a
 * zone is by its tag, and the removal of both.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html */
#ifndef CORE_AWS_ROUTE53_H
#define CORE_AWS_ROUTE53_H

#include "core/aws/aws.h"

struct route53_zone { /* texts are sanitised */
    char id[40];      /* "Z0123456789ABC" */
    char name[256];   /* without the dot at its end */
};

struct route53_record {
    char name[256]; /* without the dot at its end */
    char type[12];
    char value[320]; /* the first one, or where the alias leads, without its dot */
};

enum { ROUTE53_ZONES = 100 };

struct route53 { /* one question at a time */
    struct aws_request request;
    struct aws *aws;
    bool ok;
    struct error error;
    void (*done)(struct route53 *asked); /* may finish it or ask anew */

    struct route53_zone zones[ROUTE53_ZONES]; /* after route53_zones */
    size_t zone_count;
    bool more; /* there are more than these */

    char zone[40]; /* whose records or tags */
    void *context; /* of `record`, which is called for each one while answers come */
    void (*record)(void *context, const struct route53_record *record);
    size_t pages;

    char deployment[160];     /* after route53_tags: ekshub:deployment; "" */
    char name[256], type[12]; /* of the record to be removed */
};

/* The public zones, by name from `name` on (NULL: all). Each call wants memory that is zeroed or
 * finished, and fails when it could not even begin. */
bool route53_zones(struct route53 *asked, struct aws *aws, const char *name,
                   void (*done)(struct route53 *asked), struct error *err);
/* That of exactly this name, or NULL. */
const struct route53_zone *route53_zone_named(const struct route53 *asked, const char *name);

bool route53_records(struct route53 *asked, struct aws *aws, const char *zone,
                     void (*record)(void *context, const struct route53_record *record),
                     void *context, void (*done)(struct route53 *asked), struct error *err);
bool route53_tags(struct route53 *asked, struct aws *aws, const char *zone,
                  void (*done)(struct route53 *asked), struct error *err);

/* What is gone already is fine. A zone goes only when nothing but its own NS and SOA is in it. */
bool route53_record_remove(struct route53 *asked, struct aws *aws, const char *zone,
                           const char *name, const char *type, void (*done)(struct route53 *asked),
                           struct error *err);
bool route53_zone_remove(struct route53 *asked, struct aws *aws, const char *zone,
                         void (*done)(struct route53 *asked), struct error *err);
void route53_finish(struct route53 *asked); /* cancels; idempotent; zeroed is fine */

#endif
