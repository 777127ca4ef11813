/* The checks, against a server that says what the test wants and a terraform that is a script. */
#include <criterion/criterion.h>

#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/checks.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#define NOON ((int64_t)1795348800000) /* 2026-11-22T12:00:00Z */

#define IDENTITY                                                                                   \
    "<Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId>"                           \
    "<Account>123456789012</Account>"
#define ZONE(name, id)                                                                             \
    "<item><zoneName>" name "</zoneName><zoneId>" id                                               \
    "</zoneId><zoneState>available</zoneState></item>"
#define TWO_ZONES                                                                                  \
    "<availabilityZoneInfo>" ZONE("us-east-2a", "use2-az1") ZONE("us-east-2b", "use2-az2")         \
        ZONE("us-east-2c", "use2-az3") "</availabilityZoneInfo>"
#define ALIAS "<AccountAliases><member>acme-dev</member></AccountAliases>"

static struct still_clock still;
static struct loop loop;
static struct signals signals;
static struct server server;
static struct http http;
static struct place place;
static struct profiles profiles;
static struct checks checks;
static struct buf answer;
static int descriptors;
static bool told;

static const char *environment[8];

static const char *lookup(const char *name)
{
    size_t len = strlen(name);
    for (const char **entry = environment; *entry; entry++)
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            return *entry + len + 1;
    return NULL;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    struct error err;
    char dir[PATH_MAX];
    path_dirname(test_path(name), dir);
    cr_assert(dir_make(dir, 0700, &err), "%s", err.text);
    cr_assert(file_write(test_path(name), str_of(text), mode, &err), "%s", err.text);
}

/* The server's whole answer to everything. */
static void answers_with(int status, const char *date, const char *body)
{
    buf_clear(&answer);
    buf_printf(&answer, "HTTP/1.1 %d Is\r\n", status);
    if (date)
        buf_printf(&answer, "Date: Sun, 22 Nov 2026 %s GMT\r\n", date);
    buf_printf(&answer, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    server.answer = buf_str(&answer);
}

static void on_ended(struct checks *which)
{
    cr_assert_eq(which, &checks);
    told = true;
}

static void begin(void)
{
    static char program[PATH_MAX + 32];
    test_directory();
    descriptors = open_descriptors();
    still_clock_init(&still);
    still.wall = NOON;
    loop_init(&loop, &still.clock);
    struct error err;
    cr_assert(signals_init(&signals, &loop, (const int[]){0}, &err), "%s", err.text);
    server_init(&server, &loop);
    write_file("home/.aws/credentials",
               "[kube_admin]\naws_access_key_id = AKIAEXAMPLE000000001\n"
               "aws_secret_access_key = not-a-secret\n[empty]\n",
               0600);
    write_file("home/.aws/config", "[profile kube_admin]\nregion = us-east-2\n", 0600);
    write_file("terraform", "#!/bin/sh\necho '{\"terraform_version\":\"1.11.4\"}'\n", 0700);
    snprintf(program, sizeof program, "EKSHUB_TERRAFORM=%s", test_path("terraform"));
    environment[0] = "PATH=/usr/bin:/bin";
    environment[1] = program;
    environment[2] = "AWS_ENDPOINT_URL=http://aws.test";
    environment[3] = "AWS_MAX_ATTEMPTS=1";
    environment[4] = "AWS_EC2_METADATA_DISABLED=true";
    place = (struct place){.environment = environment,
                           .lookup = lookup,
                           .speed = 1,
                           .profile = "kube_admin",
                           .route = {.port = server.port}};
    str_copy(str_of(test_path("home")), place.home, sizeof place.home);
    str_copy(str_of(test_path("deployment/not/yet")), place.dir, sizeof place.dir);
    http_init(&http, &loop, &place.route);
    cr_assert(profiles_load(&profiles, place.home, lookup, &err), "%s", err.text);
    checks = (struct checks){.ended = on_ended};
    told = false;
    answers_with(200, "12:00:00", IDENTITY TWO_ZONES ALIAS);
}

static void end(void)
{
    checks_finish(&checks);
    checks_finish(&checks);
    profiles_finish(&profiles);
    http_finish(&http);
    server_finish(&server);
    signals_finish(&signals);
    loop_finish(&loop);
    buf_finish(&answer);
    test_directory_remove();
    no_more_descriptors(descriptors + 1); /* OpenSSL may keep one for its random numbers */
    no_leaks();
}

TestSuite(checks, .init = begin, .fini = end, .timeout = 60);

static void start(void)
{
    checks_start(&checks, &loop, &signals, &http, &place, &profiles, NULL);
}

static void run(void)
{
    start();
    cr_assert_not(checks.over);
    cr_assert(turns_until(&loop, &told));
    cr_assert(checks.over);
}

static void expect(enum check_id id, enum check_state state, const char *text)
{
    const struct check *check = &checks.items[id];
    cr_assert_eq(check->state, state, "%s is %s: %s", check->name, check_state_name(check->state),
                 check->text);
    if (text)
        cr_assert_str_eq(check->text, text);
}

Test(checks, all_is_well)
{
    run();
    expect(CHECK_IDENTITY, CHECK_PASS, "arn:aws:iam::123456789012:user/ada");
    expect(CHECK_CLOCK, CHECK_PASS, "agrees with AWS");
    expect(CHECK_REGION, CHECK_PASS, "us-east-2: 3 zones; using us-east-2a, us-east-2b");
    expect(CHECK_TERRAFORM, CHECK_PASS, NULL);
    cr_assert(str_starts(str_of(checks.items[CHECK_TERRAFORM].text), STR("terraform 1.11.4, ")));
    cr_assert_str_eq(checks.terraform, "terraform 1.11.4");
    cr_assert_str_eq(checks.account, "123456789012");
    cr_assert_str_eq(checks.region, "us-east-2");
    cr_assert_eq(checks.zone_count, 3);
    cr_assert_eq(checks_exit_code(&checks), 0);
    for (int i = 0; i < 1000 && !checks.alias[0]; i++)
        loop_turn(&loop, true);
    cr_assert_str_eq(checks.alias, "acme-dev");
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
        answers_with(200, table[i].date, IDENTITY TWO_ZONES ALIAS);
        told = false;
        run();
        expect(CHECK_CLOCK, table[i].state, table[i].text);
        cr_assert_eq(checks_exit_code(&checks), table[i].state == CHECK_FAIL ? 3 : 0);
        cr_assert_eq(checks.items[CHECK_CLOCK].hint[0] != '\0', table[i].state != CHECK_PASS);
    }
}

