/* What EC2, IAM and CloudWatch Logs tell of the things in the simulated account, and their removal,
 * which fails as in AWS while something else needs the thing.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ */
#include <stdio.h>

#include "core/base/json.h"
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_things.h"

#include "core/base/alloc.h"

struct row {
    const char *describe, *list, *id, *type, *remove, *parameter, *missing;
};

static const struct row rows[] = {
    {"DescribeVpcs", "vpcSet", "vpcId", "aws_vpc", "DeleteVpc", "VpcId", "InvalidVpcID.NotFound"},
    {"DescribeSubnets", "subnetSet", "subnetId", "aws_subnet", "DeleteSubnet", "SubnetId",
     "InvalidSubnetID.NotFound"},
    {"DescribeInternetGateways", "internetGatewaySet", "internetGatewayId", "aws_internet_gateway",
     "DeleteInternetGateway", "InternetGatewayId", "InvalidInternetGatewayID.NotFound"},
    {"DescribeRouteTables", "routeTableSet", "routeTableId", "aws_route_table", "DeleteRouteTable",
     "RouteTableId", "InvalidRouteTableID.NotFound"},
    {"DescribeVpcEndpoints", "vpcEndpointSet", "vpcEndpointId", "aws_vpc_endpoint",
     "DeleteVpcEndpoints", "VpcEndpointId.1", "InvalidVpcEndpointId.NotFound"},
    {"DescribeNatGateways", "natGatewaySet", "natGatewayId", "aws_nat_gateway", "DeleteNatGateway",
     "NatGatewayId", "NatGatewayNotFound"},
    {"DescribeAddresses", "addressesSet", "allocationId", "aws_eip", "ReleaseAddress",
     "AllocationId", "InvalidAllocationID.NotFound"},
    {"DescribeSecurityGroups", "securityGroupInfo", "groupId", "aws_security_group",
     "DeleteSecurityGroup", "GroupId", "InvalidGroup.NotFound"},
    {"DescribeNetworkInterfaces", "networkInterfaceSet", "networkInterfaceId", "interface",
     "DeleteNetworkInterface", "NetworkInterfaceId", "InvalidNetworkInterfaceID.NotFound"},
    {"DescribeVolumes", "volumeSet", "volumeId", "ebs_volume", "DeleteVolume", "VolumeId",
     "InvalidVolume.NotFound"},
    {"DescribeSnapshots", "snapshotSet", "snapshotId", "snapshot", "DeleteSnapshot", "SnapshotId",
     "InvalidSnapshot.NotFound"},
    {"DescribeLaunchTemplates", "launchTemplates", "launchTemplateId", "aws_launch_template",
     "DeleteLaunchTemplate", "LaunchTemplateId", "InvalidLaunchTemplateId.NotFound"},
    {"DescribeInstances", "instancesSet", "instanceId", "instance", "TerminateInstances",
     "InstanceId.1", "InvalidInstanceID.NotFound"},
};

static bool parameter(const struct cloud_call *call, const char *name, char *out, size_t capacity)
{
    struct buf text;
    buf_init(&text, 4096);
    bool there = request_parameter(call->request, name, &text);
    str_copy(buf_str(&text), out, capacity);
    buf_finish(&text);
    return there;
}

/* ---- telling ---- */

/* One filter, as our client sends them: by network, by the deployment's tag, by a tag's name. */
static bool passes(const struct cloud_call *call, const struct cloud_thing *thing)
{
    struct world_where where = world_where(call->cloud->world);
    char name[64], value[256], mine[WORLD_DETAIL];
    if (!parameter(call, "Filter.1.Name", name, sizeof name))
        return true;
    parameter(call, "Filter.1.Value.1", value, sizeof value);
    if (strcmp(name, "vpc-id") == 0 || strcmp(name, "attachment.vpc-id") == 0)
        return thing->in_vpc && strcmp(value, where.vpc) == 0;
    if (strcmp(name, "tag:ekshub:deployment") == 0) {
        cloud_deployment_tag(call, mine);
        return (thing->by_terraform || strcmp(thing->type, "ebs_volume") == 0) &&
               strcmp(value, mine) == 0;
    }
    snprintf(mine, sizeof mine, "kubernetes.io/cluster/%.200s", where.cluster);
    return strcmp(name, "tag-key") == 0 && thing->owned && strcmp(value, mine) == 0;
}

static void element(struct buf *out, const char *name, const char *text)
{
    if (!*text)
        return;
    buf_printf(out, "<%s>", name);
    cloud_xml(out, str_of(text));
    buf_printf(out, "</%s>", name);
}

static const char *state_of(const struct cloud_thing *thing)
{
    if (thing->used)
        return "in-use";
    return thing->status == WORLD_DELETING ? "deleting" : "available";
}

