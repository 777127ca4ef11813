/* core/aws/retry: how often, how long, and at whose expense. */
#include "core/aws/retry.h"

#include <criterion/criterion.h>

#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define NOON INT64_C(1795348800000) /* Sun, 22 Nov 2026 12:00:00 GMT */

TestSuite(aws_retry, .fini = no_leaks);

static const char *max_attempts;

static const char *test_env(const char *name)
{
    return strcmp(name, "AWS_MAX_ATTEMPTS") == 0 ? max_attempts : NULL;
}

static struct aws_retries of_environment(const char *value)
{
    struct aws_retries retries;

    max_attempts = value;
    aws_retries_init(&retries, &(struct profiles){.env = test_env}, NULL);
    return retries;
}

Test(aws_retry, three_attempts_unless_the_environment_says_otherwise)
{
    cr_assert_eq(of_environment(NULL).max_attempts, 3);
    cr_assert_eq(of_environment("7").max_attempts, 7);
    cr_assert_eq(of_environment("1").max_attempts, 1);
    cr_assert_eq(of_environment("0").max_attempts, 3);
    cr_assert_eq(of_environment("many").max_attempts, 3);
    cr_assert_eq(of_environment("1000000").max_attempts, 20);
}

Test(aws_retry, chance_is_a_fraction)
{
    struct aws_retries retries = of_environment(NULL);

    for (int i = 0; i < 1000; i++) {
        double fraction = retries.random();
        cr_assert(fraction >= 0 && fraction < 1);
    }
}

Test(aws_retry, the_budget_pays_for_a_while)
{
    struct aws_retries retries = of_environment(NULL);
    int paid = 0, taken = 0;

    cr_assert_not(aws_retries_take(&retries, 3, false, &paid), "three were enough");
    cr_assert_eq(paid, 0);
    while (aws_retries_take(&retries, 1, false, &paid))
        taken++;
    cr_assert_eq(taken, 100);
    cr_assert_eq(paid, 5);
    aws_retries_refund(&retries, 0);
    cr_assert_eq(retries.tokens, 1);
    aws_retries_refund(&retries, 5);
    aws_retries_refund(&retries, 5);
    cr_assert(aws_retries_take(&retries, 1, true, &paid));
    cr_assert_eq(paid, 10, "what was waited for costs more");
    cr_assert_eq(retries.tokens, 1);
    aws_retries_refund(&retries, AWS_RETRY_TOKENS);
    cr_assert_eq(retries.tokens, AWS_RETRY_TOKENS);
}

static double least(void)
{
    return 0;
}

static double half(void)
{
    return 0.5;
}

static int64_t wait_after(const char *header, unsigned attempts, double (*random)(void))
{
    struct aws_retries retries = {.random = random};
    struct http_request answer = {.status = 503};
    int64_t wait;

    buf_printf(&answer.response_headers, "HTTP/1.1 503 X\r\n%s\r\n\r\n", header);
    wait = aws_retries_wait(&retries, attempts, &answer, NOON);
    buf_finish(&answer.response_headers);
    return wait;
}

Test(aws_retry, the_wait_doubles_up_to_twenty_seconds)
{
    static const int64_t waits[] = {500, 1000, 2000, 4000, 8000, 10000, 10000};

    for (unsigned i = 0; i < sizeof waits / sizeof *waits; i++) {
        cr_assert_eq(wait_after("", i + 1, half), waits[i]);
        cr_assert_eq(wait_after("", i + 1, least), 0);
    }
    cr_assert_eq(wait_after("", 20, half), 10000);
}

Test(aws_retry, who_answers_may_ask_for_a_longer_one)
{
    cr_assert_eq(wait_after("Retry-After: 3", 1, half), 3000);
    cr_assert_eq(wait_after("retry-after:3", 1, half), 3000);
    cr_assert_eq(wait_after("Retry-After: 0", 1, half), 500);
    cr_assert_eq(wait_after("Retry-After: 86400", 1, least), 20000, "but not for a day");
    cr_assert_eq(wait_after("Retry-After: 9223372036854775807", 1, least), 20000);
    cr_assert_eq(wait_after("Retry-After: -5", 1, half), 500);
    cr_assert_eq(wait_after("Retry-After: soon", 1, half), 500);
    cr_assert_eq(wait_after("Retry-After: Sun, 22 Nov 2026 12:00:07 GMT", 1, least), 7000);
    cr_assert_eq(wait_after("Retry-After: Sun, 22 Nov 2026 11:00:00 GMT", 1, half), 500);
    cr_assert_eq(wait_after("Retry-After: Mon, 23 Nov 2026 12:00:00 GMT", 1, half), 20000);
    cr_assert_eq(wait_after("x-amz-retry-after: 1500", 1, least), 1500);
    cr_assert_eq(wait_after("x-amz-retry-after: 100", 1, half), 500);
    cr_assert_eq(wait_after("x-amz-retry-after: 60000", 1, half), 5500);
    cr_assert_eq(wait_after("x-amz-retry-after: -1", 1, half), 500);
}
