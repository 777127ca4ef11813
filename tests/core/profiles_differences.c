/* core/aws/differences: every way in which terraform and the AWS CLI read a file otherwise is said
 * in one sentence with its line, and nothing is said where they agree; and core/aws/surroundings.
 */
#include "core/aws/differences.h"

#include <criterion/criterion.h>
#include <dirent.h>

#include "core/aws/surroundings.h"
#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define KEYS(n) "aws_access_key_id = A\naws_secret_access_key = s" n "\n"

static const char *const *variables; /* names and values in turn, ends with NULL */
static struct profiles profiles;
static struct differences found;

static const char *test_env(const char *name)
{
    for (size_t i = 0; variables && variables[i]; i += 2)
        if (strcmp(variables[i], name) == 0)
            return variables[i + 1];
    return strcmp(name, "AWS_EC2_METADATA_DISABLED") == 0 ? "true" : NULL;
}

static void end(void)
{
    differences_finish(&found);
    differences_finish(&found);
    profiles_finish(&profiles);
    test_directory_remove();
    no_leaks();
}

TestSuite(differences, .fini = end, .timeout = 60);

static void put(const char *name, const char *text)
{
    char dir[PATH_MAX];
    path_dirname(test_path(name), dir);
    cr_assert(dir_make(dir, 0700, NULL));
    cr_assert(file_write(test_path(name), str_of(text ? text : ""), 0600, NULL));
}

static void read_both(const char *config, const char *credentials)
{
    struct error err;
    put("home/.aws/config", config);
    put("home/.aws/credentials", credentials);
    differences_finish(&found);
    profiles_finish(&profiles);
    cr_assert(profiles_load(&profiles, test_path("home"), test_env, &err), "%s", err.text);
    differences_read(&found, &profiles);
}

struct disagreement {
    const char *config, *credentials;
    const char *text; /* NULL: they agree */
};

