/* core/aws/resolve against botocore's answers (tests/data/aws-config): the same keys, by the same
 * calls, signed with the same keys, for every profile of every case. */
#include "core/aws/resolve.h"

#include <criterion/criterion.h>
#include <fcntl.h>

#include "core/base/paths.h"
#include "tests/support/aws_cases.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define NOON INT64_C(1795348800000) /* Sun, 22 Nov 2026 12:00:00 GMT */

static struct clock clock_noon;
static struct loop loop;
static struct server server;
static struct http http;
static struct signals signals;
static char home_variable[PATH_MAX + 8];
static const char *process_environment[3];
static struct buf answer;
static json_t *calls; /* what was asked, as expected.json tells it */
static unsigned roles;

static int64_t noon(const struct clock *clock)
{
    (void)clock;
    return NOON;
}

static int64_t real_monotonic(const struct clock *clock)
{
    (void)clock;
    return clock_system.monotonic_ms(&clock_system);
}

/* ---- a server that is STS and IAM Identity Center ---- */

/* The value behind `name` up to one of `ends`; false when it is not there. */
static bool part(const char *name, const char *ends, char *out, size_t size)
{
    struct str last = buf_str(&server.last);
    ptrdiff_t at = str_find(last, str_of(name));
    struct str rest = str_skip(last, at < 0 ? last.len : (size_t)at + strlen(name));
    size_t len = 0;
    struct buf plain = {0};

    while (len < rest.len && !strchr(ends, rest.data[len])) {
        unsigned byte = 0;
        if (rest.data[len] == '%' && sscanf(rest.data + len + 1, "%2x", &byte) == 1)
            len += 2;
        buf_byte(&plain, byte ? (char)byte : rest.data[len]);
        len++;
    }
    str_copy(buf_str(&plain), out, size);
    buf_finish(&plain);
    return at >= 0;
}

static void note_signer(json_t *call)
{
    char id[128], token[128];
    json_t *signer = json_object();

    cr_assert(part("Credential=", "/", id, sizeof id), "an AssumeRole is signed");
    js_set_text(signer, "access_key_id", id);
    js_set(signer, "session_token",
           part("X-Amz-Security-Token: ", "\r", token, sizeof token) ? json_string(token)
                                                                     : json_null());
    js_set(call, "signed_with", signer);
}

static void note_role(void)
{
    static const char *const names[] = {"RoleArn", "RoleSessionName", "ExternalId"};
    json_t *call = json_object();
    char value[256], name[64];
    int64_t seconds;
    bool web = part("Action=AssumeRoleWithWebIdentity&", "&", value, sizeof value);

    js_set_text(call, "operation", web ? "AssumeRoleWithWebIdentity" : "AssumeRole");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(name, sizeof name, "&%s=", names[i]);
        if (part(name, "&", value, sizeof value))
            js_set_text(call, names[i], strstr(value, "ekshub-tui-") ? "<generated>" : value);
    }
    if (part("&DurationSeconds=", "&", value, sizeof value)) {
        cr_assert(str_to_int64(str_of(value), &seconds));
        js_set_int(call, "DurationSeconds", seconds);
    }
    if (!web)
        note_signer(call);
    json_array_append_new(calls, call);
    roles++;
    buf_printf(&answer,
               "<R><AssumeRoleResult><Credentials><AccessKeyId>ASIA-ROLE-%u</AccessKeyId>"
               "<SecretAccessKey>role-secret-%u</SecretAccessKey><SessionToken>role-token-%u"
               "</SessionToken><Expiration>2026-11-22T13:00:00Z</Expiration></Credentials>"
               "</AssumeRoleResult></R>",
               roles, roles, roles);
}

static void note_sso(void)
{
    json_t *call = json_object();
    char value[256];

    js_set_text(call, "operation", "sso:GetRoleCredentials");
    cr_assert(part("x-amz-sso_bearer_token: ", "\r", value, sizeof value));
    js_set_text(call, "accessToken", value);
    cr_assert(part("account_id=", " &", value, sizeof value));
    js_set_text(call, "accountId", value);
    cr_assert(part("role_name=", " &", value, sizeof value));
    js_set_text(call, "roleName", value);
    json_array_append_new(calls, call);
    buf_text(&answer,
             "{\"roleCredentials\":{\"accessKeyId\":\"ASIA-SSO\",\"secretAccessKey\":"
             "\"sso-secret\",\"sessionToken\":\"sso-token\",\"expiration\":1795352400000}}");
}

