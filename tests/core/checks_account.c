/* What the checks make of what an account may do and have, and of what a run fetches. */
#include <criterion/criterion.h>

#include "core/aws/simulate.h"
#include "core/base/json.h"
#include "core/base/paths.h"
#include "tests/core/checking_account.h"

#include "core/base/alloc.h"

TestSuite(checks_account, .init = account_begin, .fini = checking_end, .timeout = 60);

Test(checks_account, all_is_well)
{
    account_run();
    cr_assert_eq(checks_count(&checking.checks, CHECK_FAIL), 0);
    checking_expect(CHECK_LIFETIME, CHECK_PASS, "These keys do not expire.");
    checking_expect(CHECK_KUBERNETES, CHECK_PASS, "1.35 has standard support until 2027-03-27");
    checking_expect(CHECK_QUOTAS, CHECK_PASS,
                    "6 of 32 on-demand vCPUs, 1 of 32 elastic IPs, 2 of 32 VPCs, 1 of 32 NAT "
                    "gateways");
    checking_expect(CHECK_S3, CHECK_PASS, "S3 answers in us-east-2");
    checking_expect(CHECK_PERMISSIONS, CHECK_PASS, NULL);
    cr_assert_gt(account.simulated, 150);
    cr_assert_str_eq(account.source, "arn%3Aaws%3Aiam%3A%3A123456789012%3Auser%2Fada");
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
}

Test(checks_account, what_is_not_allowed_is_named_by_stage)
{
    account.denied = "CreateRole";
    account_run();
    checking_expect(CHECK_PERMISSIONS, CHECK_WARN, NULL);
    cr_assert(str_ends(str_of(account_text(CHECK_PERMISSIONS)),
                       STR("actions is not allowed. EKS: iam:CreateRole.")),
              "%s", account_text(CHECK_PERMISSIONS));
    cr_assert_str_eq(checking.checks.items[CHECK_PERMISSIONS].details,
                     "EKS  iam:CreateRole: the roles of control plane, nodes and add-ons");
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
}

Test(checks_account, nobody_may_simulate)
{
    account.may_not_simulate = true;
    account_run();
    checking_expect(CHECK_PERMISSIONS, CHECK_SKIP, NULL);
    cr_assert_geq(str_find(str_of(account_text(CHECK_PERMISSIONS)), STR("SimulatePrincipalPolicy")),
                  0);
}

Test(checks_account, a_session_stands_for_its_role)
{
    account.arn = "arn:aws:sts::123456789012:assumed-role/ops/ada";
    account.role_path = "/team/";
    account_run();
    checking_expect(CHECK_PERMISSIONS, CHECK_PASS, NULL);
    cr_assert_str_eq(account.source, "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fteam%2Fops");
    account.role_path = NULL; /* may not look at it */
    account_run();
    checking_expect(CHECK_PERMISSIONS, CHECK_PASS, NULL);
    cr_assert_str_eq(account.source, "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fops");
    account.arn = "arn:aws:iam::123456789012:root";
    account_run();
    checking_expect(CHECK_PERMISSIONS, CHECK_WARN, NULL);
    cr_assert_eq(account.simulated, 0);
    account.arn = "arn:aws:sts::123456789012:federated-user/ada";
    account_run();
    checking_expect(CHECK_PERMISSIONS, CHECK_SKIP, NULL);
}

Test(checks_account, principals)
{
    static const struct {
        const char *arn, *principal, *role;
        enum iam_principal kind;
    } table[] = {
        {"arn:aws:iam::1:user/a/b", "arn:aws:iam::1:user/a/b", "", IAM_PRINCIPAL_ITSELF},
        {"arn:aws:iam::1:role/b", "arn:aws:iam::1:role/b", "", IAM_PRINCIPAL_ITSELF},
        {"arn:aws-cn:sts::1:assumed-role/R/S", "arn:aws-cn:iam::1:role/R", "R",
         IAM_PRINCIPAL_SESSION},
        {"arn:aws:sts::1:assumed-role/", "", "", IAM_PRINCIPAL_OTHER},
        {"arn:aws:iam::1:root", "", "", IAM_PRINCIPAL_ROOT},
        {"arn:aws:sts::1:federated-user/x", "", "", IAM_PRINCIPAL_OTHER},
        {"nonsense", "", "", IAM_PRINCIPAL_OTHER},
        {"", "", "", IAM_PRINCIPAL_OTHER},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char principal[IAM_ARN], role[65];
        cr_assert_eq(iam_principal_of(table[i].arn, principal, role), table[i].kind, "%s",
                     table[i].arn);
        cr_assert_str_eq(principal, table[i].principal);
        cr_assert_str_eq(role, table[i].role);
    }
}

