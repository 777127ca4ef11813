/* What the domain stage brings into the cluster: Traefik and external-dns, the Ingresses, and the
 * certificates that cert-manager gets for them. */
#include "core/rehearsal/kube_object.h"
#include "core/rehearsal/world_domain.h"

#include "core/base/alloc.h"

static void add_release(struct kube_world *kube, const struct world_thing *thing)
{
    static const struct {
        const char *release, *ns, *name, *image;
        int port;
    } apps[] = {
        {"traefik ", "traefik", "traefik", "docker.io/traefik:v3.7.11", 8000},
        {"external-dns ", "external-dns", "external-dns",
         "registry.k8s.io/external-dns/external-dns:v0.21.0", 7979},
    };
    for (size_t i = 0; i < sizeof apps / sizeof *apps; i++) {
        struct kube_app app = {.ns = apps[i].ns,
                               .name = apps[i].name,
                               .app = apps[i].name,
                               .container = apps[i].name,
                               .image = apps[i].image,
                               .cpu = "50m",
                               .memory = "64Mi",
                               .replicas = 1,
                               .port = apps[i].port};
        if (str_starts(str_of(thing->last.detail), str_of(apps[i].release)) &&
            kube_span(thing, &app.created_ms, &app.ready_ms, &app.deleted_ms))
            kube_app_add(kube, &app);
    }
}

static void secret_name(const struct world_entrance *entrance, char out[KUBE_NAME])
{
    struct str rest = str_of(entrance->name), first;
    str_cut(&rest, '-', &first); /* "hub-https" */
    snprintf(out, KUBE_NAME, "%.*s-tls-%s", (int)(first.len % 64), first.data, entrance->acme);
}

static void add_ingress(struct kube_world *kube, const struct world_entrance *entrance)
{
    char secret[KUBE_NAME];
    const char *service = strchr(entrance->service, '/');
    secret_name(entrance, secret);
    struct kube_object *ingress =
        kube_add(kube, KUBE_INGRESS, entrance->ns, entrance->name, entrance->created_ms);
    js_set(ingress->json, "spec",
           json_pack("{s:s, s:[{s:[s], s:s}], s:[{s:s, s:{s:[{s:s, s:s, s:{s:{s:s, s:{s:i}}}}]}}]}",
                     "ingressClassName", "traefik", "tls", "hosts", entrance->host, "secretName",
                     secret, "rules", "host", entrance->host, "http", "paths", "path", "/",
                     "pathType", "Prefix", "backend", "service", "name", service ? service + 1 : "",
                     "port", "number", 80));
    json_t *status = json_pack("{s:{}}", "loadBalancer");
    if (entrance->balancer[0])
        js_set(json_object_get(status, "loadBalancer"), "ingress",
               json_pack("[{s:s}]", "hostname", entrance->balancer));
    js_set(ingress->json, "status", status);
}

/* A Certificate with its request, whose status has what was signed; no key is in either. */
static void add_certificate(struct kube_world *kube, const struct world_entrance *entrance)
{
    char secret[KUBE_NAME], name[KUBE_NAME + 4], issuer[40];
    secret_name(entrance, secret);
    snprintf(name, sizeof name, "%s-1", secret);
    snprintf(issuer, sizeof issuer, "letsencrypt-%s", entrance->acme);
    struct kube_object *certificate =
        kube_add(kube, KUBE_CERTIFICATE, entrance->ns, secret, entrance->created_ms);
    bool ready = kube_past(kube, certificate, entrance->certified_ms);
    js_set(certificate->json, "spec",
           json_pack("{s:[s], s:s, s:{s:s, s:s}}", "dnsNames", entrance->host, "secretName", secret,
                     "issuerRef", "kind", "ClusterIssuer", "name", issuer));
    js_set(certificate->json, "status",
           json_pack("{s:[{s:s, s:s, s:s, s:s}]}", "conditions", "type", "Ready", "status",
                     ready ? "True" : "False", "reason", ready ? "Ready" : "DoesNotExist",
                     "message",
                     ready ? "Certificate is up to date and has not expired"
                           : "Issuing certificate as Secret does not exist"));
    struct kube_object *request =
        kube_add(kube, KUBE_CERTIFICATE_REQUEST, entrance->ns, name, entrance->created_ms);
    kube_past(kube, request, entrance->certified_ms);
    js_set(json_object_get(request->json, "metadata"), "annotations",
           json_pack("{s:s}", "cert-manager.io/certificate-name", secret));
    js_set(request->json, "status",
           json_pack("{s:[{s:s, s:s}]}", "conditions", "type", "Ready", "status",
                     ready ? "True" : "False"));
}

void kube_sign(struct kube_world *kube, const char *chain)
{
    for (size_t i = 0; chain && i < kube->count; i++) {
        json_t *status = json_object_get(kube->objects[i]->json, "status");
        if (kube->objects[i]->kind == KUBE_CERTIFICATE_REQUEST &&
            strcmp(js_text(status, "conditions.0.status"), "True") == 0)
            js_set_text(status, "certificate", chain);
    }
}

void kube_add_domain(struct kube_world *kube)
{
    struct world_entrance all[WORLD_ENTRANCES];
    size_t count = world_entrances(kube->world, kube->settings, kube->now_ms, all, WORLD_ENTRANCES);
    for (size_t i = 0; i < kube->world->count; i++)
        if (strcmp(kube->world->things[i].last.type, "helm_release") == 0)
            add_release(kube, &kube->world->things[i]);
    for (size_t i = 0; i < count; i++)
        if (kube_past(kube, NULL, all[i].created_ms) && !kube_past(kube, NULL, all[i].deleted_ms)) {
            add_ingress(kube, &all[i]);
            add_certificate(kube, &all[i]);
        }
}
