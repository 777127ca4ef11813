/* What is said of the pods, from all that is known around them. */
#include "core/base/alloc.h"
#include "core/session/session_pods_work.h"

/* A table of which nothing is missing; NULL while something may be. */
static const struct records *whole(const struct session_pods *pods, enum pods_kind kind)
{
    return pods->reflectors[kind].complete ? &pods->tables[kind] : NULL;
}

/* They have to be of the same namespaces as the services. */
static const struct records *endpoints_of(const struct session_pods *pods)
{
    const struct reflector *all = pods->reflectors;
    return all[PODS_ENDPOINTS].narrowed == all[PODS_SERVICES].narrowed ? whole(pods, PODS_ENDPOINTS)
                                                                       : NULL;
}

struct diagnose_world session_pods_world(const struct session_pods *pods)
{
    const struct records *tables = pods->tables;
    return (struct diagnose_world){.pods = &tables[PODS_PODS],
                                   .nodes = &tables[PODS_NODES],
                                   .events = &tables[PODS_EVENTS],
                                   .claims = &tables[PODS_CLAIMS],
                                   .services = &tables[PODS_SERVICES],
                                   .workloads = &tables[PODS_WORKLOADS],
                                   .endpoints = endpoints_of(pods),
                                   .classes = whole(pods, PODS_CLASSES),
                                   .drivers = whole(pods, PODS_DRIVERS),
                                   .csi_nodes = whole(pods, PODS_CSI_NODES),
                                   .room = (const int64_t(*)[POD_RESOURCES])pods->room,
                                   .now_ms = session_pods_now(pods)};
}

/* Figures tick: they alone are no news. */
static bool same_but_digits(const char *a, const char *b)
{
    static const char digits[] = "0123456789";
    while (*a && *b) {
        a += strspn(a, digits);
        b += strspn(b, digits);
        if (*a != *b)
            return false;
        a += *a ? 1 : 0;
        b += *b ? 1 : 0;
    }
    return *a == *b;
}

bool session_pods_note(struct session_pods *pods, struct pod *pod,
                       const struct diagnose_world *world)
{
    struct diagnosis said;
    char text[DIAGNOSIS_TEXT];
    diagnose_pod(pod, world, &said);
    session_pods_ask(pods, pod, &said);
    session_pods_quote(pods, pod, &said);
    diagnosis_text(&said, text);
    bool news = said.level == DIAGNOSIS_PROBLEM && !same_but_digits(pod->why ? pod->why : "", text);
    if (pod->why && strcmp(pod->why, text) == 0)
        return false;
    free(pod->why);
    pod->why = text[0] ? alloc_copy(str_of(text)) : NULL;
    return news;
}

void session_pods_think(struct session_pods *pods)
{
    const struct records *table = &pods->tables[PODS_PODS];
    struct diagnose_world world = session_pods_world(pods);
    size_t nodes = world.nodes->count;
    free(pods->room);
    pods->room = nodes > 0 ? alloc_zeroed(nodes, sizeof *pods->room) : NULL;
    if (pods->room)
        diagnose_rooms(&world, pods->room);
    world.room = (const int64_t(*)[POD_RESOURCES])pods->room;
    for (size_t i = 0; i < table->count; i++) {
        struct pod *pod = (void *)table->items[i];
        bool news = (!pod_is_fine(pod) || pod->why) && session_pods_note(pods, pod, &world);
        if (news && pods->thought && pods->changed)
            pods->changed(pods, REFLECTOR_MODIFIED, pod);
    }
    pods->rethink = false;
}

bool session_pods_all_read(const struct session_pods *pods)
{
    for (int i = 0; i < PODS_KINDS; i++) {
        const struct reflector *reflector = &pods->reflectors[i];
        if (!reflector->complete && reflector->state != REFLECTOR_FORBIDDEN &&
            reflector->state != REFLECTOR_MISSING && reflector->state != REFLECTOR_STALE)
            return false;
    }
    return true;
}

void session_pods_diagnose(const struct session_pods *pods, const struct pod *pod,
                           struct diagnosis *out)
{
    struct diagnose_world world = session_pods_world(pods);
    diagnose_pod(pod, &world, out);
    session_pods_quote(pods, pod, out);
}
