/* The API's front door: who is asked, may the asker, and which verb on what. */
#include "core/rehearsal/kube_api.h"

#include "core/rehearsal/kube_call.h"
#include "core/rehearsal/world_things.h"

#include "core/base/alloc.h"

/* "0123….gr7.us-east-2.eks.amazonaws.com"; the region is the third label. */
static bool is_endpoint(struct str host, char region[32])
{
    struct str id, mark, name;
    if (!str_ends(host, STR(".eks.amazonaws.com")))
        return false;
    str_cut(&host, '.', &id);
    str_cut(&host, '.', &mark);
    str_cut(&host, '.', &name);
    return id.len == 32 && str_starts(mark, STR("gr")) && str_copy(name, region, 32);
}

static bool is_loopback(struct str host)
{
    return str_is(host, "127.0.0.1") || str_is(host, "localhost");
}

bool kube_api_is_asked(const struct request *request)
{
    static const char *const roots[] = {"/api",   "/apis",   "/version", "/healthz",
                                        "/livez", "/readyz", "/openapi"};
    char region[32];
    if (is_endpoint(request->host, region))
        return true;
    if (!is_loopback(request->host))
        return false;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        struct str rest = request->path;
        if (!str_starts(rest, str_of(roots[i])))
            continue;
        rest = str_skip(rest, strlen(roots[i]));
        if (rest.len == 0 || rest.data[0] == '/')
            return true;
    }
    return false;
}

/* Cuts "a" off "a/b/c"; decoded. */
static bool next_part(struct str *path, char *out, size_t capacity)
{
    struct str part;
    struct buf plain = {.data = NULL};
    str_cut(path, '/', &part);
    buf_append(&plain, part);
    bool ok = str_copy(buf_str(&plain), out, capacity);
    buf_finish(&plain);
    return ok;
}

static bool kind_named(const char *group, const char *plural, enum kube_kind *kind)
{
    for (int i = 0; i < KUBE_KINDS; i++)
        if (strcmp(kube_resources[i].group, group) == 0 &&
            strcmp(kube_resources[i].plural, plural) == 0) {
            *kind = (enum kube_kind)i;
            return true;
        }
    return false;
}

/* "/api/v1[/namespaces/NS]/PLURAL[/NAME[/PART]]" or "/apis/GROUP/v1…" */
static bool read_path(struct str path, struct kube_call *call)
{
    char group[64] = "", version[16], plural[64];
    if (str_starts(path, STR("/api/")))
        path = str_skip(path, 5);
    else if (str_starts(path, STR("/apis/"))) {
        path = str_skip(path, 6);
        if (!next_part(&path, group, sizeof group))
            return false;
    } else
        return false;
    if (!next_part(&path, version, sizeof version) || strcmp(version, "v1") != 0 ||
        !next_part(&path, plural, sizeof plural))
        return false;
    struct str rest = path, name, after;
    str_cut(&rest, '/', &name);
    str_cut(&rest, '/', &after);
    if (strcmp(plural, "namespaces") == 0 && after.len > 0 &&
        (!next_part(&path, call->ns, sizeof call->ns) || !next_part(&path, plural, sizeof plural)))
        return false;
    return kind_named(group, plural, &call->kind) &&
           next_part(&path, call->name, sizeof call->name) &&
           next_part(&path, call->part, sizeof call->part) && path.len == 0;
}

static bool wants_watch(const struct kube_call *call)
{
    char watch[8];
    kube_parameter(call->request, "watch", watch, sizeof watch);
    return strcmp(watch, "true") == 0 || strcmp(watch, "1") == 0;
}

