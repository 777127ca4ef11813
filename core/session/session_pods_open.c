/* The view of the deployment that is open, and the one sentence that explains best what it waits
 * for. */
#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/cluster_access.h"
#include "core/session/session_pods_work.h"
#include "core/session/session_work.h"

enum { AGAIN_MS = 5000 };

/* ---- what explains best ---- */

/* hub-598d765cb4-8c8dz belongs to hub: its ReplicaSet is the deployment's name and a hash. */
static bool belongs_to(const struct pod *pod, const char *deployment)
{
    size_t len = strlen(deployment);
    if (strcmp(pod->owner, deployment) == 0)
        return true;
    return strncmp(pod->owner, deployment, len) == 0 && pod->owner[len] == '-' &&
           !strchr(pod->owner + len + 1, '-');
}

struct best {
    struct diagnosis *out;
    const struct record *about;
};

/* The graver one; of two alike the older. */
static void compare(struct best *best, const struct diagnosis *said, const struct record *about)
{
    if (said->level == DIAGNOSIS_FINE || said->level < best->out->level)
        return;
    if (best->about && said->level == best->out->level &&
        about->created_ms >= best->about->created_ms)
        return;
    *best->out = *said;
    best->about = about;
}

static size_t begin(const struct records *table, const char *namespace)
{
    char key[PACK_TEXT];
    return namespace[0] ? records_find(table, record_key(namespace, "", key)) : 0;
}

static bool within(const struct records *table, size_t at, const char *namespace)
{
    return at < table->count &&
           (!namespace[0] || strcmp(table->items[at]->namespace, namespace) == 0);
}

static void look_at_pods(const struct session_pods *pods, const char *namespace,
                         const char *deployment, struct best *best)
{
    const struct records *table = &pods->tables[PODS_PODS];
    struct diagnosis said;
    for (size_t i = begin(table, namespace); within(table, i, namespace); i++) {
        const struct pod *pod = (const void *)table->items[i];
        if (pod_is_fine(pod) || (deployment && !belongs_to(pod, deployment)))
            continue;
        session_pods_diagnose(pods, pod, &said);
        compare(best, &said, &pod->record);
    }
}

/* Services and rollouts speak only where no pod does: they wait for pods as well. */
static void look_at_others(const struct session_pods *pods, const char *namespace,
                           const char *deployment, struct best *best)
{
    const struct records *services = &pods->tables[PODS_SERVICES];
    const struct records *workloads = &pods->tables[PODS_WORKLOADS];
    struct diagnose_world world = session_pods_world(pods);
    struct diagnosis said;
    for (size_t i = begin(services, namespace); !deployment && within(services, i, namespace);
         i++) {
        /* others may well stand before nothing */
        if (!((const struct service *)(const void *)services->items[i])->balanced)
            continue;
        diagnose_service((const void *)services->items[i], &world, &said);
        compare(best, &said, services->items[i]);
    }
    for (size_t i = begin(workloads, namespace); within(workloads, i, namespace); i++) {
        if (deployment && strcmp(workloads->items[i]->name, deployment) != 0)
            continue;
        diagnose_workload((const void *)workloads->items[i], &world, &said);
        compare(best, &said, workloads->items[i]);
    }
}

bool session_pods_waiting(const struct session_pods *pods, const char *namespace,
                          const char *deployment, struct diagnosis *out,
                          const struct record **about)
{
    struct best best = {.out = out};
    memset(out, 0, sizeof *out);
    if (!pods->thought)
        return false;
    look_at_pods(pods, namespace, deployment, &best);
    if (out->level != DIAGNOSIS_PROBLEM)
        look_at_others(pods, namespace, deployment, &best);
    if (about)
        *about = best.about;
    return out->level != DIAGNOSIS_FINE;
}

/* Into *out when it is graver than what is there. */
static void explain_namespace(const struct session *session, const char *namespace,
                              struct diagnosis *out, const struct record **about)
{
    struct diagnosis said;
    const struct record *subject;
    if (!namespace || !namespace[0] ||
        !session_pods_waiting(session->pods, namespace, NULL, &said, &subject) ||
        said.level <= out->level)
        return;
    *out = said;
    *about = subject;
}

bool session_pods_explain(const struct session *session, struct diagnosis *out,
                          const struct record **about)
{
    enum { NAMESPACES = 3 };
    const struct answers *answers = &session->answers;
    /* as the roots name them */
    const char *const namespaces[STAGES][NAMESPACES] = {
        [STAGE_EKS] = {"kube-system", "cert-manager"},
        [STAGE_PYPI] = {answers->pypi_namespace},
        [STAGE_MLHUB] = {answers->hub_release},
        [STAGE_DOMAIN] = {"traefik", "external-dns", "cert-manager"}};
    memset(out, 0, sizeof *out);
    for (int i = STAGES - 1; session->pods && i >= 0; i--) {
        enum stage_state state = session->run.stages[i].state;
        bool works = state == STAGE_RUNNING || state == STAGE_FAILED;
        for (int n = 0; works && n < NAMESPACES; n++)
            explain_namespace(session, namespaces[i][n], out, about);
    }
    return out->level != DIAGNOSIS_FINE;
}

/* ---- the deployment that is open ---- */

struct opened {
    struct cluster_access access;
    struct session_pods pods;
};

/* Whose keys make the tokens: those of the run, else those that were chosen. */
static const char *profile_of(const struct session *session)
{
    const struct run *run = &session->run;
    if (run_is_open(run) && (run->profile[0] || run->source[0]))
        return run->profile;
    return session->profile >= 0 ? session->choice.name : NULL;
}

static bool open_pods(struct session *session, struct error *err)
{
    char file[PATH_MAX];
    if (!session->dir[0] || !path_format(file, err, "%s/kubeconfig", session->dir) ||
        !file_exists(file))
        return error_set(err, ERROR_INPUT, "There is no cluster to ask yet.");
    struct opened *opened = alloc_zeroed(1, sizeof *opened);
    if (!cluster_access_open(&opened->access, &session->http, session->signals, session->place,
                             session->dir, profile_of(session), err)) {
        cluster_access_finish(&opened->access);
        free(opened);
        return false;
    }
    if (run_is_open(&session->run))
        opened->access.source = surrounding_named(str_of(session->run.source));
    session_pods_start(&opened->pods, &opened->access.kube, "",
                       opened->access.kube.access.namespace_name);
    session->pods = &opened->pods;
    return true;
}

void session_pods_want(struct session *session, bool wanted)
{
    struct session_work *work = session->work;
    if (!work)
        return;
    if (!wanted) {
        session_pods_close(session);
        session->pods_error = (struct error){.kind = ERROR_NONE};
        work->pods_tried_ms = 0;
    }
    if (session->pods || !wanted)
        return;
    bool lately =
        work->pods_tried_ms != 0 && session->loop->now_ms < work->pods_tried_ms + AGAIN_MS;
    if (lately)
        return;
    work->pods_tried_ms = session->loop->now_ms;
    if (open_pods(session, &session->pods_error))
        session->pods_error = (struct error){.kind = ERROR_NONE};
}

void session_pods_close(struct session *session)
{
    if (!session->pods)
        return;
    struct opened *opened = container_of(session->pods, struct opened, pods);
    session_pods_finish(&opened->pods);
    cluster_access_finish(&opened->access);
    free(opened);
    session->pods = NULL;
}
