/* The EKS API of the simulated account: what it says of the cluster is the world at that moment.
 * https://docs.aws.amazon.com/eks/latest/APIReference/ */
#include "core/base/json.h"
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_services.h"
#include "core/rehearsal/cloud_things.h"
#include "core/rehearsal/values.h"

#include "core/base/alloc.h"

static const char group_name[] = "workers";

static const char *status_name(enum world_status status)
{
    static const char *const names[] = {"", "CREATING", "ACTIVE", "DELETING", "CREATE_FAILED"};
    return names[status];
}

static void reply_json(struct cloud_reply *reply, json_t *json)
{
    str_copy(STR("application/json"), reply->type, sizeof reply->type);
    js_dump(json, &reply->body);
    json_decref(json);
}

static void not_found(struct cloud_reply *reply, const char *format, const char *name)
{
    struct buf message;
    buf_init(&message, 4096);
    buf_text(&message, format);
    buf_sanitised(&message, str_of(name), false);
    buf_byte(&message, '.');
    cloud_error_reply(reply, CLOUD_REST, 404, "ResourceNotFoundException", buf_cstr(&message));
    buf_finish(&message);
}

static void digest(const struct cloud_call *call, const char *what, const char *name, size_t length,
                   bool upper, char out[33])
{
    char *text = alloc_printf("%s%s.%s", what, name, call->region);
    values_digest(str_of(text), length, upper, out);
    free(text);
}

static json_t *network(const struct cloud_call *call, const char *name)
{
    char id[33];
    json_t *config = json_object(), *subnets = json_array();
    digest(call, "vpc.", name, 17, false, id);
    char *vpc = alloc_printf("vpc-%s", id);
    for (int i = 0; i < 2; i++) {
        digest(call, i ? "subnet-b." : "subnet-a.", name, 17, false, id);
        char *subnet = alloc_printf("subnet-%s", id);
        json_array_append_new(subnets, json_string(subnet));
        free(subnet);
    }
    js_set(config, "subnetIds", subnets);
    js_set_text(config, "vpcId", vpc);
    js_set_bool(config, "endpointPublicAccess", true);
    js_set_bool(config, "endpointPrivateAccess", true);
    js_set(config, "publicAccessCidrs", json_pack("[s]", "0.0.0.0/0"));
    free(vpc);
    return config;
}

static void set_printf(json_t *object, const char *key, char *text)
{
    js_set_text(object, key, text);
    free(text);
}

/* Endpoint, issuer and CA: AWS tells them once the cluster is ACTIVE. */
static void add_ready(const struct cloud_call *call, const char *name, json_t *cluster)
{
    char id[33];
    digest(call, "", name, 32, true, id);
    json_t *oidc = json_object(), *identity = json_object(), *authority = json_object();
    set_printf(cluster, "endpoint",
               alloc_printf("https://%s.gr7.%s.eks.amazonaws.com", id, call->region));
    set_printf(oidc, "issuer",
               alloc_printf("https://oidc.eks.%s.amazonaws.com/id/%s", call->region, id));
    js_set(identity, "oidc", oidc);
    js_set(cluster, "identity", identity);
    js_set_text(authority, "data", call->cloud->ca_data);
    js_set(cluster, "certificateAuthority", authority);
}

static json_t *tags_of(const struct cloud_call *call)
{
    char owner[WORLD_DETAIL];
    json_t *tags = json_object();
    cloud_deployment_tag(call, owner);
    if (*owner)
        js_set_text(tags, "ekshub:deployment", owner);
    return tags;
}

static void describe_cluster(const struct cloud_call *call, const struct world_cluster *now,
                             struct cloud_reply *reply)
{
    json_t *cluster = json_object(), *body = json_object();
    js_set_text(cluster, "name", now->name);
    set_printf(
        cluster, "arn",
        alloc_printf("arn:aws:eks:%s:" WORLD_ACCOUNT ":cluster/%s", call->region, now->name));
    js_set(cluster, "createdAt", json_real((double)now->created_ms / 1000));
    js_set_text(cluster, "version", now->version);
    js_set_text(cluster, "status", status_name(now->status));
    js_set_text(cluster, "platformVersion", "eks.1");
    js_set(cluster, "resourcesVpcConfig", network(call, now->name));
    js_set(cluster, "accessConfig", json_pack("{s:s}", "authenticationMode", "API"));
    js_set(cluster, "tags", tags_of(call));
    if (now->status == WORLD_ACTIVE || now->status == WORLD_DELETING)
        add_ready(call, now->name, cluster);
    js_set(body, "cluster", cluster);
    reply_json(reply, body);
}

