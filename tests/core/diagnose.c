/* Why a pod is not ready, said in one sentence: the recorded scenario of a cluster where everything
 * goes wrong, and each row of the table of symptoms. */
#include "core/kube/diagnose.h"

#include <criterion/criterion.h>

#include "core/base/clock.h"
#include "tests/core/kube_corpus.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct records pods, nodes, events, claims, services, workloads;
static struct records endpoints, classes, drivers, csi_nodes;
static struct diagnose_world world;
static struct diagnosis said;
static const struct pod_rules rules = {false};

static void release(struct record *record)
{
    pod_free((struct pod *)record);
}

static void put(const char *kind, const json_t *object)
{
    if (strcmp(kind, "pods") == 0)
        records_put(&pods, (struct record *)pod_parse(object, &rules));
    else if (strcmp(kind, "nodes") == 0)
        records_put(&nodes, (struct record *)node_parse(object));
    else if (strcmp(kind, "events") == 0)
        records_put(&events, (struct record *)event_parse(object));
    else if (strcmp(kind, "services") == 0)
        records_put(&services, (struct record *)service_parse(object));
    else if (strcmp(kind, "deployments") == 0)
        records_put(&workloads, (struct record *)workload_parse(object));
    else if (strcmp(kind, "endpointslices") == 0)
        records_put(&endpoints, (struct record *)endpoint_slice_parse(object));
    else if (strcmp(kind, "storageclasses") == 0)
        records_put(&classes, (struct record *)storage_class_parse(object));
    else if (strcmp(kind, "csidrivers") == 0)
        records_put(&drivers, csi_driver_parse(object));
    else if (strcmp(kind, "csinodes") == 0)
        records_put(&csi_nodes, (struct record *)csi_node_parse(object));
    else
        records_put(&claims, (struct record *)claim_parse(object));
}

static void put_json(const char *kind, const char *text)
{
    struct error err;
    json_t *object = js_parse(str_of(text), &err);
    cr_assert(object != NULL, "%s: %s", text, err.text);
    put(kind, object);
    json_decref(object);
}

static void put_all(const char *kind)
{
    char file[80];
    snprintf(file, sizeof(file), "scenario/%s.json", kind);
    json_t *list = kube_json(file);
    for (size_t i = 0; i < js_count(list, "items"); i++)
        put(kind, json_array_get(js_get(list, "items"), i));
    json_decref(list);
}

static void set_up(void)
{
    pods = (struct records){.release = release};
    world = (struct diagnose_world){.pods = &pods,
                                    .nodes = &nodes,
                                    .events = &events,
                                    .claims = &claims,
                                    .services = &services,
                                    .workloads = &workloads};
    clock_parse_rfc3339(STR("2026-11-22T12:00:00Z"), &world.now_ms);
}

static void tear_down(void)
{
    records_finish(&pods);
    records_finish(&nodes);
    records_finish(&events);
    records_finish(&claims);
    records_finish(&services);
    records_finish(&workloads);
    records_finish(&endpoints);
    records_finish(&classes);
    records_finish(&drivers);
    records_finish(&csi_nodes);
    no_leaks();
}

TestSuite(diagnose, .init = set_up, .fini = tear_down);

/* The diagnosis of the pod "default/p". */
static void diagnose(void)
{
    const struct pod *pod = (const void *)records_get(&pods, "default", "p");
    cr_assert(pod != NULL);
    diagnose_pod(pod, &world, &said);
}

static void expect_text(const char *text)
{
    char got[DIAGNOSIS_TEXT];
    cr_expect_str_eq(diagnosis_text(&said, got), text);
}

/* ---- the scenario ---- */

static void print(FILE *out, const char *kind, const struct record *record)
{
    char text[DIAGNOSIS_TEXT];
    if (said.level == DIAGNOSIS_FINE)
        return;
    fprintf(out, "%s %s: %s %s\n", kind, record->key,
            said.level == DIAGNOSIS_PROBLEM ? "problem" : "waiting", diagnosis_text(&said, text));
    for (size_t i = 0; i < said.detail_count; i++)
        fprintf(out, "    %s\n", said.details[i]);
}