/* What only this type has. */
static void own(const struct cloud_thing *thing, const char *vpc, struct buf *out)
{
    if (strcmp(thing->type, "instance") == 0) {
        buf_text(out, "<instanceState><code>16</code><name>running</name></instanceState>");
        element(out, "instanceType", thing->size_type);
    } else if (strcmp(thing->type, "ebs_volume") == 0) {
        buf_printf(out, "<size>%d</size><status>%s</status><volumeType>%s</volumeType>", thing->gib,
                   state_of(thing), thing->size_type);
    } else if (strcmp(thing->type, "interface") == 0) {
        element(out, "description", thing->note);
        buf_printf(out,
                   "<status>in-use</status><association><publicIp>%s</publicIp><ipOwnerId>"
                   "amazon-elb</ipOwnerId></association>",
                   thing->address);
    } else if (strcmp(thing->type, "aws_security_group") == 0) {
        element(out, "groupName", thing->name);
        element(out, "groupDescription", *thing->note ? thing->note : thing->name);
    } else if (strcmp(thing->type, "aws_internet_gateway") == 0) {
        buf_printf(out,
                   "<attachmentSet><item><vpcId>%s</vpcId><state>available</state></item>"
                   "</attachmentSet>",
                   vpc);
    } else if (strcmp(thing->type, "aws_eip") == 0) {
        element(out, "publicIp", thing->address);
    } else
        element(out, "state", state_of(thing));
}

/* Addresses of other people in the account: all that the quota allows. */
static void others(const struct cloud_call *call, const struct row *row, struct buf *out)
{
    char name[64];
    if (strcmp(row->type, "aws_eip") != 0 || parameter(call, "Filter.1.Name", name, sizeof name) ||
        !cloud_will_strike(call, "quota-exceeded"))
        return;
    for (int i = 1; i <= 5; i++)
        buf_printf(out,
                   "<item><allocationId>eipalloc-0000000000000000%d</allocationId><publicIp>"
                   "198.51.100.%d</publicIp></item>",
                   i, i);
}

static void tell(const struct cloud_call *call, const struct row *row, struct cloud_reply *reply)
{
    struct world_where where = world_where(call->cloud->world);
    struct cloud_thing all[CLOUD_THINGS];
    size_t count = cloud_things(call, row->type, all, CLOUD_THINGS);
    bool nested = strcmp(row->type, "instance") == 0;
    struct buf *out = &reply->body;
    buf_printf(out, "%s<%s>", nested ? "<reservationSet><item>" : "", row->list);
    for (size_t i = 0; i < count; i++) {
        if (!passes(call, &all[i]))
            continue;
        buf_text(out, "<item>");
        element(out, row->id, all[i].id);
        if (all[i].in_vpc && strcmp(row->id, "vpcId") != 0 &&
            strcmp(all[i].type, "aws_internet_gateway") != 0)
            element(out, "vpcId", where.vpc);
        own(&all[i], where.vpc, out);
        buf_text(out, "<tagSet>");
        cloud_tags(call, &all[i], "item", "key", "value", out);
        buf_text(out, "</tagSet></item>");
    }
    others(call, row, out);
    buf_printf(out, "</%s>%s", row->list, nested ? "</item></reservationSet>" : "");
}

/* ---- removing ---- */

/* Whether something else has to go first. */
static bool needed(const struct cloud_thing *thing, const struct cloud_thing *all, size_t count)
{
    bool network = strcmp(thing->type, "aws_vpc") == 0;
    bool open =
        strcmp(thing->type, "aws_internet_gateway") == 0 || strcmp(thing->type, "aws_subnet") == 0;
    bool group = strcmp(thing->type, "aws_security_group") == 0;
    for (size_t i = 0; i < count; i++) {
        bool other = strcmp(all[i].id, thing->id) != 0;
        if (other && network && all[i].in_vpc)
            return true;
        if (open && strcmp(all[i].type, "interface") == 0)
            return true;
        if (group && strcmp(all[i].type, "interface") == 0 && *thing->balancer &&
            strcmp(all[i].balancer, thing->balancer) == 0)
            return true;
    }
    return thing->used;
}

static void remove_one(const struct cloud_call *call, const struct row *row,
                       struct cloud_reply *reply)
{
    struct cloud_thing all[CLOUD_THINGS];
    size_t count = cloud_things(call, NULL, all, CLOUD_THINGS), i = 0;
    char wanted[160];
    parameter(call, row->parameter, wanted, sizeof wanted);
    while (i < count && (strcmp(all[i].id, wanted) != 0 || strcmp(all[i].type, row->type) != 0))
        i++;
    if (i == count)
        cloud_error_reply(reply, CLOUD_EC2, 400, row->missing, "The ID does not exist");
    else if (needed(&all[i], all, count))
        cloud_error_reply(reply, CLOUD_EC2, 400,
                          strcmp(row->type, "ebs_volume") == 0 ? "VolumeInUse"
                                                               : "DependencyViolation",
                          "The resource has dependencies and cannot be deleted.");
    else if (cloud_remove(call, &all[i], reply))
        buf_text(&reply->body, "<return>true</return>");
}

