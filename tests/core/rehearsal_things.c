/* What follows from the rehearsal's world without standing in it: load balancers, what they leave
 * in the network, volumes, the index's login; and the faults that strike a step. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "core/base/paths.h"
#include "core/rehearsal/fault.h"
#include "core/rehearsal/login.h"
#include "core/rehearsal/settings.h"
#include "core/rehearsal/step.h"
#include "core/rehearsal/world_things.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct world world;
static struct settings settings;

static void begin(void)
{
    world = (struct world){.count = 0};
    settings = (struct settings){.speed = 1};
}

static void end(void)
{
    world_finish(&world);
    test_directory_remove();
    no_leaks();
}

TestSuite(rehearsal_things, .init = begin, .fini = end);
TestSuite(rehearsal_login, .init = begin, .fini = end);
TestSuite(rehearsal_struck, .init = begin, .fini = end);

static void tell(int64_t second, enum world_what what, const char *type, const char *name,
                 const char *detail, int seconds)
{
    struct world_event event = {.time_ms = second * 1000, .what = what};
    event.lasts_ms = (int64_t)seconds * 1000;
    snprintf(event.address, sizeof event.address, "terraform_data.%s_%s", type, name);
    str_copy(str_of(type), event.type, sizeof event.type);
    str_copy(str_of(detail), event.detail, sizeof event.detail);
    world_apply(&world, &event);
}

static void deleted(int64_t second, const char *type, const char *id)
{
    struct world_event event = {.time_ms = second * 1000, .what = WORLD_DESTROY};
    world_made_address(type, id, event.address);
    str_copy(str_of(type), event.type, sizeof event.type);
    world_apply(&world, &event);
}

/* A cluster in eu-west-1 that is up at second 100. */
static void make_cluster(void)
{
    tell(0, WORLD_CREATE, "aws_vpc", "this", "10.0.0.0/16", 1);
    tell(0, WORLD_CREATE, "aws_vpc_endpoint", "s3", "com.amazonaws.eu-west-1.s3, gateway", 1);
    tell(0, WORLD_CREATE, "aws_eks_cluster", "this", "demo-hub 1.35", 100);
}

static size_t balancers(int64_t second, struct world_balancer out[4])
{
    return world_balancers(&world, &settings, second * 1000, out, 4);
}

static size_t remnants(int64_t second, struct world_remnant out[8])
{
    return world_remnants(&world, &settings, second * 1000, out, 8);
}

static size_t volumes(int64_t second, struct world_volume out[8])
{
    return world_volumes(&world, &settings, second * 1000, out, 8);
}

Test(rehearsal_things, a_load_balancer_lives_with_its_service)
{
    static const struct {
        int second;
        size_t count;
        enum world_status status;
        bool assigned, resolves;
    } table[] = {
        {199, 0, WORLD_NONE, false, false},    {200, 1, WORLD_CREATING, false, false},
        {206, 1, WORLD_CREATING, true, false}, {239, 1, WORLD_CREATING, true, false},
        {240, 1, WORLD_ACTIVE, true, false},   {299, 1, WORLD_ACTIVE, true, false},
        {300, 1, WORLD_ACTIVE, true, true},    {500, 1, WORLD_DELETING, true, true},
        {529, 1, WORLD_DELETING, true, true},  {530, 0, WORLD_NONE, false, false},
    };
    struct world_balancer one[4];
    struct world_remnant left[8];
    make_cluster();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (i == 1) {
            tell(200, WORLD_CREATE, "kubernetes_service_v1", "pypi", "default/pypi LoadBalancer",
                 20);
            tell(200, WORLD_CREATE, "kubernetes_service_v1", "hub", "mlhub/proxy-public ClusterIP",
                 20);
        }
        if (i == 7)
            tell(500, WORLD_DESTROY, "kubernetes_service_v1", "pypi", "default/pypi LoadBalancer",
                 10);
        cr_assert_eq(balancers(table[i].second, one), table[i].count, "row %zu", i);
        cr_assert_eq(remnants(table[i].second, left), 3 * table[i].count, "row %zu", i);
        if (!table[i].count)
            continue;
        cr_assert_eq(one->status, table[i].status, "row %zu", i);
        cr_assert_eq(one->assigned, table[i].assigned, "row %zu", i);
        cr_assert_eq(one->resolves, table[i].resolves, "row %zu", i);
        cr_assert_not(one->orphan);
    }
}

