/* Which records and which zone of a domain are a deployment's residue, against a Route 53 that
 * follows a script; and in which order they go. */
#include "core/session/residue_domain.h"

#include <criterion/criterion.h>

#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct still_clock still;
static struct loop loop;
static struct server server;
static struct http http;
static struct aws aws;
static struct answers answers;
static struct residue residue;
static struct residue_domain domain;
static struct estimates estimates;
static struct buf said[4];
static size_t said_count;
static struct error err;
static bool over;

static const char *nothing(const char *name)
{
    (void)name;
    return NULL;
}

static void on_asked(struct server *asked)
{
    size_t at = (size_t)asked->requests - 1;
    if (at < said_count)
        asked->answer = buf_str(&said[at]);
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
    cr_assert(estimates_load(&estimates, SOURCE_ASSETS, &err), "%s", err.text);
    answers_default(&answers, false);
    str_copy(STR("acme.example"), answers.domain_zone, sizeof answers.domain_zone);
    str_copy(STR("demo-hub"), residue.cluster, sizeof residue.cluster);
    str_copy(STR("demo-hub/a1b2c3d4"), residue.deployment, sizeof residue.deployment);
    residue.domain = true;
}

static void end(void)
{
    residue_domain_finish(&domain);
    residue_domain_finish(&domain);
    residue_finish(&residue);
    estimates_finish(&estimates);
    aws_finish(&aws);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        buf_finish(&said[i]);
    no_leaks();
}

TestSuite(residue_domain, .init = begin, .fini = end, .timeout = 60);

static void say(int status, const char *body)
{
    buf_printf(&said[said_count++], "HTTP/1.1 %d Said\r\nContent-Length: %zu\r\n\r\n%s", status,
               strlen(body), body);
}

static void done(struct residue_domain *looked)
{
    (void)looked;
    over = true;
}

static void look(bool records_only)
{
    cr_assert(residue_domain_start(&domain, &aws, &residue, &answers, records_only, done, &err),
              "%s", err.text);
    cr_assert(turns_until(&loop, &over));
    residue_complete(&residue, &estimates);
}

/* What was found, one a line, in the order in which it has to go. */
static void expect(const char *wanted)
{
    struct buf text = {.data = NULL};
    residue_ids(&residue, &text);
    cr_assert_str_eq(buf_cstr(&text), wanted);
    buf_finish(&text);
}

#define ZONES                                                                                      \
    "<R><HostedZones><HostedZone><Id>/hostedzone/ZPRIVATE</Id><Name>acme.example.</Name><Config>"  \
    "<PrivateZone>true</PrivateZone></Config></HostedZone><HostedZone><Id>/hostedzone/ZPUBLIC"     \
    "</Id><Name>acme.example.</Name><Config><PrivateZone>false</PrivateZone></Config>"             \
    "</HostedZone></HostedZones><IsTruncated>false</IsTruncated></R>"
#define RECORD(name, type, value)                                                                  \
    "<ResourceRecordSet><Name>" name ".acme.example.</Name><Type>" type "</Type><TTL>300</TTL>"    \
    "<ResourceRecords><ResourceRecord><Value>" value "</Value></ResourceRecord></ResourceRecords>" \
    "</ResourceRecordSet>"
#define NOTE(name, owner)                                                                          \
    RECORD(name, "TXT",                                                                            \
           "&quot;heritage=external-dns,external-dns/owner=" owner                                 \
           ",external-dns/resource=ingress/mlhub/hub-https&quot;")
#define RECORDS(records)                                                                           \
    "<R><ResourceRecordSets>" records "</ResourceRecordSets><IsTruncated>false</IsTruncated></R>"
#define TAGS(value)                                                                                \
    "<R><ResourceTagSet><Tags><Tag><Key>ekshub:deployment</Key><Value>" value                      \
    "</Value></Tag></Tags></ResourceTagSet></R>"
#define BALANCER "a1b2-3.us-east-2.elb.amazonaws.com."

Test(residue_domain, what_we_wrote_is_ours_and_goes_before_the_note_that_says_so)
{
    say(200, ZONES);
    say(200, RECORDS(NOTE("a-hub", "demo-hub") RECORD("hub", "A", BALANCER)
                         RECORD("notebooks", "AAAA", BALANCER) RECORD("pypi", "A", BALANCER)
                             NOTE("aaaa-notebooks", "demo-hub") NOTE("cname-pypi", "demo-hub")));
    say(200, TAGS("demo-hub/a1b2c3d4"));
    look(false);
    cr_assert(domain.ok, "%s", domain.error.text);
    expect("DNS record hub.acme.example A\n"
           "DNS record notebooks.acme.example AAAA\n"
           "DNS record pypi.acme.example A\n"
           "DNS record a-hub.acme.example TXT\n"
           "DNS record aaaa-notebooks.acme.example TXT\n"
           "DNS record cname-pypi.acme.example TXT\n"
           "DNS zone acme.example\n");
    cr_assert_str_eq(residue.items[0].thing.object, "ZPUBLIC");
    cr_assert_gt(residue.cost_per_hour, 0, "a zone has its price");
    cr_assert(str_find(buf_str(&server.last), STR("/tags/hostedzone/ZPUBLIC")) >= 0);
}

Test(residue_domain, what_others_wrote_is_left_alone)
{
    say(200, ZONES);
    say(200,
        RECORDS(RECORD("hub", "A", BALANCER) NOTE("a-hub", "demo-hub-2") RECORD("hub", "MX", "10 x")
                    RECORD("pypi", "CNAME", BALANCER) RECORD("www", "A", "203.0.113.9")
                        NOTE("a-wiki", "other") RECORD("wiki", "A", BALANCER)
                            RECORD("_dmarc", "TXT", "&quot;v=DMARC1 demo-hub&quot;")
                                RECORD("shop", "AAAA", BALANCER) NOTE("a-shop", "demo-hub")));
    say(200, TAGS("other/99999999"));
    look(false);
    cr_assert(domain.ok, "%s", domain.error.text);
    expect("DNS record a-shop.acme.example TXT\n");
    cr_assert_eq(residue.cost_per_hour, 0);
}

Test(residue_domain, the_zone_is_not_asked_about_while_only_records_go)
{
    say(200, ZONES);
    say(200, RECORDS(RECORD("hub", "A", BALANCER) NOTE("a-hub", "demo-hub")));
    look(true);
    cr_assert(domain.ok);
    cr_assert_eq(server.requests, 2);
    expect("DNS record hub.acme.example A\nDNS record a-hub.acme.example TXT\n");
}

Test(residue_domain, a_zone_that_is_gone_leaves_nothing)
{
    say(200, "<R><HostedZones/><IsTruncated>false</IsTruncated></R>");
    look(false);
    cr_assert(domain.ok && residue.count == 0 && server.requests == 1);
}

Test(residue_domain, what_cannot_be_asked_is_no_all_clear)
{
    say(200, ZONES);
    say(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error>"
             "</ErrorResponse>");
    look(false);
    cr_assert_not(domain.ok);
    cr_assert(strstr(domain.error.text, "ListResourceRecordSets"), "%s", domain.error.text);
    expect("");
}

Test(residue_domain, can_be_dropped_at_any_moment)
{
    say(200, ZONES);
    for (int steps = 0; steps < 12; steps++) {
        cr_assert(residue_domain_start(&domain, &aws, &residue, &answers, false, done, &err));
        turns(&loop, steps);
        residue_domain_finish(&domain);
    }
}
