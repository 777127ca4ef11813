/* The simulated cluster at moments: what there is, why it is not ready, when it changes. */
#include <criterion/criterion.h>

#include "core/rehearsal/kube_world.h"
#include "tests/core/rehearsal_town.h"

#include "core/base/alloc.h"

#define AT 1795354800000 /* 2026-11-22T15:00:00Z */

static struct world world;
static struct settings settings;
static struct kube_world kube;

static void begin(void)
{
    settings = (struct settings){.speed = 20};
}

static void end(void)
{
    kube_world_finish(&kube);
    world_finish(&world);
}

TestSuite(rehearsal_kube, .init = begin, .fini = end, .timeout = 60);

static void look(int64_t after_ms)
{
    kube_world_finish(&kube);
    kube_world_make(&kube, &world, &settings, NULL, "us-east-2", AT + after_ms);
}

static size_t count_of(enum kube_kind kind, const char *ns)
{
    size_t count = 0;
    for (size_t i = 0; i < kube.count; i++)
        count += kube.objects[i]->kind == kind && (!ns || strcmp(kube.objects[i]->ns, ns) == 0);
    return count;
}

/* The first object of that kind whose name begins so. */
static const json_t *first(enum kube_kind kind, const char *name)
{
    for (size_t i = 0; i < kube.count; i++)
        if (kube.objects[i]->kind == kind &&
            str_starts(str_of(kube.objects[i]->name), str_of(name)))
            return kube.objects[i]->json;
    return NULL;
}

static const json_t *event(const char *reason, const char *about)
{
    for (size_t i = 0; i < kube.count; i++)
        if (kube.objects[i]->kind == KUBE_EVENT &&
            strcmp(js_text(kube.objects[i]->json, "reason"), reason) == 0 &&
            str_starts(js_str(kube.objects[i]->json, "involvedObject.name"), str_of(about)))
            return kube.objects[i]->json;
    return NULL;
}

#define IS(json, path, value) cr_assert_str_eq(js_text(json, path), value)

Test(rehearsal_kube, grows_with_the_world)
{
    look(0);
    cr_assert_eq(kube.count, 0);
    town_build(&world, AT);
    look(4000);
    cr_assert_eq(kube.count, 0, "no API before the cluster is active");
    look(6000);
    cr_assert_eq(count_of(KUBE_NODE, NULL), 0);
    cr_assert_eq(count_of(KUBE_NAMESPACE, NULL), 4);
    look(12000);
    cr_assert_eq(count_of(KUBE_NODE, NULL), 1);
    IS(first(KUBE_NODE, "ip-"), "status.conditions.3.type", "Ready");
    look(15500);
    cr_assert_eq(count_of(KUBE_NODE, NULL), 3);
    cr_assert_eq(count_of(KUBE_CSI_NODE, NULL), 3);
    look(21000);
    cr_assert_eq(count_of(KUBE_POD, "kube-system"), 3 * 3 + 4);
    cr_assert_eq(count_of(KUBE_POD, "cert-manager"), 3);
    IS(first(KUBE_STORAGE_CLASS, ""), "metadata.name", "ebs-csi-default-sc");
    cr_assert_eq(js_int(first(KUBE_DAEMON_SET, "aws-node"), "status.numberReady", 0), 3);
}

