/* Tags that are asked for apart, and the removals: most kinds need one call, an internet gateway is
 * detached first, a role loses its policies before it goes. */
#include "core/aws/inventory_table.h"
#include "core/base/xml.h"

#include "core/base/alloc.h"

/* ---- tags ---- */

static const struct {
    const char *action, *parameter;
} tag_calls[INVENTORY_KINDS] = {
    [INVENTORY_BALANCER] = {"DescribeTags", "LoadBalancerNames.member.1"},
    [INVENTORY_BALANCER_V2] = {"DescribeTags", "ResourceArns.member.1"},
    [INVENTORY_ROLE] = {"ListRoleTags", "RoleName"},
    [INVENTORY_OIDC_PROVIDER] = {"ListOpenIDConnectProviderTags", "OpenIDConnectProviderArn"},
};

bool inventory_has_tags_apart(enum inventory_kind kind)
{
    return tag_calls[kind].action != NULL;
}

static void tags_done(struct aws_request *request)
{
    struct inventory_tags *tags = container_of(request, struct inventory_tags, request);
    struct str body = buf_str(&request->http.response), list;

    tags->ok = request->ok;
    tags->error = request->error;
    if (!request->ok && request->refusal.trouble == AWS_MISSING)
        tags->ok = tags->item->gone = true;
    else if (request->ok && xml_find(body, "Tags", &list))
        inventory_read_tags(list, tags->item);
    tags->done(tags);
}

bool inventory_tags_start(struct inventory_tags *tags, struct aws *aws, struct inventory_item *item,
                          void (*done)(struct inventory_tags *tags), struct error *err)
{
    const struct aws_paging *paging = inventory_table[item->kind].paging;

    *tags = (struct inventory_tags){.item = item, .done = done};
    aws_form_init(&tags->request, aws, paging->service, tag_calls[item->kind].action,
                  paging->version);
    aws_form_set(&tags->request, tag_calls[item->kind].parameter, str_of(item->id));
    tags->request.done = tags_done;
    return aws_request_send(&tags->request, err);
}

void inventory_tags_finish(struct inventory_tags *tags)
{
    aws_request_finish(&tags->request);
}

/* ---- removal ---- */

static void removal_done(struct aws_request *request);

/* The calls that empty a role before it can be deleted, each repeated until its list is empty. */
static const struct {
    const char *list, *member, *remove, *parameter;
} role_calls[] = {
    {"ListAttachedRolePolicies", "PolicyArn", "DetachRolePolicy", "PolicyArn"},
    {"ListRolePolicies", "member", "DeleteRolePolicy", "PolicyName"},
    {"ListInstanceProfilesForRole", "InstanceProfileName", "RemoveRoleFromInstanceProfile",
     "InstanceProfileName"},
};
enum { ROLE_CALLS = sizeof role_calls / sizeof *role_calls, ROLE_ROUNDS = 40, GROUP_RULES = 64 };

static bool send(struct inventory_removal *removal, struct aws *aws, const char *action,
                 const char *parameter, const char *value, const char *more, const char *what)
{
    const struct aws_paging *paging = inventory_table[removal->item.kind].paging;

    aws_request_finish(&removal->request);
    aws_form_init(&removal->request, aws, paging->service, action, paging->version);
    aws_form_set(&removal->request, parameter, str_of(value));
    if (more)
        aws_form_set(&removal->request, more, str_of(what));
    removal->request.done = removal_done;
    return aws_request_send(&removal->request, &removal->error);
}

/* The call that removes the thing itself. */
static bool send_last(struct inventory_removal *removal, struct aws *aws)
{
    const struct inventory_row *row = &inventory_table[removal->item.kind];

    return send(removal, aws, row->remove, row->parameter, removal->item.id, NULL, NULL);
}

static bool is_last(const struct inventory_removal *removal)
{
    return strcmp(removal->request.action, inventory_table[removal->item.kind].remove) == 0;
}

/* After a list: removes its first entry, or goes to the next list, or to the end. After a removal:
 * lists again, as there may be more. */
static bool send_for_role(struct inventory_removal *removal, struct aws *aws, struct str answer)
{
    unsigned round = removal->step++, call = 0;
    char value[300] = "";
    struct str list;

    while (call < ROLE_CALLS && strcmp(removal->request.action, role_calls[call].list) != 0 &&
           strcmp(removal->request.action, role_calls[call].remove) != 0)
        call++;
    if (round >= ROLE_ROUNDS)
        return send_last(removal, aws);
    if (strcmp(removal->request.action, role_calls[call].remove) == 0)
        return send(removal, aws, role_calls[call].list, "RoleName", removal->item.id, NULL, NULL);
    if (!xml_find(answer, "AttachedPolicies", &list) && !xml_find(answer, "PolicyNames", &list) &&
        !xml_find(answer, "InstanceProfiles", &list))
        list = STR("");
    if (xml_value(list, role_calls[call].member, value, sizeof value) && value[0])
        return send(removal, aws, role_calls[call].remove, "RoleName", removal->item.id,
                    role_calls[call].parameter, value);
    return call + 1 < ROLE_CALLS ? send(removal, aws, role_calls[call + 1].list, "RoleName",
                                        removal->item.id, NULL, NULL)
                                 : send_last(removal, aws);
}

