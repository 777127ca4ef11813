/* core/aws/s3 against a server that follows a script: what goes over the wire, and what an answer
 * without a body still tells. */
#include "core/aws/s3.h"

#include <criterion/criterion.h>

#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct still_clock still;
static struct loop loop;
static struct server server;
static struct http http;
static struct aws aws;
static struct s3_call call;
static struct buf answer;
static bool over;

static const char *nothing(const char *name)
{
    (void)name;
    return NULL;
}

static void begin(void)
{
    struct profiles profiles = {.env = nothing};
    struct creds creds = {.access_key_id = "AKIDEXAMPLE"};
    struct error err = {0};
    still_clock_init(&still);
    loop_init(&loop, &still.clock);
    server_init(&server, &loop);
    http_init(&http, &loop, &(struct http_route){.port = server.port});
    cr_assert(secret_set(&creds.secret, STR("secret"), &err));
    cr_assert(aws_init(&aws, &http, &profiles, NULL, "us-east-2", &creds, &err), "%s", err.text);
    for (int i = 0; i < AWS_SERVICES; i++) /* the server speaks no TLS; hosts stay what they are */
        aws.endpoints.url[i][0] = '\0';
    str_copy(STR("http://s3.us-east-2.amazonaws.com"), aws.endpoints.url[AWS_S3],
             sizeof aws.endpoints.url[AWS_S3]);
    aws.retries.max_attempts = 1;
}

static void end(void)
{
    s3_finish(&call);
    s3_finish(&call);
    aws_finish(&aws);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    buf_finish(&answer);
    no_leaks();
}

TestSuite(s3, .init = begin, .fini = end, .timeout = 60);

static void called(struct s3_call *done)
{
    (void)done;
    over = true;
}

static void ask(enum s3_verb verb, const char *key, const char *answered)
{
    struct error err = {0};
    buf_clear(&answer);
    buf_text(&answer, answered);
    server.answer = buf_str(&answer);
    over = false;
    s3_finish(&call);
    cr_assert(
        s3_start(&call, &aws, verb, "us-east-2", "acme-pypi", key, STR("hello\n"), called, &err),
        "%s", err.text);
    cr_assert(turns_until(&loop, &over));
}

static bool sent(const char *part)
{
    return str_find(buf_str(&server.last), str_of(part)) >= 0;
}

#define FINE "HTTP/1.1 200 OK\r\nx-amz-bucket-region: us-east-2\r\nContent-Length: 0\r\n\r\n"

Test(s3, requests_are_signed_for_s3)
{
    ask(S3_HEAD_BUCKET, "", FINE);
    cr_assert(call.ok, "%s", call.error.text);
    cr_assert_str_eq(call.region, "us-east-2");
    cr_assert(sent("HEAD /acme-pypi/ HTTP/1.1\r\n"));
    cr_assert(sent("/us-east-2/s3/aws4_request"));
    ask(S3_LIST, ".ekshub-probe/", FINE);
    cr_assert(sent("GET /acme-pypi/?list-type=2&max-keys=1&prefix=.ekshub-probe%2F HTTP/1.1\r\n"));
    ask(S3_PUT, ".ekshub-probe/7f3a b", FINE);
    cr_assert(sent("PUT /acme-pypi/.ekshub-probe/7f3a%20b HTTP/1.1\r\n"));
    cr_assert(sent("\r\n\r\nhello\n"));
    cr_assert(sent("X-Amz-Content-SHA256: "
                   "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"));
    ask(S3_DELETE, "k", "HTTP/1.1 204 No Content\r\n\r\n");
    cr_assert(call.ok);
    cr_assert(sent("DELETE /acme-pypi/k HTTP/1.1\r\n"));
}

Test(s3, a_bucket_in_another_region_says_where)
{
    ask(S3_HEAD_BUCKET, "",
        "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: 0\r\n\r\n");
    cr_assert_not(call.ok);
    cr_assert_not(call.missing);
    cr_assert_str_eq(call.region, "eu-west-1");
    cr_assert_eq(call.request.refusal.trouble, AWS_ELSEWHERE);
}

Test(s3, missing_and_forbidden_without_a_body)
{
    ask(S3_HEAD_BUCKET, "", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    cr_assert(call.missing);
    ask(S3_HEAD_BUCKET, "", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    cr_assert_not(call.missing);
    cr_assert_eq(call.request.refusal.trouble, AWS_DENIED);
    cr_assert_eq(call.error.code, 403);
}

Test(s3, hostile_answers_are_cleaned)
{
    static const char body[] =
        "<Error><Code>AccessDenied</Code><Message>no\x1b[2J way\x07</Message></Error>";
    char whole[256];
    snprintf(whole, sizeof whole, "HTTP/1.1 403 No\r\nContent-Length: %zu\r\n\r\n%s",
             sizeof body - 1, body);
    ask(S3_PUT, "k", whole);
    cr_assert_not(call.ok);
    for (const char *c = call.error.text; *c; c++)
        cr_assert((unsigned char)*c >= ' ');
    ask(S3_HEAD_BUCKET, "",
        "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: eu\x1b[2J.evil.org/\r\nContent-Length: 0\r\n"
        "\r\n");
    cr_assert_not(call.ok);
    cr_assert_str_eq(call.region, "", "that is none: it is neither asked nor shown");
}

Test(s3, rights_have_the_names_of_policies)
{
    cr_assert_str_eq(s3_right(S3_PUT), "s3:PutObject");
    cr_assert_str_eq(s3_right(S3_LIST), "s3:ListBucket");
}
