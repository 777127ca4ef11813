/* The report: what belongs to it, in what order, what it costs, and how it is written down. The
 * looking is residue_look.c's, the removing residue_remove.c's. */
#include "core/session/residue.h"

#include "core/base/clock.h"
#include "core/session/residue_work.h"

#include "core/base/alloc.h"

static const char *const words[RESIDUE_KINDS - INVENTORY_KINDS][2] = {
    {"cluster", "clusters"},
    {"log group", "log groups"},
    {"DNS record", "DNS records"},
    {"DNS zone", "DNS zones"},
    {"public address", "public addresses"},
    {"kubeconfig entry", "kubeconfig entries"},
};

void residue_finish(struct residue *residue)
{
    free(residue->items);
    *residue = (struct residue){.count = 0};
}

const char *residue_word(int kind, size_t count)
{
    if (kind < INVENTORY_KINDS)
        return inventory_word((enum inventory_kind)kind, count);
    return words[kind - INVENTORY_KINDS][count != 1];
}

bool residue_asks(const struct residue *residue, int kind)
{
    return residue->domain || (kind != RESIDUE_RECORD && kind != RESIDUE_ZONE);
}

struct residue_item *residue_add(struct residue *residue, int kind,
                                 const struct inventory_item *thing)
{
    for (size_t i = 0; i < residue->count; i++)
        if (residue->items[i].kind == kind && strcmp(residue->items[i].thing.id, thing->id) == 0)
            return &residue->items[i];
    if (residue->count == RESIDUE_MAX) {
        residue->too_many = true;
        return NULL;
    }
    alloc_room(&residue->items, residue->count, &residue->capacity, sizeof *residue->items);
    struct residue_item *item = &residue->items[residue->count++];
    *item = (struct residue_item){.kind = kind, .thing = *thing};
    return item;
}

static bool in_vpc(const struct residue *residue, const char *vpc)
{
    for (size_t i = 0; i < residue->vpc_count; i++)
        if (strcmp(residue->vpcs[i], vpc) == 0)
            return true;
    return false;
}

bool residue_owns(const struct residue *residue, const struct inventory_item *thing)
{
    if (thing->deployment[0])
        return strcmp(thing->deployment, residue->deployment) == 0;
    return (thing->vpc[0] && in_vpc(residue, thing->vpc)) ||
           (thing->cluster[0] && strcmp(thing->cluster, residue->cluster) == 0);
}

/* ---- causes and prices ---- */

static const struct residue_item *balancer_named(const struct residue *residue, const char *text)
{
    for (size_t i = 0; i < residue->count; i++) {
        const struct residue_item *item = &residue->items[i];
        const char *name = item->thing.name[0] ? item->thing.name : item->thing.id;
        if ((item->kind == INVENTORY_BALANCER || item->kind == INVENTORY_BALANCER_V2) &&
            strlen(name) > 3 && strstr(text, name))
            return item;
    }
    return NULL;
}

static void explain(const struct residue *residue, struct residue_item *item)
{
    const struct inventory_item *thing = &item->thing;
    const struct residue_item *balancer = NULL;
    char text[300];
    bool held = residue->count > 0 && residue->items[0].kind <= INVENTORY_INTERFACE;

    snprintf(text, sizeof text, "%s %s", thing->note, thing->name);
    if (item->kind >= INVENTORY_INTERFACE && item->kind <= INVENTORY_SECURITY_GROUP)
        balancer = balancer_named(residue, text);
    if (item->kind <= INVENTORY_BALANCER_V2)
        snprintf(item->because, sizeof item->because, thing->object[0] ? "service %s" : "%s",
                 thing->object[0] ? thing->object : "made by a controller of the cluster");
    else if (balancer)
        snprintf(item->because, sizeof item->because, "of that load balancer");
    else if (item->kind == INVENTORY_INTERFACE || item->kind == INVENTORY_SECURITY_GROUP)
        snprintf(item->because, sizeof item->because, "%s",
                 thing->note[0] ? thing->note : "in the deployment's VPC");
    else if (item->kind == INVENTORY_VOLUME && thing->object[0])
        snprintf(item->because, sizeof item->because, "claim %.160s", thing->object);
    else if (item->kind >= INVENTORY_INTERNET_GATEWAY && item->kind <= INVENTORY_VPC)
        snprintf(item->because, sizeof item->because, "%s",
                 held ? "cannot go before these" : "of the deployment's network");
    else if (item->kind == RESIDUE_LOG_GROUP)
        snprintf(item->because, sizeof item->because, "late logs may have made it again");
    else if (item->kind == RESIDUE_RECORD)
        snprintf(item->because, sizeof item->because, "external-dns did not take it out");
    else if (item->kind == RESIDUE_CLUSTER)
        snprintf(item->because, sizeof item->because, "it is %.80s: destroy it first",
                 thing->state);
    else if (item->kind != RESIDUE_ADDRESS && item->kind != RESIDUE_KUBECONFIG)
        snprintf(item->because, sizeof item->because, "tagged %.160s", residue->deployment);
}

