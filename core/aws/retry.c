/* The figures of the "standard" mode; see retry.h. */
#include "core/aws/retry.h"

#include <openssl/rand.h>

#include "core/base/clock.h"

#include "core/base/alloc.h"

enum {
    ATTEMPTS = 3,
    ATTEMPTS_MAX = 20,
    WAIT_MAX_MS = 20000,
    ASKED_MORE_MS = 5000,
    COST = 5,
    COST_OF_TIMEOUT = 10,
    REFUND = 1,
};

static double some_fraction(void)
{
    unsigned char bytes[4] = {0x80, 0, 0, 0};

    RAND_bytes(bytes, sizeof bytes);
    return (double)(bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                    (uint32_t)bytes[3] << 24) /
           4294967296.0;
}

static unsigned attempts_of(const struct profiles *profiles, const struct profile *profile)
{
    const char *text = profiles_env(profiles, "AWS_MAX_ATTEMPTS");
    int64_t number;

    if (!text)
        text = profile_get(profiles, profile, "max_attempts");
    if (!text || !str_to_int64(str_of(text), &number) || number < 1)
        return ATTEMPTS;
    return number > ATTEMPTS_MAX ? ATTEMPTS_MAX : (unsigned)number;
}

void aws_retries_init(struct aws_retries *retries, const struct profiles *profiles,
                      const struct profile *profile)
{
    *retries = (struct aws_retries){
        .max_attempts = attempts_of(profiles, profile),
        .tokens = AWS_RETRY_TOKENS,
        .random = some_fraction,
    };
}

bool aws_retries_take(struct aws_retries *retries, unsigned attempts, bool timed_out, int *paid)
{
    int cost = timed_out ? COST_OF_TIMEOUT : COST;

    if (attempts >= retries->max_attempts || retries->tokens < cost)
        return false;
    retries->tokens -= cost;
    *paid = cost;
    return true;
}

void aws_retries_refund(struct aws_retries *retries, int paid)
{
    retries->tokens += paid ? paid : REFUND;
    if (retries->tokens > AWS_RETRY_TOKENS)
        retries->tokens = AWS_RETRY_TOKENS;
}

/* Retry-After: seconds or a date (RFC 9110, 10.2.3). 0 when nothing sensible was said. */
static int64_t asked_by_http(const struct http_request *answer, int64_t wall_ms)
{
    struct str text = http_response_header(answer, "Retry-After");
    int64_t seconds, date;

    if (str_to_int64(text, &seconds))
        return seconds < 0 ? 0 : seconds > WAIT_MAX_MS / 1000 ? WAIT_MAX_MS : seconds * 1000;
    if (!clock_parse_http(text, &date) || date < wall_ms)
        return 0;
    return date - wall_ms > WAIT_MAX_MS ? WAIT_MAX_MS : date - wall_ms;
}

int64_t aws_retries_wait(const struct aws_retries *retries, unsigned attempts,
                         const struct http_request *answer, int64_t wall_ms)
{
    int64_t most = WAIT_MAX_MS, wait, asked;

    if (attempts < 6 && most > (int64_t)1000 << (attempts - 1))
        most = (int64_t)1000 << (attempts - 1);
    wait = (int64_t)(retries->random() * (double)most);
    if (str_to_int64(http_response_header(answer, "x-amz-retry-after"), &asked) && asked >= 0)
        return asked < wait ? wait : asked > wait + ASKED_MORE_MS ? wait + ASKED_MORE_MS : asked;
    asked = asked_by_http(answer, wall_ms);
    return asked > wait ? asked : wait;
}