Test(rehearsal_things, a_load_balancer_is_called_as_aws_calls_them)
{
    struct world_balancer one;
    struct world_remnant left[8];
    char host[WORLD_HOST];
    make_cluster();
    tell(0, WORLD_CREATE, "kubernetes_service_v1", "pypi", "default/pypi LoadBalancer", 1);
    cr_assert(world_balancer_of(&world, &settings, 1000, "default/pypi", &one));
    cr_assert_not(world_balancer_of(&world, &settings, 1000, "mlhub/proxy-public", &one));
    cr_assert(world_balancer_of(&world, &settings, 1000, "default/pypi", &one));
    cr_assert_eq(strlen(one.name), 32);
    cr_assert_eq(one.name[0], 'a');
    cr_assert(str_starts(str_of(one.host), str_of(one.name)));
    cr_assert(str_ends(str_of(one.host), STR(".eu-west-1.elb.amazonaws.com")), "%s", one.host);
    world_balancer_host(&world, "default/pypi", host);
    cr_assert_str_eq(host, one.host);
    world_balancer_host(&world, "mlhub/proxy-public", host);
    cr_assert_str_neq(host, one.host);
    cr_assert_eq(remnants(1, left), 3);
    cr_assert(left[0].group && str_starts(str_of(left[0].name), STR("k8s-elb-a")));
    cr_assert(str_starts(str_of(left[0].id), STR("sg-")));
    cr_assert_str_eq(left[1].zone, "eu-west-1a");
    cr_assert_str_eq(left[2].zone, "eu-west-1b");
    struct world_where where = world_where(&world);
    cr_assert_str_eq(where.cluster, "demo-hub");
    cr_assert(str_starts(str_of(where.vpc), STR("vpc-")));
}

Test(rehearsal_things, an_orphan_stays_until_somebody_deletes_it_and_strikes_once)
{
    struct world_balancer one[4];
    struct world_remnant left[8];
    struct error err = {.kind = ERROR_NONE};
    make_cluster();
    cr_assert(
        settings_plant(&settings, (const char *const[]){"orphaned-load-balancer", NULL}, &err));
    tell(200, WORLD_CREATE, "kubernetes_service_v1", "pypi", "default/pypi LoadBalancer", 1);
    tell(200, WORLD_CREATE, "kubernetes_service_v1", "hub", "mlhub/proxy-public LoadBalancer", 1);
    tell(300, WORLD_DESTROY, "kubernetes_service_v1", "pypi", "", 1);
    tell(300, WORLD_DESTROY, "kubernetes_service_v1", "hub", "", 1);
    cr_assert_eq(balancers(9000, one), 1, "only the hub's");
    cr_assert(one->orphan && one->status == WORLD_ACTIVE);
    cr_assert_str_eq(one->service, "mlhub/proxy-public");
    deleted(9001, "aws_elb", one->name);
    cr_assert_eq(balancers(9001, one), 0);
    cr_assert_eq(remnants(9002, left), 3, "its interfaces go a little later");
    cr_assert_eq(remnants(9030, left), 1, "and nobody deletes its group");
    cr_assert(left->group);
    deleted(9031, "aws_security_group", left->id);
    cr_assert_eq(remnants(9031, left), 0);
    tell(9100, WORLD_CREATE, "kubernetes_service_v1", "hub", "mlhub/proxy-public LoadBalancer", 1);
    cr_assert_eq(balancers(9200, one), 1);
    tell(9300, WORLD_DESTROY, "kubernetes_service_v1", "hub", "", 1);
    cr_assert_eq(balancers(9400, one), 0, "the second goes by itself");
}

