/* core/aws/refusal over recorded refusals (tests/data/aws-errors): each becomes a sentence. */
#include "core/aws/refusal.h"

#include <criterion/criterion.h>
#include <dirent.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(aws_refusal, .fini = no_leaks);

static enum aws_service service_named(const char *name)
{
    static const struct {
        const char *name;
        enum aws_service service;
    } table[] = {{"sts", AWS_STS},
                 {"iam", AWS_IAM},
                 {"ec2", AWS_EC2},
                 {"eks", AWS_EKS},
                 {"s3", AWS_S3},
                 {"servicequotas", AWS_SERVICE_QUOTAS},
                 {"elb", AWS_ELB},
                 {"elbv2", AWS_ELBV2},
                 {"route53", AWS_ROUTE53},
                 {"pricing", AWS_PRICING},
                 {"sso", AWS_SSO},
                 {"elasticloadbalancing", AWS_ELBV2},
                 {"service-quotas", AWS_SERVICE_QUOTAS}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(name, table[i].name) == 0)
            return table[i].service;
    }
    return AWS_STS;
}

static struct str header(const json_t *json, const char *name)
{
    const json_t *headers = js_get(json, "headers");

    for (size_t i = 0; i < json_array_size(headers); i++) {
        const json_t *pair = json_array_get(headers, i);
        if (str_eq_nocase(js_str(pair, "0"), str_of(name)))
            return js_str(pair, "1");
    }
    return STR("");
}

static json_t *load(const char *path)
{
    struct buf text = {0};
    json_t *json;

    cr_assert(file_read(path, 1 << 20, &text, NULL), "%s", path);
    json = js_parse(buf_str(&text), NULL);
    cr_assert(json, "%s", path);
    buf_finish(&text);
    return json;
}

static struct aws_reply reply_of(const json_t *json)
{
    return (struct aws_reply){
        .service = service_named(js_text(json, "request.service")),
        .action = "DoIt",
        .status = (int)js_int(json, "status", 0),
        .error_type = header(json, "x-amzn-ErrorType"),
        .bucket_region = header(json, "x-amz-bucket-region"),
        .body = js_str(json, "body"),
    };
}

static void is_a_sentence(const struct error *err, const char *path)
{
    struct str text = str_of(err->text);

    cr_assert_neq(err->kind, ERROR_NONE);
    cr_assert(text.len > 20 && str_ends(text, STR(").")), "%s: %s", path, err->text);
    cr_assert(str_find(text, STR("</")) < 0 && str_find(text, STR("<?")) < 0, "%s", err->text);
    cr_assert(str_find(text, STR("{\"")) < 0 && str_find(text, STR("doctype")) < 0, "%s",
              err->text);
    cr_assert_null(memchr(text.data, '\n', text.len));
    cr_assert(strlen(err->hint) > 10, "%s", path);
}

static unsigned check_directory(const char *name)
{
    char directory[PATH_MAX], path[PATH_MAX];
    unsigned seen = 0;
    DIR *listing;

    cr_assert(path_format(directory, NULL, "%s/aws-errors/%s", TEST_DATA, name));
    listing = opendir(directory);
    cr_assert_not_null(listing);
    for (struct dirent *entry; (entry = readdir(listing));) {
        struct aws_refusal refusal;
        struct aws_reply reply;
        struct error err = {0};
        json_t *json;

        if (entry->d_name[0] == '.')
            continue;
        cr_assert(path_format(path, NULL, "%s/%s", directory, entry->d_name));
        json = load(path);
        reply = reply_of(json);
        if (reply.status >= 300) {
            cr_assert_not(aws_refused(&reply, &refusal, &err));
            is_a_sentence(&err, path);
            cr_assert_eq(err.code, reply.status);
            seen++;
        }
        json_decref(json);
    }
    closedir(listing);
    return seen;
}

Test(aws_refusal, every_recorded_refusal_is_a_sentence)
{
    cr_assert(check_directory("gate") > 80);
    cr_assert(check_directory("moto") > 60);
}

