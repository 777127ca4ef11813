/* The world of a rehearsal, its settings and faults, and the steps that change it. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "core/base/paths.h"
#include "core/rehearsal/fault.h"
#include "core/rehearsal/settings.h"
#include "core/rehearsal/step.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static void place_make(void)
{
    cr_assert(dir_make(test_path("rehearsal"), 0700, NULL));
}

static void end(void)
{
    test_directory_remove();
    no_leaks();
}

TestSuite(rehearsal_world, .fini = end);
TestSuite(rehearsal_settings, .fini = end);
TestSuite(rehearsal_step, .fini = end);

static struct world_event event_at(int64_t time_ms, enum world_what what, const char *type,
                                   const char *detail, int64_t lasts_ms)
{
    struct world_event event = {.time_ms = time_ms, .what = what, .lasts_ms = lasts_ms};
    snprintf(event.address, sizeof event.address, "module.eks.terraform_data.%s_this", type);
    snprintf(event.type, sizeof event.type, "%s", type);
    snprintf(event.detail, sizeof event.detail, "%s", detail);
    return event;
}

static void tell(struct world *world, int64_t time_ms, enum world_what what, const char *type,
                 const char *detail, int64_t lasts_ms)
{
    struct world_event event = event_at(time_ms, what, type, detail, lasts_ms);
    world_apply(world, &event);
}

Test(rehearsal_world, cluster_follows_the_clock)
{
    static const struct {
        int64_t now_ms;
        enum world_status cluster, nodes;
        int ready;
    } table[] = {
        {1000, WORLD_CREATING, WORLD_NONE, 0},    {25999, WORLD_CREATING, WORLD_NONE, 0},
        {26000, WORLD_ACTIVE, WORLD_NONE, 0},     {30000, WORLD_ACTIVE, WORLD_CREATING, 0},
        {35000, WORLD_ACTIVE, WORLD_CREATING, 0}, {38000, WORLD_ACTIVE, WORLD_CREATING, 1},
        {39500, WORLD_ACTIVE, WORLD_CREATING, 3}, {40000, WORLD_ACTIVE, WORLD_ACTIVE, 3},
    };
    struct world world = {.count = 0};
    tell(&world, 1000, WORLD_CREATE, "aws_eks_cluster", "demo-hub 1.35", 25000);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (i == 3)
            tell(&world, 30000, WORLD_CREATE, "aws_eks_node_group", "3 × t3.large", 10000);
        struct world_cluster now = world_cluster_at(&world, table[i].now_ms);
        cr_assert_eq(now.status, table[i].cluster, "cluster, row %zu", i);
        cr_assert_eq(now.nodes_status, table[i].nodes, "nodes, row %zu", i);
        cr_assert_eq(now.nodes_ready, table[i].ready, "row %zu: %d ready", i, now.nodes_ready);
    }
    struct world_cluster now = world_cluster_at(&world, 40000);
    cr_assert_str_eq(now.name, "demo-hub");
    cr_assert_str_eq(now.version, "1.35");
    cr_assert_str_eq(now.instance_type, "t3.large");
    cr_assert_eq(now.nodes_wanted, 3);
    cr_assert_eq(now.created_ms, 1000);
    tell(&world, 50000, WORLD_DESTROY, "aws_eks_node_group", "", 5000);
    tell(&world, 60000, WORLD_DESTROY, "aws_eks_cluster", "", 5000);
    now = world_cluster_at(&world, 61000);
    cr_assert_eq(now.status, WORLD_DELETING);
    cr_assert_str_eq(now.name, "demo-hub", "a name outlives the destroy event");
    cr_assert_eq(now.nodes_status, WORLD_NONE);
    cr_assert_eq(world_cluster_at(&world, 65000).status, WORLD_NONE);
    world_finish(&world);
    world_finish(&world);
}

Test(rehearsal_world, failure_is_seen_and_a_second_try_heals_it)
{
    struct world world = {.count = 0};
    tell(&world, 0, WORLD_CREATE, "aws_eks_cluster", "demo-hub 1.35", 10);
    tell(&world, 100, WORLD_CREATE, "aws_eks_node_group", "3 × t3.large", 100);
    tell(&world, 150, WORLD_FAIL, "aws_eks_node_group", "", 0);
    struct world_cluster now = world_cluster_at(&world, 500);
    cr_assert_eq(now.nodes_status, WORLD_FAILED);
    cr_assert_eq(now.nodes_ready, 0);
    cr_assert_str_eq(now.instance_type, "t3.large");
    tell(&world, 600, WORLD_CREATE, "aws_eks_node_group", "2 × t3.large", 100);
    now = world_cluster_at(&world, 700);
    cr_assert_eq(now.nodes_status, WORLD_ACTIVE);
    cr_assert_eq(now.nodes_ready, 2);
    world_finish(&world);
}

Test(rehearsal_world, without_its_network_nothing_lives)
{
    struct world world = {.count = 0};
    tell(&world, 0, WORLD_CREATE, "aws_vpc", "10.0.0.0/16", 1);
    tell(&world, 10, WORLD_CREATE, "aws_eks_cluster", "demo-hub 1.35", 10);
    cr_assert_eq(world_cluster_at(&world, 50).status, WORLD_ACTIVE);
    tell(&world, 60, WORLD_DESTROY, "aws_vpc", "", 5);
    cr_assert_eq(world_cluster_at(&world, 61).status, WORLD_NONE);
    world_finish(&world);
}

Test(rehearsal_world, events_survive_the_file_and_broken_lines_do_no_harm)
{
    struct world_event event = event_at(1795364592489, WORLD_CREATE, "aws_eks_node_group",
                                        "3 × t3.large", 7500),
                       read;
    struct buf line = {.data = NULL};
    cr_assert(world_event_dump(&event, &line));
    cr_assert(world_event_parse(buf_str(&line), &read));
    cr_assert_eq(read.time_ms, event.time_ms);
    cr_assert_eq(read.lasts_ms, 7500);
    cr_assert_str_eq(read.address, event.address);
    cr_assert_str_eq(read.detail, event.detail);
    for (size_t i = 0; i < line.len; i++)
        cr_assert_not(world_event_parse((struct str){line.data, i}, &read), "prefix of %zu", i);
    buf_finish(&line);
}

Test(rehearsal_world, a_torn_line_is_mended_and_a_fault_is_spent_once)
{
    const char *dir = test_directory();
    char path[PATH_MAX];
    struct error err = {.kind = ERROR_NONE};
    struct world world;
    place_make();
    cr_assert(world_load(dir, &world, &err), "no file is an empty world");
    cr_assert_eq(world.count, 0);
    cr_assert(path_format(path, NULL, "%s/rehearsal/world.jsonl", dir));
    cr_assert(file_write(path, STR("{\"what\":\"cre"), 0600, NULL));
    struct world_event event = event_at(5, WORLD_CREATE, "aws_vpc", "10.0.0.0/16", 1);
    cr_assert(world_append(dir, &event, &err), "%s", err.text);
    bool first = false;
    cr_assert(world_spend(dir, "apply-error", 9, &first, &err));
    cr_assert(first);
    cr_assert(world_spend(dir, "apply-error", 10, &first, &err));
    cr_assert_not(first);
    cr_assert(world_load(dir, &world, &err));
    cr_assert_eq(world.count, 1);
    cr_assert(world_is_spent(&world, "apply-error"));
    cr_assert_not(world_is_spent(&world, "credentials-refused"));
    world_finish(&world);
}

Test(rehearsal_settings, speeds)
{
    static const struct {
        const char *text;
        int speed; /* 0: refused */
    } table[] = {{"", 20},        {"20x", 20}, {"20", 20},  {"1x", 1},
                 {"1000x", 1000}, {"0", 0},    {"1001", 0}, {"-3", 0},
                 {"+3", 0},       {"fast", 0}, {"x", 0},    {"20xx", 0},
                 {"2.5", 0},      {" 20", 0},  {"20 x", 0}, {"99999999999999999999x", 0}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int speed = -1;
        struct error err = {.kind = ERROR_NONE};
        bool ok = settings_parse_speed(str_of(table[i].text), &speed, &err);
        cr_assert_eq(ok, table[i].speed != 0, "%s", table[i].text);
        if (ok)
            cr_assert_eq(speed, table[i].speed);
        else
            cr_assert(err.kind == ERROR_INPUT && err.hint[0], "%s", table[i].text);
    }
}

