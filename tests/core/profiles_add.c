/* core/aws/profiles_add: what the form of a new profile refuses, and that saving it leaves every
 * other byte of the files of all corpora alone. */
#include "core/aws/profiles_add.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/aws/creds.h"
#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define KEY    "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define ROLE   "arn:aws:iam::123456789012:role/team/admin"

static char home[PATH_MAX];
static const char *credentials_variable, *config_variable;
static struct profiles profiles;
static struct profile_new new;
static struct error err;

static const char *test_env(const char *name)
{
    if (strcmp(name, "AWS_SHARED_CREDENTIALS_FILE") == 0)
        return credentials_variable;
    return strcmp(name, "AWS_CONFIG_FILE") == 0 ? config_variable : NULL;
}

static void begin(void)
{
    str_copy(str_of(test_path("home")), home, sizeof home);
}

static void end(void)
{
    profile_new_finish(&new);
    profiles_finish(&profiles);
    test_directory_remove();
    no_leaks();
}

TestSuite(profiles_add, .init = begin, .fini = end, .timeout = 120);

static const char *in_home(const char *name)
{
    static char path[PATH_MAX];
    cr_assert(path_format(path, NULL, "%s/%s", home, name));
    return path;
}

static void put(const char *name, struct str text)
{
    char dir[PATH_MAX];
    path_dirname(in_home(name), dir);
    cr_assert(dir_make(dir, 0755, NULL));
    cr_assert(file_write(in_home(name), text, 0644, &err), "%s", err.text);
}

/* Empty when it is not there. */
static void get(const char *name, struct buf *out)
{
    buf_clear(out);
    (void)file_read(in_home(name), 1 << 20, out, NULL);
}

static void holds(const char *name, const char *wanted)
{
    struct buf text = {0};
    get(name, &text);
    cr_assert_str_eq(buf_cstr(&text), wanted);
    buf_finish(&text);
}

static bool load(void)
{
    profiles_finish(&profiles);
    return profiles_load(&profiles, home, test_env, &err);
}

static void ask_keys(const char *name, const char *region)
{
    profile_new_finish(&new);
    new.kind = PROFILE_NEW_KEYS;
    str_copy(str_of(name), new.text[PROFILE_FIELD_NAME], PROFILE_TEXT);
    str_copy(str_of(region), new.text[PROFILE_FIELD_REGION], PROFILE_TEXT);
    str_copy(STR("  " KEY "\n"), new.text[PROFILE_FIELD_KEY_ID], PROFILE_TEXT);
    cr_assert(secret_set(&new.secret, STR(SECRET " \r\n"), NULL));
}

static void ask_sso(const char *name)
{
    profile_new_finish(&new);
    new.kind = PROFILE_NEW_SSO;
    str_copy(str_of(name), new.text[PROFILE_FIELD_NAME], PROFILE_TEXT);
    str_copy(STR("corp"), new.text[PROFILE_FIELD_SSO_SESSION], PROFILE_TEXT);
    str_copy(STR("https://corp.awsapps.com/start"), new.text[PROFILE_FIELD_SSO_URL], PROFILE_TEXT);
    str_copy(STR("eu-west-1"), new.text[PROFILE_FIELD_SSO_REGION], PROFILE_TEXT);
    str_copy(STR("123456789012"), new.text[PROFILE_FIELD_SSO_ACCOUNT], PROFILE_TEXT);
    str_copy(STR("Admin"), new.text[PROFILE_FIELD_SSO_ROLE], PROFILE_TEXT);
}

static void ask_role(const char *name, const char *source)
{
    profile_new_finish(&new);
    new.kind = PROFILE_NEW_ROLE;
    str_copy(str_of(name), new.text[PROFILE_FIELD_NAME], PROFILE_TEXT);
    str_copy(STR(ROLE), new.text[PROFILE_FIELD_ROLE_ARN], PROFILE_TEXT);
    str_copy(str_of(source), new.text[PROFILE_FIELD_SOURCE], PROFILE_TEXT);
    str_copy(STR("us-west-2"), new.text[PROFILE_FIELD_REGION], PROFILE_TEXT);
}

static void adds(void)
{
    cr_assert(profiles_add(&profiles, &new, &err), "%s", err.text);
    cr_assert(load(), "%s", err.text);
}

