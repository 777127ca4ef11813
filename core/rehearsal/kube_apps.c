/* What the stages bring: the index, the hub, and the hub's people. */
#include "core/rehearsal/kube_object.h"
#include "core/rehearsal/world_things.h"

#include "core/base/alloc.h"

/* Seconds of the world, as world_things.c and world_balancers.c have them. */
enum { ASSIGNED_AFTER = 6, VOLUME_TAKES = 8, VISIT_LASTS = 600 };

#define HUB_IMAGE   "mltooling/ml-hub:1.0.0"
#define GUEST_IMAGE "mltooling/ml-workspace:0.8.7"

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_release(const struct world_thing *thing)
{
    return strcmp(thing->last.type, "helm_release") == 0 &&
           str_ends(str_of(thing->last.detail), STR("/mlhub"));
}

static void add_namespace(struct kube_world *kube, const struct world_thing *thing)
{
    int64_t created, ready, deleted;
    const char *name = thing->last.detail;
    if (!kube_span(thing, &created, &ready, &deleted) || !*name ||
        !kube_past(kube, NULL, created) || kube_past(kube, NULL, kube_end_ms(kube, deleted)) ||
        kube_find(kube, KUBE_NAMESPACE, STR(""), str_of(name)))
        return;
    struct kube_object *space = kube_add(kube, KUBE_NAMESPACE, "", name, created);
    bool going = kube_past(kube, space, deleted);
    kube_label(space, "kubernetes.io/metadata.name", name);
    js_set(space->json, "spec", json_pack("{s:[s]}", "finalizers", "kubernetes"));
    js_set(space->json, "status", json_pack("{s:s}", "phase", going ? "Terminating" : "Active"));
    if (going)
        kube_deleted(space, deleted, 0);
}

/* "default/pypi-server" */
static void add_index(struct kube_world *kube, const struct world_thing *thing)
{
    char ns[WORLD_DETAIL];
    struct str rest = str_of(thing->last.detail), part;
    str_cut(&rest, '/', &part);
    str_copy(part, ns, sizeof ns);
    struct kube_app app = {.ns = ns,
                           .name = "pypi-server",
                           .app = "pypi-server",
                           .container = "pypi",
                           .image = "stevearc/pypicloud:1.3.12",
                           .cpu = "100m",
                           .memory = "256Mi",
                           .replicas = 1,
                           .port = 8080};
    if (rest.len == 0 || !kube_span(thing, &app.created_ms, &app.ready_ms, &app.deleted_ms))
        return;
    if (world_struck(kube->world, "image-pull", thing)) {
        app.trouble = KUBE_NO_IMAGE;
        app.ready_ms = KUBE_NEVER;
    }
    kube_app_add(kube, &app);
}

/* A Service of terraform's: "default/pypi LoadBalancer", "mlhub/proxy-public LoadBalancer". */
static void add_door(struct kube_world *kube, const struct world_thing *thing)
{
    char host[WORLD_HOST], service[WORLD_DETAIL], ns[WORLD_DETAIL];
    struct str rest = str_of(thing->last.detail), name, part;
    int64_t ready;
    struct kube_door door = {.ns = ns, .port = 80, .target = 8080, .host = host};
    str_cut(&rest, ' ', &name);
    str_copy(name, service, sizeof service);
    str_cut(&name, '/', &part);
    str_copy(part, ns, sizeof ns);
    bool hub = str_is(name, "proxy-public");
    door.name = strchr(service, '/') ? strchr(service, '/') + 1 : service;
    bool entrance = str_is(name, "traefik");
    door.app = hub ? "mlhub" : entrance ? "traefik" : "pypi-server";
    door.component = hub ? "proxy" : NULL;
    door.target = entrance ? 8000 : door.target;
    door.balanced = str_is(rest, "LoadBalancer");
    if (name.len == 0 || !kube_span(thing, &door.created_ms, &ready, &door.deleted_ms))
        return;
    world_balancer_host(kube->world, service, host);
    door.named_ms = world_struck(kube->world, "load-balancer-stuck", thing)
                        ? KUBE_NEVER
                        : door.created_ms + kube_ms(kube, ASSIGNED_AFTER);
    door.deleted_ms =
        earlier(door.deleted_ms, kube_gone_ms(kube, KUBE_SERVICE, ns, door.name, door.created_ms));
    kube_door_add(kube, &door);
}

