/* How the screens look: each state as a golden at 80x24 and 120x40, text and roles. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/session/session_index.h"
#include "tests/screens/fixture.h"

static struct fixture fixture;

static void set_up(void)
{
    fixture_init(&fixture);
}

static void tear_down(void)
{
    fixture_finish(&fixture);
}

TestSuite(looks, .init = set_up, .fini = tear_down);

Test(looks, credentials_while_checking)
{
    fixture_check(&fixture, CHECK_TERRAFORM, CHECK_PASS, "terraform 1.11.4", "");
    fixture_check(&fixture, CHECK_IDENTITY, CHECK_RUNNING, "asking AWS who this is", "");
    fixture.session.checks.items[CHECK_IDENTITY].began_ms = fixture.loop.now_ms - 2000;
    golden(&fixture, "credentials-checking");
}

Test(looks, credentials_passed)
{
    fixture_checked(&fixture);
    golden(&fixture, "credentials-passed");
}

Test(looks, credentials_that_end_say_when)
{
    int64_t now = clock_wall(&fixture.clock);
    fixture_checked(&fixture);
    cr_assert(hides(&fixture, " left"));
    fixture.session.checks.expires_ms = now + (int64_t)161 * 60000;
    cr_assert(shows(&fixture, "2h41m left"));
    fixture.session.checks.expires_ms = now - 1000;
    cr_assert(shows(&fixture, "0s left"));
}

Test(looks, credentials_failed)
{
    fixture_checked(&fixture);
    fixture_check(&fixture, CHECK_CLOCK, CHECK_FAIL, "This clock is 4m12s behind AWS.",
                  "Set it with  timedatectl set-ntp true");
    fixture_check(&fixture, CHECK_DISK, CHECK_WARN, "Only 1.2 GiB are free in /home/ada.", "");
    golden(&fixture, "credentials-failed");
}

static void one_permission_is_missing(void)
{
    fixture_checked(&fixture);
    fixture_check(&fixture, CHECK_PERMISSIONS, CHECK_WARN,
                  "1 of 181 actions is not allowed. EKS: iam:CreateRole.",
                  "The simulation has false alarms. assets/iam/operator-policy.json lists what an "
                  "operator needs.");
    struct check *check = &fixture.session.checks.items[CHECK_PERMISSIONS];
    snprintf(check->details, sizeof(check->details),
             "EKS  iam:CreateRole: the roles of control plane, nodes and add-ons\n"
             "EKS  iam:PassRole: EKS and its nodes act in those roles");
    check->began_ms = 1000;
    check->ended_ms = 1081;
}

Test(looks, credentials_check_by_check)
{
    one_permission_is_missing();
    press_keys(&fixture, "Tab Down");
    golden(&fixture, "credentials-list");
}

Test(looks, credentials_check_whole)
{
    one_permission_is_missing();
    press_keys(&fixture, "Tab Enter");
    golden(&fixture, "credentials-details");
}

Test(looks, form)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter 'demo-hub");
    cr_assert_str_eq(place_of(&fixture), "cluster");
    golden(&fixture, "cluster");
}

Test(looks, form_unfolded_and_wrong)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter 'demo-hub Tab Tab Ctrl-U '1 Tab Tab Tab Tab Tab Tab Space");
    golden(&fixture, "cluster-wrong");
}

Test(looks, planning)
{
    fixture_run(&fixture, RUN_PREPARING, STEP_PLAN);
    tf_run_init(&fixture.session.run.stages[STAGE_EKS].terraform, TF_PLAN);
    fixture_event(
        &fixture,
        "{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\",\"@module\":\"terraform.ui\","
        "\"@timestamp\":\"2026-11-22T14:20:00.000000Z\","
        "\"type\":\"version\",\"terraform\":\"1.11.4\",\"ui\":\"1.2\"}");
    golden(&fixture, "review-planning");
}

Test(looks, review)
{
    fixture_plan(&fixture);
    golden(&fixture, "review");
}

Test(looks, review_unfolded)
{
    fixture_plan(&fixture);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Enter Down Down");
    golden(&fixture, "review-unfolded");
}

Test(looks, review_answering)
{
    fixture_plan(&fixture);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "a 'ye");
    golden(&fixture, "review-answering");
}

Test(looks, review_of_a_change)
{
    fixture_plan_change(&fixture);
    golden(&fixture, "review-change");
}

Test(looks, review_details)
{
    fixture_plan_change(&fixture);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Down Down d");
    golden(&fixture, "review-details");
}

Test(looks, review_answers)
{
    fixture_plan(&fixture);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "e");
    golden(&fixture, "review-answers");
}

/* The resources that take their time are in flight, well within it. */
static void in_flight(void)
{
    fixture_apply(&fixture, 8);
    fixture_hook(&fixture, fixture_find("aws_eks_cluster_this"), "apply_start", 228000);
    fixture_hook(&fixture, fixture_find("aws_nat_gateway"), "apply_start", 61000);
    fixture_hook(&fixture, fixture_find("aws_route_table_public"), "apply_start", 1000);
    snprintf(fixture.session.cluster.status, 16, "CREATING");
}

