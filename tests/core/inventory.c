/* What an account tells of its things: each kind from what its service writes, whole and cut off at
 * every byte; pages; and the steps of a removal. */
#include "core/aws/inventory.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/aws/elb.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct inventory_item items[8];
static size_t count;

static void keep(void *context, const struct inventory_item *item)
{
    (void)context;
    if (count < 8)
        items[count++] = *item;
}

static void read_all(enum inventory_kind kind, const char *body)
{
    count = 0;
    inventory_read(kind, str_of(body), keep, NULL);
}

static const char balancers[] =
    "<LoadBalancerDescriptions><member><LoadBalancerName>a1b2</LoadBalancerName><DNSName>a1b2.elb"
    "</DNSName><VPCId>vpc-1</VPCId><Instances><member><InstanceId>i-1</InstanceId></member>"
    "</Instances></member></LoadBalancerDescriptions>";
static const char volumes[] =
    "<volumeSet><item><volumeId>vol-1</volumeId><size>10</size><status>available</status>"
    "<attachmentSet><item><status>busy</status></item></attachmentSet><volumeType>gp3</volumeType>"
    "<tagSet><item><key>kubernetes.io/created-for/pvc/name</key><value>ws-ada</value></item>"
    "<item><key>kubernetes.io/created-for/pvc/namespace</key><value>mlhub</value></item>"
    "<item><key>kubernetes.io/cluster/demo</key><value>owned</value></item>"
    "<item><key>ekshub:deployment</key><value>demo/1</value></item></tagSet></item></volumeSet>";
static const char interfaces[] =
    "<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>subnet-1"
    "</subnetId><vpcId>vpc-1</vpcId><description>ELB a1b2</description><status>in-use</status>"
    "<association><publicIp>203.0.113.9</publicIp></association></item></networkInterfaceSet>";
static const char instances[] =
    "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState><name>"
    "terminated</name></instanceState><instanceType>t3.large</instanceType></item></instancesSet>"
    "</item><item><instancesSet><item><instanceId>i-2</instanceId><instanceState><name>running"
    "</name></instanceState></item></instancesSet></item></reservationSet>";
static const char groups[] =
    "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>default</groupName></item><item>"
    "<groupId>sg-2</groupId><groupName>k8s-elb-a1b2&#27;[2J</groupName><vpcId>vpc-1</vpcId></item>"
    "</securityGroupInfo>";
static const char tables[] =
    "<routeTableSet><item><routeTableId>rtb-1</routeTableId><associationSet><item><main>true"
    "</main></item></associationSet></item><item><routeTableId>rtb-2</routeTableId>"
    "<associationSet><item><main>false</main></item></associationSet></item></routeTableSet>";

Test(inventory, reads_each_kind)
{
    read_all(INVENTORY_BALANCER, balancers);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(items[0].id, "a1b2");
    cr_assert_str_eq(items[0].vpc, "vpc-1");
    read_all(INVENTORY_VOLUME, volumes);
    cr_assert_eq(count, 1);
    cr_assert_eq(items[0].gib, 10);
    cr_assert_str_eq(items[0].state, "available");
    cr_assert_str_eq(items[0].object, "mlhub/ws-ada");
    cr_assert_str_eq(items[0].cluster, "demo");
    cr_assert_str_eq(items[0].deployment, "demo/1");
    read_all(INVENTORY_INTERFACE, interfaces);
    cr_assert_str_eq(items[0].address, "203.0.113.9");
    cr_assert_str_eq(items[0].note, "ELB a1b2");
    read_all(INVENTORY_INSTANCE, instances);
    cr_assert_eq(count, 2);
    cr_assert(items[0].gone && !items[1].gone);
}

Test(inventory, leaves_out_what_goes_with_its_network_and_cleans_names)
{
    read_all(INVENTORY_SECURITY_GROUP, groups);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(items[0].name, "k8s-elb-a1b2^[[2J");
    read_all(INVENTORY_ROUTE_TABLE, tables);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(items[0].id, "rtb-2");
}

Test(inventory, survives_every_truncation)
{
    static const char *const bodies[] = {balancers, volumes, interfaces, instances, groups, tables};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        for (size_t len = 0; len <= strlen(bodies[i]); len++) {
            char *part = alloc_printf("%.*s", (int)len, bodies[i]);
            for (int kind = 0; kind < INVENTORY_KINDS; kind++)
                read_all((enum inventory_kind)kind, part);
            free(part);
        }
    }
}

/* ---- over the wire ---- */

static struct loop loop;
static struct still_clock now;
static struct server server;
static struct http http;
static struct aws aws;
static struct profiles profiles;
static bool over;

static const char *nothing(const char *name)
{
    (void)name;
    return NULL;
}

static void begin(void)
{
    struct http_route route = {.user_agent = "ekshub-tui/test"};
    struct creds creds = {.access_key_id = "AKIAEXAMPLE"};
    struct error err = {.kind = ERROR_NONE};
    still_clock_init(&now);
    loop_init(&loop, &now.clock);
    server_init(&server, &loop);
    server.closes = true;
    route.port = server.port;
    http_init(&http, &loop, &route);
    profiles.env = nothing;
    cr_assert(secret_set(&creds.secret, STR("secret"), &err));
    cr_assert(aws_init(&aws, &http, &profiles, NULL, "us-east-2", &creds, &err), "%s", err.text);
    for (int i = 0; i < AWS_SERVICES; i++)
        str_copy(STR("http://aws"), aws.endpoints.url[i], sizeof aws.endpoints.url[i]);
    over = false;
    count = 0;
}

static void end(void)
{
    aws_finish(&aws);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    no_leaks();
}

