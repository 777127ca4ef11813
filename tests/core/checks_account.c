/* What the checks make of what an account may do and have, and of what a run fetches. */
#include <criterion/criterion.h>

#include "core/aws/simulate.h"
#include "core/base/json.h"
#include "core/base/paths.h"
#include "tests/core/checking.h"

#include "core/base/alloc.h"

static struct { /* what the account answers; zeroed: all is well */
    const char *denied, *arn, *role_path;
    bool may_not_simulate, may_not_ask_quotas, no_quota_set, no_versions;
    int limit, addresses, s3_status;
    const char *instances, *support, *ends;
    unsigned simulated;
    char source[200];
} account;

static void say(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(int status, const char *format, ...)
{
    char body[32768];
    va_list args;
    va_start(args, format);
    vsnprintf(body, sizeof body, format, args);
    va_end(args);
    checking_answers(status, "12:00:00", body);
}

static void denied(const char *what)
{
    say(403,
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: ada is not authorized "
        "to perform: %s</Message></Error></ErrorResponse>",
        what);
}

/* The verdict on each action that the request names. */
static void simulate(struct str request)
{
    struct str rest = request, part, name;
    struct buf out = {0};
    ptrdiff_t at = str_find(request, STR("PolicySourceArn="));
    part = str_skip(request, (size_t)at + 16);
    str_cut(&part, '&', &name);
    str_copy(name, account.source, sizeof account.source);
    while ((at = str_find(rest, STR("ActionNames.member."))) >= 0) {
        rest = str_skip(rest, (size_t)at + 1);
        part = rest;
        str_cut(&part, '=', &name);
        str_cut(&part, '&', &name);
        at = str_find(name, STR("%3A"));
        cr_assert_gt(at, 0);
        bool no = account.denied && str_is(str_skip(name, (size_t)at + 3), account.denied);
        buf_printf(&out,
                   "<member><EvalActionName>%.*s:%.*s</EvalActionName><EvalDecision>%s"
                   "</EvalDecision><MatchedStatements><member/></MatchedStatements></member>",
                   (int)at, name.data, STR_ARG(str_skip(name, (size_t)at + 3)),
                   no ? "implicitDeny" : "allowed");
        account.simulated++;
    }
    say(200,
        "<SimulatePrincipalPolicyResponse><R><IsTruncated>false</IsTruncated>"
        "<EvaluationResults>%s</EvaluationResults></R></SimulatePrincipalPolicyResponse>",
        buf_cstr(&out));
    buf_finish(&out);
}

static bool has(const char *text)
{
    return str_find(buf_str(&checking.server.last), str_of(text)) >= 0;
}

static void tell_quota(void)
{
    bool applied = has("ServiceQuotasV20190624.GetServiceQuota");
    if (account.may_not_ask_quotas)
        say(400, "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}");
    else if (applied && account.no_quota_set)
        say(400, "{\"__type\":\"NoSuchResourceException\",\"message\":\"none was set\"}");
    else
        say(200, "{\"Quota\":{\"Value\":%d.0}}", account.limit);
}

static void tell_versions(void)
{
    if (account.no_versions)
        say(403, "{\"message\":\"User: ada is not authorized\"}");
    else if (!account.support)
        say(200, "{\"clusterVersions\":[]}");
    else
        say(200,
            "{\"clusterVersions\":[{\"clusterVersion\":\"1.35\",\"versionStatus\":\"%s\","
            "\"endOfStandardSupportDate\":%s}]}",
            account.support, account.ends);
}

static void tell_ec2(void)
{
    struct buf items = {0};
    for (int i = 0; i < account.addresses; i++)
        buf_printf(&items, "<item><allocationId>eipalloc-%d</allocationId></item>", i);
    if (has("Action=DescribeInstances"))
        say(200,
            "<DescribeInstancesResponse><reservationSet><item><instancesSet>%s</instancesSet>"
            "</item></reservationSet></DescribeInstancesResponse>",
            account.instances ? account.instances : "");
    else if (has("Action=DescribeAddresses"))
        say(200,
            "<DescribeAddressesResponse><addressesSet>%s</addressesSet>"
            "</DescribeAddressesResponse>",
            buf_cstr(&items));
    else if (has("Action=DescribeVpcs"))
        say(200, "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>"
                 "</DescribeVpcsResponse>");
    else
        say(200, "<DescribeNatGatewaysResponse><natGatewaySet/></DescribeNatGatewaysResponse>");
    buf_finish(&items);
}

static void answer(struct server *server)
{
    (void)server;
    if (has("Action=GetCallerIdentity"))
        say(200, "<Arn>%s</Arn><Account>123456789012</Account>", account.arn);
    else if (has("Action=SimulatePrincipalPolicy") && account.may_not_simulate)
        denied("iam:SimulatePrincipalPolicy");
    else if (has("Action=SimulatePrincipalPolicy"))
        simulate(buf_str(&checking.server.last));
    else if (has("Action=GetRole") && !account.role_path)
        denied("iam:GetRole");
    else if (has("Action=GetRole"))
        say(200, "<Role><Arn>arn:aws:iam::123456789012:role%sops</Arn></Role>", account.role_path);
    else if (has("Action=DescribeAvailabilityZones") || has("Action=ListAccountAliases"))
        say(200, TWO_ZONES ALIAS);
    else if (has("X-Amz-Target: ServiceQuotas"))
        tell_quota();
    else if (has("GET /cluster-versions"))
        tell_versions();
    else if (has("Action=Describe"))
        tell_ec2();
    else
        say(account.s3_status, "%s", ""); /* to HEAD, and of a mirror */
}

static void begin(void)
{
    checking_begin();
    memset(&account, 0, sizeof account);
    account.arn = "arn:aws:iam::123456789012:user/ada";
    account.limit = 32;
    account.support = "STANDARD_SUPPORT";
    account.ends = "1806105600";
    account.s3_status = 405;
    checking.server.asked = answer;
    checking.server.keeps = true;
}

TestSuite(checks_account, .init = begin, .fini = checking_end, .timeout = 60);

static void run(void)
{
    checking.told = false;
    account.simulated = 0;
    checking_run();
}

static const char *text_of(enum check_id id)
{
    return checking.checks.items[id].text;
}

Test(checks_account, all_is_well)
{
    run();
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
    run();
    checking_expect(CHECK_PERMISSIONS, CHECK_WARN, NULL);
    cr_assert(str_ends(str_of(text_of(CHECK_PERMISSIONS)),
                       STR("actions is not allowed. EKS: iam:CreateRole.")),
              "%s", text_of(CHECK_PERMISSIONS));
    cr_assert_str_eq(checking.checks.items[CHECK_PERMISSIONS].details,
                     "EKS  iam:CreateRole: the roles of control plane, nodes and add-ons");
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
}

Test(checks_account, nobody_may_simulate)
{
    account.may_not_simulate = true;
    run();
    checking_expect(CHECK_PERMISSIONS, CHECK_SKIP, NULL);
    cr_assert_geq(str_find(str_of(text_of(CHECK_PERMISSIONS)), STR("SimulatePrincipalPolicy")), 0);
}

Test(checks_account, a_session_stands_for_its_role)
{
    account.arn = "arn:aws:sts::123456789012:assumed-role/ops/ada";
    account.role_path = "/team/";
    run();
    checking_expect(CHECK_PERMISSIONS, CHECK_PASS, NULL);
    cr_assert_str_eq(account.source, "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fteam%2Fops");
    account.role_path = NULL; /* may not look at it */
    run();
    checking_expect(CHECK_PERMISSIONS, CHECK_PASS, NULL);
    cr_assert_str_eq(account.source, "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fops");
    account.arn = "arn:aws:iam::123456789012:root";
    run();
    checking_expect(CHECK_PERMISSIONS, CHECK_WARN, NULL);
    cr_assert_eq(account.simulated, 0);
    account.arn = "arn:aws:sts::123456789012:federated-user/ada";
    run();
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
    run();
    checking_expect(CHECK_QUOTAS, CHECK_WARN,
                    "5 on-demand vCPUs allowed, 16 in use, 6 more needed for 3 × t3.large; 5 "
                    "elastic IPs allowed, 5 in use, 1 more needed.");
    cr_assert_str_eq(checking.checks.items[CHECK_QUOTAS].hint,
                     "Ask AWS for 22 on-demand vCPUs, 6 elastic IPs in the console (Service "
                     "Quotas), or make room.");
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
    checking.checks.standing = true; /* what there is already needs no more */
    account.limit = 16;
    run();
    checking_expect(CHECK_QUOTAS, CHECK_PASS, NULL);
}

Test(checks_account, quotas_that_nobody_tells)
{
    account.may_not_ask_quotas = true;
    run();
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
        run();
        checking_expect(CHECK_KUBERNETES, table[i].state, table[i].text);
    }
    account.no_versions = true; /* the program's own table */
    run();
    checking_expect(CHECK_KUBERNETES, CHECK_PASS, "1.35 has standard support until 2027-03-27");
    str_copy(STR("1.33"), checking.answers.kubernetes_version, 8);
    run();
    checking_expect(CHECK_KUBERNETES, CHECK_WARN, NULL);
    str_copy(STR("1.99"), checking.answers.kubernetes_version, 8);
    run();
    checking_expect(CHECK_KUBERNETES, CHECK_SKIP, NULL);
}

