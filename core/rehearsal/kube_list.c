/* One object, or a list of them, whole or in pages. */
#include "core/rehearsal/kube_call.h"

#include "core/base/alloc.h"

enum { REMEMBERED_MS = 600000 }; /* etcd is compacted every five minutes */

int64_t kube_oldest(int64_t now_ms)
{
    return now_ms - REMEMBERED_MS;
}

bool kube_at(const struct kube_call *call, int64_t when_ms, struct kube_world *kube)
{
    const struct cloud *cloud = call->cloud;
    struct world world;
    if (when_ms >= cloud->now_ms || !cloud->dir) {
        kube_world_make(kube, cloud->world, cloud->settings, cloud->dir, call->region,
                        cloud->now_ms);
        kube_sign(kube, cloud->ca_data);
        return true;
    }
    if (!world_load_until(cloud->dir, when_ms, &world, NULL))
        return false;
    kube_world_make(kube, &world, cloud->settings, cloud->dir, call->region, when_ms);
    kube_sign(kube, cloud->ca_data);
    world_finish(&world);
    return true;
}

void kube_get(const struct kube_call *call, struct cloud_reply *reply)
{
    struct kube_world kube;
    if (!kube_at(call, call->cloud->now_ms, &kube))
        return;
    const struct kube_object *object =
        kube_find(&kube, call->kind, str_of(call->ns), str_of(call->name));
    if (object && call->table) {
        json_t *one = json_pack("[O]", object->json);
        kube_json_reply(reply, 200, kube_table(call, one, json_object(), kube.now_ms));
        json_decref(one);
    } else if (object)
        kube_json_reply(reply, 200, json_incref(object->json));
    else
        kube_missing_reply(call, reply);
    kube_world_finish(&kube);
}

struct page {
    int64_t at_ms; /* of the list; 0: now */
    size_t from, limit;
    bool continued;
};

/* Our tokens are "MOMENT.OFFSET". */
static bool read_token(const struct kube_call *call, struct page *page, struct cloud_reply *reply)
{
    char token[64];
    int64_t at, from;
    struct str rest, moment;
    kube_parameter(call->request, "continue", token, sizeof token);
    if (!*token)
        return true;
    rest = str_of(token);
    if (!str_cut(&rest, '.', &moment) || !str_to_int64(moment, &at) || !str_to_int64(rest, &from) ||
        from < 0) {
        kube_status_reply(reply, 400, "BadRequest", "continue key is not valid: %.60s", token);
        return false;
    }
    if (at < kube_oldest(call->cloud->now_ms)) {
        kube_status_reply(reply, 410, "Expired",
                          "The provided continue parameter is too old to display a consistent list "
                          "result. You can start a new list without the continue parameter.");
        return false;
    }
    *page =
        (struct page){.at_ms = at, .from = (size_t)from, .limit = page->limit, .continued = true};
    return true;
}

/* With a resourceVersion and a limit (or when asked so) the list is of exactly that moment; with 0
 * it comes from the cache, which knows no pages. */
static bool read_page(const struct kube_call *call, struct page *page, struct cloud_reply *reply)
{
    char limit[24], version[40], match[24];
    int64_t number = 0;
    *page = (struct page){.at_ms = 0};
    kube_parameter(call->request, "limit", limit, sizeof limit);
    kube_parameter(call->request, "resourceVersion", version, sizeof version);
    kube_parameter(call->request, "resourceVersionMatch", match, sizeof match);
    if (*limit && str_to_int64(str_of(limit), &number) && number > 0)
        page->limit = (size_t)number;
    if (!read_token(call, page, reply))
        return false;
    if (page->continued || !*version)
        return true;
    if (!str_to_int64(str_of(version), &number) || number < 0) {
        kube_status_reply(reply, 400, "BadRequest", "resourceVersion: Invalid value: \"%s\"",
                          version);
        return false;
    }
    if (number == 0)
        page->limit = 0;
    else if (strcmp(match, "Exact") == 0 || (page->limit > 0 && !*match))
        page->at_ms = number;
    if (page->at_ms && page->at_ms < kube_oldest(call->cloud->now_ms)) {
        kube_status_reply(reply, 410, "Expired", "too old resource version: %s (%lld)", version,
                          (long long)call->cloud->now_ms);
        return false;
    }
    return true;
}

/* Items of a list carry neither kind nor apiVersion; objects in a table do. */
static json_t *item_of(const struct kube_call *call, const struct kube_object *object)
{
    if (call->table)
        return json_incref(object->json);
    json_t *item = json_copy(object->json);
    json_object_del(item, "kind");
    json_object_del(item, "apiVersion");
    return item;
}

static json_t *list_of(const struct kube_call *call, const struct kube_world *kube,
                       const struct page *page)
{
    const struct kube_resource *resource = &kube_resources[call->kind];
    json_t *items = json_array(), *metadata = json_object(), *list = json_object();
    char version[24], token[64];
    size_t seen = 0, left = 0;
    for (size_t i = 0; i < kube->count; i++) {
        if (!kube_selects(call, kube->objects[i]))
            continue;
        if (seen++ < page->from)
            continue;
        if (page->limit == 0 || json_array_size(items) < page->limit)
            json_array_append_new(items, item_of(call, kube->objects[i]));
        else
            left++;
    }
    snprintf(version, sizeof version, "%lld", (long long)(kube->changed_ms ? kube->changed_ms : 1));
    js_set_text(metadata, "resourceVersion", version);
    if (left > 0) {
        snprintf(token, sizeof token, "%lld.%zu", (long long)kube->now_ms,
                 page->from + page->limit);
        js_set_text(metadata, "continue", token);
        js_set_int(metadata, "remainingItemCount", (int64_t)left);
    }
    if (call->table) {
        json_decref(list);
        list = kube_table(call, items, metadata, kube->now_ms);
        json_decref(items);
        return list;
    }
    char *kind = alloc_printf("%sList", resource->kind);
    char *group = *resource->group ? alloc_printf("%s/%s", resource->group, resource->version)
                                   : alloc_copy(str_of(resource->version));
    js_set_text(list, "kind", kind);
    js_set_text(list, "apiVersion", group);
    js_set(list, "metadata", metadata);
    js_set(list, "items", items);
    free(group);
    free(kind);
    return list;
}

void kube_list(const struct kube_call *call, struct cloud_reply *reply)
{
    struct page page;
    struct kube_world kube;
    if (!kube_selectors_check(call, reply) || !read_page(call, &page, reply) ||
        !kube_at(call, page.at_ms ? page.at_ms : call->cloud->now_ms, &kube))
        return;
    kube_json_reply(reply, 200, list_of(call, &kube, &page));
    kube_world_finish(&kube);
}