bool cloud_inventory(const struct cloud_call *call, const char *action, struct cloud_reply *reply)
{
    if (strcmp(action, "DetachInternetGateway") == 0) {
        buf_text(&reply->body, "<return>true</return>");
        return true;
    }
    if (strcmp(action, "DescribeSecurityGroupRules") == 0) {
        buf_text(&reply->body, "<securityGroupRuleSet/>");
        return true;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool asks = strcmp(action, rows[i].describe) == 0;
        if (!asks && strcmp(action, rows[i].remove) != 0)
            continue;
        if (asks)
            tell(call, &rows[i], reply);
        else
            remove_one(call, &rows[i], reply);
        return true;
    }
    return false;
}

/* ---- IAM ---- */

static void identities(const struct cloud_call *call, bool roles, struct buf *out)
{
    const char *type = roles ? "aws_iam_role" : "aws_iam_openid_connect_provider";
    struct cloud_thing all[CLOUD_THINGS];
    size_t count = cloud_things(call, type, all, CLOUD_THINGS);
    buf_printf(out, "<IsTruncated>false</IsTruncated><%s>",
               roles ? "Roles" : "OpenIDConnectProviderList");
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "<member>%s", roles ? "<Path>/</Path>" : "");
        element(out, roles ? "RoleName" : "Arn", all[i].id);
        buf_text(out, "</member>");
    }
    buf_printf(out, "</%s>", roles ? "Roles" : "OpenIDConnectProviderList");
}

bool cloud_identities(const struct cloud_call *call, const char *action, struct buf *result,
                      struct cloud_reply *reply)
{
    struct cloud_thing all[CLOUD_THINGS];
    size_t count = cloud_things(call, NULL, all, CLOUD_THINGS), i = 0;
    bool removal =
        strcmp(action, "DeleteRole") == 0 || strcmp(action, "DeleteOpenIDConnectProvider") == 0;
    char wanted[256];
    if (strcmp(action, "ListRoles") == 0 || strcmp(action, "ListOpenIDConnectProviders") == 0) {
        identities(call, strcmp(action, "ListRoles") == 0, result);
        return true;
    }
    if (strcmp(action, "ListAttachedRolePolicies") == 0 ||
        strcmp(action, "ListRolePolicies") == 0 ||
        strcmp(action, "ListInstanceProfilesForRole") == 0) {
        buf_text(result, "<IsTruncated>false</IsTruncated>");
        return true;
    }
    if (!removal && strcmp(action, "ListRoleTags") != 0 &&
        strcmp(action, "ListOpenIDConnectProviderTags") != 0)
        return false;
    if (!parameter(call, "RoleName", wanted, sizeof wanted))
        parameter(call, "OpenIDConnectProviderArn", wanted, sizeof wanted);
    while (i < count && strcmp(all[i].id, wanted) != 0)
        i++;
    if (i == count)
        cloud_error_reply(reply, CLOUD_QUERY, 404, "NoSuchEntity", "It cannot be found.");
    else if (removal)
        cloud_remove(call, &all[i], reply);
    else {
        buf_text(result, "<IsTruncated>false</IsTruncated><Tags>");
        cloud_tags(call, &all[i], "member", "Key", "Value", result);
        buf_text(result, "</Tags>");
    }
    return true;
}

/* ---- CloudWatch Logs ---- */

void cloud_logs(const struct cloud_call *call, struct cloud_reply *reply)
{
    struct str target = request_header(call->request, "X-Amz-Target");
    json_t *asked = js_parse(call->request->body, NULL), *groups = json_array();
    struct cloud_thing all[CLOUD_THINGS];
    size_t count = cloud_things(call, "aws_cloudwatch_log_group", all, CLOUD_THINGS);
    struct str prefix = js_str(asked, "logGroupNamePrefix"), name = js_str(asked, "logGroupName");
    bool looks = str_is(target, "Logs_20140328.DescribeLogGroups"), found = false;
    bool removes = str_is(target, "Logs_20140328.DeleteLogGroup");
    for (size_t i = 0; i < count; i++) {
        if (looks && str_starts(str_of(all[i].id), prefix))
            json_array_append_new(
                groups, json_pack("{s:s, s:i}", "logGroupName", all[i].id, "storedBytes", 524288));
        if (removes && str_is(name, all[i].id))
            found = cloud_remove(call, &all[i], reply);
    }
    json_decref(asked);
    str_copy(STR("application/x-amz-json-1.1"), reply->type, sizeof reply->type);
    if (looks) {
        json_t *body = json_pack("{s:O}", "logGroups", groups);
        js_dump(body, &reply->body);
        json_decref(body);
    } else if (removes && !found && reply->status == 200)
        cloud_error_reply(reply, CLOUD_JSON11, 400, "ResourceNotFoundException",
                          "The specified log group does not exist.");
    else if (!removes)
        cloud_problem_reply(reply, CLOUD_JSON11, CLOUD_UNKNOWN_ACTION, "");
    json_decref(groups);
}
