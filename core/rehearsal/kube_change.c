/* What a client may change: pods and Secrets come, and pods, Services and claims go. Everything
 * else is terraform's. */
#include "core/rehearsal/kube_call.h"
#include "core/rehearsal/kube_guests.h"
#include "core/rehearsal/kube_object.h"

#include "core/base/alloc.h"

/* RFC 1123 subdomain. */
static bool is_name(const char *name)
{
    size_t length = strlen(name);
    bool ok = length > 0 && length < KUBE_NAME && name[0] != '-' && name[length - 1] != '-';
    for (size_t i = 0; i < length; i++)
        ok = ok && ((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
                    name[i] == '-' || name[i] == '.');
    return ok;
}

/* metadata.name, or one made of metadata.generateName. */
static void name_of(const json_t *manifest, int64_t now_ms, char out[KUBE_NAME])
{
    const char *begin = js_text(manifest, "metadata.generateName");
    char tail[11], seed[32];
    str_copy(js_str(manifest, "metadata.name"), out, KUBE_NAME);
    if (*out || !*begin)
        return;
    snprintf(seed, sizeof seed, "%lld", (long long)now_ms);
    kube_hash(seed, 5, tail);
    snprintf(out, KUBE_NAME, "%.180s%s", begin, tail);
}

static bool is_manifest(const struct kube_call *call, const json_t *manifest, const char *name,
                        struct cloud_reply *reply)
{
    struct kube_world kube;
    bool free_name = false;
    if (!json_is_object(manifest) || strcmp(js_text(manifest, "kind"), "Pod") != 0)
        kube_status_reply(reply, 400, "BadRequest", "the body is no Pod");
    else if (!is_name(name))
        kube_status_reply(
            reply, 422, "Invalid",
            "Pod is invalid: metadata.name: Invalid value: a lowercase RFC 1123 "
            "subdomain must consist of lower case alphanumeric characters, '-' or '.'");
    else if (js_count(manifest, "spec.containers") == 0)
        kube_status_reply(reply, 422, "Invalid",
                          "Pod \"%s\" is invalid: spec.containers: Required value", name);
    else if (kube_at(call, call->cloud->now_ms, &kube)) {
        bool space = kube_find(&kube, KUBE_NAMESPACE, STR(""), str_of(call->ns)) != NULL;
        free_name = !kube_find(&kube, KUBE_POD, str_of(call->ns), str_of(name));
        kube_world_finish(&kube);
        if (!space)
            kube_status_reply(reply, 404, "NotFound", "namespaces \"%s\" not found", call->ns);
        else if (!free_name)
            kube_status_reply(reply, 409, "AlreadyExists", "pods \"%s\" already exists", name);
        return space && free_name;
    }
    return false;
}

/* The world has changed in this request: the reply is made from the new one. */
static void reply_with(const struct kube_call *call, const char *name, int code,
                       struct cloud_reply *reply)
{
    struct world world;
    struct cloud later = *call->cloud;
    struct kube_call again = *call;
    if (!world_load(call->cloud->dir, &world, NULL))
        return;
    later.world = &world;
    again.cloud = &later;
    str_copy(str_of(name), again.name, sizeof again.name);
    kube_get(&again, reply);
    if (reply->status == 200)
        reply->status = code;
    world_finish(&world);
}

/* A Secret is taken and forgotten: nothing in a rehearsal reads it, so it rests nowhere. */
static void take_secret(const json_t *manifest, struct cloud_reply *reply)
{
    json_t *answer = json_object();
    js_set_text(answer, "kind", "Secret");
    js_set_text(answer, "apiVersion", "v1");
    js_set(answer, "metadata", json_deep_copy(js_get(manifest, "metadata")));
    js_set_text(answer, "type", "Opaque");
    kube_json_reply(reply, 201, answer);
}

void kube_create(const struct kube_call *call, struct cloud_reply *reply)
{
    char name[KUBE_NAME];
    struct error err = {.kind = ERROR_NONE};
    json_t *manifest = js_parse(call->request->body, NULL);
    name_of(manifest, call->cloud->now_ms, name);
    if (call->kind == KUBE_SECRET && is_name(name))
        take_secret(manifest, reply);
    else if (is_manifest(call, manifest, name, reply)) {
        if (call->cloud->dir && kube_guest_create(call->cloud->dir, call->ns, name, manifest,
                                                  call->cloud->now_ms, &err))
            reply_with(call, name, 201, reply);
        else
            kube_status_reply(reply, 500, "InternalError", "%s", err.text);
    }
    json_decref(manifest);
}

/* A Service of terraform's is that thing of the world; its load balancer goes with it. */
static bool destroy_door(const struct kube_call *call, struct error *err)
{
    char *service = alloc_printf("%s/%s ", call->ns, call->name);
    bool ok = true;
    for (size_t i = 0; ok && i < call->cloud->world->count; i++) {
        const struct world_thing *thing = &call->cloud->world->things[i];
        if (strcmp(thing->last.type, "kubernetes_service_v1") != 0 ||
            !str_starts(str_of(thing->last.detail), str_of(service)) ||
            thing->last.what == WORLD_DESTROY)
            continue;
        struct world_event event = thing->last;
        event.what = WORLD_DESTROY;
        event.time_ms = call->cloud->now_ms;
        event.lasts_ms = 0;
        ok = world_append(call->cloud->dir, &event, err);
    }
    free(service);
    return ok;
}

static bool destroy(const struct kube_call *call, struct error *err)
{
    struct world_event event = {.time_ms = call->cloud->now_ms, .what = WORLD_DESTROY};
    if (!call->cloud->dir)
        return error_set(err, ERROR_SYSTEM, "There is nothing to delete from.");
    kube_address(call->kind, call->ns, call->name, event.address);
    snprintf(event.type, sizeof event.type, "%s",
             call->kind == KUBE_POD     ? "kubernetes_pod"
             : call->kind == KUBE_CLAIM ? "persistent_volume_claim"
                                        : "service");
    snprintf(event.detail, sizeof event.detail, "%.60s/%.90s", call->ns, call->name);
    return world_append(call->cloud->dir, &event, err) &&
           (call->kind != KUBE_SERVICE || destroy_door(call, err));
}

void kube_delete(const struct kube_call *call, struct cloud_reply *reply)
{
    struct kube_world kube;
    struct error err = {.kind = ERROR_NONE};
    if (call->kind != KUBE_POD && call->kind != KUBE_SERVICE && call->kind != KUBE_CLAIM) {
        kube_status_reply(reply, 405, "MethodNotAllowed",
                          "the server does not allow this method on the requested resource");
        return;
    }
    if (!kube_at(call, call->cloud->now_ms, &kube))
        return;
    const struct kube_object *object =
        kube_find(&kube, call->kind, str_of(call->ns), str_of(call->name));
    bool going = object && js_get(object->json, "metadata.deletionTimestamp");
    if (!object)
        kube_missing_reply(call, reply);
    else if (!going && !destroy(call, &err))
        kube_status_reply(reply, 500, "InternalError", "%s", err.text);
    else if (call->kind == KUBE_SERVICE) {
        json_t *status = kube_status(200, "", "");
        js_set(status, "details",
               json_pack("{s:s, s:s, s:s}", "name", call->name, "kind", "services", "uid",
                         object->uid));
        kube_json_reply(reply, 200, status);
    } else if (going)
        kube_json_reply(reply, 200, json_incref(object->json));
    else
        reply_with(call, call->name, 200, reply);
    kube_world_finish(&kube);
}