Test(rehearsal_settings, are_kept_and_faults_are_checked)
{
    const char *dir = test_directory();
    struct settings settings, read;
    struct error err = {.kind = ERROR_NONE};
    place_make();
    cr_assert(settings_load(dir, &settings, &err));
    cr_assert_eq(settings.speed, 20);
    settings.speed = 50;
    cr_assert(
        settings_plant(&settings, (const char *const[]){"apply-error", "apply-error", NULL}, &err));
    cr_assert_not(settings_plant(&settings, (const char *const[]){"aply-error", NULL}, &err));
    cr_assert(strstr(err.hint, "apply-error"), "%s", err.hint);
    cr_assert_eq(settings.fault_count, 1, "a refused list leaves what was planted");
    cr_assert(settings_save(dir, &settings, &err));
    cr_assert(settings_load(dir, &read, &err));
    cr_assert_eq(read.speed, 50);
    cr_assert(settings_has_fault(&read, "apply-error"));
    cr_assert_not(settings_has_fault(&read, "credentials-refused"));
    cr_assert_eq(settings_wait_ms(&read, 100), 2000);
    cr_assert_eq(settings_wait_ms(&read, -1), 0);
}

Test(rehearsal_fault, all_are_named_and_told)
{
    for (size_t i = 0; i < fault_count; i++) {
        cr_assert_eq(fault_named(fault_table[i].name), &fault_table[i]);
        cr_assert(fault_table[i].summary[0]);
        if (fault_table[i].address)
            cr_assert(fault_table[i].text[0]);
    }
    cr_assert_null(fault_named("apply"));
}