static void answer_get(struct kube_call *call, struct cloud_reply *reply)
{
    kube_parameter(call->request, "fieldSelector", call->fields, sizeof call->fields);
    kube_parameter(call->request, "labelSelector", call->labels, sizeof call->labels);
    kube_table_ask(call);
    if (call->kind == KUBE_POD && strcmp(call->part, "log") == 0)
        kube_log(call, reply);
    else if (call->kind == KUBE_POD && strcmp(call->part, "portforward") == 0)
        kube_forward(call, reply);
    else if (*call->part && strcmp(call->part, "status") != 0)
        kube_status_reply(reply, 404, "NotFound",
                          "the server could not find the requested resource");
    else if (wants_watch(call))
        kube_watch(call, reply);
    else if (*call->name)
        kube_get(call, reply);
    else
        kube_list(call, reply);
}

/* Everything is allowed. Clients in Go ask in protobuf and read JSON as well. */
static void answer_review(const struct kube_call *call, struct cloud_reply *reply)
{
    bool protobuf = str_is(request_header(call->request, "Content-Type"),
                           "application/vnd.kubernetes.protobuf");
    json_t *review = protobuf
                         ? json_pack("{s:s, s:s, s:{}, s:{}}", "kind", "SelfSubjectAccessReview",
                                     "apiVersion", "authorization.k8s.io/v1", "metadata", "spec")
                         : js_parse(call->request->body, NULL);
    if (!json_is_object(review)) {
        json_decref(review);
        kube_status_reply(reply, 400, "BadRequest", "the body is no review");
        return;
    }
    js_set(review, "status", json_pack("{s:b}", "allowed", 1));
    kube_json_reply(reply, 201, review);
}

static void answer_verb(struct kube_call *call, struct cloud_reply *reply)
{
    struct str method = call->request->method;
    if (str_is(method, "GET") || (str_is(method, "POST") && strcmp(call->part, "portforward") == 0))
        answer_get(call, reply);
    else if (str_is(method, "POST") && (call->kind == KUBE_POD || call->kind == KUBE_SECRET) &&
             *call->ns && !*call->name)
        kube_create(call, reply);
    else if (str_is(method, "DELETE") && *call->name && !*call->part)
        kube_delete(call, reply);
    else
        kube_status_reply(reply, 405, "MethodNotAllowed",
                          "the server does not allow this method on the requested resource");
}

static bool is_open(struct str path)
{
    return str_is(path, "/version") || str_is(path, "/healthz") || str_is(path, "/livez") ||
           str_is(path, "/readyz");
}

/* Too many at once, as an overloaded API server says it: not a Status. */
static bool is_too_busy(const struct cloud *cloud, struct cloud_reply *reply)
{
    if (!settings_has_fault(cloud->settings, "api-busy"))
        return false;
    reply->status = 429;
    str_copy(STR("text/plain; charset=utf-8"), reply->type, sizeof reply->type);
    cloud_reply_header(reply, "Retry-After", "1");
    buf_text(&reply->body, "Too many requests, please try again later.\n");
    return true;
}

void kube_api_answer(const struct request *request, const struct cloud *cloud,
                     struct cloud_reply *reply)
{
    struct kube_call call = {.request = request, .cloud = cloud};
    struct str path = request->path;
    struct world_cluster cluster = world_cluster_at(cloud->world, cloud->now_ms);
    if (cluster.status != WORLD_ACTIVE) {
        reply->silent = true;
        return;
    }
    if (!is_endpoint(request->host, call.region))
        str_copy(str_of(world_where(cloud->world).region), call.region, sizeof call.region);
    if (path.len > 1 && path.data[path.len - 1] == '/')
        path.len--;
    if (!is_open(path) && !kube_may(request, cloud))
        kube_status_reply(reply, 401, "Unauthorized", "Unauthorized");
    else if (is_too_busy(cloud, reply))
        return;
    else if (is_open(path) && !str_is(path, "/version")) {
        str_copy(STR("text/plain; charset=utf-8"), reply->type, sizeof reply->type);
        buf_text(&reply->body, "ok");
    } else if (kube_discovery(&call, path, reply))
        return;
    else if (str_is(path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") &&
             str_is(request->method, "POST"))
        answer_review(&call, reply);
    else if (read_path(path, &call))
        answer_verb(&call, reply);
    else
        kube_status_reply(reply, 404, "NotFound",
                          "the server could not find the requested resource");
}
