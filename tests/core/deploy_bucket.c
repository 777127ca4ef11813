/* A destroy and the bucket of the packages: what terraform is given in place of its state, what the
 * answers say then, and that a worker that dies in between is followed by one that knows. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/deployment.h"
#include "tests/core/deploying.h"

static const char state[] =
    "{\"version\":4,\"serial\":7,\"lineage\":\"l\",\"resources\":["
    "{\"mode\":\"managed\",\"type\":\"t\",\"name\":\"r\",\"instances\":[{}]},"
    "{\"mode\":\"managed\",\"type\":\"aws_s3_bucket\",\"name\":\"pypi\",\"instances\":[{"
    "\"attributes\":{\"bucket\":\"acme-demo-hub-pypi\",\"force_destroy\":false}}]}]}";

static void begin(void)
{
    struct error err;
    deploying_begin();
    want(STAGE_PYPI);
    cr_assert(
        file_write(test_path("dep/provision-pypi/terraform.tfstate"), str_of(state), 0600, &err));
}

TestSuite(deploy_bucket, .init = begin, .fini = deploying_end, .timeout = 60);

static bool saved_create(void)
{
    struct answers saved;
    struct error err;
    cr_assert(deployment_load(place.dir, deploy.answers.rehearsal, &saved, &err), "%s", err.text);
    return strcmp(saved.pypi_create_bucket, "true") == 0;
}

/* What was handed to `terraform state push` while it was held. */
static json_t *handed_over(void)
{
    struct buf text = {0};
    struct error err;
    cr_assert(file_read(test_path("dep/provision-pypi/bucket.tfstate"), 1 << 20, &text, &err), "%s",
              err.text);
    json_t *json = js_parse(buf_str(&text), &err);
    buf_finish(&text);
    return json;
}

Test(deploy_bucket, it_leaves_the_state_before_the_plan)
{
    make("hold-state");
    start(RUN_DESTROY, true);
    run_to(STAGE_PYPI, STEP_BUCKET);
    json_t *given = handed_over();
    cr_assert_eq(js_int(given, "serial", 0), 8);
    cr_assert_eq(json_array_size(js_get(given, "resources")), 1);
    json_decref(given);
    drop("hold-state");
    run_to_end(RUN_SUCCEEDED);
    cr_assert(call_at("pypi-state") < call_at("pypi-plan"));
    cr_assert_not(saved_create());
    cr_assert_not(file_exists(test_path("dep/provision-pypi/bucket.tfstate")));
}

Test(deploy_bucket, asked_for_it_is_marked_to_be_emptied)
{
    make("hold-state");
    start(RUN_DESTROY, true);
    str_copy(STR("false"), deploy.answers.pypi_keep_bucket, sizeof deploy.answers.pypi_keep_bucket);
    run_to(STAGE_PYPI, STEP_BUCKET);
    json_t *given = handed_over();
    cr_assert_eq(json_array_size(js_get(given, "resources")), 2);
    cr_assert(js_bool(given, "resources.1.instances.0.attributes.force_destroy", false));
    json_decref(given);
    drop("hold-state");
    run_to_end(RUN_SUCCEEDED);
    cr_assert_str_eq(deploy.answers.pypi_create_bucket, "true");
}

Test(deploy_bucket, a_state_that_is_not_taken_ends_the_run_before_anything_is_destroyed)
{
    make("fail-state");
    start(RUN_DESTROY, true);
    run_to_end(RUN_FAILED);
    cr_assert_eq(calls("pypi-plan"), 0);
    cr_assert_str_eq(deploy.answers.pypi_create_bucket, "true");
}

/* The state had forgotten it already, and the answers did not know yet. */
Test(deploy_bucket, the_next_worker_knows_what_was_kept)
{
    struct error err;
    make("hold-state");
    start(RUN_DESTROY, true);
    run_to(STAGE_PYPI, STEP_BUCKET);
    die();
    drop("hold-state");
    cr_assert(file_write(test_path("dep/provision-pypi/terraform.tfstate"),
                         STR("{\"version\":4,\"serial\":8,\"lineage\":\"l\",\"resources\":["
                             "{\"mode\":\"managed\",\"type\":\"t\",\"name\":\"r\","
                             "\"instances\":[{}]}]}"),
                         0600, &err));
    go_on(true);
    run_to_end(RUN_SUCCEEDED);
    cr_assert_not(saved_create());
}
