/* The player against the recorded streams of terraform 1.11.4 and, where one is installed, against
 * the real one on the same generated root. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/rehearsal/world.h"
#include "tests/core/rehearsal_stream.h"
#include "tests/core/rehearsal_talk.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(rehearsal_player, .fini = close_all, .timeout = 120);

static void describe(struct description *description)
{
    cr_assert(description_load(SOURCE_ASSETS "/rehearsal/eks.json", description, NULL));
}

/* ---- the player ---- */

Test(rehearsal_player, builds_and_removes_as_terraform_does)
{
    struct description description;
    struct buf text;
    open_with("player", NULL, 1000);
    describe(&description);
    init_root();
    cr_assert_eq(RUN(&text, "plan", "-json", "-input=false", "-out=plan", "-detailed-exitcode"), 2);
    json_t *plan = stream_of(&text), *known = recorded_shapes();
    buf_finish(&text);
    cr_assert_eq(count_of(plan, "planned_change"), 58);
    assert_summary(plan, "plan", 58, 0, 0);
    cr_assert_eq(RUN(&text, "apply", "-json", "-input=false", "plan"), 0);
    json_t *apply = stream_of(&text), *shapes = shapes_of(apply);
    buf_finish(&text);
    assert_ordered(apply, &description);
    assert_shapes_known(shapes, known);
    assert_summary(apply, "apply", 58, 0, 0);
    cr_assert_str_eq(type_of(json_array_get(apply, json_array_size(apply) - 1)), "outputs");
    struct world world;
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    struct world_cluster now = world_cluster_at(&world, clock_wall(&clock_system));
    cr_assert_eq(now.status, WORLD_ACTIVE, "what is built is there");
    cr_assert_eq(now.nodes_ready, 3);
    cr_assert_str_eq(now.name, "demo-hub");
    world_finish(&world);
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 1);
    cr_assert(strstr(buf_cstr(&text), "Saved plan is stale"));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "plan", "-json", "-detailed-exitcode"), 0);
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0);
    json_t *destroy = stream_of(&text);
    buf_finish(&text);
    assert_ordered(destroy, &description);
    assert_summary(destroy, "destroy", 0, 0, 58);
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    cr_assert_eq(world_cluster_at(&world, clock_wall(&clock_system)).status, WORLD_NONE);
    world_finish(&world);
    json_decref(destroy);
    json_decref(shapes);
    json_decref(apply);
    json_decref(known);
    json_decref(plan);
    description_finish(&description);
}

Test(rehearsal_player, fails_once_and_goes_on)
{
    static const char group[] = "module.eks.terraform_data.aws_eks_node_group_workers";
    struct description description;
    struct buf text;
    open_with("player", (const char *const[]){"apply-error", NULL}, 1000);
    describe(&description);
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 1);
    json_t *lines = stream_of(&text), *shapes = shapes_of(lines), *known = recorded_shapes();
    assert_ordered(lines, &description);
    assert_shapes_known(shapes, known);
    cr_assert(strstr(buf_cstr(&text), "VcpuLimitExceeded"));
    buf_finish(&text);
    cr_assert_eq(count_of(lines, "apply_errored"), 1);
    cr_assert_eq(count_of(lines, "apply_start"), 53, "what stands on it never begins");
    const json_t *last = json_array_get(lines, json_array_size(lines) - 1);
    cr_assert_str_eq(type_of(last), "diagnostic", "a failed apply ends without a summary");
    cr_assert_str_eq(js_text(last, "diagnostic.address"), group);
    json_decref(lines);
    cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan", "-detailed-exitcode"), 2);
    lines = stream_of(&text);
    buf_finish(&text);
    assert_summary(lines, "plan", 6, 0, 1);
    json_decref(lines);
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 0);
    lines = stream_of(&text);
    buf_finish(&text);
    assert_ordered(lines, &description);
    cr_assert(index_of(lines, "apply_complete", group, "delete") <
              index_of(lines, "apply_start", group, "create"));
    assert_summary(lines, "apply", 6, 0, 1);
    json_decref(lines);
    json_decref(known);
    json_decref(shapes);
    description_finish(&description);
}