Test(rehearsal_things, without_its_cluster_nobody_cleans_up)
{
    struct world_balancer one[4];
    struct world_volume kept[8];
    make_cluster();
    tell(200, WORLD_CREATE, "kubernetes_namespace_v1", "hub", "mlhub", 1);
    tell(200, WORLD_CREATE, "helm_release", "mlhub", "mlhub/mlhub", 75);
    tell(200, WORLD_CREATE, "kubernetes_service_v1", "hub", "mlhub/proxy-public LoadBalancer", 1);
    tell(200, WORLD_CREATE, "hub_user", "admin", "admin", 0);
    tell(200, WORLD_CREATE, "aws_s3_bucket", "pypi", "acme", 1);
    tell(900, WORLD_DESTROY, "aws_eks_cluster", "this", "", 100);
    cr_assert_eq(world_status_of(world_of_type(&world, "helm_release"), 900000), WORLD_NONE);
    cr_assert_eq(world_status_of(world_of_type(&world, "hub_user"), 900000), WORLD_NONE);
    cr_assert_eq(world_status_of(world_of_type(&world, "aws_s3_bucket"), 900000), WORLD_ACTIVE);
    cr_assert_eq(balancers(5000, one), 1);
    cr_assert(one->orphan);
    cr_assert_eq(volumes(5000, kept), 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert(kept[i].orphan && !kept[i].attached && kept[i].status == WORLD_ACTIVE);
    deleted(5001, "ebs_volume", kept[1].id);
    cr_assert_eq(volumes(5001, kept), 2);
    tell(6000, WORLD_DESTROY, "aws_vpc", "this", "", 5);
    cr_assert_eq(balancers(6010, one), 0, "nor anything without its network");
    cr_assert_eq(volumes(6010, kept), 2, "but volumes need none");
    cr_assert_eq(world_status_of(world_of_type(&world, "aws_s3_bucket"), 6010000), WORLD_ACTIVE);
}

Test(rehearsal_things, volumes_come_with_the_hub_and_with_its_people)
{
    static const struct {
        int second;
        size_t count;
    } table[] = {{200, 0},  {212, 1},  {275, 1},  {335, 2},  {380, 3},
                 {1000, 3}, {1200, 3}, {1233, 2}, {1310, 2}, {1325, 0}};
    struct world_volume all[8];
    make_cluster();
    tell(200, WORLD_CREATE, "kubernetes_namespace_v1", "hub", "mlhub", 1);
    tell(200, WORLD_CREATE, "helm_release", "mlhub", "mlhub/mlhub", 75);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].second == 1200)
            tell(1200, WORLD_DESTROY, "helm_release", "mlhub", "", 20);
        if (table[i].second == 1310)
            tell(1300, WORLD_DESTROY, "kubernetes_namespace_v1", "hub", "", 12);
        cr_assert_eq(volumes(table[i].second, all), table[i].count, "second %d: %zu",
                     table[i].second, volumes(table[i].second, all));
        if (table[i].second != 1000)
            continue;
        cr_assert_str_eq(all[0].claim, "mlhub/hub-db-dir");
        cr_assert_str_eq(all[0].owner, "");
        cr_assert_str_eq(all[1].claim, "mlhub/ws-ada");
        cr_assert_str_eq(all[1].owner, "ada");
        cr_assert_eq(all[1].gib, 10);
        cr_assert(all[1].attached && all[1].used_ms == 1000000, "ada is at work");
        cr_assert_str_eq(all[2].owner, "grace");
        cr_assert(!all[2].attached && all[2].used_ms < 1000000);
        cr_assert_eq(strlen(all[2].id), 21);
    }
}

