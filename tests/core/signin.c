/* core/aws/sso_signin: every answer that IAM Identity Center may give to a device that waits; the
 * two files that are left behind, as the AWS CLI writes them; digits of MFA devices; and what the
 * files say that a person has to do. */
#include "core/aws/sso_signin.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/aws/creds_cache.h"
#include "core/aws/creds_kept.h"
#include "core/aws/resolve.h"
#include "core/base/paths.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define NOON INT64_C(1795348800000) /* Sun, 22 Nov 2026 12:00:00 GMT */
#define SESSION                                                                                    \
    "[sso-session corp]\nsso_start_url = https://c.test/start\nsso_region = eu-west-1\n"           \
    "sso_registration_scopes = sso:account:access, extra\n"                                        \
    "[profile x]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n"
#define LEGACY                                                                                     \
    "[profile x]\nsso_start_url = https://c.test/start\nsso_region = eu-west-1\n"                  \
    "sso_account_id = 123456789012\nsso_role_name = Admin\n"
#define ROLE "[profile r]\nrole_arn = arn:aws:iam::1:role/r\n"
#define BASE "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = hush\n"
#define MFA  ROLE "source_profile = base\nmfa_serial = arn:aws:iam::1:mfa/ada\n"
#define REGISTERED                                                                                 \
    "{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"clientSecretExpiresAt\":1803124800}"
#define CODE                                                                                       \
    "{\"deviceCode\":\"dc\",\"userCode\":\"ABCD-EFGH\",\"verificationUri\":\"https://p.test/\","   \
    "\"verificationUriComplete\":\"https://p.test/?c=ABCD-EFGH\",\"expiresIn\":600,"               \
    "\"interval\":2}"
#define TOKEN   "{\"accessToken\":\"at\",\"expiresIn\":3600,\"refreshToken\":\"rt\"}"
#define PENDING "{\"error\":\"authorization_pending\",\"error_description\":\"\"}"
#define KEYS                                                                                       \
    "<R><Credentials><AccessKeyId>ASIAR</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"         \
    "<SessionToken>t</SessionToken><Expiration>2026-11-22T13:00:00Z</Expiration></Credentials></"  \
    "R>"
/* What Python makes of the same: hashlib.sha1(json.dumps(…, sort_keys=True)) */
#define TOKEN_FILE          ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
#define LEGACY_TOKEN_FILE   ".aws/sso/cache/5370247d8bbb34c29374de356ab4b144db4e4aa2.json"
#define REGISTRATION        ".aws/sso/cache/f4fa6e43f6de633b18bab2053a482e44d0180287.json"
#define LEGACY_REGISTRATION ".aws/sso/cache/799b380d33437cc75a0f16b8f45372c8576a34e4.json"

static struct still_clock still;
static struct loop loop;
static struct server server;
static struct http http;
static char home[PATH_MAX];
static struct profiles profiles;
static struct buf script[8], asked_for;
static int answers;
static struct sso_signin signin;

static const char *test_env(const char *name)
{
    return strcmp(name, "AWS_ENDPOINT_URL") == 0   ? "http://aws.test"
           : strcmp(name, "AWS_MAX_ATTEMPTS") == 0 ? "1"
                                                   : NULL;
}

/* The answer to each request in turn; the last one of the script repeats. */
static void asked(struct server *of)
{
    int at = (of->requests < answers ? of->requests : answers) - 1;

    buf_append(&asked_for, buf_str(&of->last));
    buf_text(&asked_for, "\n");
    if (answers > 0)
        of->answer = buf_str(&script[at]);
}

static void say(int status, const char *body)
{
    buf_printf(&script[answers++], "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s", status,
               strlen(body), body);
}

static void say_type(const char *type)
{
    buf_printf(&script[answers++],
               "HTTP/1.1 400 X\r\nx-amzn-ErrorType: %s:http://x/\r\nContent-Length: 2\r\n\r\n{}",
               type);
}

