/* Questions to Route 53, in XML; see route53.h. */
#include "core/aws/route53.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

#define API   "/2013-04-01"
#define SPACE "https://route53.amazonaws.com/doc/2013-04-01/"

enum { PAGES_MAX = 100 };

static void begin(struct route53 *asked, struct aws *aws, const char *action, const char *method,
                  const char *path, void (*answered)(struct aws_request *request))
{
    aws_request_finish(&asked->request);
    asked->aws = aws;
    aws_request_init(&asked->request, aws, AWS_ROUTE53, action, method, path);
    asked->request.done = answered;
}

static void begin_zone(struct route53 *asked, struct aws *aws, const char *action,
                       const char *method, const char *part,
                       void (*answered)(struct aws_request *request))
{
    begin(asked, aws, action, method, API "/hostedzone", answered);
    aws_request_segment(&asked->request, str_of(asked->zone));
    if (*part)
        aws_request_segment(&asked->request, str_of(part));
}

/* A value of the answer, cleaned, without the dot that ends names. */
static void clean(struct str xml, const char *element, char *out, size_t capacity)
{
    struct buf text = {.data = NULL}, plain = {.data = NULL};
    struct str inner;
    if (xml_find(xml, element, &inner))
        xml_text(inner, &text);
    buf_sanitised(&plain, buf_str(&text), false);
    struct str value = buf_str(&plain);
    if (str_ends(value, STR(".")))
        value.len--;
    str_copy(value, out, capacity);
    buf_finish(&plain);
    buf_finish(&text);
}

static void over(struct route53 *asked, bool ok)
{
    asked->ok = ok;
    if (!asked->request.ok)
        asked->error = asked->request.error;
    asked->done(asked);
}

/* ---- zones ---- */

static void on_zones(struct aws_request *request)
{
    struct route53 *asked = container_of(request, struct route53, request);
    struct str list, zone;
    char word[8], id[80];
    bool ok = request->ok;
    if (ok && !xml_find(buf_str(&request->http.response), "HostedZones", &list))
        ok = aws_request_nonsense(request, &asked->error);
    while (ok && xml_next(&list, "HostedZone", &zone)) {
        struct route53_zone *one = &asked->zones[asked->zone_count];
        bool private =
            xml_value(zone, "PrivateZone", word, sizeof word) && strcmp(word, "true") == 0;
        if (private)
            continue;
        if (asked->zone_count == ROUTE53_ZONES) {
            asked->more = true;
            break;
        }
        clean(zone, "Id", id, sizeof id);
        const char *last = strrchr(id, '/');
        str_copy(str_of(last ? last + 1 : id), one->id, sizeof one->id);
        clean(zone, "Name", one->name, sizeof one->name);
        asked->zone_count += one->id[0] && one->name[0];
    }
    if (ok && xml_value(buf_str(&request->http.response), "IsTruncated", word, sizeof word))
        asked->more |= strcmp(word, "true") == 0;
    over(asked, ok);
}

bool route53_zones(struct route53 *asked, struct aws *aws, const char *name,
                   void (*done)(struct route53 *asked), struct error *err)
{
    route53_finish(asked);
    *asked = (struct route53){.done = done};
    begin(asked, aws, "ListHostedZonesByName", "GET", API "/hostedzonesbyname", on_zones);
    if (name)
        aws_request_query(&asked->request, "dnsname", str_of(name));
    aws_request_query(&asked->request, "maxitems", STR("100"));
    return aws_request_send(&asked->request, err);
}

const struct route53_zone *route53_zone_named(const struct route53 *asked, const char *name)
{
    for (size_t i = 0; i < asked->zone_count; i++)
        if (str_eq_nocase(str_of(asked->zones[i].name), str_of(name)))
            return &asked->zones[i];
    return NULL;
}

/* ---- records ---- */

/* Where the next page begins; the identifier tells weighted records of one name apart. */
struct page {
    char name[256], type[12], identifier[132];
};

static bool ask_records(struct route53 *asked, const struct page *page, struct error *err);

static void tell_record(struct route53 *asked, struct str xml)
{
    struct route53_record record;
    struct str alias;
    clean(xml, "Name", record.name, sizeof record.name);
    clean(xml, "Type", record.type, sizeof record.type);
    if (xml_child(xml, "AliasTarget", &alias))
        clean(alias, "DNSName", record.value, sizeof record.value);
    else
        clean(xml, "Value", record.value, sizeof record.value);
    asked->record(asked->context, &record);
}

static void on_records(struct aws_request *request)
{
    struct route53 *asked = container_of(request, struct route53, request);
    struct str body = buf_str(&request->http.response), list, one;
    struct page page = {.name = ""};
    char more[8];
    bool ok = request->ok;
    if (ok && !xml_find(body, "ResourceRecordSets", &list))
        ok = aws_request_nonsense(request, &asked->error);
    while (ok && xml_next(&list, "ResourceRecordSet", &one))
        tell_record(asked, one);
    if (ok && xml_value(body, "IsTruncated", more, sizeof more) && strcmp(more, "true") == 0 &&
        xml_value(body, "NextRecordName", page.name, sizeof page.name) &&
        xml_value(body, "NextRecordType", page.type, sizeof page.type) &&
        ++asked->pages < PAGES_MAX) {
        xml_value(body, "NextRecordIdentifier", page.identifier, sizeof page.identifier);
        if (ask_records(asked, &page, &asked->error))
            return;
        ok = false;
    }
    over(asked, ok);
}

