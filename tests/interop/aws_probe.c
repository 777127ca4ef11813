/* Asks a real AWS endpoint, or one that claims to be, as the program does, and prints what came of
 * it: for tests/interop/aws.sh, which compares. Profile, region and endpoint come from the
 * environment, as with the AWS CLI.
 * usage: aws-probe identity|zones|region|alias|cluster NAME|nodegroups NAME|inventory|quota|records
 *        aws-probe head|list|put|get|delete BUCKET/KEY */
#include <stdlib.h>
#include <unistd.h>

#include "core/aws/ec2.h"
#include "core/aws/eks.h"
#include "core/aws/iam.h"
#include "core/aws/inventory.h"
#include "core/aws/quota.h"
#include "core/aws/renewal.h"
#include "core/aws/s3.h"
#include "core/aws/sts.h"

#include "core/base/alloc.h"

static struct loop loop;
static int result = 1;

static const char *environment(const char *name)
{
    return getenv(name);
}

static void fail(const struct error *err)
{
    printf("error %d %s\n", err->code, err->text);
    result = 1;
    loop_stop(&loop);
}

static void succeed(void)
{
    result = 0;
    loop_stop(&loop);
}

static void identity_done(struct sts_identity *identity)
{
    if (!identity->ok) {
        fail(&identity->error);
        return;
    }
    printf("ok %s %s skew %+lld s\n", identity->account, identity->arn,
           (long long)(identity->skew_ms / 1000));
    succeed();
}

static void zones_done(struct ec2_zones *zones)
{
    if (!zones->ok) {
        fail(&zones->error);
        return;
    }
    printf("ok %zu zones:", zones->usable);
    for (size_t i = 0; i < zones->count; i++)
        printf(" %s%s", zones->zones[i].name, zones->zones[i].usable ? "" : "(not usable)");
    printf("\n");
    succeed();
}

static void region_done(struct ec2_region *region)
{
    if (!region->ok) {
        fail(&region->error);
        return;
    }
    printf("ok %s\n", region->opt_in);
    succeed();
}

static void alias_done(struct iam_alias *alias)
{
    printf("ok alias \"%s\"\n", alias->alias);
    succeed();
}

static void cluster_done(struct eks_cluster *cluster)
{
    if (!cluster->ok) {
        fail(&cluster->error);
        return;
    }
    printf("ok %s %s %s\n", cluster->name, cluster->status, cluster->version);
    succeed();
}

static void groups_done(struct eks_nodegroups *groups)
{
    if (!groups->ok) {
        fail(&groups->error);
        return;
    }
    printf("ok %zu groups:", groups->count);
    for (size_t i = 0; i < groups->count; i++)
        printf(" %s %s %d", groups->groups[i].name, groups->groups[i].status,
               groups->groups[i].desired);
    printf("\n");
    succeed();
}

static void s3_done(struct s3_call *s3)
{
    if (!s3->ok) {
        fail(&s3->error);
        return;
    }
    printf("ok %d %.*s\n", s3->request.http.status, STR_ARG(buf_str(&s3->request.http.response)));
    succeed();
}

static void quota_done(struct quota *quota)
{
    if (!quota->ok) {
        fail(&quota->error);
        return;
    }
    printf("ok %.0f\n", quota->value);
    succeed();
}

static void records_done(struct aws_request *request)
{
    if (!request->ok) {
        fail(&request->error);
        return;
    }
    printf("ok %.*s\n", STR_ARG(buf_str(&request->http.response)));
    succeed();
}

static union {
    struct sts_identity identity;
    struct s3_call s3;
    struct ec2_zones zones;
    struct ec2_region region;
    struct iam_alias alias;
    struct eks_cluster cluster;
    struct eks_nodegroups groups;
    struct aws_request request;
    struct quota quota;
    struct inventory_list list;
} call;

/* ---- one list after the other, of every kind that a residue report looks for ---- */

static struct aws *lists_of;
static size_t things;

static void on_thing(void *context, const struct inventory_item *item)
{
    (void)context;
    (void)item;
    things++;
}

static bool ask_for_kind(enum inventory_kind kind, struct error *err);

static void list_done(struct inventory_list *list)
{
    enum inventory_kind kind = list->kind;
    struct error err = list->pages.error;
    if (!list->pages.ok) {
        printf("%s: ", inventory_word(kind, 2));
        fail(&err);
        return;
    }
    printf("%s%zu %s", kind ? ", " : "ok ", things, inventory_word(kind, things));
    inventory_list_finish(list);
    if (kind + 1 == INVENTORY_KINDS) {
        printf("\n");
        succeed();
    } else if (!ask_for_kind(kind + 1, &err)) {
        fail(&err);
    }
}