static void refuses(const char *text)
{
    cr_assert_not(profiles_add(&profiles, &new, &err));
    cr_assert(strstr(err.text, text), "%s", err.text);
}

static unsigned mode_of(const char *name)
{
    struct stat st;
    cr_assert_eq(stat(in_home(name), &st), 0);
    return st.st_mode & 0777;
}

Test(profiles_add, a_first_profile_makes_files_and_directory)
{
    cr_assert(load());
    ask_keys("kube_admin", "us-east-2");
    adds();
    holds(".aws/credentials",
          "[kube_admin]\naws_access_key_id = " KEY "\naws_secret_access_key = " SECRET "\n");
    holds(".aws/config", "[profile kube_admin]\nregion = us-east-2\n");
    cr_assert_eq(mode_of(".aws"), 0700);
    cr_assert_eq(mode_of(".aws/credentials"), 0600);
    cr_assert_eq(mode_of(".aws/config"), 0600);
    const struct profile *found = profiles_find(&profiles, "kube_admin");
    cr_assert(found && found->kind == PROFILE_STATIC && !found->error);
    cr_assert_str_eq(found->region, "us-east-2");
}

Test(profiles_add, keys_that_end_and_the_default_profile)
{
    put(".aws/config", STR("[profile other]\nregion = eu-west-1"));
    cr_assert(load());
    ask_keys("default", "us-east-2");
    str_copy(STR("ASIAIOSFODNN7EXAMPLE"), new.text[PROFILE_FIELD_KEY_ID], PROFILE_TEXT);
    cr_assert(secret_set(&new.token, STR("FwoGZXIv+/=\n"), NULL));
    adds();
    holds(".aws/credentials",
          "[default]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = " SECRET
          "\naws_session_token = FwoGZXIv+/=\n");
    holds(".aws/config", "[profile other]\nregion = eu-west-1\n\n[default]\nregion = us-east-2\n");
    cr_assert_eq(profiles_find(&profiles, "default")->kind, PROFILE_SESSION);
}

Test(profiles_add, a_role_and_a_sign_in)
{
    put(".aws/credentials",
        STR("[base]\r\naws_access_key_id = A\r\naws_secret_access_key = s\r\n"));
    put(".aws/config", STR("; mine\r\n"));
    cr_assert(load());
    ask_role("ci", "base");
    str_copy(STR("ext-1"), new.text[PROFILE_FIELD_EXTERNAL_ID], PROFILE_TEXT);
    str_copy(STR("arn:aws:iam::123456789012:mfa/ada"), new.text[PROFILE_FIELD_MFA], PROFILE_TEXT);
    adds();
    ask_sso("analytics");
    adds();
    ask_sso("reports"); /* shares the sign-in */
    adds();
    holds(".aws/config",
          "; mine\r\n\r\n[profile ci]\r\nrole_arn = " ROLE "\r\nsource_profile = base\r\n"
          "external_id = ext-1\r\nmfa_serial = arn:aws:iam::123456789012:mfa/ada\r\n"
          "region = us-west-2\r\n\r\n"
          "[sso-session corp]\r\nsso_start_url = https://corp.awsapps.com/start\r\n"
          "sso_region = eu-west-1\r\nsso_registration_scopes = sso:account:access\r\n\r\n"
          "[profile analytics]\r\nsso_session = corp\r\nsso_account_id = 123456789012\r\n"
          "sso_role_name = Admin\r\n\r\n"
          "[profile reports]\r\nsso_session = corp\r\nsso_account_id = 123456789012\r\n"
          "sso_role_name = Admin\r\n");
    cr_assert_eq(profiles_find(&profiles, "ci")->kind, PROFILE_ROLE);
    cr_assert_eq(profiles_find(&profiles, "reports")->kind, PROFILE_SSO);
    ask_sso("other");
    str_copy(STR("us-east-1"), new.text[PROFILE_FIELD_SSO_REGION], PROFILE_TEXT);
    refuses("The sign-in of that name is there already, in another region.");
}

