/* DescribeCluster, ListNodegroups, DescribeNodegroup; see eks.h. */
#include "core/aws/eks.h"

#include "core/base/json.h"

#include "core/base/alloc.h"

/* Text from the answer, fit to be shown. */
static void copy(const json_t *json, const char *path, char *out, size_t capacity)
{
    struct buf clean = {0};

    buf_sanitised(&clean, js_str(json, path), false);
    str_copy(buf_str(&clean), out, capacity);
    buf_finish(&clean);
}

/* The answer as an object that has `member`; NULL and *err when it is none. */
static json_t *answer(const struct aws_request *request, const char *member, struct error *err)
{
    json_t *json = js_parse(buf_str(&request->http.response), NULL);

    if (json && js_get(json, member))
        return json;
    json_decref(json);
    aws_request_nonsense(request, err);
    return NULL;
}

static void cluster_done(struct aws_request *request)
{
    struct eks_cluster *c = container_of(request, struct eks_cluster, request);
    json_t *json;

    c->ok = request->ok;
    c->error = request->error;
    c->missing = !request->ok && request->refusal.trouble == AWS_MISSING &&
                 strcmp(request->refusal.code, "ResourceNotFoundException") == 0;
    if (request->ok && (json = answer(request, "cluster", &c->error))) {
        copy(json, "cluster.name", c->name, sizeof c->name);
        copy(json, "cluster.status", c->status, sizeof c->status);
        copy(json, "cluster.version", c->version, sizeof c->version);
        copy(json, "cluster.platformVersion", c->platform, sizeof c->platform);
        copy(json, "cluster.arn", c->arn, sizeof c->arn);
        copy(json, "cluster.endpoint", c->endpoint, sizeof c->endpoint);
        copy(json, "cluster.identity.oidc.issuer", c->issuer, sizeof c->issuer);
        const json_t *tags = js_get(json, "cluster.tags");
        copy(json_object_get(tags, "ekshub:deployment") ? tags : NULL, "ekshub:deployment",
             c->deployment, sizeof c->deployment);
        buf_sanitised(&c->ca, js_str(json, "cluster.certificateAuthority.data"), false);
        json_decref(json);
    } else {
        c->ok = false;
    }
    c->done(c);
}

bool eks_cluster_start(struct eks_cluster *cluster, struct aws *aws, const char *name,
                       void (*done)(struct eks_cluster *cluster), struct error *err)
{
    *cluster = (struct eks_cluster){.done = done};
    buf_init(&cluster->ca, 64 << 10);
    aws_request_init(&cluster->request, aws, AWS_EKS, "DescribeCluster", "GET", "/clusters");
    aws_request_segment(&cluster->request, str_of(name));
    cluster->request.done = cluster_done;
    return aws_request_send(&cluster->request, err);
}

void eks_cluster_finish(struct eks_cluster *cluster)
{
    aws_request_finish(&cluster->request);
    buf_finish(&cluster->ca);
}

/* ---- node groups ---- */

static void describe_done(struct aws_request *request);

static void end(struct eks_nodegroups *g, bool ok)
{
    g->ok = ok;
    g->done(g);
}

/* Asks about the next group, or ends. */
static void describe_next(struct eks_nodegroups *g)
{
    struct aws *aws = g->request.aws;

    if (g->described == g->count) {
        end(g, true);
        return;
    }
    aws_request_finish(&g->request);
    aws_request_init(&g->request, aws, AWS_EKS, "DescribeNodegroup", "GET", "/clusters");
    aws_request_segment(&g->request, str_of(g->cluster));
    buf_text(&g->request.path, "/node-groups");
    aws_request_segment(&g->request, str_of(g->groups[g->described].name));
    g->request.done = describe_done;
    if (!aws_request_send(&g->request, &g->error))
        end(g, false);
}

/* A group that is gone by now is left out; it was there when the list was made. */
static void drop(struct eks_nodegroups *g)
{
    g->count--;
    memmove(&g->groups[g->described], &g->groups[g->described + 1],
            (g->count - g->described) * sizeof *g->groups);
}

static void describe_done(struct aws_request *request)
{
    struct eks_nodegroups *g = container_of(request, struct eks_nodegroups, request);
    struct eks_nodegroup *group = &g->groups[g->described];
    json_t *json = NULL;

    if (!request->ok && request->refusal.trouble == AWS_MISSING) {
        drop(g);
        describe_next(g);
        return;
    }
    g->error = request->error;
    if (!request->ok || !(json = answer(request, "nodegroup", &g->error))) {
        end(g, false);
        return;
    }
    copy(json, "nodegroup.status", group->status, sizeof group->status);
    copy(json, "nodegroup.health.issues.0.message", group->issue, sizeof group->issue);
    group->desired = (int)js_int(json, "nodegroup.scalingConfig.desiredSize", 0);
    json_decref(json);
    g->described++;
    describe_next(g);
}

static void list_done(struct aws_request *request)
{
    struct eks_nodegroups *g = container_of(request, struct eks_nodegroups, request);
    json_t *json = NULL;
    const json_t *names;

    g->error = request->error;
    if (!request->ok || !(json = answer(request, "nodegroups", &g->error))) {
        end(g, false);
        return;
    }
    names = js_get(json, "nodegroups");
    for (size_t i = 0; i < json_array_size(names) && g->count < EKS_NODEGROUPS_MAX; i++) {
        copy(json_array_get(names, i), "", g->groups[g->count].name, sizeof g->groups->name);
        g->count += g->groups[g->count].name[0] != '\0';
    }
    json_decref(json);
    describe_next(g);
}

bool eks_nodegroups_start(struct eks_nodegroups *groups, struct aws *aws, const char *cluster,
                          void (*done)(struct eks_nodegroups *groups), struct error *err)
{
    *groups = (struct eks_nodegroups){.done = done};
    str_copy(str_of(cluster), groups->cluster, sizeof groups->cluster);
    aws_request_init(&groups->request, aws, AWS_EKS, "ListNodegroups", "GET", "/clusters");
    aws_request_segment(&groups->request, str_of(cluster));
    buf_text(&groups->request.path, "/node-groups");
    groups->request.done = list_done;
    return aws_request_send(&groups->request, err);
}

void eks_nodegroups_finish(struct eks_nodegroups *groups)
{
    aws_request_finish(&groups->request);
}
