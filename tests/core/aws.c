/* core/aws/aws and the calls built on it, against a server on loopback that follows a script. */
#include "core/aws/aws.h"

#include <criterion/criterion.h>

#include "core/aws/ec2.h"
#include "core/aws/eks.h"
#include "core/aws/iam.h"
#include "core/aws/sts.h"
#include "tests/support/server.h"
#include "tests/support/tls.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define NOON       INT64_C(1795348800000) /* Sun, 22 Nov 2026 12:00:00 GMT */
#define DATE       "Date: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
#define DATE_LATER "Date: Sun, 22 Nov 2026 13:00:00 GMT\r\n"
#define SLOW       "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message>"
#define DENIED     "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message>"
#define EXPIRED                                                                                    \
    "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>"                                     \
    "<Message>Signature expired: T is now earlier than U</Message>"
#define IDENTITY                                                                                   \
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"                                         \
    "<Arn>arn:aws:iam::123456789012:user/kube_admin</Arn><UserId>AIDA1</UserId>"                   \
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"

static struct clock clock_noon;
static struct loop loop;
static struct turn turn;
static struct server server;
static struct http http;
static struct aws aws;
static struct buf script[8];
static int answers, randoms;
static const char *max_attempts, *endpoint;

static int64_t real_monotonic(const struct clock *clock)
{
    (void)clock;
    return clock_system.monotonic_ms(&clock_system);
}

static int64_t noon(const struct clock *clock)
{
    (void)clock;
    return NOON;
}

static const char *test_env(const char *name)
{
    if (strcmp(name, "AWS_ENDPOINT_URL") == 0)
        return endpoint;
    return strcmp(name, "AWS_MAX_ATTEMPTS") == 0 ? max_attempts : NULL;
}

static double at_once(void)
{
    randoms++;
    return 0;
}

/* The answer to the request that came last; the last one of the script repeats. */
static void follow_script(struct turn *t)
{
    int at = server.requests > answers ? answers : server.requests;

    (void)t;
    if (at > 0)
        server.answer = buf_str(&script[at - 1]);
}

static void say(int status, const char *headers, const char *body)
{
    buf_clear(&script[answers]);
    buf_printf(&script[answers], "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n%s", status,
               headers, strlen(body), body);
    if (answers++ == 0)
        server.answer = buf_str(&script[0]);
}

static void make_client(const char *token)
{
    struct profiles profiles = {.env = test_env};
    struct creds creds = {.access_key_id = "AKIDEXAMPLE"};
    struct error err = {0};

    aws_finish(&aws);
    cr_assert(secret_set(&creds.secret, STR("secret"), &err));
    cr_assert(!token || secret_set(&creds.token, str_of(token), &err));
    cr_assert(aws_init(&aws, &http, &profiles, NULL, "us-east-2", &creds, &err), "%s", err.text);
    aws.retries.random = at_once;
}

static void begin(void)
{
    endpoint = "http://aws.test";
    clock_noon = (struct clock){real_monotonic, noon};
    turn.ended = follow_script;
    loop_init(&loop, &clock_noon);
    loop.turn = &turn;
    server_init(&server, &loop);
    http_init(&http, &loop, &(struct http_route){.port = server.port});
    make_client(NULL);
}

static void end(void)
{
    aws_finish(&aws);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    for (size_t i = 0; i < sizeof script / sizeof *script; i++)
        buf_finish(&script[i]);
    no_leaks();
}

TestSuite(aws, .init = begin, .fini = end, .timeout = 60);

struct who {
    struct sts_identity identity;
    bool over;
    int done;
};

static void who_done(struct sts_identity *identity)
{
    struct who *who = container_of(identity, struct who, identity);

    who->done++;
    who->over = true;
}

static void ask(struct who *who)
{
    struct error err = {0};

    *who = (struct who){.done = 0};
    cr_assert(sts_identity_start(&who->identity, &aws, who_done, &err), "%s", err.text);
    cr_assert(turns_until(&loop, &who->over));
    cr_assert_eq(who->done, 1);
}

static bool sent(const char *part)
{
    return str_find(buf_str(&server.last), str_of(part)) >= 0;
}