Test(diagnose, scenario)
{
    char *got = NULL;
    size_t len = 0;
    struct buf wanted = {0};
    static const char *const kinds[] = {"pods",     "nodes",       "events",
                                        "services", "deployments", "persistentvolumeclaims"};
    for (size_t i = 0; i < 6; i++)
        put_all(kinds[i]);
    clock_parse_rfc3339(STR("2026-11-22T11:38:00Z"), &world.now_ms);
    int64_t room[8][POD_RESOURCES];
    diagnose_rooms(&world, room);
    world.room = room;
    FILE *out = open_memstream(&got, &len);
    for (size_t i = 0; i < pods.count; i++) {
        diagnose_pod((const void *)pods.items[i], &world, &said);
        print(out, "pod", pods.items[i]);
    }
    for (size_t i = 0; i < services.count; i++) {
        diagnose_service((const void *)services.items[i], &world, &said);
        print(out, "service", services.items[i]);
    }
    for (size_t i = 0; i < workloads.count; i++) {
        diagnose_workload((const void *)workloads.items[i], &world, &said);
        print(out, "deployment", workloads.items[i]);
    }
    fclose(out);
    kube_read("scenario/why.txt", &wanted);
    if (!str_is(buf_str(&wanted), got)) {
        fputs(got, stderr);
        cr_expect(false, "this is not what why.txt says");
    }
    buf_finish(&wanted);
    free(got);
}

/* ---- each row of the table ---- */

#define META                                                                                       \
    "\"metadata\":{\"name\":\"p\",\"namespace\":\"default\",\"creationTimestamp\":\"2026-11-"      \
    "22T11:50:00Z\""
#define POD(spec, status)                                                                          \
    "{" META "},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"example.com/app:1\"}]" spec  \
    "},\"status\":{" status "}}"
#define UNSCHEDULABLE(message)                                                                     \
    POD("",                                                                                        \
        "\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\","   \
        "\"reason\":\"Unschedulable\",\"message\":\"" message "\"}]")
#define WAITING(reason, message)                                                                   \
    POD(",\"nodeName\":\"n1\"",                                                                    \
        "\"phase\":\"Pending\",\"containerStatuses\":[{\"name\":\"c\",\"state\":{\"waiting\":{"    \
        "\"reason\":\"" reason "\",\"message\":\"" message "\"}}}]")
#define CRASHED(last)                                                                              \
    POD(",\"nodeName\":\"n1\"",                                                                    \
        "\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"c\",\"restartCount\":4,"         \
        "\"state\":{"                                                                              \
        "\"waiting\":{\"reason\":\"CrashLoopBackOff\"}},\"lastState\":{\"terminated\":{" last      \
        "}}}]")
#define EVENT(kind, name, reason, message)                                                         \
    "{\"metadata\":{\"name\":\"" name                                                              \
    ".1\",\"namespace\":\"default\"},\"involvedObject\":{\"kind\":\"" kind "\",\"name\":\"" name   \
    "\"},\"reason\":\"" reason "\",\"message\":\"" message                                         \
    "\",\"firstTimestamp\":\"2026-11-22T11:55:00Z\",\"lastTimestamp\":\"2026-11-22T11:59:30Z\"}"
#define NODE(name, extra)                                                                          \
    "{\"metadata\":{\"name\":\"" name "\"},\"spec\":{" extra                                       \
    "},\"status\":{\"allocatable\":{\"cpu\":\"2\","                                                \
    "\"memory\":\"8Gi\",\"pods\":\"29\"},\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}" \
    "]}}"

