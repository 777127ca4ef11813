/* States that are kept in a bucket: real terraform's own backend against the rehearsal's S3, with
 * every request's signature verified there. */
#include "tests/e2e/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct e2e e2e;
static struct e2e_output said;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_PYPI_PASSWORD", "correct-horse-9");
    e2e_set(&e2e, "EKSHUB_HUB_PASSWORD", "battery-staple-9");
}

static void end(void)
{
    e2e_output_finish(&said);
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(store, .init = begin, .fini = end, .timeout = 170);

static void need_terraform(void)
{
    if (system("command -v terraform >/dev/null 2>&1") != 0)
        cr_skip_test("terraform is not installed");
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "terraform");
}

static void run(const char *const *arguments)
{
    e2e_output_finish(&said);
    said = e2e_run(&e2e, arguments);
    cr_assert_eq(said.code, 0, "%s%s", said.out, said.err);
}

static void keep_in(const char *store, const char *bucket)
{
    char text[160];
    snprintf(text, sizeof text, "state_store: %s\nstate_bucket: %s\n", store, bucket);
    e2e_file(&e2e, "answers.yaml", text, 0600);
}

static void apply(const char *dir)
{
    run(ARGS("--rehearse=400x", "--dir", dir, "--answers", "answers.yaml", "apply",
             "--auto-approve"));
}

static void expect_no_change(void)
{
    cr_assert_not(strstr(said.err, "terraform apply"), "%s", said.err);
    cr_assert_not(strstr(said.err, "claim"), "%s", said.err);
}

static bool is_there(const char *path)
{
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "%.2000s/%.1500s", e2e.home, path);
    return access(whole, F_OK) == 0;
}

static void shell(const char *command)
{
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "cd %.2000s && %.1500s", e2e.home, command);
    cr_assert_eq(system(whole), 0, "%s", command);
}

Test(store, a_state_moves_to_a_bucket_and_home_again_and_nothing_is_made_twice)
{
    need_terraform();
    keep_in("local", "");
    apply(PLACE);
    cr_assert(is_there(PLACE "/provision-eks/terraform.tfstate"));

    keep_in("s3", "acme-states");
    apply(PLACE);
    expect_no_change();
    cr_assert_not(is_there(PLACE "/provision-eks/terraform.tfstate"));
    cr_assert(is_there(PLACE "/states/eks/pulled.tfstate"));
    shell("test $(ls " PLACE "/rehearsal/objects/acme-states | grep -c tfstate$) = 3");

    keep_in("local", "");
    apply(PLACE);
    expect_no_change();
    cr_assert(is_there(PLACE "/provision-ml-hub/terraform.tfstate"));
    cr_assert_not(is_there(PLACE "/provision-ml-hub/ekshub_override.tf.json"));
    cr_assert_not(is_there(PLACE "/states/mlhub/pulled.tfstate"));
}

Test(store, a_colleague_goes_on_with_what_is_there_and_takes_it_down)
{
    need_terraform();
    keep_in("s3", "acme-states");
    apply(PLACE);
    /* what a colleague gets: the answers; and here the account, which is the rehearsal's folder and
     * what it tells of tags */
    shell("mkdir -m 700 e && cp " PLACE "/ekshub.yaml e/ && cp -r " PLACE "/rehearsal " PLACE
          "/provision-eks e/ && rm -r e/provision-eks/.terraform");
    run(ARGS("--rehearse=400x", "--dir", "e", "apply", "--auto-approve"));
    cr_assert_not(strstr(said.err, "eks: terraform apply"), "%s", said.err);
    cr_assert_not(strstr(said.err, "mlhub: terraform apply"), "%s", said.err);
    cr_assert_not(strstr(said.err, "mlhub: claim"), "%s", said.err);
    run(ARGS("--rehearse=400x", "--dir", "e", "destroy", "--auto-approve"));
    cr_assert(strstr(said.out, "Nothing is left"), "%s", said.out);
    shell("! grep -q instances.: e/rehearsal/objects/acme-states/*provision-eks.tfstate || "
          "grep -q '\"resources\": \\[\\]' e/rehearsal/objects/acme-states/*provision-eks.tfstate");
}

Test(store, a_colleague_takes_down_what_this_machine_never_saw)
{
    need_terraform();
    keep_in("s3", "acme-states");
    apply(PLACE);
    shell("mkdir -m 700 e && cp " PLACE "/ekshub.yaml e/ && cp -r " PLACE "/rehearsal " PLACE
          "/provision-eks e/ && rm -r e/provision-eks/.terraform");
    run(ARGS("--rehearse=400x", "--dir", "e", "destroy", "--auto-approve"));
    cr_assert(strstr(said.out, "Nothing is left"), "%s%s", said.out, said.err);
}

Test(store, a_bucket_of_somebody_else_is_named_and_nothing_is_begun)
{
    need_terraform();
    keep_in("s3", "acme-taken");
    e2e_output_finish(&said);
    said = e2e_run(&e2e, REHEARSED("--answers", "answers.yaml", "apply", "--auto-approve"));
    cr_assert_eq(said.code, 1, "%s%s", said.out, said.err);
    cr_assert(strstr(said.err, "acme-taken") || strstr(said.err, "Access Denied"), "%s", said.err);
    cr_assert_not(is_there(PLACE "/provision-eks/terraform.tfstate"));
}
