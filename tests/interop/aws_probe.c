/* Asks a real AWS endpoint, or one that claims to be, as the program does, and prints what came of
 * it: for tests/interop/aws.sh, which compares. Profile, region and endpoint come from the
 * environment, as with the AWS CLI.
 * usage: aws-probe identity|zones|region|alias|cluster NAME|nodegroups NAME|token NAME
 *        aws-probe head|list|put|get|delete BUCKET/KEY */
#include <stdlib.h>
#include <unistd.h>

#include "core/aws/ec2.h"
#include "core/aws/eks.h"
#include "core/aws/iam.h"
#include "core/aws/renewal.h"
#include "core/aws/s3.h"
#include "core/aws/sts.h"
#include "core/aws/token.h"

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

static union {
    struct sts_identity identity;
    struct s3_call s3;
    struct ec2_zones zones;
    struct ec2_region region;
    struct iam_alias alias;
    struct eks_cluster cluster;
    struct eks_nodegroups groups;
} call;

/* SIZE_MAX when it is not a verb of S3. */
static size_t s3_verb(const char *verb)
{
    static const char *const verbs[S3_VERBS] = {[S3_HEAD_BUCKET] = "head",
                                                [S3_LIST] = "list",
                                                [S3_PUT] = "put",
                                                [S3_GET] = "get",
                                                [S3_DELETE] = "delete"};
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
    return eks_nodegroups_start(&call.groups, aws, name, groups_done, err);
}

static bool print_token(const struct creds *creds, const char *region, const char *name,
                        struct error *err)
{
    struct secret token = {0};
    int64_t now = clock_wall(&clock_system);
    bool ok = eks_token(creds, region, name, now, &token, err) &&
              eks_token_print(STDOUT_FILENO, &token, getenv("KUBERNETES_EXEC_INFO"),
                              eks_token_end(creds, now), err);

    secret_finish(&token);
    return ok;
}

static void finish(const char *verb)
{
    if (strcmp(verb, "cluster") == 0)
        eks_cluster_finish(&call.cluster);
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
    struct creds creds = {0};
    struct http http;
    struct signals signals = {0};
    struct creds_world world = {.http = &http, .signals = &signals, .home = home ? home : "/"};
    struct aws aws = {0};
    struct error err = {0};
    bool token = strcmp(verb, "token") == 0;

    secret_setup();
    loop_init(&loop, &clock_system);
    http_init(&http, &loop, &(struct http_route){.user_agent = "ekshub-tui/probe"});
    if (!profiles_load(&profiles, home ? home : "/", environment, &err) ||
        !profiles_choose(&profiles, NULL, &choice, &err) ||
        !signals_init(&signals, &loop, caught, &err) ||
        (token && !creds_at_hand(&creds, &profiles, &choice, &err))) {
        fail(&err);
        goto out;
    }
    region = profiles_region(&profiles, choice.profile, NULL);
    if (token) {
        if (print_token(&creds, region, name, &err))
            succeed();
        else
            fail(&err);
        goto out;
    }
    if (aws_open(&aws, &world, &profiles, &choice, region, &err) && start(&aws, verb, name, &err))
        loop_run(&loop);
    else
        fail(&err);
    finish(verb);
out:
    aws_finish(&aws);
    creds_finish(&creds);
    http_finish(&http);
    signals_finish(&signals);
    loop_finish(&loop);
    profiles_finish(&profiles);
    return result;
}