Test(rehearsal_kube, a_pod_lives_as_pods_do)
{
    static const struct {
        int64_t after_ms;
        const char *phase, *path, *value;
    } table[] = {
        {20300, "Pending", "status.phase", "Pending"},
        {23000, "Pending", "status.containerStatuses.0.state.waiting.reason", "ContainerCreating"},
        {28500, "Running", "status.conditions.2.status", "False"},
        {30500, "Running", "status.conditions.2.status", "True"},
    };
    town_build(&world, AT);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        look(table[i].after_ms);
        const json_t *pod = first(KUBE_POD, "pypi-server-");
        cr_assert(pod, "row %zu", i);
        IS(pod, "status.phase", table[i].phase);
        IS(pod, table[i].path, table[i].value);
    }
    const json_t *pod = first(KUBE_POD, "pypi-server-");
    IS(pod, "status.containerStatuses.0.image", "stevearc/pypicloud:1.3.12");
    cr_assert(str_starts(js_str(pod, "status.podIP"), STR("10.0.")));
    IS(pod, "metadata.ownerReferences.0.kind", "ReplicaSet");
    IS(pod, "metadata.resourceVersion", "1795354830000");
    IS(event("Pulled", "pypi-server-"), "message",
       "Successfully pulled image \"stevearc/pypicloud:1.3.12\"");
    cr_assert_eq(js_int(first(KUBE_DEPLOYMENT, "pypi-server"), "status.readyReplicas", 0), 1);
    cr_assert(
        js_bool(first(KUBE_ENDPOINT_SLICE, "proxy-api"), "endpoints.0.conditions.ready", true));
    look(60000);
    cr_assert(js_bool(first(KUBE_ENDPOINT_SLICE, "pypi"), "endpoints.0.conditions.ready", false),
              "also of a Service that was there before its pods");
}

Test(rehearsal_kube, knows_when_it_changes_next)
{
    town_build(&world, AT);
    int64_t now = 6000;
    unsigned steps = 0;
    struct buf before = {.data = NULL}, after = {.data = NULL};
    for (; now < 45000 && steps < 500; steps++) {
        look(now);
        cr_assert(kube.next_ms > AT + now);
        int64_t next = kube.next_ms - AT;
        buf_clear(&before);
        buf_clear(&after);
        for (size_t i = 0; i < kube.count; i++)
            js_dump(kube.objects[i]->json, &before);
        int64_t between = next - 1;
        bool settled = between > now && next - now < 10000;
        if (settled) {
            look(between);
            for (size_t i = 0; i < kube.count; i++)
                js_dump(kube.objects[i]->json, &after);
            if (now >= 16000 &&
                now < 19000) /* cert-manager and add-ons: no volumes, no balancers */
                cr_assert(str_eq(buf_str(&before), buf_str(&after)), "between %lld and %lld",
                          (long long)now, (long long)next);
        }
        now = next;
    }
    cr_assert_gt(steps, 50);
    buf_finish(&before);
    buf_finish(&after);
}

Test(rehearsal_kube, what_goes_is_a_change_too)
{
    town_build(&world, AT);
    town_tell(&world, WORLD_DESTROY, AT + 60000, 0, "kubernetes_deployment_v1",
              "default/pypi-server");
    look(60200);
    cr_assert_null(first(KUBE_POD, "pypi-server-"));
    cr_assert_geq(kube.changed_ms, AT + 60150, "the end of its grace period");
}

Test(rehearsal_kube, services_have_hosts_a_little_later)
{
    town_build(&world, AT);
    look(48100);
    const json_t *service = first(KUBE_SERVICE, "pypi");
    IS(service, "spec.type", "LoadBalancer");
    IS(service, "status.loadBalancer.ingress.0.hostname", "");
    look(60000);
    service = first(KUBE_SERVICE, "pypi");
    cr_assert(str_ends(js_str(service, "status.loadBalancer.ingress.0.hostname"),
                       STR(".us-east-2.elb.amazonaws.com")));
    cr_assert(event("EnsuredLoadBalancer", "pypi"));
    look(40500);
    IS(first(KUBE_SERVICE, "proxy-public"), "spec.type", "ClusterIP");
}

