/* Asking AWS for everything that may belong to a deployment, one list after the other: a list that
 * is refused costs the report that kind, not the others. */
#include <assert.h>

#include "core/aws/eks.h"
#include "core/aws/logs.h"
#include "core/base/paths.h"
#include "core/session/aws_access.h"
#include "core/session/residue_domain.h"
#include "core/session/residue_work.h"

#include "core/base/alloc.h"

enum { CANDIDATES = 200 };

enum by { BY_TAG, BY_CLUSTER, BY_VPC, BY_NOTHING };

static const struct {
    enum inventory_kind kind;
    enum by by;
} asks[] = {
    {INVENTORY_VPC, BY_TAG}, /* first: the others are asked for by it */
    {INVENTORY_BALANCER, BY_NOTHING},
    {INVENTORY_BALANCER_V2, BY_NOTHING},
    {INVENTORY_INSTANCE, BY_TAG},
    {INVENTORY_INSTANCE, BY_CLUSTER},
    {INVENTORY_NAT_GATEWAY, BY_VPC},
    {INVENTORY_ENDPOINT, BY_VPC},
    {INVENTORY_INTERFACE, BY_VPC},
    {INVENTORY_ADDRESS, BY_TAG},
    {INVENTORY_SECURITY_GROUP, BY_VPC},
    {INVENTORY_SECURITY_GROUP, BY_CLUSTER},
    {INVENTORY_VOLUME, BY_TAG},
    {INVENTORY_VOLUME, BY_CLUSTER},
    {INVENTORY_SNAPSHOT, BY_TAG},
    {INVENTORY_LAUNCH_TEMPLATE, BY_TAG},
    {INVENTORY_INTERNET_GATEWAY, BY_VPC},
    {INVENTORY_SUBNET, BY_VPC},
    {INVENTORY_ROUTE_TABLE, BY_VPC},
    {INVENTORY_ROLE, BY_NOTHING},
    {INVENTORY_OIDC_PROVIDER, BY_NOTHING},
};
enum { ASKS = sizeof asks / sizeof *asks };

struct residue_looking {
    struct residue_look *look;
    struct aws_access access;
    struct estimates estimates;
    struct eks_cluster cluster;
    struct inventory_list list;
    struct inventory_tags tags;
    struct logs_group logs;
    struct residue_domain domain;
    bool domain_asked;
    size_t ask, vpc;
    struct inventory_item *candidates; /* whose tags are asked for apart */
    size_t candidate_count, candidate_capacity, candidate;
};

static void next(struct residue_looking *work);

static struct residue *report(struct residue_looking *work)
{
    return work->look->residue;
}

static void note(struct residue_looking *work, const char *what)
{
    struct task *task = &work->look->task;
    snprintf(task->note, sizeof task->note, "looking for %s", what);
    if (work->look->changed)
        work->look->changed(work->look);
}

static void missed(struct residue_looking *work, int kind, const struct error *err)
{
    struct residue *residue = report(work);
    residue->looked[kind] = false;
    if (residue->failed++ == 0) {
        residue->trouble = *err;
        error_wrap(&residue->trouble, "The %s could not be asked for", residue_word(kind, 2));
    }
}

/* With a namespace asked for, only what a controller made for an object of it. */
static bool in_scope(const struct residue_looking *work, const struct inventory_item *thing)
{
    const char *space = work->look->world->name_space;
    size_t len = space ? strlen(space) : 0;
    return !space || strcmp(space, "*") == 0 ||
           (strncmp(thing->object, space, len) == 0 && thing->object[len] == '/');
}

static void judge(struct residue_looking *work, const struct inventory_item *thing)
{
    struct residue *residue = report(work);
    if (thing->gone || !residue_owns(residue, thing) || !in_scope(work, thing) ||
        (thing->kind == INVENTORY_SNAPSHOT && strcmp(thing->state, "completed") != 0))
        return;
    if (thing->kind == INVENTORY_VPC && residue->vpc_count < RESIDUE_VPCS)
        str_copy(str_of(thing->id), residue->vpcs[residue->vpc_count++], sizeof residue->vpcs[0]);
    residue_add(residue, (int)thing->kind, thing);
}

/* ---- tags that are asked for apart ---- */

/* Names say whose tags are worth asking for: there may be a thousand roles in an account. */
static bool is_candidate(const struct residue_looking *work, const struct inventory_item *thing)
{
    const struct residue *residue = work->look->residue;
    char part[96];
    if (thing->kind == INVENTORY_ROLE)
        return strncmp(thing->id, residue->cluster, strlen(residue->cluster)) == 0;
    snprintf(part, sizeof part, "/oidc.eks.%s.", residue->region);
    return thing->kind != INVENTORY_OIDC_PROVIDER || strstr(thing->id, part);
}

static void on_item(void *context, const struct inventory_item *thing)
{
    struct residue_looking *work = context;
    if (!inventory_has_tags_apart(thing->kind)) {
        judge(work, thing);
        return;
    }
    if (!is_candidate(work, thing))
        return;
    if (work->candidate_count == CANDIDATES) {
        report(work)->too_many = true;
        return;
    }
    alloc_room(&work->candidates, work->candidate_count, &work->candidate_capacity,
               sizeof *work->candidates);
    work->candidates[work->candidate_count++] = *thing;
}