/* Rules that name other groups hold those: they go before their own group does. */
static bool send_for_group(struct inventory_removal *removal, struct aws *aws, struct str answer)
{
    struct aws_request *request = &removal->request;
    char ids[GROUP_RULES][32], name[48], egress[8];
    struct str list, item;
    size_t count = 0;

    if (strcmp(request->action, "DescribeSecurityGroupRules") != 0 ||
        !xml_find(answer, "securityGroupRuleSet", &list))
        return send_last(removal, aws);
    while (count < GROUP_RULES && xml_next(&list, "item", &item)) {
        xml_child_value(item, "isEgress", egress, sizeof egress);
        if (strcmp(egress, "false") == 0 &&
            xml_child_value(item, "securityGroupRuleId", ids[count], sizeof ids[count]))
            count++;
    }
    if (count == 0)
        return send_last(removal, aws);
    aws_request_finish(request);
    aws_form_init(request, aws, AWS_EC2, "RevokeSecurityGroupIngress", aws_paging_ec2.version);
    aws_form_set(request, "GroupId", str_of(removal->item.id));
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "SecurityGroupRuleId.%zu", i + 1);
        aws_form_set(request, name, str_of(ids[i]));
    }
    request->done = removal_done;
    return aws_request_send(request, &removal->error);
}

static bool send_next(struct inventory_removal *removal, struct aws *aws, struct str answer)
{
    if (removal->item.kind == INVENTORY_ROLE)
        return send_for_role(removal, aws, answer);
    return removal->item.kind == INVENTORY_SECURITY_GROUP ? send_for_group(removal, aws, answer)
                                                          : send_last(removal, aws);
}

/* What still holds a thing goes in its own time; the codes of the EC2, IAM and ELB references. */
static bool held(const char *code)
{
    static const char *const codes[] = {
        "DependencyViolation",           "VolumeInUse",
        "InvalidNetworkInterface.InUse", "InvalidParameterValue",
        "InvalidIPAddress.InUse",        "DeleteConflict",
        "InvalidSnapshot.InUse",         "ResourceInUse",
        "OperationNotPermitted",         "InvalidGroup.InUse",
        "Gateway.NotAttached",
    };

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(code, codes[i]) == 0)
            return true;
    return false;
}

static void removal_done(struct aws_request *request)
{
    struct inventory_removal *removal = container_of(request, struct inventory_removal, request);
    bool gone = !request->ok && request->refusal.trouble == AWS_MISSING;
    bool detached = !request->ok && strcmp(request->action, "DetachInternetGateway") == 0 &&
                    strcmp(request->refusal.code, "Gateway.NotAttached") == 0;

    removal->ok = request->ok || gone || detached;
    removal->error = request->error;
    removal->waits = !removal->ok && held(request->refusal.code);
    if (removal->ok && !gone && !is_last(removal)) {
        removal->ok = send_next(removal, request->aws, buf_str(&request->http.response));
        if (removal->ok)
            return;
    }
    removal->done(removal);
}

bool inventory_remove_start(struct inventory_removal *removal, struct aws *aws,
                            const struct inventory_item *item,
                            void (*done)(struct inventory_removal *removal), struct error *err)
{
    bool ok;

    removal->item = *item;
    removal->done = done;
    removal->step = 0;
    removal->ok = removal->waits = false;
    if (item->kind == INVENTORY_ROLE)
        ok = send(removal, aws, role_calls[0].list, "RoleName", item->id, NULL, NULL);
    else if (item->kind == INVENTORY_SECURITY_GROUP)
        ok = send(removal, aws, "DescribeSecurityGroupRules", "Filter.1.Name", "group-id",
                  "Filter.1.Value.1", item->id);
    else if (item->kind == INVENTORY_INTERNET_GATEWAY && item->vpc[0])
        ok = send(removal, aws, "DetachInternetGateway", "InternetGatewayId", item->id, "VpcId",
                  item->vpc);
    else
        ok = send_last(removal, aws);
    if (!ok && err)
        *err = removal->error;
    return ok;
}

void inventory_remove_finish(struct inventory_removal *removal)
{
    aws_request_finish(&removal->request);
}