Test(checks, no_date_is_no_clock)
{
    answers_with(200, NULL, IDENTITY TWO_ZONES ALIAS);
    run();
    expect(CHECK_CLOCK, CHECK_SKIP, NULL);
    expect(CHECK_IDENTITY, CHECK_PASS, NULL);
    cr_assert_eq(checks_exit_code(&checks), 0);
}

Test(checks, refused_keys_are_credentials)
{
    answers_with(403, "12:00:00",
                 "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security "
                 "token included in the request is invalid.</Message></Error></ErrorResponse>");
    run();
    expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_eq(checks.items[CHECK_IDENTITY].kind, ERROR_AUTH);
    expect(CHECK_REGION, CHECK_SKIP, NULL);
    expect(CHECK_CLOCK, CHECK_PASS, NULL);
    expect(CHECK_TERRAFORM, CHECK_PASS, NULL);
    cr_assert_eq(checks_exit_code(&checks), 4);
}

Test(checks, nobody_answers)
{
    http_finish(&http);
    place.route.port = refusing_port();
    http_init(&http, &loop, &place.route);
    run();
    expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_eq(checks.items[CHECK_IDENTITY].kind, ERROR_NETWORK);
    expect(CHECK_REGION, CHECK_SKIP, NULL);
    expect(CHECK_CLOCK, CHECK_SKIP, NULL);
    cr_assert_eq(checks_exit_code(&checks), 3);
}

Test(checks, a_profile_that_is_not_there_is_named)
{
    place.profile = "nobody";
    run();
    expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_geq(str_find(str_of(checks.items[CHECK_IDENTITY].text), STR("nobody")), 0);
    expect(CHECK_REGION, CHECK_SKIP, NULL);
    cr_assert_eq(checks_exit_code(&checks), 4);
    cr_assert_eq(server.requests, 0);
}

Test(checks, a_choice_that_found_nothing_is_named_too)
{
    struct profile_choice choice;
    struct error err;
    cr_assert_not(profiles_choose(&profiles, "nobody", &choice, &err));
    checks_start(&checks, &loop, &signals, &http, &place, &profiles, &choice);
    cr_assert(turns_until(&loop, &told));
    cr_assert_geq(str_find(str_of(checks.items[CHECK_IDENTITY].text), STR("nobody")), 0);
    cr_assert_eq(checks_exit_code(&checks), 4);
}

Test(checks, files_that_cannot_be_read)
{
    struct error why;
    error_set(&why, ERROR_INPUT, "~/.aws/config, line 3: no section.");
    checks.unreadable = &why;
    run();
    expect(CHECK_IDENTITY, CHECK_FAIL, "~/.aws/config, line 3: no section.");
    cr_assert_eq(checks_exit_code(&checks), 4);
}

