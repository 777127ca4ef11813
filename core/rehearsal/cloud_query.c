/* The XML services: STS, IAM, EC2 (their API references), and what is not AWS at all. */
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_roles.h"
#include "core/rehearsal/cloud_services.h"
#include "core/rehearsal/cloud_signature.h"

#include "core/base/alloc.h"

static void xml_begin(struct cloud_reply *reply, const char *type)
{
    str_copy(str_of(type), reply->type, sizeof reply->type);
}

/* The value of Action; "" when there is none. */
static void action_of(const struct cloud_call *call, char out[128])
{
    struct buf action;
    buf_init(&action, 4096);
    request_parameter(call->request, "Action", &action);
    struct buf clean;
    buf_init(&clean, 16384);
    buf_sanitised(&clean, buf_str(&action), false);
    str_copy(buf_str(&clean), out, 128);
    buf_finish(&clean);
    buf_finish(&action);
}

static void query_result(struct cloud_reply *reply, const char *space, const char *action,
                         const char *result)
{
    char id[37];
    cloud_id(id);
    xml_begin(reply, "text/xml");
    buf_printf(&reply->body,
               "<%sResponse xmlns=\"%s\">\n  <%sResult>%s</%sResult>\n  <ResponseMetadata>"
               "<RequestId>%s</RequestId></ResponseMetadata>\n</%sResponse>\n",
               action, space, action, result, action, id, action);
}

static const char sts_space[] = "https://sts.amazonaws.com/doc/2011-06-15/";

static const struct cloud_role *role_of(const struct cloud_call *call)
{
    struct str key,
        credential = cloud_part_of(request_header(call->request, "Authorization"), "Credential=");
    str_cut(&credential, '/', &key);
    return cloud_role_by_key(key);
}

static bool parameter_is(const struct cloud_call *call, const char *name, const char *value)
{
    struct buf given;
    buf_init(&given, 4096);
    bool is = request_parameter(call->request, name, &given) && str_is(buf_str(&given), value);
    buf_finish(&given);
    return is;
}

static bool gives_digits(const struct cloud_call *call)
{
    struct buf code;
    buf_init(&code, 64);
    bool six = request_parameter(call->request, "TokenCode", &code) && code.len == 6;
    for (size_t i = 0; six && i < code.len; i++)
        six = code.data[i] >= '0' && code.data[i] <= '9';
    buf_finish(&code);
    return six && !parameter_is(call, "TokenCode", "000000");
}

/* DurationSeconds, or the hour that STS gives to who does not ask. */
static int64_t duration_seconds(const struct cloud_call *call)
{
    struct buf text;
    int64_t seconds;
    buf_init(&text, 64);
    bool asked = request_parameter(call->request, "DurationSeconds", &text) &&
                 str_to_int64(buf_str(&text), &seconds) && seconds >= 900 && seconds <= 43200;
    buf_finish(&text);
    return asked ? seconds : 3600;
}

/* Whoever gets in may assume the roles that there are, with the digits that they want. */
static void assume_role(const struct cloud_call *call, struct cloud_reply *reply)
{
    static const char denied[] = "User: arn:aws:iam::" WORLD_ACCOUNT ":user/" WORLD_USER
                                 " is not authorized to perform: sts:AssumeRole on that resource";
    char end[CLOCK_TEXT], result[1024];
    struct buf arn;
    buf_init(&arn, 4096);
    request_parameter(call->request, "RoleArn", &arn);
    const struct cloud_role *role = cloud_role_by_arn(buf_str(&arn));
    buf_finish(&arn);
    if (!role || (role->serial && !parameter_is(call, "SerialNumber", role->serial))) {
        cloud_error_reply(reply, CLOUD_QUERY, 403, "AccessDenied", denied);
        return;
    }
    if (role->serial && !gives_digits(call)) {
        cloud_error_reply(reply, CLOUD_QUERY, 403, "AccessDenied",
                          "MultiFactorAuthentication failed with invalid MFA one time pass code.");
        return;
    }
    snprintf(result, sizeof result,
             "<AssumedRoleUser><AssumedRoleId>%s</AssumedRoleId><Arn>%s</Arn></AssumedRoleUser>"
             "<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>"
             "<SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>",
             role->id, role->session, role->key, role->secret, role->token,
             clock_rfc3339(call->cloud->now_ms + duration_seconds(call) * 1000, end));
    query_result(reply, sts_space, "AssumeRole", result);
}

