/* AWS's own view of the cluster while terraform waits for it: asked every five seconds, and never
 * the reason why a run fails. */
#include "core/aws/eks.h"
#include "core/base/alloc.h"
#include "core/session/aws_access.h"
#include "core/session/session_work.h"

struct session_poll {
    struct session *session;
    struct creds_world world;
    struct aws aws;
    struct eks_cluster cluster;
    struct eks_nodegroups groups;
    bool asking;
};

static void on_groups(struct eks_nodegroups *groups)
{
    struct session_poll *poll = container_of(groups, struct session_poll, groups);
    struct session_cluster *view = &poll->session->cluster;
    poll->asking = false;
    if (!groups->ok || groups->count == 0)
        return;
    str_copy(str_of(groups->groups[0].status), view->nodes, sizeof view->nodes);
    view->nodes_wanted = groups->groups[0].desired;
}

static void on_cluster(struct eks_cluster *cluster)
{
    struct session_poll *poll = container_of(cluster, struct session_poll, cluster);
    struct session_cluster *view = &poll->session->cluster;
    struct error ignored;
    poll->asking = false;
    if (!cluster->ok) {
        *view = (struct session_cluster){.seen_ms = view->seen_ms};
        return;
    }
    str_copy(str_of(cluster->status), view->status, sizeof view->status);
    view->seen_ms = poll->session->loop->now_ms;
    if (str_is(str_of(cluster->status), "ACTIVE"))
        poll->asking = eks_nodegroups_start(
            &poll->groups, &poll->aws, poll->session->answers.cluster_name, on_groups, &ignored);
}

static struct session_poll *open_poll(struct session *session)
{
    struct session_poll *poll = alloc_zeroed(1, sizeof *poll);
    struct error ignored;
    poll->session = session;
    poll->world = place_creds_world(session->place, &session->http, session->signals);
    if (aws_open(&poll->aws, &poll->world, &session->profiles, &session->choice,
                 session->answers.region, &ignored))
        return poll;
    aws_finish(&poll->aws);
    free(poll);
    return NULL;
}

void session_poll_cluster(struct session *session)
{
    struct session_work *work = session->work;
    struct error ignored;
    if (!session->profiles_read || (work->poll && work->poll->asking))
        return;
    if (!work->poll)
        work->poll = open_poll(session);
    if (!work->poll)
        return;
    eks_cluster_finish(&work->poll->cluster);
    eks_nodegroups_finish(&work->poll->groups);
    work->poll->asking = eks_cluster_start(&work->poll->cluster, &work->poll->aws,
                                           session->answers.cluster_name, on_cluster, &ignored);
}

void session_poll_finish(struct session *session)
{
    struct session_poll *poll = session->work->poll;
    if (!poll)
        return;
    eks_cluster_finish(&poll->cluster);
    eks_nodegroups_finish(&poll->groups);
    aws_finish(&poll->aws);
    free(poll);
    session->work->poll = NULL;
}

int64_t session_credentials_end(const struct session *session)
{
    const struct session_poll *poll = session->work ? session->work->poll : NULL;
    int64_t end = poll ? poll->aws.creds.expires_ms : 0;
    if (end < session->checks.expires_ms)
        end = session->checks.expires_ms;
    bool replaced = session->checks.renews && end <= clock_wall(session->loop->clock);
    return replaced ? 0 : end; /* the next request gets others */
}
