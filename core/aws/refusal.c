/* A table from codes to troubles, a table from troubles to words. */
#include "core/aws/refusal.h"

#include "core/aws/refusal_words.h"

#include "core/base/clock.h"
#include "core/base/xml.h"

#include "core/base/alloc.h"

/* "… earlier than 20261122T114916Z (20261122T115416Z - 5 min.)": what stands in the brackets is
 * the time there. S3 has <ServerTime>. */
static bool told_time(struct str body, struct str message, int64_t *wall_ms)
{
    ptrdiff_t at = str_find(message, STR("Z ("));
    char text[32];
    struct str t;

    if (xml_value(body, "ServerTime", text, sizeof text))
        return clock_parse_rfc3339(str_of(text), wall_ms);
    if (at < 0)
        return false;
    t = str_skip(message, (size_t)at + 3);
    if (t.len < 16)
        return false;
    snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t.data, t.data + 4, t.data + 6,
             t.data + 9, t.data + 11, t.data + 13);
    return clock_parse_rfc3339(str_of(text), wall_ms);
}

static int64_t skew_of(const struct aws_reply *reply, const struct refusal_words *words)
{
    int64_t there;

    if (reply->wall_ms && told_time(reply->body, buf_str(&words->message), &there))
        return there - reply->wall_ms;
    return reply->skew_ms;
}

/* ---- trouble ---- */

struct known {
    const char *code;
    enum aws_trouble trouble;
};

static const struct known known[] = {
    {"InvalidClientTokenId", AWS_UNKNOWN_KEY},
    {"InvalidAccessKeyId", AWS_UNKNOWN_KEY},
    {"UnrecognizedClientException", AWS_UNKNOWN_KEY},
    {"InvalidToken", AWS_UNKNOWN_KEY},
    {"AuthFailure", AWS_UNKNOWN_KEY},
    {"SignatureDoesNotMatch", AWS_WRONG_SECRET},
    {"InvalidSignatureException", AWS_WRONG_SECRET},
    {"InvalidSignature", AWS_WRONG_SECRET},
    {"ExpiredToken", AWS_EXPIRED},
    {"ExpiredTokenException", AWS_EXPIRED},
    {"TokenRefreshRequired", AWS_EXPIRED},
    {"RequestExpired", AWS_EXPIRED},
    {"MissingAuthenticationToken", AWS_NOT_SIGNED_IN},
    {"MissingAuthenticationTokenException", AWS_NOT_SIGNED_IN},
    {"UnauthorizedException", AWS_NOT_SIGNED_IN},
    {"InvalidGrantException", AWS_NOT_SIGNED_IN},
    {"invalid_grant", AWS_NOT_SIGNED_IN},
    {"RequestTimeTooSkewed", AWS_CLOCK},
    {"RequestInTheFuture", AWS_CLOCK},
    {"AccessDenied", AWS_DENIED},
    {"AccessDeniedException", AWS_DENIED},
    {"UnauthorizedOperation", AWS_DENIED},
    {"ForbiddenException", AWS_DENIED},
    {"OptInRequired", AWS_DENIED},
    {"Throttling", AWS_THROTTLED},
    {"ThrottlingException", AWS_THROTTLED},
    {"ThrottledException", AWS_THROTTLED},
    {"RequestThrottled", AWS_THROTTLED},
    {"RequestThrottledException", AWS_THROTTLED},
    {"TooManyRequestsException", AWS_THROTTLED},
    {"RequestLimitExceeded", AWS_THROTTLED},
    {"BandwidthLimitExceeded", AWS_THROTTLED},
    {"LimitExceededException", AWS_THROTTLED},
    {"SlowDown", AWS_THROTTLED},
    {"EC2ThrottledException", AWS_THROTTLED},
    {"ProvisionedThroughputExceededException", AWS_THROTTLED},
    {"TransactionInProgressException", AWS_THROTTLED},
    {"PriorRequestNotComplete", AWS_THROTTLED},
    {"RequestTimeout", AWS_UNAVAILABLE},
    {"RequestTimeoutException", AWS_UNAVAILABLE},
    {"InternalError", AWS_UNAVAILABLE},
    {"InternalFailure", AWS_UNAVAILABLE},
    {"ServiceUnavailable", AWS_UNAVAILABLE},
    {"ServiceUnavailableException", AWS_UNAVAILABLE},
    {"InternalServerException", AWS_UNAVAILABLE},
    {"IDPCommunicationError", AWS_UNAVAILABLE},
    {"ResourceNotFoundException", AWS_MISSING},
    {"NoSuchEntity", AWS_MISSING},
    {"NoSuchBucket", AWS_MISSING},
    {"NoSuchKey", AWS_MISSING},
    {"NoSuchResourceException", AWS_MISSING},
    {"LoadBalancerNotFound", AWS_MISSING},
    {"NatGatewayNotFound", AWS_MISSING},
    {"PermanentRedirect", AWS_ELSEWHERE},
    {"AuthorizationHeaderMalformed", AWS_ELSEWHERE},
};

