/* The program's own AWS client in a rehearsal: profiles, signatures, http and the simulated
 * account, all in one here.loop. */
#include <criterion/criterion.h>

#include "core/aws/ec2.h"
#include "core/aws/eks.h"
#include "core/aws/iam.h"
#include "core/aws/renewal.h"
#include "core/aws/sts.h"
#include "core/base/paths.h"
#include "core/rehearsal/world.h"
#include "tests/core/rehearsal_here.h"

#include "core/base/alloc.h"

static struct http http;
static struct profiles profiles;
static struct creds_world world;
static struct aws aws;
static bool answered;

static void end(void)
{
    aws_finish(&aws);
    http_finish(&http);
    profiles_finish(&profiles);
    here_end();
}

TestSuite(rehearsal_client, .init = here_begin, .fini = end, .timeout = 60);

static void client_of(const char *name)
{
    struct profile_choice choice;
    struct error err = {.kind = ERROR_NONE};
    http_init(&http, &here.loop, &here.rehearsal.route);
    cr_assert(profiles_load(&profiles, here.rehearsal.home, rehearsal_lookup, &err), "%s",
              err.text);
    cr_assert(profiles_choose(&profiles, name, &choice, &err), "%s", err.text);
    world = (struct creds_world){.http = &http, .home = here.rehearsal.home};
    cr_assert(aws_open(&aws, &world, &profiles, &choice, "us-east-2", &err), "%s", err.text);
}

static void wait_for_answer(void)
{
    cr_assert(turns_until(&here.loop, &answered));
    answered = false;
}

static void identity_done(struct sts_identity *identity)
{
    (void)identity;
    answered = true;
}

static void zones_done(struct ec2_zones *zones)
{
    (void)zones;
    answered = true;
}

static void region_done(struct ec2_region *region)
{
    (void)region;
    answered = true;
}

static void alias_done(struct iam_alias *alias)
{
    (void)alias;
    answered = true;
}

static void cluster_done(struct eks_cluster *cluster)
{
    (void)cluster;
    answered = true;
}

static void groups_done(struct eks_nodegroups *groups)
{
    (void)groups;
    answered = true;
}

Test(rehearsal_client, assumes_the_role_that_there_is)
{
    struct sts_identity identity;
    here_open(NULL);
    client_of("ci");
    cr_assert(sts_identity_start(&identity, &aws, identity_done, NULL));
    wait_for_answer();
    cr_assert(identity.ok, "%s", identity.error.text);
    cr_assert_str_eq(identity.arn, "arn:aws:sts::" WORLD_ACCOUNT ":assumed-role/ci/rehearsal");
    cr_assert_eq(aws.creds.method, CREDS_ROLE);
    cr_assert(aws.creds.expires_ms > 0);
    sts_identity_finish(&identity);
}

Test(rehearsal_client, is_not_signed_in_at_the_identity_center)
{
    struct sts_identity identity;
    here_open(NULL);
    client_of("analytics");
    cr_assert(sts_identity_start(&identity, &aws, identity_done, NULL));
    wait_for_answer();
    cr_assert_not(identity.ok);
    cr_assert_eq(identity.error.kind, ERROR_AUTH);
    cr_assert(strstr(identity.error.hint, "aws sso login --profile analytics"));
    sts_identity_finish(&identity);
}

Test(rehearsal_client, learns_who_and_where_it_is)
{
    struct sts_identity identity;
    struct ec2_zones zones;
    struct ec2_region region;
    struct iam_alias alias;
    here_open(NULL);
    client_of("kube_admin");
    cr_assert(sts_identity_start(&identity, &aws, identity_done, NULL));
    wait_for_answer();
    cr_assert(identity.ok, "%s", identity.error.text);
    cr_assert_str_eq(identity.account, WORLD_ACCOUNT);
    cr_assert_str_eq(identity.arn, "arn:aws:iam::123456789012:user/kube_admin");
    cr_assert(identity.skew_known);
    sts_identity_finish(&identity);
    cr_assert(ec2_zones_start(&zones, &aws, zones_done, NULL));
    wait_for_answer();
    cr_assert(zones.ok, "%s", zones.error.text);
    cr_assert_eq(zones.usable, 3);
    cr_assert_str_eq(zones.zones[0].id, "use2-az1");
    ec2_zones_finish(&zones);
    cr_assert(ec2_region_start(&region, &aws, region_done, NULL));
    wait_for_answer();
    cr_assert(region.ok && region.enabled, "%s", region.error.text);
    ec2_region_finish(&region);
    cr_assert(iam_alias_start(&alias, &aws, alias_done, NULL));
    wait_for_answer();
    cr_assert_str_eq(alias.alias, WORLD_ALIAS);
    iam_alias_finish(&alias);
}

static void tell(enum world_what what, const char *type, const char *detail)
{
    struct world_event event = {.time_ms = 1000, .what = what};
    str_copy(str_of(type), event.type, sizeof event.type);
    str_copy(str_of(type), event.address, sizeof event.address);
    str_copy(str_of(detail), event.detail, sizeof event.detail);
    cr_assert(world_append(here.rehearsal.dir, &event, NULL));
}

Test(rehearsal_client, sees_the_cluster_come)
{
    struct eks_cluster cluster;
    struct eks_nodegroups groups;
    here_open(NULL);
    client_of("kube_admin");
    cr_assert(eks_cluster_start(&cluster, &aws, "demo-hub", cluster_done, NULL));
    wait_for_answer();
    cr_assert(!cluster.ok && cluster.missing);
    eks_cluster_finish(&cluster);
    tell(WORLD_CREATE, "aws_eks_cluster", "demo-hub 1.35");
    tell(WORLD_CREATE, "aws_eks_node_group", "3 × t3.large");
    cr_assert(eks_cluster_start(&cluster, &aws, "demo-hub", cluster_done, NULL));
    wait_for_answer();
    cr_assert(cluster.ok, "%s", cluster.error.text);
    cr_assert_str_eq(cluster.status, "ACTIVE");
    cr_assert(str_ends(str_of(cluster.endpoint), STR(".gr7.us-east-2.eks.amazonaws.com")));
    cr_assert(str_starts(str_of(cluster.issuer), STR("https://oidc.eks.us-east-2.")));
    cr_assert(cluster.ca.len > 0);
    eks_cluster_finish(&cluster);
    cr_assert(eks_nodegroups_start(&groups, &aws, "demo-hub", groups_done, NULL));
    wait_for_answer();
    cr_assert(groups.ok, "%s", groups.error.text);
    cr_assert_eq(groups.count, 1);
    cr_assert_str_eq(groups.groups[0].status, "ACTIVE");
    cr_assert_eq(groups.groups[0].desired, 3);
    eks_nodegroups_finish(&groups);
}

static void assert_refused(const char *profile)
{
    struct sts_identity identity;
    client_of(profile);
    cr_assert(sts_identity_start(&identity, &aws, identity_done, NULL));
    wait_for_answer();
    cr_assert_not(identity.ok);
    cr_assert_eq(identity.error.kind, ERROR_AUTH, "%s", identity.error.text);
    sts_identity_finish(&identity);
}

Test(rehearsal_client, is_refused_with_a_retired_key)
{
    here_open(NULL);
    assert_refused("retired");
}

Test(rehearsal_client, is_refused_when_that_is_planted)
{
    here_open((const char *const[]){"credentials-refused", NULL});
    assert_refused("kube_admin");
}
