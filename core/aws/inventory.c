/* The table of kinds, and the reader of their lists. The removals are in inventory_remove.c. */
#include "core/aws/inventory.h"

#include "core/aws/inventory_table.h"
#include "core/base/xml.h"

#include "core/base/alloc.h"

#define EC2   &aws_paging_ec2
#define ELB   &aws_paging_elb
#define ELBV2 &aws_paging_elbv2
#define IAM   &aws_paging_iam

const struct inventory_row inventory_table[INVENTORY_KINDS] = {
    [INVENTORY_BALANCER] = {"load balancer", "load balancers", ELB, "DescribeLoadBalancers",
                            "LoadBalancerDescriptions", "LoadBalancerName", NULL,
                            "DeleteLoadBalancer", "LoadBalancerName"},
    [INVENTORY_BALANCER_V2] = {"load balancer", "load balancers", ELBV2, "DescribeLoadBalancers",
                               "LoadBalancers", "LoadBalancerArn", "LoadBalancerName",
                               "DeleteLoadBalancer", "LoadBalancerArn"},
    [INVENTORY_INSTANCE] = {"instance", "instances", EC2, "DescribeInstances", "instancesSet",
                            "instanceId", NULL, "TerminateInstances", "InstanceId.1"},
    [INVENTORY_NAT_GATEWAY] = {"NAT gateway", "NAT gateways", EC2, "DescribeNatGateways",
                               "natGatewaySet", "natGatewayId", NULL, "DeleteNatGateway",
                               "NatGatewayId"},
    [INVENTORY_ENDPOINT] = {"VPC endpoint", "VPC endpoints", EC2, "DescribeVpcEndpoints",
                            "vpcEndpointSet", "vpcEndpointId", NULL, "DeleteVpcEndpoints",
                            "VpcEndpointId.1"},
    [INVENTORY_INTERFACE] = {"interface", "interfaces", EC2, "DescribeNetworkInterfaces",
                             "networkInterfaceSet", "networkInterfaceId", NULL,
                             "DeleteNetworkInterface", "NetworkInterfaceId"},
    [INVENTORY_ADDRESS] = {"elastic IP", "elastic IPs", EC2, "DescribeAddresses", "addressesSet",
                           "allocationId", NULL, "ReleaseAddress", "AllocationId"},
    [INVENTORY_SECURITY_GROUP] = {"security group", "security groups", EC2,
                                  "DescribeSecurityGroups", "securityGroupInfo", "groupId",
                                  "groupName", "DeleteSecurityGroup", "GroupId"},
    [INVENTORY_VOLUME] = {"volume", "volumes", EC2, "DescribeVolumes", "volumeSet", "volumeId",
                          NULL, "DeleteVolume", "VolumeId"},
    [INVENTORY_SNAPSHOT] = {"snapshot", "snapshots", EC2, "DescribeSnapshots", "snapshotSet",
                            "snapshotId", NULL, "DeleteSnapshot", "SnapshotId"},
    [INVENTORY_LAUNCH_TEMPLATE] = {"launch template", "launch templates", EC2,
                                   "DescribeLaunchTemplates", "launchTemplates", "launchTemplateId",
                                   "launchTemplateName", "DeleteLaunchTemplate",
                                   "LaunchTemplateId"},
    [INVENTORY_INTERNET_GATEWAY] = {"internet gateway", "internet gateways", EC2,
                                    "DescribeInternetGateways", "internetGatewaySet",
                                    "internetGatewayId", NULL, "DeleteInternetGateway",
                                    "InternetGatewayId"},
    [INVENTORY_SUBNET] = {"subnet", "subnets", EC2, "DescribeSubnets", "subnetSet", "subnetId",
                          NULL, "DeleteSubnet", "SubnetId"},
    [INVENTORY_ROUTE_TABLE] = {"route table", "route tables", EC2, "DescribeRouteTables",
                               "routeTableSet", "routeTableId", NULL, "DeleteRouteTable",
                               "RouteTableId"},
    [INVENTORY_VPC] = {"VPC", "VPCs", EC2, "DescribeVpcs", "vpcSet", "vpcId", NULL, "DeleteVpc",
                       "VpcId"},
    [INVENTORY_ROLE] = {"role", "roles", IAM, "ListRoles", "Roles", "RoleName", NULL, "DeleteRole",
                        "RoleName"},
    [INVENTORY_OIDC_PROVIDER] = {"OIDC provider", "OIDC providers", IAM,
                                 "ListOpenIDConnectProviders", "OpenIDConnectProviderList", "Arn",
                                 NULL, "DeleteOpenIDConnectProvider", "OpenIDConnectProviderArn"},
};