static void begin(void)
{
    still_clock_init(&still);
    still.wall = NOON;
    loop_init(&loop, &still.clock);
    server_init(&server, &loop);
    server.asked = asked;
    http_init(&http, &loop, &(struct http_route){.port = server.port});
    str_copy(str_of(test_path("home")), home, sizeof home);
}

static void end(void)
{
    task_finish(&signin.task);
    profiles_finish(&profiles);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    for (size_t i = 0; i < sizeof script / sizeof *script; i++)
        buf_finish(&script[i]);
    buf_finish(&asked_for);
    test_directory_remove();
    no_leaks();
}

TestSuite(signin, .init = begin, .fini = end, .timeout = 60);

static const char *in_home(const char *name)
{
    static char path[PATH_MAX];

    cr_assert(path_format(path, NULL, "%s/%s", home, name));
    return path;
}

static void put(const char *name, const char *content)
{
    char dir[PATH_MAX];

    path_dirname(in_home(name), dir);
    cr_assert(dir_make(dir, 0700, NULL));
    cr_assert(file_write(in_home(name), str_of(content), 0600, NULL));
}

static void make_home(const char *config)
{
    struct error err = {0};

    put(".aws/config", config);
    put(".aws/credentials", BASE);
    profiles_finish(&profiles);
    cr_assert(profiles_load(&profiles, home, test_env, &err), "%s", err.text);
}

static bool was_asked(const char *text)
{
    return str_find(buf_str(&asked_for), str_of(text)) >= 0;
}

static bool file_says(const char *name, const char *text)
{
    struct buf content = {0};
    bool says = file_read(in_home(name), 65536, &content, NULL) &&
                str_find(buf_str(&content), str_of(text)) >= 0;

    buf_finish(&content);
    return says;
}

/* Turns of which none waits for a clock that stands still. */
static void turn_until_asked(int requests)
{
    for (int i = 0; i < 100000 && server.requests < requests; i++)
        loop_turn(&loop, false);
    cr_assert_geq(server.requests, requests);
    for (int i = 0; i < 2000; i++)
        loop_turn(&loop, false);
}

static void pass(int64_t ms)
{
    still.monotonic += ms;
    still.wall += ms;
}

static void start(void)
{
    struct error err = {0};

    task_finish(&signin.task);
    cr_assert(sso_signin_init(&signin, &http, home, &profiles, profiles_find(&profiles, "x"), &err),
              "%s", err.text);
    task_start(&signin.task, &loop);
}

/* Up to the code, and past the interval once. */
static void start_and_ask(void)
{
    start();
    turn_until_asked(2);
    pass(2000);
    turn_until_asked(3);
}

static void expect_failure(const char *text, const char *hint)
{
    cr_assert_eq(signin.task.state, TASK_FAILED, "%d: %s", signin.task.state, text);
    cr_assert(strstr(signin.task.error.text, text), "%s", signin.task.error.text);
    cr_assert(strstr(signin.task.error.hint, hint) && *signin.task.error.hint, "%s",
              signin.task.error.hint);
    cr_assert_str_eq(signin.code, "");
}

/* ---- the way to a sign-in ---- */