static bool ask_records(struct route53 *asked, const struct page *page, struct error *err)
{
    begin_zone(asked, asked->aws, "ListResourceRecordSets", "GET", "rrset", on_records);
    if (page) {
        aws_request_query(&asked->request, "name", str_of(page->name));
        aws_request_query(&asked->request, "type", str_of(page->type));
        if (page->identifier[0])
            aws_request_query(&asked->request, "identifier", str_of(page->identifier));
    }
    return aws_request_send(&asked->request, err);
}

bool route53_records(struct route53 *asked, struct aws *aws, const char *zone,
                     void (*record)(void *context, const struct route53_record *record),
                     void *context, void (*done)(struct route53 *asked), struct error *err)
{
    route53_finish(asked);
    *asked = (struct route53){.aws = aws, .done = done, .record = record, .context = context};
    str_copy(str_of(zone), asked->zone, sizeof asked->zone);
    return ask_records(asked, NULL, err);
}

/* ---- tags ---- */

static void on_tags(struct aws_request *request)
{
    struct route53 *asked = container_of(request, struct route53, request);
    struct str rest = buf_str(&request->http.response), tag;
    char key[64];
    while (request->ok && xml_next(&rest, "Tag", &tag))
        if (xml_value(tag, "Key", key, sizeof key) && strcmp(key, "ekshub:deployment") == 0)
            clean(tag, "Value", asked->deployment, sizeof asked->deployment);
    over(asked, request->ok);
}

bool route53_tags(struct route53 *asked, struct aws *aws, const char *zone,
                  void (*done)(struct route53 *asked), struct error *err)
{
    route53_finish(asked);
    *asked = (struct route53){.done = done};
    begin(asked, aws, "ListTagsForResource", "GET", API "/tags/hostedzone", on_tags);
    aws_request_segment(&asked->request, str_of(zone));
    return aws_request_send(&asked->request, err);
}

/* ---- removal ---- */

static void on_removed(struct aws_request *request)
{
    struct route53 *asked = container_of(request, struct route53, request);
    over(asked, request->ok || request->refusal.trouble == AWS_MISSING);
}

/* A record is removed by saying it word by word, so its own words are sent back. */
static bool send_removal(struct route53 *asked, struct str record, struct error *err)
{
    struct buf body = {.data = NULL};
    buf_text(&body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ChangeResourceRecordSetsRequest "
                    "xmlns=\"" SPACE "\"><ChangeBatch><Changes><Change><Action>DELETE</Action>"
                    "<ResourceRecordSet>");
    buf_append(&body, record);
    buf_text(&body, "</ResourceRecordSet></Change></Changes></ChangeBatch>"
                    "</ChangeResourceRecordSetsRequest>");
    begin_zone(asked, asked->aws, "ChangeResourceRecordSets", "POST", "rrset", on_removed);
    buf_text(&asked->request.headers, "Content-Type: application/xml\n");
    buf_append(&asked->request.body, buf_str(&body));
    buf_finish(&body);
    return aws_request_send(&asked->request, err);
}

static void on_found(struct aws_request *request)
{
    struct route53 *asked = container_of(request, struct route53, request);
    struct str rest = buf_str(&request->http.response), one;
    char name[256], type[12];
    while (request->ok && xml_next(&rest, "ResourceRecordSet", &one)) {
        clean(one, "Name", name, sizeof name);
        clean(one, "Type", type, sizeof type);
        if (strcmp(name, asked->name) != 0 || strcmp(type, asked->type) != 0)
            continue;
        struct buf copy = {.data = NULL}; /* the answer goes when the next question is asked */
        buf_append(&copy, one);
        bool sent = send_removal(asked, buf_str(&copy), &asked->error);
        buf_finish(&copy);
        if (sent)
            return;
        asked->request.ok = true; /* the reason is in asked->error */
        over(asked, false);
        return;
    }
    over(asked, request->ok || request->refusal.trouble == AWS_MISSING);
}

bool route53_record_remove(struct route53 *asked, struct aws *aws, const char *zone,
                           const char *name, const char *type, void (*done)(struct route53 *asked),
                           struct error *err)
{
    route53_finish(asked);
    *asked = (struct route53){.aws = aws, .done = done};
    str_copy(str_of(zone), asked->zone, sizeof asked->zone);
    str_copy(str_of(name), asked->name, sizeof asked->name);
    str_copy(str_of(type), asked->type, sizeof asked->type);
    begin_zone(asked, aws, "ListResourceRecordSets", "GET", "rrset", on_found);
    aws_request_query(&asked->request, "name", str_of(name));
    aws_request_query(&asked->request, "type", str_of(type));
    return aws_request_send(&asked->request, err);
}

bool route53_zone_remove(struct route53 *asked, struct aws *aws, const char *zone,
                         void (*done)(struct route53 *asked), struct error *err)
{
    route53_finish(asked);
    *asked = (struct route53){.aws = aws, .done = done};
    str_copy(str_of(zone), asked->zone, sizeof asked->zone);
    begin_zone(asked, aws, "DeleteHostedZone", "DELETE", "", on_removed);
    return aws_request_send(&asked->request, err);
}

void route53_finish(struct route53 *asked)
{
    aws_request_finish(&asked->request);
}