Test(looks, apply)
{
    in_flight();
    golden(&fixture, "apply");
}

Test(looks, apply_overdue)
{
    in_flight();
    fixture.now_ms += 600000;
    fixture.loop.now_ms = fixture.now_ms;
    golden(&fixture, "apply-overdue");
}

Test(looks, stop)
{
    in_flight();
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "s");
    golden(&fixture, "stop");
}

Test(looks, log)
{
    in_flight();
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "l");
    golden(&fixture, "log");
}

static void failed(void)
{
    in_flight();
    int group = fixture_find("aws_eks_node_group_workers");
    fixture_hook(&fixture, group, "apply_start", 40000);
    fixture_hook(&fixture, group, "apply_errored", 0);
    fixture_event(
        &fixture,
        "{\"@level\":\"error\",\"@message\":\"Error: creating EKS Node "
        "Group\",\"@module\":\"terraform.ui\",\"type\":"
        "\"diagnostic\",\"diagnostic\":{\"severity\":\"error\",\"summary\":\"creating EKS Node "
        "Group (demo-hub:workers): VcpuLimitExceeded\",\"detail\":\"You have requested more vCPU "
        "capacity than your current vCPU limit of 5 allows for the instance bucket that the "
        "specified instance type belongs to. Please visit "
        "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this "
        "limit.\",\"address\":\"module.eks.terraform_data.aws_eks_node_group_workers\","
        "\"range\":{\"filename\":\"main.tf\",\"start\":{\"line\":9,\"column\":24,\"byte\":148},"
        "\"end\":{\"line\":9,\"column\":25,\"byte\":149}}}}");
    fixture_end(&fixture, RUN_FAILED);
}

Test(looks, failure)
{
    failed();
    golden(&fixture, "failure");
}

Test(looks, stopped)
{
    in_flight();
    fixture.session.run.interrupted_ms = WALL_MS;
    fixture_end(&fixture, RUN_STOPPED);
    error_set(&fixture.session.run.error, ERROR_CANCELLED, "You stopped the run.");
    golden(&fixture, "stopped");
}

static void output_of(const char *stage, const char *name, const char *value)
{
    struct outputs *outputs = &fixture.session.outputs;
    if (!outputs->text)
        outputs->text = json_pack("{s:{},s:{},s:{}}", "eks", "pypi", "mlhub");
    json_object_set_new(json_object_get(outputs->text, stage), name, json_string(value));
}

static void output(const char *name, const char *value)
{
    output_of("eks", name, value);
}

#define ELB(name) "http://" name ".us-east-2.elb.amazonaws.com"

