/* Route 53 of the simulated account: its hosted zones, the records that controllers wrote into
 * them, and their removal; every change is in sync at once. And a public resolver, which knows what
 * is delegated.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
 * https://developers.google.com/speed/public-dns/docs/doh/json */
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/cloud_things.h"
#include "core/rehearsal/world_domain.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

#define SPACE "xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\""

struct zones {
    struct world_hosted items[WORLD_ZONES];
    size_t count;
};

static struct zones zones_of(const struct cloud *cloud)
{
    struct zones zones;
    zones.count =
        world_hosted_zones(cloud->world, cloud->settings, cloud->now_ms, zones.items, WORLD_ZONES);
    return zones;
}

static void begin(struct cloud_reply *reply, const char *answer)
{
    str_copy(STR("text/xml"), reply->type, sizeof reply->type);
    buf_printf(&reply->body, "<?xml version=\"1.0\"?>\n<%s " SPACE ">", answer);
}

static void end(struct cloud_reply *reply, const char *answer)
{
    buf_printf(&reply->body, "</%s>", answer);
}

/* ---- zones ---- */

/* In the order of their labels from the last to the first: parents and children stand together. */
static int by_labels(const char *a, const char *b)
{
    size_t i = strlen(a), j = strlen(b);
    while (i > 0 && j > 0 && a[i - 1] == b[j - 1])
        i--, j--;
    if (i == 0 || j == 0)
        return (i > 0) - (j > 0);
    return (unsigned char)a[i - 1] - (unsigned char)b[j - 1];
}

static void list_zones(const struct cloud_call *call, struct cloud_reply *reply)
{
    struct zones zones = zones_of(call->cloud);
    struct buf from = {.data = NULL};
    request_parameter(call->request, "dnsname", &from);
    struct str name = buf_str(&from);
    char first[WORLD_NAME];
    if (str_ends(name, STR(".")))
        name.len--;
    str_copy(name, first, sizeof first);
    begin(reply, "ListHostedZonesByNameResponse");
    buf_text(&reply->body, "<HostedZones>");
    for (size_t i = 0; i < zones.count; i++)
        if (!first[0] || by_labels(zones.items[i].name, first) >= 0)
            buf_printf(&reply->body,
                       "<HostedZone><Id>/hostedzone/%s</Id><Name>%s.</Name><CallerReference>r"
                       "</CallerReference><Config><Comment></Comment><PrivateZone>false"
                       "</PrivateZone></Config><ResourceRecordSetCount>2</ResourceRecordSetCount>"
                       "</HostedZone>",
                       zones.items[i].id, zones.items[i].name);
    buf_text(&reply->body,
             "</HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>");
    end(reply, "ListHostedZonesByNameResponse");
    buf_finish(&from);
}

static const struct world_hosted *zone_named(const struct zones *zones, struct str id,
                                             struct cloud_reply *reply)
{
    for (size_t i = 0; i < zones->count; i++)
        if (str_is(id, zones->items[i].id))
            return &zones->items[i];
    cloud_error_reply(reply, CLOUD_QUERY, 404, "NoSuchHostedZone",
                      "No hosted zone found with that ID.");
    return NULL;
}

static void tell_tags(const struct cloud_call *call, const struct world_hosted *zone,
                      struct cloud_reply *reply)
{
    char tag[WORLD_DETAIL] = "";
    if (zone->ours)
        cloud_deployment_tag(call, tag);
    begin(reply, "ListTagsForResourceResponse");
    buf_printf(&reply->body,
               "<ResourceTagSet><ResourceType>hostedzone</ResourceType><ResourceId>%s</ResourceId>"
               "<Tags>",
               zone->id);
    if (tag[0]) {
        buf_text(&reply->body, "<Tag><Key>ekshub:deployment</Key><Value>");
        cloud_xml(&reply->body, str_of(tag));
        buf_text(&reply->body, "</Value></Tag>");
    }
    buf_text(&reply->body, "</Tags></ResourceTagSet>");
    end(reply, "ListTagsForResourceResponse");
}

static void in_sync(struct cloud_reply *reply, const char *answer)
{
    begin(reply, answer);
    buf_text(&reply->body, "<ChangeInfo><Id>/change/C0REHEARSAL0001</Id><Status>INSYNC</Status>"
                           "<SubmittedAt>2026-10-01T00:00:00.000Z</SubmittedAt></ChangeInfo>");
    end(reply, answer);
}

static void forget(const struct cloud_call *call, const char *type, const char *id,
                   struct cloud_reply *reply)
{
    struct cloud_thing thing = {.type = type};
    world_made_address(type, id, thing.world);
    cloud_remove(call, &thing, reply);
}

/* ---- records ---- */

