/* core/aws/refusal: every situation in the dialect of every service, as AWS documents them, and as
 * moto answers (one shape of XML for all). Code, words, meaning and sentence of each. */
#include "core/aws/refusal.h"

#include <criterion/criterion.h>

#include "core/base/buf.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(aws_refusal_rows, .fini = no_leaks);

enum dialect { QUERY, EC2, S3, REST_JSON, JSON_11, MOTO, DIALECTS };

static const enum aws_service speaker[DIALECTS] = {
    [QUERY] = AWS_IAM,     [EC2] = AWS_EC2,  [S3] = AWS_S3,
    [REST_JSON] = AWS_EKS, [MOTO] = AWS_EKS, [JSON_11] = AWS_SERVICE_QUOTAS,
};

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void put_body(struct buf *out, enum dialect dialect, const char *code, const char *words)
{
    static const struct {
        const char *before, *between, *after; /* of code and words */
    } shapes[DIALECTS] = {
        [QUERY] = {"<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error>"
                   "<Type>Sender</Type><Code>",
                   "</Code><Message>",
                   "</Message></Error><RequestId>r</RequestId></ErrorResponse>"},
        [EC2] = {XML "<Response><Errors><Error><Code>", "</Code><Message>",
                 "</Message></Error></Errors><RequestID>r</RequestID></Response>"},
        [S3] = {XML "<Error><Code>", "</Code><Message>",
                "</Message><RequestId>r</RequestId><HostId>h</HostId></Error>"},
        [MOTO] = {"<ErrorResponse><Errors><Error><Code>", "</Code><Message>",
                  "</Message></Error></Errors><RequestID>r</RequestID></ErrorResponse>"},
        [JSON_11] = {"{\"__type\":\"com.amazonaws.servicequotas#", "\",\"Message\":\"", "\"}"},
        [REST_JSON] = {"{\"message\":\"", "", "\",\"clusterName\":null}"},
    };

    /* rest-json has its code in a header */
    buf_printf(out, "%s%s%s%s%s", shapes[dialect].before, dialect == REST_JSON ? "" : code,
               shapes[dialect].between, words, shapes[dialect].after);
}

struct cell {
    int status;
    const char *code;
};

struct row {
    const char *words;
    enum aws_trouble trouble;
    enum error_kind kind;
    bool retryable;
    const char *said; /* begins the sentence; %s is the service */
    struct cell cells[DIALECTS];
};

static const struct row rows[] = {
    {"The security token included in the request is invalid.",
     AWS_UNKNOWN_KEY,
     ERROR_AUTH,
     false,
     "%s does not accept the access key: ",
     {{403, "InvalidClientTokenId"},
      {401, "AuthFailure"},
      {403, "InvalidAccessKeyId"},
      {403, "UnrecognizedClientException"},
      {400, "UnrecognizedClientException"},
      {403, "InvalidClientTokenId"}}},
    {"The request signature we calculated does not match the signature you provided.",
     AWS_WRONG_SECRET,
     ERROR_AUTH,
     false,
     "%s finds that the secret key does not fit the access key: ",
     {{403, "SignatureDoesNotMatch"},
      {0, ""}, /* EC2 says AuthFailure, as above */
      {403, "SignatureDoesNotMatch"},
      {403, "InvalidSignatureException"},
      {400, "InvalidSignatureException"},
      {403, "SignatureDoesNotMatch"}}},
    {"The security token included in the request is expired",
     AWS_EXPIRED,
     ERROR_AUTH,
     false,
     "The credentials have expired, says %s: ",
     {{403, "ExpiredToken"},
      {400, "RequestExpired"},
      {400, "ExpiredToken"},
      {403, "ExpiredTokenException"},
      {400, "ExpiredTokenException"},
      {403, "ExpiredToken"}}},
    {"Signature expired: 20261122T105416Z is now earlier than 20261122T114916Z "
     "(20261122T115416Z - 5 min.)",
     AWS_CLOCK,
     ERROR_SERVICE,
     false,
     "%s refused the request because the clock of this machine is ",
     {{403, "SignatureDoesNotMatch"},
      {0, ""},
      {403, "RequestTimeTooSkewed"},
      {403, "InvalidSignatureException"},
      {400, "InvalidSignatureException"},
      {403, "SignatureDoesNotMatch"}}},
    {"Signature not yet current: 20261122T125416Z is still later than 20261122T115916Z "
     "(20261122T115416Z + 5 min.)",
     AWS_CLOCK,
     ERROR_SERVICE,
     false,
     "%s refused the request because the clock of this machine is ",
     {{403, "SignatureDoesNotMatch"},
      {400, "RequestInTheFuture"},
      {403, "RequestTimeTooSkewed"},
      {403, "InvalidSignatureException"},
      {400, "InvalidSignatureException"},
      {403, "SignatureDoesNotMatch"}}},
    {"User: arn:aws:iam::123456789012:user/limited is not authorized to perform: x:Y",
     AWS_DENIED,
     ERROR_SERVICE,
     false,
     "%s does not permit DoIt: User: arn:aws:iam::123456789012:user/limited ",
     {{403, "AccessDenied"},
      {403, "UnauthorizedOperation"},
      {403, "AccessDenied"},
      {403, "AccessDeniedException"},
      {400, "AccessDeniedException"},
      {403, "AccessDenied"}}},
    {"Rate exceeded",
     AWS_THROTTLED,
     ERROR_SERVICE,
     true,
     "%s is asked too often for DoIt: Rate exceeded (",
     {{400, "Throttling"},
      {503, "RequestLimitExceeded"},
      {503, "SlowDown"},
      {429, "TooManyRequestsException"},
      {400, "ThrottlingException"},
      {400, "Throttling"}}},
    {"Request is missing Authentication Token",
     AWS_NOT_SIGNED_IN,
     ERROR_AUTH,
     false,
     "%s wants credentials for DoIt: ",
     {{403, "MissingAuthenticationToken"},
      {400, "MissingAuthenticationToken"},
      {0, ""}, /* S3 says AccessDenied */
      {403, "MissingAuthenticationTokenException"},
      {400, "MissingAuthenticationTokenException"},
      {403, "MissingAuthenticationToken"}}},
    {"It does not exist.",
     AWS_MISSING,
     ERROR_SERVICE,
     false,
     "%s found nothing for DoIt: It does not exist (",
     {{404, "NoSuchEntity"},
      {400, "InvalidVpcID.NotFound"},
      {404, "NoSuchBucket"},
      {404, "ResourceNotFoundException"},
      {400, "NoSuchResourceException"},
      {404, "ResourceNotFoundException"}}},
    {"We encountered an internal error. Please try again.",
     AWS_UNAVAILABLE,
     ERROR_SERVICE,
     true,
     "%s could not answer DoIt: We encountered an internal error. Please try again (",
     {{500, "InternalFailure"},
      {500, "InternalError"},
      {503, "ServiceUnavailable"},
      {500, "ServerException"},
      {500, "ServiceException"},
      {503, "ServiceUnavailable"}}},
    {"Your request took too long.",
     AWS_UNAVAILABLE,
     ERROR_SERVICE,
     true,
     "%s could not answer DoIt: Your request took too long (RequestTimeout",
     {{408, "RequestTimeout"},
      {400, "RequestTimeout"},
      {400, "RequestTimeout"},
      {408, "RequestTimeoutException"},
      {400, "RequestTimeoutException"},
      {400, "RequestTimeout"}}},
};

