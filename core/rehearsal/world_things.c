/* Where the world's things are, and the volumes of the hub; load balancers are world_balancers.c's.
 */
#include "core/rehearsal/world_things.h"

#include <stdio.h>

#include "core/rehearsal/values.h"

#include "core/base/alloc.h"

/* Seconds of the world. */
enum { HUB_VOLUME_AFTER = 12, VOLUME_TAKES = 8, PERSON_AFTER = 60, PERSON_NEXT = 45 };
enum { VOLUME_GOES = 12, PERSON_WORKS = 600 };

enum { HUB_GIB = 1, PERSON_GIB = 10 };

void world_made_address(const char *type, const char *id, char out[WORLD_ADDRESS])
{
    snprintf(out, WORLD_ADDRESS, "%.60s.%.98s", type, id);
}

struct world_where world_where(const struct world *world)
{
    struct world_where where = {.region = "us-east-2"};
    const struct world_thing *endpoint = world_of_type(world, "aws_vpc_endpoint");
    const struct world_thing *cluster = world_of_type(world, "aws_eks_cluster");
    struct str rest = str_of(endpoint ? endpoint->last.detail : ""), region, name;
    if (str_starts(rest, STR("com.amazonaws."))) { /* "com.amazonaws.us-east-2.s3, gateway" */
        rest = str_skip(rest, 14);
        str_cut(&rest, '.', &region);
        str_copy(region, where.region, sizeof where.region);
    }
    if (!cluster)
        return where;
    rest = str_of(cluster->last.detail); /* "demo-hub 1.35" */
    str_cut(&rest, ' ', &name);
    str_copy(name, where.cluster, sizeof where.cluster);
    char id[33], *text = alloc_printf("vpc.%s.%s", where.cluster, where.region);
    values_digest(str_of(text), 17, false, id);
    snprintf(where.vpc, sizeof where.vpc, "vpc-%s", id);
    free(text);
    return where;
}

bool world_struck(const struct world *world, const char *fault, const struct world_thing *thing)
{
    return thing && world_spent_ms(world, fault) >= thing->created_ms;
}

int64_t world_deleted_ms(const struct world *world, const char *type, const char *id,
                         int64_t made_ms)
{
    char address[WORLD_ADDRESS];
    world_made_address(type, id, address);
    const struct world_thing *thing = world_find(world, address);
    bool deleted = thing && thing->last.what == WORLD_DESTROY && thing->last.time_ms >= made_ms;
    return deleted ? thing->last.time_ms : -1;
}

/* ---- volumes ---- */

struct shelf { /* what the volumes of one release depend on */
    const struct world *world;
    const struct settings *settings;
    int64_t now_ms;
    const struct world_thing *release, *space; /* space may be NULL */
    char name[WORLD_DETAIL];                   /* the namespace */
    struct world_where where;
};

static void name_volume(const struct shelf *shelf, const char *claim, struct world_volume *volume)
{
    char id[33];
    snprintf(volume->claim, sizeof volume->claim, "%.200s/%.64s", shelf->name, claim);
    char *text = alloc_printf("volume.%s.%s", volume->claim, shelf->where.cluster);
    values_digest(str_of(text), 16, false, id);
    snprintf(volume->id, sizeof volume->id, "vol-0%s", id);
    snprintf(volume->zone, sizeof volume->zone, "%.36s%c", shelf->where.region,
             id[0] % 2 ? 'a' : 'b');
    free(text);
}

