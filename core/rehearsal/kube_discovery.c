/* What the API says of itself: versions, groups, resources. */
#include "core/rehearsal/kube_call.h"

#include "core/base/alloc.h"

static const char *const groups[] = {"apps",
                                     "batch",
                                     "networking.k8s.io",
                                     "discovery.k8s.io",
                                     "storage.k8s.io",
                                     "authorization.k8s.io",
                                     "cert-manager.io"};
enum { GROUPS = sizeof groups / sizeof *groups };

static json_t *group_of(const char *name)
{
    char *version = alloc_printf("%s/v1", name);
    json_t *preferred = json_pack("{s:s, s:s}", "groupVersion", version, "version", "v1");
    json_t *group = json_object();
    js_set_text(group, "name", name);
    js_set(group, "versions", json_pack("[O]", preferred));
    js_set(group, "preferredVersion", preferred);
    free(version);
    return group;
}

static json_t *verbs_of(enum kube_kind kind)
{
    if (kind == KUBE_POD)
        return json_pack("[s,s,s,s,s]", "create", "delete", "get", "list", "watch");
    if (kind == KUBE_SERVICE || kind == KUBE_CLAIM)
        return json_pack("[s,s,s,s]", "delete", "get", "list", "watch");
    return json_pack("[s,s,s]", "get", "list", "watch");
}

/* kubectl get all */
static bool is_of_all(enum kube_kind kind)
{
    return kind == KUBE_POD || kind == KUBE_SERVICE || kind == KUBE_JOB ||
           kind == KUBE_DEPLOYMENT || kind == KUBE_REPLICA_SET || kind == KUBE_DAEMON_SET ||
           kind == KUBE_STATEFUL_SET;
}

static void add_resource(json_t *list, enum kube_kind kind)
{
    const struct kube_resource *resource = &kube_resources[kind];
    json_t *entry = json_object();
    js_set_text(entry, "name", resource->plural);
    js_set_text(entry, "singularName", resource->singular);
    js_set_bool(entry, "namespaced", resource->namespaced);
    js_set_text(entry, "kind", resource->kind);
    js_set(entry, "verbs", verbs_of(kind));
    if (*resource->brief)
        js_set(entry, "shortNames", json_pack("[s]", resource->brief));
    if (is_of_all(kind))
        js_set(entry, "categories", json_pack("[s]", "all"));
    json_array_append_new(list, entry);
}

static void add_part(json_t *list, const char *name, const char *kind, const char *verb)
{
    json_array_append_new(list,
                          json_pack("{s:s, s:s, s:b, s:s, s:[s]}", "name", name, "singularName", "",
                                    "namespaced", 1, "kind", kind, "verbs", verb));
}

static json_t *resources_of(const char *group)
{
    json_t *list = json_array(), *answer = json_object();
    char *version = *group ? alloc_printf("%s/v1", group) : alloc_copy(STR("v1"));
    for (int kind = 0; kind < KUBE_KINDS; kind++)
        if (strcmp(kube_resources[kind].group, group) == 0)
            add_resource(list, (enum kube_kind)kind);
    if (!*group) {
        add_part(list, "pods/log", "Pod", "get");
        add_part(list, "pods/portforward", "PodPortForwardOptions", "create");
    }
    js_set_text(answer, "kind", "APIResourceList");
    js_set_text(answer, "apiVersion", "v1");
    js_set_text(answer, "groupVersion", version);
    js_set(answer, "resources", list);
    free(version);
    return answer;
}

static json_t *version_of(const struct kube_call *call)
{
    struct world_cluster cluster = world_cluster_at(call->cloud->world, call->cloud->now_ms);
    const char *minor = strchr(cluster.version, '.');
    char *git = alloc_printf("v%s.2-eks-7ab2f1c", cluster.version);
    json_t *version =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "major", "1", "minor",
                  minor ? minor + 1 : "35", "gitVersion", git, "gitCommit", "", "gitTreeState",
                  "clean", "goVersion", "go1.25.4", "compiler", "gc", "platform", "linux/amd64");
    free(git);
    return version;
}

bool kube_discovery(const struct kube_call *call, struct str path, struct cloud_reply *reply)
{
    json_t *answer = NULL;
    if (str_is(path, "/version"))
        answer = version_of(call);
    else if (str_is(path, "/api"))
        answer = json_pack("{s:s, s:[s]}", "kind", "APIVersions", "versions", "v1");
    else if (str_is(path, "/api/v1"))
        answer = resources_of("");
    else if (str_is(path, "/apis")) {
        json_t *list = json_array();
        for (size_t i = 0; i < GROUPS; i++)
            json_array_append_new(list, group_of(groups[i]));
        answer = json_pack("{s:s, s:s, s:o}", "kind", "APIGroupList", "apiVersion", "v1", "groups",
                           list);
    }
    for (size_t i = 0; !answer && i < GROUPS; i++) {
        char *group = alloc_printf("/apis/%s", groups[i]);
        char *version = alloc_printf("%s/v1", group);
        if (str_is(path, group)) {
            answer = group_of(groups[i]);
            js_set_text(answer, "kind", "APIGroup");
            js_set_text(answer, "apiVersion", "v1");
        } else if (str_is(path, version))
            answer = resources_of(groups[i]);
        free(version);
        free(group);
    }
    if (answer)
        kube_json_reply(reply, 200, answer);
    return answer != NULL;
}
