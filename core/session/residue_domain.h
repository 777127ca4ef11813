/* A domain's part of the residue: records that external-dns wrote for this deployment, and the zone
 * that it made. For residue_look.c. A record is ours only where the TXT beside it says so: a host
 * of ours may have been somebody else's before.
 * https://kubernetes-sigs.github.io/external-dns/v0.21.0/docs/registry/txt/ */
#ifndef CORE_SESSION_RESIDUE_DOMAIN_H
#define CORE_SESSION_RESIDUE_DOMAIN_H

#include "core/aws/route53.h"
#include "core/session/residue_work.h"

struct residue_domain {
    struct route53 route53;
    struct aws *aws;
    struct residue *residue;
    const struct answers *answers;
    bool records_only;
    bool ok;
    struct error error;
    void (*done)(struct residue_domain *domain);
    char zone[40];
    struct route53_record *kept; /* that may be ours: addresses, and the TXTs that name us */
    size_t kept_count, kept_capacity;
};

/* Adds to the report what there is. Memory zeroed or finished; false when it could not begin. */
bool residue_domain_start(struct residue_domain *domain, struct aws *aws, struct residue *residue,
                          const struct answers *answers, bool records_only,
                          void (*done)(struct residue_domain *domain), struct error *err);
void residue_domain_finish(struct residue_domain *domain); /* idempotent; zeroed is fine */

#endif
