/* Sends a request, signed anew for each attempt, until there is an answer or it is time to give up;
 * see aws.h. */
#include "core/aws/aws.h"

#include "core/aws/renewal.h"
#include "core/aws/sigv4.h"

#include "core/base/alloc.h"

enum { TIMEOUT_MS = 30000 };

static void http_done(struct http_request *http);

/* The request's own headers. */
static bool put_own_headers(struct aws_request *request, struct error *err)
{
    struct http_request *http = &request->http;
    struct str lines = buf_str(&request->headers), line, name;

    while (lines.len > 0) {
        char key[64];

        str_cut(&lines, '\n', &line);
        str_cut(&line, ':', &name);
        str_copy(name, key, sizeof key);
        http_header(http, key, str_trim(line));
    }
    return !request->bearer ||
           http_secret_header(http, request->bearer_name, STR(""), request->bearer, err);
}

/* Those that the signature adds. */
static bool put_signature(struct aws_request *request, const struct sigv4_signature *signature,
                          struct error *err)
{
    struct http_request *http = &request->http;

    http_header(http, "X-Amz-Date", str_of(signature->date));
    http_header(http, "X-Amz-Content-SHA256", str_of(signature->payload_hash));
    http_header(http, "Authorization", buf_str(&signature->authorization));
    return secret_empty(&request->aws->creds.token) ||
           http_secret_header(http, "X-Amz-Security-Token", STR(""), &request->aws->creds.token,
                              err);
}

static bool sign(struct aws_request *request, const struct endpoint *endpoint, struct str url,
                 struct error *err)
{
    struct aws *aws = request->aws;
    struct sigv4_signature signature = {0};
    struct sigv4 what = {
        .method = request->method,
        .url = url,
        .headers = buf_str(&request->headers),
        .body = buf_str(&request->body),
        .region = endpoint->region,
        .service = endpoint->service,
        .s3 = request->service == AWS_S3,
        .content_hash = true,
        .wall_ms = clock_wall(aws->http->loop->clock) + aws->correction_ms,
    };
    bool ok =
        sigv4_sign(&what, &aws->creds, &signature, err) && put_signature(request, &signature, err);

    sigv4_signature_finish(&signature);
    return ok;
}

static bool find_endpoint(const struct aws_request *request, struct endpoint *endpoint,
                          struct error *err)
{
    const struct endpoints *endpoints = &request->aws->endpoints;

    if (request->bucket[0])
        return endpoint_for_bucket(endpoints, request->region, request->bucket, endpoint, err);
    return endpoint_for(endpoints, request->service, request->region, endpoint, err);
}

/* What the last attempt left behind. */
static void forget_attempt(struct aws_request *request)
{
    struct http_request *http = &request->http;

    if (request->confidential && http->body.data)
        secret_wipe(http->body.data, http->body.len);
    if (request->confidential && http->response.data)
        secret_wipe(http->response.data, http->response.len);
    http_request_finish(http);
}

static bool attempt(struct aws_request *request, struct error *err)
{
    struct endpoint endpoint;
    struct buf url = {0};
    bool ok;

    if (!find_endpoint(request, &endpoint, err))
        return false;
    buf_printf(&url, "%s", endpoint.url);
    buf_append(&url, buf_str(&request->path));
    forget_attempt(request);
    http_request_init(&request->http, request->method, buf_cstr(&url));
    request->http.timeout_ms = TIMEOUT_MS;
    request->http.done = http_done;
    buf_append(&request->http.body, buf_str(&request->body));
    ok = put_own_headers(request, err) &&
         (request->anonymous || sign(request, &endpoint, buf_str(&url), err)) &&
         http_send(request->aws->http, &request->http, err);
    buf_finish(&url);
    request->attempt++;
    return ok;
}

bool aws_request_send(struct aws_request *request, struct error *err)
{
    request->attempt = 0;
    request->paid = 0;
    request->resigned = request->ok = false;
    error_clear(&request->error);
    switch (request->anonymous ? AWS_KEYS_READY : aws_renewal_ask(request, err)) {
    case AWS_KEYS_READY:
        return attempt(request, err);
    case AWS_KEYS_COME:
        return true;
    case AWS_KEYS_FAIL:
        break;
    }
    return false;
}