Test(signin, registers_shows_the_code_waits_and_keeps_what_the_aws_cli_keeps)
{
    struct stat st;

    make_home(SESSION);
    say(200, REGISTERED);
    say(200, CODE);
    say(400, PENDING);
    say_type("AuthorizationPendingException");
    say(200, TOKEN);
    start();
    turn_until_asked(2);
    cr_assert_str_eq(signin.code, "ABCD-EFGH");
    cr_assert_str_eq(signin.url, "https://p.test/");
    cr_assert_str_eq(signin.url_complete, "https://p.test/?c=ABCD-EFGH");
    cr_assert_eq(signin.code_ends_ms, still.monotonic + 600000);
    cr_assert(was_asked("POST /client/register"));
    cr_assert(was_asked("{\"clientName\":\"ekshub-tui-corp\",\"clientType\":\"public\",\"scopes\":"
                        "[\"sso:account:access\",\"extra\"]}"));
    cr_assert(was_asked("{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"startUrl\":"
                        "\"https://c.test/start\"}"));
    cr_assert_not(was_asked("Authorization:"), "nobody signs it");
    pass(1999);
    turns(&loop, 100);
    cr_assert_eq(server.requests, 2, "not before the interval");
    pass(1);
    turn_until_asked(3);
    pass(2000);
    turn_until_asked(4);
    cr_assert_eq(signin.task.state, TASK_RUNNING);
    pass(2000);
    turn_until_asked(5);
    cr_assert_eq(signin.task.state, TASK_DONE, "%s", signin.task.error.text);
    cr_assert(was_asked("{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"grantType\":\"urn:ietf:"
                        "params:oauth:grant-type:device_code\",\"deviceCode\":\"dc\"}"));
    cr_assert_eq(signin.ends_ms, NOON + 6000 + 3600000);
    cr_assert(file_says(TOKEN_FILE,
                        "{\"startUrl\":\"https://c.test/start\",\"region\":\"eu-west-1\","
                        "\"accessToken\":\"at\",\"expiresAt\":\"2026-11-22T13:00:06Z\",\"clientId\""
                        ":\"id\",\"clientSecret\":\"cs\",\"registrationExpiresAt\":"
                        "\"2027-02-20T12:00:00Z\",\"refreshToken\":\"rt\"}"));
    cr_assert(file_says(REGISTRATION, "{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"expiresAt\":"
                                      "\"2027-02-20T12:00:00Z\",\"scopes\":[\"sso:account:access\","
                                      "\"extra\"]}"));
    cr_assert_eq(stat(in_home(TOKEN_FILE), &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(stat(in_home(".aws/sso/cache"), &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0700);
}

Test(signin, the_legacy_form_has_files_of_its_own_and_no_scopes)
{
    make_home(LEGACY);
    say(200, REGISTERED);
    say(200, CODE);
    say(200, "{\"accessToken\":\"at\",\"expiresIn\":3600}");
    start_and_ask();
    cr_assert_eq(signin.task.state, TASK_DONE, "%s", signin.task.error.text);
    cr_assert(was_asked("{\"clientName\":\"ekshub-tui\",\"clientType\":\"public\"}"));
    cr_assert(file_says(LEGACY_TOKEN_FILE, "\"accessToken\":\"at\""));
    cr_assert_not(file_says(LEGACY_TOKEN_FILE, "refreshToken"));
    cr_assert(file_says(LEGACY_REGISTRATION, "\"clientId\":\"id\""));
}

Test(signin, a_session_without_scopes_asks_for_those_that_renew)
{
    make_home("[sso-session corp]\nsso_start_url = https://c.test/start\nsso_region = eu-west-1\n"
              "[profile x]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = Admin\n");
    say(200, REGISTERED);
    say(200, CODE);
    start();
    turn_until_asked(2);
    cr_assert(was_asked("\"scopes\":[\"sso:account:access\"]}"));
}

Test(signin, a_registration_that_is_kept_is_used_and_one_that_was_forgotten_is_made_anew)
{
    make_home(SESSION);
    put(REGISTRATION, "{\"clientId\":\"kept\",\"clientSecret\":\"ks\",\"expiresAt\":"
                      "\"2026-12-22T12:00:00Z\"}");
    say(200, CODE);
    start();
    turn_until_asked(1);
    cr_assert(was_asked("\"clientId\":\"kept\""));
    cr_assert_str_eq(signin.code, "ABCD-EFGH");
    task_stop(&signin.task);
    cr_assert_eq(signin.task.state, TASK_CANCELLED);
    answers = 0;
    server.requests = 0;
    for (size_t i = 0; i < 8; i++)
        buf_clear(&script[i]);
    say(401, "{\"error\":\"invalid_client\"}");
    say(200, REGISTERED);
    say(200, CODE);
    start();
    turn_until_asked(3);
    cr_assert_str_eq(signin.code, "ABCD-EFGH");
    cr_assert(file_says(REGISTRATION, "\"clientId\":\"id\""));
}

Test(signin, registrations_that_end_soon_or_serve_browsers_alone_are_passed_over)
{
    static const char *const useless[] = {
        "{\"clientId\":\"kept\",\"clientSecret\":\"ks\",\"expiresAt\":\"2026-11-22T12:10:00Z\"}",
        "{\"clientId\":\"kept\",\"clientSecret\":\"ks\",\"expiresAt\":\"2026-12-22T12:00:00Z\","
        "\"grantTypes\":[\"authorization_code\",\"refresh_token\"]}",
        "{\"clientId\":\"kept\",\"expiresAt\":\"2026-12-22T12:00:00Z\"}",
        "[]",
        "not json",
    };

    make_home(SESSION);
    say(200, REGISTERED);
    say(200, CODE);
    for (size_t i = 0; i < sizeof useless / sizeof *useless; i++) {
        put(REGISTRATION, useless[i]);
        server.requests = 0;
        start();
        turn_until_asked(2);
        cr_assert_not(was_asked("\"kept\""), "%s", useless[i]);
    }
}

/* ---- answers ---- */

Test(signin, slow_down_means_five_seconds_more)
{
    make_home(SESSION);
    say(200, REGISTERED);
    say(200, CODE);
    say_type("SlowDownException");
    say(400, PENDING);
    start_and_ask();
    pass(6999);
    turns(&loop, 100);
    cr_assert_eq(server.requests, 3);
    pass(1);
    turn_until_asked(4);
    cr_assert_eq(signin.task.state, TASK_RUNNING);
}

Test(signin, a_service_that_breaks_for_a_while_is_asked_again)
{
    make_home(SESSION);
    say(200, REGISTERED);
    say(200, CODE);
    say(503, "<html>proxy</html>");
    say(200, TOKEN);
    start_and_ask();
    cr_assert_eq(signin.task.state, TASK_RUNNING);
    cr_assert(strstr(signin.task.note, "does not answer"));
    pass(2000);
    turn_until_asked(4);
    cr_assert_eq(signin.task.state, TASK_DONE);
    cr_assert_str_eq(signin.task.note, "");
}

Test(signin, codes_that_end_or_are_denied)
{
    static const struct {
        const char *type, *text, *hint;
    } ends[] = {
        {"ExpiredTokenException", "Nobody confirmed the code in time.", "a new one"},
        {"AccessDeniedException", "denied on the page", "new code"},
        {"InvalidGrantException", "IAM Identity Center", "sso_start_url"},
        {"InvalidClientException", "InvalidClientException", "sso_start_url"},
    };

    make_home(SESSION);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        for (size_t k = 0; k < 8; k++)
            buf_clear(&script[k]);
        answers = server.requests = 0;
        cr_assert(tree_remove(AT_FDCWD, in_home(".aws/sso"), NULL));
        say(200, REGISTERED);
        say(200, CODE);
        say_type(ends[i].type);
        start_and_ask();
        expect_failure(ends[i].text, ends[i].hint);
        cr_assert_not(file_exists(in_home(TOKEN_FILE)));
    }
}

Test(signin, a_code_ends_by_itself_when_its_time_is_over)
{
    make_home(SESSION);
    say(200, REGISTERED);
    say(200, CODE);
    say(400, PENDING);
    start_and_ask();
    pass(598000);
    turn_until_asked(3);
    expect_failure("in time", "a new one");
    server.requests = 0;
    answers = 1;
    buf_clear(&script[0]);
    buf_printf(&script[0], "HTTP/1.1 200 X\r\nContent-Length: %zu\r\n\r\n%s", strlen(CODE), CODE);
    task_start(&signin.task, &loop);
    turn_until_asked(1);
    cr_assert_str_eq(signin.code, "ABCD-EFGH", "a new one");
}

Test(signin, refusals_before_the_code_name_the_settings)
{
    make_home(SESSION);
    say(200, REGISTERED);
    say(400,
        "{\"error\":\"invalid_request\",\"error_description\":\"Invalid start URL provided\"}");
    start();
    turn_until_asked(2);
    expect_failure("Invalid start URL provided", "sso_start_url and sso_region of profile x");
}

Test(signin, answers_that_make_no_sense_are_refused)
{
    static const char *const codes[] = {
        "{}",
        "<html>",
        "{\"deviceCode\":\"dc\",\"userCode\":\"A\",\"verificationUri\":\"javascript:x\","
        "\"expiresIn\":600}",
        "{\"deviceCode\":\"dc\",\"userCode\":\"A\",\"verificationUri\":\"https://p.test/ x\","
        "\"expiresIn\":600}",
        "{\"deviceCode\":\"dc\",\"userCode\":\"\",\"verificationUri\":\"https://p.test\","
        "\"expiresIn\":600}",
        "{\"deviceCode\":\"dc\",\"userCode\":\"A\",\"verificationUri\":\"https://p.test\","
        "\"expiresIn\":-1}",
    };

    make_home(SESSION);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        buf_clear(&script[0]);
        buf_clear(&script[1]);
        answers = server.requests = 0;
        cr_assert(tree_remove(AT_FDCWD, in_home(".aws/sso"), NULL));
        say(200, REGISTERED);
        say(200, codes[i]);
        start();
        turn_until_asked(2);
        expect_failure("is not what AWS sends", "proxy");
    }
    cr_assert(tree_remove(AT_FDCWD, in_home(".aws/sso"), NULL));
    buf_clear(&script[0]);
    answers = server.requests = 0;
    say(200, "{\"clientId\":5}");
    start();
    turn_until_asked(1);
    expect_failure("is not what AWS sends", "proxy");
}

Test(signin, a_code_is_shown_without_what_a_terminal_obeys)
{
    make_home(SESSION);
    say(200, REGISTERED);
    say(200, "{\"deviceCode\":\"dc\",\"userCode\":\"A\\u001b[2JB\",\"verificationUri\":"
             "\"https://p.test/\\u0007\",\"expiresIn\":600}");
    start();
    turn_until_asked(2);
    cr_assert_not(strpbrk(signin.code, "\x1b\a"));
    cr_assert_not(strpbrk(signin.url, "\x1b\a"));
    cr_assert_str_eq(signin.url_complete, "");
    cr_assert_eq(signin.interval_ms, 5000, "what is usual when none is named");
}

Test(signin, a_sign_in_that_cannot_be_kept_is_said)
{
    make_home(SESSION);
    say(200, REGISTERED);
    say(200, CODE);
    say(200, TOKEN);
    start();
    turn_until_asked(2);
    cr_assert(tree_remove(AT_FDCWD, in_home(".aws/sso"), NULL));
    put(".aws/sso", "a file in the way");
    pass(2000);
    turn_until_asked(3);
    cr_assert_eq(signin.task.state, TASK_FAILED);
    cr_assert(strstr(signin.task.error.text, "You are signed in, but that cannot be kept"), "%s",
              signin.task.error.text);
}

Test(signin, may_be_left_at_every_step)
{
    make_home(SESSION);
    say(200, REGISTERED);
    say(200, CODE);
    say(400, PENDING);
    for (int steps = 0; steps < 30; steps++) {
        start();
        turns(&loop, steps);
        pass(steps % 2 * 2000);
        turns(&loop, 2);
        if (signin.task.state == TASK_RUNNING && steps % 3 == 0) {
            task_stop(&signin.task);
            cr_assert_eq(signin.task.state, TASK_CANCELLED);
        }
        task_finish(&signin.task);
        server.requests = 0;
        cr_assert(tree_remove(AT_FDCWD, in_home(".aws/sso"), NULL));
    }
}

/* ---- digits ---- */

static bool resolved;

static void on_keys(struct creds_resolve *resolve)
{
    (void)resolve;
    resolved = true;
}

static bool resolve_with(struct creds_resolve *resolve, const char *digits)
{
    struct creds_world world = {.http = &http, .home = home, .digits = digits};
    struct profile_choice choice;
    struct error err = {0};

    resolved = false;
    cr_assert(profiles_choose(&profiles, "r", &choice, &err), "%s", err.text);
    cr_assert(
        creds_resolve_start(resolve, &world, &profiles, &choice, NULL, "us-east-2", on_keys, &err));
    cr_assert(turns_until(&loop, &resolved));
    return resolve->ok;
}

Test(signin, digits_are_sent_once_and_their_keys_are_kept)
{
    struct creds_resolve resolve;

    make_home(MFA);
    say(200, KEYS);
    cr_assert(resolve_with(&resolve, "123456"), "%s", resolve.error.text);
    cr_assert_str_eq(resolve.creds.access_key_id, "ASIAR");
    creds_resolve_finish(&resolve);
    cr_assert(was_asked("&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fada&TokenCode=123456"));
    cr_assert(resolve_with(&resolve, NULL), "%s", resolve.error.text);
    cr_assert_eq(server.requests, 1, "out of the cache, where the AWS CLI finds them");
    creds_resolve_finish(&resolve);
}

Test(signin, wrong_digits_are_said_in_the_words_of_aws_and_asked_again)
{
    struct creds_resolve resolve;

    make_home(MFA);
    say(403, "<E><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with "
             "invalid MFA one time pass code. </Message></Error></E>");
    cr_assert_not(resolve_with(&resolve, "000000"));
    cr_assert(resolve.wants_digits);
    cr_assert(strstr(resolve.error.text, "invalid MFA one time pass code"));
    cr_assert(strstr(resolve.error.hint, "other digits"), "%s", resolve.error.hint);
    creds_resolve_finish(&resolve);
    cr_assert_not(resolve_with(&resolve, NULL));
    cr_assert(resolve.wants_digits);
    cr_assert_eq(server.requests, 1, "STS is not asked without digits");
    creds_resolve_finish(&resolve);
}

Test(signin, digits_whose_keys_cannot_be_kept_are_not_used_up_in_silence)
{
    struct creds_resolve resolve;

    make_home(MFA);
    put(".aws/cli", "a file in the way");
    say(200, KEYS);
    cr_assert_not(resolve_with(&resolve, "123456"));
    cr_assert(strstr(resolve.error.text, "The digits were right, but the keys cannot be kept"),
              "%s", resolve.error.text);
    creds_resolve_finish(&resolve);
}

/* ---- what is wanted of a person ---- */

static struct creds_wants wants_of(const char *name)
{
    struct creds_wants wants;
    struct profile_choice choice;

    cr_assert(profiles_choose(&profiles, name, &choice, NULL));
    creds_wants_read(&wants, &profiles, &choice, home, still.wall);
    return wants;
}

static bool renews(const char *name, int64_t *until_ms)
{
    struct profile_choice choice;

    cr_assert(profiles_choose(&profiles, name, &choice, NULL));
    return creds_renew(&profiles, &choice, home, still.wall, until_ms);
}

Test(signin, files_say_what_comes_after_keys_that_end)
{
    int64_t until;

    make_home(SESSION MFA
              "[profile over]\nrole_arn = arn:aws:iam::1:role/o\nsource_profile = x\n"
              "[profile role]\nrole_arn = arn:aws:iam::1:role/o\nsource_profile = base\n"
              "[profile both]\nrole_arn = arn:aws:iam::1:role/o\nsource_profile = x\n"
              "mfa_serial = m\n[profile ends]\naws_access_key_id = A\n"
              "aws_secret_access_key = s\naws_session_token = t\n"
              "[profile by_ends]\nrole_arn = arn:aws:iam::1:role/o\nsource_profile = ends\n");
    cr_assert(renews("role", &until));
    cr_assert_not(renews("r", &until), "somebody types digits");
    cr_assert_eq(until, 0);
    cr_assert_not(renews("by_ends", &until), "its source ends");
    put(TOKEN_FILE, "{\"accessToken\":\"a\",\"expiresAt\":\"2026-11-22T13:00:00Z\"}");
    cr_assert_not(renews("x", &until), "nothing renews the sign-in");
    cr_assert_eq(until, NOON + 3600000, "but it gives keys as long as it lasts");
    cr_assert_not(renews("over", &until));
    cr_assert_eq(until, NOON + 3600000);
    cr_assert_not(renews("both", &until));
    cr_assert_eq(until, 0);
    put(TOKEN_FILE,
        "{\"accessToken\":\"a\",\"expiresAt\":\"2026-11-22T13:00:00Z\",\"clientId\":\"i\","
        "\"clientSecret\":\"s\",\"refreshToken\":\"r\",\"registrationExpiresAt\":"
        "\"2026-12-22T12:00:00Z\"}");
    cr_assert(renews("x", &until));
    cr_assert(renews("over", &until));
    cr_assert_not(renews("both", &until));
}

Test(signin, files_say_what_is_wanted_of_a_person)
{
    struct creds_resolve resolve;

    make_home(SESSION MFA "[profile over]\nrole_arn = arn:aws:iam::1:role/o\nsource_profile = x\n");
    cr_assert_eq(wants_of("base").usually, CREDS_WANT_NOTHING);
    cr_assert_eq(wants_of("x").now, CREDS_WANT_SIGN_IN);
    cr_assert_eq(wants_of("over").now, CREDS_WANT_SIGN_IN);
    cr_assert_str_eq(wants_of("over").profile->name, "x");
    cr_assert_eq(wants_of("r").now, CREDS_WANT_DIGITS);
    cr_assert_str_eq(wants_of("r").serial, "arn:aws:iam::1:mfa/ada");
    put(TOKEN_FILE, "{\"accessToken\":\"a\",\"expiresAt\":\"2026-11-22T13:00:00Z\"}");
    cr_assert_eq(wants_of("x").now, CREDS_WANT_NOTHING);
    cr_assert_eq(wants_of("x").usually, CREDS_WANT_SIGN_IN);
    cr_assert_eq(wants_of("x").until_ms, NOON + 3600000);
    put(TOKEN_FILE, "{\"accessToken\":\"a\",\"expiresAt\":\"2026-11-22T11:00:00Z\"}");
    cr_assert_eq(wants_of("x").now, CREDS_WANT_SIGN_IN);
    put(TOKEN_FILE,
        "{\"accessToken\":\"a\",\"expiresAt\":\"2026-11-22T11:00:00Z\",\"clientId\":\"i\","
        "\"clientSecret\":\"s\",\"refreshToken\":\"r\",\"registrationExpiresAt\":"
        "\"2026-12-22T12:00:00Z\"}");
    cr_assert_eq(wants_of("x").now, CREDS_WANT_NOTHING);
    cr_assert(wants_of("x").renews);
    say(200, KEYS);
    cr_assert(resolve_with(&resolve, "123456"));
    creds_resolve_finish(&resolve);
    cr_assert_eq(wants_of("r").now, CREDS_WANT_NOTHING);
    cr_assert_eq(wants_of("r").usually, CREDS_WANT_DIGITS);
    pass(46 * 60000);
    cr_assert_eq(wants_of("r").now, CREDS_WANT_DIGITS, "a quarter of an hour before their end");
}
