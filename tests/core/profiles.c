/* core/aws/profiles, choice and creds against botocore's answers (tests/data/aws-config). Where the
 * AWS CLI v2 differs from botocore 1.x, or where we refuse what botocore accepts, it says so. */
#include "core/aws/creds.h"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/support/aws_cases.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(profiles, .fini = no_leaks);

static char home[PATH_MAX];
static json_t *environment; /* what test_env answers from */

static const char *test_env(const char *name)
{
    const json_t *value = json_object_get(environment, name);

    return value ? json_string_value(value) : NULL;
}

static void check_names(const struct profiles *profiles, const json_t *expected, const char *name)
{
    cr_assert_eq(profiles->count, json_array_size(expected), "%s: %zu profiles", name,
                 profiles->count);
    for (size_t i = 0; i < profiles->count; i++)
        cr_assert_str_eq(profiles->items[i].name, json_string_value(json_array_get(expected, i)),
                         "%s", name);
}

static const char *kind_of_method(const char *method)
{
    if (strcmp(method, "assume-role") == 0)
        return "role";
    if (strcmp(method, "assume-role-with-web-identity") == 0)
        return "web-identity";
    return strcmp(method, "custom-process") == 0 ? "process" : method;
}

static void check_credentials(const struct profiles *profiles, const struct profile_choice *choice,
                              const json_t *expected, const char *name)
{
    const char *method = js_text(expected, "method");
    bool keys = strcmp(method, "env") == 0 || strcmp(method, "config-file") == 0 ||
                strcmp(method, "shared-credentials-file") == 0;
    struct creds creds = {0};
    struct error err = {0};
    bool at_hand = creds_are_at_hand(choice);
    bool ok = at_hand && creds_at_hand(&creds, profiles, choice, &err);

    /* botocore signs with an empty key; we say that it is empty */
    keys = keys && strncmp(name, "18-", 3) != 0;
    cr_assert_eq(ok, keys, "%s %s: %s", name, choice->name, err.text);
    if (ok) {
        aws_case_keys(&creds, expected, name);
        if (!choice->environment)
            cr_assert_str_eq(profile_kind_name(choice->profile->kind),
                             secret_empty(&creds.token) ? "static" : "session");
    } else {
        cr_assert(!at_hand || (err.kind == ERROR_AUTH && err.text[0] && err.hint[0]), "%s", name);
        if (*method && choice->profile && !choice->web_identity && strncmp(name, "18-", 3) != 0)
            cr_assert_str_eq(profile_kind_name(choice->profile->kind), kind_of_method(method));
    }
    creds_finish(&creds);
}

static void check_probe(const struct profiles *profiles, const json_t *expected, const char *name)
{
    const char *option = json_string_value(js_get(expected, "profile"));
    const char *region = json_string_value(js_get(expected, "region")), *got;
    struct profile_choice choice;
    struct error err = {0};

    if (*js_text(expected, "error")) {
        cr_assert_str_eq(js_text(expected, "error"), "ProfileNotFound", "%s", name);
        cr_assert_not(profiles_choose(profiles, option, &choice, &err), "%s", name);
        cr_assert_eq(err.kind, ERROR_AUTH);
        cr_assert(strstr(err.text, option) && err.hint[0], "%s: %s", name, err.text);
        return;
    }
    cr_assert(profiles_choose(profiles, option, &choice, &err), "%s: %s", name, err.text);
    got = profiles_region(profiles, choice.profile, NULL);
    if (region && *region) /* an empty region is none */
        cr_assert_str_eq(got ? got : "none", region, "%s %s", name, option ? option : "-");
    else
        cr_assert_null(got, "%s", name);
    check_credentials(profiles, &choice, js_get(expected, "credentials"), name);
}

static void check_case(const struct aws_case *each)
{
    const json_t *names = js_get(each->expected, "available_profiles");
    struct profiles profiles;
    struct error err = {0};

    if (json_is_object(names)) {
        cr_assert_not(profiles_load(&profiles, each->home, aws_case_env, &err), "%s", each->name);
        cr_assert(str_starts(str_of(err.text), STR("~/.aws/")), "%s: %s", each->name, err.text);
        cr_assert_eq(err.kind, ERROR_INPUT);
    } else {
        cr_assert(profiles_load(&profiles, each->home, aws_case_env, &err), "%s: %s", each->name,
                  err.text);
        check_names(&profiles, names, each->name);
        for (size_t i = 0; i < json_array_size(each->results); i++)
            check_probe(&profiles, json_array_get(each->results, i), each->name);
    }
    profiles_finish(&profiles);
}