static void check_cell(const struct row *row, enum dialect dialect)
{
    const struct cell *cell = &row->cells[dialect];
    struct aws_refusal refusal;
    struct error err = {0};
    struct buf body = {0}, said = {0};
    struct aws_reply reply = {
        .service = speaker[dialect], .action = "DoIt", .status = cell->status};

    put_body(&body, dialect, cell->code, row->words);
    reply.body = buf_str(&body);
    if (dialect == REST_JSON)
        reply.error_type = str_of(cell->code);
    cr_assert_not(aws_refused(&reply, &refusal, &err));
    cr_assert_str_eq(refusal.code, cell->code);
    cr_assert_eq(refusal.trouble, row->trouble, "%s: %d", err.text, refusal.trouble);
    cr_assert_eq(err.kind, row->kind, "%s", err.text);
    cr_assert_eq(refusal.retryable, row->retryable, "%s", err.text);
    cr_assert_eq(err.code, cell->status);
    ptrdiff_t at = str_find(str_of(row->said), STR("%s"));
    buf_append(&said, (struct str){row->said, (size_t)at});
    buf_printf(&said, "%s%s", aws_service_name(speaker[dialect]), row->said + at + 2);
    cr_assert(str_starts(str_of(err.text), buf_str(&said)), "%s", err.text);
    buf_clear(&said);
    buf_printf(&said, " (%s).", cell->code);
    cr_assert(str_ends(str_of(err.text), buf_str(&said)), "%s", err.text);
    cr_assert_gt(strlen(err.hint), 20);
    buf_finish(&said);
    buf_finish(&body);
}

Test(aws_refusal_rows, every_situation_in_every_dialect)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int dialect = 0; dialect < DIALECTS; dialect++)
            if (rows[i].cells[dialect].status)
                check_cell(&rows[i], (enum dialect)dialect);
}

Test(aws_refusal_rows, the_type_in_the_header_and_the_body_may_carry_more)
{
    struct aws_refusal refusal;
    struct error err = {0};
    struct aws_reply reply = {
        .service = AWS_EKS,
        .action = "DoIt",
        .status = 404,
        .error_type = STR("ResourceNotFoundException:http://internal.amazon.com/coral/"),
        .body = STR("{\"message\":null,\"__type\":\"other#Thing\"}")};

    aws_refused(&reply, &refusal, &err);
    cr_assert_str_eq(refusal.code, "ResourceNotFoundException");
    cr_assert_eq(refusal.trouble, AWS_MISSING);
    reply.error_type = STR("");
    reply.body = STR("{\"message\":\"no\",\"code\":\"aws.eks#ResourceNotFoundException:x\"}");
    aws_refused(&reply, &refusal, &err);
    cr_assert_str_eq(refusal.code, "ResourceNotFoundException");
}

Test(aws_refusal_rows, a_bucket_elsewhere_says_where)
{
    static const struct {
        int status;
        struct str header, body;
    } cases[] = {
        {301, STR("eu-west-1"), STR("<Error><Code>PermanentRedirect</Code></Error>")},
        {400, STR(""),
         STR("<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>"
             "<Region>eu-west-1</Region></Error>")},
        {301, STR("eu-west-1"), STR("")}, /* HEAD */
        {400, STR("eu-west-1"), STR("")},
        {307, STR("eu-west-1"), STR("<Error><Code>TemporaryRedirect</Code></Error>")},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aws_refusal refusal;
        struct error err = {0};
        struct aws_reply reply = {.service = AWS_S3,
                                  .action = "HeadBucket",
                                  .status = cases[i].status,
                                  .bucket_region = cases[i].header,
                                  .body = cases[i].body};
        aws_refused(&reply, &refusal, &err);
        cr_assert_eq(refusal.trouble, AWS_ELSEWHERE, "%zu", i);
        cr_assert_str_eq(refusal.region, "eu-west-1");
    }
}