TestSuite(inventory_asked, .init = begin, .fini = end, .timeout = 60);

#define XML(body) "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" body

static void until_over(const char *const *script)
{
    int answers = 0;
    while (script[answers])
        answers++;
    server.requests = 0;
    for (int turn = 0; turn < 4000 && !over; turn++) {
        int at = server.requests > 0 ? server.requests - 1 : 0; /* it was counted already */
        server.answer = str_of(script[at < answers ? at : answers - 1]);
        loop_turn(&loop, true);
    }
    cr_assert(over);
}

static void listed(struct inventory_list *list)
{
    (void)list;
    over = true;
}

static void removed(struct inventory_removal *removal)
{
    (void)removal;
    over = true;
}

static void seen(struct elb_health *health)
{
    (void)health;
    over = true;
}

Test(inventory_asked, page_after_page)
{
    static const char *const script[] = {
        XML("<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId></item></"
            "vpcSet><nextToken>t&amp;"
            "2</nextToken></DescribeVpcsResponse>"),
        XML("<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-2</vpcId></item></vpcSet>"
            "</DescribeVpcsResponse>"),
        NULL};
    struct inventory_list list = {.item = keep, .done = listed};
    struct error err = {.kind = ERROR_NONE};
    cr_assert(inventory_list_start(&list, &aws, INVENTORY_VPC, "tag:a", "b", &err), "%s", err.text);
    until_over(script);
    cr_assert(list.pages.ok, "%s", list.pages.error.text);
    cr_assert_eq(count, 2);
    cr_assert(strstr(buf_cstr(&server.last), "Filter.1.Name=tag%3Aa&Filter.1.Value.1=b"));
    cr_assert(strstr(buf_cstr(&server.last), "NextToken=t%262"));
    inventory_list_finish(&list);
}

Test(inventory_asked, pages_without_end_and_other_answers_are_refused)
{
    static const char *const endless[] = {
        XML("<DescribeVpcsResponse><nextToken>x</nextToken></DescribeVpcsResponse>"), NULL};
    static const char *const nonsense[] = {XML("<html>sign in"), NULL};
    struct inventory_list list = {.item = keep, .done = listed};
    cr_assert(inventory_list_start(&list, &aws, INVENTORY_VPC, NULL, NULL, NULL));
    until_over(endless);
    cr_assert_not(list.pages.ok);
    cr_assert_eq(server.requests, AWS_PAGES_MAX);
    inventory_list_finish(&list);
    over = false;
    cr_assert(inventory_list_start(&list, &aws, INVENTORY_VPC, NULL, NULL, NULL));
    until_over(nonsense);
    cr_assert_not(list.pages.ok);
    inventory_list_finish(&list);
}

Test(inventory_asked, role_loses_its_policies_before_it_goes)
{
    static const char *const script[] = {
        XML("<AttachedPolicies><member><PolicyArn>arn:p1</PolicyArn></member></AttachedPolicies>"),
        XML("<DetachRolePolicyResponse/>"),
        XML("<AttachedPolicies/>"),
        XML("<PolicyNames/>"),
        XML("<InstanceProfiles/>"),
        XML("<DeleteRoleResponse/>"),
        NULL};
    struct inventory_item role = {.kind = INVENTORY_ROLE, .id = "demo-node"};
    struct inventory_removal removal = {.step = 0};
    struct error err = {.kind = ERROR_NONE};
    cr_assert(inventory_remove_start(&removal, &aws, &role, removed, &err), "%s", err.text);
    until_over(script);
    cr_assert(removal.ok, "%s", removal.error.text);
    cr_assert_eq(server.requests, 6);
    cr_assert(strstr(buf_cstr(&server.last), "Action=DeleteRole&"));
    inventory_remove_finish(&removal);
}

Test(inventory_asked, what_is_held_may_be_asked_for_again_and_what_is_gone_is_fine)
{
    static const char *const held[] = {
        "HTTP/1.1 400 Bad\r\nConnection: close\r\n\r\n<Response><Errors><Error><Code>"
        "DependencyViolation</Code><Message>in use</Message></Error></Errors></Response>",
        NULL};
    static const char *const gone[] = {
        "HTTP/1.1 400 Bad\r\nConnection: close\r\n\r\n<Response><Errors><Error><Code>"
        "InvalidVpcID.NotFound</Code><Message>no</Message></Error></Errors></Response>",
        NULL};
    struct inventory_item vpc = {.kind = INVENTORY_VPC, .id = "vpc-1"};
    struct inventory_removal removal = {.step = 0};
    cr_assert(inventory_remove_start(&removal, &aws, &vpc, removed, NULL));
    until_over(held);
    cr_assert(!removal.ok && removal.waits);
    inventory_remove_finish(&removal);
    over = false;
    cr_assert(inventory_remove_start(&removal, &aws, &vpc, removed, NULL));
    until_over(gone);
    cr_assert(removal.ok);
    inventory_remove_finish(&removal);
}

Test(inventory_asked, health_counts_what_is_in_service)
{
    static const char *const script[] = {
        XML("<DescribeInstanceHealthResponse><InstanceStates><member><State>InService</State>"
            "</member><member><State>OutOfService</State><Description>Instance has failed."
            "</Description></member></InstanceStates></DescribeInstanceHealthResponse>"),
        NULL};
    struct elb_health health = {.ok = false};
    cr_assert(elb_health_start(&health, &aws, "a1b2", seen, NULL));
    until_over(script);
    cr_assert(health.ok);
    cr_assert_eq(health.instances, 2);
    cr_assert_eq(health.in_service, 1);
    cr_assert_str_eq(health.why, "Instance has failed.");
    elb_health_finish(&health);
}