Test(checks_account, quotas_that_do_not_do)
{
    account.limit = 5;
    account.addresses = 5;
    account.instances = "<item><instanceId>i-1</instanceId><instanceType>m5.4xlarge</instanceType>"
                        "<instanceState><name>running</name></instanceState></item>"
                        "<item><instanceId>i-2</instanceId><instanceType>m5.4xlarge</instanceType>"
                        "<instanceState><name>stopped</name></instanceState></item>"
                        "<item><instanceId>i-3</instanceId><instanceType>inf1.xlarge</instanceType>"
                        "<instanceState><name>running</name></instanceState></item>";
    account.no_quota_set = true; /* AWS's default counts then */
    account_run();
    checking_expect(CHECK_QUOTAS, CHECK_WARN,
                    "5 on-demand vCPUs allowed, 16 in use, 6 more needed for 3 × t3.large; 5 "
                    "elastic IPs allowed, 5 in use, 1 more needed.");
    cr_assert_str_eq(checking.checks.items[CHECK_QUOTAS].hint,
                     "Ask AWS for 22 on-demand vCPUs, 6 elastic IPs (u does), or make room.");
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
    checking.checks.standing = true; /* what there is already needs no more */
    account.limit = 16;
    account_run();
    checking_expect(CHECK_QUOTAS, CHECK_PASS, NULL);
}