static bool has_door(const struct kube_world *kube, const char *ns, const char *name)
{
    return kube_find(kube, KUBE_SERVICE, str_of(ns), str_of(name)) != NULL;
}

static void add_hub_doors(struct kube_world *kube, const char *ns, const struct kube_app *hub)
{
    static const struct {
        const char *name, *component;
        int port, target;
    } doors[] = {{"hub", "hub", 8081, 8081},
                 {"proxy-api", "proxy", 8001, 8001},
                 {"proxy-public", "proxy", 80, 8080}};
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
        if (!has_door(kube, ns, doors[i].name))
            kube_door_add(kube,
                          &(struct kube_door){
                              .ns = ns,
                              .name = doors[i].name,
                              .app = "mlhub",
                              .component = doors[i].component,
                              .port = doors[i].port,
                              .target = doors[i].target,
                              .created_ms = hub->created_ms,
                              .named_ms = KUBE_NEVER,
                              .deleted_ms = earlier(hub->deleted_ms,
                                                    kube_gone_ms(kube, KUBE_SERVICE, ns,
                                                                 doors[i].name, hub->created_ms))});
}

static void add_hub(struct kube_world *kube, const struct world_thing *thing)
{
    char ns[WORLD_DETAIL];
    struct str rest = str_of(thing->last.detail), part;
    str_cut(&rest, '/', &part);
    str_copy(part, ns, sizeof ns);
    struct kube_app hub = {.ns = ns,
                           .name = "hub",
                           .app = "mlhub",
                           .component = "hub",
                           .container = "hub",
                           .image = HUB_IMAGE,
                           .cpu = "200m",
                           .memory = "512Mi",
                           .claim = "hub-db-dir",
                           .replicas = 1,
                           .port = 8081};
    if (!kube_span(thing, &hub.created_ms, &hub.ready_ms, &hub.deleted_ms))
        return;
    if (hub.ready_ms != KUBE_NEVER) /* helm notices a little later */
        hub.ready_ms = hub.created_ms + (hub.ready_ms - hub.created_ms) * 95 / 100;
    bool no_class = world_struck(kube->world, "no-storage-class", thing);
    struct kube_app proxy = hub;
    if (no_class || world_struck(kube->world, "node-too-small", thing)) {
        hub.trouble = no_class ? KUBE_NO_CLAIM : KUBE_NO_MEMORY;
        hub.ready_ms = KUBE_NEVER;
        hub.memory = no_class ? hub.memory : "48Gi";
    }
    if (no_class) /* otherwise it is one of world_volumes */
        kube_storage_add(kube, &(struct kube_storage){.ns = ns,
                                                      .name = "hub-db-dir",
                                                      .size = "1Gi",
                                                      .no_class = true,
                                                      .created_ms = hub.created_ms,
                                                      .bound_ms = KUBE_NEVER,
                                                      .deleted_ms = hub.deleted_ms});
    kube_app_add(kube, &hub);
    proxy.name = proxy.component = "proxy";
    proxy.container = "chp";
    proxy.claim = NULL;
    proxy.port = 8000;
    if (proxy.ready_ms == KUBE_NEVER)
        proxy.ready_ms = proxy.created_ms + kube_ms(kube, 40);
    kube_app_add(kube, &proxy);
    add_hub_doors(kube, ns, &hub);
}

