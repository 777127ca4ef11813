/* Why the scheduler finds no node: its sentence "0/N nodes are available: …" taken apart, and what
 * the pod asks for held against what the nodes have. */
#include "core/base/alloc.h"
#include "core/kube/diagnose_work.h"

enum refusal {
    REFUSE_RESOURCE, /* Insufficient … */
    REFUSE_SLOTS,    /* too many pods */
    REFUSE_ZONE,
    REFUSE_VOLUMES,
    REFUSE_NO_VOLUME,
    REFUSE_LABELS,
    REFUSE_AFFINITY,
    REFUSE_SPREAD,
    REFUSE_PORTS,
    REFUSE_TAINT,
    REFUSE_CORDON,
    REFUSE_OTHER,
    REFUSALS,
};

/* What the scheduler writes, what we say of that many nodes, and what would help. */
static const struct {
    const char *words, *one, *many, *hint;
} refusals[REFUSALS] = {
    [REFUSE_RESOURCE] = {"Insufficient ", "has too little free", "have too little free",
                         "Add nodes, or lower what it requests."},
    [REFUSE_SLOTS] = {"Too many pods", "holds as many pods as it may",
                      "hold as many pods as they may",
                      "Add nodes, or take an instance type with more addresses."},
    [REFUSE_ZONE] = {"volume", "is in another zone than its volume",
                     "are in another zone than its volume",
                     "An EBS volume stays in its zone: a node with room is needed there."},
    [REFUSE_VOLUMES] = {"exceed max volume count", "holds as many volumes as it may",
                        "hold as many volumes as they may", "Add nodes."},
    [REFUSE_NO_VOLUME] = {"available persistent volumes to bind", "has no volume for its claim",
                          "have no volume for its claim", "Give the claim a StorageClass."},
    [REFUSE_LABELS] = {"node affinity/selector", "does not have the labels that it asks for",
                       "do not have the labels that it asks for",
                       "Correct its nodeSelector or affinity, or label a node."},
    [REFUSE_AFFINITY] = {"affinity", "does not suit its rules about other pods",
                         "do not suit its rules about other pods",
                         "It wants to be near or far from other pods: add nodes or relax that."},
    [REFUSE_SPREAD] = {"topology spread", "would upset its spread", "would upset its spread",
                       "Add nodes in the zones that have fewest."},
    [REFUSE_PORTS] = {"free ports", "has its host port in use", "have its host port in use",
                      "Only one such pod fits on a node: add nodes."},
    [REFUSE_TAINT] = {"taint", "repels it by a taint", "repel it by a taint",
                      "Give it a toleration, or take the taint away."},
    [REFUSE_CORDON] = {"were unschedulable", "is cordoned", "are cordoned",
                       "kubectl uncordon NODE lets pods in again."},
    [REFUSE_OTHER] = {"", "refuses it", "refuse it", NULL},
};

struct verdict { /* of the scheduler */
    int nodes;
    int counts[REFUSALS];
    char resources[64]; /* ",cpu,memory," */
    char other[160];    /* words that nobody knows */
};

static enum refusal refusal_of(const char *reason)
{
    /* the longer words first: an affinity is no label */
    if (strstr(reason, "Insufficient "))
        return strstr(reason, "Insufficient pods") ? REFUSE_SLOTS : REFUSE_RESOURCE;
    if (strstr(reason, refusals[REFUSE_VOLUMES].words))
        return REFUSE_VOLUMES;
    if (strstr(reason, refusals[REFUSE_NO_VOLUME].words))
        return REFUSE_NO_VOLUME;
    if (strstr(reason, "available volume zone") || strstr(reason, "volume node affinity conflict"))
        return REFUSE_ZONE;
    if (strstr(reason, "enough free storage"))
        return REFUSE_OTHER;
    for (int i = REFUSE_LABELS; i < REFUSE_OTHER; i++) {
        if (strstr(reason, refusals[i].words))
            return (enum refusal)i;
    }
    return strstr(reason, "Too many pods") ? REFUSE_SLOTS : REFUSE_OTHER;
}

