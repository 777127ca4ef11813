/* The load balancers that the cloud controller makes for Services, and what they leave in the VPC.
 * Times are those of the classic kind; the names follow from the Service, the cluster and the
 * region, as the outputs of the roots do. */
#include "core/rehearsal/world_things.h"

#include <stdio.h>

#include "core/rehearsal/values.h"

#include "core/base/alloc.h"

/* Seconds of the world. */
enum { ASSIGNED_AFTER = 6, ACTIVE_AFTER = 40, RESOLVES_AFTER = 100, GOES_AFTER = 20 };

static void name_balancer(const struct world_where *where, const char *service, char name[WORLD_ID],
                          char host[WORLD_HOST])
{
    char hex[33], number[VALUES_NUMBER];
    char *text = alloc_printf("balancer.%s.%s.%s", service, where->cluster, where->region);
    values_digest(str_of(text), 31, false, hex);
    values_number(str_of(text), number);
    free(text);
    snprintf(name, WORLD_ID, "a%s", hex);
    snprintf(host, WORLD_HOST, "a%s-%s.%s.elb.amazonaws.com", hex, number, where->region);
}

void world_balancer_host(const struct world *world, const char *service, char out[WORLD_HOST])
{
    struct world_where where = world_where(world);
    char name[WORLD_ID];
    name_balancer(&where, service, name, out);
}

/* "default/pypi LoadBalancer": false for other things and other kinds of Service. */
static bool wants_one(const struct world_thing *thing, char service[WORLD_DETAIL])
{
    struct str rest = str_of(thing->last.detail), name;
    if (strcmp(thing->last.type, "kubernetes_service_v1") != 0 || !str_cut(&rest, ' ', &name))
        return false;
    return str_is(rest, "LoadBalancer") && str_copy(name, service, WORLD_DETAIL);
}

/* Whether nobody deletes it although its Service is gone: the cluster went first, or the fault. */
static bool is_orphan(const struct world *world, const struct settings *settings,
                      const struct world_thing *service, const struct world_balancer *balancer)
{
    if (service->last.what != WORLD_DESTROY)
        return false;
    /* The fault strikes once: not again when somebody has deleted one already. */
    return service->abandoned ||
           (settings_has_fault(settings, "orphaned-load-balancer") &&
            str_ends(str_of(balancer->service), STR("/proxy-public")) &&
            (world_deleted_ms(world, "aws_elb", balancer->name, 0) < 0 ||
             world_deleted_ms(world, "aws_elb", balancer->name, service->last.time_ms) >= 0));
}

static bool without_network(const struct world *world, int64_t now_ms)
{
    const struct world_thing *vpc = world_of_type(world, "aws_vpc");
    return vpc && world_status_of(vpc, now_ms) == WORLD_NONE;
}

/* Everything of the balancer of that Service, and when it was deleted through the API (-1: it was
 * not). False when there is none and nothing of it is left. */
static bool balancer_at(const struct world *world, const struct settings *settings, int64_t now_ms,
                        const struct world_thing *service, struct world_balancer *balancer,
                        int64_t *deleted_ms)
{
    struct world_where where = world_where(world);
    *balancer = (struct world_balancer){.created_ms = service->created_ms};
    if (!wants_one(service, balancer->service) || without_network(world, now_ms) ||
        world_struck(world, "load-balancer-stuck", service))
        return false;
    name_balancer(&where, balancer->service, balancer->name, balancer->host);
    int64_t made = balancer->created_ms, age = now_ms - made;
    balancer->assigned = age >= settings_wait_ms(settings, ASSIGNED_AFTER);
    balancer->status =
        age >= settings_wait_ms(settings, ACTIVE_AFTER) ? WORLD_ACTIVE : WORLD_CREATING;
    balancer->resolves_ms = made + settings_wait_ms(settings, RESOLVES_AFTER);
    balancer->resolves = now_ms >= balancer->resolves_ms;
    balancer->orphan = is_orphan(world, settings, service, balancer);
    *deleted_ms = world_deleted_ms(world, "aws_elb", balancer->name, made);
    if (service->last.what == WORLD_DESTROY && !balancer->orphan) {
        int64_t gone =
            service->last.time_ms + service->last.lasts_ms + settings_wait_ms(settings, GOES_AFTER);
        balancer->status = now_ms >= gone ? WORLD_NONE : WORLD_DELETING;
    }
    if (*deleted_ms >= 0 && *deleted_ms <= now_ms)
        balancer->status = WORLD_NONE;
    return balancer->status != WORLD_NONE || *deleted_ms >= 0;
}

