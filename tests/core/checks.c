/* The checks, against a server that says what the test wants and a terraform that is a script. */
#include <criterion/criterion.h>

#include <unistd.h>

#include "tests/core/checking.h"

#include "core/base/alloc.h"

TestSuite(checks, .init = checking_begin, .fini = checking_end, .timeout = 60);

Test(checks, all_is_well)
{
    checking_run();
    checking_expect(CHECK_IDENTITY, CHECK_PASS,
                    "arn:aws:iam::123456789012:user/ada in account acme-dev");
    checking_expect(CHECK_CLOCK, CHECK_PASS, "agrees with AWS");
    checking_expect(CHECK_REGION, CHECK_PASS, "us-east-2: 3 zones; using us-east-2a, us-east-2b");
    checking_expect(CHECK_TERRAFORM, CHECK_PASS, NULL);
    cr_assert(
        str_starts(str_of(checking.checks.items[CHECK_TERRAFORM].text), STR("terraform 1.11.4, ")));
    cr_assert_str_eq(checking.checks.terraform, "terraform 1.11.4");
    cr_assert_str_eq(checking.checks.account, "123456789012");
    cr_assert_str_eq(checking.checks.region, "us-east-2");
    cr_assert_eq(checking.checks.zone_count, 3);
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
    cr_assert_str_eq(checking.checks.alias, "acme-dev");
}

Test(checks, a_clock_that_is_off)
{
    static const struct {
        const char *date;
        enum check_state state;
        const char *text;
    } table[] = {
        {"12:00:30", CHECK_PASS, "30 s behind AWS"},
        {"11:59:01", CHECK_PASS, "58 s ahead of AWS"},
        {"12:02:05", CHECK_WARN, "2 min 5 s behind AWS"},
        {"12:04:12", CHECK_FAIL, "4 min 12 s behind AWS"},
        {"10:29:59", CHECK_FAIL, "90 min 0 s ahead of AWS"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        checking_answers(200, table[i].date, IDENTITY TWO_ZONES ALIAS);
        checking.told = false;
        checking_run();
        checking_expect(CHECK_CLOCK, table[i].state, table[i].text);
        cr_assert_eq(checks_exit_code(&checking.checks), table[i].state == CHECK_FAIL ? 3 : 0);
        cr_assert_eq(checking.checks.items[CHECK_CLOCK].hint[0] != '\0',
                     table[i].state != CHECK_PASS);
    }
}

Test(checks, no_date_is_no_clock)
{
    checking_answers(200, NULL, IDENTITY TWO_ZONES ALIAS);
    checking_run();
    checking_expect(CHECK_CLOCK, CHECK_SKIP, NULL);
    checking_expect(CHECK_IDENTITY, CHECK_PASS, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
}

Test(checks, refused_keys_are_credentials)
{
    checking_answers(403, "12:00:00",
                     "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security "
                     "token included in the request is invalid.</Message></Error></ErrorResponse>");
    checking_run();
    checking_expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_eq(checking.checks.items[CHECK_IDENTITY].kind, ERROR_AUTH);
    checking_expect(CHECK_REGION, CHECK_SKIP, NULL);
    checking_expect(CHECK_CLOCK, CHECK_PASS, NULL);
    checking_expect(CHECK_TERRAFORM, CHECK_PASS, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 4);
}

Test(checks, nobody_answers)
{
    http_finish(&checking.http);
    checking.place.route.port = refusing_port();
    http_init(&checking.http, &checking.loop, &checking.place.route);
    checking_run();
    checking_expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_eq(checking.checks.items[CHECK_IDENTITY].kind, ERROR_NETWORK);
    checking_expect(CHECK_REGION, CHECK_SKIP, NULL);
    checking_expect(CHECK_CLOCK, CHECK_SKIP, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 3);
}

Test(checks, a_profile_that_is_not_there_is_named)
{
    checking.place.profile = "nobody";
    checking_run();
    checking_expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_geq(str_find(str_of(checking.checks.items[CHECK_IDENTITY].text), STR("nobody")), 0);
    checking_expect(CHECK_REGION, CHECK_SKIP, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 4);
    cr_assert_eq(checking.server.requests, 0);
}

Test(checks, a_choice_that_found_nothing_is_named_too)
{
    struct profile_choice choice;
    struct error err;
    cr_assert_not(profiles_choose(&checking.profiles, "nobody", &choice, &err));
    checks_start(&checking.checks, &checking.loop, &checking.signals, &checking.http,
                 &checking.place, &checking.profiles, &choice);
    cr_assert(turns_until(&checking.loop, &checking.told));
    cr_assert_geq(str_find(str_of(checking.checks.items[CHECK_IDENTITY].text), STR("nobody")), 0);
    cr_assert_eq(checks_exit_code(&checking.checks), 4);
}

Test(checks, files_that_cannot_be_read)
{
    struct error why;
    error_set(&why, ERROR_INPUT, "~/.aws/config, line 3: no section.");
    checking.checks.unreadable = &why;
    checking_run();
    checking_expect(CHECK_IDENTITY, CHECK_FAIL, "~/.aws/config, line 3: no section.");
    cr_assert_eq(checks_exit_code(&checking.checks), 4);
}

Test(checks, a_profile_without_keys)
{
    checking.place.profile = "empty";
    checking_run();
    checking_expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 4);
}

Test(checks, no_region_and_a_bad_one)
{
    checking_file("home/.aws/config", "[profile kube_admin]\noutput = json\n", 0600);
    struct error err;
    profiles_finish(&checking.profiles);
    cr_assert(profiles_load(&checking.profiles, checking.place.home, checking_lookup, &err));
    checking_run();
    checking_expect(CHECK_REGION, CHECK_FAIL, "No region is set for the profile kube_admin.");
    checking_expect(CHECK_IDENTITY, CHECK_PASS, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 3);
    checking.place.region = "us-east-2/evil";
    checking.told = false;
    checking_run();
    checking_expect(CHECK_REGION, CHECK_FAIL, NULL);
    cr_assert_str_eq(checking.checks.region, "");
}

Test(checks, the_deployments_region_and_account_count)
{
    str_copy(STR("eu-west-1"), checking.checks.wanted_region, sizeof checking.checks.wanted_region);
    str_copy(STR("210987654321"), checking.checks.wanted_account,
             sizeof checking.checks.wanted_account);
    checking_run();
    cr_assert_str_eq(checking.checks.region, "eu-west-1");
    checking_expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_geq(str_find(str_of(checking.checks.items[CHECK_IDENTITY].text), STR("210987654321")),
                  0);
    checking_expect(CHECK_REGION, CHECK_PASS, NULL);
    cr_assert_eq(checks_exit_code(&checking.checks), 4);
}

Test(checks, regions_that_will_not_do)
{
    checking_answers(200, "12:00:00",
                     IDENTITY "<availabilityZoneInfo>" ZONE("us-east-1a", "use1-az1")
                         ZONE("us-east-1e", "use1-az3") "</availabilityZoneInfo>");
    checking_run();
    checking_expect(CHECK_REGION, CHECK_FAIL, "us-east-2 has 1 zone for EKS; it needs two.");
    checking_answers(200, "12:00:00", IDENTITY "<optInStatus>not-opted-in</optInStatus>");
    checking.told = false;
    checking_run();
    checking_expect(CHECK_REGION, CHECK_FAIL,
                    "The region us-east-2 is not enabled in this account.");
    cr_assert_eq(checks_exit_code(&checking.checks), 3);
}

Test(checks, terraform_missing_old_or_no_terraform)
{
    static const char *const scripts[] = {
        "#!/bin/sh\necho '{\"terraform_version\":\"1.9.8\"}'\n",
        "#!/bin/sh\necho hello\n",
        "#!/bin/sh\nexit 3\n",
    };
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        checking_file("terraform", scripts[i], 0700);
        checking.told = false;
        checking_run();
        checking_expect(CHECK_TERRAFORM, CHECK_FAIL, NULL);
        cr_assert_eq(checks_exit_code(&checking.checks), 3);
    }
    cr_assert_eq(unlink(test_path("terraform")), 0);
    checking.told = false;
    checking_run();
    checking_expect(CHECK_TERRAFORM, CHECK_FAIL, NULL);
}