static void tell_identity(const struct cloud_call *call, struct cloud_reply *reply)
{
    const struct cloud_role *role = role_of(call);
    char result[512];
    snprintf(result, sizeof result,
             "<Arn>%s</Arn><UserId>%s</UserId><Account>" WORLD_ACCOUNT "</Account>",
             role ? role->session : "arn:aws:iam::" WORLD_ACCOUNT ":user/" WORLD_USER,
             role ? role->id : WORLD_USER_ID);
    query_result(reply, sts_space, "GetCallerIdentity", result);
}

void cloud_sts(const struct cloud_call *call, struct cloud_reply *reply)
{
    char action[128];
    action_of(call, action);
    if (strcmp(action, "AssumeRole") == 0)
        assume_role(call, reply);
    else if (strcmp(action, "GetCallerIdentity") == 0)
        tell_identity(call, reply);
    else
        cloud_problem_reply(reply, CLOUD_QUERY, CLOUD_UNKNOWN_ACTION, action);
}

void cloud_iam(const struct cloud_call *call, struct cloud_reply *reply)
{
    static const char space[] = "https://iam.amazonaws.com/doc/2010-05-08/";
    char action[128];
    action_of(call, action);
    if (strcmp(action, "ListAccountAliases") == 0)
        query_result(reply, space, action,
                     "<IsTruncated>false</IsTruncated><AccountAliases><member>" WORLD_ALIAS
                     "</member></AccountAliases>");
    else if (strcmp(action, "GetUser") == 0)
        query_result(reply, space, action,
                     "<User><Path>/</Path><UserName>" WORLD_USER "</UserName><UserId>" WORLD_USER_ID
                     "</UserId><Arn>arn:aws:iam::" WORLD_ACCOUNT ":user/" WORLD_USER
                     "</Arn><CreateDate>2026-01-05T09:00:00Z</CreateDate></User>");
    else {
        struct buf result = {.data = NULL};
        bool simulates = strcmp(action, "SimulatePrincipalPolicy") == 0;
        if (simulates)
            cloud_simulate(call, &result);
        if (!simulates && !cloud_identities(call, action, &result, reply))
            cloud_problem_reply(reply, CLOUD_QUERY, CLOUD_UNKNOWN_ACTION, action);
        else if (reply->status == 200)
            query_result(reply, space, action, buf_cstr(&result));
        buf_finish(&result);
    }
}

/* "us-east-2" → "use2", "ap-southeast-1" → "apse1": how zone ids begin. */
static void zone_prefix(const char *region, char out[24])
{
    static const char *const directions[][2] = {
        {"northeast", "ne"}, {"northwest", "nw"}, {"southeast", "se"},
        {"southwest", "sw"}, {"north", "n"},      {"south", "s"},
        {"east", "e"},       {"west", "w"},       {"central", "c"}};
    struct str rest = str_of(region), part;
    struct buf text;
    buf_init(&text, 128);
    while (rest.len > 0) {
        str_cut(&rest, '-', &part);
        size_t i = 0, all = sizeof directions / sizeof *directions;
        while (i < all && !str_is(part, directions[i][0]))
            i++;
        if (i < all)
            buf_text(&text, directions[i][1]);
        else
            buf_append(&text, part);
    }
    str_copy(buf_str(&text), out, 24);
    buf_finish(&text);
}

static void ec2_zones(const struct cloud_call *call, struct cloud_reply *reply)
{
    char prefix[24];
    zone_prefix(call->region, prefix);
    buf_text(&reply->body, "<availabilityZoneInfo>");
    for (int i = 0; i < 3; i++)
        buf_printf(&reply->body,
                   "<item><optInStatus>opt-in-not-required</optInStatus><messageSet/>"
                   "<zoneName>%s%c</zoneName><zoneId>%s-az%d</zoneId><zoneType>availability-zone"
                   "</zoneType><groupName>%s</groupName><networkBorderGroup>%s"
                   "</networkBorderGroup><regionName>%s</regionName><zoneState>available"
                   "</zoneState></item>",
                   call->region, 'a' + i, prefix, i + 1, call->region, call->region, call->region);
    buf_text(&reply->body, "</availabilityZoneInfo>");
}

