/* The steps of a domain against a rehearsal whose clock stands: its names, until the world resolves
 * them, and its certificates, until https answers with them. */
#include <criterion/criterion.h>

#include "core/base/paths.h"
#include "core/rehearsal/world_domain.h"
#include "tests/core/rehearsal_visit.h"
#include "tests/core/stepping.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define ZONE "demo.acme.example"
#define HUB  "hub." ZONE
#define PYPI "pypi." ZONE

enum { FASTER = 100000 }; /* waits that end by their limit do so at once, a day in a second */

static struct http other; /* that does not reach everything */

static void built(const char *type, const char *detail)
{
    struct world_event event = {.time_ms = clock_wall(visit_loop.clock), .what = WORLD_CREATE};
    snprintf(event.address, sizeof event.address, "terraform_data.%s_%.*s", type,
             (int)strcspn(detail, " "), detail);
    str_copy(str_of(type), event.type, sizeof event.type);
    str_copy(str_of(detail), event.detail, sizeof event.detail);
    cr_assert(world_append(stepping.place.dir, &event, NULL));
}

/* What external-dns and Traefik have to do with it, without the Ingresses. */
static void build_zone(void)
{
    char id[WORLD_ID];
    json_t *servers = json_array();
    world_zone_id(ZONE, id);
    for (size_t i = 0; i < WORLD_SERVERS; i++)
        json_array_append_new(servers, json_string(world_name_servers[i]));
    stepping_output(STAGE_DOMAIN, "zone_id", json_string(id));
    stepping_output(STAGE_DOMAIN, "name_servers", servers);
    built("aws_route53_zone", ZONE);
    built("kubernetes_namespace_v1", "traefik");
    built("helm_release", "external-dns 1.21.1");
    built("helm_release", "traefik 41.3.0");
    built("kubernetes_service_v1", "traefik/traefik LoadBalancer");
}

static void build_entrances(const char *acme)
{
    char detail[200];
    snprintf(detail, sizeof detail, "mlhub/hub-https " HUB " proxy-public %s", acme);
    built("kubernetes_ingress_v1", detail);
    snprintf(detail, sizeof detail, "default/pypi-https " PYPI " pypi %s", acme);
    built("kubernetes_ingress_v1", detail);
    str_copy(str_of(acme), stepping.answers.domain_acme_server,
             sizeof stepping.answers.domain_acme_server);
}

static void open_with(const char *const *faults)
{
    stepping_begin(faults);
    visit_hold();
    str_copy(STR(ZONE), stepping.answers.domain_zone, sizeof stepping.answers.domain_zone);
}

static void end(void)
{
    task_finish(&stepping.between.task);
    if (other.loop)
        http_finish(&other);
    stepping_end();
}

TestSuite(between_domain, .fini = end, .timeout = 120);

static const struct error *said(void)
{
    return &stepping.between.task.error;
}

static void expect_end(enum stage_step step, enum task_state state, const char *text)
{
    cr_assert_eq(stepping_go(STAGE_DOMAIN, step, false), state, "%s", said()->text);
    cr_assert(strstr(said()->text, text), "%s", said()->text);
}

/* ---- names ---- */

Test(between_domain, names_are_written_delegated_and_resolved)
{
    open_with((const char *const[]){"dns-late", NULL});
    build_zone();
    stepping_start(STAGE_DOMAIN, STEP_NAMES, false);
    stepping_until_note("waiting until external-dns writes " HUB);
    build_entrances("staging");
    visit_pass(90);
    stepping_until_note("set the NS records of " ZONE " at its registrar: ns-1536.awsdns-00.co.uk");
    cr_assert(strstr(stepping.between.task.note, "ns-512.awsdns-00.net"), "%s: all of them",
              stepping.between.task.note);
    visit_pass(150);
    stepping_until_note("waiting until the world resolves " HUB);
    visit_pass(600);
    cr_assert_eq(stepping_wait(), TASK_DONE, "%s", said()->text);
    cr_assert(js_bool(stepping.between.result, "resolves", false));
}

Test(between_domain, names_that_nobody_writes_lead_to_the_log_that_says_why)
{
    open_with(NULL);
    build_zone();
    stepping.place.speed = FASTER;
    expect_end(STEP_NAMES, TASK_FAILED, "external-dns has written no record for " HUB);
    cr_assert(strstr(said()->hint, "deployment/external-dns"), "%s", said()->hint);
}

Test(between_domain, a_zone_that_nobody_delegates_names_its_servers_at_the_end)
{
    open_with(NULL);
    build_zone();
    build_entrances("staging");
    visit_pass(90);
    stepping.place.speed = FASTER;
    expect_end(STEP_NAMES, TASK_FAILED, "Nobody has told the world about the zone " ZONE);
    for (size_t i = 0; i < WORLD_SERVERS; i++)
        cr_assert(strstr(said()->hint, world_name_servers[i]), "%s", said()->hint);
}