Test(aws, identity)
{
    struct who who;

    say(200, DATE, IDENTITY);
    ask(&who);
    cr_assert(who.identity.ok, "%s", who.identity.error.text);
    cr_assert_str_eq(who.identity.account, "123456789012");
    cr_assert_str_eq(who.identity.arn, "arn:aws:iam::123456789012:user/kube_admin");
    cr_assert_str_eq(who.identity.user_id, "AIDA1");
    cr_assert(sent("POST / HTTP/1.1\r\nHost: aws.test\r\n"));
    cr_assert(sent("\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15"));
    cr_assert(sent("\r\nX-Amz-Date: 20261122T120000Z\r\n"));
    cr_assert(sent("\r\nAuthorization: AWS4-HMAC-SHA256 "
                   "Credential=AKIDEXAMPLE/20261122/us-east-2/sts/aws4_request, "
                   "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature="));
    cr_assert_not(sent("Expect:"));
    cr_assert_not(sent("X-Amz-Security-Token"));
    sts_identity_finish(&who.identity);
    sts_identity_finish(&who.identity);
}

Test(aws, a_session_token_is_sent_and_signed)
{
    struct who who;

    make_client("TOKEN//+==");
    say(200, DATE, IDENTITY);
    ask(&who);
    cr_assert(who.identity.ok);
    cr_assert(sent("\r\nX-Amz-Security-Token: TOKEN//+==\r\n"));
    cr_assert(sent("x-amz-date;x-amz-security-token, Signature="));
    sts_identity_finish(&who.identity);
}

Test(aws, the_clock_is_measured_by_every_answer)
{
    struct who who;

    say(403, DATE_LATER, DENIED);
    ask(&who);
    cr_assert_not(who.identity.ok);
    cr_assert(who.identity.skew_known);
    cr_assert(who.identity.skew_ms > 3599000 && who.identity.skew_ms < 3700000);
    sts_identity_finish(&who.identity);
}

Test(aws, what_passes_is_tried_three_times)
{
    struct who who;

    say(400, DATE, SLOW);
    say(503, DATE, "");
    say(200, DATE, IDENTITY);
    ask(&who);
    cr_assert(who.identity.ok, "%s", who.identity.error.text);
    cr_assert_eq(server.requests, 3);
    cr_assert_eq(randoms, 2);
    sts_identity_finish(&who.identity);
}

Test(aws, what_does_not_pass_is_said_after_three_times)
{
    struct who who;

    say(400, DATE, SLOW);
    ask(&who);
    cr_assert_not(who.identity.ok);
    cr_assert_eq(server.requests, 3);
    cr_assert_str_eq(who.identity.error.text,
                     "STS is asked too often for GetCallerIdentity: Rate exceeded (Throttling).");
    cr_assert_eq(aws.retries.tokens, 490);
    sts_identity_finish(&who.identity);
}

Test(aws, a_no_is_a_no)
{
    struct who who;

    say(403, DATE, DENIED);
    ask(&who);
    cr_assert_eq(server.requests, 1);
    cr_assert_eq(who.identity.error.kind, ERROR_SERVICE);
    cr_assert_eq(who.identity.request.refusal.trouble, AWS_DENIED);
    sts_identity_finish(&who.identity);
}

Test(aws, attempts_as_the_environment_says)
{
    struct who who;

    max_attempts = "1";
    make_client(NULL);
    say(400, DATE, SLOW);
    ask(&who);
    cr_assert_eq(server.requests, 1);
    sts_identity_finish(&who.identity);
}

Test(aws, what_a_retry_cost_comes_back_with_the_answer)
{
    struct who who;

    aws.retries.tokens = 100;
    say(400, DATE, SLOW);
    say(400, DATE, SLOW);
    say(200, DATE, IDENTITY);
    ask(&who);
    cr_assert_eq(aws.retries.tokens, 95, "only the last one's");
    sts_identity_finish(&who.identity);
    ask(&who);
    cr_assert_eq(aws.retries.tokens, 96, "and one for an answer at once");
    sts_identity_finish(&who.identity);
}

Test(aws, a_certificate_that_is_not_trusted_is_not_asked_again)
{
    struct tls_server tls;
    struct who who;

    tls_server_init(&tls);
    http_finish(&http);
    http_init(&http, &loop, &(struct http_route){.port = tls.port});
    endpoint = "https://localhost";
    make_client(NULL);
    ask(&who);
    cr_assert(str_starts(str_of(who.identity.error.text),
                         STR("STS was not reached: The TLS certificate of localhost is not")),
              "%s", who.identity.error.text);
    cr_assert_eq(randoms, 0);
    cr_assert_eq(aws.retries.tokens, AWS_RETRY_TOKENS);
    sts_identity_finish(&who.identity);
    tls_server_finish(&tls);
}