static const struct {
    const char *pod, *event, *text;
    enum diagnosis_level level;
} cases[] = {
    /* scheduling */
    {UNSCHEDULABLE(
         "0/2 nodes are available: 2 Too many pods. preemption: 0/2 nodes are available: 2 "
         "No preemption victims found for incoming pod."),
     NULL,
     "All 2 nodes hold as many pods as they may. Add nodes, or take an instance type with more "
     "addresses.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("0/2 nodes are available: 2 Insufficient cpu."), NULL,
     "No node has enough cpu free. Add nodes, or lower what it requests.", DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("0/2 nodes are available: 2 Insufficient example.com/thing."), NULL,
     "No node has enough example.com/thing free. Add nodes, or lower what it requests.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("0/3 nodes are available: 2 node(s) had untolerated taint {dedicated: gpu}, 1 "
                   "node(s) were unschedulable. preemption: x"),
     NULL,
     "No node suits it: of 3, 2 repel it by a taint, 1 is cordoned. Give it a toleration, or take "
     "the taint away.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE(
         "0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) "
         "had no available volume zone."),
     NULL,
     "All 2 nodes are in another zone than its volume. An EBS volume stays in its zone: a node "
     "with "
     "room is needed there.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."),
     NULL,
     "All 2 nodes do not suit its rules about other pods. It wants to be near or far from other "
     "pods: add nodes or relax that.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("0/2 nodes are available: 2 node(s) exceed max volume count."), NULL,
     "All 2 nodes hold as many volumes as they may. Add nodes.", DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE(
         "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod "
         "ports."),
     NULL, "All 2 nodes have its host port in use. Only one such pod fits on a node: add nodes.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("0/2 nodes are available: 1 node(s) had a new mood, 1 Insufficient memory."),
     NULL, "No node has enough memory free. Add nodes, or lower what it requests.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("0/2 nodes are available: 2 node(s) had a new mood."), NULL,
     "No node suits it: of 2, 2 node(s) had a new mood.", DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("no nodes available to schedule pods"), NULL, "The cluster has no nodes yet.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("something entirely new"), NULL, "The scheduler says: something entirely new.",
     DIAGNOSIS_PROBLEM},
    {UNSCHEDULABLE("0/2 nodes are available: 2 Insufficient cpu."),
     EVENT("Pod", "p", "TriggeredScaleUp", "pod triggered scale-up: [{workers 2->3 (max: 5)}]"),
     "A node is being added for it: pod triggered scale-up: [{workers 2->3 (max: 5)}].",
     DIAGNOSIS_WAITING},
    {UNSCHEDULABLE("0/2 nodes are available: persistentvolumeclaim \\\"x\\\" not found."), NULL,
     "Claim x does not exist. Create the claim, or correct the pod's volume.", DIAGNOSIS_PROBLEM},
    /* images */
    {WAITING(
         "ImagePullBackOff",
         "Back-off pulling image: ErrImagePull: pull access denied, repository does not exist or "
         "may require authorization"),
     NULL,
     "Image example.com/app:1 does not exist, or example.com wants a login. Correct its name, or "
     "add "
     "an imagePullSecret.",
     DIAGNOSIS_PROBLEM},
    {WAITING("ErrImagePull", "ErrImagePull: failed to authorize: 401 Unauthorized"), NULL,
     "example.com does not give out image example.com/app:1 to this node. Give the pod an "
     "imagePullSecret for this registry.",
     DIAGNOSIS_PROBLEM},
    {WAITING("ImagePullBackOff", "Back-off pulling image \\\"example.com/app:1\\\""),
     EVENT("Pod", "p", "Failed",
           "Failed to pull image \\\"example.com/app:1\\\": dial tcp 10.0.0.1:443: i/o timeout"),
     "Node n1 does not reach example.com. The nodes need a NAT gateway or VPC endpoints, and DNS.",
     DIAGNOSIS_PROBLEM},
    {WAITING("ErrImagePull", "ErrImagePull: no match for platform in manifest: not found"), NULL,
     "Image example.com/app:1 does not exist. Correct its name or tag.", DIAGNOSIS_PROBLEM},
    {WAITING("ErrImagePull", "toomanyrequests: You have reached your pull rate limit"), NULL,
     "example.com allows no more pulls from this address for now. Log in there, or use a mirror "
     "(ECR "
     "pull through cache).",
     DIAGNOSIS_PROBLEM},
    {WAITING("InvalidImageName", "couldn't parse image"), NULL,
     "example.com/app:1 is no name of an image. Correct it.", DIAGNOSIS_PROBLEM},
    {WAITING("ErrImageNeverPull", "x"), NULL,
     "Image example.com/app:1 is not on node n1. Its imagePullPolicy Never forbids to pull it.",
     DIAGNOSIS_PROBLEM},
    /* configuration */
    {WAITING("CreateContainerConfigError", "configmap \\\"settings\\\" not found"), NULL,
     "ConfigMap settings does not exist in default. It starts by itself when that is there.",
     DIAGNOSIS_PROBLEM},
    {WAITING("CreateContainerConfigError", "couldn't find key k in Secret default/s"), NULL,
     "Container c: couldn't find key k in Secret default/s. Add the key, or correct the pod.",
     DIAGNOSIS_PROBLEM},
    {WAITING(
         "RunContainerError",
         "runc create failed: exec: \\\"serve\\\": executable file not found in $PATH: unknown"),
     NULL,
     "Container c: there is no program serve in image example.com/app:1. Correct its command, or "
     "take another image.",
     DIAGNOSIS_PROBLEM},
    /* ends */
    {CRASHED("\"exitCode\":137,\"reason\":\"OOMKilled\""), NULL,
     "Container c was killed: node n1 has run out of memory. Set requests and limits for memory.",
     DIAGNOSIS_PROBLEM},
    {CRASHED("\"exitCode\":137,\"reason\":\"Error\""),
     EVENT("Pod", "p", "Unhealthy", "Liveness probe failed: Get http://10.0.0.7/: refused"),
     "Container c is restarted because its liveness probe fails: Get http://10.0.0.7/: refused. "
     "Correct the probe, or give it more time.",
     DIAGNOSIS_PROBLEM},
    {CRASHED("\"exitCode\":127,\"reason\":\"Error\""), NULL,
     "Container c ends with code 127: its command is not in the image, 4 times so far. See the "
     "last "
     "lines of its log.",
     DIAGNOSIS_PROBLEM},
    {CRASHED("\"exitCode\":0,\"reason\":\"Completed\""), NULL,
     "Container c ends by itself, without an error, and is started anew, 4 times so far. Its "
     "command "
     "has to go on running.",
     DIAGNOSIS_PROBLEM},
    {CRASHED("\"exitCode\":1,\"message\":\"no database\""), NULL,
     "Container c ends with code 1, 4 times so far: no database.", DIAGNOSIS_PROBLEM},
    /* mounts and network */
    {WAITING("ContainerCreating", ""),
     EVENT("Pod", "p", "FailedAttachVolume", "Multi-Attach error for volume \\\"pvc-1\\\""),
     "Another node still holds its volume. It comes free when the old pod has ended; a node that "
     "is "
     "gone holds it for six minutes.",
     DIAGNOSIS_PROBLEM},
    {WAITING("ContainerCreating", ""),
     EVENT("Pod", "p", "FailedMount",
           "MountVolume.SetUp failed for volume \\\"v\\\" : secret \\\"tls\\\" not found"),
     "Secret tls does not exist in default. Create it, or correct the pod's volume.",
     DIAGNOSIS_PROBLEM},
    {WAITING("ContainerCreating", ""),
     EVENT("Pod", "p", "FailedCreatePodSandBox",
           "plugin type=\\\"aws-cni\\\" failed: failed to assign an IP address to container"),
     "No address is left for it on node n1. The subnet has no addresses left, or the instance type "
     "has no more: add nodes or subnets.",
     DIAGNOSIS_PROBLEM},
    {WAITING("ContainerCreating", ""), EVENT("Pod", "p", "Pulling", "Pulling image"),
     "Pulls image example.com/app:1, for 30s so far.", DIAGNOSIS_WAITING},
    /* running */
    {POD(",\"nodeName\":\"n1\"",
         "\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"c\",\"state\":{\"running\":{"
         "\"startedAt\":\"2026-11-22T11:59:48Z\"}}}]"),
     NULL, "Container c runs for 12s and is not ready yet.", DIAGNOSIS_WAITING},
    {POD(",\"readinessGates\":[{\"conditionType\":\"elb\"}],\"nodeName\":\"n1\"",
         "\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"c\",\"ready\":true,\"state\":{"
         "\"running\":{}}}]"),
     NULL,
     "0 of 1 readiness gates are open. The load balancer does not find its target healthy yet.",
     DIAGNOSIS_PROBLEM},
    /* ends of pods */
    {POD("", "\"phase\":\"Failed\",\"reason\":\"Evicted\",\"message\":\"The node was low on "
             "resource: memory.\""),
     NULL,
     "Evicted: The node was low on resource: memory. Its controller makes another one; this one "
     "may "
     "be deleted.",
     DIAGNOSIS_PROBLEM},
    {"{" META
     ",\"deletionTimestamp\":\"2026-11-22T11:57:00Z\",\"finalizers\":[\"example.com/keep\"]},"
     "\"status\":{\"phase\":\"Running\"}}",
     NULL,
     "Its end waits for example.com/keep since 3m. Whoever put the finalizer there has to take it "
     "away.",
     DIAGNOSIS_PROBLEM},
    {"{" META
     ",\"deletionTimestamp\":\"2026-11-22T11:59:50Z\"},\"status\":{\"phase\":\"Running\"}}",
     NULL, "It is being ended.", DIAGNOSIS_WAITING},
    {POD("", "\"phase\":\"Succeeded\""), NULL, "", DIAGNOSIS_FINE},
    {POD("", "\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]"),
     NULL, "", DIAGNOSIS_FINE},
    {POD("", ""), NULL, "No node has been chosen for it yet.", DIAGNOSIS_PROBLEM},
};

