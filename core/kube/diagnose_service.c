/* Load balancers that do not come, and workloads that cannot even make their pods. */
#include "core/base/alloc.h"
#include "core/kube/diagnose_work.h"

#define PATIENCE_MS ((int64_t)60 * 1000)

/* The sentence of an admission that refused a pod. */
static void say_admission(struct diagnosing *work, const char *message)
{
    const char *hint = NULL;
    if (strstr(message, "exceeded quota"))
        hint = "Raise the namespace's ResourceQuota, or let the pods ask for less.";
    else if (strstr(message, "violates PodSecurity"))
        hint = "The namespace's pod security level forbids it.";
    else if (strstr(message, "failed calling webhook"))
        hint = "The webhook's own pods have to be up first.";
    diagnosing_say(work, DIAGNOSIS_PROBLEM, hint, "Its pods are refused: %.380s", message);
}

void diagnose_workload(const struct workload *workload, const struct diagnose_world *world,
                       struct diagnosis *out)
{
    struct diagnosing work = {.world = world, .out = out};
    memset(out, 0, sizeof *out);
    if (workload->replica_failure[0])
        say_admission(&work, workload->replica_failure);
    if (workload->rollout == ROLLOUT_FAILED)
        diagnosing_say(&work, DIAGNOSIS_PROBLEM, NULL, "The rollout of %s has failed: %s.",
                       workload->record.name, workload->rollout_text);
    else if (workload->rollout == ROLLOUT_GOING)
        diagnosing_say(&work, DIAGNOSIS_WAITING, NULL, "%s is not complete: %s.",
                       workload->record.name, workload->rollout_text);
}

static void say_balancer_failed(struct diagnosing *work, const char *name, const char *message)
{
    static const char *const subnets[] = {"could not find any suitable subnets",
                                          "unable to resolve at least one subnet",
                                          "unable to discover at least one subnet", NULL};
    static const char *const quota[] = {"TooManyLoadBalancers", "LoadBalancerLimitExceeded", NULL};
    static const char *const room[] = {"InvalidSubnet", NULL};
    static const char *const denied[] = {"AccessDenied", "not authorized", "UnauthorizedOperation",
                                         NULL};
    static const char *const groups[] = {"ultiple tagged security groups", NULL};
    if (diagnosing_has(message, subnets))
        diagnosing_say(
            work, DIAGNOSIS_PROBLEM,
            "Tag public subnets with kubernetes.io/role/elb=1; each needs 8 free addresses.",
            "The load balancer of %s finds no subnet to stand in.", name);
    else if (diagnosing_has(message, quota))
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "Service Quotas raises it, or another load balancer goes.",
                       "The account may have no more load balancers, and %s needs one.", name);
    else if (diagnosing_has(message, room))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Its subnets need 8 free addresses each.",
                       "The load balancer of %s finds too few addresses.", name);
    else if (diagnosing_has(message, denied))
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "The cluster's role needs elasticloadbalancing permissions.",
                       "AWS does not let the cluster make the load balancer of %s.", name);
    else if (diagnosing_has(message, groups))
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "Only one security group of the nodes may have the tag "
                       "kubernetes.io/cluster/NAME=owned.",
                       "The load balancer of %s cannot tell the nodes' security groups apart.",
                       name);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "The load balancer of %s: %.380s", name,
                       message);
}

/* Whether the pod has every label of the selector "a=x,b=y". */
static bool is_selected(const char *selector, const char *labels)
{
    char pair[512], wanted[516];
    while (diagnosing_name(&selector, pair, sizeof pair)) {
        snprintf(wanted, sizeof wanted, ",%s,", pair);
        if (!strstr(labels, wanted))
            return false;
    }
    return true;
}

bool diagnose_selects(const struct service *service, const struct pod *pod)
{
    return service->selector[0] && strcmp(service->record.namespace, pod->record.namespace) == 0 &&
           is_selected(service->selector, pod->labels);
}

struct behind {
    size_t selected, ready;
};

