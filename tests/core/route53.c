/* core/aws/route53 against a server that follows a script: what goes over the wire, what is taken
 * out of an answer, and what is never touched. */
#include "core/aws/route53.h"

#include <criterion/criterion.h>

#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct still_clock still;
static struct loop loop;
static struct server server;
static struct http http;
static struct aws aws;
static struct route53 asked;
static struct buf answers[4], seen, records;
static size_t answer_count;
static struct error err;
static bool over;

static const char *nothing(const char *name)
{
    (void)name;
    return NULL;
}

/* The answers one after the other, the last one for ever; each request is kept. */
static void on_asked(struct server *asked_one)
{
    size_t at = (size_t)asked_one->requests - 1;
    buf_append(&seen, buf_str(&asked_one->last));
    buf_text(&seen, "\n--\n");
    if (at < answer_count)
        asked_one->answer = buf_str(&answers[at]);
}

static void begin(void)
{
    struct profiles profiles = {.env = nothing};
    struct creds creds = {.access_key_id = "AKIDEXAMPLE"};
    still_clock_init(&still);
    loop_init(&loop, &still.clock);
    server_init(&server, &loop);
    server.asked = on_asked;
    http_init(&http, &loop, &(struct http_route){.port = server.port});
    cr_assert(secret_set(&creds.secret, STR("secret"), &err));
    cr_assert(aws_init(&aws, &http, &profiles, NULL, "eu-west-1", &creds, &err), "%s", err.text);
    str_copy(STR("http://route53.amazonaws.com"), aws.endpoints.url[AWS_ROUTE53],
             sizeof aws.endpoints.url[AWS_ROUTE53]);
    aws.retries.max_attempts = 1;
}

static void end(void)
{
    route53_finish(&asked);
    route53_finish(&asked);
    aws_finish(&aws);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        buf_finish(&answers[i]);
    buf_finish(&seen);
    buf_finish(&records);
    no_leaks();
}

TestSuite(route53, .init = begin, .fini = end, .timeout = 60);

static void answer(int status, const char *body)
{
    buf_printf(&answers[answer_count++], "HTTP/1.1 %d Said\r\nContent-Length: %zu\r\n\r\n%s",
               status, strlen(body), body);
}

static void done(struct route53 *route53)
{
    (void)route53;
    over = true;
}

static void on_record(void *context, const struct route53_record *record)
{
    (void)context;
    buf_printf(&records, "%s %s %s\n", record->name, record->type, record->value);
}

static void wait(bool begun)
{
    cr_assert(begun, "%s", err.text);
    cr_assert(turns_until(&loop, &over));
    over = false;
}

static bool sent(const char *part)
{
    return str_find(buf_str(&seen), str_of(part)) >= 0;
}

#define ZONE(id, name, private)                                                                    \
    "<HostedZone><Id>/hostedzone/" id "</Id><Name>" name                                           \
    ".</Name><Config><PrivateZone>" private "</PrivateZone></Config></HostedZone>"
#define ZONES(zones, truncated)                                                                    \
    "<ListHostedZonesByNameResponse><HostedZones>" zones "</HostedZones><IsTruncated>" truncated   \
    "</IsTruncated></ListHostedZonesByNameResponse>"
#define REFUSED(code)                                                                              \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>So it is.</Message>"   \
    "</Error></ErrorResponse>"

/* ---- zones ---- */

Test(route53, the_public_zone_of_a_name_is_found_beside_its_private_namesake)
{
    answer(200,
           ZONES(ZONE("ZPRIVATE", "acme.example", "true") ZONE("ZPUBLIC", "Acme.example", "false")
                     ZONE("ZC", "demo.acme.example", "false"),
                 "false"));
    wait(route53_zones(&asked, &aws, "acme.example", done, &err));
    cr_assert(asked.ok, "%s", asked.error.text);
    cr_assert(sent("GET /2013-04-01/hostedzonesbyname?dnsname=acme.example&maxitems=100 HTTP/1.1"));
    cr_assert(sent("/us-east-1/route53/aws4_request"), "it lives there, wherever one asks from");
    cr_assert_eq(asked.zone_count, 2);
    cr_assert_str_eq(route53_zone_named(&asked, "acme.example")->id, "ZPUBLIC");
    cr_assert_null(route53_zone_named(&asked, "other.example"));
    cr_assert_not(asked.more);
}

Test(route53, without_a_zone_or_with_more_than_one_page_of_them)
{
    answer(200, ZONES("", "false"));
    answer(200, ZONES(ZONE("ZA", "a.example", "false"), "true"));
    wait(route53_zones(&asked, &aws, NULL, done, &err));
    cr_assert(asked.ok && asked.zone_count == 0);
    cr_assert(sent("GET /2013-04-01/hostedzonesbyname?maxitems=100 HTTP/1.1"));
    wait(route53_zones(&asked, &aws, NULL, done, &err));
    cr_assert(asked.ok && asked.zone_count == 1 && asked.more);
}