static void on_tags(struct inventory_tags *tags)
{
    struct residue_looking *work = container_of(tags, struct residue_looking, tags);
    if (tags->ok)
        judge(work, tags->item);
    else
        missed(work, (int)tags->item->kind, &tags->error);
    work->candidate++;
    next(work);
}

/* False when there are none left to ask about. */
static bool ask_tags(struct residue_looking *work)
{
    struct error err;
    while (work->candidate < work->candidate_count) {
        struct inventory_item *thing = &work->candidates[work->candidate];
        inventory_tags_finish(&work->tags);
        if (inventory_tags_start(&work->tags, &work->access.aws, thing, on_tags, &err))
            return true;
        missed(work, (int)thing->kind, &err);
        work->candidate++;
    }
    work->candidate = work->candidate_count = 0;
    return false;
}

/* ---- lists ---- */

static void on_list(struct inventory_list *list)
{
    struct residue_looking *work = container_of(list, struct residue_looking, list);
    if (!list->pages.ok)
        missed(work, (int)list->kind, &list->pages.error);
    next(work);
}

/* Moves to the next question; false when all lists were asked for. */
static bool step(struct residue_looking *work, enum inventory_kind *asked, const char **filter,
                 char value[200])
{
    const struct residue *residue = work->look->residue;
    bool narrow = work->look->world->name_space != NULL;
    for (; work->ask < ASKS; work->ask++, work->vpc = 0) {
        enum inventory_kind kind = asks[work->ask].kind;
        if (narrow && kind != INVENTORY_BALANCER && kind != INVENTORY_VOLUME)
            continue;
        *filter = NULL;
        if (asks[work->ask].by == BY_TAG) {
            *filter = "tag:ekshub:deployment";
            snprintf(value, 200, "%s", residue->deployment);
        } else if (asks[work->ask].by == BY_CLUSTER) {
            *filter = "tag-key";
            snprintf(value, 200, "kubernetes.io/cluster/%s", residue->cluster);
        } else if (asks[work->ask].by == BY_VPC) {
            report(work)->looked[kind] = true;
            if (work->vpc >= residue->vpc_count)
                continue;
            *filter = kind == INVENTORY_INTERNET_GATEWAY ? "attachment.vpc-id" : "vpc-id";
            snprintf(value, 200, "%s", residue->vpcs[work->vpc]);
        }
        *asked = kind;
        if (asks[work->ask].by == BY_VPC && work->vpc + 1 < residue->vpc_count)
            work->vpc++;
        else {
            work->ask++;
            work->vpc = 0;
        }
        return true;
    }
    return false;
}

static bool ask_list(struct residue_looking *work)
{
    struct error err;
    const char *filter = NULL;
    char value[200] = "";
    enum inventory_kind kind;
    while (step(work, &kind, &filter, value)) {
        report(work)->looked[kind] = true;
        note(work, inventory_word(kind, 2));
        inventory_list_finish(&work->list);
        work->list.context = work;
        work->list.item = on_item;
        work->list.done = on_list;
        if (inventory_list_start(&work->list, &work->access.aws, kind, filter, value, &err))
            return true;
        missed(work, (int)kind, &err);
    }
    return false;
}

/* ---- the rest ---- */

static void kubeconfig(struct residue_looking *work)
{
    struct inventory_item thing = {.gib = 0};
    char path[PATH_MAX];
    report(work)->looked[RESIDUE_KUBECONFIG] = true;
    if (report(work)->cluster_there ||
        !path_format(path, NULL, "%s/kubeconfig", work->look->world->dir) || !file_exists(path))
        return;
    str_copy(str_of(path), thing.id, sizeof thing.id);
    struct residue_item *item = residue_add(report(work), RESIDUE_KUBECONFIG, &thing);
    if (item)
        snprintf(item->because, sizeof item->because, "leads to a cluster that is gone");
}

static void finish(struct residue_looking *work)
{
    struct residue *residue = report(work);
    struct task *task = &work->look->task;
    if (!work->look->world->name_space)
        kubeconfig(work);
    residue->looked[RESIDUE_ADDRESS] = residue->looked[INVENTORY_INTERFACE];
    residue_complete(residue, &work->estimates);
    residue->looked_ms = clock_wall(task->loop->clock);
    task->note[0] = '\0';
    task_end(task, residue->failed ? TASK_WARNED : TASK_DONE,
             residue->failed ? &residue->trouble : NULL);
}

static void on_logs(struct logs_group *logs)
{
    struct residue_looking *work = container_of(logs, struct residue_looking, logs);
    struct inventory_item thing = {.gib = 0};
    if (!logs->ok)
        missed(work, RESIDUE_LOG_GROUP, &logs->error);
    str_copy(str_of(logs->name), thing.id, sizeof thing.id);
    if (logs->ok && logs->there)
        residue_add(report(work), RESIDUE_LOG_GROUP, &thing);
    finish(work);
}

