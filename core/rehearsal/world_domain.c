/* The domain's things out of the world's events. */
#include "core/rehearsal/world_domain.h"

#include <stdio.h>

#include "core/rehearsal/values.h"

#include "core/base/alloc.h"

/* Seconds of the world. The registrar's answer to new name servers takes longest. */
enum { SYNCED_AFTER = 30, SPREAD_AFTER = 10, DELEGATED_AFTER = 150, CERTIFIED_AFTER = 45 };
enum { LATE_S = 240 };

const char *const world_name_servers[WORLD_SERVERS] = {
    "ns-1536.awsdns-00.co.uk", "ns-0.awsdns-00.com", "ns-1024.awsdns-00.org",
    "ns-512.awsdns-00.net"};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The same as the description of the stage has. */
void world_zone_id(const char *name, char out[WORLD_ID])
{
    char hex[33], *text = alloc_printf("zone.%s", name);
    values_digest(str_of(text), 13, true, hex);
    snprintf(out, WORLD_ID, "Z0%s", hex);
    free(text);
}

static void name_zone(struct str name, struct world_hosted *zone)
{
    str_copy(name, zone->name, sizeof zone->name);
    world_zone_id(zone->name, zone->id);
}

size_t world_hosted_zones(const struct world *world, const struct settings *settings,
                          int64_t now_ms, struct world_hosted *out, size_t capacity)
{
    size_t count = 0;
    if (capacity == 0)
        return 0;
    out[count] = (struct world_hosted){.delegated_ms = 0};
    name_zone(STR(WORLD_OLD_ZONE), &out[count++]);
    for (size_t i = 0; i < world->count && count < capacity; i++) {
        const struct world_thing *thing = &world->things[i];
        char id[WORLD_ID];
        if (strcmp(thing->last.type, "aws_route53_zone") != 0)
            continue;
        world_zone_id(thing->last.detail, id);
        enum world_status status = world_status_of(thing, now_ms);
        bool deleted = world_deleted_ms(world, "hosted_zone", id, thing->created_ms) >= 0;
        if ((status != WORLD_ACTIVE && status != WORLD_DELETING) || deleted)
            continue;
        out[count] = (struct world_hosted){.ours = true};
        out[count].delegated_ms =
            later(thing->ready_ms, thing->created_ms) + settings_wait_ms(settings, DELEGATED_AFTER);
        name_zone(str_of(thing->last.detail), &out[count++]);
    }
    return count;
}

/* Whether the host lies in the zone. */
static bool lies_in(const char *host, const char *zone)
{
    size_t all = strlen(host), part = strlen(zone);
    return all > part + 1 && host[all - part - 1] == '.' && strcmp(host + all - part, zone) == 0;
}

/* "mlhub/hub-https hub.demo.example.org proxy-public staging" */
static bool read_detail(const char *detail, struct world_entrance *entrance)
{
    struct str rest = str_of(detail), name, ns, host, service;
    if (!str_cut(&rest, ' ', &name) || !str_cut(&name, '/', &ns) || !str_cut(&rest, ' ', &host) ||
        !str_cut(&rest, ' ', &service))
        return false;
    snprintf(entrance->service, sizeof entrance->service, "%.*s/%.*s", (int)(ns.len % 128), ns.data,
             (int)(service.len % 128), service.data);
    return str_copy(ns, entrance->ns, sizeof entrance->ns) &&
           str_copy(name, entrance->name, sizeof entrance->name) &&
           str_copy(host, entrance->host, sizeof entrance->host) &&
           str_copy(rest, entrance->acme, sizeof entrance->acme);
}

static void find_zone(const struct world *world, const struct settings *settings, int64_t now_ms,
                      struct world_entrance *entrance, int64_t *delegated_ms)
{
    struct world_hosted zones[WORLD_ZONES];
    size_t count = world_hosted_zones(world, settings, now_ms, zones, WORLD_ZONES);
    *delegated_ms = INT64_MAX;
    for (size_t i = 0; i < count; i++)
        if (lies_in(entrance->host, zones[i].name) &&
            strlen(zones[i].name) > strlen(entrance->zone)) {
            str_copy(str_of(zones[i].name), entrance->zone, sizeof entrance->zone);
            *delegated_ms = zones[i].delegated_ms;
        }
}

static bool is_running(const struct world *world, const char *release, int64_t now_ms)
{
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->things[i].last.type, "helm_release") == 0 &&
            str_starts(str_of(world->things[i].last.detail), str_of(release)))
            return world_status_of(&world->things[i], now_ms) == WORLD_ACTIVE ||
                   world->things[i].last.what == WORLD_DESTROY;
    return false;
}

/* When external-dns, cert-manager and the resolvers of the world have done their part. */
static void tell_times(const struct world *world, const struct settings *settings, int64_t now_ms,
                       bool abandoned, struct world_entrance *entrance)
{
    struct world_balancer balancer;
    int64_t delegated_ms;
    entrance->record_ms = entrance->resolves_ms = entrance->certified_ms = INT64_MAX;
    find_zone(world, settings, now_ms, entrance, &delegated_ms);
    if (!world_balancer_of(world, settings, now_ms, "traefik/traefik", &balancer)) {
        if (abandoned) /* nobody is left who would take it out */
            entrance->record_ms = entrance->created_ms + settings_wait_ms(settings, SYNCED_AFTER);
        return;
    }
    if (!balancer.assigned || !entrance->zone[0] || !is_running(world, "external-dns ", now_ms))
        return;
    str_copy(str_of(balancer.host), entrance->balancer, sizeof entrance->balancer);
    entrance->record_ms =
        later(entrance->created_ms, balancer.created_ms) + settings_wait_ms(settings, SYNCED_AFTER);
    int64_t spread =
        later(entrance->record_ms, balancer.resolves_ms) + settings_wait_ms(settings, SPREAD_AFTER);
    if (settings_has_fault(settings, "dns-late"))
        spread += settings_wait_ms(settings, LATE_S);
    entrance->resolves_ms = later(spread, delegated_ms);
    entrance->certified_ms = entrance->resolves_ms + settings_wait_ms(settings, CERTIFIED_AFTER);
}

size_t world_entrances(const struct world *world, const struct settings *settings, int64_t now_ms,
                       struct world_entrance *out, size_t capacity)
{
    size_t count = 0;
    for (size_t i = 0; i < world->count && count < capacity; i++) {
        const struct world_thing *thing = &world->things[i];
        struct world_entrance one = {
            .created_ms = thing->created_ms, .deleted_ms = INT64_MAX, .cleared_ms = INT64_MAX};
        if (strcmp(thing->last.type, "kubernetes_ingress_v1") != 0 || thing->ready_ms < 0 ||
            now_ms < thing->created_ms || !read_detail(thing->last.detail, &one))
            continue;
        tell_times(world, settings, now_ms, thing->abandoned, &one);
        if (thing->last.what == WORLD_DESTROY) {
            one.deleted_ms = thing->last.time_ms;
            if (!thing->abandoned)
                one.cleared_ms = thing->last.time_ms + settings_wait_ms(settings, SYNCED_AFTER);
        }
        int64_t removed = world_deleted_ms(world, "route53_record", one.host, one.created_ms);
        if (removed >= 0 && removed < one.cleared_ms)
            one.cleared_ms = removed;
        out[count++] = one;
    }
    return count;
}

bool world_has_record(const struct world_entrance *entrance, int64_t now_ms)
{
    return entrance->zone[0] && now_ms >= entrance->record_ms && now_ms < entrance->cleared_ms;
}
