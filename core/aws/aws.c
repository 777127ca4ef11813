/* One request, signed anew for each attempt; see aws.h. */
#include "core/aws/aws.h"

#include <openssl/rand.h>

#include "core/aws/region.h"
#include "core/aws/renewal.h"
#include "core/aws/sigv4.h"

#include "core/base/alloc.h"

enum {
    ATTEMPTS = 3,
    ATTEMPTS_MAX = 20,
    TIMEOUT_MS = 30000,
    BACKOFF_MAX_MS = 20000,
    /* botocore's quota: retries stop for a while when everything fails */
    RETRY_TOKENS = 500,
    RETRY_COST = 5,
    RETRY_COST_UNREACHED = 10,
};

static double some_fraction(void)
{
    unsigned char bytes[4] = {0x80, 0, 0, 0};

    RAND_bytes(bytes, sizeof bytes);
    return (double)(bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                    (uint32_t)bytes[3] << 24) /
           4294967296.0;
}

static unsigned attempts(const struct profiles *profiles, const struct profile *profile)
{
    const char *text = profiles_env(profiles, "AWS_MAX_ATTEMPTS");
    int64_t number;

    if (!text)
        text = profile_get(profiles, profile, "max_attempts");
    if (!text || !str_to_int64(str_of(text), &number) || number < 1)
        return ATTEMPTS;
    return number > ATTEMPTS_MAX ? ATTEMPTS_MAX : (unsigned)number;
}

const char *aws_ca_bundle(const struct profiles *profiles, const struct profile *profile)
{
    const char *path = profiles_env(profiles, "AWS_CA_BUNDLE");

    return path ? path : profile_get(profiles, profile, "ca_bundle");
}

bool aws_init(struct aws *aws, struct http *http, const struct profiles *profiles,
              const struct profile *profile, const char *region, struct creds *creds,
              struct error *err)
{
    *aws = (struct aws){
        .http = http,
        .creds = *creds,
        .max_attempts = attempts(profiles, profile),
        .retry_tokens = RETRY_TOKENS,
        .random = some_fraction,
    };
    *creds = (struct creds){0};
    if (region_check(region, err) && endpoints_load(&aws->endpoints, profiles, profile, err))
        return str_copy(str_of(region), aws->region, sizeof aws->region);
    aws_finish(aws);
    return false;
}

void aws_finish(struct aws *aws)
{
    aws_renewal_finish(aws);
    creds_finish(&aws->creds);
}

void aws_set_creds(struct aws *aws, struct creds *creds)
{
    creds_finish(&aws->creds);
    aws->creds = *creds;
    *creds = (struct creds){0};
}

/* ---- building ---- */

void aws_request_init(struct aws_request *request, struct aws *aws, enum aws_service service,
                      const char *action, const char *method, const char *path)
{
    *request =
        (struct aws_request){.aws = aws, .service = service, .action = action, .separator = "?"};
    str_copy(str_of(aws->region), request->region, sizeof request->region);
    str_copy(str_of(method), request->method, sizeof request->method);
    buf_text(&request->path, path);
}

void aws_request_segment(struct aws_request *request, struct str segment)
{
    buf_byte(&request->path, '/');
    sigv4_encode(&request->path, segment, "");
}

static void put_parameter(struct buf *out, const char *name, struct str value)
{
    sigv4_encode(out, str_of(name), "");
    buf_byte(out, '=');
    sigv4_encode(out, value, "");
}

void aws_request_query(struct aws_request *request, const char *name, struct str value)
{
    buf_text(&request->path, request->separator);
    request->separator = "&";
    put_parameter(&request->path, name, value);
}

void aws_form_init(struct aws_request *request, struct aws *aws, enum aws_service service,
                   const char *action, const char *version)
{
    aws_request_init(request, aws, service, action, "POST", "/");
    buf_text(&request->headers, "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n");
    buf_printf(&request->body, "Action=%s&Version=%s", action, version);
}

void aws_form_set(struct aws_request *request, const char *name, struct str value)
{
    buf_byte(&request->body, '&');
    put_parameter(&request->body, name, value);
}

/* ---- sending ---- */

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

/* rand × min(2^n, 20 s), n counting retries from 0. False when it is time to give up. */
static bool retry(struct aws_request *request, int cost)
{
    struct aws *aws = request->aws;
    int64_t most = BACKOFF_MAX_MS;

    if (request->attempt >= aws->max_attempts || aws->retry_tokens < cost)
        return false;
    aws->retry_tokens -= cost;
    if (request->attempt < 6 && most > (int64_t)1000 << (request->attempt - 1))
        most = (int64_t)1000 << (request->attempt - 1);
    request->timer.fire = timer_fired;
    loop_after(aws->http->loop, &request->timer, (int64_t)(aws->random() * (double)most));
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
    if (retry(request, RETRY_COST_UNREACHED))
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
    if (!request->refusal.retryable || !retry(request, RETRY_COST))
        end(request);
}

static void http_done(struct http_request *http)
{
    struct aws_request *request = container_of(http, struct aws_request, http);
    struct aws *aws = request->aws;

    if (http->failed) {
        unreached(request);
        return;
    }
    measure_skew(request);
    if (http->status < 200 || http->status >= 300) {
        refused(request);
        return;
    }
    if (aws->retry_tokens < RETRY_TOKENS)
        aws->retry_tokens++;
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

bool aws_request_nonsense(const struct aws_request *request, struct error *err)
{
    error_set(err, ERROR_SERVICE, "The answer of %s to %s is not what AWS sends.",
              aws_service_name(request->service), request->action);
    return error_hint(err, "A proxy or a sign-in page of the network may have answered instead.");
}