Test(route53, more_zones_than_are_kept)
{
    struct buf zones = {.data = NULL};
    buf_text(&zones, "<R><HostedZones>");
    for (int i = 0; i < ROUTE53_ZONES + 5; i++)
        buf_printf(&zones, ZONE("Z%d", "z%d.example", "false"), i, i);
    buf_text(&zones, "</HostedZones><IsTruncated>false</IsTruncated></R>");
    answer(200, buf_cstr(&zones));
    buf_finish(&zones);
    wait(route53_zones(&asked, &aws, NULL, done, &err));
    cr_assert(asked.ok && asked.more);
    cr_assert_eq(asked.zone_count, ROUTE53_ZONES);
}

Test(route53, what_a_service_refuses_or_mumbles_is_said)
{
    answer(403, REFUSED("AccessDenied"));
    answer(200, "<html>It works!</html>");
    answer(404, REFUSED("NoSuchHostedZone"));
    wait(route53_zones(&asked, &aws, NULL, done, &err));
    cr_assert_not(asked.ok);
    cr_assert_eq(asked.request.refusal.trouble, AWS_DENIED, "%s", asked.error.text);
    cr_assert(strstr(asked.error.text, "ListHostedZonesByName"), "%s", asked.error.text);
    wait(route53_zones(&asked, &aws, NULL, done, &err));
    cr_assert_not(asked.ok);
    cr_assert(*asked.error.text);
    wait(route53_records(&asked, &aws, "ZGONE", on_record, NULL, done, &err));
    cr_assert_not(asked.ok);
    cr_assert_eq(asked.request.refusal.trouble, AWS_MISSING, "%s", asked.error.text);
    cr_assert(*asked.error.text);
    cr_assert_eq(records.len, 0);
}

/* ---- records ---- */

#define SET(name, type, inner)                                                                     \
    "<ResourceRecordSet><Name>" name "</Name><Type>" type "</Type>" inner "</ResourceRecordSet>"
#define VALUE(value)                                                                               \
    "<TTL>300</TTL><ResourceRecords><ResourceRecord><Value>" value                                 \
    "</Value></ResourceRecord></ResourceRecords>"
#define ALIAS(name)                                                                                \
    "<AliasTarget><HostedZoneId>Z3AADJGX6KTTL2</HostedZoneId><DNSName>" name                       \
    "</DNSName><EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>"
#define SETS(sets, rest)                                                                           \
    "<ListResourceRecordSetsResponse><ResourceRecordSets>" sets "</ResourceRecordSets>" rest       \
    "</ListResourceRecordSetsResponse>"
#define NO_MORE "<IsTruncated>false</IsTruncated>"

Test(route53, records_come_page_by_page)
{
    answer(200, SETS(SET("acme.example.", "SOA", VALUE("ns-1. x. 1 7200"))
                         SET("hub.acme.example.", "A", ALIAS("abc.elb.amazonaws.com.")),
                     "<IsTruncated>true</IsTruncated><NextRecordName>\\052.acme.example."
                     "</NextRecordName><NextRecordType>CNAME</NextRecordType>"));
    answer(200, SETS(SET("\\052.acme.example.", "CNAME", VALUE("x\x1b[2J.example.")),
                     "<IsTruncated>true</IsTruncated><NextRecordName>w.acme.example."
                     "</NextRecordName><NextRecordType>A</NextRecordType>"
                     "<NextRecordIdentifier>blue &amp; green</NextRecordIdentifier>"));
    answer(200, SETS(SET("a-hub.acme.example.", "TXT",
                         VALUE("&quot;heritage=external-dns,external-dns/owner=demo-hub&quot;")),
                     NO_MORE));
    wait(route53_records(&asked, &aws, "ZPUBLIC", on_record, NULL, done, &err));
    cr_assert(asked.ok, "%s", asked.error.text);
    cr_assert_eq(server.requests, 3);
    cr_assert(sent("GET /2013-04-01/hostedzone/ZPUBLIC/rrset HTTP/1.1"));
    cr_assert(sent("/rrset?name=%5C052.acme.example.&type=CNAME HTTP/1.1"), "%s", buf_cstr(&seen));
    cr_assert(sent("?name=w.acme.example.&type=A&identifier=blue%20%26%20green HTTP/1.1"),
              "weighted records of one name would come again and again: %s", buf_cstr(&seen));
    cr_assert_str_eq(buf_cstr(&records), "acme.example SOA ns-1. x. 1 7200\n"
                                         "hub.acme.example A abc.elb.amazonaws.com\n"
                                         "\\052.acme.example CNAME x^[[2J.example\n"
                                         "a-hub.acme.example TXT "
                                         "\"heritage=external-dns,external-dns/owner=demo-hub\"\n");
}

