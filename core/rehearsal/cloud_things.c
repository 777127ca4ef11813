/* The list of everything, from the world; see cloud_things.h. */
#include "core/rehearsal/cloud_things.h"

#include <limits.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/values.h"

#include "core/base/alloc.h"

struct list {
    const struct cloud_call *call;
    const char *type;
    struct cloud_thing *out;
    size_t count, capacity;
};

/* Types of terraform that an account's lists tell, and how their ids begin. */
static const struct {
    const char *type, *prefix;
    bool in_vpc, owned;
} told[] = {
    {"aws_vpc", "vpc-", true, false},
    {"aws_subnet", "subnet-", true, true},
    {"aws_internet_gateway", "igw-", true, false},
    {"aws_route_table", "rtb-", true, false},
    {"aws_vpc_endpoint", "vpce-", true, false},
    {"aws_nat_gateway", "nat-", true, false},
    {"aws_eip", "eipalloc-", false, false},
    {"aws_security_group", "sg-", true, true},
    {"aws_launch_template", "lt-", false, false},
    {"aws_iam_role", "", false, false},
    {"aws_iam_openid_connect_provider", "", false, false},
    {"aws_cloudwatch_log_group", "", false, false},
};

static struct cloud_thing *add(struct list *list, const char *type)
{
    if (list->count == list->capacity || (list->type && strcmp(list->type, type) != 0))
        return NULL;
    struct cloud_thing *thing = &list->out[list->count++];
    *thing = (struct cloud_thing){.type = type, .status = WORLD_ACTIVE};
    return thing;
}

static void make_id(const char *prefix, const char *address, char *out, size_t capacity)
{
    char hex[33];
    values_digest(str_of(address), 17, false, hex);
    snprintf(out, capacity, "%s%s", prefix, hex);
}

static void add_terraform(struct list *list, const struct world_thing *from, size_t row,
                          const struct world_where *where)
{
    const struct world_event *last = &from->last;
    struct cloud_thing *thing = add(list, told[row].type);
    if (!thing)
        return;
    thing->by_terraform = true;
    thing->in_vpc = told[row].in_vpc;
    thing->owned = told[row].owned;
    thing->status = world_status_of(from, list->call->cloud->now_ms);
    struct str detail = str_of(last->detail), name;
    str_cut(&detail, ',', &name);
    str_copy(name, thing->name, sizeof thing->name);
    str_copy(str_of(last->address), thing->world, sizeof thing->world);
    if (*told[row].prefix)
        make_id(told[row].prefix, last->address, thing->id, sizeof thing->id);
    else
        str_copy(str_of(thing->name), thing->id, sizeof thing->id);
    if (strcmp(thing->type, "aws_vpc") == 0)
        str_copy(str_of(where->vpc), thing->id, sizeof thing->id);
    if (strcmp(thing->type, "aws_eip") == 0)
        snprintf(thing->address, sizeof thing->address, "203.0.113.90");
    if (strcmp(thing->type, "aws_iam_openid_connect_provider") == 0) {
        char hex[33], *text = alloc_printf("%s.%s", where->cluster, where->region);
        values_digest(str_of(text), 32, true, hex);
        free(text);
        snprintf(thing->id, sizeof thing->id,
                 "arn:aws:iam::" WORLD_ACCOUNT ":oidc-provider/oidc.eks.%s.amazonaws.com/id/%s",
                 where->region, hex);
    }
}

static void add_all_terraform(struct list *list, const struct world_where *where)
{
    const struct cloud *cloud = list->call->cloud;
    for (size_t i = 0; i < cloud->world->count; i++) {
        const struct world_thing *from = &cloud->world->things[i];
        for (size_t row = 0; row < sizeof told / sizeof *told; row++)
            if (strcmp(from->last.type, told[row].type) == 0 &&
                !str_starts(str_of(from->last.address), STR("aws_security_group.")) &&
                world_status_of(from, cloud->now_ms) != WORLD_NONE)
                add_terraform(list, from, row, where);
    }
}

static void add_balancers(struct list *list)
{
    const struct cloud *cloud = list->call->cloud;
    struct world_balancer all[WORLD_BALANCERS];
    struct world_remnant rest[WORLD_BALANCERS * 3];
    size_t count =
        world_balancers(cloud->world, cloud->settings, cloud->now_ms, all, WORLD_BALANCERS);
    for (size_t i = 0; i < count; i++) {
        struct cloud_thing *thing = add(list, "aws_elb");
        if (!thing)
            break;
        str_copy(str_of(all[i].name), thing->id, sizeof thing->id);
        str_copy(str_of(all[i].host), thing->host, sizeof thing->host);
        str_copy(str_of(all[i].service), thing->object, sizeof thing->object);
        world_made_address("aws_elb", all[i].name, thing->world);
        thing->status = all[i].status;
        thing->in_vpc = thing->owned = true;
    }
    count = world_remnants(cloud->world, cloud->settings, cloud->now_ms, rest, WORLD_BALANCERS * 3);
    for (size_t i = 0; i < count; i++) {
        const char *type = rest[i].group ? "aws_security_group" : "interface";
        struct cloud_thing *thing = add(list, type);
        if (!thing)
            continue;
        str_copy(str_of(rest[i].id), thing->id, sizeof thing->id);
        str_copy(str_of(rest[i].name), thing->name, sizeof thing->name);
        str_copy(str_of(rest[i].balancer), thing->balancer, sizeof thing->balancer);
        snprintf(thing->note, sizeof thing->note,
                 rest[i].group ? "Security group for Kubernetes ELB %s" : "ELB %s",
                 rest[i].balancer);
        if (rest[i].group)
            world_made_address("aws_security_group", rest[i].id, thing->world);
        else
            snprintf(thing->address, sizeof thing->address, "203.0.113.%zu", 21 + i % 200);
        thing->in_vpc = true;
        thing->owned = rest[i].group;
        thing->used = !rest[i].group;
    }
}