static int64_t world_ms(const struct shelf *shelf, double seconds)
{
    return settings_wait_ms(shelf->settings, seconds);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

/* When the thing was destroyed after `made_ms` by somebody who cleaned up; -1: it was not. */
static int64_t ended_ms(const struct world_thing *thing, int64_t made_ms)
{
    bool ended = thing && thing->last.what == WORLD_DESTROY && !thing->abandoned &&
                 thing->last.time_ms >= made_ms;
    return ended ? thing->last.time_ms + thing->last.lasts_ms : -1;
}

/* Completes a volume that was made at created_ms; false when it does not exist (any more). */
static bool volume_is(const struct shelf *shelf, int64_t claim_gone_ms, struct world_volume *volume)
{
    int64_t made = volume->created_ms, now = shelf->now_ms;
    if (now < made)
        return false;
    int64_t gone = earlier(claim_gone_ms, world_deleted_ms(shelf->world, "persistent_volume_claim",
                                                           volume->claim, made));
    bool abandoned = shelf->release->abandoned && (gone < 0 || gone > now);
    if (abandoned && world_deleted_ms(shelf->world, "ebs_volume", volume->id, made) >= 0)
        return false;
    if (!abandoned && gone >= 0 && now >= gone + world_ms(shelf, VOLUME_GOES))
        return false;
    bool going = !abandoned && gone >= 0 && now >= gone;
    volume->status = going                                        ? WORLD_DELETING
                     : now < made + world_ms(shelf, VOLUME_TAKES) ? WORLD_CREATING
                                                                  : WORLD_ACTIVE;
    volume->orphan = abandoned;
    if (volume->attached && (abandoned || going)) {
        volume->attached = false;
        volume->used_ms = abandoned ? shelf->release->last.time_ms : gone;
    }
    if (volume->used_ms > now || volume->attached)
        volume->used_ms = now;
    return true;
}

static size_t add_volume(const struct shelf *shelf, int64_t gone_ms, struct world_volume *volume,
                         struct world_volume *out, size_t count, size_t capacity)
{
    if (count < capacity && volume_is(shelf, gone_ms, volume))
        out[count++] = *volume;
    return count;
}

static size_t add_people(const struct shelf *shelf, int64_t gone_ms, struct world_volume *out,
                         size_t count, size_t capacity)
{
    static const char *const people[] = {"ada", "grace"};
    const struct world_thing *release = shelf->release;
    bool ended = release->last.what == WORLD_DESTROY;
    for (size_t i = 0; release->ready_ms >= 0 && i < sizeof people / sizeof *people; i++) {
        struct world_volume volume = {.gib = PERSON_GIB, .attached = i == 0};
        char claim[80];
        snprintf(claim, sizeof claim, "ws-%s", people[i]);
        str_copy(str_of(people[i]), volume.owner, sizeof volume.owner);
        volume.created_ms =
            release->ready_ms + world_ms(shelf, PERSON_AFTER + (double)i * PERSON_NEXT);
        volume.used_ms = volume.created_ms + world_ms(shelf, PERSON_WORKS);
        name_volume(shelf, claim, &volume);
        if (!ended || release->last.time_ms >= volume.created_ms)
            count = add_volume(shelf, gone_ms, &volume, out, count, capacity);
    }
    return count;
}

static size_t add_release(const struct shelf *shelf, struct world_volume *out, size_t count,
                          size_t capacity)
{
    int64_t begun = shelf->release->created_ms, space = ended_ms(shelf->space, begun);
    struct world_volume own = {.gib = HUB_GIB, .attached = true};
    own.created_ms = begun + world_ms(shelf, HUB_VOLUME_AFTER);
    name_volume(shelf, "hub-db-dir", &own);
    if (!world_struck(shelf->world, "no-storage-class", shelf->release))
        count = add_volume(shelf, earlier(ended_ms(shelf->release, begun), space), &own, out, count,
                           capacity);
    return add_people(shelf, space, out, count, capacity);
}

static const struct world_thing *namespace_of(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->things[i].last.type, "kubernetes_namespace_v1") == 0 &&
            strcmp(world->things[i].last.detail, name) == 0)
            return &world->things[i];
    return NULL;
}

/* The namespace of a hub, "mlhub" of "mlhub/mlhub"; false for other things. */
static bool is_hub(const struct world_thing *thing, char name[WORLD_DETAIL])
{
    struct str detail = str_of(thing->last.detail);
    if (!str_is(str_of(thing->last.type), "helm_release") || !str_ends(detail, STR("/mlhub")))
        return false;
    detail.len -= strlen("/mlhub");
    return str_copy(detail, name, WORLD_DETAIL);
}

size_t world_volumes(const struct world *world, const struct settings *settings, int64_t now_ms,
                     struct world_volume *out, size_t capacity)
{
    size_t count = 0;
    for (size_t i = 0; i < world->count; i++) {
        struct shelf shelf = {.world = world, .settings = settings, .now_ms = now_ms};
        if (!is_hub(&world->things[i], shelf.name))
            continue;
        shelf.release = &world->things[i];
        shelf.where = world_where(world);
        shelf.space = namespace_of(world, shelf.name);
        count = add_release(&shelf, out, count, capacity);
    }
    return count;
}
