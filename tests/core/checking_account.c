/* See checking_account.h. */
#include "tests/core/checking_account.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/alloc.h"

struct account account;

void account_say(int status, const char *format, ...)
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
    account_say(
        403,
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
    account_say(200,
                "<SimulatePrincipalPolicyResponse><R><IsTruncated>false</IsTruncated>"
                "<EvaluationResults>%s</EvaluationResults></R></SimulatePrincipalPolicyResponse>",
                buf_cstr(&out));
    buf_finish(&out);
}

bool account_asked(const char *text)
{
    return str_find(buf_str(&checking.server.last), str_of(text)) >= 0;
}

/* Only the vCPUs have a history. */
static void tell_wish(void)
{
    ptrdiff_t at = str_find(buf_str(&checking.server.last), STR("\"DesiredValue\":"));
    bool cpu = account_asked("L-1216C47A");
    if (at < 0 && cpu && account.wishes)
        account_say(200, "{\"RequestedQuotas\":[%s]}", account.wishes);
    else if (at < 0)
        account_say(200, "{\"RequestedQuotas\":[]}");
    else if (account.refuses_wishes)
        account_say(400,
                    "{\"__type\":\"ResourceAlreadyExistsException\",\"message\":\"Only one open "
                    "service quota increase request is allowed per quota.\"}");
    else {
        double value = strtod(buf_cstr(&checking.server.last) + at + 15, NULL);
        account.wished += value;
        account_say(200,
                    "{\"RequestedQuota\":{\"DesiredValue\":%g,\"Status\":\"PENDING\","
                    "\"Created\":1795348800}}",
                    value);
    }
}

static void tell_quota(void)
{
    bool applied = account_asked("ServiceQuotasV20190624.GetServiceQuota");
    if (account_asked("ServiceQuotasV20190624.ListRequested") ||
        account_asked("ServiceQuotasV20190624.RequestService"))
        tell_wish();
    else if (account.may_not_ask_quotas)
        account_say(400, "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}");
    else if (applied && account.no_quota_set)
        account_say(400, "{\"__type\":\"NoSuchResourceException\",\"message\":\"none was set\"}");
    else
        account_say(200, "{\"Quota\":{\"Value\":%d.0}}", account.limit);
}

static void tell_versions(void)
{
    if (account.no_versions)
        account_say(403, "{\"message\":\"User: ada is not authorized\"}");
    else if (!account.support)
        account_say(200, "{\"clusterVersions\":[]}");
    else
        account_say(200,
                    "{\"clusterVersions\":[{\"clusterVersion\":\"1.35\",\"versionStatus\":\"%s\","
                    "\"endOfStandardSupportDate\":%s}]}",
                    account.support, account.ends);
}

static void tell_cluster(void)
{
    if (account.cluster_tag)
        account_say(200,
                    "{\"cluster\":{\"name\":\"demo\",\"status\":\"ACTIVE\",\"tags\":"
                    "{\"ekshub:deployment\":\"%s\"}}}",
                    account.cluster_tag);
    else
        checking_answers_with(404, "12:00:00", "x-amzn-ErrorType: ResourceNotFoundException\r\n",
                              "{\"message\":\"No cluster found for name: demo.\"}");
}

static void tell_ec2(void)
{
    struct buf items = {0};
    for (int i = 0; i < account.addresses; i++)
        buf_printf(&items, "<item><allocationId>eipalloc-%d</allocationId></item>", i);
    if (account_asked("Action=DescribeInstances"))
        account_say(
            200,
            "<DescribeInstancesResponse><reservationSet><item><instancesSet>%s</instancesSet>"
            "</item></reservationSet></DescribeInstancesResponse>",
            account.instances ? account.instances : "");
    else if (account_asked("Action=DescribeAddresses"))
        account_say(200,
                    "<DescribeAddressesResponse><addressesSet>%s</addressesSet>"
                    "</DescribeAddressesResponse>",
                    buf_cstr(&items));
    else if (account_asked("Action=DescribeVpcs"))
        account_say(200, "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>"
                         "</DescribeVpcsResponse>");
    else
        account_say(200,
                    "<DescribeNatGatewaysResponse><natGatewaySet/></DescribeNatGatewaysResponse>");
    buf_finish(&items);
}

static void answer(struct server *server)
{
    (void)server;
    if (account_asked("Action=GetCallerIdentity"))
        account_say(200, "<Arn>%s</Arn><Account>123456789012</Account>", account.arn);
    else if (account_asked("Action=SimulatePrincipalPolicy") && account.may_not_simulate)
        denied("iam:SimulatePrincipalPolicy");
    else if (account_asked("Action=SimulatePrincipalPolicy"))
        simulate(buf_str(&checking.server.last));
    else if (account_asked("Action=GetRole") && !account.role_path)
        denied("iam:GetRole");
    else if (account_asked("Action=GetRole"))
        account_say(200, "<Role><Arn>arn:aws:iam::123456789012:role%sops</Arn></Role>",
                    account.role_path);
    else if (account_asked("Action=DescribeAvailabilityZones") ||
             account_asked("Action=ListAccountAliases"))
        account_say(200, TWO_ZONES ALIAS);
    else if (account_asked("X-Amz-Target: ServiceQuotas"))
        tell_quota();
    else if (account_asked("GET /cluster-versions"))
        tell_versions();
    else if (account_asked("Action=Describe"))
        tell_ec2();
    else if (account_asked("GET /clusters/"))
        tell_cluster();
    else if (account.registry && account_asked("Host: localhost"))
        account.registry();
    else if (account_asked("HEAD /") && account.bucket_status && account_asked("demo-packages"))
        account_say(account.bucket_status, "%s", "");
    else
        account_say(account.s3_status, "%s", ""); /* to HEAD, and of a mirror */
}

void account_begin(void)
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

void account_run(void)
{
    checking.told = false;
    account.simulated = 0;
    checking_run();
}

const char *account_text(enum check_id id)
{
    return checking.checks.items[id].text;
}