static double price(const struct estimates *estimates, const struct residue_item *item)
{
    const struct inventory_item *thing = &item->thing;
    double gib_hour = js_real(estimates->prices, "gp3_gib_month", 0) /
                      js_real(estimates->prices, "hours_per_month", 730),
           per_hour = 0;
    int cpu;
    double memory;

    switch (item->kind) {
    case INVENTORY_BALANCER:
        return js_real(estimates->prices, "classic_load_balancer", 0);
    case INVENTORY_BALANCER_V2:
        return js_real(js_get(estimates->prices, "types"), "aws_lb", 0);
    case INVENTORY_NAT_GATEWAY:
        return js_real(js_get(estimates->prices, "types"), "aws_nat_gateway", 0);
    case INVENTORY_ADDRESS:
    case RESIDUE_ADDRESS:
        return js_real(estimates->prices, "public_address", 0);
    case INVENTORY_VOLUME:
        return thing->gib * gib_hour;
    case INVENTORY_SNAPSHOT: /* list price of standard snapshots: 0.05 to 0.08 of gp3 */
        return thing->gib * gib_hour * 5 / 8;
    case INVENTORY_INSTANCE:
        return estimate_instance(estimates, thing->type, &cpu, &memory, &per_hour) ? per_hour : 0;
    case RESIDUE_ZONE:
        return js_real(js_get(estimates->prices, "types"), "aws_route53_zone", 0);
    case RESIDUE_CLUSTER:
        return js_real(js_get(estimates->prices, "types"), "aws_eks_cluster", 0);
    default:
        return 0;
    }
}

/* The TXT that says whose a record is goes behind the record. */
static bool is_note(const struct residue_item *item)
{
    return item->kind == RESIDUE_RECORD && str_ends(str_of(item->thing.id), STR(" TXT"));
}

static int compare(const void *a, const void *b)
{
    const struct residue_item *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (is_note(x) != is_note(y))
        return is_note(x) ? 1 : -1;
    return strcmp(x->thing.id, y->thing.id);
}

void residue_complete(struct residue *residue, const struct estimates *estimates)
{
    size_t count = residue->count;
    for (size_t i = 0; i < count; i++) {
        struct inventory_item thing = residue->items[i].thing;
        struct residue_item *address = NULL;
        if (residue->items[i].kind != INVENTORY_INTERFACE || !thing.address[0])
            continue;
        str_copy(str_of(thing.address), thing.id, sizeof thing.id);
        address = residue_add(residue, RESIDUE_ADDRESS, &thing);
        if (address)
            snprintf(address->because, sizeof address->because, "%s",
                     balancer_named(residue, thing.note) ? "of that load balancer"
                                                         : "of an interface");
    }
    if (residue->count > 0)
        qsort(residue->items, residue->count, sizeof *residue->items, compare);
    residue->cost_per_hour = 0;
    for (size_t i = 0; i < residue->count; i++) {
        struct residue_item *item = &residue->items[i];
        explain(residue, item);
        item->cost_per_hour = price(estimates, item);
        residue->cost_per_hour += item->cost_per_hour;
    }
}