static bool is_listed(const struct cloud *cloud, const struct world_hosted *zone,
                      const struct world_entrance *entrance)
{
    return strcmp(entrance->zone, zone->name) == 0 && world_has_record(entrance, cloud->now_ms);
}

static void record(struct buf *out, const char *prefix, const char *name, const char *type,
                   const char *inner)
{
    buf_printf(out, "<ResourceRecordSet><Name>%s%s.</Name><Type>%s</Type>%s</ResourceRecordSet>",
               prefix, name, type, inner);
}

static void tell_entrance(const struct cloud *cloud, const struct world_entrance *entrance,
                          struct buf *out)
{
    struct world_where where = world_where(cloud->world);
    char inner[1200];
    snprintf(inner, sizeof inner,
             "<AliasTarget><HostedZoneId>Z3AADJGX6KTTL2</HostedZoneId><DNSName>%.127s.</DNSName>"
             "<EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>",
             entrance->balancer);
    record(out, "", entrance->host, "A", inner);
    snprintf(inner, sizeof inner,
             "<TTL>300</TTL><ResourceRecords><ResourceRecord><Value>&quot;heritage=external-dns,"
             "external-dns/owner=%.100s,external-dns/resource=ingress/%.100s/%.60s&quot;</Value>"
             "</ResourceRecord></ResourceRecords>",
             where.cluster, entrance->ns, entrance->name);
    record(out, "a-", entrance->host, "TXT", inner);
}

static void list_records(const struct cloud_call *call, const struct world_hosted *zone,
                         struct cloud_reply *reply)
{
    const struct cloud *cloud = call->cloud;
    struct world_entrance all[WORLD_ENTRANCES];
    struct buf servers = {.data = NULL};
    size_t count =
        world_entrances(cloud->world, cloud->settings, cloud->now_ms, all, WORLD_ENTRANCES);
    begin(reply, "ListResourceRecordSetsResponse");
    buf_text(&reply->body, "<ResourceRecordSets>");
    buf_text(&servers, "<TTL>172800</TTL><ResourceRecords>");
    for (size_t i = 0; i < WORLD_SERVERS; i++)
        buf_printf(&servers, "<ResourceRecord><Value>%s.</Value></ResourceRecord>",
                   world_name_servers[i]);
    buf_text(&servers, "</ResourceRecords>");
    record(&reply->body, "", zone->name, "NS", buf_cstr(&servers));
    record(&reply->body, "", zone->name, "SOA",
           "<TTL>900</TTL><ResourceRecords><ResourceRecord><Value>ns-1536.awsdns-00.co.uk. "
           "awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400</Value></ResourceRecord>"
           "</ResourceRecords>");
    for (size_t i = 0; i < count; i++)
        if (is_listed(cloud, zone, &all[i]))
            tell_entrance(cloud, &all[i], &reply->body);
    buf_text(&reply->body,
             "</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>300</MaxItems>");
    end(reply, "ListResourceRecordSetsResponse");
    buf_finish(&servers);
}

/* Only removals come from this program: what external-dns writes stands in the world already. */
static void change_records(const struct cloud_call *call, const struct world_hosted *zone,
                           struct cloud_reply *reply)
{
    const struct cloud *cloud = call->cloud;
    struct world_entrance all[WORLD_ENTRANCES];
    size_t count =
        world_entrances(cloud->world, cloud->settings, cloud->now_ms, all, WORLD_ENTRANCES);
    struct str rest = call->request->body, change;
    while (reply->status == 200 && xml_next(&rest, "Change", &change)) {
        char name[WORLD_NAME], type[16];
        xml_value(change, "Name", name, sizeof name);
        xml_value(change, "Type", type, sizeof type);
        if (name[0] && name[strlen(name) - 1] == '.')
            name[strlen(name) - 1] = '\0';
        for (size_t i = 0; i < count; i++)
            if (is_listed(cloud, zone, &all[i]) && strcmp(all[i].host, name) == 0 &&
                strcmp(type, "A") == 0)
                forget(call, "route53_record", name, reply);
    }
    if (reply->status == 200)
        in_sync(reply, "ChangeResourceRecordSetsResponse");
}

static bool is_empty(const struct cloud *cloud, const struct world_hosted *zone)
{
    struct world_entrance all[WORLD_ENTRANCES];
    size_t count =
        world_entrances(cloud->world, cloud->settings, cloud->now_ms, all, WORLD_ENTRANCES);
    for (size_t i = 0; i < count; i++)
        if (is_listed(cloud, zone, &all[i]))
            return false;
    return true;
}