static bool ask_for_kind(enum inventory_kind kind, struct error *err)
{
    things = 0;
    call.list = (struct inventory_list){.item = on_thing, .done = list_done};
    return inventory_list_start(&call.list, lists_of, kind, NULL, NULL, err);
}

static bool start_records(struct aws *aws, struct error *err)
{
    aws_request_init(&call.request, aws, AWS_ROUTE53, "ListHostedZonesByName", "GET",
                     "/2013-04-01/hostedzonesbyname");
    aws_request_query(&call.request, "dnsname", STR("hub.example.org."));
    aws_request_query(&call.request, "maxitems", STR("1"));
    call.request.done = records_done;
    return aws_request_send(&call.request, err);
}

/* SIZE_MAX when it is not a verb of S3. */
static size_t s3_verb(const char *verb)
{
    static const char *const verbs[S3_VERBS] = {
        [S3_HEAD_BUCKET] = "head", [S3_LIST] = "list",     [S3_PUT] = "put",
        [S3_GET] = "get",          [S3_DELETE] = "delete", [S3_CREATE] = "create",
        [S3_VERSIONS] = "versions"};
    for (size_t i = 0; i < S3_VERBS; i++)
        if (strcmp(verb, verbs[i]) == 0)
            return i;
    return SIZE_MAX;
}

static bool start_s3(struct aws *aws, enum s3_verb verb, const char *name, struct error *err)
{
    struct str key = str_of(name), bucket;
    char bucket_text[64];
    str_cut(&key, '/', &bucket);
    str_copy(bucket, bucket_text, sizeof bucket_text);
    return s3_start(&call.s3, aws, verb, aws->region, bucket_text, key.data ? key.data : "",
                    STR("hello\n"), s3_done, err);
}

static bool start(struct aws *aws, const char *verb, const char *name, struct error *err)
{
    if (s3_verb(verb) != SIZE_MAX)
        return start_s3(aws, (enum s3_verb)s3_verb(verb), name, err);
    if (strcmp(verb, "identity") == 0)
        return sts_identity_start(&call.identity, aws, identity_done, err);
    if (strcmp(verb, "zones") == 0)
        return ec2_zones_start(&call.zones, aws, zones_done, err);
    if (strcmp(verb, "region") == 0)
        return ec2_region_start(&call.region, aws, region_done, err);
    if (strcmp(verb, "alias") == 0)
        return iam_alias_start(&call.alias, aws, alias_done, err);
    if (strcmp(verb, "cluster") == 0)
        return eks_cluster_start(&call.cluster, aws, name, cluster_done, err);
    if (strcmp(verb, "inventory") == 0) {
        lists_of = aws;
        return ask_for_kind(0, err);
    }
    if (strcmp(verb, "quota") == 0)
        return quota_start(&call.quota, aws, "vpc", "L-F678F1CE", quota_done, err);
    if (strcmp(verb, "records") == 0)
        return start_records(aws, err);
    return eks_nodegroups_start(&call.groups, aws, name, groups_done, err);
}

static void finish(const char *verb)
{
    if (strcmp(verb, "cluster") == 0)
        eks_cluster_finish(&call.cluster);
    else if (strcmp(verb, "inventory") == 0)
        inventory_list_finish(&call.list);
    else /* every other call holds its request first, and nothing else */
        aws_request_finish(&call.identity.request);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "identity", *name = argc > 2 ? argv[2] : "";
    const char *home = getenv("HOME"), *region;
    static const int caught[] = {0};
    struct profiles profiles = {0};
    struct profile_choice choice;
    struct http http;
    struct signals signals = {0};
    struct creds_world world = {.http = &http, .signals = &signals, .home = home ? home : "/"};
    struct aws aws = {0};
    struct error err = {0};

    secret_setup();
    loop_init(&loop, &clock_system);
    http_init(&http, &loop, &(struct http_route){.user_agent = "ekshub-tui/probe"});
    if (!profiles_load(&profiles, home ? home : "/", environment, &err) ||
        !profiles_choose(&profiles, NULL, &choice, &err) ||
        !signals_init(&signals, &loop, caught, &err)) {
        fail(&err);
        goto out;
    }
    region = profiles_region(&profiles, choice.profile, NULL);
    if (aws_open(&aws, &world, &profiles, &choice, region, &err) && start(&aws, verb, name, &err))
        loop_run(&loop);
    else
        fail(&err);
    finish(verb);
out:
    aws_finish(&aws);
    http_finish(&http);
    signals_finish(&signals);
    loop_finish(&loop);
    profiles_finish(&profiles);
    return result;
}