Test(aws, without_retry_tokens_there_is_no_retry)
{
    struct who who;

    aws.retries.tokens = 4;
    say(400, DATE, SLOW);
    ask(&who);
    cr_assert_eq(server.requests, 1);
    sts_identity_finish(&who.identity);
}

static double half_the_second_time(void)
{
    return randoms++ == 0 ? 0 : 0.5;
}

Test(aws, a_wait_can_be_cancelled)
{
    struct who who = {.done = 0};

    aws.retries.random = half_the_second_time;
    say(400, DATE, SLOW);
    cr_assert(sts_identity_start(&who.identity, &aws, who_done, NULL));
    for (int i = 0; i < 100000 && randoms < 2; i++)
        loop_turn(&loop, true);
    cr_assert_eq(server.requests, 2);
    sts_identity_finish(&who.identity);
    turns(&loop, 20);
    cr_assert_eq(who.done, 0);
}

Test(aws, nobody_there)
{
    struct who who;

    http_finish(&http);
    http_init(&http, &loop, &(struct http_route){.port = refusing_port()});
    ask(&who);
    cr_assert_eq(who.identity.error.kind, ERROR_NETWORK);
    cr_assert(str_starts(str_of(who.identity.error.text), STR("STS was not reached: ")), "%s",
              who.identity.error.text);
    cr_assert_eq(randoms, 2);
    cr_assert_eq(aws.retries.tokens, 490);
    sts_identity_finish(&who.identity);
}

Test(aws, a_clock_that_is_off_is_corrected_once)
{
    struct who who;

    say(403, DATE_LATER, EXPIRED);
    say(200, DATE_LATER, IDENTITY);
    ask(&who);
    cr_assert(who.identity.ok, "%s", who.identity.error.text);
    cr_assert_eq(server.requests, 2);
    cr_assert(sent("\r\nX-Amz-Date: 20261122T130000Z\r\n"), "%s", buf_cstr(&server.last));
    cr_assert(who.identity.skew_ms > 3599000, "still said");
    sts_identity_finish(&who.identity);
    ask(&who);
    cr_assert_eq(server.requests, 3, "known from now on");
    sts_identity_finish(&who.identity);
}

Test(aws, a_clock_that_cannot_be_corrected_is_said)
{
    struct who who;

    say(403, DATE_LATER, EXPIRED);
    ask(&who);
    cr_assert_not(who.identity.ok);
    cr_assert_eq(server.requests, 2);
    cr_assert(strstr(who.identity.error.text, "the clock of this machine is 1h00m behind"), "%s",
              who.identity.error.text);
    sts_identity_finish(&who.identity);
}

Test(aws, an_answer_of_somebody_else_is_not_an_identity)
{
    struct who who;

    say(200, "", "<html><h1>Welcome to the hotel</h1></html>");
    ask(&who);
    cr_assert_not(who.identity.ok);
    cr_assert_str_eq(who.identity.error.text,
                     "The answer of STS to GetCallerIdentity is not what AWS sends.");
    sts_identity_finish(&who.identity);
    answers = server.requests = 0;
    say(200, "", "<Account>12x</Account><Arn>arn:aws:iam::1:user/a</Arn>");
    ask(&who);
    cr_assert_not(who.identity.ok);
    sts_identity_finish(&who.identity);
}

Test(aws, cancelled_after_any_turn)
{
    for (int n = 0; n < 40; n++) {
        struct who who = {.done = 0};

        answers = server.requests = 0;
        say(400, DATE, SLOW);
        say(200, DATE, IDENTITY);
        cr_assert(sts_identity_start(&who.identity, &aws, who_done, NULL));
        for (int i = 0; i < n && !who.over; i++)
            loop_turn(&loop, false);
        int done = who.done;
        sts_identity_finish(&who.identity);
        turns(&loop, 50);
        cr_assert_eq(who.done, done, "no callback after finish");
    }
}

static struct who *own;

static void finish_itself(struct sts_identity *identity)
{
    cr_assert(identity->ok);
    sts_identity_finish(identity);
    free(own);
    own = NULL;
}

Test(aws, the_callback_may_free_the_call)
{
    own = alloc_zeroed(1, sizeof *own);
    say(200, DATE, IDENTITY);
    cr_assert(sts_identity_start(&own->identity, &aws, finish_itself, NULL));
    for (int i = 0; i < 100000 && own; i++)
        loop_turn(&loop, true);
    cr_assert_null(own);
}

