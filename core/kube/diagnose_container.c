/* One container: an image that does not come, a configuration that is not there, a program that
 * ends, and what its exit code says. */
#include "core/base/alloc.h"
#include "core/kube/diagnose_work.h"

static bool waits_for(const struct pod_container *container, const char *const *reasons)
{
    if (container->state != CONTAINER_WAITING)
        return false;
    for (; *reasons; reasons++) {
        if (strcmp(container->reason, *reasons) == 0)
            return true;
    }
    return false;
}

/* ---- images ---- */

/* What went wrong, in the registry's own words: behind the last "ErrImagePull:" of the waiting
 * message, else of the newest event about it. */
static const char *pull_words(struct diagnosing *work, const struct pod_container *container)
{
    static const char mark[] = "ErrImagePull:";
    const char *found = NULL;
    for (const char *at = container->message; (at = strstr(at, mark)); at += strlen(mark))
        found = at + strlen(mark);
    if (found)
        return found + strspn(found, " ");
    const struct event *event = diagnosing_pod_event(work, "Failed", "Failed to pull image");
    if (event) {
        const char *at = strstr(event->message, "\": ");
        return at ? at + 3 : event->message;
    }
    return strstr(container->message, "Back-off pulling") ? "" : container->message;
}

/* The host that an image is pulled from. */
static const char *registry_of(const char *image, char out[256])
{
    size_t len = strcspn(image, "/");
    struct str host = {image, len};
    bool is_host =
        image[len] == '/' && (str_find(host, STR(".")) >= 0 || str_find(host, STR(":")) >= 0 ||
                              str_is(host, "localhost"));
    str_copy(is_host ? host : STR("docker.io"), out, 256);
    return out;
}

/* The first cause whose words are in what the registry said; the order tells like from like. */
enum pull {
    PULL_LIMIT,
    PULL_EITHER,
    PULL_REFUSED,
    PULL_MISSING,
    PULL_PLATFORM,
    PULL_DISK,
    PULL_TRUST,
    PULL_NETWORK,
    PULLS
};

static enum pull pull_cause(const char *words)
{
    static const char *const causes[PULLS][8] = {
        [PULL_LIMIT] = {"toomanyrequests", "too many requests", NULL},
        [PULL_EITHER] = {"pull access denied", "insufficient_scope", "may require", NULL},
        [PULL_REFUSED] = {"401", "403", "unauthorized", "authorization failed", "no basic auth",
                          "denied", NULL},
        [PULL_MISSING] = {"not found", "manifest unknown", "NotFound", "does not exist", NULL},
        [PULL_PLATFORM] = {"no match for platform", "exec format error", NULL},
        [PULL_DISK] = {"no space left", NULL},
        [PULL_TRUST] = {"x509", "certificate", NULL},
        [PULL_NETWORK] = {"i/o timeout", "no such host", "dial tcp", "connection refused",
                          "deadline exceeded", "connection reset", "TLS handshake", NULL},
    };
    int cause = 0;
    while (cause < PULLS && !diagnosing_has(words, causes[cause]))
        cause++;
    return (enum pull)cause;
}

static const char *refused_hint(const char *registry)
{
    if (!strstr(registry, ".dkr.ecr."))
        return "Give the pod an imagePullSecret for this registry.";
    return "The nodes' role needs AmazonEC2ContainerRegistryPullOnly; another account's registry "
           "has to allow it too.";
}

static void say_pull(struct diagnosing *work, const char *image, const char *words)
{
    char host[256];
    registry_of(image, host);
    switch (pull_cause(words)) {
    case PULL_LIMIT:
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "Log in there, or use a mirror (ECR pull through cache).",
                       "%s allows no more pulls from this address for now.", host);
        return;
    case PULL_EITHER:
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Correct its name, or add an imagePullSecret.",
                       "Image %s does not exist, or %s wants a login.", image, host);
        return;
    case PULL_REFUSED:
        diagnosing_say(work, DIAGNOSIS_PROBLEM, refused_hint(host),
                       "%s does not give out image %s to this node.", host, image);
        return;
    case PULL_MISSING:
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Correct its name or tag.",
                       "Image %s does not exist.", image);
        return;
    case PULL_PLATFORM:
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "Take an image for this architecture, or other nodes (arm64, amd64).",
                       "Image %s was not built for this node's processor.", image);
        return;
    case PULL_DISK:
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Give the nodes larger disks.",
                       "The disk of node %s is too full for image %s.", work->pod->node, image);
        return;
    case PULL_TRUST:
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL,
                       "Node %s does not trust the certificate of %s.", work->pod->node, host);
        return;
    case PULL_NETWORK:
        diagnosing_say(work, DIAGNOSIS_PROBLEM,
                       "The nodes need a NAT gateway or VPC endpoints, and DNS.",
                       "Node %s does not reach %s.", work->pod->node, host);
        return;
    case PULLS:
        break;
    }
    diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "Image %s cannot be pulled%s%.250s", image,
                   *words ? ": " : ".", words);
}

void diagnose_image(struct diagnosing *work, const struct pod_container *container)
{
    static const char *const pulls[] = {"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable",
                                        NULL};
    static const char *const invalid[] = {"InvalidImageName", NULL};
    static const char *const never[] = {"ErrImageNeverPull", NULL};
    char image[256];
    str_copy(str_of(container->image), image, sizeof image);
    if (waits_for(container, invalid))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Correct it.", "%s is no name of an image.", image);
    else if (waits_for(container, never))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Its imagePullPolicy Never forbids to pull it.",
                       "Image %s is not on node %s.", image, work->pod->node);
    else if (waits_for(container, pulls))
        say_pull(work, image, pull_words(work, container));
}