/* Cut where a character of two bytes would be torn apart. */
Test(diagnose, long_words_end_at_a_character)
{
    struct buf pod = {0};
    buf_text(&pod, "{" META "},\"status\":{\"phase\":\"Failed\",\"reason\":\"x\",\"message\":\"");
    for (int i = 0; i < 900; i++)
        buf_text(&pod, i % 7 ? "\xc3\xa9" : "a");
    buf_text(&pod, "\"}}");
    put_json("pods", buf_cstr(&pod));
    diagnose();
    cr_assert(str_is_utf8(str_of(said.headline)));
    buf_finish(&pod);
}

Test(diagnose, table_of_symptoms)
{
    put_json("nodes", NODE("n1", ""));
    put_json("nodes", NODE("n2", ""));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        records_finish(&pods);
        records_finish(&events);
        put_json("pods", cases[i].pod);
        if (cases[i].event)
            put_json("events", cases[i].event);
        diagnose();
        expect_text(cases[i].text);
        cr_expect_eq(said.level, cases[i].level, "case %zu: %s", i, cases[i].text);
    }
}

/* ---- what classes, drivers and endpoints tell without any event ---- */

#define CLAIM(spec)                                                                                \
    "{\"metadata\":{\"name\":\"data\",\"namespace\":\"default\",\"creationTimestamp\":\"2026-11-"  \
    "22T11:50:00Z\"},\"spec\":{" spec "},\"status\":{\"phase\":\"Pending\"}}"
