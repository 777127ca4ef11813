/* core/aws/resolve and renewal beyond botocore's cases: the caches, a sign-in that is renewed, the
 * surroundings, and everything that can go wrong on the way, each with a sentence. */
#include "core/aws/resolve.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/aws/creds_cache.h"
#include "core/aws/renewal.h"
#include "core/aws/sts.h"
#include "core/aws/surroundings.h"
#include "core/base/paths.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define NOON INT64_C(1795348800000) /* Sun, 22 Nov 2026 12:00:00 GMT */
#define ROLE(n, end)                                                                               \
    "<R><Result><Credentials><AccessKeyId>ASIA" n "</AccessKeyId><SecretAccessKey>hush-" n         \
    "</SecretAccessKey><SessionToken>token-" n "</SessionToken><Expiration>" end                   \
    "</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn>"       \
    "<AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser></Result></R>"
#define DENIED                                                                                     \
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/a is not "  \
    "authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>"
#define IDENTITY                                                                                   \
    "<R><Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>A</UserId>"                             \
    "<Account>123456789012</Account></R>"
#define BASE       "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = hush\n"
#define ROLE_OF(x) "[profile x]\nregion = us-east-2\nrole_arn = arn:aws:iam::1:role/r\n" x
#define SESSION                                                                                    \
    "[sso-session corp]\nsso_start_url = https://c.test/start\nsso_region = eu-west-1\n"           \
    "[profile x]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n"
#define SSO_FILE "ee0bfd2552fbd840c02cc48b6e823320543c450f.json" /* SHA-1 of "corp" */
#define SSO_KEYS                                                                                   \
    "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO\",\"secretAccessKey\":\"s\",\"sessionToken\"" \
    ":\"t\",\"expiration\":1795356000000}}"

static struct clock clock_here;
static int64_t wall;
static struct loop loop;
static struct server server;
static struct http http;
static struct signals signals;
static char home[PATH_MAX];
static struct creds_world world;
static struct profiles profiles;
static struct buf script[8], asked_for; /* answers, and all requests */
static int answers;
static const char *variables[8][2];

static int64_t the_wall(const struct clock *clock)
{
    (void)clock;
    return wall;
}

static int64_t real_monotonic(const struct clock *clock)
{
    (void)clock;
    return clock_system.monotonic_ms(&clock_system);
}

static const char *test_env(const char *name)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables && variables[i][0]; i++)
        if (strcmp(variables[i][0], name) == 0)
            return variables[i][1];
    return strcmp(name, "AWS_ENDPOINT_URL") == 0   ? "http://aws.test"
           : strcmp(name, "AWS_MAX_ATTEMPTS") == 0 ? "1"
                                                   : NULL;
}

