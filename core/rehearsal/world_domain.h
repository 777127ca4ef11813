/* Zones, records and certificates of the simulated account: what Route53 has, what external-dns
 * writes into it for the Ingresses, when the world can resolve it, and when cert-manager has its
 * certificates. Pure functions of the world, the settings and the clock. */
#ifndef CORE_REHEARSAL_WORLD_DOMAIN_H
#define CORE_REHEARSAL_WORLD_DOMAIN_H

#include "core/rehearsal/world_things.h"

/* A zone that the account has had for ever: its name servers are known one level up. */
#define WORLD_OLD_ZONE "acme.example"

enum { WORLD_ZONES = 8, WORLD_ENTRANCES = 8, WORLD_NAME = 260, WORLD_SERVERS = 4 };

extern const char *const world_name_servers[WORLD_SERVERS]; /* of every zone */

struct world_hosted { /* a hosted zone */
    char name[WORLD_NAME];
    char id[WORLD_ID];
    bool ours;            /* terraform made it */
    int64_t delegated_ms; /* from when on its name servers are known one level up */
};
size_t world_hosted_zones(const struct world *world, const struct settings *settings,
                          int64_t now_ms, struct world_hosted *out, size_t capacity);
void world_zone_id(const char *name, char out[WORLD_ID]);

/* An Ingress of the domain stage, and what controllers do for it. Times are INT64_MAX while they
 * are not to be told. */
struct world_entrance {
    char ns[WORLD_DETAIL], name[64]; /* of the Ingress: "mlhub", "hub-https" */
    char host[WORLD_NAME];
    char service[WORLD_DETAIL]; /* "mlhub/proxy-public" */
    char acme[16];              /* "staging", "production" */
    char zone[WORLD_NAME];      /* in which its record is; "" when there is none for it */
    char balancer[WORLD_HOST];  /* of the entrance's Service */
    int64_t created_ms, deleted_ms;
    int64_t record_ms;    /* external-dns writes it */
    int64_t resolves_ms;  /* everybody can resolve it */
    int64_t certified_ms; /* its certificate is there */
    int64_t cleared_ms;   /* external-dns took the record out */
};
/* Those that are there, and those whose records are. */
size_t world_entrances(const struct world *world, const struct settings *settings, int64_t now_ms,
                       struct world_entrance *out, size_t capacity);

/* Whether the record is in its zone at that moment. */
bool world_has_record(const struct world_entrance *entrance, int64_t now_ms);

#endif