Test(differences, are_said_with_their_line)
{
    static const struct disagreement table[] = {
        {"[profile x]\nregion = us-east-1\n", "[x]\n" KEYS(""), NULL},
        {"[profile x]\nregion = us-east-1 # prod\n", NULL,
         "~/.aws/config:2: terraform reads region as \"us-east-1\", the AWS CLI as \"us-east-1 # "
         "prod\": the comment behind it belongs to it for the AWS CLI, and not for terraform."},
        {"[profile x]\nregion = us-east-1\t; prod\n", NULL,
         "~/.aws/config:2: terraform reads region"},
        {"[profile x]\nrole_arn = a#b;c\nsource_profile=x\n", "[x]\n" KEYS(""), NULL},
        {"[profile x]\nregion = \"us-east-1\"\n", NULL,
         "quotes and backslashes belong to it for the AWS CLI"},
        {"[profile x]\nregion = \"\"\n", NULL, NULL}, /* too short to be a pair of quotes */
        {NULL, "[x]\n" KEYS(" # old"),
         "~/.aws/credentials:3: terraform and the AWS CLI read different values for "
         "aws_secret_access_key: the comment behind it"},
        {"[profile x]\n  region = us-east-1\n", NULL,
         "~/.aws/config:2: the AWS CLI reads region of profile x here, terraform does not."},
        {"[profile x]\nregion = a\n  [profile y]\n", NULL,
         "the indented lines behind it belong to it for the AWS CLI"},
        {"[profile 'x y']\nregion = us-east-1\n", NULL,
         "~/.aws/config:1: terraform does not find profile x y: it takes the [profile 'x y']"},
        {"[profilefoo x]\nregion = us-east-1\n", NULL, "does not find profile x"},
        {NULL, "[profile x]\n" KEYS(""), "~/.aws/credentials:1: terraform does not find"},
        {NULL, "[ x ]\n" KEYS(""), "does not find profile  x "},
        {"[profile\tx]\nregion = us-east-1\n", NULL, NULL},
        {"[profile default]\nregion = a\n[default]\nregion = b\n", NULL,
         "~/.aws/config:4: terraform reads region as \"a\", the AWS CLI as \"b\": they take it "
         "from "
         "different lines."},
        {"[default]\nregion = a\n[profile default]\nregion = b\n", NULL, NULL},
        {"[profile x]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n"
         "[sso-session s]\nsso_start_url = u\nsso_region = r\n",
         "[x]\n" KEYS(""),
         "~/.aws/credentials:2: terraform takes this access key for profile x, the AWS CLI its "
         "sign-in."},
        {"[profile x]\ncredential_process = p\n" KEYS(""), NULL,
         "the AWS CLI its credential_process"},
        {NULL, "[x]\n" KEYS("") "aws_security_token = t\n",
         "~/.aws/credentials:4: terraform does not know aws_security_token"},
        {"[profile x]\nregion = us-east-1\n", "[x]\nendpoint_url = http://a\n" KEYS(""),
         "~/.aws/credentials:2: the AWS CLI reads endpoint_url of profile x here"},
        {"[profile x]\r\nregion = us-east-1\r\n", NULL, NULL},
        {"[profile x]\nREGION : us-east-1\n", NULL, NULL},
        {"[profile x]\nregion =\n# c\n;d\n", NULL, NULL},
        {"[profile x] # c\nregion = us-east-1\n", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        read_both(table[i].config, table[i].credentials);
        if (!table[i].text) {
            cr_assert_eq(found.count, 0, "%zu: %s", i, found.items ? found.items[0].text : "");
            continue;
        }
        cr_assert_geq(found.count, 1, "%zu: %s", i, table[i].text);
        cr_assert(strstr(found.items[0].text, table[i].text), "%s", found.items[0].text);
        cr_assert(found.items[0].hint[0] && found.items[0].profile);
    }
}

Test(differences, no_secret_is_in_a_sentence)
{
    read_both(NULL, "[x]\naws_access_key_id = A\naws_secret_access_key = \"HUSH\" # HUSH\n"
                    "  HUSH\naws_session_token = 'HUSH'\n");
    cr_assert_geq(found.count, 2);
    for (size_t i = 0; i < found.count; i++)
        cr_assert_null(strstr(found.items[i].text, "HUSH"), "%s", found.items[i].text);
}

Test(differences, the_environment_is_read_otherwise_too)
{
    static const char *const set[] = {
        "AWS_CONFIG_FILE", "~/.aws/config", "AWS_ACCESS_KEY", "A", "AWS_SECRET_KEY", "s", NULL};
    variables = set;
    read_both("[profile x]\nregion = us-east-1\n", NULL);
    cr_assert_eq(found.count, 2);
    cr_assert(strstr(found.items[0].text, "AWS_CONFIG_FILE is \"~/.aws/config\""));
    cr_assert(strstr(found.items[1].text, "AWS_ACCESS_KEY and AWS_SECRET_KEY are set"));
    cr_assert_null(found.items[0].profile);
    cr_assert_not_null(differences_of(&found, &profiles, NULL));
    variables = NULL;
}

Test(differences, of_a_choice_are_its_own_and_those_of_its_source)
{
    read_both("[profile a]\nregion = a # b\n[profile x]\nrole_arn = r\nsource_profile = a\n"
              "[profile y]\nregion = b\n",
              NULL);
    cr_assert_eq(found.count, 1);
    cr_assert_not_null(differences_of(&found, &profiles, profiles_find(&profiles, "a")));
    cr_assert_not_null(differences_of(&found, &profiles, profiles_find(&profiles, "x")));
    cr_assert_null(differences_of(&found, &profiles, profiles_find(&profiles, "y")));
    cr_assert_null(differences_of(&found, &profiles, NULL));
}

Test(differences, surroundings_in_the_order_in_which_they_are_taken)
{
    static const char *const set[] = {"AWS_ACCESS_KEY_ID",
                                      "AKIA",
                                      "AWS_SESSION_TOKEN",
                                      "t",
                                      "AWS_WEB_IDENTITY_TOKEN_FILE",
                                      "/t",
                                      "AWS_ROLE_ARN",
                                      "r",
                                      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                      "http://169.254.170.23/x",
                                      NULL};
    struct surrounding rows[SURROUNDINGS_MAX];
    read_both(NULL, NULL);
    cr_assert_eq(profiles_surroundings(&profiles, rows), 0);
    variables = set;
    cr_assert_eq(profiles_surroundings(&profiles, rows), 3);
    cr_assert_str_eq(rows[0].kind, "session");
    cr_assert(strstr(rows[0].error, "AWS_SECRET_ACCESS_KEY is not"));
    cr_assert_str_eq(rows[1].kind, "web-identity");
    cr_assert_null(rows[1].error);
    cr_assert_str_eq(rows[2].source, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    variables = NULL;
}
