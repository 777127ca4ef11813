/* The table behind region.h. Hosts and signing regions are those of botocore's endpoint rules. */
#include "core/aws/region.h"

#include <ctype.h>

#include "core/base/buf.h"

#include "core/base/alloc.h"

bool region_is_valid(const char *region)
{
    size_t len = strlen(region), digits = 0;

    if (len == 0 || len > 63 || region[0] == '-' || region[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)region[i];
        if (c >= 0x80 || (!isalnum(c) && c != '-'))
            return false;
        digits += isdigit(c) != 0;
    }
    return digits < len;
}

bool region_check(const char *region, struct error *err)
{
    struct buf shown = {0};

    if (region && region_is_valid(region))
        return true;
    if (!region) {
        error_set(err, ERROR_INPUT, "No region is given for this profile.");
        return error_hint(err, "Set AWS_REGION, use --region, or add  region = us-east-2  to it.");
    }
    buf_sanitised(&shown, str_of(region), false);
    error_set(err, ERROR_INPUT, "\"%s\" is not the name of a region.", buf_cstr(&shown));
    buf_finish(&shown);
    if (strpbrk(region, "#;"))
        return error_hint(err, "A comment on the line belongs to the value: give it its own line.");
    return error_hint(err, "Write it as in us-east-2.");
}

/* Name, host suffixes, home, IAM, Route 53; the prefix of its regions stands in front. */
static const struct {
    const char *prefix;
    struct partition partition;
} partitions[] = {
    {"cn-",
     {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-north-1",
      "iam.cn-north-1.amazonaws.com.cn", "cn-north-1", "route53.amazonaws.com.cn",
      "cn-northwest-1"}},
    {"us-gov-",
     {"aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1", "iam.us-gov.amazonaws.com",
      "us-gov-west-1", "route53.us-gov.amazonaws.com", "us-gov-west-1"}},
    {"eusc-",
     {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1",
      "iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "route53.amazonaws.eu",
      "eusc-de-east-1"}},
    {"us-iso-",
     {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1", "iam.us-iso-east-1.c2s.ic.gov",
      "us-iso-east-1", "route53.c2s.ic.gov", "us-iso-east-1"}},
    {"us-isob-",
     {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1",
      "iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1", "route53.sc2s.sgov.gov",
      "us-isob-east-1"}},
    {"eu-isoe-",
     {"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1",
      "iam.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1", "route53.cloud.adc-e.uk",
      "eu-isoe-west-1"}},
    {"us-isof-",
     {"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1",
      "iam.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1", "route53.csp.hci.ic.gov",
      "us-isof-south-1"}},
    {"", /* every other one, the unknown included */
     {"aws", "amazonaws.com", "api.aws", "us-east-1", "iam.amazonaws.com", "us-east-1",
      "route53.amazonaws.com", "us-east-1"}},
};

const struct partition *partition_of(const char *region)
{
    size_t i = 0;

    while (!str_starts(str_of(region), str_of(partitions[i].prefix)))
        i++;
    return &partitions[i].partition;
}