Test(rehearsal_player, stops_at_one_interrupt_and_holds_the_lock_until_then)
{
    static const char cluster[] = "module.eks.terraform_data.aws_eks_cluster_this";
    struct talk talk;
    struct buf text;
    open_with("player", NULL, 40); /* the cluster takes 13 s: it is not waited for */
    init_root();
    talk_start(&talk, (const char *const[]){"apply", "-json", "-auto-approve", NULL});
    while (talk_read(&talk))
        if (strstr(buf_cstr(&talk.text), "aws_eks_cluster_this: Creating..."))
            break;
    cr_assert_eq(RUN(&text, "plan", "-json"), 1);
    cr_assert(strstr(buf_cstr(&text), "Error acquiring the state lock"));
    cr_assert(strstr(buf_cstr(&text), "OperationTypeApply"));
    buf_finish(&text);
    kill(talk.pid, SIGINT);
    cr_assert_eq(talk_end(&talk), 1);
    json_t *lines = stream_of(&talk.text);
    buf_finish(&talk.text);
    cr_assert_eq(count_of(lines, "log"), 2);
    cr_assert(index_of(lines, "apply_errored", cluster, "create") > 0);
    cr_assert_eq(count_of(lines, "change_summary"), 1, "only the plan's");
    json_decref(lines);
    cr_assert_eq(RUN(&text, "plan", "-json"), 0);
    cr_assert(strstr(buf_cstr(&text), "aws_eks_cluster_this: Plan to replace"));
    buf_finish(&text);
    struct world world;
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    int64_t now = clock_wall(&clock_system);
    cr_assert_eq(world_cluster_at(&world, now).status, WORLD_CREATING);
    cr_assert_eq(world_cluster_at(&world, now + 60000).status, WORLD_ACTIVE,
                 "AWS goes on with what was begun");
    world_finish(&world);
}

Test(rehearsal_player, answers_queries_and_refuses_in_terraforms_words)
{
    static const struct {
        const char *words[4];
        int code;
        const char *text;
    } table[] = {
        {{"version", "-json"}, 0, "\"terraform_version\": \"1.11.4\""},
        {{"plan", "-json"}, 1, "Module not installed"},
        {{"apply", "-json"}, 1, "Module not installed"},
        {{"plan", "-json", "-bogus"}, 1, "flag provided but not defined: -bogus"},
        {{"plan", "-json", "word"}, 1, "Too many command line arguments"},
        {{"show", "-json"}, 0, "{\"format_version\":\"1.0\"}"},
        {{"output", "-json"}, 0, "{}"},
        {{"state", "list"}, 0, ""},
        {{"validate", "-json"}, 0, "\"valid\": true"},
        {{"show", "-json", "nothing"}, 1, ""},
        {{"frobnicate"}, 1, ""},
    };
    struct buf text;
    open_with("player", NULL, 1000);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int code = RUN(&text, table[i].words[0], table[i].words[1], table[i].words[2]);
        cr_assert_eq(code, table[i].code, "%s: %d", table[i].words[0], code);
        cr_assert(strstr(buf_cstr(&text), table[i].text), "%s: %s", table[i].words[0],
                  buf_cstr(&text));
        buf_finish(&text);
    }
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json"), 1);
    cr_assert(strstr(buf_cstr(&text), "Plan file or auto-approve required"));
    buf_finish(&text);
    char path[PATH_MAX];
    cr_assert(path_format(path, NULL, "%s/garbage", root));
    cr_assert(file_write(path, STR("{\"not\":\"a plan\"}"), 0600, NULL));
    cr_assert_eq(RUN(&text, "apply", "-json", "garbage"), 1);
    cr_assert(strstr(buf_cstr(&text), "as a plan file"));
    buf_finish(&text);
    cr_assert(path_format(path, NULL, "%s/terraform.tfstate", root));
    cr_assert(file_write(path, STR("<<<<<<< HEAD"), 0600, NULL));
    cr_assert_eq(RUN(&text, "plan", "-json"), 1);
    cr_assert(strstr(buf_cstr(&text), "Error acquiring the state lock"));
    buf_finish(&text);
}

/* ---- and the real one ---- */

#define NEED_TERRAFORM(path)                                                                       \
    char path[PATH_MAX];                                                                           \
    if (!find_terraform(path)) {                                                                   \
        cr_skip_test("terraform is not installed");                                                \
        return;                                                                                    \
    }

/* Removes what differs by nature: ids, times, lineage, variables (terraform keeps those of the
 * environment as text), and what only the real one tells. */
static void strip(json_t *value)
{
    static const char *const names[] = {
        "id",     "timestamp",           "configuration", "lineage",     "variables",
        "serial", "relevant_attributes", "checks",        "prior_state", "check_results"};
    const char *key;
    json_t *member;
    size_t index;
    for (size_t i = 0; json_is_object(value) && i < sizeof names / sizeof *names; i++)
        json_object_del(value, names[i]);
    json_object_foreach(value, key, member) strip(member);
    json_array_foreach(value, index, member) strip(member);
}