/* A person's pod with its Service. */
static void add_workspace(struct kube_world *kube, const struct world_volume *volume,
                          const char *ns, const char *name, int64_t until_ms)
{
    int64_t from = volume->created_ms;
    int64_t visit =
        strcmp(volume->owner, "ada") == 0 ? KUBE_NEVER : from + kube_ms(kube, VISIT_LASTS);
    struct kube_pod pod = {.ns = ns,
                           .name = name,
                           .app = "mlhub",
                           .component = "singleuser-server",
                           .container = "notebook",
                           .image = GUEST_IMAGE,
                           .cpu = "100m",
                           .memory = "1Gi",
                           .claim = name,
                           .port = 8080,
                           .created_ms = from,
                           .scheduled_ms = from + kube_ms(kube, VOLUME_TAKES),
                           .pulled_ms = from + kube_ms(kube, 50),
                           .running_ms = from + kube_ms(kube, 52),
                           .ready_ms = from + kube_ms(kube, 58),
                           .finished_ms = KUBE_NEVER,
                           .deleted_ms = earlier(until_ms, visit)};
    pod.node = kube->node_count > 0 ? kube_octet(name) % kube->node_count : 0;
    pod.deleted_ms = earlier(pod.deleted_ms, kube_gone_ms(kube, KUBE_POD, ns, name, from));
    struct kube_object *made = kube_pod_add(kube, &pod);
    if (made) {
        kube_label(made, "mlhub.user", volume->owner);
        kube_label(made, "pod_name", name);
    }
    kube_door_add(kube, &(struct kube_door){.ns = ns,
                                            .name = name,
                                            .app = "mlhub",
                                            .component = "singleuser-server",
                                            .port = 8080,
                                            .target = 8080,
                                            .created_ms = from,
                                            .named_ms = KUBE_NEVER,
                                            .deleted_ms = earlier(
                                                earlier(until_ms, visit),
                                                kube_gone_ms(kube, KUBE_SERVICE, ns, name, from))});
}

/* When the release of that namespace ended. */
static int64_t release_ended(const struct kube_world *kube, const char *ns)
{
    const struct world *world = kube->world;
    for (size_t i = 0; i < world->count; i++) {
        const struct world_thing *thing = &world->things[i];
        if (thing->last.what != WORLD_DESTROY || !is_release(thing))
            continue;
        struct str rest = str_of(thing->last.detail), part;
        str_cut(&rest, '/', &part);
        if (str_is(part, ns))
            return thing->last.time_ms;
    }
    return KUBE_NEVER;
}

static void add_claims(struct kube_world *kube)
{
    struct world_volume volumes[WORLD_VOLUMES];
    size_t count = world_volumes(kube->world, kube->settings, kube->now_ms, volumes, WORLD_VOLUMES);
    for (size_t i = 0; i < count; i++) {
        const struct world_volume *volume = &volumes[i];
        char ns[WORLD_DETAIL], size[24];
        struct str rest = str_of(volume->claim), part;
        if (volume->orphan || !str_cut(&rest, '/', &part))
            continue;
        str_copy(part, ns, sizeof ns);
        snprintf(size, sizeof size, "%dGi", volume->gib);
        const char *name = volume->claim + strlen(ns) + 1;
        int64_t ended = release_ended(kube, ns);
        struct kube_storage claim = {
            .ns = ns,
            .name = name,
            .size = size,
            .created_ms = volume->created_ms,
            .bound_ms = volume->created_ms + kube_ms(kube, VOLUME_TAKES),
            .deleted_ms = kube_gone_ms(kube, KUBE_CLAIM, ns, name, volume->created_ms)};
        if (!*volume->owner)
            claim.deleted_ms = earlier(claim.deleted_ms, ended);
        else if (volume->status == WORLD_DELETING && claim.deleted_ms == KUBE_NEVER)
            continue; /* its namespace went */
        kube_storage_add(kube, &claim);
        if (*volume->owner)
            add_workspace(kube, volume, ns, name, KUBE_NEVER);
    }
}

void kube_add_apps(struct kube_world *kube)
{
    const struct world *world = kube->world;
    for (size_t i = 0; i < world->count; i++) {
        const struct world_thing *thing = &world->things[i];
        if (strcmp(thing->last.type, "kubernetes_namespace_v1") == 0)
            add_namespace(kube, thing);
        else if (strcmp(thing->last.type, "kubernetes_deployment_v1") == 0)
            add_index(kube, thing);
        else if (strcmp(thing->last.type, "kubernetes_service_v1") == 0)
            add_door(kube, thing);
    }
    for (size_t i = 0; i < world->count; i++)
        if (is_release(&world->things[i]))
            add_hub(kube, &world->things[i]);
    add_claims(kube);
}
