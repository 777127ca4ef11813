/* Elastic Load Balancing of the simulated account, both APIs at one host: the classic one has what
 * the cloud controller made, the newer one has nothing.
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/ */
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_things.h"

#include "core/base/alloc.h"

static const char space[] = "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/";

static void parameter(const struct cloud_call *call, const char *name, char *out, size_t capacity)
{
    struct buf text;
    buf_init(&text, 4096);
    request_parameter(call->request, name, &text);
    str_copy(buf_str(&text), out, capacity);
    buf_finish(&text);
}

/* That of the name in a parameter; NULL, and AWS's error, when there is none. */
static const struct cloud_thing *named(const struct cloud_call *call, const char *name,
                                       const struct cloud_thing *all, size_t count,
                                       struct cloud_reply *reply)
{
    char wanted[64], *text;
    parameter(call, name, wanted, sizeof wanted);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].id, wanted) == 0)
            return &all[i];
    struct buf clean = {.data = NULL};
    buf_sanitised(&clean, str_of(wanted), false);
    text = alloc_printf("There is no ACTIVE Load Balancer named '%s'", buf_cstr(&clean));
    cloud_error_reply(reply, CLOUD_QUERY, 400, "LoadBalancerNotFound", text);
    free(text);
    buf_finish(&clean);
    return NULL;
}

static void describe(const struct cloud_call *call, const struct cloud_thing *all, size_t count,
                     struct buf *out)
{
    struct world_where where = world_where(call->cloud->world);
    buf_text(out, "<LoadBalancerDescriptions>");
    for (size_t i = 0; i < count; i++)
        buf_printf(out,
                   "<member><LoadBalancerName>%s</LoadBalancerName><DNSName>%s</DNSName>"
                   "<VPCId>%s</VPCId><Scheme>internet-facing</Scheme></member>",
                   all[i].id, all[i].host, where.vpc);
    buf_text(out, "</LoadBalancerDescriptions>");
}

static void health(const struct cloud_call *call, const struct cloud_thing *balancer,
                   struct buf *out)
{
    struct cloud_thing nodes[32];
    size_t count = cloud_things(call, "instance", nodes, 32);
    bool in_service = balancer->status == WORLD_ACTIVE;
    buf_text(out, "<InstanceStates>");
    for (size_t i = 0; i < count; i++)
        buf_printf(out,
                   "<member><InstanceId>%s</InstanceId><State>%s</State><ReasonCode>%s"
                   "</ReasonCode><Description>%s</Description></member>",
                   nodes[i].id, in_service ? "InService" : "OutOfService",
                   in_service ? "N/A" : "ELB",
                   in_service ? "N/A" : "Instance registration is still in progress.");
    buf_text(out, "</InstanceStates>");
}

static void tags(const struct cloud_call *call, const struct cloud_thing *balancer, struct buf *out)
{
    buf_printf(out, "<TagDescriptions><member><LoadBalancerName>%s</LoadBalancerName><Tags>",
               balancer->id);
    cloud_tags(call, balancer, "member", "Key", "Value", out);
    buf_text(out, "</Tags></member></TagDescriptions>");
}

static void result(struct cloud_reply *reply, const char *action, const struct buf *inner)
{
    char id[37];
    cloud_id(id);
    str_copy(STR("text/xml"), reply->type, sizeof reply->type);
    buf_printf(&reply->body,
               "<%sResponse xmlns=\"%s\"><%sResult>%s</%sResult><ResponseMetadata><RequestId>%s"
               "</RequestId></ResponseMetadata></%sResponse>\n",
               action, space, action, buf_cstr(inner), action, id, action);
}

static void classic(const struct cloud_call *call, const char *action, struct cloud_reply *reply)
{
    struct cloud_thing all[WORLD_BALANCERS];
    size_t count = cloud_things(call, "aws_elb", all, WORLD_BALANCERS);
    const struct cloud_thing *one = NULL;
    struct buf inner = {.data = NULL};
    bool tagging = strcmp(action, "DescribeTags") == 0;
    bool removal = strcmp(action, "DeleteLoadBalancer") == 0;
    if (strcmp(action, "DescribeLoadBalancers") == 0)
        describe(call, all, count, &inner);
    else if (tagging || strcmp(action, "DescribeInstanceHealth") == 0) {
        one = named(call, tagging ? "LoadBalancerNames.member.1" : "LoadBalancerName", all, count,
                    reply);
        if (one && tagging)
            tags(call, one, &inner);
        else if (one)
            health(call, one, &inner);
    } else if (removal) { /* of one that is not there it succeeds as well */
        char wanted[64];
        parameter(call, "LoadBalancerName", wanted, sizeof wanted);
        for (size_t i = 0; i < count && reply->status == 200; i++)
            if (strcmp(all[i].id, wanted) == 0)
                cloud_remove(call, &all[i], reply);
    } else
        cloud_problem_reply(reply, CLOUD_QUERY, CLOUD_UNKNOWN_ACTION, action);
    if (reply->status == 200)
        result(reply, action, &inner);
    buf_finish(&inner);
}

void cloud_elb(const struct cloud_call *call, struct cloud_reply *reply)
{
    char action[64], version[16];
    struct buf none = {.data = NULL};
    parameter(call, "Action", action, sizeof action);
    parameter(call, "Version", version, sizeof version);
    if (strcmp(version, "2015-12-01") != 0) {
        classic(call, action, reply);
        return;
    }
    if (strcmp(action, "DescribeLoadBalancers") == 0) {
        buf_text(&none, "<LoadBalancers/>");
        result(reply, action, &none);
    } else
        cloud_problem_reply(reply, CLOUD_QUERY, CLOUD_UNKNOWN_ACTION, "");
    buf_finish(&none);
}
