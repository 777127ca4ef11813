/* Claims and the volumes that the CSI driver makes for them. */
#include "core/rehearsal/kube_object.h"

#include "core/base/alloc.h"

#define CLASS "ebs-csi-default-sc"

static void volume_add(struct kube_world *kube, const struct kube_storage *storage,
                       struct kube_object *claim)
{
    char *name = alloc_printf("pvc-%s", claim->uid);
    struct kube_object *volume = kube_add(kube, KUBE_VOLUME, "", name, storage->bound_ms);
    js_set(volume->json, "spec",
           json_pack("{s:{s:s}, s:[s], s:{s:s, s:s, s:s}, s:s, s:s, s:{s:s, s:s}}", "capacity",
                     "storage", storage->size, "accessModes", "ReadWriteOnce", "claimRef", "kind",
                     "PersistentVolumeClaim", "namespace", storage->ns, "name", storage->name,
                     "persistentVolumeReclaimPolicy", "Delete", "storageClassName", CLASS, "csi",
                     "driver", "ebs.csi.aws.com", "fsType", "ext4"));
    js_set(volume->json, "status", json_pack("{s:s}", "phase", "Bound"));
    js_set_text(json_object_get(claim->json, "spec"), "volumeName", name);
    free(name);
}

static void tell(struct kube_world *kube, const struct kube_object *claim,
                 const struct kube_storage *storage)
{
    int64_t first = storage->created_ms;
    if (storage->no_class) {
        int64_t every = kube_ms(kube, 15) < 1000 ? 1000 : kube_ms(kube, 15);
        int64_t count = 1 + (kube->now_ms - first) / every;
        struct kube_tale unbound = {"Normal",
                                    "FailedBinding",
                                    "persistentvolume-controller",
                                    first,
                                    first + (count - 1) * every,
                                    count};
        kube_past(kube, NULL, first + count * every);
        kube_event(kube, claim, &unbound,
                   "no persistent volumes available for this claim and no storage class is set");
        return;
    }
    struct kube_tale waiting = {
        "Normal", "ExternalProvisioning", "persistentvolume-controller", first, first, 1};
    struct kube_tale done = {
        "Normal",          "ProvisioningSucceeded", "ebs.csi.aws.com_ebs-csi-controller",
        storage->bound_ms, storage->bound_ms,       1};
    kube_event(kube, claim, &waiting,
               "Waiting for a volume to be created either by the external provisioner "
               "'ebs.csi.aws.com' or manually by the system administrator. If volume creation is "
               "delayed, please verify that the provisioner is running and correctly registered.");
    kube_event(kube, claim, &done, "Successfully provisioned volume pvc-%s", claim->uid);
}

void kube_storage_add(struct kube_world *kube, const struct kube_storage *storage)
{
    if (!kube_past(kube, NULL, storage->created_ms) ||
        kube_past(kube, NULL, kube_end_ms(kube, storage->deleted_ms)))
        return;
    struct kube_object *claim =
        kube_add(kube, KUBE_CLAIM, storage->ns, storage->name, storage->created_ms);
    json_t *spec =
        json_pack("{s:[s], s:{s:{s:s}}, s:s}", "accessModes", "ReadWriteOnce", "resources",
                  "requests", "storage", storage->size, "volumeMode", "Filesystem");
    if (!storage->no_class)
        js_set_text(spec, "storageClassName", CLASS);
    js_set(claim->json, "spec", spec);
    js_set(json_object_get(claim->json, "metadata"), "finalizers",
           json_pack("[s]", "kubernetes.io/pvc-protection"));
    bool bound = !storage->no_class && kube_past(kube, claim, storage->bound_ms);
    js_set(claim->json, "status",
           bound ? json_pack("{s:s, s:[s], s:{s:s}}", "phase", "Bound", "accessModes",
                             "ReadWriteOnce", "capacity", "storage", storage->size)
                 : json_pack("{s:s}", "phase", "Pending"));
    if (kube_past(kube, claim, storage->deleted_ms))
        kube_deleted(claim, storage->deleted_ms, 0);
    tell(kube, claim, storage);
    if (bound)
        volume_add(kube, storage, claim);
}