Test(route53, a_page_that_fails_fails_all)
{
    answer(200, SETS("", "<IsTruncated>true</IsTruncated><NextRecordName>b.</NextRecordName>"
                         "<NextRecordType>A</NextRecordType>"));
    answer(500, "");
    wait(route53_records(&asked, &aws, "ZPUBLIC", on_record, NULL, done, &err));
    cr_assert_not(asked.ok);
    cr_assert_eq(asked.error.kind, ERROR_SERVICE, "%s", asked.error.text);
}

/* ---- whose it is ---- */

Test(route53, a_zone_is_its_deployments_by_one_tag)
{
    answer(200, "<R><ResourceTagSet><Tags><Tag><Key>Name</Key><Value>x</Value></Tag><Tag>"
                "<Key>ekshub:deployment</Key><Value>demo-hub/a1b2c3d4</Value></Tag></Tags>"
                "</ResourceTagSet></R>");
    answer(200, "<R><ResourceTagSet><Tags/></ResourceTagSet></R>");
    wait(route53_tags(&asked, &aws, "ZPUBLIC", done, &err));
    cr_assert(asked.ok);
    cr_assert(sent("GET /2013-04-01/tags/hostedzone/ZPUBLIC HTTP/1.1"));
    cr_assert_str_eq(asked.deployment, "demo-hub/a1b2c3d4");
    wait(route53_tags(&asked, &aws, "ZPUBLIC", done, &err));
    cr_assert(asked.ok);
    cr_assert_str_eq(asked.deployment, "");
}

/* ---- removal ---- */

Test(route53, a_record_goes_by_its_own_words)
{
    answer(200, SETS(SET("hub.acme.example.", "A", ALIAS("abc.elb.amazonaws.com."))
                         SET("hub.acme.example.", "AAAA", ALIAS("other.elb.amazonaws.com.")),
                     NO_MORE));
    answer(200, "<ChangeResourceRecordSetsResponse/>");
    wait(route53_record_remove(&asked, &aws, "ZPUBLIC", "hub.acme.example", "AAAA", done, &err));
    cr_assert(asked.ok, "%s", asked.error.text);
    cr_assert(sent("/rrset?name=hub.acme.example&type=AAAA HTTP/1.1"));
    cr_assert(sent("POST /2013-04-01/hostedzone/ZPUBLIC/rrset HTTP/1.1"), "%s", buf_cstr(&seen));
    cr_assert(sent("<Action>DELETE</Action>" SET("hub.acme.example.", "AAAA",
                                                 ALIAS("other.elb.amazonaws.com."))));
    cr_assert_not(sent("abc.elb"), "the other one stays");
}

Test(route53, what_is_gone_is_no_fault_and_nothing_else_goes_in_its_place)
{
    answer(200, SETS(SET("www.acme.example.", "A", VALUE("203.0.113.9")), NO_MORE));
    answer(404, REFUSED("NoSuchHostedZone"));
    answer(404, REFUSED("NoSuchHostedZone"));
    wait(route53_record_remove(&asked, &aws, "ZPUBLIC", "hub.acme.example", "A", done, &err));
    cr_assert(asked.ok && server.requests == 1, "the next record in the list is not it");
    wait(route53_record_remove(&asked, &aws, "ZPUBLIC", "hub.acme.example", "A", done, &err));
    cr_assert(asked.ok);
    wait(route53_zone_remove(&asked, &aws, "ZPUBLIC", done, &err));
    cr_assert(asked.ok, "%s", asked.error.text);
    cr_assert(sent("DELETE /2013-04-01/hostedzone/ZPUBLIC HTTP/1.1"));
    cr_assert_not(sent("POST "));
}

Test(route53, a_zone_that_holds_something_stays)
{
    answer(400, REFUSED("HostedZoneNotEmpty"));
    wait(route53_zone_remove(&asked, &aws, "ZPUBLIC", done, &err));
    cr_assert_not(asked.ok);
    cr_assert(*asked.error.text);
}

Test(route53, can_be_dropped_at_any_moment)
{
    answer(200, SETS(SET("hub.acme.example.", "A", VALUE("203.0.113.9")), NO_MORE));
    for (int steps = 0; steps < 12; steps++) {
        cr_assert(
            route53_record_remove(&asked, &aws, "ZPUBLIC", "hub.acme.example", "A", done, &err));
        turns(&loop, steps);
        route53_finish(&asked);
    }
}