static void note(struct verdict *verdict, int count, const char *reason)
{
    enum refusal refusal = refusal_of(reason);
    size_t len = strlen(verdict->resources);
    verdict->counts[refusal] += count;
    if (refusal == REFUSE_RESOURCE)
        snprintf(verdict->resources + len, sizeof verdict->resources - len, "%s%.40s,",
                 len > 0 ? "" : ",", strstr(reason, "Insufficient ") + strlen("Insufficient "));
    if (refusal == REFUSE_OTHER && !verdict->other[0])
        str_copy(str_of(reason), verdict->other, sizeof verdict->other);
}

/* "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: …" */
static bool take_apart(const char *message, struct verdict *verdict)
{
    static const char opening[] = "nodes are available: ";
    const char *at = strstr(message, opening);
    int count;
    *verdict = (struct verdict){.nodes = 0};
    if (!at || sscanf(message, "0/%d", &verdict->nodes) != 1)
        return false;
    at += strlen(opening);
    const char *end = strstr(at, "preemption:");
    struct str rest = {at, end ? (size_t)(end - at) : strlen(at)}, part;
    ptrdiff_t stop = str_find(rest, STR(". "));
    rest.len = stop >= 0 ? (size_t)stop : rest.len;
    bool any = false;
    while (rest.len > 0) {
        char reason[160], digits[16];
        str_cut(&rest, ',', &part);
        part = str_trim(part);
        size_t width = part.len > 0 ? strspn(part.data, "0123456789") : 0;
        str_copy((struct str){part.data, width < part.len ? width : 0}, digits, sizeof digits);
        str_copy(str_trim(str_skip(part, width)), reason, sizeof reason);
        if (sscanf(digits, "%d", &count) != 1 || count <= 0 || count > 100000)
            continue; /* words of a reason with a comma in it */
        size_t len = strlen(reason);
        if (len > 0 && reason[len - 1] == '.')
            reason[len - 1] = '\0';
        note(verdict, count, reason);
        any = true;
    }
    return any;
}

/* ---- held against the nodes ---- */

void diagnose_rooms(const struct diagnose_world *world, int64_t (*room)[POD_RESOURCES])
{
    const struct records *nodes = world->nodes, *pods = world->pods;
    for (size_t n = 0; n < nodes->count; n++)
        memcpy(room[n], ((const struct node *)(const void *)nodes->items[n])->allocatable,
               sizeof room[n]);
    for (size_t i = 0; pods && i < pods->count; i++) {
        const struct pod *pod = (const void *)pods->items[i];
        size_t n = pod->node[0] ? records_find(nodes, pod->node) : nodes->count;
        bool ended = strcmp(pod->phase, "Succeeded") == 0 || strcmp(pod->phase, "Failed") == 0;
        if (ended || n == nodes->count || strcmp(nodes->items[n]->name, pod->node) != 0)
            continue;
        for (int r = 0; r < POD_RESOURCES; r++)
            room[n][r] -= pod->request[r];
    }
}

/* The most that is free on any node that takes pods; -1 when nobody counted. */
static int64_t roomiest(const struct diagnose_world *world, int resource)
{
    int64_t most = -1;
    for (size_t i = 0; world->room && world->nodes && i < world->nodes->count; i++) {
        int64_t room = world->room[i][resource] > 0 ? world->room[i][resource] : 0;
        if (node_is_open((const void *)world->nodes->items[i]) && room > most)
            most = room;
    }
    return most;
}

static const char *amount(int resource, int64_t milli, char out[QUANTITY_TEXT])
{
    if (resource == POD_CPU)
        return quantity_cpu(milli, out);
    if (resource == POD_MEMORY || resource == POD_STORAGE)
        return quantity_bytes(milli, out);
    snprintf(out, QUANTITY_TEXT, "%lld", (long long)(milli / 1000));
    return out;
}