static enum aws_trouble by_status(int status)
{
    if (status == 407)
        return AWS_PROXY;
    if (status == 429)
        return AWS_THROTTLED;
    if (status >= 500)
        return AWS_UNAVAILABLE;
    if (status == 403)
        return AWS_DENIED;
    return status == 404 ? AWS_MISSING : status == 401 ? AWS_NOT_SIGNED_IN : AWS_OTHER;
}

/* Not the service: it has no pages, and leads nobody elsewhere. An error 500 may be its own. */
static bool is_stranger(const struct aws_reply *reply, const struct refusal_words *words)
{
    if (words->code[0] || reply->status == 500 || reply->status == 407)
        return false;
    return words->page || reply->status / 100 == 3 || reply->status == 511;
}

static enum aws_trouble trouble_of(const struct aws_reply *reply, const struct refusal_words *words,
                                   int64_t skew_ms)
{
    bool skewed = !words->page && (skew_ms > AWS_SKEW_MAX_MS || skew_ms < -AWS_SKEW_MAX_MS);
    struct str code = str_of(words->code), message = buf_str(&words->message);
    enum aws_trouble trouble = by_status(reply->status);

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_is(code, known[i].code))
            trouble = known[i].trouble;
    }
    if (str_ends(code, STR(".NotFound")))
        trouble = AWS_MISSING;
    /* EC2 tells a wrong clock by the codes for bad or expired keys; S3's HEAD tells nothing */
    if (skewed && (trouble == AWS_WRONG_SECRET || trouble == AWS_EXPIRED || code.len == 0 ||
                   str_is(code, "AuthFailure")))
        return reply->status >= 400 && reply->status < 500 ? AWS_CLOCK : trouble;
    if (reply->long_lived && str_is(code, "RequestExpired"))
        return AWS_CLOCK;
    if (trouble == AWS_WRONG_SECRET && (str_find(message, STR("Signature expired")) >= 0 ||
                                        str_find(message, STR("not yet current")) >= 0))
        return AWS_CLOCK;
    if (trouble == AWS_ELSEWHERE && reply->service != AWS_S3)
        return AWS_WRONG_SECRET;
    if (reply->service == AWS_S3 && reply->status / 100 == 3 &&
        (reply->bucket_region.len > 0 || !words->page))
        return AWS_ELSEWHERE;
    if (is_stranger(reply, words))
        return AWS_STRANGER;
    if (code.len == 0 && reply->status == 400 && reply->bucket_region.len > 0)
        return AWS_ELSEWHERE;
    return trouble;
}

/* ---- words ---- */

static const char *status_words(int status)
{
    static const struct {
        int status;
        const char *words;
    } table[] = {{301, "Moved Permanently"},
                 {302, "Found"},
                 {303, "See Other"},
                 {307, "Temporary Redirect"},
                 {308, "Permanent Redirect"},
                 {400, "Bad Request"},
                 {401, "Unauthorized"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {407, "Proxy Authentication"},
                 {408, "Request Timeout"},
                 {409, "Conflict"},
                 {412, "Precondition Failed"},
                 {413, "Content Too Large"},
                 {429, "Too Many Requests"},
                 {500, "Internal Server Error"},
                 {502, "Bad Gateway"},
                 {503, "Service Unavailable"},
                 {504, "Gateway Timeout"},
                 {511, "Network Authentication Required"}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].status == status)
            return table[i].words;
    }
    return "no words for it";
}