Test(profiles, all_cases_of_botocore)
{
    cr_assert_eq(aws_cases_each(NULL, check_case), 125);
    test_directory_remove();
}

/* ---- files made on the spot ---- */

static void make_home(const char *config, const char *credentials)
{
    char path[PATH_MAX];

    snprintf(home, sizeof home, "/tmp/ekshub-test-XXXXXX");
    cr_assert_not_null(mkdtemp(home));
    environment = json_object();
    cr_assert(path_format(path, NULL, "%s/.aws", home));
    cr_assert(dir_make(path, 0700, NULL));
    cr_assert(path_format(path, NULL, "%s/.aws/config", home));
    cr_assert(!config || file_write(path, str_of(config), 0600, NULL));
    cr_assert(path_format(path, NULL, "%s/.aws/credentials", home));
    cr_assert(!credentials || file_write(path, str_of(credentials), 0600, NULL));
}

static void drop_home(void)
{
    char path[PATH_MAX];

    cr_assert(path_format(path, NULL, "%s/.aws/config", home));
    if (unlink(path) != 0)
        rmdir(path);
    cr_assert(path_format(path, NULL, "%s/.aws/credentials", home));
    unlink(path);
    cr_assert(path_format(path, NULL, "%s/.aws", home));
    rmdir(path);
    cr_assert_eq(rmdir(home), 0);
    json_decref(environment);
}

static bool holds(const struct ini *ini, const char *needle)
{
    return str_find((struct str){ini->arena, ini->arena_size}, str_of(needle)) >= 0;
}

Test(profiles, secrets_are_not_kept)
{
    struct profiles p;
    struct error err = {0};

    make_home("[profile c]\naws_access_key_id = AK\naws_secret_access_key = HUSH-1\n",
              "[a]\naws_access_key_id = AK\naws_secret_access_key = HUSH-2\n"
              "aws_session_token = HUSH-3\n");
    cr_assert(profiles_load(&p, home, test_env, &err), "%s", err.text);
    cr_assert(holds(&p.config, "AK") && !holds(&p.config, "HUSH"));
    cr_assert(holds(&p.credentials, "AK") && !holds(&p.credentials, "HUSH"));
    cr_assert_eq(profiles_find(&p, "a")->kind, PROFILE_SESSION);
    cr_assert_str_eq(profiles_find(&p, "a")->source, "~/.aws/credentials");
    cr_assert_str_eq(profiles_find(&p, "c")->source, "~/.aws/config");
    cr_assert_str_eq(profiles_find(&p, "a")->access_key_id, "AK");
    profiles_finish(&p);
    profiles_finish(&p);
    drop_home();
}

struct diagnosis {
    const char *config, *credentials, *profile;
    enum profile_kind kind;
    const char *error; /* a part of it; NULL for none */
};