struct expectation {
    const char *file;
    enum aws_trouble trouble;
    enum error_kind kind;
    const char *text;
};

Test(aws_refusal, what_it_means_and_how_it_is_said)
{
    static const struct expectation table[] = {
        {"gate/badkey-sts", AWS_UNKNOWN_KEY, ERROR_AUTH,
         "STS does not accept the access key: The security token included in the request is "
         "invalid (InvalidClientTokenId)."},
        {"moto/badkey-eks", AWS_UNKNOWN_KEY, ERROR_AUTH,
         "EKS does not accept the access key: The security token included in the request is "
         "invalid (InvalidClientTokenId)."},
        {"gate/badkey-ec2", AWS_UNKNOWN_KEY, ERROR_AUTH,
         "EC2 does not accept the access key: AWS was not able to validate the provided access "
         "credentials (AuthFailure)."},
        {"gate/badsig-s3-get", AWS_WRONG_SECRET, ERROR_AUTH,
         "S3 finds that the secret key does not fit the access key: The request signature we "
         "calculated does not match the signature you provided. Check your key and signing method "
         "(SignatureDoesNotMatch)."},
        {"gate/expired-eks", AWS_EXPIRED, ERROR_AUTH,
         "The credentials have expired, says EKS: The security token included in the request is "
         "expired (ExpiredTokenException)."},
        {"gate/expired-ec2", AWS_EXPIRED, ERROR_AUTH,
         "The credentials have expired, says EC2: Request has expired (RequestExpired)."},
        {"gate/clock-1h-behind-eks", AWS_CLOCK, ERROR_SERVICE,
         "EKS refused the request because the clock of this machine is wrong: Signature expired: "
         "20261122T105416Z is now earlier than 20261122T114916Z (20261122T115416Z - 5 min.) "
         "(InvalidSignatureException)."},
        {"gate/clock-1h-behind-s3-get", AWS_CLOCK, ERROR_SERVICE,
         "S3 refused the request because the clock of this machine is wrong: The difference "
         "between the request time and the current time is too large (RequestTimeTooSkewed)."},
        {"gate/denied-eks-describe", AWS_DENIED, ERROR_SERVICE,
         "EKS does not permit DoIt: User: arn:aws:iam::123456789012:user/limited is not authorized "
         "to perform: eks:DescribeCluster on resource: "
         "arn:aws:eks:us-east-1:123456789012:cluster/* (AccessDeniedException)."},
        {"gate/denied-s3-head", AWS_DENIED, ERROR_SERVICE,
         "S3 does not permit DoIt (HTTP 403, Forbidden)."},
        {"gate/throttled-eks", AWS_THROTTLED, ERROR_SERVICE, NULL},
        {"gate/throttled-servicequotas", AWS_THROTTLED, ERROR_SERVICE, NULL},
        {"gate/throttled-s3-get", AWS_THROTTLED, ERROR_SERVICE, NULL},
        {"gate/eks-no-such-cluster", AWS_MISSING, ERROR_SERVICE,
         "EKS found nothing for DoIt: No cluster found for name: nope "
         "(ResourceNotFoundException)."},
        {"gate/ec2-unknown-vpc", AWS_MISSING, ERROR_SERVICE, NULL},
        {"gate/noauth-eks", AWS_NOT_SIGNED_IN, ERROR_AUTH, NULL},
        {"gate/s3-other-region-get-from-eu-central-1", AWS_ELSEWHERE, ERROR_SERVICE, NULL},
        {"moto/noauth-iam", AWS_UNAVAILABLE, ERROR_SERVICE,
         "IAM could not answer DoIt (HTTP 500, Internal Server Error)."},
        {"gate/ec2-dry-run", AWS_OTHER, ERROR_SERVICE,
         "EC2 refused DoIt: Request would have succeeded, but DryRun flag is set "
         "(DryRunOperation)."},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char path[PATH_MAX];
        struct aws_refusal refusal;
        struct aws_reply reply;
        struct error err = {0};
        json_t *json;

        cr_assert(path_format(path, NULL, "%s/aws-errors/%s.json", TEST_DATA, table[i].file));
        json = load(path);
        reply = reply_of(json);
        aws_refused(&reply, &refusal, &err);
        cr_assert_eq(refusal.trouble, table[i].trouble, "%s: %d", table[i].file, refusal.trouble);
        cr_assert_eq(err.kind, table[i].kind, "%s", table[i].file);
        if (table[i].text)
            cr_assert_str_eq(err.text, table[i].text);
        if (refusal.trouble == AWS_ELSEWHERE)
            cr_assert_str_eq(refusal.region, "eu-west-1");
        cr_assert_eq(refusal.retryable,
                     refusal.trouble == AWS_THROTTLED || refusal.trouble == AWS_UNAVAILABLE);
        json_decref(json);
    }
}

