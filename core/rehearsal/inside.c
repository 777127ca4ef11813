/* By host name to what answers there. */
#include "core/rehearsal/inside.h"

#include "core/rehearsal/hub.h"
#include "core/rehearsal/index.h"
#include "core/rehearsal/kube_api.h"
#include "core/rehearsal/kube_world.h"
#include "core/rehearsal/world_domain.h"

#include "core/base/alloc.h"

#define BALANCERS ".elb.amazonaws.com"

enum { LATE_S = 240 }; /* of the world, on top of the usual */

static bool balancer_named(const struct cloud *cloud, struct str host, struct world_balancer *found)
{
    struct world_balancer all[WORLD_BALANCERS];
    size_t count =
        world_balancers(cloud->world, cloud->settings, cloud->now_ms, all, WORLD_BALANCERS);
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(host, str_of(all[i].host))) {
            *found = all[i];
            return true;
        }
    return false;
}

/* Whether a ready pod of that namespace has these labels. */
static bool is_ready(const struct cloud *cloud, struct str ns, const char *app,
                     const char *component)
{
    struct kube_world kube;
    bool ready = false;
    kube_world_make(&kube, cloud->world, cloud->settings, NULL, world_where(cloud->world).region,
                    cloud->now_ms);
    for (size_t i = 0; !ready && i < kube.count; i++) {
        const struct kube_object *pod = kube.objects[i];
        const json_t *labels = js_get(pod->json, "metadata.labels");
        ready = pod->kind == KUBE_POD && str_is(ns, pod->ns) &&
                strcmp(js_text(labels, "app"), app) == 0 &&
                (!component || strcmp(js_text(labels, "component"), component) == 0) &&
                kube_pod_is_ready(pod);
    }
    kube_world_finish(&kube);
    return ready;
}

/* The proxy says it when its hub is away. */
static void hub_away(struct cloud_reply *reply)
{
    reply->status = 503;
    str_copy(STR("text/html"), reply->type, sizeof reply->type);
    buf_text(&reply->body, "<!DOCTYPE HTML>\n<html><body><h1>503 : Service Unavailable</h1>\n"
                           "<p>Your server appears to be down.</p></body></html>\n");
}

/* "default/pypi" or "mlhub/proxy-public" */
static void service_answer(const struct request *request, const struct cloud *cloud,
                           struct str service, struct cloud_reply *reply)
{
    struct str ns;
    str_cut(&service, '/', &ns);
    if (str_is(service, "proxy-public")) {
        if (!is_ready(cloud, ns, "mlhub", "proxy"))
            reply->silent = true;
        else if (is_ready(cloud, ns, "mlhub", "hub"))
            hub_answer(request, cloud, reply);
        else
            hub_away(reply);
    } else if (str_is(service, "pypi") && is_ready(cloud, ns, "pypi-server", NULL))
        index_answer(request, cloud, reply);
    else
        reply->silent = true; /* a classic balancer without a healthy instance hangs up */
}

/* "pypi.default.svc.cluster.local", "proxy-public.mlhub.svc" */
static bool is_service(struct str host, char service[WORLD_DETAIL])
{
    struct str name, ns;
    str_cut(&host, '.', &name);
    str_cut(&host, '.', &ns);
    if (!str_is(host, "svc") && !str_is(host, "svc.cluster.local"))
        return false;
    snprintf(service, WORLD_DETAIL, "%.*s/%.*s", (int)(ns.len < 64 ? ns.len : 64), ns.data,
             (int)(name.len < 64 ? name.len : 64), name.data);
    return true;
}

/* ---- behind the entrance of a domain ---- */

static bool entrance_named(const struct cloud *cloud, struct str host, struct world_entrance *found)
{
    struct world_entrance all[WORLD_ENTRANCES];
    size_t count =
        world_entrances(cloud->world, cloud->settings, cloud->now_ms, all, WORLD_ENTRANCES);
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(host, str_of(all[i].host))) {
            *found = all[i];
            return true;
        }
    return false;
}

/* http is sent on to https; there it is the Service's own answer. */
static void entrance_answer(const struct request *request, const struct cloud *cloud,
                            const struct world_entrance *entrance, struct cloud_reply *reply)
{
    struct world_balancer balancer;
    struct buf there = {.data = NULL};
    if (!balancer_named(cloud, str_of(entrance->balancer), &balancer) ||
        balancer.status != WORLD_ACTIVE || cloud->now_ms >= entrance->deleted_ms) {
        reply->silent = true;
    } else if (request->secure) {
        service_answer(request, cloud, str_of(entrance->service), reply);
    } else {
        buf_printf(&there, "https://%s%.*s", entrance->host, STR_ARG(request->target));
        reply->status = 308;
        cloud_reply_header(reply, "Location", buf_cstr(&there));
        buf_text(&reply->body, "Permanent Redirect");
    }
    buf_finish(&there);
}

bool inside_answer(const struct request *request, const struct cloud *cloud,
                   struct cloud_reply *reply)
{
    struct world_balancer balancer;
    struct world_entrance entrance;
    char service[WORLD_DETAIL];
    if (kube_api_is_asked(request))
        kube_api_answer(request, cloud, reply);
    else if (is_service(request->host, service))
        service_answer(request, cloud, str_of(service), reply);
    else if (entrance_named(cloud, request->host, &entrance))
        entrance_answer(request, cloud, &entrance, reply);
    else if (!str_ends(request->host, STR(BALANCERS)))
        return false;
    else if (balancer_named(cloud, request->host, &balancer) && balancer.status == WORLD_ACTIVE &&
             !balancer.orphan)
        service_answer(request, cloud, str_of(balancer.service), reply);
    else
        reply->silent = true;
    return true;
}

static bool is_endpoint(struct str name)
{
    return str_ends(name, STR(".eks.amazonaws.com")) && str_find(name, STR(".gr")) == 32;
}

/* Names of AWS itself are always there. */
bool inside_names(const char *host)
{
    return !str_ends(str_of(host), STR(".amazonaws.com")) ||
           str_ends(str_of(host), STR(BALANCERS)) || is_endpoint(str_of(host));
}

bool inside_resolves(const struct cloud *cloud, const char *host)
{
    struct world_balancer balancer;
    struct world_entrance entrance;
    struct str name = str_of(host);
    if (str_ends(name, STR(BALANCERS))) {
        if (!balancer_named(cloud, name, &balancer))
            return false;
        int64_t from = balancer.resolves_ms;
        if (settings_has_fault(cloud->settings, "dns-late"))
            from += settings_wait_ms(cloud->settings, LATE_S);
        return cloud->now_ms >= from;
    }
    if (is_endpoint(name))
        return world_cluster_at(cloud->world, cloud->now_ms).status == WORLD_ACTIVE;
    if (entrance_named(cloud, name, &entrance))
        return world_has_record(&entrance, cloud->now_ms) && cloud->now_ms >= entrance.resolves_ms;
    return true;
}