static const char *resource_words(int resource)
{
    static const char *const words[POD_RESOURCES] = {"", " of memory", " of disk",
                                                     " graphics processors"};
    return words[resource];
}

/* The most that any node can give at all. 0 when no node is known. */
static int64_t largest(const struct diagnose_world *world, int resource)
{
    int64_t most = 0;
    for (size_t i = 0; world->nodes && i < world->nodes->count; i++) {
        const struct node *node = (const void *)world->nodes->items[i];
        most = node->allocatable[resource] > most ? node->allocatable[resource] : most;
    }
    return most;
}

/* The resource that keeps it out most: one that no node has at all, else the first named. */
static int scarce(const struct diagnosing *work, const struct verdict *verdict, bool *never)
{
    int first = -1;
    *never = false;
    for (int r = 0; r < POD_RESOURCES; r++) {
        char name[64];
        snprintf(name, sizeof name, ",%s,", pod_resource_names[r]);
        if (!strstr(verdict->resources, name))
            continue;
        bool known = work->world->nodes && work->world->nodes->count > 0;
        if (known && work->pod->request[r] > largest(work->world, r)) {
            *never = true;
            return r;
        }
        first = first < 0 ? r : first;
    }
    return first;
}

/* A node is on its way, or none can be made: what an autoscaler says of this pod. */
static bool say_autoscaler(struct diagnosing *work)
{
    const struct event *up = diagnosing_pod_event(work, "TriggeredScaleUp", NULL);
    const struct event *nominated = diagnosing_pod_event(work, "Nominated", NULL);
    const struct event *not_up = diagnosing_pod_event(work, "NotTriggerScaleUp", NULL);
    const struct event *event = up ? up : nominated;
    if (event && work->world->now_ms - event->last_ms < (int64_t)10 * 60 * 1000) {
        diagnosing_say(work, DIAGNOSIS_WAITING, NULL, "A node is being added for it: %.200s",
                       event->message);
        return true;
    }
    if (not_up && work->out->headline[0])
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "The autoscaler adds no node: %.300s",
                       not_up->message);
    return false;
}

static void say_resource(struct diagnosing *work, const struct verdict *verdict)
{
    char wants[QUANTITY_TEXT], has[QUANTITY_TEXT], name[64];
    const char *names = verdict->resources;
    bool never;
    int r = scarce(work, verdict, &never);
    if (r < 0 || work->pod->request[r] == 0) {
        diagnosing_name(&names, name, sizeof name);
        diagnosing_say(work, DIAGNOSIS_PROBLEM, refusals[REFUSE_RESOURCE].hint,
                       "No node has enough %s free.", name);
        return;
    }
    int64_t most = largest(work->world, r);
    amount(r, work->pod->request[r], wants);
    amount(r, most, has);
    if (never && most == 0)
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "It needs an instance type that has them.",
                       "It asks for %s%s, and no node has any.", wants, resource_words(r));
    else if (never)
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "It needs a larger instance type, or has to ask for less.",
                       "It never fits: it asks for %s%s, and the largest node has %s.", wants,
                       resource_words(r), has);
    else if ((most = roomiest(work->world, r)) >= 0)
        diagnosing_say(work, DIAGNOSIS_PROBLEM, refusals[REFUSE_RESOURCE].hint,
                       "The nodes are full: it asks for %s%s, and at most %s are free on one.",
                       wants, resource_words(r), amount(r, most, has));
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, refusals[REFUSE_RESOURCE].hint,
                       "The nodes are full: none has %s%s free.", wants, resource_words(r));
}

/* How many nodes refuse it for what, in words. */
static void count_all(const struct verdict *verdict, bool resources, char *out, size_t capacity)
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < REFUSALS && len + 1 < capacity; i++) {
        int count = verdict->counts[i];
        if (count == 0 || (i == REFUSE_RESOURCE && !resources))
            continue;
        const char *words = i == REFUSE_OTHER ? verdict->other
                            : count == 1      ? refusals[i].one
                                              : refusals[i].many;
        len += (size_t)snprintf(out + len, capacity - len, "%s%d %.100s", len > 0 ? ", " : "",
                                count, words);
    }
}