static void describe_group(const struct cloud_call *call, const struct world_cluster *now,
                           struct cloud_reply *reply)
{
    json_t *group = json_object(), *scaling = json_object(), *body = json_object();
    json_t *issues = json_array();
    if (now->nodes_status == WORLD_FAILED)
        json_array_append_new(
            issues, json_pack("{s:s, s:s, s:[]}", "code", "AsgInstanceLaunchFailures", "message",
                              "Could not launch On-Demand Instances.", "resourceIds"));
    js_set_text(group, "nodegroupName", group_name);
    set_printf(group, "nodegroupArn",
               alloc_printf("arn:aws:eks:%s:" WORLD_ACCOUNT ":nodegroup/%s/%s", call->region,
                            now->name, group_name));
    js_set_text(group, "clusterName", now->name);
    js_set_text(group, "version", now->version);
    js_set(group, "createdAt", json_real((double)now->nodes_created_ms / 1000));
    js_set_text(group, "status", status_name(now->nodes_status));
    js_set_text(group, "capacityType", "ON_DEMAND");
    js_set_int(scaling, "minSize", now->nodes_wanted);
    js_set_int(scaling, "maxSize", now->nodes_wanted + 1);
    js_set_int(scaling, "desiredSize", now->nodes_wanted);
    js_set(group, "scalingConfig", scaling);
    js_set(group, "instanceTypes", json_pack("[s]", now->instance_type));
    js_set(group, "health", json_pack("{s:o}", "issues", issues));
    js_set(body, "nodegroup", group);
    reply_json(reply, body);
}

static void list_of(struct cloud_reply *reply, const char *key, const char *name)
{
    json_t *body = json_object(), *list = json_array();
    if (name)
        json_array_append_new(list, json_string(name));
    js_set(body, key, list);
    reply_json(reply, body);
}

/* Standard support as of November 2026. */
static void list_versions(struct cloud_reply *reply)
{
    static const struct {
        const char *version, *status;
        double standard_end;
        bool standard;
    } versions[] = {{"1.36", "STANDARD_SUPPORT", 1817942400, false},
                    {"1.35", "STANDARD_SUPPORT", 1806105600, true},
                    {"1.34", "STANDARD_SUPPORT", 1796169600, false},
                    {"1.33", "EXTENDED_SUPPORT", 1785283200, false}};
    json_t *body = json_object(), *list = json_array();
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:b, s:s, s:f}", "clusterVersion",
                                        versions[i].version, "clusterType", "eks", "defaultVersion",
                                        versions[i].standard, "versionStatus", versions[i].status,
                                        "endOfStandardSupportDate", versions[i].standard_end));
    js_set(body, "clusterVersions", list);
    reply_json(reply, body);
}

/* /clusters/NAME[/node-groups[/GROUP]] */
static void one_cluster(const struct cloud_call *call, struct str path,
                        const struct world_cluster *now, struct cloud_reply *reply)
{
    struct str name, part;
    char wanted[256];
    str_cut(&path, '/', &name);
    str_copy(name, wanted, sizeof wanted);
    if (now->status == WORLD_NONE || strcmp(wanted, now->name) != 0) {
        not_found(reply, "No cluster found for name: ", wanted);
        return;
    }
    str_cut(&path, '/', &part);
    if (part.len == 0) {
        describe_cluster(call, now, reply);
        return;
    }
    if (!str_is(part, "node-groups") || str_find(path, STR("/")) >= 0) {
        cloud_problem_reply(reply, CLOUD_REST, CLOUD_UNKNOWN_ACTION, "");
        return;
    }
    bool there = now->nodes_status != WORLD_NONE;
    str_copy(path, wanted, sizeof wanted);
    if (path.len == 0)
        list_of(reply, "nodegroups", there ? group_name : NULL);
    else if (there && strcmp(wanted, group_name) == 0)
        describe_group(call, now, reply);
    else
        not_found(reply, "No node group found for name: ", wanted);
}

void cloud_eks(const struct cloud_call *call, struct cloud_reply *reply)
{
    struct world_cluster now = world_cluster_at(call->cloud->world, call->cloud->now_ms);
    struct str path = call->request->path;
    if (path.len > 1 && path.data[path.len - 1] == '/')
        path.len--;
    if (!str_is(call->request->method, "GET"))
        cloud_problem_reply(reply, CLOUD_REST, CLOUD_UNKNOWN_ACTION, "");
    else if (str_is(path, "/clusters"))
        list_of(reply, "clusters", now.status == WORLD_NONE ? NULL : now.name);
    else if (str_is(path, "/cluster-versions"))
        list_versions(reply);
    else if (str_starts(path, STR("/clusters/")))
        one_cluster(call, str_skip(path, 10), &now, reply);
    else
        cloud_problem_reply(reply, CLOUD_REST, CLOUD_UNKNOWN_ACTION, "");
}
