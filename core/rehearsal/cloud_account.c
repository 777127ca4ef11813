/* What the simulated account lets its people do and have: IAM's simulation of their policies and
 * Service Quotas. Everything is allowed and there is room, but for faults that are going to strike.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
#include "core/base/json.h"
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_services.h"

#include "core/base/alloc.h"

enum { SIMULATED_MAX = 400 };

bool cloud_will_strike(const struct cloud_call *call, const char *fault)
{
    return settings_has_fault(call->cloud->settings, fault) &&
           !world_is_spent(call->cloud->world, fault);
}

void cloud_simulate(const struct cloud_call *call, struct buf *result)
{
    bool missing = cloud_will_strike(call, "missing-permission");
    buf_text(result, "<IsTruncated>false</IsTruncated><EvaluationResults>");
    for (int i = 1; i <= SIMULATED_MAX; i++) {
        struct buf action;
        char name[48];
        buf_init(&action, 4096);
        snprintf(name, sizeof name, "ActionNames.member.%d", i);
        bool there = request_parameter(call->request, name, &action);
        bool denied = missing && str_is(buf_str(&action), "iam:CreateRole");
        if (there) {
            buf_text(result, "<member><EvalActionName>");
            cloud_xml(result, buf_str(&action));
            buf_printf(result,
                       "</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>%s"
                       "</EvalDecision><MatchedStatements/><MissingContextValues/></member>",
                       denied ? "implicitDeny" : "allowed");
        }
        buf_finish(&action);
        if (!there)
            break;
    }
    buf_text(result, "</EvaluationResults>");
}

/* ---- Service Quotas ---- */

static const struct {
    const char *service, *code, *name;
    double value;
} quotas[] = {
    {"ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 64},
    {"ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5},
    {"vpc", "L-F678F1CE", "VPCs per Region", 5},
    {"vpc", "L-FE5A380F", "NAT gateways per Availability Zone", 5},
};

static void tell_quota(size_t i, struct cloud_reply *reply)
{
    json_t *body = json_pack("{s:{s:s, s:s, s:s, s:f, s:b}}", "Quota", "ServiceCode",
                             quotas[i].service, "QuotaCode", quotas[i].code, "QuotaName",
                             quotas[i].name, "Value", quotas[i].value, "Adjustable", 1);
    js_dump(body, &reply->body);
    json_decref(body);
}

static void tell_wish(size_t i, double value, struct cloud_reply *reply)
{
    json_t *body = json_pack("{s:{s:s, s:s, s:s, s:f, s:s}}", "RequestedQuota", "Id", "rehearsal",
                             "ServiceCode", quotas[i].service, "QuotaCode", quotas[i].code,
                             "DesiredValue", value, "Status", "PENDING");
    js_dump(body, &reply->body);
    json_decref(body);
}

void cloud_quotas(const struct cloud_call *call, struct cloud_reply *reply)
{
    struct str target = request_header(call->request, "X-Amz-Target");
    json_t *asked = js_parse(call->request->body, NULL);
    size_t i = 0, all = sizeof quotas / sizeof *quotas;
    bool tells = str_is(target, "ServiceQuotasV20190624.GetServiceQuota") ||
                 str_is(target, "ServiceQuotasV20190624.GetAWSDefaultServiceQuota");
    while (i < all && (!str_is(js_str(asked, "ServiceCode"), quotas[i].service) ||
                       !str_is(js_str(asked, "QuotaCode"), quotas[i].code)))
        i++;
    str_copy(STR("application/x-amz-json-1.1"), reply->type, sizeof reply->type);
    if (!tells && !str_is(target, "ServiceQuotasV20190624.RequestServiceQuotaIncrease"))
        cloud_problem_reply(reply, CLOUD_JSON11, CLOUD_UNKNOWN_ACTION, "");
    else if (i == all)
        cloud_error_reply(reply, CLOUD_JSON11, 400, "NoSuchResourceException",
                          "The request failed because the specified service quota does not exist.");
    else if (tells)
        tell_quota(i, reply);
    else
        tell_wish(i, js_real(asked, "DesiredValue", 0), reply);
    json_decref(asked);
}