static enum aws_trouble trouble(struct aws_reply reply, struct error *err)
{
    struct aws_refusal refusal;

    reply.action = "DoIt";
    aws_refused(&reply, &refusal, err);
    return refusal.trouble;
}

Test(aws_refusal, a_clock_that_is_off_explains_what_the_code_does_not)
{
    struct error err = {0};
    struct str auth = STR("<Response><Errors><Error><Code>AuthFailure</Code><Message>m</Message>"
                          "</Error></Errors></Response>");

    cr_assert_eq(
        trouble(
            (struct aws_reply){.service = AWS_EC2, .status = 401, .body = auth, .skew_ms = 252000},
            &err),
        AWS_CLOCK);
    cr_assert_str_eq(err.text, "EC2 refused the request because the clock of this machine is 4m12s "
                               "behind: m (AuthFailure).");
    cr_assert_eq(
        trouble((struct aws_reply){.service = AWS_S3, .status = 403, .skew_ms = -3600000}, &err),
        AWS_CLOCK);
    cr_assert(strstr(err.text, "ahead"), "%s", err.text);
    cr_assert_eq(
        trouble(
            (struct aws_reply){.service = AWS_EC2, .status = 401, .body = auth, .skew_ms = 60000},
            &err),
        AWS_UNKNOWN_KEY);
}

Test(aws_refusal, the_time_that_a_refusal_tells_counts_more_than_none)
{
    struct error err = {0};
    struct aws_reply reply = {
        .service = AWS_EKS,
        .status = 403,
        .error_type = STR("InvalidSignatureException"),
        .body = STR("{\"message\":\"Signature expired: 20261122T105416Z is now earlier than "
                    "20261122T114916Z (20261122T115416Z - 5 min.)\"}"),
        .wall_ms = INT64_C(1795344856000), /* 2026-11-22T10:54:16Z */
    };

    cr_assert_eq(trouble(reply, &err), AWS_CLOCK);
    cr_assert(strstr(err.text, "is 1h00m behind"), "%s", err.text);
    reply.service = AWS_S3;
    reply.body = STR("<Error><Code>RequestTimeTooSkewed</Code><ServerTime>2026-11-22T10:44:16Z"
                     "</ServerTime></Error>");
    reply.error_type = STR("");
    cr_assert_eq(trouble(reply, &err), AWS_CLOCK);
    cr_assert(strstr(err.text, "is 10m00s ahead"), "%s", err.text);
}

Test(aws_refusal, keys_without_a_session_do_not_expire)
{
    struct error err = {0};
    struct aws_reply reply = {.service = AWS_EC2,
                              .status = 400,
                              .body = STR("<Error><Code>RequestExpired</Code></Error>")};

    cr_assert_eq(trouble(reply, &err), AWS_EXPIRED);
    reply.long_lived = true;
    cr_assert_eq(trouble(reply, &err), AWS_CLOCK);
}

