/* The world's arithmetic: events in, status at a moment out. Its file is worldfile.c's business. */
#include "core/rehearsal/world.h"

#include "core/base/clock.h"
#include "core/base/json.h"

#include "core/base/alloc.h"

static const char *const what_names[] = {"create", "destroy", "fail", "spent"};
enum { WHATS = sizeof what_names / sizeof *what_names };

bool world_event_parse(struct str line, struct world_event *event)
{
    json_t *json = js_parse(line, NULL);
    struct world_event read = {.lasts_ms = js_int(json, "lasts_ms", 0)};
    size_t what = 0;
    while (what < WHATS && !str_is(js_str(json, "what"), what_names[what]))
        what++;
    bool ok = what < WHATS && clock_parse_rfc3339(js_str(json, "time"), &read.time_ms) &&
              js_str(json, "address").len > 0;
    str_copy(js_str(json, "address"), read.address, sizeof read.address);
    str_copy(js_str(json, "type"), read.type, sizeof read.type);
    str_copy(js_str(json, "detail"), read.detail, sizeof read.detail);
    read.time_ms = js_int(json, "time_ms", read.time_ms);
    json_decref(json);
    if (!ok)
        return false;
    read.what = (enum world_what)what;
    if (read.lasts_ms < 0)
        read.lasts_ms = 0;
    *event = read;
    return true;
}

bool world_event_dump(const struct world_event *event, struct buf *out)
{
    char time[CLOCK_TEXT];
    json_t *json = json_object();
    js_set_text(json, "time", clock_rfc3339(event->time_ms, time));
    js_set_int(json, "time_ms", event->time_ms);
    js_set_text(json, "what", what_names[event->what]);
    js_set_text(json, "address", event->address);
    if (*event->type)
        js_set_text(json, "type", event->type);
    if (*event->detail)
        js_set_text(json, "detail", event->detail);
    if (event->lasts_ms)
        js_set_int(json, "lasts_ms", event->lasts_ms);
    bool ok = js_dump(json, out);
    json_decref(json);
    return ok;
}

static struct world_thing *thing_for(struct world *world, const char *address)
{
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->things[i].last.address, address) == 0)
            return &world->things[i];
    alloc_room(&world->things, world->count, &world->capacity, sizeof *world->things);
    world->things[world->count] = (struct world_thing){.created_ms = 0};
    return &world->things[world->count++];
}

/* Nothing of ours lives on without its network. terraform runs no destroy step for a tainted
 * resource, so this is how an interrupted cluster goes. */
static void everything_goes(struct world *world, int64_t time_ms)
{
    for (size_t i = 0; i < world->count; i++) {
        struct world_event *last = &world->things[i].last;
        if (last->what == WORLD_DESTROY)
            continue;
        last->what = WORLD_DESTROY;
        last->time_ms = time_ms;
        last->lasts_ms = 0;
    }
}

void world_apply(struct world *world, const struct world_event *event)
{
    if (event->what == WORLD_SPENT) {
        alloc_room(&world->spent, world->spent_count, &world->spent_capacity, sizeof *world->spent);
        world->spent[world->spent_count++] = *event;
        return;
    }
    if (event->what == WORLD_DESTROY && strcmp(event->type, "aws_vpc") == 0)
        everything_goes(world, event->time_ms);
    struct world_thing *thing = thing_for(world, event->address);
    struct world_event before = thing->last;
    thing->last = *event;
    if (event->what == WORLD_CREATE)
        thing->created_ms = event->time_ms;
    if (event->what == WORLD_FAIL || event->what == WORLD_DESTROY) {
        if (!*event->type)
            str_copy(str_of(before.type), thing->last.type, sizeof thing->last.type);
        if (!*event->detail)
            str_copy(str_of(before.detail), thing->last.detail, sizeof thing->last.detail);
    }
}

void world_finish(struct world *world)
{
    free(world->things);
    free(world->spent);
    *world = (struct world){.count = 0};
}

enum world_status world_status_of(const struct world_thing *thing, int64_t now_ms)
{
    if (!thing)
        return WORLD_NONE;
    bool over = now_ms >= thing->last.time_ms + thing->last.lasts_ms;
    switch (thing->last.what) {
    case WORLD_CREATE:
        return over ? WORLD_ACTIVE : WORLD_CREATING;
    case WORLD_DESTROY:
        return over ? WORLD_NONE : WORLD_DELETING;
    case WORLD_FAIL:
        return WORLD_FAILED;
    case WORLD_SPENT:
        break;
    }
    return WORLD_NONE;
}

const struct world_thing *world_find(const struct world *world, const char *address)
{
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->things[i].last.address, address) == 0)
            return &world->things[i];
    return NULL;
}

const struct world_thing *world_of_type(const struct world *world, const char *type)
{
    const struct world_thing *found = NULL;
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->things[i].last.type, type) == 0 &&
            (!found || world->things[i].last.time_ms >= found->last.time_ms))
            found = &world->things[i];
    return found;
}

bool world_is_spent(const struct world *world, const char *fault)
{
    for (size_t i = 0; i < world->spent_count; i++)
        if (strcmp(world->spent[i].address, fault) == 0)
            return true;
    return false;
}

/* Nodes join one after the other in the second half of the group's creation. */
static int nodes_ready_at(const struct world_thing *group, int wanted, int64_t now_ms)
{
    enum world_status status = world_status_of(group, now_ms);
    if (status == WORLD_ACTIVE)
        return wanted;
    if (status != WORLD_CREATING || group->last.lasts_ms <= 0)
        return 0;
    int64_t percent = (now_ms - group->last.time_ms) * 100 / group->last.lasts_ms;
    int ready = percent <= 55 ? 0 : (int)((percent - 55) * wanted / 40);
    return ready > wanted ? wanted : ready;
}

/* "3 × t3.large" */
static void nodes_read(const char *detail, struct world_cluster *cluster)
{
    struct str rest = str_of(detail), count;
    int64_t wanted = 0;
    str_cut(&rest, ' ', &count);
    if (str_to_int64(count, &wanted) && wanted >= 0 && wanted <= 1000)
        cluster->nodes_wanted = (int)wanted;
    while (str_cut(&rest, ' ', &count))
        ;
    str_copy(count, cluster->instance_type, sizeof cluster->instance_type);
}

struct world_cluster world_cluster_at(const struct world *world, int64_t now_ms)
{
    struct world_cluster cluster = {.status = WORLD_NONE};
    const struct world_thing *control = world_of_type(world, "aws_eks_cluster");
    cluster.status = world_status_of(control, now_ms);
    if (cluster.status == WORLD_NONE)
        return cluster;
    struct str rest = str_of(control->last.detail), name; /* "demo-hub 1.35" */
    str_cut(&rest, ' ', &name);
    str_copy(name, cluster.name, sizeof cluster.name);
    str_copy(rest, cluster.version, sizeof cluster.version);
    cluster.created_ms = control->created_ms;
    const struct world_thing *group = world_of_type(world, "aws_eks_node_group");
    cluster.nodes_status = world_status_of(group, now_ms);
    if (cluster.nodes_status == WORLD_NONE)
        return cluster;
    nodes_read(group->last.detail, &cluster);
    cluster.nodes_created_ms = group->created_ms;
    cluster.nodes_ready = nodes_ready_at(group, cluster.nodes_wanted, now_ms);
    return cluster;
}
