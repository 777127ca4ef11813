/* The orders in which pods are shown: by each column. Those that are alike stay in the server's
 * order. */
#include <stdlib.h>

#include "screens/pods.h"

#include "core/base/alloc.h"

static int descending(int64_t a, int64_t b)
{
    return a > b ? -1 : a < b ? 1 : 0;
}

static int by_state(const struct pod *a, const struct pod *b)
{
    int order = pod_is_fine(a) - pod_is_fine(b);
    return order ? order : strcmp(a->status, b->status);
}

static int by_restarts(const struct pod *a, const struct pod *b)
{
    return descending(a->restarts, b->restarts);
}

static int by_age(const struct pod *a, const struct pod *b)
{
    return descending(a->record.created_ms, b->record.created_ms);
}

/* Those of which most is missing first. */
static int by_ready(const struct pod *a, const struct pod *b)
{
    int order = descending(a->total - a->ready, b->total - b->ready);
    return order ? order : descending(a->total, b->total);
}

/* Figures count as figures: 10.0.9.1 stands before 10.0.10.1. */
static int by_figures(const char *a, const char *b)
{
    static const char digits[] = "0123456789";
    while (*a && *a == *b)
        a++, b++;
    size_t one = strspn(a, digits), other = strspn(b, digits);
    if (one > 0 && other > 0 && one != other)
        return one < other ? -1 : 1;
    return strcmp(a, b);
}

/* Those that have none first: they are waited for. */
static int by_node(const struct pod *a, const struct pod *b)
{
    return by_figures(a->node, b->node);
}

static int by_ip(const struct pod *a, const struct pod *b)
{
    return by_figures(a->ip, b->ip);
}

static int by_name(const struct pod *a, const struct pod *b)
{
    return strcmp(a->record.name, b->record.name);
}

static const struct {
    const char *name;
    int (*compare)(const struct pod *a, const struct pod *b); /* NULL: the server's */
} orders[PODS_ORDERS] = {
    [PODS_BY_KEY] = {"name", NULL},
    [PODS_BY_STATE] = {"state", by_state},
    [PODS_BY_RESTARTS] = {"restarts", by_restarts},
    [PODS_BY_AGE] = {"youngest", by_age},
    [PODS_BY_READY] = {"ready", by_ready},
    [PODS_BY_NODE] = {"node", by_node},
    [PODS_BY_IP] = {"IP", by_ip},
    [PODS_BY_NAME] = {"name in any namespace", by_name},
};

const char *pods_order_name(enum pods_order order)
{
    return orders[order].name;
}

/* qsort hands out no context. */
static const struct pods_choice *sorting;

/* Of two that are alike the one whose key is less, which is the server's order. */
static int compare(const void *a, const void *b)
{
    const struct pod *one = *(const struct pod *const *)a, *other = *(const struct pod *const *)b;
    int order = orders[sorting->order].compare ? orders[sorting->order].compare(one, other) : 0;
    order = order ? order : strcmp(one->record.key, other->record.key);
    return sorting->backwards ? -order : order;
}

void pods_sort(struct pods *self)
{
    bool as_told = self->choice.order == PODS_BY_KEY && !self->choice.backwards;
    sorting = &self->choice;
    if (!as_told && self->count > 0)
        qsort(self->rows, self->count, sizeof(struct pod *), compare);
}
