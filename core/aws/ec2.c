/* DescribeAvailabilityZones and DescribeRegions; see ec2.h. */
#include "core/aws/ec2.h"

#include "core/aws/region.h"
#include "core/base/xml.h"

#include "core/base/alloc.h"

#define VERSION "2016-11-15"

/* Zones in which EKS cannot place a control plane:
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
static bool eks_avoids(const char *id)
{
    return strcmp(id, "use1-az3") == 0 || strcmp(id, "usw1-az2") == 0 ||
           strcmp(id, "cac1-az3") == 0;
}

/* A name is a host label's worth of characters: it goes on the screen and into terraform. */
static bool plain_name(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c != '-' && !(*c >= '0' && *c <= '9') && !(*c >= 'a' && *c <= 'z'))
            return false;
    }
    return text[0] != '\0';
}

static bool read_zone(struct str item, struct ec2_zone *zone)
{
    char type[32];

    *zone = (struct ec2_zone){0};
    xml_value(item, "zoneName", zone->name, sizeof zone->name);
    xml_value(item, "zoneId", zone->id, sizeof zone->id);
    xml_value(item, "zoneState", zone->state, sizeof zone->state);
    xml_value(item, "zoneType", type, sizeof type);
    if (!plain_name(zone->name) || !plain_name(zone->id) || !plain_name(zone->state))
        return false;
    zone->usable = strcmp(zone->state, "available") == 0 && !eks_avoids(zone->id) &&
                   (!type[0] || strcmp(type, "availability-zone") == 0);
    return true;
}

static void zones_done(struct aws_request *request)
{
    struct ec2_zones *zones = container_of(request, struct ec2_zones, request);
    struct str list, item;

    zones->ok = request->ok;
    zones->error = request->error;
    if (request->ok && !xml_find(buf_str(&request->http.response), "availabilityZoneInfo", &list))
        zones->ok = aws_request_nonsense(request, &zones->error);
    while (zones->ok && zones->count < EC2_ZONES_MAX && xml_next(&list, "item", &item)) {
        if (read_zone(item, &zones->zones[zones->count]))
            zones->usable += zones->zones[zones->count++].usable;
    }
    zones->done(zones);
}

bool ec2_zones_start(struct ec2_zones *zones, struct aws *aws,
                     void (*done)(struct ec2_zones *zones), struct error *err)
{
    *zones = (struct ec2_zones){.done = done};
    aws_form_init(&zones->request, aws, AWS_EC2, "DescribeAvailabilityZones", VERSION);
    zones->request.done = zones_done;
    return aws_request_send(&zones->request, err);
}

void ec2_zones_finish(struct ec2_zones *zones)
{
    aws_request_finish(&zones->request);
}

static void region_done(struct aws_request *request)
{
    struct ec2_region *region = container_of(request, struct ec2_region, request);

    region->ok = request->ok;
    region->error = request->error;
    if (request->ok && (!xml_value(buf_str(&request->http.response), "optInStatus", region->opt_in,
                                   sizeof region->opt_in) ||
                        !plain_name(region->opt_in)))
        region->ok = aws_request_nonsense(request, &region->error);
    region->enabled = region->ok && strcmp(region->opt_in, "not-opted-in") != 0;
    region->done(region);
}

bool ec2_region_start(struct ec2_region *region, struct aws *aws,
                      void (*done)(struct ec2_region *region), struct error *err)
{
    *region = (struct ec2_region){.done = done};
    aws_form_init(&region->request, aws, AWS_EC2, "DescribeRegions", VERSION);
    aws_form_set(&region->request, "AllRegions", STR("true"));
    aws_form_set(&region->request, "RegionName.1", str_of(aws->region));
    str_copy(str_of(partition_of(aws->region)->home), region->request.region,
             sizeof region->request.region);
    region->request.done = region_done;
    return aws_request_send(&region->request, err);
}

void ec2_region_finish(struct ec2_region *region)
{
    aws_request_finish(&region->request);
}