static void add_volumes(struct list *list)
{
    const struct cloud *cloud = list->call->cloud;
    struct world_volume all[WORLD_VOLUMES];
    size_t count = world_volumes(cloud->world, cloud->settings, cloud->now_ms, all, WORLD_VOLUMES);
    for (size_t i = 0; i < count; i++) {
        struct cloud_thing *thing = add(list, "ebs_volume");
        if (!thing)
            break;
        str_copy(str_of(all[i].id), thing->id, sizeof thing->id);
        str_copy(str_of(all[i].claim), thing->object, sizeof thing->object);
        str_copy(STR("gp3"), thing->size_type, sizeof thing->size_type);
        world_made_address("ebs_volume", all[i].id, thing->world);
        thing->status = all[i].status;
        thing->gib = all[i].gib;
        thing->owned = true;
        thing->used = all[i].attached;
    }
}

static void add_instances(struct list *list)
{
    const struct cloud *cloud = list->call->cloud;
    struct world_cluster now = world_cluster_at(cloud->world, cloud->now_ms);
    if (now.status == WORLD_NONE || now.nodes_status == WORLD_NONE)
        return;
    for (int i = 0; i < now.nodes_ready; i++) {
        struct cloud_thing *thing = add(list, "instance");
        if (!thing)
            break;
        char *text = alloc_printf("node.%s.%d", now.name, i);
        make_id("i-", text, thing->id, sizeof thing->id);
        free(text);
        str_copy(str_of(now.instance_type), thing->size_type, sizeof thing->size_type);
        thing->in_vpc = thing->owned = true;
    }
}

size_t cloud_things(const struct cloud_call *call, const char *type, struct cloud_thing *out,
                    size_t capacity)
{
    struct list list = {.call = call, .type = type, .out = out, .capacity = capacity};
    struct world_where where = world_where(call->cloud->world);
    if (strcmp(call->region, where.region) != 0 && strcmp(call->region, "us-east-1") != 0)
        return 0;
    add_all_terraform(&list, &where);
    add_balancers(&list);
    add_volumes(&list);
    add_instances(&list);
    return list.count;
}

void cloud_deployment_tag(const struct cloud_call *call, char out[WORLD_DETAIL])
{
    char path[PATH_MAX];
    struct buf text;
    buf_init(&text, 1 << 20);
    out[0] = '\0';
    if (call->cloud->dir &&
        path_format(path, NULL, "%s/provision-eks/terraform.tfvars.json", call->cloud->dir) &&
        file_read(path, 1 << 20, &text, NULL)) {
        json_t *json = js_parse(buf_str(&text), NULL);
        str_copy(js_str(js_get(json, "tags"), "ekshub:deployment"), out, WORLD_DETAIL);
        json_decref(json);
    }
    buf_finish(&text);
}

static void tag(struct buf *out, const char *const names[3], const char *key, const char *value)
{
    buf_printf(out, "<%s><%s>", names[0], names[1]);
    cloud_xml(out, str_of(key));
    buf_printf(out, "</%s><%s>", names[1], names[2]);
    cloud_xml(out, str_of(value));
    buf_printf(out, "</%s></%s>", names[2], names[0]);
}

void cloud_tags(const struct cloud_call *call, const struct cloud_thing *thing, const char *item,
                const char *key, const char *value, struct buf *out)
{
    const char *const names[3] = {item, key, value};
    struct world_where where = world_where(call->cloud->world);
    char text[WORLD_DETAIL + 32];
    if (thing->by_terraform || strcmp(thing->type, "ebs_volume") == 0) {
        cloud_deployment_tag(call, text);
        if (*text)
            tag(out, names, "ekshub:deployment", text);
    }
    if (thing->owned) {
        snprintf(text, sizeof text, "kubernetes.io/cluster/%s", where.cluster);
        tag(out, names, text, "owned");
    }
    if (strcmp(thing->type, "aws_elb") == 0)
        tag(out, names, "kubernetes.io/service-name", thing->object);
    if (strcmp(thing->type, "ebs_volume") == 0) {
        struct str rest = str_of(thing->object), space;
        str_cut(&rest, '/', &space);
        str_copy(rest, text, sizeof text);
        tag(out, names, "kubernetes.io/created-for/pvc/name", text);
        str_copy(space, text, sizeof text);
        tag(out, names, "kubernetes.io/created-for/pvc/namespace", text);
    }
}

bool cloud_remove(const struct cloud_call *call, const struct cloud_thing *thing,
                  struct cloud_reply *reply)
{
    struct world_event event = {.time_ms = call->cloud->now_ms, .what = WORLD_DESTROY};
    struct error err = {.kind = ERROR_NONE};
    str_copy(str_of(thing->world), event.address, sizeof event.address);
    str_copy(str_of(thing->type), event.type, sizeof event.type);
    if (!thing->world[0] || (call->cloud->dir && world_append(call->cloud->dir, &event, &err)))
        return true;
    cloud_error_reply(reply, CLOUD_QUERY, 500, "InternalFailure", err.text);
    return false;
}
