/* The table of services and the rules of endpoint.h, checked against botocore's rule sets. */
#include "core/aws/endpoint.h"

#include "core/aws/region.h"
#include "core/base/buf.h"

#include "core/base/alloc.h"

static const struct {
    const char *name, *variable, *key, *host, *signing;
} services[AWS_SERVICES] = {
    [AWS_STS] = {"STS", "STS", "sts", "sts", "sts"},
    [AWS_EKS] = {"EKS", "EKS", "eks", "eks", "eks"},
    [AWS_EC2] = {"EC2", "EC2", "ec2", "ec2", "ec2"},
    [AWS_IAM] = {"IAM", "IAM", "iam", "iam", "iam"},
    [AWS_S3] = {"S3", "S3", "s3", "s3", "s3"},
    [AWS_SERVICE_QUOTAS] = {"Service Quotas", "SERVICE_QUOTAS", "service_quotas", "servicequotas",
                            "servicequotas"},
    [AWS_ELB] = {"Elastic Load Balancing", "ELASTIC_LOAD_BALANCING", "elastic_load_balancing",
                 "elasticloadbalancing", "elasticloadbalancing"},
    [AWS_ELBV2] = {"Elastic Load Balancing", "ELASTIC_LOAD_BALANCING_V2",
                   "elastic_load_balancing_v2", "elasticloadbalancing", "elasticloadbalancing"},
    [AWS_ROUTE53] = {"Route 53", "ROUTE_53", "route_53", "route53", "route53"},
    [AWS_PRICING] = {"the price list", "PRICING", "pricing", "api.pricing", "pricing"},
    [AWS_LOGS] = {"CloudWatch Logs", "CLOUDWATCH_LOGS", "cloudwatch_logs", "logs", "logs"},
    [AWS_SSO] = {"IAM Identity Center", "SSO", "sso", "portal.sso", "awsssoportal"},
    [AWS_SSO_OIDC] = {"IAM Identity Center", "SSO_OIDC", "sso_oidc", "oidc", "sso-oauth"},
};

const char *aws_service_name(enum aws_service service)
{
    return services[service].name;
}

bool aws_flag(const char *text)
{
    return text && str_eq_nocase(str_of(text), STR("true"));
}

/* ---- overrides ---- */

static bool set_override(char out[256], struct str url, const char *origin, struct error *err)
{
    struct str host = url;
    bool plain = url.len < 256;

    if (str_starts(url, STR("https://")))
        host = str_skip(url, 8);
    else if (str_starts(url, STR("http://")))
        host = str_skip(url, 7);
    for (size_t i = 0; i < url.len; i++)
        plain = plain && url.data[i] > ' ' && url.data[i] < 0x7f && !strchr("?#\"@\\", url.data[i]);
    while (url.len > 0 && url.data[url.len - 1] == '/')
        url.len--;
    if (!plain || host.data == url.data || host.len == 0 || host.data[0] == '/') {
        error_set(err, ERROR_INPUT, "The endpoint that %s names is not a URL.", origin);
        return error_hint(err, "Write it as in https://vpce-1a2b.sts.us-east-2.vpce.amazonaws.com");
    }
    return str_copy(url, out, 256);
}

static bool from_services_section(const struct profiles *p, const struct profile *profile,
                                  enum aws_service service, struct str *url, struct error *err)
{
    const char *section = profile_get(p, profile, "services");
    struct buf shown = {0};

    *url = STR("");
    if (!section)
        return true;
    if (profiles_has_section(p, "services", section)) {
        ini_nested(profiles_section_get(p, "services", section, services[service].key),
                   "endpoint_url", url);
        return true;
    }
    buf_sanitised(&shown, str_of(section), false);
    error_set(err, ERROR_INPUT, "Profile says services = %s, but %s has no [services %s].",
              buf_cstr(&shown), p->config_shown, buf_cstr(&shown));
    buf_finish(&shown);
    return error_hint(err, "Add the section, or delete the line.");
}

static bool load_override(struct endpoints *e, const struct profiles *p,
                          const struct profile *profile, enum aws_service service,
                          struct error *err)
{
    char variable[64];
    const char *url;
    struct str nested;

    snprintf(variable, sizeof variable, "AWS_ENDPOINT_URL_%s", services[service].variable);
    url = profiles_env(p, variable);
    if (url)
        return set_override(e->url[service], str_of(url), variable, err);
    url = profiles_env(p, "AWS_ENDPOINT_URL");
    if (url)
        return set_override(e->url[service], str_of(url), "AWS_ENDPOINT_URL", err);
    if (!from_services_section(p, profile, service, &nested, err))
        return false;
    if (nested.len > 0)
        return set_override(e->url[service], nested, "the services section", err);
    url = profile_get(p, profile, "endpoint_url");
    return !url || set_override(e->url[service], str_of(url), "endpoint_url of the profile", err);
}

static const char *setting(const struct profiles *p, const struct profile *profile,
                           const char *variable, const char *key)
{
    const char *value = profiles_env(p, variable);

    return value ? value : profile_get(p, profile, key);
}

static bool path_style(const struct profiles *p, const struct profile *profile)
{
    struct str style;

    return profile && profile->config_section != PROFILE_NO_SECTION &&
           ini_nested(ini_get(&p->config, profile->config_section, "s3"), "addressing_style",
                      &style) &&
           str_is(style, "path");
}