Test(checks_account, s3_out_of_reach)
{
    account.s3_status = 407;
    run();
    checking_expect(CHECK_S3, CHECK_FAIL,
                    "S3 was not reached: the proxy wants to know who you are (HTTP 407).");
    cr_assert_eq(checks_exit_code(&checking.checks), 3);
}

Test(checks_account, what_terraform_and_the_nodes_fetch)
{
    run(); /* nobody knows these hosts here */
    checking_expect(CHECK_REGISTRY, CHECK_WARN, NULL);
    checking_expect(CHECK_IMAGES, CHECK_WARN, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
    checking_file(
        "home/.terraformrc",
        "provider_installation {\n  network_mirror {\n    url = \"http://mirror.test/m\"\n"
        "  }\n}\n",
        0600);
    account.s3_status = 200;
    run();
    checking_expect(CHECK_REGISTRY, CHECK_PASS, "mirror.test answers");
    checking_file("home/.terraformrc",
                  "provider_installation {\n  filesystem_mirror {\n    path = \"/srv/mirror\"\n"
                  "  }\n}\n",
                  0600);
    run();
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
    run();
    checking_expect(CHECK_LIFETIME, CHECK_PASS, NULL);
    cr_assert(str_starts(str_of(text_of(CHECK_LIFETIME)), STR("3h00m left; a run may take ")), "%s",
              text_of(CHECK_LIFETIME));
    session_keys_until("2026-11-22T12:05:00Z");
    run();
    checking_expect(CHECK_LIFETIME, CHECK_WARN, NULL);
    cr_assert(str_starts(str_of(text_of(CHECK_LIFETIME)), STR("The credentials expire in 5m")),
              "%s", text_of(CHECK_LIFETIME));
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
    checking.environment[9] = NULL;
    run();
    checking_expect(CHECK_LIFETIME, CHECK_SKIP, "These keys expire, but do not say when.");
}
