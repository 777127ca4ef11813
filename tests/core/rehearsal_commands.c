/* The player's commands for people and the ones that edit the state, said as terraform says them:
 * each is asked of the player and, where one is installed, of a real terraform. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/core/rehearsal_talk.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(rehearsal_commands, .fini = close_all, .timeout = 120);

static const char eks_state[] =
    "{\"version\":4,\"terraform_version\":\"1.11.4\",\"serial\":1,\"lineage\":\"x\",\"outputs\":{"
    "\"cluster_name\":{\"value\":\"demo-hub\",\"type\":\"string\"},"
    "\"region\":{\"value\":\"us-east-2\",\"type\":\"string\"},"
    "\"storage_class\":{\"value\":\"ebs-csi-default-sc\",\"type\":\"string\"}},\"resources\":[],"
    "\"check_results\":null}";

static void open_hub(const char *tool)
{
    char path[PATH_MAX];
    open_with(tool, NULL, 1000);
    cr_assert(path_format(path, NULL, "%s/provision-eks/terraform.tfstate", rehearsal.dir));
    cr_assert(file_write(path, str_of(eks_state), 0600, NULL));
    cr_assert(path_format(root, NULL, "%s/provision-ml-hub", rehearsal.dir));
    init_root();
}

struct ask {
    const char *words[5];
    int code;
    const char *says[3]; /* on standard output */
};

/* In this order, from an empty state. */
static const struct ask asks[] = {
    {{"show"}, 0, {"No state."}},
    {{"apply", "-no-color", "-input=false", "-auto-approve"},
     0,
     {"terraform_data.helm_release_mlhub: Creation complete",
      "Apply complete! Resources: 3 added, 0 changed, 0 destroyed.",
      "\nOutputs:\n\nin_cluster_url = \"http://proxy-public.mlhub.svc.cluster.local\"\nnamespace = "
      "\"mlhub\"\nservice = \"proxy-public\"\n"}},
    {{"output", "-no-color"},
     0,
     {"in_cluster_url = \"http://proxy-public.mlhub.svc.cluster.local\"\nnamespace = \"mlhub\"\n"}},
    {{"output", "-no-color", "namespace"}, 0, {"\"mlhub\"\n"}},
    {{"output", "-raw", "namespace"}, 0, {"mlhub"}},
    {{"output", "-json", "namespace"}, 0, {"\"mlhub\""}},
    {{"output", "-no-color", "nothing"}, 1, {NULL}},
    {{"show", "-no-color"},
     0,
     {"# terraform_data.kubernetes_namespace_v1_hub:\nresource \"terraform_data\" "
      "\"kubernetes_namespace_v1_hub\" {\n    id               = ",
      "    input            = \"mlhub\"\n    output           = \"mlhub\"\n    triggers_replace = "
      "\"mlhub\"\n}\n",
      "\n\nOutputs:\n\nin_cluster_url = "}},
    {{"state", "show", "-no-color", "terraform_data.random_bytes_hub_token"},
     0,
     {"# terraform_data.random_bytes_hub_token:\nresource \"terraform_data\"",
      "    input  = \"32 bytes, between hub and proxy; admin admin\"\n"}},
    {{"state", "show", "-no-color", "terraform_data.none"}, 1, {NULL}},
    {{"untaint", "-no-color", "terraform_data.helm_release_mlhub"}, 1, {NULL}},
    {{"taint", "-no-color", "terraform_data.helm_release_mlhub"},
     0,
     {"Resource instance terraform_data.helm_release_mlhub has been marked as tainted."}},
    {{"plan", "-json", "-input=false", "-out=plan"},
     0,
     {"\"reason\":\"tainted\"", "\"add\":1,\"change\":0,\"import\":0,\"remove\":1"}},
    {{"untaint", "-no-color", "terraform_data.helm_release_mlhub"},
     0,
     {"Resource instance terraform_data.helm_release_mlhub has been successfully untainted."}},
    {{"plan", "-json", "-input=false", "-out=plan"},
     0,
     {"\"add\":0,\"change\":0,\"import\":0,\"remove\":0"}},
    {{"taint", "-no-color", "terraform_data.none"}, 1, {NULL}},
    {{"untaint", "-no-color"}, 1, {NULL}},
    {{"state", "pull"}, 0, {"\"terraform_version\": \"1.11.4\""}},
    {{"state", "rm", "terraform_data.random_bytes_hub_token"},
     0,
     {"Removed terraform_data.random_bytes_hub_token\nSuccessfully removed 1 resource"}},
    {{"state", "rm", "terraform_data.random_bytes_hub_token"}, 1, {NULL}},
    {{"force-unlock", "-force", "b6b3"}, 1, {NULL}},
    {{"apply", "-no-color"}, 1, {"Only 'yes' will be accepted to approve."}},
    {{"destroy", "-no-color"}, 1, {"There is no undo."}},
    {{"plan", "-json", "-lock-timeout=1s"}, 0, {"\"add\":1,"}},
    {{"plan", "-json", "-lock-timeout=soon"}, 1, {NULL}},
    {{"plan", "-json", "-var=nothing=1"},
     1,
     {"Value for undeclared variable", "A variable named \\\"nothing\\\" was assigned"}},
    {{"plan", "-json", "-var=nothing"}, 1, {"Invalid -var option", "like -var="}},
    {{"plan", "-json", "-var-file=nothing"}, 1, {"Given variables file nothing does not exist."}},
};

static void ask_all(const char *tool)
{
    open_hub(tool);
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        struct buf text;
        const char *const *words = asks[i].words;
        int code = RUN(&text, words[0], words[1], words[2], words[3], words[4]);
        cr_assert_eq(code, asks[i].code, "%zu %s: %d %s", i, words[0], code, buf_cstr(&text));
        for (size_t k = 0; k < 3 && asks[i].says[k]; k++)
            cr_assert(strstr(buf_cstr(&text), asks[i].says[k]), "%zu %s: %s", i, words[0],
                      buf_cstr(&text));
        buf_finish(&text);
    }
}

Test(rehearsal_commands, are_played)
{
    ask_all("player");
}

Test(rehearsal_commands, are_terraforms)
{
    char terraform[PATH_MAX];
    if (find_terraform(terraform)) {
        ask_all(terraform);
        return;
    }
    open_with("player", NULL, 1000); /* for close_all */
    cr_skip_test("terraform is not installed");
}
