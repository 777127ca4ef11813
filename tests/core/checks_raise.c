/* Quotas that do not do, and asking AWS for more. */
#include <criterion/criterion.h>

#include "tests/core/checking_account.h"

#include "core/base/alloc.h"

TestSuite(checks_raise, .init = account_begin, .fini = checking_end, .timeout = 60);

static void settle(void)
{
    for (int i = 0; i < 2000 && checking.loop.now_ms >= 0; i++) {
        if (!checking.http.multi || list_empty(&checking.http.requests))
            break;
        loop_turn(&checking.loop, true);
    }
    for (int i = 0; i < 5; i++)
        loop_turn(&checking.loop, false);
}

static const char *hint(void)
{
    return checking.checks.items[CHECK_QUOTAS].hint;
}

Test(checks_raise, asks_for_what_is_used_and_needed_once)
{
    const struct check_quota *wanted[CHECK_QUOTA_COUNT];
    account.limit = 5;
    account_run();
    checking_expect(CHECK_QUOTAS, CHECK_WARN,
                    "5 on-demand vCPUs allowed, 0 in use, 6 are needed for 3 × t3.large.");
    cr_assert_str_eq(hint(), "Ask AWS for 6 on-demand vCPUs (u does), or make room.");
    cr_assert_eq(checks_quotas_to_raise(&checking.checks, wanted), 1);
    cr_assert_str_eq(wanted[0]->what, "on-demand vCPUs");
    cr_assert(checks_raise_quotas(&checking.checks));
    cr_assert_not(checks_raise_quotas(&checking.checks), "while AWS is being asked");
    settle();
    cr_assert_eq(account.wished, 6);
    cr_assert_str_eq(hint(), "AWS was asked for 6 on-demand vCPUs on 2026-11-22 (PENDING); it "
                             "decides in hours or days.");
    cr_assert_not(checks_raise_quotas(&checking.checks));
    cr_assert(strstr(checking.checks.items[CHECK_QUOTAS].details,
                     "  AWS was asked for 6 on 2026-11-22: PENDING"));
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
}

Test(checks_raise, what_was_asked_before_is_told)
{
    account.limit = 5;
    account.wishes = "{\"Status\":\"DENIED\",\"DesiredValue\":64,\"Created\":1795349900},"
                     "{\"Status\":\"PENDING\",\"DesiredValue\":8,\"Created\":1795000000},"
                     "{\"Status\":\"CASE_OPENED\",\"DesiredValue\":32.0,\"Created\":1795262400}";
    account_run();
    cr_assert_str_eq(hint(), "AWS was asked for 32 on-demand vCPUs on 2026-11-21 (CASE_OPENED); it "
                             "decides in hours or days.");
    cr_assert_eq(checks_quotas_to_raise(&checking.checks,
                                        (const struct check_quota *[CHECK_QUOTA_COUNT]){NULL}),
                 0);
    cr_assert_not(checks_raise_quotas(&checking.checks));
}

Test(checks_raise, answers_that_are_nonsense_count_as_not_asked)
{
    account.limit = 5;
    account.wishes = "7,null,{\"Status\":\"PENDING\",\"DesiredValue\":\"x\",\"Created\":1e300},{}";
    account_run();
    cr_assert(str_starts(str_of(hint()), STR("Ask AWS for 6 ")), "%s", hint());
}

Test(checks_raise, a_refusal_is_told_in_its_words)
{
    account.limit = 5;
    account.refuses_wishes = true;
    account_run();
    cr_assert(checks_raise_quotas(&checking.checks));
    settle();
    cr_assert(str_starts(str_of(hint()), STR("AWS did not take the request: ")), "%s", hint());
    cr_assert(strstr(hint(), "Only one open service quota increase request"), "%s", hint());
    checking_expect(CHECK_QUOTAS, CHECK_WARN, NULL);
    account.refuses_wishes = false; /* a second try is fine */
    cr_assert(checks_raise_quotas(&checking.checks));
    settle();
    cr_assert_eq(account.wished, 6);
}

Test(checks_raise, other_answers_are_weighed_against_the_same_limits)
{
    account.limit = 6;
    account_run();
    checking_expect(CHECK_QUOTAS, CHECK_PASS, NULL);
    int requests = checking.server.requests;
    str_copy(STR("4"), checking.answers.node_count, sizeof checking.answers.node_count);
    checks_weigh_quotas(&checking.checks);
    checking_expect(CHECK_QUOTAS, CHECK_WARN,
                    "6 on-demand vCPUs allowed, 0 in use, 8 are needed for 4 × t3.large.");
    str_copy(STR("2"), checking.answers.node_count, sizeof checking.answers.node_count);
    checks_weigh_quotas(&checking.checks);
    checking_expect(CHECK_QUOTAS, CHECK_PASS, NULL);
    cr_assert_str_eq(hint(), "");
    cr_assert_eq(checking.server.requests, requests);
}

Test(checks_raise, nothing_to_ask_for)
{
    cr_assert_not(checks_raise_quotas(&checking.checks));
    checks_weigh_quotas(&checking.checks);
    account_run();
    cr_assert_not(checks_raise_quotas(&checking.checks));
    checks_finish(&checking.checks);
    cr_assert_not(checks_raise_quotas(&checking.checks));
}

Test(checks_raise, cancelled_while_it_asks)
{
    account.limit = 5;
    account_run();
    cr_assert(checks_raise_quotas(&checking.checks));
    loop_turn(&checking.loop, false);
    account_run();
}