#define CLASS(name, provisioner, default)                                                          \
    "{\"metadata\":{\"name\":\"" name                                                              \
    "\",\"annotations\":{\"storageclass.kubernetes.io/is-default-"                                 \
    "class\":\"" default "\"}},\"provisioner\":\"" provisioner "\"}"
#define WAITS_FOR_DATA                                                                             \
    POD(",\"volumes\":[{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}]",      \
        "\"phase\":\"Pending\"")

static void expect_claim(const char *spec, const char *text)
{
    put_json("claims", spec);
    diagnose();
    expect_text(text);
}

Test(diagnose, classes_and_drivers)
{
    static const char none[] = "Waits for a volume: claim data needs the EBS CSI driver, and none "
                               "is installed. Install the EKS add-on aws-ebs-csi-driver with a "
                               "role that has AmazonEBSCSIDriverPolicy.";
    static const char unbound[] = "Waits for a volume: claim data (, class gp2) is not bound yet.";
    put_json("pods", WAITS_FOR_DATA);
    expect_claim(CLAIM("\"storageClassName\":\"gp2\""), unbound);
    world.classes = &classes;
    expect_claim(CLAIM("\"storageClassName\":\"gp2\""),
                 "Waits for a volume: claim data names the StorageClass gp2, which does not exist. "
                 "Name one that exists: kubectl get storageclass.");
    expect_claim(CLAIM(""), "Waits for a volume: claim data names no StorageClass, and the cluster "
                            "has no default. Make one the default: annotate a StorageClass with "
                            "storageclass.kubernetes.io/is-default-class=true.");
    put_json("storageclasses", CLASS("gp2", "kubernetes.io/aws-ebs", "true"));
    put_json("storageclasses", CLASS("local", "example.com/local-path", "false"));
    put_json("storageclasses", CLASS("files", "efs.csi.aws.com", "false"));
    expect_claim(CLAIM(""), "Waits for a volume: claim data (, class none) is not bound yet.");
    expect_claim(CLAIM("\"storageClassName\":\"gp2\""), unbound);
    world.drivers = &drivers;
    expect_claim(CLAIM("\"storageClassName\":\"gp2\""), none);
    expect_claim(CLAIM(""), none);
    expect_claim(CLAIM("\"storageClassName\":\"files\""),
                 "Waits for a volume: claim data needs the driver efs.csi.aws.com, which is not "
                 "installed. Install it, or name a class of another driver.");
    expect_claim(CLAIM("\"storageClassName\":\"local\""),
                 "Waits for a volume: claim data (, class local) is not bound yet.");
    put_json("csidrivers", "{\"metadata\":{\"name\":\"ebs.csi.aws.com\"}}");
    expect_claim(CLAIM("\"storageClassName\":\"gp2\""), unbound);
    world.csi_nodes = &csi_nodes;
    expect_claim(CLAIM("\"storageClassName\":\"gp2\""), unbound);
    put_json("csinodes", "{\"metadata\":{\"name\":\"n1\"},\"spec\":{\"drivers\":["
                         "{\"name\":\"efs.csi.aws.com\"}]}}");
    expect_claim(CLAIM("\"storageClassName\":\"gp2\""), none);
    put_json("csinodes", "{\"metadata\":{\"name\":\"n2\"},\"spec\":{\"drivers\":["
                         "{\"name\":\"efs.csi.aws.com\"},{\"name\":\"ebs.csi.aws.com\"}]}}");
    expect_claim(CLAIM("\"storageClassName\":\"gp2\""), unbound);
    put_json("events", EVENT("PersistentVolumeClaim", "data", "FailedBinding",
                             "no persistent volumes available for this claim and no storage class "
                             "is set"));
    expect_claim(CLAIM("\"storageClassName\":\"\""),
                 "Waits for a volume: claim data wants one that was made by hand (class \"\"), and "
                 "there is none. Name a class, or leave storageClassName out to get the default "
                 "one.");
}