static void asked(struct server *asked_server)
{
    struct buf body = {0};

    buf_clear(&answer);
    if (str_find(buf_str(&server.last), STR("/federation/credentials")) >= 0)
        note_sso();
    else
        note_role();
    buf_append(&body, buf_str(&answer));
    buf_clear(&answer);
    buf_printf(&answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", body.len,
               buf_cstr(&body));
    buf_finish(&body);
    asked_server->answer = buf_str(&answer);
}

/* ---- one case ---- */

static void begin(void)
{
    clock_noon = (struct clock){real_monotonic, noon};
    loop_init(&loop, &clock_noon);
    server_init(&server, &loop);
    server.asked = asked;
    http_init(&http, &loop, &(struct http_route){.port = server.port});
    cr_assert(signals_init(&signals, &loop, (int[]){0}, NULL));
}

static void end(void)
{
    http_finish(&http);
    server_finish(&server);
    signals_finish(&signals);
    loop_finish(&loop);
    buf_finish(&answer);
    test_directory_remove();
    no_leaks();
}

TestSuite(resolve_corpus, .init = begin, .fini = end, .timeout = 120);

struct asking {
    struct creds_resolve resolve;
    bool over;
};

static void on_done(struct creds_resolve *resolve)
{
    container_of(resolve, struct asking, resolve)->over = true;
}

/* Botocore's calls without what is not ours to compare. */
static void check_calls(const json_t *expected, const char *name)
{
    struct buf got = {0}, wanted = {0};
    json_t *copy = json_is_array(expected) ? json_deep_copy(expected) : json_array();

    for (size_t i = 0; i < json_array_size(copy); i++) {
        json_t *call = json_array_get(copy, i);
        json_object_del(call, "sso_region");
        json_object_del(json_object_get(call, "signed_with"), "secret_access_key");
        json_object_del(call, "WebIdentityToken");
    }
    js_dump(calls, &got);
    js_dump(copy, &wanted);
    cr_assert(json_equal(calls, copy), "%s: %s, not %s", name, buf_cstr(&got), buf_cstr(&wanted));
    json_decref(copy);
    buf_finish(&got);
    buf_finish(&wanted);
}

static void check_probe(const struct profiles *profiles, const json_t *expected,
                        const struct aws_case *each)
{
    const char *name = each->name;
    const char *option = json_string_value(js_get(expected, "profile"));
    const json_t *keys = js_get(expected, "credentials");
    /* an empty key is none */
    bool wanted = *js_text(keys, "method") && strncmp(name, "18-", 3) != 0;
    struct creds_world world = {
        .http = &http, .signals = &signals, .home = each->home, .environment = process_environment};
    struct profile_choice choice;
    struct asking asking = {.over = false};
    struct error err = {0};
    bool begun;

    if (!profiles_choose(profiles, option, &choice, &err))
        return; /* profiles.c's */
    calls = json_array();
    roles = 0;
    begun =
        creds_resolve_start(&asking.resolve, &world, profiles, &choice, NULL, NULL, on_done, &err);
    if (begun) {
        cr_assert(turns_until(&loop, &asking.over), "%s", name);
        err = asking.resolve.error;
    }
    cr_assert_eq(asking.resolve.ok, wanted, "%s %s: %s", name, choice.name, err.text);
    if (wanted) {
        aws_case_keys(&asking.resolve.creds, keys, name);
        check_calls(js_get(expected, "calls"), name);
    } else {
        cr_assert_eq(err.kind, ERROR_AUTH, "%s", name);
        cr_assert(err.text[0] && err.hint[0], "%s: %s", name, err.text);
    }
    creds_resolve_finish(&asking.resolve);
    json_decref(calls);
    char cache[PATH_MAX];
    cr_assert(path_format(cache, NULL, "%s/.aws/cli", each->home));
    cr_assert(tree_remove(AT_FDCWD, cache, NULL));
}

static void check_case(const struct aws_case *each)
{
    struct profiles profiles;
    struct error err = {0};

    snprintf(home_variable, sizeof home_variable, "HOME=%s", each->home);
    process_environment[0] = "PATH=/usr/bin:/bin";
    process_environment[1] = home_variable;
    if (!profiles_load(&profiles, each->home, aws_case_env, &err))
        return; /* profiles.c's */
    for (size_t i = 0; i < json_array_size(each->results); i++)
        check_probe(&profiles, json_array_get(each->results, i), each);
    profiles_finish(&profiles);
}

Test(resolve_corpus, all_cases_of_botocore)
{
    json_t *also = json_pack("{s:s}", "AWS_ENDPOINT_URL", "http://aws.test");

    cr_assert_eq(aws_cases_each(also, check_case), 125);
    json_decref(also);
}