/* before SERVICE middle [ACTION] */
static const struct {
    const char *before, *middle;
    bool action;
    const char *advice;
} phrases[] = {
    [AWS_OTHER] = {"", " refused ", true,
                   "If it is not clear what to change, look the code up in the API reference."},
    [AWS_UNKNOWN_KEY] = {"", " does not accept the access key", false,
                         "The key may be mistyped, deleted or inactive, the session token may not "
                         "belong to it, or the region is not enabled for the account."},
    [AWS_WRONG_SECRET] = {"", " finds that the secret key does not fit the access key", false,
                          "Copy aws_secret_access_key again, whole and without blanks."},
    [AWS_EXPIRED] = {"The credentials have expired, says ", "", false,
                     "Sign in again, or get new session keys, and try again."},
    [AWS_NOT_SIGNED_IN] = {"", " wants credentials for ", true,
                           "Choose a profile with credentials, or sign in again."},
    [AWS_CLOCK] = {"", " refused the request because the clock of this machine is ", false,
                   "Set it right: run  timedatectl set-ntp true"},
    [AWS_DENIED] = {"", " does not permit ", true,
                    "Ask the administrator of the account for this permission, or choose another "
                    "profile."},
    [AWS_THROTTLED] = {"", " is asked too often for ", true, "Wait a moment and try again."},
    [AWS_UNAVAILABLE] = {"", " could not answer ", true,
                         "Try again; if it stays, look at https://health.aws.amazon.com and at the "
                         "proxy settings."},
    [AWS_MISSING] = {"", " found nothing for ", true, "Check name and region."},
    [AWS_ELSEWHERE] = {"The bucket is in another region, says ", "", false,
                       "Choose the region of the bucket, or another bucket."},
    [AWS_PROXY] = {"The proxy on the way to ", " wants to know who you are", false,
                   "Put user and password into HTTPS_PROXY, or add the host to NO_PROXY."},
    [AWS_STRANGER] = {"Something on the way to ",
                      ", such as a proxy or a network's sign-in page, answered ", true,
                      "Check HTTPS_PROXY, http_proxy and NO_PROXY, and whether a browser here is "
                      "asked to sign in; or an endpoint_url that leads elsewhere."},
};

static const char *advice(enum aws_trouble trouble, const char *code)
{
    if (strcmp(code, "AuthFailure") == 0) /* EC2 says no more than that */
        return "Check access key, secret and session token of the profile, and that the region is "
               "enabled for the account.";
    return phrases[trouble].advice;
}

static void say_what(const struct aws_reply *reply, enum aws_trouble trouble, int64_t skew,
                     struct buf *out)
{
    char span[CLOCK_TEXT];

    buf_printf(out, "%s%s%s%s", phrases[trouble].before, aws_service_name(reply->service),
               phrases[trouble].middle, phrases[trouble].action ? reply->action : "");
    if (trouble == AWS_CLOCK && skew < 60000 && skew > -60000)
        buf_text(out, "wrong"); /* Date says otherwise, and is not to be trusted then */
    else if (trouble == AWS_CLOCK)
        buf_printf(out, "%s %s", clock_span(skew < 0 ? -skew : skew, span),
                   skew > 0 ? "behind" : "ahead");
}

static enum error_kind kind_of(enum aws_trouble trouble)
{
    switch (trouble) {
    case AWS_UNKNOWN_KEY:
    case AWS_WRONG_SECRET:
    case AWS_EXPIRED:
    case AWS_NOT_SIGNED_IN:
        return ERROR_AUTH;
    case AWS_PROXY:
    case AWS_STRANGER:
        return ERROR_NETWORK;
    case AWS_CLOCK:
    case AWS_DENIED:
    case AWS_THROTTLED:
    case AWS_UNAVAILABLE:
    case AWS_MISSING:
    case AWS_ELSEWHERE:
    case AWS_OTHER:
        break;
    }
    return ERROR_SERVICE;
}

/* S3 names the bucket's region in a header, or in the body. */
static void find_region(const struct aws_reply *reply, struct aws_refusal *refusal)
{
    if (refusal->trouble != AWS_ELSEWHERE)
        return;
    if (reply->bucket_region.len > 0)
        str_copy(reply->bucket_region, refusal->region, sizeof refusal->region);
    else
        xml_value(reply->body, "Region", refusal->region, sizeof refusal->region);
}

bool aws_refused(const struct aws_reply *reply, struct aws_refusal *refusal, struct error *err)
{
    struct refusal_words words;
    struct buf text = {0};

    refusal_words_read(reply, &words);
    *refusal = (struct aws_refusal){.skew_ms = skew_of(reply, &words)};
    refusal->trouble = trouble_of(reply, &words, refusal->skew_ms);
    memcpy(refusal->code, words.code, sizeof refusal->code);
    refusal->retryable = refusal->trouble == AWS_THROTTLED || reply->status == 500 ||
                         (reply->status >= 502 && reply->status <= 504) ||
                         str_starts(str_of(words.code), STR("RequestTimeout")) ||
                         str_is(str_of(words.code), "IDPCommunicationError");
    find_region(reply, refusal);
    say_what(reply, refusal->trouble, refusal->skew_ms, &text);
    if (words.message.len > 0)
        buf_printf(&text, words.page ? ": \"%s\"" : ": %s", buf_cstr(&words.message));
    if (words.code[0])
        buf_printf(&text, " (%s).", words.code);
    else
        buf_printf(&text, " (HTTP %d, %s).", reply->status, status_words(reply->status));
    error_set(err, kind_of(refusal->trouble), "%s", buf_cstr(&text));
    error_hint(err, "%s", advice(refusal->trouble, words.code));
    if (err)
        err->code = reply->status;
    buf_finish(&words.message);
    buf_finish(&text);
    return false;
}
