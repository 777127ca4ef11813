/* A domain that is asked for, or given up, while a run goes: its stage comes and goes with it as
 * long as hub and index are not planned. */
#include <criterion/criterion.h>

#include "tests/core/deploying.h"

#include "core/base/alloc.h"

static struct deploy_lane *const domain = &deploy.lanes[STAGE_DOMAIN];

static void begin(void)
{
    deploying_begin();
    want_all();
}

TestSuite(deploy_domain, .init = begin, .fini = deploying_end, .timeout = 240);

/* What the form hands over. */
static bool give(const char *zone, const char *email, struct error *err)
{
    json_t *answers = json_pack("{s:s,s:s}", "domain_zone", zone, "domain_acme_email", email);
    bool ok = deploy_answers(&deploy, answers, NULL, err);
    json_decref(answers);
    return ok;
}

static void take(const char *zone)
{
    struct error err;
    cr_assert(give(zone, "ada@acme.example", &err), "%s", err.text);
}

static bool is_wanted(void)
{
    read_before();
    return before->stages_wanted[STAGE_DOMAIN];
}

Test(deploy_domain, joins_the_run_whose_plan_is_made)
{
    start(RUN_APPLY, true);
    run_to(STAGE_EKS, STEP_PLAN);
    cr_assert_not(is_wanted());
    take("demo.acme.example");
    cr_assert(is_wanted());
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(before->stages[STAGE_DOMAIN].state, STAGE_DONE);
    cr_assert_eq(calls("domain-apply"), 1);
    cr_assert(call_at("domain-plan") > call_at("mlhub-apply"), "it stands on both");
    cr_assert_eq(calls("pypi load-balancer"), 0, "there is one entrance, and that is the domain's");
}

Test(deploy_domain, leaves_it_again)
{
    start(RUN_APPLY, true);
    run_to(STAGE_EKS, STEP_PLAN);
    take("demo.acme.example");
    run_to(STAGE_EKS, STEP_CONSENT);
    take("");
    cr_assert_not(is_wanted());
    while (!domain->over && !over)
        loop_turn(&loop, true);
    cr_assert_eq(domain->state, STAGE_SKIPPED);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(calls("domain-plan"), 0);
    cr_assert_eq(calls("pypi load-balancer"), 1);
}

Test(deploy_domain, that_is_not_filled_in_changes_nothing)
{
    struct error err;
    start(RUN_APPLY, true);
    run_to(STAGE_EKS, STEP_PLAN);
    give("demo.acme.example", "nobody", &err);
    cr_assert_not(is_wanted());
    cr_assert_str_empty(deploy.answers.domain_zone);
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
}

Test(deploy_domain, comes_too_late_when_the_index_is_planned)
{
    struct error err;
    start(RUN_APPLY, true);
    give_secrets();
    run_to(STAGE_PYPI, STEP_PLAN);
    cr_assert_not(give("demo.acme.example", "ada@acme.example", &err));
    cr_assert(strstr(err.text, "without a domain already"), "%s", err.text);
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(before->stages[STAGE_DOMAIN].state, STAGE_TODO);
}

Test(deploy_domain, goes_on_with_another_worker)
{
    start(RUN_APPLY, true);
    run_to(STAGE_EKS, STEP_PLAN);
    take("demo.acme.example");
    struct answers answers = deploy.answers;
    die();
    read_before();
    memcpy(wanted, before->stages_wanted, sizeof wanted); /* as a worker takes them over */
    go_on(true);
    deploy.answers = answers; /* it reads them from the directory */
    give_secrets();
    run_to_end(RUN_SUCCEEDED);
    cr_assert_eq(before->stages[STAGE_DOMAIN].state, STAGE_DONE);
}