Test(rehearsal_things, a_deleted_claim_takes_its_volume_along)
{
    struct world_volume all[8];
    make_cluster();
    tell(200, WORLD_CREATE, "kubernetes_namespace_v1", "hub", "mlhub", 1);
    tell(200, WORLD_CREATE, "helm_release", "mlhub", "mlhub/mlhub", 75);
    deleted(1000, "persistent_volume_claim", "mlhub/ws-ada");
    cr_assert_eq(volumes(1005, all), 3);
    cr_assert_eq(all[1].status, WORLD_DELETING);
    cr_assert_not(all[1].attached);
    cr_assert_eq(volumes(1013, all), 2);
    cr_assert_str_eq(all[1].owner, "grace");
}

Test(rehearsal_things, a_tainted_index_goes_with_its_service_account)
{
    make_cluster();
    tell(200, WORLD_CREATE, "kubernetes_service_account_v1", "pypi", "default/pypi", 1);
    tell(200, WORLD_CREATE, "kubernetes_deployment_v1", "pypi_server", "default/pypi-server", 35);
    tell(235, WORLD_FAIL, "kubernetes_deployment_v1", "pypi_server", "", 0);
    tell(300, WORLD_DESTROY, "kubernetes_service_account_v1", "pypi", "", 1);
    cr_assert_eq(world_status_of(world_of_type(&world, "kubernetes_deployment_v1"), 301000),
                 WORLD_NONE);
}

/* ---- the login ---- */

static const char known_setting[] = "$6$rounds=5000$saltstring$";

Test(rehearsal_login, is_checked_without_its_hash)
{
    /* From the specification: "Hello world!" with that setting. */
    static const char hash[] = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJu"
                               "esI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
    char detail[WORLD_DETAIL];
    struct error err = {.kind = ERROR_NONE};
    cr_assert(login_make(STR("ada"), str_of(hash), detail, &err), "%s", err.text);
    cr_assert(str_starts(str_of(detail), STR("ada $6$saltstring$ ")), "%s", detail);
    cr_assert_null(strstr(detail, "svn8UoSV"));
    cr_assert(login_matches(detail, STR("ada"), STR("Hello world!")));
    cr_assert_not(login_matches(detail, STR("ada"), STR("Hello world")));
    cr_assert_not(login_matches(detail, STR("adam"), STR("Hello world!")));
    cr_assert_not(login_matches(detail, STR("ada"), STR("Hello world!\0")));
    cr_assert_not(login_matches(detail, STR(""), STR("")));
    for (size_t i = 0; i < strlen(detail); i++) {
        char cut[WORLD_DETAIL];
        snprintf(cut, sizeof cut, "%.*s", (int)i, detail);
        cr_assert_not(login_matches(cut, STR("ada"), STR("Hello world!")), "%s", cut);
    }
}

Test(rehearsal_login, takes_only_what_pypicloud_takes)
{
    static const char *const bad[] = {"",       "hunter2", "$1$abc$def", "$2b$12$abcdefghijklmno",
                                      "$6$abc", "$6$",     "$6$a$",      "$6$a b$c"};
    char detail[WORLD_DETAIL];
    struct error err = {.kind = ERROR_NONE};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(login_make(STR("ada"), str_of(bad[i]), detail, &err), "%s", bad[i]);
    cr_assert_not(login_make(STR("ada"), str_of(known_setting), detail, &err), "a setting alone");
    cr_assert_not(login_make(STR("a da"), STR("$6$a$b"), detail, &err));
    cr_assert(login_make(STR("ada"), STR("$6$a$b"), detail, &err));
}

/* ---- the faults that strike a step ---- */

static void plant(const char *dir, const char *name)
{
    struct error err = {.kind = ERROR_NONE};
    struct settings kept = {.speed = 1};
    cr_assert(dir_make(test_path("rehearsal"), 0700, NULL));
    cr_assert(settings_plant(&kept, (const char *const[]){name, NULL}, &err), "%s", err.text);
    cr_assert(settings_save(dir, &kept, &err), "%s", err.text);
}