Test(checks, a_profile_without_keys)
{
    place.profile = "empty";
    run();
    expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_eq(checks_exit_code(&checks), 4);
}

Test(checks, no_region_and_a_bad_one)
{
    write_file("home/.aws/config", "[profile kube_admin]\noutput = json\n", 0600);
    struct error err;
    profiles_finish(&profiles);
    cr_assert(profiles_load(&profiles, place.home, lookup, &err));
    run();
    expect(CHECK_REGION, CHECK_FAIL, "No region is set for the profile kube_admin.");
    expect(CHECK_IDENTITY, CHECK_PASS, NULL);
    cr_assert_eq(checks_exit_code(&checks), 3);
    place.region = "us-east-2/evil";
    told = false;
    run();
    expect(CHECK_REGION, CHECK_FAIL, NULL);
    cr_assert_str_eq(checks.region, "");
}

Test(checks, the_deployments_region_and_account_count)
{
    str_copy(STR("eu-west-1"), checks.wanted_region, sizeof checks.wanted_region);
    str_copy(STR("210987654321"), checks.wanted_account, sizeof checks.wanted_account);
    run();
    cr_assert_str_eq(checks.region, "eu-west-1");
    expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    cr_assert_geq(str_find(str_of(checks.items[CHECK_IDENTITY].text), STR("210987654321")), 0);
    expect(CHECK_REGION, CHECK_PASS, NULL);
    cr_assert_eq(checks_exit_code(&checks), 4);
}

Test(checks, regions_that_will_not_do)
{
    answers_with(200, "12:00:00",
                 IDENTITY "<availabilityZoneInfo>" ZONE("us-east-1a", "use1-az1")
                     ZONE("us-east-1e", "use1-az3") "</availabilityZoneInfo>");
    run();
    expect(CHECK_REGION, CHECK_FAIL, "us-east-2 has 1 zone for EKS; it needs two.");
    answers_with(200, "12:00:00", IDENTITY "<optInStatus>not-opted-in</optInStatus>");
    told = false;
    run();
    expect(CHECK_REGION, CHECK_FAIL, "The region us-east-2 is not enabled in this account.");
    cr_assert_eq(checks_exit_code(&checks), 3);
}

Test(checks, terraform_missing_old_or_no_terraform)
{
    static const char *const scripts[] = {
        "#!/bin/sh\necho '{\"terraform_version\":\"1.9.8\"}'\n",
        "#!/bin/sh\necho hello\n",
        "#!/bin/sh\nexit 3\n",
    };
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        write_file("terraform", scripts[i], 0700);
        told = false;
        run();
        expect(CHECK_TERRAFORM, CHECK_FAIL, NULL);
        cr_assert_eq(checks_exit_code(&checks), 3);
    }
    cr_assert_eq(unlink(test_path("terraform")), 0);
    told = false;
    run();
    expect(CHECK_TERRAFORM, CHECK_FAIL, NULL);
}

Test(checks, a_player_says_that_it_is_one)
{
    place.player = true;
    run();
    expect(CHECK_TERRAFORM, CHECK_PASS,
           "None is installed: a player takes its part in this rehearsal.");
}

Test(checks, hostile_answers_are_made_harmless)
{
    answers_with(403, "12:00:00",
                 "<ErrorResponse><Error><Code>AccessDenied</Code><Message>\x1b]0;owned\x07\x1b[2J"
                 "</Message></Error></ErrorResponse>");
    run();
    expect(CHECK_IDENTITY, CHECK_FAIL, NULL);
    for (const char *c = checks.items[CHECK_IDENTITY].text; *c; c++)
        cr_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

Test(checks, cancelled_at_every_step)
{
    for (int steps = 0; steps < 60; steps++) {
        start();
        for (int i = 0; i < steps && !checks.over; i++)
            loop_turn(&loop, false);
        checks_finish(&checks);
        checks_finish(&checks);
    }
    told = false;
    run();
    cr_assert_eq(checks_exit_code(&checks), 0);
}

static int rounds;

static void again(struct checks *which)
{
    told = ++rounds == 3;
    if (!told)
        checks_start(which, &loop, &signals, &http, &place, &profiles, NULL);
}

Test(checks, another_round_from_the_end_of_one)
{
    checks.ended = again;
    start();
    cr_assert(turns_until(&loop, &told));
    cr_assert_eq(checks_count(&checks, CHECK_PASS), CHECKS);
}