size_t world_balancers(const struct world *world, const struct settings *settings, int64_t now_ms,
                       struct world_balancer *out, size_t capacity)
{
    size_t count = 0;
    int64_t deleted_ms;
    struct world_balancer one;
    for (size_t i = 0; i < world->count && count < capacity; i++)
        if (balancer_at(world, settings, now_ms, &world->things[i], &one, &deleted_ms) &&
            one.status != WORLD_NONE)
            out[count++] = one;
    return count;
}

bool world_balancer_of(const struct world *world, const struct settings *settings, int64_t now_ms,
                       const char *service, struct world_balancer *out)
{
    struct world_balancer all[WORLD_BALANCERS];
    size_t count = world_balancers(world, settings, now_ms, all, WORLD_BALANCERS);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].service, service) == 0) {
            *out = all[i];
            return true;
        }
    return false;
}

/* ---- what they leave ---- */

static void name_remnant(const struct world_balancer *balancer, int zone,
                         const struct world_where *where, struct world_remnant *remnant)
{
    char id[33], *text = alloc_printf("remnant.%d.%s", zone, balancer->name);
    values_digest(str_of(text), 17, false, id);
    free(text);
    *remnant = (struct world_remnant){.group = zone < 0};
    str_copy(str_of(balancer->name), remnant->balancer, sizeof remnant->balancer);
    if (remnant->group) {
        snprintf(remnant->id, sizeof remnant->id, "sg-%s", id);
        snprintf(remnant->name, sizeof remnant->name, "k8s-elb-%.40s", balancer->name);
        return;
    }
    snprintf(remnant->id, sizeof remnant->id, "eni-%s", id);
    snprintf(remnant->name, sizeof remnant->name, "ELB %.40s", balancer->name);
    snprintf(remnant->zone, sizeof remnant->zone, "%.36s%c", where->region, 'a' + zone);
}

/* The interfaces go a little after the balancer. The group goes with it, but when the balancer was
 * deleted through the API there is nobody who deletes its group. */
static bool remains(const struct world *world, const struct settings *settings, int64_t now_ms,
                    const struct world_balancer *balancer, int64_t deleted_ms,
                    const struct world_remnant *remnant)
{
    int64_t group_gone =
        world_deleted_ms(world, "aws_security_group", remnant->id, balancer->created_ms);
    if (remnant->group && group_gone >= 0 && group_gone <= now_ms)
        return false;
    if (balancer->status != WORLD_NONE)
        return true;
    return remnant->group || now_ms < deleted_ms + settings_wait_ms(settings, GOES_AFTER);
}

size_t world_remnants(const struct world *world, const struct settings *settings, int64_t now_ms,
                      struct world_remnant *out, size_t capacity)
{
    struct world_where where = world_where(world);
    size_t count = 0;
    for (size_t i = 0; i < world->count; i++) {
        struct world_balancer balancer;
        int64_t deleted_ms;
        if (!balancer_at(world, settings, now_ms, &world->things[i], &balancer, &deleted_ms))
            continue;
        for (int zone = -1; zone < 2 && count < capacity; zone++) {
            name_remnant(&balancer, zone, &where, &out[count]);
            count += remains(world, settings, now_ms, &balancer, deleted_ms, &out[count]);
        }
    }
    return count;
}
