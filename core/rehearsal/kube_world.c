/* The whole cluster at a moment: asks every part what there is, and stamps it. */
#include "core/rehearsal/kube_world.h"

#include "core/rehearsal/kube_object.h"

#include "core/base/alloc.h"

static void add_namespaces(struct kube_world *kube)
{
    static const char *const names[] = {"default", "kube-node-lease", "kube-public", "kube-system"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct kube_object *space =
            kube_add(kube, KUBE_NAMESPACE, "", names[i], kube->cluster.created_ms);
        kube_label(space, "kubernetes.io/metadata.name", names[i]);
        js_set(space->json, "spec", json_pack("{s:[s]}", "finalizers", "kubernetes"));
        js_set(space->json, "status", json_pack("{s:s}", "phase", "Active"));
    }
}

static int compare(const void *one, const void *other)
{
    const struct kube_object *a = *(struct kube_object *const *)one;
    const struct kube_object *b = *(struct kube_object *const *)other;
    int order = (int)a->kind - (int)b->kind;
    if (order == 0)
        order = strcmp(a->ns, b->ns);
    return order ? order : strcmp(a->name, b->name);
}

static void stamp(struct kube_world *kube)
{
    for (size_t i = 0; i < kube->count; i++) {
        struct kube_object *object = kube->objects[i];
        char version[24];
        snprintf(version, sizeof version, "%lld", (long long)object->changed_ms);
        js_set_text(json_object_get(object->json, "metadata"), "resourceVersion", version);
        if (object->changed_ms > kube->changed_ms)
            kube->changed_ms = object->changed_ms;
    }
    if (kube->count > 0)
        qsort(kube->objects, kube->count, sizeof(void *), compare);
}

void kube_world_make(struct kube_world *kube, const struct world *world,
                     const struct settings *settings, const char *dir, const char *region,
                     int64_t now_ms)
{
    *kube = (struct kube_world){.world = world,
                                .settings = settings,
                                .dir = dir,
                                .now_ms = now_ms,
                                .next_ms = INT64_MAX,
                                .cluster = world_cluster_at(world, now_ms)};
    str_copy(str_of(region), kube->region, sizeof kube->region);
    if (kube->cluster.status == WORLD_ACTIVE) {
        add_namespaces(kube);
        kube_add_nodes(kube);
        kube_add_system(kube);
        kube_add_apps(kube);
        kube_add_domain(kube);
        kube_add_guests(kube);
        kube_add_endpoints(kube);
        stamp(kube);
    }
    kube->world = NULL;
    kube->settings = NULL;
    kube->dir = NULL;
}

void kube_world_finish(struct kube_world *kube)
{
    for (size_t i = 0; i < kube->count; i++) {
        json_decref(kube->objects[i]->json);
        free(kube->objects[i]);
    }
    free(kube->objects);
    *kube = (struct kube_world){.count = 0};
}

const struct kube_object *kube_find(const struct kube_world *kube, enum kube_kind kind,
                                    struct str ns, struct str name)
{
    for (size_t i = 0; i < kube->count; i++) {
        const struct kube_object *object = kube->objects[i];
        if (object->kind == kind && str_is(name, object->name) && str_is(ns, object->ns))
            return object;
    }
    return NULL;
}

bool kube_pod_is_ready(const struct kube_object *pod)
{
    const json_t *conditions = pod ? js_get(pod->json, "status.conditions") : NULL;
    if (pod && js_get(pod->json, "metadata.deletionTimestamp"))
        return false;
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *condition = json_array_get(conditions, i);
        if (strcmp(js_text(condition, "type"), "Ready") == 0)
            return strcmp(js_text(condition, "status"), "True") == 0;
    }
    return false;
}
