/* Which terraform works in a rehearsal, and that what it leaves is usable by hand. */
#include "tests/e2e/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(tools, .init = begin, .fini = end, .timeout = 170);

static bool installed(const char *name)
{
    char path[PATH_MAX];
    char *directories = strdup(getenv("PATH")), *rest = directories;
    bool found = false;
    for (char *directory; !found && (directory = strsep(&rest, ":"));) {
        int len = snprintf(path, sizeof path, "%s/%s", directory, name);
        found = len < PATH_MAX && access(path, X_OK) == 0;
    }
    free(directories);
    return found;
}

/* The state as a file: its resources by address, none of them tainted. */
static void expect_state(void)
{
    char *text = e2e_read(&e2e, PLACE "/provision-eks/terraform.tfstate");
    json_t *state = place_json(text), *resource;
    size_t i;
    bool cluster = false;
    cr_assert_eq(json_integer_value(json_object_get(state, "version")), 4);
    cr_assert_gt(json_integer_value(json_object_get(state, "serial")), 0);
    cr_assert(strlen(place_text(state, "lineage")) > 30);
    json_array_foreach(json_object_get(state, "resources"), i, resource)
    {
        cluster = cluster || strstr(place_text(resource, "name"), "aws_eks_cluster") != NULL;
        const json_t *instance = json_array_get(json_object_get(resource, "instances"), 0);
        cr_assert_null(json_object_get(instance, "status"), "%s", place_text(resource, "name"));
    }
    cr_assert(cluster, "%s", text);
    cr_assert_gt(i, 40);
    json_decref(state);
    free(text);
}

static void expect_tool(const char *tool)
{
    struct e2e_output said = e2e_run(&e2e, REHEARSED("history", "-o", "json"));
    json_t *history = place_json(said.out);
    const json_t *last = json_array_get(json_object_get(history, "history"), 0);
    cr_assert(strncmp(place_text(last, "terraform"), tool, strlen(tool)) == 0, "%s", said.out);
    json_decref(history);
    e2e_output_finish(&said);
}

Test(tools, the_player_leaves_a_state)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    place_apply(&e2e);
    expect_state();
    expect_tool("player");
}

Test(tools, without_terraform_the_player_plays)
{
    e2e_hide_terraform(&e2e);
    place_apply(&e2e);
    expect_state();
    expect_tool("player");
}

Test(tools, a_terraform_that_cannot_be_run_is_named)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "/nowhere/terraform");
    struct e2e_output said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve"));
    cr_assert_eq(said.code, 1, "%s%s", said.out, said.err);
    cr_assert(strstr(said.err, "/nowhere/terraform") != NULL, "%s", said.err);
    e2e_output_finish(&said);
    said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 1);
    json_t *events = place_events(said.out);
    const json_t *why = json_object_get(place_done(events), "error");
    cr_assert(strstr(place_text(why, "text"), "/nowhere/terraform") != NULL, "%s", said.out);
    cr_assert_eq(json_integer_value(json_object_get(why, "exit")), 1);
    json_decref(events);
    e2e_output_finish(&said);
}

static void show_by_hand(void)
{
    struct pty *pty = e2e_open(&e2e,
                               ARGS("sh", "-c",
                                    "cd " PLACE "/provision-eks && terraform show -json > ../shown"
                                    " && terraform output -json > ../outputs && echo all shown"),
                               24, 80);
    expect_text(pty, "all shown");
    char *text = e2e_read(&e2e, PLACE "/shown");
    json_t *shown = place_json(text);
    const json_t *root = json_object_get(json_object_get(shown, "values"), "root_module");
    cr_assert(json_array_size(json_object_get(root, "child_modules")) >= 2, "%s", text);
    json_decref(shown);
    free(text);
    text = e2e_read(&e2e, PLACE "/outputs");
    json_t *outputs = place_json(text);
    cr_assert_str_eq(place_text(json_object_get(outputs, "cluster_name"), "value"), "demo-hub");
    json_decref(outputs);
    free(text);
}

Test(tools, terraform_by_hand_reads_what_terraform_left)
{
    if (!installed("terraform"))
        cr_skip_test("terraform is not installed");
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "terraform");
    place_apply(&e2e);
    expect_state();
    expect_tool("terraform 1.");
    show_by_hand();
}