static void set(const char *name, const char *value)
{
    size_t i = 0;

    while (variables[i][0])
        i++;
    variables[i][0] = name;
    variables[i][1] = value;
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

static void begin(void)
{
    wall = NOON;
    clock_here = (struct clock){real_monotonic, the_wall};
    loop_init(&loop, &clock_here);
    server_init(&server, &loop);
    server.asked = asked;
    http_init(&http, &loop, &(struct http_route){.port = server.port});
    cr_assert(signals_init(&signals, &loop, (int[]){0}, NULL));
    str_copy(str_of(test_path("home")), home, sizeof home);
    world = (struct creds_world){.http = &http, .signals = &signals, .home = home};
}

static void end(void)
{
    profiles_finish(&profiles);
    http_finish(&http);
    server_finish(&server);
    signals_finish(&signals);
    loop_finish(&loop);
    for (size_t i = 0; i < sizeof script / sizeof *script; i++)
        buf_finish(&script[i]);
    buf_finish(&asked_for);
    test_directory_remove();
    no_leaks();
}

TestSuite(resolve, .init = begin, .fini = end, .timeout = 60);

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

static void make_home(const char *config, const char *credentials)
{
    struct error err = {0};

    put(".aws/config", config);
    put(".aws/credentials", credentials);
    profiles_finish(&profiles);
    cr_assert(profiles_load(&profiles, home, test_env, &err), "%s", err.text);
}

struct asking {
    struct creds_resolve resolve;
    struct error error;
    bool over;
};

static void on_done(struct creds_resolve *resolve)
{
    container_of(resolve, struct asking, resolve)->over = true;
}

static bool resolve(struct asking *asking, const char *option, const char *role_arn)
{
    struct profile_choice choice;
    struct error err = {0};

    *asking = (struct asking){.over = false};
    cr_assert(profiles_choose(&profiles, option, &choice, &err), "%s", err.text);
    if (!creds_resolve_start(&asking->resolve, &world, &profiles, &choice, role_arn, NULL, on_done,
                             &asking->error))
        return false;
    cr_assert(turns_until(&loop, &asking->over));
    asking->error = asking->resolve.error;
    return asking->resolve.ok;
}

static bool was_asked(const char *text)
{
    return str_find(buf_str(&asked_for), str_of(text)) >= 0;
}

static void expect_keys(const char *option, const char *id)
{
    struct asking asking;

    cr_assert(resolve(&asking, option, NULL), "%s", asking.error.text);
    cr_assert_str_eq(asking.resolve.creds.access_key_id, id);
    creds_resolve_finish(&asking.resolve);
}

static void expect_refusal(const char *option, const char *text, const char *hint)
{
    struct asking asking;

    cr_assert_not(resolve(&asking, option, NULL), "%s", text);
    cr_assert(strstr(asking.error.text, text), "%s", asking.error.text);
    cr_assert(strstr(asking.error.hint, hint) && *asking.error.hint, "%s", asking.error.hint);
    creds_resolve_finish(&asking.resolve);
}

/* ---- the cache ---- */

Test(resolve, names_of_cache_files_are_those_of_python)
{
    json_t *arguments = json_pack("{s:s,s:s,s:i}", "RoleArn", "arn:aws:iam::1:role/r", "ExternalId",
                                  "a\"b\\\xc3\xa9\xf0\x9f\x98\x80", "DurationSeconds", 900);
    struct buf text = {0};
    char path[PATH_MAX];

    creds_cache_key(arguments, false, &text);
    cr_assert_str_eq(
        buf_cstr(&text),
        "{\"DurationSeconds\": 900, \"ExternalId\": \"a\\\"b\\\\\\u00e9\\ud83d\\ude00\","
        " \"RoleArn\": \"arn:aws:iam::1:role/r\"}");
    buf_clear(&text);
    json_object_del(arguments, "ExternalId");
    creds_cache_key(arguments, true, &text);
    cr_assert_str_eq(buf_cstr(&text),
                     "{\"DurationSeconds\":900,\"RoleArn\":\"arn:aws:iam::1:role/r\"}");
    cr_assert(creds_cache_path("/h", "sso/cache", STR("corp"), path, NULL));
    cr_assert_str_eq(path, "/h/.aws/sso/cache/" SSO_FILE);
    json_decref(arguments);
    buf_finish(&text);
}

/* The only file of a directory below home. */
static void only_file(const char *folder, char out[PATH_MAX])
{
    DIR *directory = opendir(in_home(folder));
    int seen = 0;

    cr_assert_not_null(directory, "%s", folder);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        cr_assert(path_format(out, NULL, "%s/%s", in_home(folder), entry->d_name));
        seen++;
    }
    closedir(directory);
    cr_assert_eq(seen, 1);
}