Test(profiles_add, new_keys_for_a_profile_leave_its_other_options)
{
    put(".aws/credentials",
        STR("# keys\n[a]\naws_access_key_id = A\naws_secret_access_key = s\n[x] # mine\n"
            "  aws_access_key_id=OLD\n  # comment\n  region: eu-west-1\n"
            "  aws_secret_access_key =\told\n  aws_session_token = old\n   more\n[b]\n"));
    put(".aws/config", STR("[profile x]\noutput = json\n"));
    cr_assert(load());
    ask_keys("x", "us-east-2");
    refuses("There is a profile of that name already");
    new.replace = true;
    adds();
    holds(".aws/credentials",
          "# keys\n[a]\naws_access_key_id = A\naws_secret_access_key = s\n[x] # mine\n"
          "  aws_access_key_id=" KEY "\n  # comment\n  region: eu-west-1\n"
          "  aws_secret_access_key =\t" SECRET "\n[b]\n");
    holds(".aws/config", "[profile x]\nregion = us-east-2\noutput = json\n");
    cr_assert_eq(profiles_find(&profiles, "x")->kind, PROFILE_STATIC);
}

Test(profiles_add, names_are_quoted_so_that_they_are_read_back)
{
    static const char *const names[] = {"two words", "it's", "a\"b\\c", "#1;", "\xc3\xa9", "a = b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_assert(load());
        ask_keys(names[i], "us-east-2");
        adds();
        const struct profile *found = profiles_find(&profiles, names[i]);
        cr_assert(found && found->region && found->access_key_id, "%s", names[i]);
        cr_assert_not(profile_name_is_plain(names[i]));
        cr_assert_eq(profiles.count, i + 1);
    }
}