/* ---- configuration ---- */

static const char *kind_word(const struct pod_container *container)
{
    return container->kind == CONTAINER_INIT      ? "Init container"
           : container->kind == CONTAINER_SIDECAR ? "Sidecar"
                                                  : "Container";
}

/* A secret or a config map that is not there; false when it is about something else. */
static bool say_missing(struct diagnosing *work, const char *message)
{
    static const struct {
        const char *word, *name;
    } kinds[] = {{"secret ", "Secret"}, {"configmap ", "ConfigMap"}};
    char name[254];
    for (size_t i = 0; i < 2; i++) {
        if (!strstr(message, "not found") ||
            !diagnosing_quoted(message, kinds[i].word, name, sizeof name))
            continue;
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "It starts by itself when that is there.",
                       "%s %s does not exist in %s.", kinds[i].name, name,
                       work->pod->record.namespace);
        return true;
    }
    return false;
}

static void say_config(struct diagnosing *work, const struct pod_container *container)
{
    const char *message = container->message[0] ? container->message : container->last.message;
    char name[254];
    if (say_missing(work, message))
        return;
    if (strstr(message, "executable file not found") &&
        diagnosing_quoted(message, "exec: ", name, sizeof name))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Correct its command, or take another image.",
                       "%s %s: there is no program %.100s in image %.150s.", kind_word(container),
                       container->name, name, container->image);
    else if (strstr(message, "couldn't find key"))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Add the key, or correct the pod.",
                       "%s %s: %.300s.", kind_word(container), container->name, message);
    else if (strstr(message, "runAsNonRoot"))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Set runAsUser, or take an image with a user.",
                       "%s %s may not run as root, and its image would.", kind_word(container),
                       container->name);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "%s %s cannot be started%s%.300s",
                       kind_word(container), container->name, message[0] ? ": " : ".", message);
}

/* ---- ends ---- */

static void ask_for_log(struct diagnosing *work, const struct pod_container *container)
{
    if (work->out->container[0])
        return;
    str_copy(str_of(container->name), work->out->container, sizeof work->out->container);
    work->out->previous = container->state == CONTAINER_WAITING;
}

static void say_killed(struct diagnosing *work, const struct pod_container *container)
{
    char limit[QUANTITY_TEXT];
    if (container->memory_limit > 0)
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Raise the limit, or let it use less.",
                       "%s %s was killed: it needs more memory than its limit of %s.",
                       kind_word(container), container->name,
                       quantity_bytes(container->memory_limit, limit));
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Set requests and limits for memory.",
                       "%s %s was killed: node %s has run out of memory.", kind_word(container),
                       container->name, work->pod->node);
}

/* What an exit code says by itself; NULL when it is the program's own. */
static const char *code_words(int code)
{
    switch (code) {
    case 126:
        return "its command cannot be executed";
    case 127:
        return "its command is not in the image";
    case 134:
        return "it aborted";
    case 137:
        return "it was killed (SIGKILL)";
    case 139:
        return "it crashed (segmentation fault)";
    case 143:
        return "it was asked to end (SIGTERM)";
    default:
        return NULL;
    }
}

static void say_ended(struct diagnosing *work, const struct pod_container *container,
                      const struct container_end *end)
{
    const char *words = code_words(end->code);
    const struct event *probe = diagnosing_pod_event(work, "Unhealthy", "Liveness probe failed");
    char again[64] = "";
    if (container->restarts > 0)
        snprintf(again, sizeof again, ", %d time%s so far", container->restarts,
                 container->restarts == 1 ? "" : "s");
    ask_for_log(work, container);
    if (strcmp(end->reason, "OOMKilled") == 0)
        say_killed(work, container);
    else if (probe && (end->code == 137 || end->code == 143))
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Correct the probe, or give it more time.",
                       "%s %s is restarted because its liveness probe fails: %.200s",
                       kind_word(container), container->name,
                       probe->message + strlen("Liveness probe failed: "));
    else if (end->code == 0)
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "Its command has to go on running.",
                       "%s %s ends by itself, without an error, and is started anew%s.",
                       kind_word(container), container->name, again);
    else if (end->message[0])
        diagnosing_say(work, DIAGNOSIS_PROBLEM, NULL, "%s %s ends with code %d%s: %.250s",
                       kind_word(container), container->name, end->code, again, end->message);
    else
        diagnosing_say(work, DIAGNOSIS_PROBLEM, "See the last lines of its log.",
                       "%s %s ends with code %d%s%s%s.", kind_word(container), container->name,
                       end->code, words ? ": " : "", words ? words : "", again);
}

void diagnose_container(struct diagnosing *work, const struct pod_container *container)
{
    static const char *const configs[] = {"CreateContainerConfigError", "CreateContainerError",
                                          "RunContainerError", NULL};
    static const char *const crashes[] = {"CrashLoopBackOff", NULL};
    static const struct container_end unknown = {.reason = "", .message = "", .code = 1};
    if (waits_for(container, configs))
        say_config(work, container);
    else if (waits_for(container, crashes))
        say_ended(work, container, container->last.seen ? &container->last : &unknown);
    else if (container->now.seen && (container->now.code != 0 || container->now.signal != 0))
        say_ended(work, container, &container->now);
    else if (!container->ready && strcmp(container->last.reason, "OOMKilled") == 0)
        say_killed(work, container);
}
