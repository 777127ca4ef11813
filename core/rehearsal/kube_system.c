/* What EKS's add-ons and cert-manager bring. */
#include "core/rehearsal/kube_object.h"
#include "core/rehearsal/world_things.h"

#include "core/base/alloc.h"

#define REGISTRY "602401143452.dkr.ecr.us-east-2.amazonaws.com/"

bool kube_span(const struct world_thing *thing, int64_t *created_ms, int64_t *ready_ms,
               int64_t *deleted_ms)
{
    *deleted_ms = KUBE_NEVER;
    if (!thing)
        return false;
    *created_ms = thing->created_ms;
    *ready_ms = thing->ready_ms < 0 ? KUBE_NEVER : thing->ready_ms;
    if (thing->last.what == WORLD_DESTROY)
        *deleted_ms = thing->last.time_ms;
    return true;
}

static const struct world_thing *addon(const struct kube_world *kube, const char *name)
{
    for (size_t i = 0; i < kube->world->count; i++) {
        const struct world_event *last = &kube->world->things[i].last;
        if (strcmp(last->type, "aws_eks_addon") == 0 &&
            str_starts(str_of(last->detail), str_of(name)))
            return &kube->world->things[i];
    }
    return NULL;
}

static void add_daemons(struct kube_world *kube)
{
    static const struct {
        const char *addon, *name, *container, *image;
        double seconds;
    } daemons[] = {
        {"vpc-cni", "aws-node", "aws-node", REGISTRY "amazon-k8s-cni:v1.21.1-eksbuild.1", 10},
        {"kube-proxy", "kube-proxy", "kube-proxy",
         REGISTRY "eks/kube-proxy:v1.35.0-minimal-eksbuild.2", 7},
        {"eks-pod-identity-agent", "eks-pod-identity-agent", "eks-pod-identity-agent",
         REGISTRY "eks/eks-pod-identity-agent:v0.1.36", 8},
        {"aws-ebs-csi-driver", "ebs-csi-node", "ebs-plugin",
         REGISTRY "eks/aws-ebs-csi-driver:v1.54.0", 14},
    };
    for (size_t i = 0; i < sizeof daemons / sizeof *daemons; i++) {
        int64_t created, ready, deleted;
        if (kube_span(addon(kube, daemons[i].addon), &created, &ready, &deleted) &&
            kube->now_ms < deleted)
            kube_daemon_add(kube, daemons[i].name, daemons[i].container, daemons[i].image, created,
                            daemons[i].seconds);
    }
}

static void add_controller(struct kube_world *kube, const char *of, const char *name,
                           const char *container, const char *image)
{
    struct kube_app app = {.ns = "kube-system",
                           .name = name,
                           .app = name,
                           .container = container,
                           .image = image,
                           .cpu = "100m",
                           .memory = "70Mi",
                           .replicas = 2};
    if (kube_span(addon(kube, of), &app.created_ms, &app.ready_ms, &app.deleted_ms))
        kube_app_add(kube, &app);
}

static bool is_without_default(const struct kube_world *kube)
{
    for (size_t i = 0; i < kube->world->count; i++)
        if (strcmp(kube->world->things[i].last.type, "helm_release") == 0 &&
            str_ends(str_of(kube->world->things[i].last.detail), STR("/mlhub")) &&
            world_struck(kube->world, "no-storage-class", &kube->world->things[i]))
            return true;
    return false;
}

static void add_storage(struct kube_world *kube)
{
    int64_t created, ready, deleted;
    if (!kube_span(addon(kube, "aws-ebs-csi-driver"), &created, &ready, &deleted) ||
        !kube_past(kube, NULL, created) || kube_past(kube, NULL, deleted))
        return;
    struct kube_object *driver = kube_add(kube, KUBE_CSI_DRIVER, "", "ebs.csi.aws.com", created);
    js_set(driver->json, "spec", json_pack("{s:b, s:b}", "attachRequired", 1, "podInfoOnMount", 0));
    struct kube_object *class =
        kube_add(kube, KUBE_STORAGE_CLASS, "", "ebs-csi-default-sc", created);
    bool usual = !is_without_default(kube);
    js_set(json_object_get(class->json, "metadata"), "annotations",
           json_pack("{s:s}", "storageclass.kubernetes.io/is-default-class",
                     usual ? "true" : "false"));
    js_set_text(class->json, "provisioner", "ebs.csi.aws.com");
    js_set_text(class->json, "reclaimPolicy", "Delete");
    js_set_text(class->json, "volumeBindingMode", "WaitForFirstConsumer");
    js_set_bool(class->json, "allowVolumeExpansion", true);
}

static void add_certificates(struct kube_world *kube)
{
    static const char *const names[][3] = {
        {"cert-manager", "controller", "cert-manager-controller"},
        {"cert-manager-cainjector", "cainjector", "cert-manager-cainjector"},
        {"cert-manager-webhook", "webhook", "cert-manager-webhook"}};
    for (size_t i = 0; i < kube->world->count; i++) {
        const struct world_thing *thing = &kube->world->things[i];
        if (strcmp(thing->last.type, "helm_release") != 0 ||
            !str_starts(str_of(thing->last.detail), STR("cert-manager ")))
            continue;
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            char *image = alloc_printf("quay.io/jetstack/%s:v%s", names[k][2],
                                       thing->last.detail + strlen("cert-manager "));
            char *container = alloc_printf("cert-manager-%s", names[k][1]);
            struct kube_app app = {.ns = "cert-manager",
                                   .name = names[k][0],
                                   .app = names[k][0],
                                   .container = container,
                                   .image = image,
                                   .cpu = "10m",
                                   .memory = "32Mi",
                                   .replicas = 1};
            if (kube_span(thing, &app.created_ms, &app.ready_ms, &app.deleted_ms))
                kube_app_add(kube, &app);
            free(container);
            free(image);
        }
    }
}

static void add_doors(struct kube_world *kube)
{
    int64_t born = kube->cluster.created_ms;
    kube_door_add(kube, &(struct kube_door){.ns = "default",
                                            .name = "kubernetes",
                                            .app = "kubernetes",
                                            .port = 443,
                                            .target = 443,
                                            .created_ms = born,
                                            .named_ms = KUBE_NEVER,
                                            .deleted_ms = KUBE_NEVER});
    if (addon(kube, "coredns"))
        kube_door_add(kube, &(struct kube_door){.ns = "kube-system",
                                                .name = "kube-dns",
                                                .app = "coredns",
                                                .port = 53,
                                                .target = 53,
                                                .created_ms = born,
                                                .named_ms = KUBE_NEVER,
                                                .deleted_ms = KUBE_NEVER});
}

void kube_add_system(struct kube_world *kube)
{
    add_daemons(kube);
    add_controller(kube, "coredns", "coredns", "coredns",
                   REGISTRY "eks/coredns:v1.12.4-eksbuild.1");
    add_controller(kube, "aws-ebs-csi-driver", "ebs-csi-controller", "ebs-plugin",
                   REGISTRY "eks/aws-ebs-csi-driver:v1.54.0");
    add_storage(kube);
    add_certificates(kube);
    add_doors(kube);
}