static void say_verdict(struct diagnosing *work, const struct verdict *verdict)
{
    int kinds = 0, main = REFUSE_OTHER;
    char counted[400];
    for (int i = REFUSALS - 1; i >= 0; i--) {
        kinds += verdict->counts[i] > 0 ? 1 : 0;
        main = verdict->counts[i] > 0 ? i : main;
    }
    if (main == REFUSE_RESOURCE) {
        say_resource(work, verdict);
        count_all(verdict, false, counted, sizeof counted);
        if (counted[0])
            diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "Of the other nodes %s.", counted);
        return;
    }
    count_all(verdict, true, counted, sizeof counted);
    if (kinds == 1 && verdict->nodes > 1 && main != REFUSE_OTHER)
        diagnosing_say(work, DIAGNOSIS_PROBLEM, refusals[main].hint, "All %d nodes %s.",
                       verdict->nodes, refusals[main].many);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, refusals[main].hint, "No node suits it: of %d, %s.",
                       verdict->nodes, counted);
}

/* All nodes repel it because none of them is ready yet. */
static bool say_not_ready(struct diagnosing *work, const struct verdict *verdict)
{
    const struct records *nodes = work->world->nodes;
    size_t ready = 0;
    if (verdict->counts[REFUSE_TAINT] == 0 || !nodes || nodes->count == 0)
        return false;
    for (size_t i = 0; i < nodes->count; i++)
        ready += ((const struct node *)(const void *)nodes->items[i])->ready ? 1 : 0;
    if (ready > 0)
        return false;
    diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "No node is ready yet (there %s %zu).",
                   nodes->count == 1 ? "is" : "are", nodes->count);
    return true;
}

static void say_unschedulable(struct diagnosing *work, const char *message)
{
    struct verdict verdict;
    char claim[254];
    if (strstr(message, "unbound immediate PersistentVolumeClaims") ||
        strstr(message, "running PreBind plugin \"VolumeBinding\""))
        diagnose_claims(work);
    if (diagnosing_quoted(message, "persistentvolumeclaim ", claim, sizeof claim) &&
        strstr(message, "not found"))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Create the claim, or correct the pod's volume.",
                       "Claim %s does not exist.", claim);
    if (work->out->headline[0])
        return;
    if (strstr(message, "no nodes available"))
        diagnosing_say(
            work, work->age_ms < (int64_t)5 * 60 * 1000 ? DIAGNOSIS_WAITING : DIAGNOSIS_PROBLEM,
            NULL, "The cluster has no nodes yet.");
    else if (take_apart(message, &verdict)) {
        if (!say_autoscaler(work) && !say_not_ready(work, &verdict)) {
            say_verdict(work, &verdict);
            say_autoscaler(work);
        }
    } else if (message[0])
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "The scheduler says: %.400s", message);
}

void diagnose_scheduling(struct diagnosing *work)
{
    const struct pod *pod = work->pod;
    const struct event *event;
    char name[128];
    const char *gates = pod->gates;
    if (strcmp(pod->unscheduled, "SchedulingGated") == 0) {
        if (!diagnosing_name(&gates, name, sizeof name))
            snprintf(name, sizeof name, "a scheduling gate");
        diagnosing_say(work, DIAGNOSIS_WAITING,
                       "Whoever set the gate (a queue, a controller) opens it.",
                       "Held back by %s%s.", name, *gates == ',' && gates[1] ? " and others" : "");
        return;
    }
    if (pod->unscheduled[0]) {
        say_unschedulable(work, pod->unschedulable);
    } else if (!pod->node[0] && (event = diagnosing_pod_event(work, "FailedScheduling", NULL))) {
        say_unschedulable(work, event->message);
    }
}
