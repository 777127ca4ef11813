/* core/aws/endpoint and region against botocore's answers (tests/data/aws-config, "requests"). */
#include "core/aws/endpoint.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/aws/region.h"
#include "tests/support/aws_cases.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(aws_endpoint, .fini = no_leaks);

static json_t *environment;

static const char *test_env(const char *name)
{
    return json_string_value(json_object_get(environment, name));
}

static const struct {
    const char *name;
    enum aws_service service;
    const char *path; /* of the request that the corpus recorded */
} recorded[] = {
    {"sts", AWS_STS, "/"},
    {"eks", AWS_EKS, "/clusters"},
    {"s3", AWS_S3, ""},
    {"iam", AWS_IAM, "/"},
    {"ec2", AWS_EC2, "/"},
    {"route53", AWS_ROUTE53, "/2013-04-01/hostedzone"},
    {"pricing", AWS_PRICING, "/"},
    {"service-quotas", AWS_SERVICE_QUOTAS, "/"},
    {"elb", AWS_ELB, "/"},
    {"elbv2", AWS_ELBV2, "/"},
};

static void check_one(const struct endpoints *e, size_t i, const char *region,
                      const json_t *expected, const char *where)
{
    struct endpoint out;
    struct error err = {0};
    struct buf url = {0};
    struct str wanted = js_str(expected, "url");

    if (recorded[i].service == AWS_S3)
        cr_assert(endpoint_for_bucket(e, region, "probe-bkt", &out, &err), "%s", err.text);
    else
        cr_assert(endpoint_for(e, recorded[i].service, region, &out, &err), "%s", err.text);
    buf_printf(&url, "%s%s", out.url, recorded[i].path);
    if (recorded[i].service == AWS_S3 && str_ends(wanted, STR("/")))
        wanted.len--;
    cr_assert(str_eq(buf_str(&url), wanted), "%s %s: %s, not %.*s", where, recorded[i].name,
              buf_cstr(&url), STR_ARG(wanted));
    cr_assert_str_eq(out.region, js_text(expected, "signing_region"), "%s", where);
    cr_assert_str_eq(out.service, js_text(expected, "signing_service"), "%s", where);
    buf_finish(&url);
}

static unsigned seen;

static void check_result(const struct aws_case *each, const struct profiles *profiles,
                         const json_t *result)
{
    struct endpoints e;
    struct error err = {0};

    cr_assert(
        endpoints_load(&e, profiles, profiles_find(profiles, js_text(result, "profile")), &err),
        "%s: %s", each->name, err.text);
    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++) {
        const json_t *expected = json_object_get(js_get(result, "requests"), recorded[i].name);
        if (!*js_text(expected, "url"))
            continue; /* botocore refuses some that have no endpoint */
        check_one(&e, i, js_text(result, "region"), expected, each->name);
        seen++;
    }
}

static void check_case(const struct aws_case *each)
{
    struct profiles profiles;
    struct error err = {0};

    if (!js_get(each->about, "services"))
        return;
    cr_assert(profiles_load(&profiles, each->home, aws_case_env, &err), "%s", err.text);
    for (size_t i = 0; i < json_array_size(each->results); i++)
        if (json_object_get(json_array_get(each->results, i), "requests"))
            check_result(each, &profiles, json_array_get(each->results, i));
    profiles_finish(&profiles);
}

Test(aws_endpoint, hosts_and_signing_regions_of_botocore)
{
    aws_cases_each(NULL, check_case);
    cr_assert_eq(seen, 145, "%u", seen);
    test_directory_remove();
}

static void load_fails(const char *variable, const char *value, const char *text)
{
    struct profiles profiles = {.env = test_env};
    struct endpoints e;
    struct error err = {0};

    environment = json_object();
    js_set_text(environment, variable, value);
    cr_assert_not(endpoints_load(&e, &profiles, NULL, &err), "%s", value);
    cr_assert_str_eq(err.text, text);
    cr_assert(err.hint[0]);
    json_decref(environment);
}

Test(aws_endpoint, overrides_that_are_no_urls_are_refused)
{
    static const char general[] = "The endpoint that AWS_ENDPOINT_URL names is not a URL.";

    load_fails("AWS_ENDPOINT_URL", "localhost:4566", general);
    load_fails("AWS_ENDPOINT_URL", "ftp://x", general);
    load_fails("AWS_ENDPOINT_URL", "https://", general);
    load_fails("AWS_ENDPOINT_URL", "http://x\r\nHost: y", general);
    load_fails("AWS_ENDPOINT_URL", "http://user:password@x", general);
    load_fails("AWS_ENDPOINT_URL_STS", "x",
               "The endpoint that AWS_ENDPOINT_URL_STS names is not a URL.");
}

Test(aws_endpoint, overrides_can_be_ignored)
{
    struct profiles profiles = {.env = test_env};
    struct endpoints e;
    struct endpoint out;

    environment = json_object();
    js_set_text(environment, "AWS_ENDPOINT_URL", "http://127.0.0.1:1/base/");
    cr_assert(endpoints_load(&e, &profiles, NULL, NULL));
    cr_assert(endpoint_for(&e, AWS_EKS, "us-east-2", &out, NULL));
    cr_assert_str_eq(out.url, "http://127.0.0.1:1/base");
    cr_assert(out.overridden);
    js_set_text(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True");
    cr_assert(endpoints_load(&e, &profiles, NULL, NULL));
    cr_assert(endpoint_for(&e, AWS_EKS, "us-east-2", &out, NULL));
    cr_assert_str_eq(out.url, "https://eks.us-east-2.amazonaws.com");
    json_decref(environment);
}

Test(aws_endpoint, regions_become_host_names_and_must_look_like_it)
{
    static const char *const good[] = {"us-east-2", "mars-north-1", "a", "EU-west-1"};
    static const char *const bad[] = {
        "",           "us-east-1/evil",
        "x.evil.org", "-a",
        "a-",         "123",
        "us east",    "us-east-1 # prod",
        "\xc3\xa9",   "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"};
    struct endpoints e = {0};
    struct endpoint out;
    struct error err = {0};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(region_is_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_not(region_is_valid(bad[i]), "%s", bad[i]);
        cr_assert_not(endpoint_for(&e, AWS_STS, bad[i], &out, &err));
        cr_assert(err.hint[0]);
    }
    cr_assert_not(endpoint_for(&e, AWS_STS, NULL, &out, &err));
    cr_assert_str_eq(err.text, "No region is given for this profile.");
}

Test(aws_endpoint, buckets_that_do_not_fit_into_a_host_go_into_the_path)
{
    struct endpoints e = {0};
    struct endpoint out;

    cr_assert(endpoint_for_bucket(&e, "eu-west-1", "a.dotted.name", &out, NULL));
    cr_assert_str_eq(out.url, "https://s3.eu-west-1.amazonaws.com/a.dotted.name");
    cr_assert_not(endpoint_for_bucket(&e, "eu-west-1", "a/b/c", &out, NULL));
    cr_assert_not(endpoint_for_bucket(&e, "eu-west-1", "ab", &out, NULL));
    cr_assert_not(endpoint_for_bucket(&e, "eu-west-1", "../x", &out, NULL));
}