Test(checks_account, quotas_that_nobody_tells)
{
    account.may_not_ask_quotas = true;
    account_run();
    checking_expect(CHECK_QUOTAS, CHECK_SKIP, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
}

Test(checks_account, versions)
{
    static const struct {
        const char *support, *ends;
        enum check_state state;
        const char *text;
    } table[] = {
        {"EXTENDED_SUPPORT", "1", CHECK_WARN,
         "1.35 is out of standard support: the control plane costs six times as much."},
        {"STANDARD_SUPPORT", "1796169600", CHECK_WARN,
         "Standard support of 1.35 ends on 2026-12-02."},
        {"STANDARD_SUPPORT", "null", CHECK_PASS, "1.35 is in standard support"},
        {"STANDARD_SUPPORT", "1e300", CHECK_PASS, "1.35 is in standard support"},
        {"STANDARD_SUPPORT", "\"2027-03-27T00:00:00Z\"", CHECK_PASS,
         "1.35 has standard support until 2027-03-27"},
        {NULL, NULL, CHECK_WARN, "EKS does not offer Kubernetes 1.35."},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        account.support = table[i].support;
        account.ends = table[i].ends;
        account_run();
        checking_expect(CHECK_KUBERNETES, table[i].state, table[i].text);
    }
    account.no_versions = true; /* the program's own table */
    account_run();
    checking_expect(CHECK_KUBERNETES, CHECK_PASS, "1.35 has standard support until 2027-03-27");
    str_copy(STR("1.33"), checking.answers.kubernetes_version, 8);
    account_run();
    checking_expect(CHECK_KUBERNETES, CHECK_WARN, NULL);
    str_copy(STR("1.99"), checking.answers.kubernetes_version, 8);
    account_run();
    checking_expect(CHECK_KUBERNETES, CHECK_SKIP, NULL);
}

Test(checks_account, s3_out_of_reach)
{
    account.s3_status = 407;
    account_run();
    checking_expect(CHECK_S3, CHECK_FAIL,
                    "S3 was not reached: the proxy wants to know who you are (HTTP 407).");
    cr_assert_eq(checks_exit_code(&checking.checks), 3);
}

Test(checks_account, what_terraform_and_the_nodes_fetch)
{
    account_run(); /* nobody knows these hosts here */
    checking_expect(CHECK_REGISTRY, CHECK_WARN, NULL);
    checking_expect(CHECK_IMAGES, CHECK_WARN, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
    checking_file(
        "home/.terraformrc",
        "provider_installation {\n  network_mirror {\n    url = \"http://mirror.test/m\"\n"
        "  }\n}\n",
        0600);
    account.s3_status = 200;
    account_run();
    checking_expect(CHECK_REGISTRY, CHECK_PASS, "mirror.test answers");
    checking_file("home/.terraformrc",
                  "provider_installation {\n  filesystem_mirror {\n    path = \"/srv/mirror\"\n"
                  "  }\n}\n",
                  0600);
    account_run();
    checking_expect(CHECK_REGISTRY, CHECK_PASS, "providers come from the mirror at /srv/mirror");
}

/* ---- the list of actions and the policy that is to cover it ---- */

static json_t *asset(const char *name)
{
    struct buf text = {0};
    struct error err;
    char path[PATH_MAX];
    cr_assert(path_format(path, &err, "%s/iam/%s", SOURCE_ASSETS, name));
    cr_assert(file_read(path, 1 << 20, &text, &err), "%s", err.text);
    json_t *json = js_parse(buf_str(&text), &err);
    cr_assert(json, "%s: %s", name, err.text);
    buf_finish(&text);
    return json;
}

static bool statement_allows(const json_t *statement, const char *action)
{
    const json_t *actions = js_get(statement, "Action"), *one;
    size_t i;
    if (json_is_string(actions))
        return strcmp(json_string_value(actions), action) == 0;
    json_array_foreach((json_t *)actions, i, one)
    {
        if (strcmp(json_string_value(one), action) == 0)
            return true;
    }
    return false;
}

static unsigned statements_that_allow(const json_t *policy, const char *action)
{
    unsigned count = 0;
    for (size_t i = 0; i < js_count(policy, "Statement"); i++)
        count += statement_allows(json_array_get(js_get(policy, "Statement"), i), action);
    return count;
}

static size_t actions_of(const json_t *policy)
{
    size_t count = 0;
    for (size_t i = 0; i < js_count(policy, "Statement"); i++) {
        const json_t *actions = js_get(json_array_get(js_get(policy, "Statement"), i), "Action");
        count += json_is_string(actions) ? 1 : json_array_size(actions);
    }
    return count;
}

/* AWS refuses managed policies of more than 6,144 characters, blanks not counted. */
static size_t characters(const json_t *policy)
{
    struct buf text = {0};
    cr_assert(js_dump(policy, &text));
    size_t len = text.len;
    buf_finish(&text);
    return len;
}

Test(checks_account, the_policy_allows_what_is_checked_and_nothing_else)
{
    json_t *table = asset("actions.json"), *policy = asset("operator-policy.json");
    json_t *domain = asset("domain-policy.json"); /* one alone would be too long for AWS */
    size_t count = js_count(table, "actions");
    cr_assert_gt(count, 150);
    cr_assert_leq(count, 800);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(js_get(table, "actions"), i);
        const char *action = js_text(item, "action");
        bool apart = str_is(js_str(item, "stage"), "domain");
        cr_assert_eq(statements_that_allow(apart ? domain : policy, action), 1, "%s", action);
        cr_assert_neq(stage_named(js_str(item, "stage")), STAGE_NONE, "%s", action);
        cr_assert(js_text(item, "why")[0], "%s", action);
        cr_assert_null(strchr(action, '*'));
    }
    cr_assert_eq(actions_of(policy) + actions_of(domain), count,
                 "a policy allows what no stage needs");
    cr_assert_leq(characters(policy), 6144);
    json_decref(table);
    json_decref(policy);
    json_decref(domain);
}

static bool says(const json_t *policy, const char *sid, const char *condition)
{
    for (size_t i = 0; i < js_count(policy, "Statement"); i++) {
        const json_t *statement = json_array_get(js_get(policy, "Statement"), i);
        const json_t *equals = js_get(statement, "Condition.StringEquals");
        if (str_is(js_str(statement, "Sid"), sid))
            return json_object_get(equals, condition);
    }
    return false;
}

Test(checks_account, the_policy_hands_roles_to_named_services_only)
{
    json_t *policy = asset("operator-policy.json");
    cr_assert(says(policy, "EksPassRoles", "iam:PassedToService"));
    cr_assert(says(policy, "EksServiceRoles", "iam:AWSServiceName"));
    json_decref(policy);
}

/* Rights on a zone are nobody's business who has none. */
Test(checks_account, a_domain_counts_when_it_is_wanted)
{
    json_t *table = asset("actions.json");
    unsigned others = 0;
    for (size_t i = 0; i < js_count(table, "actions"); i++)
        others += stage_named(js_str(json_array_get(js_get(table, "actions"), i), "stage")) !=
                  STAGE_DOMAIN;
    account_run();
    cr_assert_eq(account.simulated, others);
    str_copy(STR("hub.example.org"), checking.answers.domain_zone, 256);
    account_run();
    cr_assert_eq(account.simulated, js_count(table, "actions"));
    json_decref(table);
}

/* ---- how long the credentials last ---- */

static void session_keys_until(const char *end)
{
    static char expiry[80];
    snprintf(expiry, sizeof expiry, "AWS_CREDENTIAL_EXPIRATION=%s", end);
    size_t i = 0;
    while (checking.environment[i] &&
           !str_starts(str_of(checking.environment[i]), STR("AWS_CREDENTIAL_EXPIRATION=")))
        i++;
    checking.environment[i] = expiry;
}

Test(checks_account, credentials_that_end)
{
    checking.place.profile = NULL;
    checking.environment[5] = "AWS_ACCESS_KEY_ID=ASIAEXAMPLE000000001";
    checking.environment[6] = "AWS_SECRET_ACCESS_KEY=not-a-secret";
    checking.environment[7] = "AWS_SESSION_TOKEN=token";
    checking.environment[8] = "AWS_REGION=us-east-2";
    session_keys_until("2026-11-22T15:00:00Z");
    account_run();
    checking_expect(CHECK_LIFETIME, CHECK_PASS, NULL);
    cr_assert(str_starts(str_of(account_text(CHECK_LIFETIME)), STR("3h00m left; a run may take ")),
              "%s", account_text(CHECK_LIFETIME));
    session_keys_until("2026-11-22T12:05:00Z");
    account_run();
    checking_expect(CHECK_LIFETIME, CHECK_WARN, NULL);
    cr_assert(str_starts(str_of(account_text(CHECK_LIFETIME)), STR("The credentials expire in 5m")),
              "%s", account_text(CHECK_LIFETIME));
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
    checking.environment[9] = NULL;
    account_run();
    checking_expect(CHECK_LIFETIME, CHECK_SKIP, "These keys expire, but do not say when.");
}

static void pass(int64_t ms)
{
    checking.still.monotonic += ms;
    checking.still.wall += ms;
    for (int i = 0; i < 200; i++)
        loop_turn(&checking.loop, false);
}

/* The still clock moves when the loop is told to: nobody presses a key. */
Test(checks_account, credentials_that_end_while_somebody_looks)
{
    checking.place.profile = NULL;
    checking.environment[5] = "AWS_ACCESS_KEY_ID=ASIAEXAMPLE000000001";
    checking.environment[6] = "AWS_SECRET_ACCESS_KEY=not-a-secret";
    checking.environment[7] = "AWS_SESSION_TOKEN=token";
    checking.environment[8] = "AWS_REGION=us-east-2";
    session_keys_until("2026-11-22T13:00:00Z");
    account_run();
    cr_assert_not(checking.checks.renews);
    cr_assert(str_starts(str_of(account_text(CHECK_LIFETIME)), STR("1h00m left")));
    pass(30 * 60 * 1000 + 1);
    cr_assert(strstr(account_text(CHECK_LIFETIME), " 30m") ||
                  strstr(account_text(CHECK_LIFETIME), " 29m") ||
                  str_starts(str_of(account_text(CHECK_LIFETIME)), STR("29m")) ||
                  str_starts(str_of(account_text(CHECK_LIFETIME)), STR("30m")),
              "%s", account_text(CHECK_LIFETIME));
    pass(30 * 60 * 1000);
    checking_expect(CHECK_LIFETIME, CHECK_FAIL, "The credentials have expired.");
    cr_assert_eq(checks_exit_code(&checking.checks), 4);
    cr_assert(checking.checks.over);
}