static void end(struct aws_request *request)
{
    request->done(request);
}

static void again(struct aws_request *request)
{
    if (!attempt(request, &request->error))
        end(request);
}

static void timer_fired(struct timer *timer)
{
    again(container_of(timer, struct aws_request, timer));
}

static void keys_failed(struct timer *timer)
{
    end(container_of(timer, struct aws_request, timer));
}

void aws_request_go_on(struct aws_request *request, const struct error *err)
{
    if (err)
        request->error = *err;
    request->timer.fire = err ? keys_failed : timer_fired;
    loop_after(request->aws->http->loop, &request->timer, 0);
}

static bool retry(struct aws_request *request)
{
    struct aws *aws = request->aws;
    struct http_request *http = &request->http;

    if (!aws_retries_take(&aws->retries, request->attempt, http->timed_out, &request->paid))
        return false;
    request->timer.fire = timer_fired;
    loop_after(aws->http->loop, &request->timer,
               aws_retries_wait(&aws->retries, request->attempt, http,
                                clock_wall(aws->http->loop->clock)));
    return true;
}

/* ---- answers ---- */

/* Date has whole seconds and was written about half-way between asking and hearing. */
static void measure_skew(struct aws_request *request)
{
    struct aws *aws = request->aws;
    const struct http_request *http = &request->http;
    int64_t date;

    if (!clock_parse_http(http_response_header(http, "Date"), &date))
        return;
    aws->skew_known = true;
    aws->skew_ms =
        date + 500 - clock_wall(aws->http->loop->clock) + (http->ended_ms - http->began_ms) / 2;
}

static bool wrong_time(const struct aws *aws)
{
    int64_t left = aws->skew_ms - aws->correction_ms;

    return aws->skew_known && (left > AWS_SKEW_MAX_MS || left < -AWS_SKEW_MAX_MS);
}

static void unreached(struct aws_request *request)
{
    if (!request->http.lasting && retry(request))
        return;
    request->error = request->http.error;
    error_wrap(&request->error, "%s was not reached", aws_service_name(request->service));
    end(request);
}

static void refused(struct aws_request *request)
{
    struct aws *aws = request->aws;
    struct http_request *http = &request->http;
    struct aws_reply reply = {
        .service = request->service,
        .action = request->action,
        .status = http->status,
        .error_type = http_response_header(http, "x-amzn-ErrorType"),
        .bucket_region = http_response_header(http, "x-amz-bucket-region"),
        .body = buf_str(&http->response),
        .skew_ms = aws->skew_known ? aws->skew_ms : 0,
        .wall_ms = clock_wall(aws->http->loop->clock),
        .long_lived = secret_empty(&aws->creds.token),
    };

    aws_refused(&reply, &request->refusal, &request->error);
    if (request->refusal.trouble == AWS_CLOCK)
        aws->skew_ms = request->refusal.skew_ms;
    if (request->refusal.trouble == AWS_CLOCK && !request->resigned && wrong_time(aws)) {
        request->resigned = true;
        request->attempt--;
        aws->correction_ms = aws->skew_ms;
        again(request);
        return;
    }
    if (!request->refusal.retryable || !retry(request))
        end(request);
}

static void http_done(struct http_request *http)
{
    struct aws_request *request = container_of(http, struct aws_request, http);

    if (http->failed) {
        unreached(request);
        return;
    }
    measure_skew(request);
    if (http->status < 200 || http->status >= 300) {
        refused(request);
        return;
    }
    aws_retries_refund(&request->aws->retries, request->paid);
    request->ok = true;
    error_clear(&request->error);
    end(request);
}

void aws_request_cancel(struct aws_request *request)
{
    if (!request->aws)
        return;
    list_remove(&request->waiting);
    loop_cancel(request->aws->http->loop, &request->timer);
    http_cancel(&request->http);
}

void aws_request_finish(struct aws_request *request)
{
    aws_request_cancel(request);
    forget_attempt(request);
    if (request->confidential && request->body.data)
        secret_wipe(request->body.data, request->body.len);
    buf_finish(&request->path);
    buf_finish(&request->headers);
    buf_finish(&request->body);
}