bool endpoints_load(struct endpoints *endpoints, const struct profiles *profiles,
                    const struct profile *profile, struct error *err)
{
    const char *sts =
        setting(profiles, profile, "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints");

    *endpoints = (struct endpoints){
        .fips = aws_flag(setting(profiles, profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")),
        .dualstack = aws_flag(
            setting(profiles, profile, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")),
        .sts_global = sts && strcmp(sts, "legacy") == 0,
        .s3_path_style = path_style(profiles, profile),
    };
    if (aws_flag(setting(profiles, profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                         "ignore_configured_endpoint_urls")))
        return true;
    for (int service = 0; service < AWS_SERVICES; service++) {
        if (!load_override(endpoints, profiles, profile, (enum aws_service)service, err))
            return false;
    }
    return true;
}

/* ---- standard hosts ---- */

/* The regions that sts_regional_endpoints = legacy sends to the global host. */
static bool sts_legacy_region(const char *region)
{
    static const char *const legacy[] = {
        "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
        "eu-central-1",   "eu-north-1", "eu-west-1",      "eu-west-2",      "eu-west-3",
        "sa-east-1",      "us-east-1",  "us-east-2",      "us-west-1",      "us-west-2"};

    for (size_t i = 0; i < sizeof legacy / sizeof *legacy; i++) {
        if (strcmp(region, legacy[i]) == 0)
            return true;
    }
    return false;
}

/* Services with one host for a whole partition. */
static bool global_endpoint(const struct endpoints *e, enum aws_service service,
                            const struct partition *partition, const char *region,
                            struct endpoint *out)
{
    const char *host = NULL, *signing = NULL;
    bool commercial = strcmp(partition->name, "aws") == 0;

    if (service == AWS_IAM) {
        host = e->fips && commercial ? "iam-fips.amazonaws.com" : partition->iam_host;
        signing = partition->iam_region;
    } else if (service == AWS_ROUTE53) {
        host = e->fips && commercial ? "route53-fips.amazonaws.com" : partition->route53_host;
        signing = partition->route53_region;
    } else if (service == AWS_STS && !e->fips && !e->dualstack &&
               (strcmp(region, "aws-global") == 0 ||
                (e->sts_global && sts_legacy_region(region)))) {
        host = "sts.amazonaws.com";
        signing = "us-east-1";
    }
    if (!host)
        return false;
    snprintf(out->url, sizeof out->url, "https://%s", host);
    str_copy(str_of(signing), out->region, sizeof out->region);
    return true;
}

/* The part of the host before the region. */
static void host_prefix(const struct endpoints *e, enum aws_service service,
                        const struct partition *partition, char out[64])
{
    const char *host = services[service].host;
    bool gov = strcmp(partition->name, "aws-us-gov") == 0;
    bool commercial = strcmp(partition->name, "aws") == 0;

    if (!e->fips || (gov && !e->dualstack && service != AWS_S3))
        snprintf(out, 64, "%s", host);
    else if (service == AWS_EKS && commercial && !e->dualstack)
        snprintf(out, 64, "fips.eks");
    else
        snprintf(out, 64, "%s-fips", host);
}

static void standard_endpoint(const struct endpoints *e, enum aws_service service,
                              const char *region, struct endpoint *out)
{
    const struct partition *partition = partition_of(region);
    char prefix[64];

    if (global_endpoint(e, service, partition, region, out))
        return;
    host_prefix(e, service, partition, prefix);
    if (service == AWS_S3)
        snprintf(out->url, sizeof out->url, "https://%s%s.%s.%s", prefix,
                 e->dualstack ? ".dualstack" : "", region, partition->suffix);
    else
        snprintf(out->url, sizeof out->url, "https://%s.%s.%s", prefix, region,
                 e->dualstack ? partition->dualstack : partition->suffix);
    /* botocore's host for it; the regional one works as well */
    if (service == AWS_S3 && !e->fips && !e->dualstack && strcmp(region, "us-east-1") == 0)
        snprintf(out->url, sizeof out->url, "https://s3.amazonaws.com");
}

bool endpoint_for(const struct endpoints *endpoints, enum aws_service service, const char *region,
                  struct endpoint *out, struct error *err)
{
    *out = (struct endpoint){.service = services[service].signing};
    if (!region_check(region, err))
        return false;
    str_copy(str_of(region), out->region, sizeof out->region);
    standard_endpoint(endpoints, service, region, out);
    if (endpoints->url[service][0]) {
        str_copy(str_of(endpoints->url[service]), out->url, sizeof out->url);
        out->overridden = true;
    }
    return true;
}

/* A bucket name that can stand in a host and under the certificate's wildcard. */
static bool fits_in_host(const char *bucket)
{
    size_t len = strlen(bucket);

    for (size_t i = 0; i < len; i++) {
        char c = bucket[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return len >= 3 && len <= 63 && bucket[0] != '-' && bucket[len - 1] != '-';
}

bool endpoint_for_bucket(const struct endpoints *endpoints, const char *region, const char *bucket,
                         struct endpoint *out, struct error *err)
{
    char host[sizeof out->url];
    size_t len = strlen(bucket);

    if (!endpoint_for(endpoints, AWS_S3, region, out, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (bucket[i] <= ' ' || bucket[i] >= 0x7f || strchr("/?#%\"\\", bucket[i]))
            len = 0;
    }
    if (len < 3 || len > 63 || bucket[0] == '.')
        return error_set(err, ERROR_INPUT, "The bucket's name is not one that S3 allows.");
    if (out->overridden || endpoints->s3_path_style || !fits_in_host(bucket)) {
        snprintf(out->url + strlen(out->url), sizeof out->url - strlen(out->url), "/%s", bucket);
        return true;
    }
    str_copy(str_of(out->url + strlen("https://")), host, sizeof host);
    snprintf(out->url, sizeof out->url, "https://%s.%.300s", bucket, host);
    return true;
}