Test(aws, a_client_needs_a_region)
{
    struct profiles profiles = {.env = test_env};
    struct creds creds = {.access_key_id = "AK"};
    struct aws other;
    struct error err = {0};

    cr_assert(secret_set(&creds.secret, STR("s"), NULL));
    cr_assert_not(aws_init(&other, &http, &profiles, NULL, "us east", &creds, &err));
    cr_assert_null(creds.secret.data, "taken in any case");
    aws_finish(&other);
    cr_assert_not(aws_init(&other, &http, &profiles, NULL, NULL, &creds, &err));
    cr_assert_str_eq(err.text, "No region is given for this profile.");
}

/* ---- EC2, IAM, EKS ---- */

static bool over;

static void zones_done(struct ec2_zones *zones)
{
    (void)zones;
    over = true;
}

static void region_done(struct ec2_region *region)
{
    (void)region;
    over = true;
}

static void alias_done(struct iam_alias *alias)
{
    (void)alias;
    over = true;
}

static void cluster_done(struct eks_cluster *cluster)
{
    (void)cluster;
    over = true;
}

static void groups_done(struct eks_nodegroups *groups)
{
    (void)groups;
    over = true;
}

#define ZONE(name, id, state, type)                                                                \
    "<item><optInStatus>opt-in-not-required</optInStatus><messageSet/><regionName>r</regionName>"  \
    "<zoneName>" name "</zoneName><zoneId>" id "</zoneId><zoneState>" state "</zoneState>"         \
    "<zoneType>" type "</zoneType></item>"

Test(aws, zones_that_can_be_used)
{
    struct ec2_zones zones;

    say(200, DATE,
        "<DescribeAvailabilityZonesResponse><availabilityZoneInfo>" ZONE(
            "us-east-1a", "use1-az1", "available", "availability-zone")
            ZONE("us-east-1b", "use1-az3", "available", "availability-zone")
                ZONE("us-east-1-bos-1a", "use1-bos1-az1", "available", "local-zone")
                    ZONE("us-east-1c", "use1-az2", "unavailable", "availability-zone")
                        ZONE("us-east-1d", "use1-az4", "available",
                             "availability-zone") "<item><zoneName>bad\x1b</zoneName></item>"
                                                  "</availabilityZoneInfo>"
                                                  "</DescribeAvailabilityZonesResponse>");
    cr_assert(ec2_zones_start(&zones, &aws, zones_done, NULL));
    cr_assert(turns_until(&loop, &over));
    cr_assert(zones.ok, "%s", zones.error.text);
    cr_assert_eq(zones.count, 5);
    cr_assert_eq(zones.usable, 2);
    cr_assert(zones.zones[0].usable && zones.zones[4].usable);
    cr_assert_not(zones.zones[1].usable, "EKS has no control plane in use1-az3");
    cr_assert_str_eq(zones.zones[4].name, "us-east-1d");
    cr_assert_str_eq(zones.zones[4].id, "use1-az4");
    ec2_zones_finish(&zones);
}

Test(aws, a_region_is_asked_about_at_home)
{
    struct ec2_region region;

    say(200, DATE,
        "<DescribeRegionsResponse><regionInfo><item><regionName>us-east-2</regionName>"
        "<optInStatus>not-opted-in</optInStatus></item></regionInfo></DescribeRegionsResponse>");
    cr_assert(ec2_region_start(&region, &aws, region_done, NULL));
    cr_assert(turns_until(&loop, &over));
    cr_assert(region.ok && !region.enabled);
    cr_assert(sent("/us-east-1/ec2/aws4_request"));
    cr_assert(sent("&AllRegions=true&RegionName.1=us-east-2"));
    ec2_region_finish(&region);
}

Test(aws, an_alias_is_nice_to_have)
{
    struct iam_alias alias;

    say(200, DATE, "<R><AccountAliases><member>acme-prod</member></AccountAliases></R>");
    say(403, DATE, DENIED);
    cr_assert(iam_alias_start(&alias, &aws, alias_done, NULL));
    cr_assert(turns_until(&loop, &over));
    cr_assert_str_eq(alias.alias, "acme-prod");
    cr_assert(sent("/us-east-1/iam/aws4_request"));
    iam_alias_finish(&alias);
    over = false;
    cr_assert(iam_alias_start(&alias, &aws, alias_done, NULL));
    cr_assert(turns_until(&loop, &over));
    cr_assert_str_eq(alias.alias, "");
    iam_alias_finish(&alias);
}