Test(between_domain, names_that_do_not_resolve_in_time)
{
    open_with((const char *const[]){"dns-late", NULL});
    build_zone();
    build_entrances("staging");
    visit_pass(240);
    stepping.place.speed = FASTER;
    expect_end(STEP_NAMES, TASK_FAILED, "The world does not resolve " HUB);
    cr_assert(strstr(said()->hint, "apply domain"), "%s", said()->hint);
}

static bool all_but_the_resolver(const char *host)
{
    return strcmp(host, "dns.google") != 0;
}

Test(between_domain, a_resolver_that_is_out_of_reach_is_not_asked_for_ever)
{
    struct http_route route;
    open_with(NULL);
    build_zone();
    build_entrances("staging");
    visit_pass(90);
    route = visit_rehearsal.route;
    route.resolves = all_but_the_resolver;
    http_init(&other, &visit_loop, &route);
    stepping.world.http = &other;
    cr_assert_eq(stepping_go(STAGE_DOMAIN, STEP_NAMES, false), TASK_DONE, "%s", said()->text);
}

Test(between_domain, names_want_a_zone_and_the_right_to_read_it)
{
    open_with(NULL);
    expect_end(STEP_NAMES, TASK_FAILED, "terraform gave no id of the zone " ZONE);
    stepping_output(STAGE_DOMAIN, "zone_id", json_string("Z0NOBODYHASTHAT"));
    expect_end(STEP_NAMES, TASK_FAILED, "ListResourceRecordSets");
}

/* ---- certificates ---- */

static void open_cluster(void)
{
    open_with(NULL);
    build_zone();
    cr_assert_eq(stepping_go(STAGE_EKS, STEP_KUBECONFIG, false), TASK_DONE, "%s", said()->text);
}

static bool staging_is_trusted(void)
{
    char path[PATH_MAX];
    cr_assert(path_format(path, NULL, "%s/staging.pem", stepping.world.dir));
    return file_exists(path);
}

Test(between_domain, certificates_of_staging_are_kept_and_trusted_here_alone)
{
    open_cluster();
    stepping_start(STAGE_DOMAIN, STEP_CERTIFICATE, false);
    stepping_until_note("waiting for the certificate of " HUB);
    cr_assert_not(strstr(stepping.between.task.note, ": "), "there is none yet: %s",
                  stepping.between.task.note);
    build_entrances("staging");
    stepping_until_note("the certificate of " HUB ": Issuing certificate as Secret does not exist");
    visit_pass(600);
    cr_assert_eq(stepping_wait(), TASK_WARNED, "%s", said()->text);
    cr_assert(strstr(said()->text, "staging"), "%s", said()->text);
    cr_assert(strstr(said()->hint, "domain_acme_server: production"), "%s", said()->hint);
    cr_assert(js_bool(stepping.between.result, "open", false));
    cr_assert(staging_is_trusted());
}

Test(between_domain, certificates_of_production_need_no_trust_of_ours)
{
    open_cluster();
    build_entrances("production");
    visit_pass(600);
    cr_assert_eq(stepping_go(STAGE_DOMAIN, STEP_CERTIFICATE, false), TASK_DONE, "%s", said()->text);
    cr_assert(js_bool(stepping.between.result, "open", false));
    cr_assert_not(staging_is_trusted());
}

Test(between_domain, a_certificate_that_does_not_come_says_what_cert_manager_says)
{
    open_cluster();
    stepping.place.speed = FASTER;
    expect_end(STEP_CERTIFICATE, TASK_FAILED,
               "There is no certificate for " HUB ": cert-manager says nothing of it");
    build_entrances("staging");
    expect_end(STEP_CERTIFICATE, TASK_FAILED,
               "There is no certificate for " HUB ": Issuing certificate as Secret does not exist");
    cr_assert(strstr(said()->hint, "kubectl describe challenges"), "%s", said()->hint);
    cr_assert_not(staging_is_trusted());
}

Test(between_domain, can_be_dropped_at_any_moment)
{
    static const enum stage_step steps[] = {STEP_NAMES, STEP_CERTIFICATE};
    open_cluster();
    build_entrances("staging");
    visit_pass(600);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        for (int turns_first = 0; turns_first < 40; turns_first += 3) {
            stepping_start(STAGE_DOMAIN, steps[i], false);
            for (int turn = 0; turn < turns_first && stepping_runs(); turn++)
                loop_turn(&visit_loop, true);
            if (turns_first % 2)
                task_stop(&stepping.between.task);
        }
    }
}