static void ec2_regions(const struct cloud_call *call, struct cloud_reply *reply)
{
    static const char *const regions[] = {
        "ap-northeast-1", "ap-northeast-2", "ap-south-1",   "ap-southeast-1",
        "ap-southeast-2", "ca-central-1",   "eu-central-1", "eu-north-1",
        "eu-west-1",      "eu-west-2",      "eu-west-3",    "sa-east-1",
        "us-east-1",      "us-east-2",      "us-west-1",    "us-west-2"};
    struct buf wanted = {.data = NULL}, message = {.data = NULL};
    bool one = request_parameter(call->request, "RegionName.1", &wanted), found = !one;
    buf_text(&reply->body, "<regionInfo>");
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        if (one && !str_is(buf_str(&wanted), regions[i]))
            continue;
        found = true;
        buf_printf(&reply->body,
                   "<item><regionName>%s</regionName><regionEndpoint>ec2.%s.amazonaws.com"
                   "</regionEndpoint><optInStatus>opt-in-not-required</optInStatus></item>",
                   regions[i], regions[i]);
    }
    buf_text(&reply->body, "</regionInfo>");
    if (!found) {
        buf_text(&message, "Invalid region name(s): [");
        buf_sanitised(&message, buf_str(&wanted), false);
        buf_byte(&message, ']');
        cloud_error_reply(reply, CLOUD_EC2, 400, "InvalidParameterValue", buf_cstr(&message));
    }
    buf_finish(&message);
    buf_finish(&wanted);
}

void cloud_ec2(const struct cloud_call *call, struct cloud_reply *reply)
{
    static const struct {
        const char *action;
        void (*fill)(const struct cloud_call *call, struct cloud_reply *reply);
    } actions[] = {{"DescribeAvailabilityZones", ec2_zones}, {"DescribeRegions", ec2_regions}};
    char action[128], id[37];
    action_of(call, action);
    size_t i = 0, all = sizeof actions / sizeof *actions;
    while (i < all && strcmp(action, actions[i].action) != 0)
        i++;
    cloud_id(id);
    xml_begin(reply, "text/xml;charset=UTF-8");
    buf_printf(&reply->body,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%sResponse xmlns=\"http://ec2."
               "amazonaws.com/doc/2016-11-15/\"><requestId>%s</requestId>",
               action, id);
    if (i < all)
        actions[i].fill(call, reply);
    else if (!cloud_inventory(call, action, reply)) {
        buf_clear(&reply->body);
        cloud_problem_reply(reply, CLOUD_EC2, CLOUD_UNKNOWN_ACTION, action);
    }
    if (reply->status == 200)
        buf_printf(&reply->body, "</%sResponse>", action);
}

void cloud_elsewhere(const struct cloud_call *call, struct cloud_reply *reply)
{
    char host[128];
    str_copy(call->request->host, host, sizeof host);
    if (strcmp(host, "checkip.amazonaws.com") == 0) {
        str_copy(STR("text/plain"), reply->type, sizeof reply->type);
        buf_text(&reply->body, "203.0.113.7\n"); /* RFC 5737 */
    } else if ((strcmp(host, "registry.terraform.io") == 0 ||
                strcmp(host, "registry.opentofu.org") == 0) &&
               str_is(call->request->path, "/.well-known/terraform.json")) {
        str_copy(STR("application/json"), reply->type, sizeof reply->type);
        buf_text(&reply->body,
                 "{\"modules.v1\":\"/v1/modules/\",\"providers.v1\":\"/v1/providers/\"}");
    } else if (strcmp(host, "dns.google") == 0) {
        cloud_resolver(call, reply);
    } else if (strcmp(host, "auth.docker.io") == 0) {
        str_copy(STR("application/json"), reply->type, sizeof reply->type);
        buf_text(&reply->body, "{\"token\":\"rehearsal\",\"expires_in\":300}");
    } else if (str_starts(call->request->path, STR("/v2/"))) { /* every image is there */
        str_copy(STR("application/vnd.oci.image.index.v1+json"), reply->type, sizeof reply->type);
    } else if (strcmp(host, "github.com") == 0 || strcmp(host, "hub.jupyter.org") == 0) {
        str_copy(STR("application/octet-stream"), reply->type, sizeof reply->type);
    } else
        cloud_problem_reply(reply, CLOUD_PLAIN, CLOUD_UNKNOWN_ACTION, host);
}
