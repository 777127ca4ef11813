/* Claims that are not bound, and volumes that do not come to the node. */
#include "core/base/alloc.h"
#include "core/kube/diagnose_work.h"

#define PATIENCE_MS ((int64_t)60 * 1000)

static const char driver_hint[] =
    "Install the EKS add-on aws-ebs-csi-driver with a role that has AmazonEBSCSIDriverPolicy.";
static const char policy_hint[] =
    "Give the driver's role AmazonEBSCSIDriverPolicy (IRSA or EKS Pod Identity).";
static const char class_hint[] = "Make one the default: annotate a StorageClass with "
                                 "storageclass.kubernetes.io/is-default-class=true.";

/* ---- claims ---- */

static const char *const denied[] = {"UnauthorizedOperation",     "AccessDenied",
                                     "AssumeRoleWithWebIdentity", "not authorized",
                                     "no EC2 IMDS role",          NULL};
static const char *const over_quota[] = {"VolumeLimitExceeded", "MaxVolumeStorage",
                                         "VolumeSizeExceeded", NULL};

static void say_no_class(struct diagnosing *work, const char *claim, const char *class)
{
    diagnosing_say(work, DIAGNOSIS_PROBLEM, "Name one that exists: kubectl get storageclass.",
                   "Waits for a volume: claim %s names the StorageClass %s, which does not exist.",
                   claim, class);
}

static void say_provisioning_failed(struct diagnosing *work, const char *claim, const char *message)
{
    char class[254];
    if (diagnosing_quoted(message, "storageclass.storage.k8s.io ", class, sizeof class) &&
        strstr(message, "not found"))
        say_no_class(work, claim, class);
    else if (diagnosing_has(message, denied))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, policy_hint,
                       "Waits for a volume: AWS does not let the EBS CSI driver make one for claim "
                       "%s.",
                       claim);
    else if (diagnosing_has(message, over_quota))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Service Quotas raises it, or another volume goes.",
                       "Waits for a volume: the account's quota for EBS volumes is used up.");
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "Waits for a volume: claim %s: %.300s", claim,
                       message);
}

/* -1: nothing is known of the driver's controller; else whether one of its pods is ready. */
static int driver_ready(const struct diagnosing *work)
{
    static const char prefix[] = "kube-system/ebs-csi-controller-";
    const struct records *pods = work->world->pods;
    if (!pods || pods->count == 0)
        return -1;
    for (size_t i = records_find(pods, prefix);
         i < pods->count && strncmp(pods->items[i]->key, prefix, strlen(prefix)) == 0; i++) {
        if (((const struct pod *)(const void *)pods->items[i])->is_ready)
            return 1;
    }
    return 0;
}

static void say_provisioning(struct diagnosing *work, const struct claim *claim,
                             const struct event *event)
{
    const char *name = claim->record.name;
    int64_t waited_ms = work->world->now_ms - event->first_ms;
    bool ebs = strstr(event->message, "ebs.csi.aws.com") != NULL;
    char span[DURATION_TEXT];
    duration_human(waited_ms, span);
    if (ebs && driver_ready(work) == 0)
        diagnosing_say(
            work, DIAGNOSIS_PROBLEM, driver_hint,
            "Waits for a volume: claim %s needs the EBS CSI driver, and none is running.", name);
    else if (waited_ms < PATIENCE_MS)
        diagnosing_say(work, DIAGNOSIS_WAITING, NULL,
                       "Waits for a volume: claim %s is being served, for %s so far.", name, span);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       ebs ? driver_hint : "See whether its provisioner runs.",
                       "Waits for a volume: nobody has made one for claim %s in %s.", name, span);
}

/* Whether the claim has, or will get, no class at all. */
static bool lacks_class(const struct diagnosing *work, const struct claim *claim)
{
    const struct event *event =
        diagnosing_event(work, "PersistentVolumeClaim", &claim->record, "FailedBinding", NULL);
    if (claim->class[0])
        return false;
    if (claim->classless && work->world->classes)
        return storage_class_default(work->world->classes) == NULL;
    return claim->classless || (event && strstr(event->message, "no storage class is set"));
}