Test(rehearsal_kube, people_come_and_their_volumes_with_them)
{
    town_build(&world, AT);
    look(41000);
    IS(first(KUBE_CLAIM, "hub-db-dir"), "status.phase", "Bound");
    cr_assert_null(first(KUBE_POD, "ws-ada"));
    look(41000 + 15000);
    const json_t *pod = first(KUBE_POD, "ws-ada");
    cr_assert(pod);
    IS(pod, "status.phase", "Running");
    IS(pod, "metadata.labels.component", "singleuser-server");
    cr_assert(kube_find(&kube, KUBE_VOLUME, STR(""),
                        js_str(first(KUBE_CLAIM, "ws-ada"), "spec.volumeName")));
    cr_assert(first(KUBE_POD, "ws-grace"));
    look(41000 + 60000);
    cr_assert_null(first(KUBE_POD, "ws-grace"), "she has gone home");
    cr_assert(first(KUBE_CLAIM, "ws-grace"));
}

static void strike(const char *fault, int64_t at_ms)
{
    struct world_event event = {.time_ms = at_ms, .what = WORLD_SPENT};
    str_copy(str_of(fault), event.address, sizeof event.address);
    world_apply(&world, &event);
    str_copy(str_of(fault), settings.faults[settings.fault_count++], 32);
}

Test(rehearsal_kube, an_image_that_cannot_be_pulled_until_the_next_try)
{
    town_build(&world, AT);
    strike("image-pull", AT + 20000);
    look(20280);
    IS(first(KUBE_POD, "pypi-server-"), "status.containerStatuses.0.state.waiting.reason",
       "ErrImagePull");
    look(24000);
    const json_t *pod = first(KUBE_POD, "pypi-server-");
    IS(pod, "status.containerStatuses.0.state.waiting.reason", "ImagePullBackOff");
    cr_assert(strstr(js_text(pod, "status.containerStatuses.0.state.waiting.message"),
                     "ErrImagePull: rpc error: code = NotFound"));
    cr_assert(strstr(js_text(event("Failed", "pypi-server-"), "message"), "Failed to pull image") ||
              strstr(js_text(event("Failed", "pypi-server-"), "message"), "ErrImagePull"));
    cr_assert_gt(js_int(event("BackOff", "pypi-server-"), "count", 0), 1);
    look(20000 + 31000);
    IS(first(KUBE_DEPLOYMENT, "pypi-server"), "status.conditions.1.reason",
       "ProgressDeadlineExceeded");
    town_tell(&world, WORLD_CREATE, AT + 60000, 1000, "kubernetes_deployment_v1",
              "default/pypi-server");
    look(61500);
    IS(first(KUBE_POD, "pypi-server-"), "status.phase", "Running");
}

Test(rehearsal_kube, a_claim_without_a_class)
{
    town_build(&world, AT);
    strike("no-storage-class", AT + 30000);
    look(35000);
    IS(first(KUBE_CLAIM, "hub-db-dir"), "status.phase", "Pending");
    IS(event("FailedBinding", "hub-db-dir"), "message",
       "no persistent volumes available for this claim and no storage class is set");
    const json_t *pod = first(KUBE_POD, "hub-");
    IS(pod, "status.phase", "Pending");
    IS(pod, "status.conditions.0.reason", "Unschedulable");
    cr_assert(strstr(js_text(pod, "status.conditions.0.message"),
                     "unbound immediate PersistentVolumeClaims"));
    cr_assert(event("FailedScheduling", "hub-"));
    cr_assert_str_eq(json_string_value(json_object_get(
                         js_get(first(KUBE_STORAGE_CLASS, ""), "metadata.annotations"),
                         "storageclass.kubernetes.io/is-default-class")),
                     "false");
}

Test(rehearsal_kube, a_pod_that_fits_nowhere)
{
    town_build(&world, AT);
    strike("node-too-small", AT + 30000);
    look(35000);
    const json_t *pod = first(KUBE_POD, "hub-");
    cr_assert(str_starts(js_str(pod, "status.conditions.0.message"),
                         STR("0/3 nodes are available: 3 Insufficient memory.")));
    cr_assert(event("FailedScheduling", "hub-"));
    IS(pod, "spec.containers.0.resources.requests.memory", "48Gi");
}