static json_t *stripped(const struct buf *text)
{
    json_t *json = js_parse(buf_str(text), NULL);
    cr_assert(json, "%.200s", buf_cstr(text));
    strip(json);
    return json;
}

Test(rehearsal_player, plans_the_same_as_terraform)
{
    static const char *const variables[][3] = {
        {"TF_VAR_node_count=3", "TF_VAR_cert_manager=true", "TF_VAR_azs=[]"},
        {"TF_VAR_node_count=5", "TF_VAR_cert_manager=false",
         "TF_VAR_azs=[\"eu-west-1c\",\"eu-west-1b\"]"}};
    NEED_TERRAFORM(terraform)
    open_with(terraform, NULL, 1000);
    init_root();
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        struct buf real, played;
        for (size_t k = 0; k < 3; k++)
            putenv((char *)(uintptr_t)variables[i][k]);
        reopen(terraform);
        cr_assert_eq(RUN(&real, "plan", "-json", "-out=real"), 0);
        buf_finish(&real);
        cr_assert_eq(RUN(&real, "show", "-json", "real"), 0);
        reopen("player");
        cr_assert_eq(RUN(&played, "plan", "-json", "-out=played"), 0);
        buf_finish(&played);
        cr_assert_eq(RUN(&played, "show", "-json", "played"), 0);
        json_t *a = stripped(&real), *b = stripped(&played);
        char *x = json_dumps(a, JSON_SORT_KEYS), *y = json_dumps(b, JSON_SORT_KEYS);
        cr_assert_str_eq(x, y);
        free(x);
        free(y);
        json_decref(a);
        json_decref(b);
        buf_finish(&real);
        buf_finish(&played);
    }
}

Test(rehearsal_player, terraform_builds_the_same_root)
{
    struct description description;
    struct buf text;
    NEED_TERRAFORM(terraform)
    open_with(terraform, NULL, 1000);
    describe(&description);
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json", "-input=false", "-auto-approve"), 0, "%s",
                 buf_cstr(&text));
    json_t *lines = stream_of(&text);
    buf_finish(&text);
    assert_ordered(lines, &description);
    assert_summary(lines, "apply", 58, 0, 0);
    struct world world;
    cr_assert(world_load(rehearsal.dir, &world, NULL));
    cr_assert_eq(world.count, 58);
    struct world_cluster now = world_cluster_at(&world, clock_wall(&clock_system));
    cr_assert_eq(now.status, WORLD_ACTIVE);
    cr_assert_eq(now.nodes_ready, 3);
    world_finish(&world);
    cr_assert_eq(RUN(&text, "output", "-json"), 0);
    json_t *real = stripped(&text);
    buf_finish(&text);
    reopen("player"); /* which goes on where terraform left off */
    cr_assert_eq(RUN(&text, "output", "-json"), 0);
    json_t *played = stripped(&text);
    buf_finish(&text);
    cr_assert(json_equal(real, played));
    cr_assert_eq(RUN(&text, "plan", "-json", "-detailed-exitcode"), 0, "nothing to do");
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0);
    buf_finish(&text);
    json_decref(played);
    json_decref(real);
    json_decref(lines);
    description_finish(&description);
}

Test(rehearsal_player, terraform_goes_on_from_a_played_state)
{
    struct buf text;
    NEED_TERRAFORM(terraform)
    open_with("player", (const char *const[]){"apply-error", NULL}, 1000);
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 1);
    buf_finish(&text);
    reopen(terraform);
    init_root();
    cr_assert_eq(RUN(&text, "plan", "-json", "-out=plan", "-detailed-exitcode"), 2);
    json_t *lines = stream_of(&text);
    assert_summary(lines, "plan", 6, 0, 1);
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "apply", "-json", "plan"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "destroy", "-json", "-auto-approve"), 0);
    buf_finish(&text);
    json_decref(lines);
}

Test(rehearsal_player, terraform_meets_the_planted_fault_once)
{
    struct buf text;
    NEED_TERRAFORM(terraform)
    open_with(terraform, (const char *const[]){"apply-error", NULL}, 1000);
    init_root();
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 1);
    cr_assert(strstr(buf_cstr(&text), "VcpuLimitExceeded"));
    buf_finish(&text);
    cr_assert_eq(RUN(&text, "apply", "-json", "-auto-approve"), 0);
    buf_finish(&text);
}