Test(resolve, a_role_is_kept_and_used_until_a_quarter_of_an_hour_is_left)
{
    char file[PATH_MAX];
    struct stat st;

    make_home(ROLE_OF("source_profile = base\n"), BASE);
    say(200, ROLE("1", "2026-11-22T13:00:00Z"));
    say(200, ROLE("2", "2026-11-22T14:00:00Z"));
    expect_keys("x", "ASIA1");
    cr_assert_eq(server.requests, 1);
    only_file(".aws/cli/cache", file);
    cr_assert_eq(stat(file, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    expect_keys("x", "ASIA1");
    cr_assert_eq(server.requests, 1, "out of the cache");
    wall = NOON + (int64_t)46 * 60000;
    expect_keys("x", "ASIA2");
    cr_assert_eq(server.requests, 2);
    cr_assert(file_write(file, STR("{\"Credentials\":{\"AccessKeyId\":5}}"), 0600, NULL));
    expect_keys("x", "ASIA2");
    cr_assert_eq(server.requests, 3, "a cache that makes no sense counts as none");
}

Test(resolve, what_the_aws_cli_keeps_is_used_and_its_digits_are_not_asked_again)
{
    char path[PATH_MAX];
    json_t *arguments = json_pack("{s:s,s:s}", "RoleArn", "arn:aws:iam::1:role/r", "SerialNumber",
                                  "arn:aws:iam::1:mfa/ada");
    struct buf key = {0};

    make_home(ROLE_OF("source_profile = base\nmfa_serial = arn:aws:iam::1:mfa/ada\n"), BASE);
    expect_refusal("x", "wants the digits of the MFA device arn:aws:iam::1:mfa/ada",
                   "aws sts get-caller-identity --profile x");
    creds_cache_key(arguments, false, &key);
    cr_assert(creds_cache_path(home, "cli/cache", buf_str(&key), path, NULL));
    put(path + strlen(home) + 1,
        "{\"Credentials\": {\"AccessKeyId\": \"ASIACLI\", \"SecretAccessKey\": \"s\", "
        "\"SessionToken\": \"t\", \"Expiration\": \"2026-11-22T13:00:00+00:00\"}, "
        "\"ResponseMetadata\": {}}");
    expect_keys("x", "ASIACLI");
    cr_assert_eq(server.requests, 0);
    json_decref(arguments);
    buf_finish(&key);
}

Test(resolve, a_role_beyond_the_choice)
{
    struct asking asking;

    make_home("", BASE);
    say(200, ROLE("1", "2026-11-22T13:00:00Z"));
    cr_assert(resolve(&asking, "base", "arn:aws:iam::1:role/eks"), "%s", asking.error.text);
    cr_assert(was_asked("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Feks"));
    cr_assert(was_asked("Credential=AKIABASE/"));
    cr_assert_eq(asking.resolve.creds.method, CREDS_ROLE);
    cr_assert_eq(asking.resolve.creds.expires_ms, NOON + 3600000);
    creds_resolve_finish(&asking.resolve);
}

/* ---- what STS says ---- */

Test(resolve, refusals_of_sts_name_the_profile)
{
    make_home(ROLE_OF("source_profile = base\n"), BASE);
    say(403, DENIED);
    say(200, "<html>sign in</html>");
    say(200, "<R><Credentials><AccessKeyId>A</AccessKeyId></Credentials></R>");
    say(200, ROLE("1", "tomorrow"));
    expect_refusal("x", "The role of profile x: STS does not permit AssumeRole: User: arn", "Ask");
    expect_refusal("x", "The answer of STS to AssumeRole is not what AWS sends.", "proxy");
    expect_refusal("x", "is not what AWS sends", "proxy");
    expect_refusal("x", "is not what AWS sends", "proxy");
    cr_assert_eq(server.requests, 4);
    http_finish(&http);
    http_init(&http, &loop, &(struct http_route){.port = refusing_port()});
    expect_refusal("x", "The role of profile x: STS was not reached", "");
}

Test(resolve, a_web_identity_of_the_environment)
{
    make_home("", "");
    put("token", "eyJ.jwt.sig\n");
    set("AWS_WEB_IDENTITY_TOKEN_FILE", in_home("token"));
    expect_refusal(NULL, "AWS_ROLE_ARN is not", "AWS_ROLE_ARN");
    set("AWS_ROLE_ARN", "arn:aws:iam::1:role/pod");
    say(200, ROLE("1", "2026-11-22T13:00:00Z"));
    expect_keys(NULL, "ASIA1");
    cr_assert(was_asked("Action=AssumeRoleWithWebIdentity"));
    cr_assert(was_asked("&WebIdentityToken=eyJ.jwt.sig"));
    cr_assert_not(was_asked("Authorization:"), "nobody signs it");
}

Test(resolve, a_web_identity_without_its_file)
{
    make_home(ROLE_OF("web_identity_token_file = /nowhere/token\n"), BASE);
    expect_refusal("x", "/nowhere/token", "web identity token");
}

/* ---- IAM Identity Center ---- */

Test(resolve, signed_out_says_how_to_sign_in)
{
    make_home(SESSION, "");
    expect_refusal("x", "Profile x is not signed in at IAM Identity Center.",
                   "aws sso login --profile x");
    put(".aws/sso/cache/" SSO_FILE, "[not json");
    expect_refusal("x", "is not signed in", "aws sso login --profile x");
    put(".aws/sso/cache/" SSO_FILE,
        "{\"accessToken\":\"old\",\"expiresAt\":\"2026-11-22T11:00:00Z\"}");
    expect_refusal("x", "that is over", "aws sso login --profile x");
    put(".aws/sso/cache/" SSO_FILE,
        "{\"accessToken\":\"good\",\"expiresAt\":\"2026-11-22T20:00:00Z\"}");
    say(401, "{\"message\":\"Session token not found or invalid\"}");
    say(403, "{\"message\":\"No access\"}");
    say(200, "{\"roleCredentials\":{\"accessKeyId\":\"A\"}}");
    expect_refusal("x", "is not signed in any more", "aws sso login --profile x");
    expect_refusal("x", "IAM Identity Center does not permit GetRoleCredentials: No access", "");
    expect_refusal("x", "has no secretAccessKey", "");
    cr_assert(was_asked("x-amz-sso_bearer_token: good"));
}

Test(resolve, a_sign_in_that_ends_soon_is_renewed_and_kept)
{
    struct buf kept = {0};
    struct stat st;

    make_home(SESSION, "");
    put(".aws/sso/cache/" SSO_FILE,
        "{\"startUrl\":\"https://c.test/start\",\"accessToken\":\"old\",\"expiresAt\":"
        "\"2026-11-22T12:05:00Z\",\"clientId\":\"id\",\"clientSecret\":\"cs\",\"refreshToken\":"
        "\"r1\",\"registrationExpiresAt\":\"2026-12-22T12:05:00Z\"}");
    say(200, "{\"accessToken\":\"new\",\"expiresIn\":3600,\"refreshToken\":\"r2\"}");
    say(200, SSO_KEYS);
    expect_keys("x", "ASIASSO");
    cr_assert(was_asked("\"grantType\":\"refresh_token\",\"clientId\":\"id\",\"clientSecret\":"
                        "\"cs\",\"refreshToken\":\"r1\""));
    cr_assert(was_asked("x-amz-sso_bearer_token: new"));
    cr_assert(file_read(in_home(".aws/sso/cache/" SSO_FILE), 65536, &kept, NULL));
    cr_assert(str_find(buf_str(&kept), STR("\"refreshToken\":\"r2\"")) > 0);
    cr_assert(str_find(buf_str(&kept), STR("\"expiresAt\":\"2026-11-22T13:00:00Z\"")) > 0);
    cr_assert_eq(stat(in_home(".aws/sso/cache/" SSO_FILE), &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    expect_keys("x", "ASIASSO");
    cr_assert_eq(server.requests, 2, "the keys are kept, too");
    buf_finish(&kept);
}

Test(resolve, a_renewal_that_is_refused_leaves_the_old_sign_in_while_it_lasts)
{
    make_home(SESSION, "");
    put(".aws/sso/cache/" SSO_FILE,
        "{\"accessToken\":\"old\",\"expiresAt\":\"2026-11-22T12:05:00Z\",\"clientId\":\"id\","
        "\"clientSecret\":\"cs\",\"refreshToken\":\"r1\",\"registrationExpiresAt\":"
        "\"2026-12-22T12:05:00Z\"}");
    say(400, "{\"error\":\"invalid_grant\"}");
    say(200, SSO_KEYS);
    expect_keys("x", "ASIASSO");
    cr_assert(was_asked("x-amz-sso_bearer_token: old"));
    cr_assert(tree_remove(AT_FDCWD, in_home(".aws/cli"), NULL));
    wall = NOON + (int64_t)10 * 60000;
    answers = 1;
    expect_refusal("x", "that is over", "aws sso login --profile x");
}

/* ---- machines and containers ---- */

#define METADATA                                                                                   \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAEC2\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"," \
    "\"Expiration\":\"2026-11-22T18:00:00Z\"}"

Test(resolve, the_machine_is_asked_when_no_file_has_keys)
{
    make_home("", "");
    say(200, "imds-token");
    say(200, "node-role\n");
    say(200, METADATA);
    expect_keys(NULL, "ASIAEC2");
    cr_assert(was_asked("PUT /latest/api/token"));
    cr_assert(was_asked("X-aws-ec2-metadata-token: imds-token"));
    cr_assert(was_asked("GET /latest/meta-data/iam/security-credentials/node-role "));
}

Test(resolve, no_machine_means_no_keys)
{
    make_home("[profile x]\nregion = us-east-2\n", "");
    say(404, "");
    expect_refusal(NULL, "No AWS credentials were found", "--profile");
    expect_refusal("x", "Profile x has no credentials.", "aws configure --profile x");
    set("AWS_EC2_METADATA_DISABLED", "TRUE");
    expect_refusal(NULL, "No AWS credentials were found", "--profile");
    cr_assert_eq(server.requests, 2, "nobody is asked when it is switched off");
}

Test(resolve, a_role_with_the_keys_of_the_machine)
{
    make_home(ROLE_OF("credential_source = Ec2InstanceMetadata\n"), "");
    say(200, "imds-token");
    say(200, "node-role");
    say(200, METADATA);
    say(200, ROLE("1", "2026-11-22T13:00:00Z"));
    expect_keys("x", "ASIA1");
    cr_assert(was_asked("Credential=ASIAEC2/"));
    answers = 1;
    cr_assert(tree_remove(AT_FDCWD, in_home(".aws/cli"), NULL));
    expect_refusal("x", "The instance metadata service did not answer with keys", "role");
}

Test(resolve, a_container_is_asked_with_its_token)
{
    make_home("", "");
    put("token", "pod-token\n");
    set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
    set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", in_home("token"));
    say(200, METADATA);
    say(500, "no");
    expect_keys(NULL, "ASIAEC2");
    cr_assert(was_asked("GET /v1/credentials"));
    cr_assert(was_asked("Authorization: pod-token"));
    expect_refusal(NULL, "The container's credential endpoint did not answer", "role");
}

static void expect_chosen(enum surrounding_id id, const char *key_id, const char *refusal)
{
    struct asking asking = {.over = false};
    struct profile_choice choice;
    struct error err = {0};

    profiles_choose_surrounding(&profiles, id, &choice);
    cr_assert_eq(profile_choice_surrounding(&choice), id);
    if (!creds_resolve_start(&asking.resolve, &world, &profiles, &choice, NULL, NULL, on_done,
                             &err)) {
        cr_assert(refusal && strstr(err.text, refusal), "%s", err.text);
        return;
    }
    cr_assert(turns_until(&loop, &asking.over));
    if (key_id)
        cr_assert_str_eq(asking.resolve.creds.access_key_id, key_id);
    else
        cr_assert(strstr(asking.resolve.error.text, refusal), "%s", asking.resolve.error.text);
    creds_resolve_finish(&asking.resolve);
}

Test(resolve, what_was_chosen_is_asked_whatever_else_there_is)
{
    make_home("", "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = s\n");
    set("AWS_ACCESS_KEY_ID", "AKIAENV");
    set("AWS_SECRET_ACCESS_KEY", "s");
    expect_chosen(SURROUNDING_ENVIRONMENT, "AKIAENV", NULL);
    expect_chosen(SURROUNDING_CONTAINER, NULL, "This is no container");
    cr_assert_eq(server.requests, 0);
    set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
    say(200, METADATA);
    say(404, "");
    expect_chosen(SURROUNDING_CONTAINER, "ASIAEC2", NULL);
    expect_chosen(SURROUNDING_MACHINE, NULL, "The instance metadata service did not answer");
    set("AWS_EC2_METADATA_DISABLED", "true");
    expect_chosen(SURROUNDING_MACHINE, NULL, "switched off");
}

Test(resolve, a_token_goes_to_no_strange_host)
{
    static const char *const hosts[] = {"http://evil.test/", "http://127.0.0.1.evil.test/",
                                        "http://127.0.0.1:80@evil.test/", "ftp://localhost/"};

    make_home("", "");
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        memset(variables, 0, sizeof variables);
        set("AWS_CONTAINER_CREDENTIALS_FULL_URI", hosts[i]);
        expect_refusal(NULL, "a host that may not be asked", "https");
    }
    cr_assert_eq(server.requests, 0);
}

/* ---- processes ---- */

Test(resolve, a_process_that_prints_old_keys_is_asked_once_more)
{
    char config[PATH_MAX + 400];

    make_home("", "");
    snprintf(config, sizeof config,
             "[profile x]\ncredential_process = sh -c 'echo >>%s; echo "
             "{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"A\\\",\\\"SecretAccessKey\\\":\\\"s\\\","
             "\\\"Expiration\\\":\\\"2026-11-22T11:00:00Z\\\"}'\n",
             in_home("runs"));
    make_home(config, "");
    expect_refusal("x", "printed keys that have already expired", "by hand");
    cr_assert_eq(file_size(in_home("runs")), 2);
}

Test(resolve, a_process_is_killed_with_its_owner)
{
    struct asking asking = {.over = false};
    struct profile_choice choice;
    struct error err = {0};

    make_home("[profile x]\ncredential_process = sleep 1000\n[profile y]\n"
              "credential_process = 'open\n",
              "");
    cr_assert(profiles_choose(&profiles, "x", &choice, &err));
    cr_assert(creds_resolve_start(&asking.resolve, &world, &profiles, &choice, NULL, NULL, on_done,
                                  &err));
    turns(&loop, 5);
    creds_resolve_finish(&asking.resolve);
    turns(&loop, 20);
    cr_assert_not(asking.over);
    expect_refusal("y", "a quotation is left open", "Close the quotation");
}

/* ---- a client whose keys end ---- */

struct who {
    struct sts_identity identity;
    bool over;
};

static void who_done(struct sts_identity *identity)
{
    container_of(identity, struct who, identity)->over = true;
}

static bool ask(struct who *who, struct aws *aws)
{
    struct error err = {0};

    *who = (struct who){.over = false};
    cr_assert(sts_identity_start(&who->identity, aws, who_done, &err), "%s", err.text);
    cr_assert(turns_until(&loop, &who->over));
    sts_identity_finish(&who->identity);
    return who->identity.ok;
}

static void open_client(struct aws *aws)
{
    struct profile_choice choice;
    struct error err = {0};

    cr_assert(profiles_choose(&profiles, "x", &choice, &err));
    cr_assert(aws_open(aws, &world, &profiles, &choice, "us-east-2", &err), "%s", err.text);
}

Test(resolve, keys_that_end_are_renewed_before_the_next_request)
{
    struct aws aws;
    struct who who;

    make_home(ROLE_OF("source_profile = base\n"), BASE);
    say(200, ROLE("1", "2026-11-22T13:00:00Z"));
    say(200, IDENTITY);
    say(200, IDENTITY);
    say(200, ROLE("2", "2026-11-22T14:00:00Z"));
    say(200, IDENTITY);
    open_client(&aws);
    cr_assert_eq(server.requests, 0, "nobody is asked before it is needed");
    cr_assert(ask(&who, &aws), "%s", who.identity.error.text);
    cr_assert(ask(&who, &aws));
    cr_assert_eq(server.requests, 3);
    cr_assert_eq(aws.creds.expires_ms, NOON + 3600000);
    wall = NOON + (int64_t)56 * 60000;
    cr_assert(ask(&who, &aws), "%s", who.identity.error.text);
    cr_assert_eq(server.requests, 5);
    cr_assert_str_eq(aws.creds.access_key_id, "ASIA2");
    aws_finish(&aws);
    aws_finish(&aws);
}

Test(resolve, a_renewal_that_fails_leaves_keys_that_still_last)
{
    struct aws aws;
    struct who who;

    make_home(ROLE_OF("source_profile = base\n"), BASE);
    say(200, ROLE("1", "2026-11-22T13:00:00Z"));
    say(200, IDENTITY);
    say(403, DENIED);
    say(200, IDENTITY);
    say(403, DENIED);
    open_client(&aws);
    cr_assert(ask(&who, &aws), "%s", who.identity.error.text);
    wall = NOON + (int64_t)56 * 60000;
    cr_assert(ask(&who, &aws), "%s", who.identity.error.text);
    cr_assert_eq(server.requests, 4);
    wall = NOON + (int64_t)60 * 60000;
    cr_assert_not(ask(&who, &aws));
    cr_assert(strstr(who.identity.error.text, "The role of profile x"));
    aws_finish(&aws);
}

Test(resolve, requests_that_wait_may_be_cancelled)
{
    struct aws aws;
    struct who first = {.over = false}, second = {.over = false};
    struct error err = {0};

    make_home(ROLE_OF("source_profile = base\n"), BASE);
    say(200, ROLE("1", "2026-11-22T13:00:00Z"));
    say(200, IDENTITY);
    open_client(&aws);
    cr_assert(sts_identity_start(&first.identity, &aws, who_done, &err));
    cr_assert(sts_identity_start(&second.identity, &aws, who_done, &err));
    sts_identity_finish(&first.identity);
    cr_assert(turns_until(&loop, &second.over));
    cr_assert(second.identity.ok && !first.over);
    cr_assert_eq(server.requests, 2, "keys are asked for once");
    sts_identity_finish(&second.identity);
    cr_assert(tree_remove(AT_FDCWD, in_home(".aws/cli"), NULL));
    aws_finish(&aws);
    for (int steps = 0; steps < 12; steps++) { /* finished at every step of the way */
        open_client(&aws);
        cr_assert(sts_identity_start(&first.identity, &aws, who_done, &err));
        turns(&loop, steps);
        sts_identity_finish(&first.identity);
        aws_finish(&aws);
    }
}
