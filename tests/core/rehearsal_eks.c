/* What the simulated EKS tells of a world at a moment. */
#include <criterion/criterion.h>

#include "core/base/json.h"
#include "core/rehearsal/cloud_services.h"

#include "core/base/alloc.h"

static void ask_eks(const char *path, const struct world *world, int64_t now_ms,
                    struct cloud_reply *reply)
{
    struct settings settings = {.speed = 20};
    struct request request = {.method = STR("GET"), .path = str_of(path)};
    struct cloud cloud = {
        .world = world, .settings = &settings, .ca_data = "Q0E=", .now_ms = now_ms};
    struct cloud_call call = {.request = &request, .cloud = &cloud, .region = "us-east-2"};
    *reply = (struct cloud_reply){.status = 200};
    cloud_eks(&call, reply);
}

Test(rehearsal_eks, tells_the_world)
{
    static const struct {
        int64_t now_ms;
        const char *path;
        int status;
        const char *key, *value; /* of the answer */
    } table[] = {
        {0, "/clusters/demo-hub", 404, "message", "No cluster found for name: demo-hub."},
        {1500, "/clusters", 200, "clusters.0", "demo-hub"},
        {1500, "/clusters/demo-hub", 200, "cluster.status", "CREATING"},
        {1500, "/clusters/demo-hub", 200, "cluster.endpoint", ""},
        {3000, "/clusters/demo-hub", 200, "cluster.status", "ACTIVE"},
        {3000, "/clusters/demo-hub", 200, "cluster.certificateAuthority.data", "Q0E="},
        {3000, "/clusters/demo-hub", 200, "cluster.version", "1.35"},
        {3000, "/clusters/other", 404, "message", "No cluster found for name: other."},
        {3000, "/clusters/demo-hub/node-groups", 200, "nodegroups.0", "workers"},
        {3000, "/clusters/demo-hub/node-groups/workers", 200, "nodegroup.status", "CREATE_FAILED"},
        {3000, "/clusters/demo-hub/node-groups/workers", 200, "nodegroup.health.issues.0.code",
         "AsgInstanceLaunchFailures"},
        {3000, "/clusters/demo-hub/node-groups/none", 404, "message",
         "No node group found for name: none."},
        {3000, "/clusters/demo-hub/fargate", 404, "message", "Could not find operation"},
        {3000, "/nothing", 404, "message", "Could not find operation"},
    };
    struct world world = {.count = 0};
    struct world_event cluster = {.time_ms = 1000,
                                  .lasts_ms = 1000,
                                  .address = "c",
                                  .type = "aws_eks_cluster",
                                  .detail = "demo-hub 1.35"};
    struct world_event group = {.time_ms = 2500,
                                .what = WORLD_FAIL,
                                .address = "g",
                                .type = "aws_eks_node_group",
                                .detail = "3 × t3.large"};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct cloud_reply reply;
        if (i == 1)
            world_apply(&world, &cluster);
        if (i == 4)
            world_apply(&world, &group);
        ask_eks(table[i].path, &world, table[i].now_ms, &reply);
        json_t *json = js_parse(buf_str(&reply.body), NULL);
        cr_assert(json, "row %zu: %s", i, buf_cstr(&reply.body));
        cr_assert_eq(reply.status, table[i].status, "row %zu", i);
        cr_assert_str_eq(js_text(json, table[i].key), table[i].value, "row %zu", i);
        json_decref(json);
        cloud_reply_finish(&reply);
    }
    world_finish(&world);
}