Test(rehearsal_struck, each_fails_once_with_the_providers_words)
{
    static const struct {
        const char *fault, *address, *type, *detail, *text;
        int64_t wait_ms;
    } table[] = {
        {"missing-permission", "module.eks.terraform_data.aws_iam_role_cluster", "aws_iam_role",
         "demo-hub-cluster",
         "perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/demo-hub-cluster "
         "because",
         5000},
        {"quota-exceeded", "module.vpc.terraform_data.aws_eip_nat", "aws_eip",
         "for the NAT gateway", "AddressLimitExceeded", 5000},
        {"credentials-expire", "module.eks.terraform_data.aws_eks_addon_vpc_cni", "aws_eks_addon",
         "vpc-cni", "ExpiredTokenException: The security token included in the request is expired",
         5000},
        {"image-pull", "terraform_data.kubernetes_deployment_v1_pypi_server",
         "kubernetes_deployment_v1", "default/pypi-server",
         "Waiting for rollout to finish: 1 replicas wanted; 0 replicas Ready", 600000},
        {"no-storage-class", "terraform_data.helm_release_mlhub", "helm_release", "mlhub/mlhub",
         "context deadline exceeded", 600000},
        {"node-too-small", "terraform_data.helm_release_mlhub", "helm_release", "mlhub/mlhub",
         "context deadline exceeded", 600000},
        {"load-balancer-stuck", "terraform_data.kubernetes_service_v1_pypi",
         "kubernetes_service_v1", "default/pypi LoadBalancer",
         "Waiting for service \"default/pypi\" to assign IP/hostname for a load balancer", 600000},
    };
    const char *dir = test_directory();
    struct error err = {.kind = ERROR_NONE};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct step step = {.seconds = 10};
        char failure[STEP_FAILURE];
        int64_t wait_ms;
        plant(dir, table[i].fault);
        str_copy(str_of(table[i].address), step.address, sizeof step.address);
        str_copy(str_of(table[i].type), step.type, sizeof step.type);
        str_copy(str_of(table[i].detail), step.detail, sizeof step.detail);
        int64_t now = 1000000 * (int64_t)(i + 1);
        cr_assert(step_begin(dir, &step, now, &wait_ms, failure, &err), "%s", err.text);
        cr_assert(strstr(failure, table[i].text), "%s: %s", table[i].fault, failure);
        cr_assert_eq(wait_ms, table[i].wait_ms, "%s", table[i].fault);
        cr_assert(world_load(dir, &world, &err));
        const struct world_thing *thing = world_find(&world, step.address);
        cr_assert_eq(world_status_of(thing, now + wait_ms - 1), WORLD_CREATING);
        cr_assert(world_struck(&world, table[i].fault, thing));
        world_finish(&world);
        cr_assert(step_fail(dir, &step, now + wait_ms, &err));
        cr_assert(step_begin(dir, &step, now + 700000, &wait_ms, failure, &err));
        cr_assert_str_eq(failure, "", "%s heals", table[i].fault);
        cr_assert_eq(wait_ms, 10000);
        cr_assert(world_load(dir, &world, &err));
        thing = world_find(&world, step.address);
        cr_assert_not(world_struck(&world, table[i].fault, thing));
        cr_assert_eq(world_status_of(thing, now + 710000), WORLD_ACTIVE);
        world_finish(&world);
    }
}

Test(rehearsal_struck, a_stuck_load_balancer_is_none_and_a_cluster_ip_never_sticks)
{
    const char *dir = test_directory();
    struct error err = {.kind = ERROR_NONE};
    struct step step = {.type = "kubernetes_service_v1",
                        .detail = "default/pypi ClusterIP",
                        .address = "terraform_data.kubernetes_service_v1_pypi",
                        .seconds = 1};
    char failure[STEP_FAILURE];
    int64_t wait_ms;
    plant(dir, "load-balancer-stuck");
    cr_assert(step_begin(dir, &step, 1000, &wait_ms, failure, &err));
    cr_assert_str_eq(failure, "");
    str_copy(STR("default/pypi LoadBalancer"), step.detail, sizeof step.detail);
    cr_assert(step_begin(dir, &step, 5000, &wait_ms, failure, &err));
    cr_assert_str_neq(failure, "");
    struct world_balancer one[4];
    cr_assert(world_load(dir, &world, &err));
    cr_assert_eq(balancers(300, one), 0);
    world_finish(&world);
    cr_assert(step_fail(dir, &step, 605000, &err));
    cr_assert(step_begin(dir, &step, 700000, &wait_ms, failure, &err));
    cr_assert(world_load(dir, &world, &err));
    cr_assert_eq(balancers(750, one), 1);
}