static void expect_service(const char *spec, const char *text)
{
    char object[600];
    snprintf(object, sizeof object,
             "{\"metadata\":{\"name\":\"web\",\"namespace\":\"default\"},\"spec\":{%s},"
             "\"status\":{\"loadBalancer\":{\"ingress\":[{\"hostname\":\"h\"}]}}}",
             spec);
    records_finish(&services);
    put_json("services", object);
    diagnose_service((const void *)services.items[0], &world, &said);
    expect_text(text);
}

#define SELECTS "\"type\":\"LoadBalancer\",\"selector\":{\"app\":\"web\"}"
#define WEB(ready)                                                                                 \
    "{\"metadata\":{\"name\":\"w\",\"namespace\":\"default\",\"labels\":{\"app\":\"web\"}},"       \
    "\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"" ready    \
    "\"}]}}"
#define WEB_SLICE(ready)                                                                           \
    "{\"metadata\":{\"name\":\"web-1\",\"namespace\":\"default\",\"labels\":{\"kubernetes.io/"     \
    "service-name\":\"web\"}},\"endpoints\":[{\"conditions\":{\"ready\":" ready "}}]}"

Test(diagnose, services_that_nothing_stands_behind)
{
    static const char alone[] = "Nothing stands behind web: it selects no pods, and nobody gave it "
                                "endpoints. Give it a selector, or endpoints of its own.";
    expect_service(SELECTS, "No pod belongs to web (app=web).");
    expect_service("\"type\":\"ClusterIP\"", "");
    expect_service("\"type\":\"ExternalName\",\"selector\":{\"a\":\"b\"}", "");
    put_json("pods", WEB("False"));
    expect_service(SELECTS, "The one pod behind web is not ready.");
    world.endpoints = &endpoints;
    expect_service(SELECTS, "The one pod behind web is not ready.");
    expect_service("\"type\":\"ClusterIP\"", alone);
    put_json("pods", WEB("True"));
    put_json("endpointslices", WEB_SLICE("false"));
    expect_service(SELECTS, "web has no ready endpoint, though 1 of its pods are ready. If that "
                            "stays so, its targetPort may name a port that they do not have.");
    expect_service("\"type\":\"ClusterIP\"", alone);
    put_json("endpointslices", WEB_SLICE("true"));
    expect_service(SELECTS, "");
    expect_service("\"type\":\"ClusterIP\"", "");
}