Test(profiles_add, modes_links_and_variables)
{
    char path[PATH_MAX];
    cr_assert(dir_make(in_home(".aws"), 0755, NULL));
    put("vault/creds", STR(""));
    put("vault/conf", STR(""));
    cr_assert_eq(chmod(in_home("vault/conf"), 0400), 0);
    str_copy(str_of(in_home(".aws/credentials")), path, sizeof path);
    cr_assert_eq(symlink("../vault/creds", path), 0);
    config_variable = "~/vault/conf";
    cr_assert(load());
    ask_keys("kube_admin", "us-east-2");
    adds();
    struct stat st;
    cr_assert(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
    cr_assert_eq(mode_of("vault/creds"), 0600);
    cr_assert_eq(mode_of("vault/conf"), 0400, "stricter than ours");
    cr_assert_not(file_exists(in_home(".aws/config")));
    cr_assert(profiles_find(&profiles, "kube_admin")->region);
    config_variable = "~/one";
    credentials_variable = "~/one";
    cr_assert(load());
    ask_keys("both", "us-east-2");
    adds();
    holds("one", "[both]\naws_access_key_id = " KEY "\naws_secret_access_key = " SECRET
                 "\n\n[profile both]\nregion = us-east-2\n");
    config_variable = NULL;
    credentials_variable = "/dev/null";
    cr_assert(load());
    refuses("is not a regular file");
    credentials_variable = NULL;
}

Test(profiles_add, what_cannot_be_parsed_is_refused_and_left_alone)
{
    static const struct {
        struct str text;
        const char *why;
    } files[] = {{STR("\xef\xbb\xbf[a]\n"), "byte order mark"},
                 {STR("x = y\n"), "~/.aws/credentials:1: this line comes before the first"},
                 {STR("[a]\n[a]\n"), "~/.aws/credentials:2: section a was already given"},
                 {STR("[a]\nx\xff = 1\n"), "~/.aws/credentials:2: this line is not UTF-8"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct buf now = {0};
        put(".aws/credentials", STR(""));
        cr_assert(load());
        put(".aws/credentials", files[i].text); /* since then */
        ask_keys("kube_admin", "us-east-2");
        refuses(files[i].why);
        get(".aws/credentials", &now);
        cr_assert(str_eq(buf_str(&now), files[i].text));
        cr_assert_not(file_exists(in_home(".aws/config")));
        buf_finish(&now);
    }
}

Test(profiles_add, either_both_files_say_it_or_neither)
{
    put(".aws/credentials", STR("[a]\n"));
    cr_assert(load());
    ask_keys("kube_admin", "us-east-2");
    cr_assert_eq(mkdir(in_home(".aws/config"), 0700), 0);
    refuses("is not a regular file");
    holds(".aws/credentials", "[a]\n");
    put(".aws/credentials", STR("[a]\n[kube_admin]\n"));
    cr_assert_eq(rmdir(in_home(".aws/config")), 0);
    refuses("Profile kube_admin was added meanwhile by another program.");
}

/* ---- what is typed ---- */

static void complains(enum profile_field field, const char *typed, const char *why)
{
    if (field == PROFILE_FIELD_SECRET)
        cr_assert(secret_set(&new.secret, str_of(typed), NULL));
    else if (field == PROFILE_FIELD_TOKEN)
        cr_assert(secret_set(&new.token, str_of(typed), NULL));
    else
        str_copy(str_of(typed), new.text[field], PROFILE_TEXT);
    const char *said = profile_new_judge(&new, field, &profiles);
    if (!why)
        cr_assert_null(said, "%s: %s", typed, said);
    else
        cr_assert(said && strstr(said, why), "%s: %s", typed, said ? said : "nothing");
}

Test(profiles_add, keys_are_judged_in_the_form)
{
    cr_assert(load());
    ask_keys("kube_admin", "");
    complains(PROFILE_FIELD_NAME, " ", "Give the profile a name");
    complains(PROFILE_FIELD_NAME, "DEFAULT", "write default");
    complains(PROFILE_FIELD_NAME, "a]b", "brackets");
    complains(PROFILE_FIELD_NAME, "a\x1b", "control characters");
    complains(PROFILE_FIELD_NAME, "x ", NULL);
    complains(PROFILE_FIELD_REGION, "", NULL);
    complains(PROFILE_FIELD_REGION, "us-east-2 # prod", "as in us-east-2");
    complains(PROFILE_FIELD_KEY_ID, "", "Paste the access key ID");
    complains(PROFILE_FIELD_KEY_ID, "AIDAIOSFODNN7EXAMPLE", "begins with AKIA");
    complains(PROFILE_FIELD_KEY_ID, "AKIAIOSFODNN7EXAMPLe", "20 capital letters");
    complains(PROFILE_FIELD_KEY_ID, "AKIA", "20 capital letters");
    complains(PROFILE_FIELD_SECRET, "", "Paste the secret");
    complains(PROFILE_FIELD_SECRET, SECRET "x", "40 characters");
    complains(PROFILE_FIELD_SECRET, "wJalrXUtnFEMI/K7MDENG bPxRfiCYEXAMPLEKEY", "no blanks");
    complains(PROFILE_FIELD_SECRET, SECRET "\n", NULL);
    complains(PROFILE_FIELD_KEY_ID, "ASIAIOSFODNN7EXAMPLE", NULL);
    complains(PROFILE_FIELD_TOKEN, "", "only with its session token");
    complains(PROFILE_FIELD_TOKEN, "a b", "as one line");
    complains(PROFILE_FIELD_TOKEN, "token", NULL);
    complains(PROFILE_FIELD_KEY_ID, KEY, NULL);
    complains(PROFILE_FIELD_TOKEN, "token", "has no session token");
    complains(PROFILE_FIELD_ROLE_ARN, "nonsense", NULL); /* is not asked for */
}

Test(profiles_add, roles_and_sign_ins_are_judged_in_the_form)
{
    put(".aws/credentials", STR("[base]\naws_access_key_id = A\naws_secret_access_key = s\n"));
    cr_assert(load());
    ask_role("ci", "base");
    complains(PROFILE_FIELD_ROLE_ARN, ROLE, NULL);
    complains(PROFILE_FIELD_ROLE_ARN, "arn:aws-us-gov:iam::123456789012:role/x", NULL);
    complains(PROFILE_FIELD_ROLE_ARN, "arn:aws:iam::123456789012:user/x", "role/admin");
    complains(PROFILE_FIELD_ROLE_ARN, "arn:aws:iam::12345678901:role/x", "role/admin");
    complains(PROFILE_FIELD_ROLE_ARN, "arn:aws:sts::123456789012:assumed-role/x/y", "role/admin");
    complains(PROFILE_FIELD_SOURCE, "", "Choose the profile");
    complains(PROFILE_FIELD_SOURCE, "ci", "of itself");
    complains(PROFILE_FIELD_SOURCE, "nobody", "no profile of that name");
    complains(PROFILE_FIELD_EXTERNAL_ID, "a", "2 to 256");
    complains(PROFILE_FIELD_EXTERNAL_ID, "a:b/c", NULL);
    complains(PROFILE_FIELD_MFA, "GAHT12345678", NULL);
    complains(PROFILE_FIELD_MFA, "arn:aws:iam::123456789012:user/ada", "mfa/ada");
    ask_sso("s");
    complains(PROFILE_FIELD_SSO_URL, "http://corp.awsapps.com/start", "https://");
    complains(PROFILE_FIELD_SSO_URL, "https://", "https://");
    complains(PROFILE_FIELD_SSO_URL, "https://d-1.awsapps.com/start/#/ ", NULL);
    complains(PROFILE_FIELD_SSO_REGION, "", "Name the region");
    complains(PROFILE_FIELD_SSO_ACCOUNT, "1234", "12 digits");
    complains(PROFILE_FIELD_SSO_ROLE, "Admin Access", "permission set");
    complains(PROFILE_FIELD_SSO_SESSION, "my corp", "letters, digits");
}

/* ---- every home of the corpora ---- */

static void same_as_before(const struct profile *was, const struct profiles *before)
{
    static const char *const keys[] = {"region",      "role_arn",     "aws_access_key_id",
                                       "sso_session", "endpoint_url", "credential_process",
                                       "services"};
    const struct profile *is = profiles_find(&profiles, was->name);
    cr_assert(is && is->kind == was->kind, "%s", was->name);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *a = profile_get(before, was, keys[i]), *b = profile_get(&profiles, is, keys[i]);
        cr_assert((!a && !b) || (a && b && strcmp(a, b) == 0), "%s", keys[i]);
    }
}

static bool try_home(const char *name)
{
    struct buf old[2] = {{0}, {0}}, now = {0};
    static const char *const files[2] = {".aws/credentials", ".aws/config"};
    char from[PATH_MAX];
    cr_assert(path_format(from, NULL, "%s/aws-config/%s/home", TEST_DATA, name));
    cr_assert(tree_remove(AT_FDCWD, home, NULL));
    cr_assert(!file_exists(from) || tree_copy(from, home, NULL));
    if (!load())
        return false;
    struct profiles before = profiles;
    profiles = (struct profiles){.count = 0};
    get(files[0], &old[0]);
    get(files[1], &old[1]);
    ask_keys("brand new", "us-east-2");
    cr_assert(profiles_add(&before, &new, &err), "%s: %s", name, err.text);
    cr_assert(load(), "%s: %s", name, err.text);
    cr_assert_eq(profiles.count, before.count + 1, "%s", name);
    cr_assert_str_eq(profiles_find(&profiles, "brand new")->region, "us-east-2");
    for (size_t i = 0; i < before.count; i++)
        same_as_before(&before.items[i], &before);
    for (int i = 0; i < 2; i++) {
        get(files[i], &now);
        cr_assert(str_starts(buf_str(&now), buf_str(&old[i])), "%s %s", name, files[i]);
        buf_finish(&old[i]);
    }
    buf_finish(&now);
    profiles_finish(&before);
    return true;
}

Test(profiles_add, every_other_byte_of_all_corpora_stays)
{
    DIR *directory = opendir(TEST_DATA "/aws-config");
    unsigned added = 0;
    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.')
            added += try_home(entry->d_name);
    closedir(directory);
    cr_assert(added > 35, "%u", added);
}

/* Two programs that add at once: nothing of either is lost. */
Test(profiles_add, those_who_add_at_once_lose_nothing)
{
    enum { ADDERS = 6 };
    pid_t children[ADDERS];
    put(".aws/credentials", STR("[a]\n"));
    cr_assert(load());
    for (int i = 0; i < ADDERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%d", i);
        ask_keys(name, "us-east-2");
        children[i] = fork();
        cr_assert_geq(children[i], 0);
        if (children[i] == 0)
            _exit(profiles_add(&profiles, &new, &err) ? 0 : 1);
    }
    for (int i = 0; i < ADDERS; i++) {
        int status;
        cr_assert(waitpid(children[i], &status, 0) == children[i] && status == 0);
    }
    cr_assert(load());
    cr_assert_eq(profiles.count, 1 + ADDERS);
}