static void say_lacks_class(struct diagnosing *work, const struct claim *claim)
{
    if (claim->classless)
        diagnosing_say(work, DIAGNOSIS_PROBLEM, class_hint,
                       "Waits for a volume: claim %s names no StorageClass, and the cluster has no "
                       "default.",
                       claim->record.name);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "Name a class, or leave storageClassName out to get the default one.",
                       "Waits for a volume: claim %s wants one that was made by hand (class \"\"), "
                       "and there is none.",
                       claim->record.name);
}

/* The name that the EBS driver had within Kubernetes stands for the CSI driver now. */
static const char *driver_of(const struct storage_class *class)
{
    bool old = strcmp(class->provisioner, "kubernetes.io/aws-ebs") == 0;
    return old ? "ebs.csi.aws.com" : class->provisioner;
}

static bool runs_somewhere(const struct records *csi_nodes, const char *driver)
{
    char wanted[PACK_TEXT + 3];
    snprintf(wanted, sizeof wanted, ",%s,", driver);
    for (size_t i = 0; i < csi_nodes->count; i++) {
        if (strstr(((const struct csi_node *)(const void *)csi_nodes->items[i])->drivers, wanted))
            return true;
    }
    return csi_nodes->count == 0;
}

/* A provisioner need not be a CSI driver: only what calls itself one is looked for. */
static bool is_installed(const struct diagnose_world *world, const char *driver)
{
    if (!strstr(driver, "csi"))
        return true;
    return (!world->drivers || records_get(world->drivers, "", driver)) &&
           (!world->csi_nodes || runs_somewhere(world->csi_nodes, driver));
}

static void say_not_installed(struct diagnosing *work, const char *claim, const char *driver)
{
    if (strcmp(driver, "ebs.csi.aws.com") == 0)
        diagnosing_say(
            work, DIAGNOSIS_PROBLEM, driver_hint,
            "Waits for a volume: claim %s needs the EBS CSI driver, and none is installed.", claim);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Install it, or name a class of another driver.",
                       "Waits for a volume: claim %s needs the driver %s, which is not installed.",
                       claim, driver);
}

/* What the classes and drivers of the cluster tell, without any event; whether that explains it. */
static bool diagnose_class(struct diagnosing *work, const struct claim *claim)
{
    const struct records *classes = work->world->classes;
    const struct storage_class *class = NULL;
    if (lacks_class(work, claim)) {
        say_lacks_class(work, claim);
        return true;
    }
    if (!classes)
        return false;
    class = claim->classless ? storage_class_default(classes)
                             : (const void *)records_get(classes, "", claim->class);
    if (!class && claim->class[0])
        say_no_class(work, claim->record.name, claim->class);
    else if (class && !is_installed(work->world, driver_of(class)))
        say_not_installed(work, claim->record.name, driver_of(class));
    else
        return false;
    return true;
}

static void diagnose_claim(struct diagnosing *work, const struct claim *claim)
{
    static const char *const provisioning[] = {"ExternalProvisioning", "Provisioning"};
    const struct record *record = &claim->record;
    const struct event *event =
        diagnosing_event(work, "PersistentVolumeClaim", record, "ProvisioningFailed", NULL);
    if (event) {
        say_provisioning_failed(work, record->name, event->message);
        return;
    }
    if (diagnose_class(work, claim))
        return;
    for (size_t i = 0; i < 2; i++) {
        event = diagnosing_event(work, "PersistentVolumeClaim", record, provisioning[i], NULL);
        if (event) {
            say_provisioning(work, claim, event);
            return;
        }
    }
    if (strcmp(claim->status, "Lost") == 0)
        diagnosing_say(
            work, DIAGNOSIS_PROBLEM, "Its volume is gone; the claim has to be made anew.",
            "Waits for a volume: claim %s has lost volume %s.", record->name, claim->volume);
    else
        diagnosing_say(work, work->age_ms < PATIENCE_MS ? DIAGNOSIS_WAITING : DIAGNOSIS_PROBLEM,
                       NULL, "Waits for a volume: claim %s (%s, class %s) is not bound yet.",
                       record->name, claim->asked, claim->class[0] ? claim->class : "none");
}

