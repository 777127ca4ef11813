/* Prices and times, over the tables that ship. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/estimate.h"

static struct estimates estimates;
static struct answers answers;

static void load(void)
{
    struct error err = {0};
    cr_assert(estimates_load(&estimates, SOURCE_ASSETS, &err), "%s", err.text);
    answers_default(&answers, true);
}

static void finish(void)
{
    estimates_finish(&estimates);
    estimates_finish(&estimates);
}

TestSuite(estimate, .init = load, .fini = finish);

#define NEAR(a, b) cr_assert_float_eq(a, b, 0.00005, "%f is not %f", a, b)

Test(estimate, the_default_cluster)
{
    struct estimate_parts parts = estimate_eks(&estimates, &answers);
    cr_assert_str_eq(estimates.priced, "2026-10-01");
    NEAR(parts.control_plane, 0.10);
    NEAR(parts.nodes, 0.2496);
    NEAR(parts.nat, 0.05);
    NEAR(parts.disks, 0.03288);
    NEAR(parts.total, 0.43248);
    NEAR(parts.with_load_balancers, 0.50248);
}

Test(estimate, the_resources_cost_what_the_cluster_costs)
{
    static const char *const types[] = {"aws_eks_cluster", "aws_eks_node_group",
                                        "aws_nat_gateway", "aws_eip",
                                        "aws_vpc",         "unheard_of"};
    double sum = 0;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        sum += estimate_cost(&estimates, types[i], &answers);
    NEAR(sum, estimate_eks(&estimates, &answers).total);
}

Test(estimate, behind_a_domain_a_service_costs_nothing_of_its_own)
{
    NEAR(estimate_cost(&estimates, "kubernetes_service_v1", &answers), 0.035);
    str_copy(STR("demo.acme.example"), answers.domain_zone, sizeof answers.domain_zone);
    NEAR(estimate_cost(&estimates, "kubernetes_service_v1", &answers), 0.0);
    NEAR(estimate_stage(&estimates, &answers, STAGE_DOMAIN), 0.035);
}

Test(estimate, old_versions_cost_more)
{
    str_copy(STR("1.33"), answers.kubernetes_version, sizeof answers.kubernetes_version);
    NEAR(estimate_eks(&estimates, &answers).control_plane, 0.60);
    str_copy(STR("1.99"), answers.kubernetes_version, sizeof answers.kubernetes_version);
    NEAR(estimate_eks(&estimates, &answers).control_plane, 0.10);
    cr_assert_str_eq(estimate_support_ends(&estimates, "1.35"), "2027-03-27");
    cr_assert_str_eq(estimate_support_ends(&estimates, "1.36"), "");
    cr_assert_str_eq(estimate_support_ends(&estimates, "nonsense"), "");
    cr_assert_str_eq(estimate_kubernetes(&estimates, 0), "1.33");
    cr_assert_null(estimate_kubernetes(&estimates, 4));
}

Test(estimate, half_typed_answers_cost_what_is_known)
{
    str_copy(STR("x"), answers.node_count, sizeof answers.node_count);
    NEAR(estimate_eks(&estimates, &answers).nodes, 0.0);
    str_copy(STR("2"), answers.node_count, sizeof answers.node_count);
    str_copy(STR("z9.huge"), answers.instance_type, sizeof answers.instance_type);
    NEAR(estimate_eks(&estimates, &answers).nodes, 0.0);
}

Test(estimate, instances)
{
    int cpu;
    double memory, price;
    cr_assert(estimate_instance(&estimates, "t3.large", &cpu, &memory, &price));
    cr_assert_eq(cpu, 2);
    NEAR(memory, 8.0);
    NEAR(price, 0.0832);
    cr_assert_not(estimate_instance(&estimates, "z9.huge", &cpu, &memory, &price));
    cr_assert_not(estimate_instance(&estimates, "", &cpu, &memory, &price));
}

Test(estimate, times)
{
    struct estimate_span span = estimate_span(&estimates, "aws_eks_cluster", 1);
    cr_assert(span.low_s == 480 && span.high_s == 720);
    span = estimate_span(&estimates, "aws_eks_cluster", 20);
    cr_assert(span.low_s == 24 && span.high_s == 36);
    span = estimate_span(&estimates, "aws_route", 1000);
    cr_assert(span.low_s == 1 && span.high_s == 1);
    span = estimate_span(&estimates, "unheard_of", 1);
    cr_assert(span.low_s == 0 && span.high_s == 0);
    cr_assert(estimate_is_slow(&estimates, "aws_nat_gateway"));
    cr_assert_not(estimate_is_slow(&estimates, "aws_vpc"));
    cr_assert_not(estimate_is_slow(&estimates, "unheard_of"));
    span = estimate_eks_time(&estimates, 20);
    cr_assert(span.low_s == 39 && span.high_s == 57);
}

Test(estimate, addresses_as_people_read_them)
{
    static const struct {
        const char *address, *module, *local;
    } table[] = {
        {"module.vpc.terraform_data.aws_vpc_this[0]", "vpc", "aws_vpc.this[0]"},
        {"module.vpc.terraform_data.aws_route_table_association_public_a", "vpc",
         "aws_route_table_association.public_a"},
        {"terraform_data.helm_release_cert_manager[0]", "", "helm_release.cert_manager[0]"},
        {"terraform_data.my_own_thing", "", "terraform_data.my_own_thing"},
        {"module.eks.module.node_group[\"a.b]\"].aws_eks_node_group.this[0]", "eks",
         "aws_eks_node_group.this[0]"},
        {"module.app[\"x\\\"].y\"].aws_vpc.this[\"k.\\\"v\"]", "app", "aws_vpc.this[\"k.\\\"v\"]"},
        {"data.aws_caller_identity.me", "", "data.aws_caller_identity.me"},
        {"module.vpc", "vpc", ""},
        {"aws_vpc", "", "aws_vpc"},
        {"", "", ""},
        {"module.", "", ""},
        {"[", "", "["},
        {"module.a[\"", "a", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char module[64], local[160];
        estimate_address(&estimates, table[i].address, module, local);
        cr_assert_str_eq(module, table[i].module, "%s gives module \"%s\"", table[i].address,
                         module);
        cr_assert_str_eq(local, table[i].local, "%s gives \"%s\"", table[i].address, local);
    }
}

Test(estimate, a_long_address_is_cut_not_overrun)
{
    char address[4096], module[64], local[160];
    memset(address, 'x', sizeof address - 1);
    address[sizeof address - 1] = '\0';
    estimate_address(&estimates, address, module, local);
    cr_assert_eq(strlen(local), 159);
    memcpy(address, "module.", 7);
    address[2000] = '.';
    address[3000] = '.';
    estimate_address(&estimates, address, module, local);
    cr_assert_eq(strlen(module), 63);
    cr_assert_leq(strlen(local), 159);
}

static void assert_types_known(const char *path, size_t least)
{
    struct buf text = {0};
    struct error err = {0};
    cr_assert(file_read(path, 1 << 20, &text, &err));
    json_t *stage = js_parse(buf_str(&text), &err);
    cr_assert_geq(js_count(stage, "resources"), least);
    for (size_t i = 0; i < js_count(stage, "resources"); i++) {
        const json_t *resource = json_array_get(js_get(stage, "resources"), i);
        char module[64], local[160], wanted[80];
        struct estimate_span span = estimate_span(&estimates, js_text(resource, "type"), 1);
        cr_assert_gt(span.high_s, 0, "%s", js_text(resource, "type"));
        cr_assert_geq(span.high_s, js_int(resource, "seconds", 0), "%s", js_text(resource, "type"));
        estimate_address(&estimates, js_text(resource, "address"), module, local);
        snprintf(wanted, sizeof wanted, "%s.", js_text(resource, "type"));
        cr_assert(str_starts(str_of(local), str_of(wanted)), "%s", local);
    }
    json_decref(stage);
    buf_finish(&text);
}

/* Every type of the rehearsal's roots must be known, or its rows have no time. */
Test(estimate, the_rehearsals_types_are_known)
{
    assert_types_known(SOURCE_ASSETS "/rehearsal/eks.json", 50);
    assert_types_known(SOURCE_ASSETS "/rehearsal/pypi.json", 9);
    assert_types_known(SOURCE_ASSETS "/rehearsal/mlhub.json", 4);
}

Test(estimate, a_broken_installation_says_so)
{
    struct estimates other;
    struct error err = {0};
    cr_assert_not(estimates_load(&other, "/nowhere", &err));
    cr_assert_str_eq(err.hint, "The installation is incomplete: install ekshub-tui again.");
    estimates_finish(&other);
}