static void delete_zone(const struct cloud_call *call, const struct world_hosted *zone,
                        struct cloud_reply *reply)
{
    if (!is_empty(call->cloud, zone)) {
        cloud_error_reply(reply, CLOUD_QUERY, 400, "HostedZoneNotEmpty",
                          "The specified hosted zone contains non-required resource record sets "
                          "and so cannot be deleted.");
        return;
    }
    forget(call, "hosted_zone", zone->id, reply);
    if (reply->status == 200)
        in_sync(reply, "DeleteHostedZoneResponse");
}

/* ---- the front door ---- */

void cloud_route53(const struct cloud_call *call, struct cloud_reply *reply)
{
    struct zones zones = zones_of(call->cloud);
    const struct request *request = call->request;
    const struct world_hosted *zone = NULL;
    struct str path = request->path, what, id;
    bool reads = str_is(request->method, "GET");
    if (!str_starts(path, STR("/2013-04-01/"))) {
        cloud_problem_reply(reply, CLOUD_QUERY, CLOUD_UNKNOWN_ACTION, "");
        return;
    }
    path = str_skip(path, strlen("/2013-04-01/"));
    if (str_ends(path, STR("/")))
        path.len--;
    if (str_is(path, "hostedzonesbyname") && reads) {
        list_zones(call, reply);
        return;
    }
    if (str_starts(path, STR("tags/")))
        path = str_skip(path, strlen("tags/"));
    bool tags = path.data != request->path.data + strlen("/2013-04-01/");
    str_cut(&path, '/', &what);
    str_cut(&path, '/', &id);
    if (!str_is(what, "hostedzone") || (path.len > 0 && !str_is(path, "rrset"))) {
        cloud_problem_reply(reply, CLOUD_QUERY, CLOUD_UNKNOWN_ACTION, "");
        return;
    }
    zone = zone_named(&zones, id, reply);
    if (!zone)
        return;
    if (tags && reads)
        tell_tags(call, zone, reply);
    else if (path.len > 0 && reads)
        list_records(call, zone, reply);
    else if (path.len > 0 && str_is(request->method, "POST"))
        change_records(call, zone, reply);
    else if (path.len == 0 && str_is(request->method, "DELETE"))
        delete_zone(call, zone, reply);
    else
        cloud_problem_reply(reply, CLOUD_QUERY, CLOUD_UNKNOWN_ACTION, "");
}

/* ---- the world's resolvers ---- */

enum { NO_ERROR = 0, NO_SUCH_NAME = 3, TYPE_A = 1, TYPE_NS = 2 };

static json_t *answer_of(const char *name, int type, const char *data)
{
    return json_pack("{s:s, s:i, s:i, s:s}", "name", name, "type", type, "TTL", 60, "data", data);
}

static void resolve_servers(const struct cloud *cloud, const char *name, json_t *answers)
{
    struct zones zones = zones_of(cloud);
    for (size_t i = 0; i < zones.count; i++)
        if (strcmp(zones.items[i].name, name) == 0 && cloud->now_ms >= zones.items[i].delegated_ms)
            for (size_t k = 0; k < WORLD_SERVERS; k++) {
                char *server = alloc_printf("%s.", world_name_servers[k]);
                json_array_append_new(answers, answer_of(name, TYPE_NS, server));
                free(server);
            }
}

static void resolve_address(const struct cloud *cloud, const char *name, json_t *answers)
{
    struct world_entrance all[WORLD_ENTRANCES];
    size_t count =
        world_entrances(cloud->world, cloud->settings, cloud->now_ms, all, WORLD_ENTRANCES);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].host, name) == 0 && world_has_record(&all[i], cloud->now_ms) &&
            cloud->now_ms >= all[i].resolves_ms)
            json_array_append_new(answers, answer_of(name, TYPE_A, "203.0.113.80"));
}

void cloud_resolver(const struct cloud_call *call, struct cloud_reply *reply)
{
    struct buf name = {.data = NULL}, type = {.data = NULL};
    char wanted[WORLD_NAME];
    json_t *answers = json_array(), *body = json_object();
    request_parameter(call->request, "name", &name);
    request_parameter(call->request, "type", &type);
    str_copy(buf_str(&name), wanted, sizeof wanted);
    if (str_is(buf_str(&type), "NS"))
        resolve_servers(call->cloud, wanted, answers);
    else
        resolve_address(call->cloud, wanted, answers);
    str_copy(STR("application/json"), reply->type, sizeof reply->type);
    js_set_int(body, "Status", json_array_size(answers) ? NO_ERROR : NO_SUCH_NAME);
    if (json_array_size(answers))
        js_set(body, "Answer", answers);
    else
        json_decref(answers);
    js_dump(body, &reply->body);
    json_decref(body);
    buf_finish(&name);
    buf_finish(&type);
}
