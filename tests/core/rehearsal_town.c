/* See rehearsal_town.h. */
#include "tests/core/rehearsal_town.h"

#include <crypt.h>

#include "core/rehearsal/login.h"

#include "core/base/alloc.h"

/* Used by test programs of several kinds: no test framework here. */
static void town_must(bool done)
{
    if (!done)
        abort();
}

static void fill(struct world_event *event, enum world_what what, int64_t at_ms, int64_t lasts_ms,
                 const char *type, const char *detail)
{
    struct str name;
    struct str rest = str_of(detail);
    str_cut(&rest, ' ', &name);
    *event = (struct world_event){.time_ms = at_ms, .lasts_ms = lasts_ms, .what = what};
    snprintf(event->address, sizeof event->address, "terraform_data.%s_%.*s", type, STR_ARG(name));
    str_copy(str_of(type), event->type, sizeof event->type);
    str_copy(str_of(detail), event->detail, sizeof event->detail);
}

static void add_login(struct world_event *event, int64_t at_ms)
{
    struct crypt_data data = {.initialized = 0};
    *event = (struct world_event){
        .time_ms = at_ms, .what = WORLD_CREATE, .type = LOGIN_TYPE, .address = LOGIN_ADDRESS};
    const char *hash = crypt_r(TOWN_PASSWORD, "$5$rounds=1000$abcdefgh$", &data);
    town_must(login_make(STR(TOWN_USER), str_of(hash), event->detail, NULL));
}

size_t town_events(int64_t at_ms, struct world_event events[TOWN_EVENTS])
{
    static const struct {
        int at_s, lasts_s;
        const char *type, *detail;
    } table[] = {{0, 1, "aws_vpc", "10.0.0.0/16"},
                 {0, 1, "aws_vpc_endpoint", "com.amazonaws.us-east-2.s3, gateway"},
                 {0, 5, "aws_eks_cluster", "demo-hub 1.35"},
                 {5, 3, "aws_eks_addon", "vpc-cni"},
                 {5, 10, "aws_eks_node_group", "3 × t3.large"},
                 {15, 4, "aws_eks_addon", "kube-proxy"},
                 {15, 4, "aws_eks_addon", "coredns"},
                 {15, 4, "aws_eks_addon", "aws-ebs-csi-driver, default StorageClass"},
                 {16, 1, "kubernetes_namespace_v1", "cert-manager"},
                 {16, 4, "helm_release", "cert-manager 1.21.1"},
                 {20, 10, "kubernetes_deployment_v1", "default/pypi-server"},
                 {28, 1, "kubernetes_namespace_v1", "mlhub"},
                 {30, 10, "helm_release", "mlhub/mlhub"},
                 {48, 2, "kubernetes_service_v1", "default/pypi LoadBalancer"},
                 {48, 2, "kubernetes_service_v1", "mlhub/proxy-public LoadBalancer"}};
    size_t count = sizeof table / sizeof *table;
    for (size_t i = 0; i < count; i++)
        fill(&events[i], WORLD_CREATE, at_ms + table[i].at_s * 1000, table[i].lasts_s * 1000,
             table[i].type, table[i].detail);
    add_login(&events[count++], at_ms + 20000);
    return count;
}

void town_build(struct world *world, int64_t at_ms)
{
    struct world_event events[TOWN_EVENTS];
    size_t count = town_events(at_ms, events);
    for (size_t i = 0; i < count; i++)
        world_apply(world, &events[i]);
}

void town_append(const char *dir, int64_t at_ms)
{
    struct world_event events[TOWN_EVENTS];
    size_t count = town_events(at_ms, events);
    for (size_t i = 0; i < count; i++)
        town_must(world_append(dir, &events[i], NULL));
}

void town_tell(struct world *world, enum world_what what, int64_t at_ms, int64_t lasts_ms,
               const char *type, const char *detail)
{
    struct world_event event;
    fill(&event, what, at_ms, lasts_ms, type, detail);
    world_apply(world, &event);
}