void diagnose_claims(struct diagnosing *work)
{
    const char *names = work->pod->claims;
    char name[254];
    if (work->out->headline[0] || !work->world->claims)
        return;
    while (diagnosing_name(&names, name, sizeof name)) {
        const struct claim *claim =
            (const void *)records_get(work->world->claims, work->pod->record.namespace, name);
        if (claim && !claim->bound)
            diagnose_claim(work, claim);
    }
}

/* ---- volumes on their way to the node ---- */

static void say_attach(struct diagnosing *work, const char *message)
{
    static const char *const refused[] = {"UnauthorizedOperation", "not authorized", NULL};
    if (strstr(message, "Multi-Attach error"))
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "It comes free when the old pod has ended; a node that is gone holds it for "
                       "six minutes.",
                       "Another node still holds its volume.");
    else if (diagnosing_has(message, refused))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, policy_hint,
                       "AWS does not let the EBS CSI driver attach its volume.");
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "Its volume cannot be attached: %.300s",
                       message);
}

static void say_mount(struct diagnosing *work, const char *message)
{
    static const char *const nfs[] = {"mount.nfs", "efs", NULL};
    static const char *const late[] = {"timed out", "timeout", NULL};
    const char *namespace = work->pod->record.namespace;
    char name[254];
    if (strstr(message, "not found") && diagnosing_quoted(message, "configmap ", name, sizeof name))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Create it, or correct the pod's volume.",
                       "ConfigMap %s does not exist in %s.", name, namespace);
    else if (strstr(message, "not found") &&
             diagnosing_quoted(message, "secret ", name, sizeof name))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Create it, or correct the pod's volume.",
                       "Secret %s does not exist in %s.", name, namespace);
    else if (diagnosing_has(message, nfs) && diagnosing_has(message, late))
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "Let the nodes reach the mount targets on port 2049 (security group).",
                       "Its file system does not answer.");
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "Its volume cannot be mounted: %.300s",
                       message);
}

static void say_sandbox(struct diagnosing *work, const char *message)
{
    if (strstr(message, "failed to assign an IP address"))
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "The subnet has no addresses left, or the instance type has no more: add "
                       "nodes or subnets.",
                       "No address is left for it on node %s.", work->pod->node);
    else if (strstr(message, "aws-cni") || strstr(message, "cni plugin not initialized"))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "See the pods aws-node in kube-system.",
                       "The network plugin on node %s does not answer.", work->pod->node);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "Its network cannot be set up: %.300s",
                       message);
}

static bool is_being_created(const struct pod *pod)
{
    if (!pod->node[0] || pod->is_ready)
        return false;
    for (size_t i = 0; i < pod->container_count; i++) {
        if (pod->containers[i].state == CONTAINER_RUNNING ||
            pod->containers[i].state == CONTAINER_ENDED)
            return false;
    }
    return true;
}

void diagnose_mounts(struct diagnosing *work)
{
    const struct event *event;
    if (!is_being_created(work->pod))
        return;
    if ((event = diagnosing_pod_event(work, "FailedAttachVolume", NULL)))
        say_attach(work, event->message);
    if ((event = diagnosing_pod_event(work, "FailedMount", NULL)))
        say_mount(work, event->message);
    if ((event = diagnosing_pod_event(work, "FailedCreatePodSandBox", NULL)))
        say_sandbox(work, event->message);
}