static struct behind count_pods(const struct records *pods, const struct service *service)
{
    struct behind behind = {0, 0};
    char prefix[PACK_TEXT];
    int len = snprintf(prefix, sizeof prefix, "%s/", service->record.namespace);
    for (size_t i = records_find(pods, prefix);
         i < pods->count && strncmp(pods->items[i]->key, prefix, (size_t)len) == 0; i++) {
        const struct pod *pod = (const void *)pods->items[i];
        if (!is_selected(service->selector, pod->labels))
            continue;
        behind.selected++;
        behind.ready += pod->is_ready ? 1 : 0;
    }
    return behind;
}

/* No endpoint is ready, and it is not for the want of ready pods. */
static void say_no_endpoint(struct diagnosing *work, const struct service *service, size_t pods)
{
    if (pods > 0)
        diagnosing_say(work, DIAGNOSIS_WAITING,
                       "If that stays so, its targetPort may name a port that they do not have.",
                       "%s has no ready endpoint, though %zu of its pods are ready.",
                       service->record.name, pods);
    else
        diagnosing_say(
            work, DIAGNOSIS_PROBLEM, "Give it a selector, or endpoints of its own.",
            "Nothing stands behind %s: it selects no pods, and nobody gave it endpoints.",
            service->record.name);
}

/* Does anything stand behind it? The EndpointSlices know, and the pods know why not. */
static void say_endpoints(struct diagnosing *work, const struct service *service)
{
    const struct diagnose_world *world = work->world;
    bool selects = strcmp(service->selector, "<none>") != 0;
    struct behind behind = {0, 0};
    int64_t all = 0, ready = 0;
    if (world->endpoints && endpoint_slices_count(world->endpoints, service, &all, &ready) &&
        ready > 0)
        return;
    if (selects && world->pods)
        behind = count_pods(world->pods, service);
    if (selects && world->pods && behind.selected == 0)
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "No pod belongs to %s (%.200s).",
                       service->record.name, service->selector);
    else if (selects && world->pods && behind.ready == 0 && behind.selected == 1)
        diagnosing_say(work, DIAGNOSIS_WAITING, NULL, "The one pod behind %s is not ready.",
                       service->record.name);
    else if (selects && world->pods && behind.ready == 0)
        diagnosing_say(work, DIAGNOSIS_WAITING, NULL, "None of the %zu pods behind %s is ready.",
                       behind.selected, service->record.name);
    else if (world->endpoints && (behind.ready > 0 || !selects))
        say_no_endpoint(work, service, behind.ready);
}

void diagnose_service(const struct service *service, const struct diagnose_world *world,
                      struct diagnosis *out)
{
    static const char *const failures[] = {"SyncLoadBalancerFailed", "FailedBuildModel",
                                           "FailedDeployModel"};
    struct diagnosing work = {.world = world, .out = out};
    const struct record *record = &service->record;
    memset(out, 0, sizeof *out);
    work.age_ms = record->created_ms ? world->now_ms - record->created_ms : 0;
    if (strcmp(service->type, "ExternalName") == 0)
        return;
    if (!service->balanced) {
        say_endpoints(&work, service);
        return;
    }
    for (size_t i = 0; i < 3 && !service->host[0]; i++) {
        const struct event *event = diagnosing_event(&work, "Service", record, failures[i], NULL);
        if (event)
            say_balancer_failed(&work, record->name, event->message);
    }
    if (service->host[0])
        say_endpoints(&work, service);
    else if (out->headline[0])
        return;
    else if (work.age_ms < PATIENCE_MS || diagnosing_event(&work, "Service", record, NULL, NULL))
        diagnosing_say(&work, DIAGNOSIS_WAITING, NULL, "AWS is making the load balancer of %s.",
                       record->name);
    else if (service->class[0])
        diagnosing_say(&work, DIAGNOSIS_PROBLEM,
                       "Install the AWS Load Balancer Controller, or leave the class out.",
                       "Nobody makes the load balancer of %s: its class is %s.", record->name,
                       service->class);
    else
        diagnosing_say(&work, DIAGNOSIS_PROBLEM, NULL, "Nobody makes the load balancer of %s.",
                       record->name);
}