/* ---- written down ---- */

json_t *residue_json(const struct residue *residue)
{
    json_t *list = json_array();
    for (size_t i = 0; i < residue->count; i++) {
        const struct residue_item *item = &residue->items[i];
        json_t *one = json_object();
        if (item->state == RESIDUE_GONE) {
            json_decref(one);
            continue;
        }
        js_set_text(one, "kind", residue_word(item->kind, 1));
        js_set(one, "id", js_clean(str_of(item->thing.id)));
        js_set(one, "because", js_clean(str_of(item->because)));
        js_set(one, "cost_per_hour", json_real(item->cost_per_hour));
        json_array_append_new(list, one);
    }
    return list;
}

void residue_ids(const struct residue *residue, struct buf *out)
{
    for (size_t i = 0; i < residue->count; i++)
        if (residue->items[i].state != RESIDUE_GONE)
            buf_printf(out, "%s %s\n", residue_word(residue->items[i].kind, 1),
                       residue->items[i].thing.id);
}

void residue_certificate(const struct residue *residue, const char *arn, struct buf *out)
{
    char time[CLOCK_TEXT];
    size_t left = 0;
    for (size_t i = 0; i < residue->count; i++)
        left += residue->items[i].state != RESIDUE_GONE;
    buf_printf(out, "What is left of %s\n\nLooked at   %s\nAccount     %s\nRegion      %s\n",
               residue->deployment, clock_rfc3339(residue->looked_ms, time),
               residue->account[0] ? residue->account : "not known", residue->region);
    buf_printf(out, "As          %s\n\n", *arn ? arn : "not known");
    if (left == 0)
        buf_text(out, residue->failed ? "Nothing was found, but not everything could be asked.\n"
                                      : "Nothing is left. $0/h.\n");
    for (size_t i = 0; i < residue->count; i++) {
        const struct residue_item *item = &residue->items[i];
        if (item->state != RESIDUE_GONE)
            buf_printf(out, "  %-18s %s\n%21s%s, $%.3f/h\n", residue_word(item->kind, 1),
                       item->thing.id, "", item->because, item->cost_per_hour);
    }
    buf_text(out, "\nKinds that were looked at, and how many are left\n");
    for (int kind = 0; kind < RESIDUE_KINDS; kind++) {
        size_t count = 0;
        for (size_t i = 0; i < residue->count; i++)
            count += residue->items[i].kind == kind && residue->items[i].state != RESIDUE_GONE;
        if (kind != INVENTORY_BALANCER_V2 && residue_asks(residue, kind))
            buf_printf(out, "  %-22s %s%zu\n", residue_word(kind, 2),
                       residue->looked[kind] ? "" : "could not be asked; at least ", count);
    }
    if (residue->bucket[0])
        buf_printf(out, "\nKept, as asked\n  %-22s %s, with its packages\n", "bucket",
                   residue->bucket);
    if (residue->failed)
        buf_printf(out, "\n%s\n", residue->trouble.text);
}

json_t *residue_kept_json(const struct residue *residue)
{
    json_t *list = json_array(), *one = json_object();
    js_set_text(one, "kind", "bucket");
    js_set(one, "id", js_clean(str_of(residue->bucket)));
    if (residue->bucket[0])
        json_array_append(list, one);
    json_decref(one);
    return list;
}

/* ---- what is to go ---- */

static bool may_go(const struct residue *residue, const struct residue_item *item)
{
    if (item->kind == RESIDUE_CLUSTER || item->kind == RESIDUE_ADDRESS ||
        item->state == RESIDUE_GONE)
        return false;
    return !residue->cluster_there;
}

size_t residue_mark(struct residue *residue, int index)
{
    size_t count = 0;
    for (size_t i = 0; i < residue->count; i++) {
        struct residue_item *item = &residue->items[i];
        if ((index >= 0 && i != (size_t)index) || !may_go(residue, item))
            continue;
        item->state = RESIDUE_GOING;
        item->why[0] = '\0';
        count++;
    }
    return count;
}