Test(profiles, kinds_and_what_is_wrong_with_them)
{
    static const struct diagnosis table[] = {
        {"[profile x]\nregion = us-east-2\n", NULL, "x", PROFILE_NONE, NULL},
        {"[profile x]\nregion = us-east-1 # prod\n", NULL, "x", PROFILE_NONE,
         "The region of profile x is \"us-east-1 # prod\"."},
        {"[profile x]\nregion = x.evil.org\n", NULL, "x", PROFILE_NONE, "not the name of a region"},
        {NULL, "[x]\naws_access_key_id = A\n", "x", PROFILE_STATIC,
         "[x] in ~/.aws/credentials has an aws_access_key_id but no aws_secret_access_key."},
        {NULL, "[x]\naws_secret_access_key = A\n", "x", PROFILE_NONE, "no aws_access_key_id"},
        {NULL, "[x]\naws_access_key_id =\naws_secret_access_key = s\n", "x", PROFILE_STATIC,
         "is empty"},
        /* key here, secret there: each file is looked at on its own */
        {"[profile x]\naws_secret_access_key = s\n", "[x]\naws_access_key_id = A\n", "x",
         PROFILE_STATIC, "no aws_secret_access_key"},
        {"[profile x]\nrole_arn = arn\nsource_profile = y\n",
         "[x]\naws_access_key_id = A\naws_secret_access_key = s\n", "x", PROFILE_ROLE,
         "Profile x names the source_profile y, which does not exist."},
        {"[profile x]\nrole_arn = arn\nsource_profile = x\n",
         "[x]\naws_access_key_id = A\naws_secret_access_key = s\n", "x", PROFILE_ROLE, NULL},
        {"[profile x]\nrole_arn = arn\nsource_profile = y\n[profile y]\nrole_arn = arn\n"
         "source_profile = x\n",
         NULL, "x", PROFILE_ROLE, "Profile x is its own source_profile: x → y → x."},
        {"[profile x]\nrole_arn = arn\ncredential_source = environment\n", NULL, "x", PROFILE_ROLE,
         "Profile x has the credential_source environment, which does not exist."},
        {"[profile x]\nrole_arn = arn\n", NULL, "x", PROFILE_ROLE,
         "neither source_profile nor credential_source"},
        {"[profile x]\nservices = none\n", NULL, "x", PROFILE_NONE, "has no [services none]"},
        {"[profile x]\nendpoint_url = localhost\n", NULL, "x", PROFILE_NONE, "is not a URL"},
        {"[profile x]\ncredential_process = a 'b\n", NULL, "x", PROFILE_PROCESS,
         "a quotation is left open"},
        {"[profile x]\nrole_arn = arn\nweb_identity_token_file = /t\n", NULL, "x",
         PROFILE_WEB_IDENTITY, NULL},
        {"[profile x]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n", NULL, "x",
         PROFILE_SSO, "there is no [sso-session s] in ~/.aws/config"},
        {"[profile x]\nsso_account_id = 1\nsso_start_url = u\nsso_region = r\n", NULL, "x",
         PROFILE_SSO, "sso_role_name is missing"},
        {"[sso-session s]\nsso_start_url = u\nsso_region = r\n"
         "[profile x]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n",
         NULL, "x", PROFILE_SSO, NULL},
        {"[profile x]\ncredential_process = a\naws_access_key_id = A\n", NULL, "x", PROFILE_PROCESS,
         NULL},
        {"[profile x]\nlogin_session = arn\n", NULL, "x", PROFILE_NONE, "aws login"},
        {"[profile \x1b[31m]\nregion = ?\n", NULL, "\x1b[31m", PROFILE_NONE, "profile ^[[31m"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct profile *found;
        struct profiles p;
        struct error err = {0};

        make_home(table[i].config, table[i].credentials);
        cr_assert(profiles_load(&p, home, test_env, &err), "%s", err.text);
        found = profiles_find(&p, table[i].profile);
        cr_assert_not_null(found);
        cr_assert_eq(found->kind, table[i].kind, "%zu", i);
        if (table[i].error) {
            cr_assert(found->error && strstr(found->error, table[i].error), "%zu: %s", i,
                      found->error);
            cr_assert(found->hint && *found->hint);
        } else {
            cr_assert_null(found->error);
        }
        profiles_finish(&p);
        drop_home();
    }
}

Test(profiles, a_name_that_is_not_found_says_what_may_be_meant)
{
    struct profiles p;
    struct profile_choice choice;
    struct error err = {0};

    make_home("[bare]\nregion = us-east-1\n", "[kube_admin]\naws_access_key_id = A\n");
    cr_assert(profiles_load(&p, home, test_env, &err));
    cr_assert_not(profiles_choose(&p, "bare", &choice, &err));
    cr_assert_str_eq(err.text, "There is no profile bare in ~/.aws/config or ~/.aws/credentials.");
    cr_assert_str_eq(err.hint, "In ~/.aws/config the section must be called [profile bare].");
    cr_assert_not(profiles_choose(&p, "kube-admin", &choice, &err));
    cr_assert_str_eq(err.hint, "Did you mean kube_admin?");
    js_set_text(environment, "AWS_PROFILE", "\x1b]0;t");
    cr_assert_not(profiles_choose(&p, NULL, &choice, &err));
    cr_assert(strstr(err.text, "profile ^[]0;t (named by AWS_PROFILE)"), "%s", err.text);
    profiles_finish(&p);
    drop_home();
}

Test(profiles, keys_of_the_environment_are_named_when_they_win_or_are_ignored)
{
    struct profiles p;
    struct profile_choice choice;
    struct error err = {0};

    make_home(NULL, "[default]\naws_access_key_id = A\naws_secret_access_key = s\n[x]\n");
    cr_assert(profiles_load(&p, home, test_env, &err));
    cr_assert(profiles_choose(&p, NULL, &choice, &err));
    cr_assert(!choice.environment && !choice.keys_win && !choice.keys_ignored);
    js_set_text(environment, "AWS_ACCESS_KEY_ID", "E");
    cr_assert(profiles_choose(&p, NULL, &choice, &err));
    cr_assert(choice.environment && choice.keys_win && !choice.keys_ignored);
    cr_assert(profiles_choose(&p, "x", &choice, &err));
    cr_assert(!choice.environment && !choice.keys_win && choice.keys_ignored);
    js_set_text(environment, "AWS_PROFILE", "x");
    cr_assert(profiles_choose(&p, NULL, &choice, &err));
    cr_assert(choice.environment && choice.keys_win);
    js_set_text(environment, "AWS_ACCESS_KEY_ID", "");
    cr_assert(profiles_choose(&p, NULL, &choice, &err));
    cr_assert(!choice.environment, "an empty variable is none");
    profiles_finish(&p);
    drop_home();
}

Test(profiles, odd_files)
{
    struct profiles p;
    struct error err = {0};
    char path[PATH_MAX];
    struct buf huge = {0};

    make_home(NULL, NULL);
    cr_assert(path_format(path, NULL, "%s/.aws/config", home));
    cr_assert_eq(mkdir(path, 0700), 0);
    js_set_text(environment, "AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    cr_assert(profiles_load(&p, home, test_env, &err), "%s", err.text);
    cr_assert_str_eq(p.warning, "~/.aws/config is not a file and counts as empty.");
    cr_assert_eq(p.count, 0);
    profiles_finish(&p);
    cr_assert_eq(rmdir(path), 0);

    for (int i = 0; i < 70000; i++)
        buf_text(&huge, "# 16 characters\n");
    cr_assert(file_write(path, buf_str(&huge), 0600, NULL));
    cr_assert_not(profiles_load(&p, home, test_env, &err));
    cr_assert(strstr(err.text, "larger than 1024 KiB"), "%s", err.text);
    buf_finish(&huge);

    if (geteuid() != 0) {
        cr_assert_eq(chmod(path, 0), 0);
        cr_assert_not(profiles_load(&p, home, test_env, &err));
        cr_assert(strstr(err.text, "Permission denied"), "%s", err.text);
    }
    drop_home();
}

Test(profiles, keys_that_would_break_a_header_are_refused)
{
    struct profiles p;
    struct creds creds;
    struct error err = {0};

    make_home(NULL, "[x]\naws_access_key_id = A B\naws_secret_access_key = s\n"
                    "[y]\naws_access_key_id = A\n B\naws_secret_access_key = s\n");
    cr_assert(profiles_load(&p, home, test_env, &err));
    cr_assert_not(creds_from_keys(&creds, &p, profiles_find(&p, "x"), &err));
    cr_assert(strstr(err.text, "[x] in ~/.aws/credentials"), "%s", err.text);
    cr_assert_not(creds_from_keys(&creds, &p, profiles_find(&p, "y"), &err));
    creds_finish(&creds);
    profiles_finish(&p);
    drop_home();
}

Test(profiles, a_key_that_changed_meanwhile_is_read_anew)
{
    struct profiles p;
    struct creds creds;
    struct error err = {0};
    char path[PATH_MAX];

    make_home(NULL, "[x]\naws_access_key_id = OLD\naws_secret_access_key = old\n");
    cr_assert(profiles_load(&p, home, test_env, &err));
    cr_assert(path_format(path, NULL, "%s/.aws/credentials", home));
    cr_assert(file_write(
        path, STR("[w]\n[x]\naws_access_key_id = NEW\naws_secret_access_key = new\n"), 0600, NULL));
    cr_assert(creds_from_keys(&creds, &p, profiles_find(&p, "x"), &err), "%s", err.text);
    cr_assert_str_eq(creds.access_key_id, "NEW");
    cr_assert(str_is(secret_expose(&creds.secret), "new"));
    creds_finish(&creds);
    cr_assert(file_write(path, STR("[w]\n"), 0600, NULL));
    cr_assert_not(creds_from_keys(&creds, &p, profiles_find(&p, "x"), &err));
    cr_assert_str_eq(err.text, "[x] in ~/.aws/credentials is no longer there.");
    creds_finish(&creds);
    profiles_finish(&p);
    drop_home();
}

Test(profiles, short_ids)
{
    char out[32];

    cr_assert_str_eq(creds_short_id("AKIAIOSFODNN7EXAMPLE", out), "AKIA…MPLE");
    cr_assert_str_eq(creds_short_id("AK", out), "AK");
}
