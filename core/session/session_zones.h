/* The public zones that the account has in Route 53, for a form that would rather pick one than
 * spell it. Nothing waits for them: a name can be typed while they come, and without them. */
#ifndef CORE_SESSION_SESSION_ZONES_H
#define CORE_SESSION_SESSION_ZONES_H

#include "core/aws/route53.h"
#include "core/session/aws_access.h"
#include "core/session/session.h"

struct session_zones {
    bool over; /* `route53` says what came of it */
    struct route53 route53;
    struct error error; /* why they are not known; kind ERROR_NONE otherwise */
    char profile[128];  /* whose they are: session_zones_ask asks anew for another one */
    struct aws_access aws;
    struct session *session;
};

/* Asks once for the profile that is chosen; session->zones is there from then on. Without a profile
 * nothing happens. */
void session_zones_ask(struct session *session);
void session_zones_close(struct session *session); /* idempotent */

/* All zones are known, and none of them has this name. */
static inline bool session_zones_lack(const struct session *session, const char *name)
{
    const struct session_zones *zones = session->zones;
    return zones && zones->over && !zones->error.kind && !zones->route53.more &&
           !route53_zone_named(&zones->route53, name);
}

#endif