Test(aws_refusal, strangers_in_between)
{
    struct error err = {0};

    cr_assert_eq(
        trouble((struct aws_reply){.status = 407, .body = STR("<html>login</html>")}, &err),
        AWS_PROXY);
    cr_assert_eq(err.kind, ERROR_NETWORK);
    cr_assert_eq(trouble((struct aws_reply){.service = AWS_EKS,
                                            .status = 502,
                                            .body = STR("<HTML><HEAD><TITLE>squid: cannot "
                                                        "reach it</TITLE></HEAD>")},
                         &err),
                 AWS_STRANGER);
    cr_assert_str_eq(err.text, "Something on the way to EKS, such as a proxy or a network's "
                               "sign-in page, answered DoIt: \"squid: cannot reach it\" (HTTP "
                               "502, Bad Gateway).");
    cr_assert_eq(err.kind, ERROR_NETWORK);
    cr_assert_eq(trouble((struct aws_reply){.status = 302, .body = STR("{\"broken")}, &err),
                 AWS_STRANGER);
    cr_assert_str_eq(err.text, "Something on the way to STS, such as a proxy or a network's "
                               "sign-in page, answered DoIt (HTTP 302, Found).");
    cr_assert_eq(trouble((struct aws_reply){.status = 511}, &err), AWS_STRANGER);
    cr_assert_eq(
        trouble((struct aws_reply){.status = 503, .body = STR("upstream connect error\n")}, &err),
        AWS_UNAVAILABLE);
    cr_assert_str_eq(err.text, "STS could not answer DoIt: upstream connect error (HTTP 503, "
                               "Service Unavailable).");
}

Test(aws_refusal, the_page_of_a_stranger_does_not_say_that_a_thing_is_gone_or_forbidden)
{
    static const int statuses[] = {301, 400, 401, 403, 404, 429, 502, 503, 504};
    struct str page = STR("  <!DOCTYPE html>\n<html lang=en><title>404</title>");
    struct aws_refusal refusal;
    struct error err = {0};

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct aws_reply reply = {.service = i % 2 ? AWS_EKS : AWS_S3,
                                  .action = "DoIt",
                                  .status = statuses[i],
                                  .body = page,
                                  .skew_ms = 3600000};
        aws_refused(&reply, &refusal, &err);
        cr_assert_eq(refusal.trouble, AWS_STRANGER, "%d", statuses[i]);
        cr_assert_eq(refusal.retryable, statuses[i] >= 502);
    }
}

Test(aws_refusal, hostile_words_are_cleaned_and_cut)
{
    struct error err = {0};
    struct buf body = {0};

    trouble((struct aws_reply){.service = AWS_EKS,
                               .status = 400,
                               .error_type = STR("Bad:http://x"),
                               .body = STR("{\"message\":\"a\\u001b[31m\\nb\\r\\n  c\"}")},
            &err);
    cr_assert_str_eq(err.text, "EKS refused DoIt: a^[[31m b c (Bad).");
    trouble((struct aws_reply){.service = AWS_EKS,
                               .status = 400,
                               .error_type = STR("Bad code\x1b"),
                               .body = STR("{}")},
            &err);
    cr_assert_null(strchr(err.text, '\x1b'));
    buf_text(&body, "<Code>Long</Code><Message>");
    for (int i = 0; i < 100000; i++)
        buf_text(&body, "é&lt;");
    buf_text(&body, "</Message>");
    trouble((struct aws_reply){.service = AWS_EC2, .status = 400, .body = buf_str(&body)}, &err);
    cr_assert(strlen(err.text) > 900 && str_is_utf8(str_of(err.text)));
    buf_finish(&body);
}

Test(aws_refusal, every_prefix_is_survived)
{
    static const char *const bodies[] = {
        "<?xml version=\"1.0\"?><ErrorResponse><Error><Code>A&amp;B</Code><Message><![CDATA[x]]>"
        "</Message></Error></ErrorResponse>",
        "{\"__type\":\"com.x#Bad\",\"message\":\"y\\u00e9\"}"};

    for (size_t b = 0; b < sizeof bodies / sizeof *bodies; b++) {
        for (size_t len = 0; len <= strlen(bodies[b]); len++) {
            char *exact = alloc_copy((struct str){bodies[b], len});
            struct error err = {0};

            trouble((struct aws_reply){.status = 400, .body = {exact, len}}, &err);
            is_a_sentence(&err, "prefix");
            free(exact);
        }
    }
}