const char *inventory_word(enum inventory_kind kind, size_t count)
{
    return count == 1 ? inventory_table[kind].one : inventory_table[kind].many;
}

/* ---- reading ---- */

/* Text of an outermost element, fit to be shown. */
static void field(struct str xml, const char *name, char *out, size_t capacity)
{
    char raw[512];
    struct buf clean = {0};

    xml_child_value(xml, name, raw, sizeof raw);
    buf_sanitised(&clean, str_of(raw), false);
    str_copy(buf_str(&clean), out, capacity);
    buf_finish(&clean);
}

static void read_tag(const char *key, const char *value, struct inventory_item *item)
{
    static const char cluster[] = "kubernetes.io/cluster/";

    if (strcmp(key, "ekshub:deployment") == 0)
        str_copy(str_of(value), item->deployment, sizeof item->deployment);
    else if (strncmp(key, cluster, sizeof cluster - 1) == 0 && strcmp(value, "owned") == 0)
        str_copy(str_of(key + sizeof cluster - 1), item->cluster, sizeof item->cluster);
    else if (strcmp(key, "kubernetes.io/service-name") == 0)
        str_copy(str_of(value), item->object, sizeof item->object);
    else if (strcmp(key, "kubernetes.io/created-for/pvc/namespace") == 0) {
        char name[128];
        str_copy(str_of(item->object), name, sizeof name);
        snprintf(item->object, sizeof item->object, "%.120s/%s", value, name);
    } else if (strcmp(key, "kubernetes.io/created-for/pvc/name") == 0) {
        size_t len = strlen(item->object);
        str_copy(str_of(value), item->object + len, sizeof item->object - len);
    } else if (strcmp(key, "Name") == 0 && !item->name[0])
        str_copy(str_of(value), item->name, sizeof item->name);
}

/* EC2 writes <item><key/><value/></item>, the others <member><Key/><Value/></member>. */
void inventory_read_tags(struct str tags, struct inventory_item *item)
{
    const char *element = "item", *key_name = "key", *value_name = "value";
    struct str rest = tags, tag;
    char key[160], value[280];

    if (!xml_next(&rest, element, &tag)) {
        element = "member";
        key_name = "Key";
        value_name = "Value";
    }
    rest = tags;
    while (xml_next(&rest, element, &tag)) {
        field(tag, key_name, key, sizeof key);
        field(tag, value_name, value, sizeof value);
        read_tag(key, value, item);
    }
}

#define MEMBER(member)                                                                             \
    offsetof(struct inventory_item, member), sizeof((struct inventory_item *)0)->member

/* What only some kinds have: an outermost element, or one inside it. */
static const struct {
    enum inventory_kind kind;
    const char *outer, *element;
    size_t offset, size;
} own[] = {
    {INVENTORY_BALANCER, NULL, "VPCId", MEMBER(vpc)},
    {INVENTORY_BALANCER, NULL, "DNSName", MEMBER(host)},
    {INVENTORY_BALANCER_V2, NULL, "VpcId", MEMBER(vpc)},
    {INVENTORY_BALANCER_V2, NULL, "DNSName", MEMBER(host)},
    {INVENTORY_BALANCER_V2, "State", "Code", MEMBER(state)},
    {INVENTORY_INSTANCE, NULL, "instanceType", MEMBER(type)},
    {INVENTORY_INSTANCE, "instanceState", "name", MEMBER(state)},
    {INVENTORY_INTERFACE, NULL, "status", MEMBER(state)},
    {INVENTORY_INTERFACE, NULL, "description", MEMBER(note)},
    {INVENTORY_INTERFACE, NULL, "subnetId", MEMBER(subnet)},
    {INVENTORY_INTERFACE, "association", "publicIp", MEMBER(address)},
    {INVENTORY_ADDRESS, NULL, "publicIp", MEMBER(address)},
    {INVENTORY_SECURITY_GROUP, NULL, "groupDescription", MEMBER(note)},
    {INVENTORY_VOLUME, NULL, "status", MEMBER(state)},
    {INVENTORY_VOLUME, NULL, "volumeType", MEMBER(type)},
    {INVENTORY_SNAPSHOT, NULL, "status", MEMBER(state)},
};

