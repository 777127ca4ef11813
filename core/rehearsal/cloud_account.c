/* What the simulated account lets its people do and have: IAM's simulation of their policies and
 * Service Quotas. Everything is allowed and there is room, but for faults that are going to strike.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
#include <assert.h>
#include <stdlib.h>

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

/* A quota that a fault is going to run into is as small as the fault says. */
static double value_of(const struct cloud_call *call, size_t i)
{
    if (strcmp(quotas[i].code, "L-1216C47A") == 0 && cloud_will_strike(call, "apply-error"))
        return 5;
    if (strcmp(quotas[i].code, "L-0263D0A3") == 0 && cloud_will_strike(call, "quota-exceeded"))
        return 0;
    return quotas[i].value;
}

static void tell_quota(const struct cloud_call *call, size_t i, struct cloud_reply *reply)
{
    json_t *body = json_pack("{s:{s:s, s:s, s:s, s:f, s:b}}", "Quota", "ServiceCode",
                             quotas[i].service, "QuotaCode", quotas[i].code, "QuotaName",
                             quotas[i].name, "Value", value_of(call, i), "Adjustable", 1);
    js_dump(body, &reply->body);
    json_decref(body);
}

static json_t *wish(size_t i, double value, int64_t at_ms)
{
    return json_pack("{s:s, s:s, s:s, s:f, s:s, s:f}", "Id", "rehearsal", "ServiceCode",
                     quotas[i].service, "QuotaCode", quotas[i].code, "DesiredValue", value,
                     "Status", "PENDING", "Created", (double)at_ms / 1000);
}

static void tell(struct cloud_reply *reply, const char *member, json_t *value)
{
    json_t *body = json_object();
    js_set(body, member, value);
    js_dump(body, &reply->body);
    json_decref(body);
}

/* The world remembers a request among what happened in it, as "asked L-1216C47A 6". */
static void take_wish(const struct cloud_call *call, size_t i, double value,
                      struct cloud_reply *reply)
{
    char mark[64];
    bool first;
    snprintf(mark, sizeof mark, "asked %s %g", quotas[i].code, value);
    if (call->cloud->dir)
        world_spend(call->cloud->dir, mark, call->cloud->now_ms, &first, NULL);
    tell(reply, "RequestedQuota", wish(i, value, call->cloud->now_ms));
}

static void tell_wishes(const struct cloud_call *call, size_t i, struct cloud_reply *reply)
{
    const struct world *world = call->cloud->world;
    json_t *list = json_array();
    char start[64];
    snprintf(start, sizeof start, "asked %s ", quotas[i].code);
    for (size_t n = 0; n < world->spent_count; n++) {
        const struct world_event *event = &world->spent[n];
        assert(event);
        if (str_starts(str_of(event->address), str_of(start)))
            json_array_append_new(
                list, wish(i, strtod(event->address + strlen(start), NULL), event->time_ms));
    }
    tell(reply, "RequestedQuotas", list);
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
    bool lists =
        str_is(target, "ServiceQuotasV20190624.ListRequestedServiceQuotaChangeHistoryByQuota");
    if (!tells && !lists && !str_is(target, "ServiceQuotasV20190624.RequestServiceQuotaIncrease"))
        cloud_problem_reply(reply, CLOUD_JSON11, CLOUD_UNKNOWN_ACTION, "");
    else if (i == all)
        cloud_error_reply(reply, CLOUD_JSON11, 400, "NoSuchResourceException",
                          "The request failed because the specified service quota does not exist.");
    else if (tells)
        tell_quota(call, i, reply);
    else if (lists)
        tell_wishes(call, i, reply);
    else
        take_wish(call, i, js_real(asked, "DesiredValue", 0), reply);
    json_decref(asked);
}