Test(aws, a_cluster)
{
    struct eks_cluster cluster;

    say(200, DATE,
        "{\"cluster\":{\"name\":\"demo\",\"status\":\"ACTIVE\",\"version\":\"1.33\","
        "\"endpoint\":\"https://AB.gr7.us-east-2.eks.amazonaws.com\",\"arn\":\"arn:aws:eks:x\","
        "\"certificateAuthority\":{\"data\":\"LS0tLS1C\"},\"platformVersion\":\"eks.9\","
        "\"identity\":{\"oidc\":{\"issuer\":\"https://oidc.eks.us-east-2.amazonaws.com/id/"
        "AB\"}}}}");
    cr_assert(eks_cluster_start(&cluster, &aws, "my demo/x", cluster_done, NULL));
    cr_assert(turns_until(&loop, &over));
    cr_assert(cluster.ok, "%s", cluster.error.text);
    cr_assert(sent("GET /clusters/my%20demo%2Fx HTTP/1.1\r\n"));
    cr_assert_str_eq(cluster.status, "ACTIVE");
    cr_assert_str_eq(cluster.version, "1.33");
    cr_assert_str_eq(buf_cstr(&cluster.ca), "LS0tLS1C");
    cr_assert_str_eq(cluster.issuer, "https://oidc.eks.us-east-2.amazonaws.com/id/AB");
    eks_cluster_finish(&cluster);
    eks_cluster_finish(&cluster);
}

Test(aws, a_cluster_that_is_not_there)
{
    struct eks_cluster cluster;

    say(404, DATE "x-amzn-ErrorType: ResourceNotFoundException:http://x\r\n",
        "{\"message\":\"No cluster found for name: demo.\"}");
    cr_assert(eks_cluster_start(&cluster, &aws, "demo", cluster_done, NULL));
    cr_assert(turns_until(&loop, &over));
    cr_assert(!cluster.ok && cluster.missing);
    cr_assert_str_eq(cluster.error.text, "EKS found nothing for DescribeCluster: No cluster found "
                                         "for name: demo (ResourceNotFoundException).");
    eks_cluster_finish(&cluster);
    over = false;
    answers = server.requests = 0;
    say(200, DATE, "[\"cluster\"]");
    cr_assert(eks_cluster_start(&cluster, &aws, "demo", cluster_done, NULL));
    cr_assert(turns_until(&loop, &over));
    cr_assert(!cluster.ok && !cluster.missing);
    eks_cluster_finish(&cluster);
}

static void say_groups(void)
{
    answers = server.requests = 0;
    say(200, DATE, "{\"nodegroups\":[\"a\",\"gone\",\"b\"]}");
    say(200, DATE, "{\"nodegroup\":{\"status\":\"ACTIVE\",\"scalingConfig\":{\"desiredSize\":3}}}");
    say(404, DATE "x-amzn-ErrorType: ResourceNotFoundException\r\n", "{\"message\":\"no\"}");
    say(200, DATE,
        "{\"nodegroup\":{\"status\":\"DEGRADED\",\"health\":{\"issues\":[{\"code\":\"X\","
        "\"message\":\"no capacity\"}]}}}");
}

Test(aws, node_groups)
{
    struct eks_nodegroups groups;

    say_groups();
    cr_assert(eks_nodegroups_start(&groups, &aws, "demo", groups_done, NULL));
    cr_assert(turns_until(&loop, &over));
    cr_assert(groups.ok, "%s", groups.error.text);
    cr_assert_eq(groups.count, 2, "the one that vanished is left out");
    cr_assert_str_eq(groups.groups[0].status, "ACTIVE");
    cr_assert_eq(groups.groups[0].desired, 3);
    cr_assert_str_eq(groups.groups[1].name, "b");
    cr_assert_str_eq(groups.groups[1].issue, "no capacity");
    cr_assert(sent("GET /clusters/demo/node-groups/b HTTP/1.1\r\n"));
    eks_nodegroups_finish(&groups);
}

Test(aws, node_groups_cancelled_after_any_turn)
{
    for (int n = 0; n < 60; n++) {
        struct eks_nodegroups groups;

        over = false;
        say_groups();
        cr_assert(eks_nodegroups_start(&groups, &aws, "demo", groups_done, NULL));
        for (int i = 0; i < n && !over; i++)
            loop_turn(&loop, false);
        bool was_over = over;
        eks_nodegroups_finish(&groups);
        turns(&loop, 50);
        cr_assert_eq(over, was_over);
    }
}