static void read_own(struct str xml, struct inventory_item *item)
{
    struct str inner, attachment;

    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (own[i].kind != item->kind)
            continue;
        if (!own[i].outer || xml_child(xml, own[i].outer, &inner))
            field(own[i].outer ? inner : xml, own[i].element, (char *)item + own[i].offset,
                  own[i].size);
    }
    if (item->kind == INVENTORY_INTERNET_GATEWAY && xml_child(xml, "attachmentSet", &inner) &&
        xml_next(&inner, "item", &attachment))
        field(attachment, "vpcId", item->vpc, sizeof item->vpc);
}

static int size_of(struct str xml, const char *name)
{
    char text[24];
    int64_t number = 0;

    field(xml, name, text, sizeof text);
    return str_to_int64(str_of(text), &number) && number > 0 && number < 1 << 20 ? (int)number : 0;
}

/* The default group, table and their like go with their VPC. */
static bool is_part_of_vpc(enum inventory_kind kind, struct str xml, const char *name)
{
    struct str rest, inner;
    char main[8] = "";

    if (kind == INVENTORY_SECURITY_GROUP)
        return strcmp(name, "default") == 0;
    if (kind != INVENTORY_ROUTE_TABLE || !xml_child(xml, "associationSet", &rest))
        return false;
    while (!main[0] && xml_next(&rest, "item", &inner)) {
        xml_value(inner, "main", main, sizeof main);
        if (strcmp(main, "true") != 0)
            main[0] = '\0';
    }
    return main[0] != '\0';
}

static bool read_item(enum inventory_kind kind, struct str xml, struct inventory_item *item)
{
    const struct inventory_row *row = &inventory_table[kind];
    struct str tags;

    *item = (struct inventory_item){.kind = kind};
    field(xml, row->id, item->id, sizeof item->id);
    if (row->name)
        field(xml, row->name, item->name, sizeof item->name);
    field(xml, "vpcId", item->vpc, sizeof item->vpc);
    field(xml, "state", item->state, sizeof item->state);
    item->gib = size_of(xml, kind == INVENTORY_SNAPSHOT ? "volumeSize" : "size");
    read_own(xml, item);
    if (xml_child(xml, "tagSet", &tags) || xml_child(xml, "Tags", &tags))
        inventory_read_tags(tags, item);
    item->gone = strcmp(item->state, "terminated") == 0 || strcmp(item->state, "deleted") == 0;
    return item->id[0] && !is_part_of_vpc(kind, xml, item->name);
}

void inventory_read(enum inventory_kind kind, struct str body,
                    void (*item)(void *context, const struct inventory_item *item), void *context)
{
    const struct inventory_row *row = &inventory_table[kind];
    const char *element = row->paging->service == AWS_EC2 ? "item" : "member";
    struct inventory_item one;
    struct str list, xml;

    while (xml_next(&body, row->list, &list)) /* instances come in several sets */
        while (xml_next(&list, element, &xml))
            if (read_item(kind, xml, &one))
                item(context, &one);
}

/* ---- asking ---- */

static void page(struct aws_pages *pages, struct str body)
{
    struct inventory_list *list = container_of(pages, struct inventory_list, pages);

    inventory_read(list->kind, body, list->item, list->context);
}

static void pages_done(struct aws_pages *pages)
{
    struct inventory_list *list = container_of(pages, struct inventory_list, pages);

    list->done(list);
}

bool inventory_list_start(struct inventory_list *list, struct aws *aws, enum inventory_kind kind,
                          const char *filter, const char *value, struct error *err)
{
    const struct inventory_row *row = &inventory_table[kind];

    list->kind = kind;
    aws_pages_init(&list->pages, aws, row->paging, row->describe);
    list->pages.page = page;
    list->pages.done = pages_done;
    if (kind == INVENTORY_SNAPSHOT)
        aws_pages_set(&list->pages, "Owner.1", STR("self"));
    if (filter && row->paging->service == AWS_EC2) {
        aws_pages_set(&list->pages, "Filter.1.Name", str_of(filter));
        aws_pages_set(&list->pages, "Filter.1.Value.1", str_of(value));
    }
    return aws_pages_send(&list->pages, err);
}

void inventory_list_finish(struct inventory_list *list)
{
    aws_pages_finish(&list->pages);
}
