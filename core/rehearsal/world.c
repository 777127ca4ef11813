/* The world's arithmetic: events in, status at a moment out. Its file is worldfile.c's business. */
#include "core/rehearsal/world.h"

#include "core/base/clock.h"
#include "core/base/json.h"

#include "core/base/alloc.h"

static const char *const what_names[] = {"create", "destroy", "fail", "spent", "planted", "update"};
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

static bool in_cluster(const struct world_event *event)
{
    return str_starts(str_of(event->type), STR("kubernetes_")) ||
           strcmp(event->type, "helm_release") == 0 || strcmp(event->type, "hub_user") == 0 ||
           strcmp(event->type, "pypi_login") == 0;
}

/* "mlhub" or "mlhub/…" */
static bool in_namespace(struct str detail, struct str name)
{
    return str_starts(detail, name) && (detail.len == name.len || detail.data[name.len] == '/');
}

/* What cannot live without what is being destroyed. terraform runs no destroy step for a tainted
 * resource, so this is how an interrupted cluster goes, or an index that never came up. */
static bool goes_with(const struct world_event *thing, const struct world_event *cause)
{
    struct str detail = str_of(thing->detail), of = str_of(cause->detail);
    const char *type = cause->type;
    if (strcmp(type, "aws_vpc") == 0)
        return in_cluster(thing) || str_starts(str_of(thing->address), STR("module."));
    if (strcmp(type, "aws_eks_cluster") == 0)
        return in_cluster(thing);
    if (strcmp(type, "kubernetes_namespace_v1") == 0)
        return in_cluster(thing) && (in_namespace(detail, of) ||
                                     (strcmp(thing->type, "hub_user") == 0 &&
                                      !str_is(of, "traefik") && !str_is(of, "external-dns")));
    if (strcmp(type, "helm_release") == 0)
        return strcmp(thing->type, "hub_user") == 0 && str_ends(of, STR("/mlhub"));
    if (strcmp(type, "kubernetes_service_account_v1") == 0)
        return of.len > 0 && in_cluster(thing) &&
               (str_starts(detail, of) || strcmp(thing->type, "pypi_login") == 0);
    if (strcmp(type, "kubernetes_secret_v1") == 0)
        return strcmp(thing->type, "pypi_login") == 0;
    return strcmp(type, "aws_s3_bucket") == 0 && strcmp(thing->type, "pypi_package") == 0;
}

static void others_go(struct world *world, const struct world_event *cause)
{
    bool cluster =
        strcmp(cause->type, "aws_vpc") == 0 || strcmp(cause->type, "aws_eks_cluster") == 0;
    for (size_t i = 0; i < world->count; i++) {
        struct world_event *last = &world->things[i].last;
        if (last->what == WORLD_DESTROY || strcmp(last->address, cause->address) == 0 ||
            !goes_with(last, cause))
            continue;
        world->things[i].abandoned = cluster && in_cluster(last);
        last->what = WORLD_DESTROY;
        if (world->things[i].ready_ms > cause->time_ms)
            world->things[i].ready_ms = -1;
        last->time_ms = cause->time_ms;
        last->lasts_ms = 0;
    }
}

static void spend(struct world *world, const struct world_event *event)
{
    size_t i = 0;
    while (i < world->spent_count && strcmp(world->spent[i].address, event->address) != 0)
        i++;
    if (event->what == WORLD_PLANTED) {
        if (i < world->spent_count)
            world->spent[i] = world->spent[--world->spent_count];
        return;
    }
    if (i < world->spent_count)
        return;
    alloc_room(&world->spent, world->spent_count, &world->spent_capacity, sizeof *world->spent);
    world->spent[world->spent_count++] = *event;
}

static void update(struct world *world, const struct world_event *event)
{
    for (size_t i = 0; i < world->count; i++) {
        struct world_event *last = &world->things[i].last;
        if (strcmp(last->address, event->address) == 0 && last->what == WORLD_CREATE)
            str_copy(str_of(event->detail), last->detail, sizeof last->detail);
    }
}

void world_apply(struct world *world, const struct world_event *event)
{
    if (event->what == WORLD_SPENT || event->what == WORLD_PLANTED) {
        spend(world, event);
        return;
    }
    if (event->what == WORLD_UPDATE) {
        update(world, event);
        return;
    }
    struct world_thing *thing = thing_for(world, event->address);
    struct world_event before = thing->last;
    if (event->what == WORLD_DESTROY && before.what == WORLD_DESTROY && thing->created_ms > 0)
        return; /* deleted through an API before terraform came */
    thing->last = *event;
    thing->abandoned = false;
    if (event->what == WORLD_CREATE) {
        thing->created_ms = event->time_ms;
        thing->ready_ms = event->time_ms + event->lasts_ms;
    }
    if (event->what == WORLD_FAIL ||
        (event->what == WORLD_DESTROY && thing->ready_ms > event->time_ms))
        thing->ready_ms = -1;
    if (event->what == WORLD_FAIL || event->what == WORLD_DESTROY) {
        if (!*event->type)
            str_copy(str_of(before.type), thing->last.type, sizeof thing->last.type);
        if (!*event->detail)
            str_copy(str_of(before.detail), thing->last.detail, sizeof thing->last.detail);
    }
    struct world_event cause = thing->last;
    if (event->what == WORLD_DESTROY)
        others_go(world, &cause);
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
    case WORLD_PLANTED:
    case WORLD_UPDATE:
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

int64_t world_spent_ms(const struct world *world, const char *fault)
{
    for (size_t i = 0; i < world->spent_count; i++)
        if (strcmp(world->spent[i].address, fault) == 0)
            return world->spent[i].time_ms;
    return -1;
}

bool world_is_spent(const struct world *world, const char *fault)
{
    return world_spent_ms(world, fault) >= 0;
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