Test(rehearsal_step, fails_once_and_tells_the_world)
{
    const char *dir = test_directory();
    struct settings settings;
    struct error err = {.kind = ERROR_NONE};
    struct step step = {.type = "aws_eks_node_group", .detail = "3 × t3.large", .seconds = 100};
    str_copy(STR("module.eks.terraform_data.aws_eks_node_group_workers"), step.address,
             sizeof step.address);
    int64_t wait_ms;
    char failure[STEP_FAILURE];
    struct world world;
    place_make();
    cr_assert(settings_load(dir, &settings, &err));
    cr_assert(settings_plant(&settings, (const char *const[]){"apply-error", NULL}, &err));
    cr_assert(settings_save(dir, &settings, &err));
    cr_assert(step_begin(dir, &step, 1000, &wait_ms, failure, &err), "%s", err.text);
    cr_assert(strstr(failure, "VcpuLimitExceeded"));
    cr_assert_eq(wait_ms, 2500, "it fails halfway");
    cr_assert(step_fail(dir, &step, 3500, &err));
    cr_assert(world_load(dir, &world, &err));
    cr_assert_eq(world_status_of(world_find(&world, step.address), 100000), WORLD_FAILED);
    world_finish(&world);
    cr_assert(step_begin(dir, &step, 9000, &wait_ms, failure, &err));
    cr_assert_str_eq(failure, "");
    cr_assert_eq(wait_ms, 5000);
    cr_assert(world_load(dir, &world, &err));
    cr_assert_eq(world_status_of(world_find(&world, step.address), 13999), WORLD_CREATING);
    cr_assert_eq(world_status_of(world_find(&world, step.address), 14000), WORLD_ACTIVE);
    world_finish(&world);
}