static void platform(void)
{
    fixture_apply(&fixture, 58);
    output("cluster_name", "demo-hub");
    output("region", "us-east-2");
    output_of("pypi", "url", ELB("0f1e2d3c4b5a69788796a5b4c3d2e1f0-987654321"));
    output_of("pypi", "proven", "ada");
    output_of("mlhub", "url", ELB("a1b2c3d4e5f60718293a4b5c6d7e8f90-1234567890"));
    output_of("mlhub", "proven", "admin");
    output_of("mlhub", "namespace", "mlhub");
    str_copy(STR("ada"), fixture.session.answers.pypi_admin_user,
             sizeof fixture.session.answers.pypi_admin_user);
    fixture_end(&fixture, RUN_SUCCEEDED);
}

Test(looks, platform)
{
    platform();
    golden(&fixture, "platform");
}

Test(looks, platform_proven)
{
    static struct dist dist = {.name = "demo-pkg", .version = "1.0"};
    platform();
    fixture_draw(&fixture, 80, 24);
    struct session_index *index = fixture.session.index;
    index->publish.task.state = index->proof.task.state = TASK_DONE;
    index->publish.uploaded = index->publish.listed = true;
    index->publish.downloaded = index->publish.same = true;
    index->publish.dist = &dist;
    str_copy(STR("hello from demo_pkg"), index->proof.line, sizeof index->proof.line);
    golden(&fixture, "platform-proven");
}

Test(looks, platform_asks)
{
    platform();
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "w 'opense");
    cr_assert(hides(&fixture, "opense"));
    golden(&fixture, "platform-asks");
}

Test(looks, results)
{
    fixture_apply(&fixture, 58);
    fixture.session.run.stages[STAGE_EKS].cost_per_hour = 0.43;
    output("cluster_name", "demo-hub");
    output("cluster_endpoint",
           "https://A1B2C3D4E5F60718293A4B5C6D7E8F90.gr7.us-east-2.eks.amazonaws.com");
    output("region", "us-east-2");
    output("azs", "us-east-2a, us-east-2b");
    output("vpc_id", "vpc-0a1b2c3d4e5f60718");
    output("oidc_provider_arn",
           "arn:aws:iam::123456789012:oidc-provider/"
           "oidc.eks.us-east-2.amazonaws.com/id/A1B2C3D4E5F60718293A4B5C6D7E8F90");
    fixture_end(&fixture, RUN_SUCCEEDED);
    golden(&fixture, "results");
}

Test(looks, help)
{
    fixture_plan(&fixture);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "?");
    golden(&fixture, "help");
}

Test(looks, quit_with_typed_answers)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter 'demo-hub Ctrl-Q");
    golden(&fixture, "quit-typed");
}

Test(looks, quit_while_a_run_goes)
{
    in_flight();
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Ctrl-Q");
    golden(&fixture, "quit-run");
}

Test(looks, rehearsal_begun_before)
{
    snprintf(fixture.place.label, sizeof(fixture.place.label), "REHEARSAL 20x · terraform 1.11.4");
    snprintf(fixture.place.dir, sizeof(fixture.place.dir), "/home/ada/rehearsal");
    wizard_finish(&fixture.wizard);
    wizard_init(&fixture.wizard, &fixture.session, true);
    golden(&fixture, "again");
}

Test(looks, welcome)
{
    wizard_finish(&fixture.wizard);
    fixture_deployments(&fixture);
    wizard_init(&fixture.wizard, &fixture.session, false);
    cr_assert_str_eq(place_of(&fixture), "welcome");
    golden(&fixture, "welcome");
}

Test(looks, ascii_says_the_same)
{
    fixture.grid.ascii = true;
    in_flight();
    golden(&fixture, "apply-ascii");
}

Test(looks, any_size)
{
    static const int sizes[][2] = {{1, 1}, {40, 10}, {40, 24}, {60, 12}, {80, 10}, {200, 60}};
    void (*const states[])(void) = {in_flight, failed};
    for (size_t state = 0; state < 2; state++) {
        states[state]();
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
            fixture_draw(&fixture, sizes[i][0], sizes[i][1]);
    }
    cr_assert_eq(fixture.grid.w, 200);
}