Test(rehearsal_struck, a_fault_that_is_planted_anew_strikes_anew)
{
    const char *dir = test_directory();
    struct error err = {.kind = ERROR_NONE};
    struct step step = {
        .type = "aws_eip", .address = "module.vpc.terraform_data.aws_eip_nat", .seconds = 1};
    char failure[STEP_FAILURE];
    int64_t wait_ms;
    plant(dir, "quota-exceeded");
    cr_assert(step_begin(dir, &step, 1000, &wait_ms, failure, &err));
    cr_assert_str_neq(failure, "");
    cr_assert(step_begin(dir, &step, 2000, &wait_ms, failure, &err));
    cr_assert_str_eq(failure, "");
    cr_assert(world_plant(dir, "quota-exceeded", 3000, &err));
    cr_assert(step_begin(dir, &step, 4000, &wait_ms, failure, &err));
    cr_assert_str_neq(failure, "");
}

static void record(const char *dir, int64_t now_ms, const char *address, const char *type,
                   const char *detail)
{
    struct world_event event = {.time_ms = now_ms, .what = WORLD_CREATE};
    str_copy(str_of(address), event.address, sizeof event.address);
    str_copy(str_of(type), event.type, sizeof event.type);
    str_copy(str_of(detail), event.detail, sizeof event.detail);
    cr_assert(world_append(dir, &event, NULL));
}

Test(rehearsal_struck, a_network_in_use_cannot_be_destroyed)
{
    static const struct {
        const char *type, *detail, *text;
    } table[] = {{"aws_subnet", "us-east-2a public", "has dependencies and cannot be deleted"},
                 {"aws_internet_gateway", "demo-hub", "has some mapped public address(es)"},
                 {"aws_vpc", "10.0.0.0/16", "DependencyViolation: The vpc 'vpc-"}};
    const char *dir = test_directory();
    struct error err = {.kind = ERROR_NONE};
    char failure[STEP_FAILURE];
    int64_t wait_ms;
    cr_assert(dir_make(test_path("rehearsal"), 0700, NULL));
    record(dir, 1, "terraform_data.aws_vpc", "aws_vpc", "10.0.0.0/16");
    record(dir, 1, "terraform_data.aws_eks_cluster", "aws_eks_cluster", "demo-hub 1.35");
    record(dir, 1, "terraform_data.service", "kubernetes_service_v1", "default/pypi LoadBalancer");
    for (int drained = 0; drained < 2; drained++) {
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            struct step step = {.destroy = true, .seconds = 1};
            snprintf(step.address, sizeof step.address, "terraform_data.%s", table[i].type);
            str_copy(str_of(table[i].type), step.type, sizeof step.type);
            str_copy(str_of(table[i].detail), step.detail, sizeof step.detail);
            cr_assert(step_begin(dir, &step, 9000 + drained, &wait_ms, failure, &err));
            if (drained) {
                cr_assert_str_eq(failure, "", "%s", failure);
                continue;
            }
            cr_assert(strstr(failure, table[i].text), "%s: %s", table[i].type, failure);
            cr_assert(step_fail(dir, &step, 9000, &err));
            cr_assert(world_load(dir, &world, &err));
            cr_assert_eq(world_status_of(world_of_type(&world, "aws_vpc"), 9000), WORLD_ACTIVE,
                         "it is as it was");
            world_finish(&world);
        }
        struct world_event gone = {.time_ms = 8000, .what = WORLD_DESTROY};
        str_copy(STR("terraform_data.service"), gone.address, sizeof gone.address);
        cr_assert(world_append(dir, &gone, NULL));
    }
}
