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

const struct partition *partition_of(const char *region)
{
    static const struct partition aws = {
        "aws",       "amazonaws.com",         "api.aws",  "us-east-1", "iam.amazonaws.com",
        "us-east-1", "route53.amazonaws.com", "us-east-1"};
    static const struct partition china = {"aws-cn",
                                           "amazonaws.com.cn",
                                           "api.amazonwebservices.com.cn",
                                           "cn-north-1",
                                           "iam.cn-north-1.amazonaws.com.cn",
                                           "cn-north-1",
                                           "route53.amazonaws.com.cn",
                                           "cn-northwest-1"};
    static const struct partition gov = {"aws-us-gov",
                                         "amazonaws.com",
                                         "api.aws",
                                         "us-gov-west-1",
                                         "iam.us-gov.amazonaws.com",
                                         "us-gov-west-1",
                                         "route53.us-gov.amazonaws.com",
                                         "us-gov-west-1"};

    if (strncmp(region, "cn-", 3) == 0)
        return &china;
    return strncmp(region, "us-gov-", 7) == 0 ? &gov : &aws;
}