static void on_domain(struct residue_domain *domain)
{
    struct residue_looking *work = container_of(domain, struct residue_looking, domain);
    if (!domain->ok)
        missed(work, RESIDUE_RECORD, &domain->error);
    next(work);
}

/* False when there is no domain to ask about. */
static bool ask_domain(struct residue_looking *work)
{
    const struct residue_world *world = work->look->world;
    struct residue *residue = report(work);
    struct error err;
    bool narrow = world->name_space != NULL;
    if (work->domain_asked || !residue->domain || (narrow && strcmp(world->name_space, "*") == 0))
        return false;
    work->domain_asked = true;
    residue->looked[RESIDUE_RECORD] = residue->looked[RESIDUE_ZONE] = true;
    note(work, "DNS records");
    if (residue_domain_start(&work->domain, &work->access.aws, residue, world->answers, narrow,
                             on_domain, &err))
        return true;
    missed(work, RESIDUE_RECORD, &err);
    return false;
}

static void next(struct residue_looking *work)
{
    struct error err;
    char name[160];
    if (ask_tags(work) || ask_list(work) || ask_domain(work))
        return;
    if (work->look->world->name_space) {
        finish(work);
        return;
    }
    note(work, "log groups");
    report(work)->looked[RESIDUE_LOG_GROUP] = true;
    snprintf(name, sizeof name, "/aws/eks/%s/cluster", report(work)->cluster);
    if (logs_group_start(&work->logs, &work->access.aws, name, on_logs, &err))
        return;
    missed(work, RESIDUE_LOG_GROUP, &err);
    finish(work);
}

static void on_cluster(struct eks_cluster *cluster)
{
    struct residue_looking *work = container_of(cluster, struct residue_looking, cluster);
    struct inventory_item thing = {.gib = 0};
    if (!cluster->ok && !cluster->missing)
        missed(work, RESIDUE_CLUSTER, &cluster->error);
    report(work)->cluster_there = !cluster->missing;
    if (cluster->ok && !work->look->world->name_space) {
        str_copy(str_of(report(work)->cluster), thing.id, sizeof thing.id);
        str_copy(str_of(cluster->status), thing.state, sizeof thing.state);
        residue_add(report(work), RESIDUE_CLUSTER, &thing);
    }
    next(work);
}

static bool look_start(struct task *task, struct error *err)
{
    struct residue_look *look = container_of(task, struct residue_look, task);
    const struct residue_world *world = look->world;
    const struct answers *answers = world->answers;
    struct residue_looking *work = look->work;
    struct residue *residue = look->residue;

    assert(answers);
    residue_finish(residue);
    snprintf(residue->deployment, sizeof residue->deployment, "%s/%s", answers->cluster_name,
             answers->id);
    str_copy(str_of(answers->cluster_name), residue->cluster, sizeof residue->cluster);
    if (strcmp(answers->pypi_create_bucket, "false") == 0)
        str_copy(str_of(answers->pypi_bucket_name), residue->bucket, sizeof residue->bucket);
    str_copy(str_of(answers->region), residue->region, sizeof residue->region);
    str_copy(str_of(answers->account), residue->account, sizeof residue->account);
    if (!work)
        work = look->work = alloc_zeroed(1, sizeof *work);
    work->look = look;
    work->ask = work->vpc = 0;
    work->domain_asked = false;
    residue->domain = answers_want_domain(answers);
    if (!answers->cluster_name[0])
        return error_set(err, ERROR_INPUT, "The deployment has no cluster name to look for.");
    aws_access_finish(&work->access);
    estimates_finish(&work->estimates);
    if (!estimates_load(&work->estimates, world->place->assets, err) ||
        !aws_access_open(&work->access, world->http, world->signals, world->place, world->profile,
                         answers->region, err))
        return false;
    note(work, "the cluster");
    residue->looked[RESIDUE_CLUSTER] = true;
    return eks_cluster_start(&work->cluster, &work->access.aws, answers->cluster_name, on_cluster,
                             err);
}

static void cancel(struct residue_looking *work)
{
    eks_cluster_finish(&work->cluster);
    inventory_list_finish(&work->list);
    inventory_tags_finish(&work->tags);
    logs_group_finish(&work->logs);
    residue_domain_finish(&work->domain);
}

static void look_stop(struct task *task)
{
    struct residue_look *look = container_of(task, struct residue_look, task);
    struct error err;
    cancel(look->work);
    error_set(&err, ERROR_CANCELLED, "The search for residue was stopped.");
    task_end(task, TASK_CANCELLED, &err);
}

static void look_finish(struct task *task)
{
    struct residue_look *look = container_of(task, struct residue_look, task);
    if (!look->work)
        return;
    cancel(look->work);
    aws_access_finish(&look->work->access);
    estimates_finish(&look->work->estimates);
    free(look->work->candidates);
    free(look->work);
    look->work = NULL;
}

void residue_look_init(struct residue_look *look, const struct residue_world *world,
                       struct residue *residue)
{
    static const struct task_ops ops = {look_start, look_stop, look_finish};
    *look = (struct residue_look){.task.ops = &ops, .world = world, .residue = residue};
    snprintf(look->task.label, sizeof look->task.label, "look for residue");
}