Test(checks, a_player_says_that_it_is_one)
{
    checking.place.player = true;
    checking_run();
    checking_expect(CHECK_TERRAFORM, CHECK_PASS,
                    "None is installed: a player takes its part in this rehearsal.");
}

Test(checks, hostile_answers_are_made_harmless)
{
    checking_answers(
        403, "12:00:00",
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>\x1b]0;owned\x07\x1b[2J"
        "</Message></Error></ErrorResponse>");
    checking_run();
    checking_expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    for (const char *c = checking.checks.items[CHECK_IDENTITY].text; *c; c++)
        cr_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

Test(checks, cancelled_at_every_step)
{
    for (int steps = 0; steps < 60; steps++) {
        checking_start();
        for (int i = 0; i < steps && !checking.checks.over; i++)
            loop_turn(&checking.loop, false);
        checks_finish(&checking.checks);
        checks_finish(&checking.checks);
    }
    checking.told = false;
    checking_run();
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
}

static int rounds;

static void again(struct checks *which)
{
    checking.told = ++rounds == 3;
    if (!checking.told)
        checks_start(which, &checking.loop, &checking.signals, &checking.http, &checking.place,
                     &checking.profiles, NULL);
}

Test(checks, another_round_from_the_end_of_one)
{
    checking.checks.ended = again;
    checking_start();
    cr_assert(turns_until(&checking.loop, &checking.told));
    cr_assert_eq(checks_count(&checking.checks, CHECK_FAIL), 0);
    cr_assert_eq(checks_count(&checking.checks, CHECK_RUNNING), 0);
}
