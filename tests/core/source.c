/* core/aws/source: what terraform is given to read, how its SDK and the AWS CLI understand it, and
 * that nothing else in its environment gives keys. */
#include "core/aws/source.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/aws/gosdk.h"
#include "core/base/json.h"
#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct profiles profiles, again;
static struct buf text;
static struct error err;

static const char *no_variables(const char *name)
{
    return strcmp(name, "AWS_EC2_METADATA_DISABLED") == 0 ? "true" : NULL;
}

static const char *ours(const char *name)
{
    return strcmp(name, "AWS_CONFIG_FILE") == 0               ? test_path("ours")
           : strcmp(name, "AWS_SHARED_CREDENTIALS_FILE") == 0 ? "/dev/null"
                                                              : no_variables(name);
}

static void end(void)
{
    buf_finish(&text);
    profiles_finish(&profiles);
    profiles_finish(&again);
    test_directory_remove();
    no_leaks();
}

TestSuite(source, .fini = end, .timeout = 60);

static void read_config(const char *config)
{
    cr_assert(dir_make(test_path("home/.aws"), 0700, NULL));
    cr_assert(file_write(test_path("home/.aws/config"), str_of(config), 0600, NULL));
    profiles_finish(&profiles);
    cr_assert(profiles_load(&profiles, test_path("home"), no_variables, &err), "%s", err.text);
}

static bool make(const char *name, const char *program)
{
    const char *const words[] = {program, "--aws-keys", NULL};
    buf_finish(&text);
    text = (struct buf){0};
    return aws_source_text(&text, &profiles, profiles_find(&profiles, name), name, "eu-west-1",
                           words, &err);
}

/* Its words, one a line, as a shell takes them apart. */
static char *run_by_shell(const char *command)
{
    char *whole = alloc_printf("%s >%s", command, test_path("words"));
    const char *const argv[] = {"sh", "-c", whole, NULL};
    struct buf words = {0};
    pid_t pid = fork();
    if (pid == 0) {
        execv("/bin/sh", (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    int status = 0;
    cr_assert(waitpid(pid, &status, 0) == pid && status == 0, "%s", whole);
    cr_assert(file_read(test_path("words"), 4096, &words, NULL));
    char *out = alloc_copy(buf_str(&words));
    buf_finish(&words);
    free(whole);
    return out;
}

static void expect_by_terraform(const char *section, const char *name)
{
    struct go_file file;
    go_file_read(&file, buf_str(&text));
    const struct go_option *option = go_file_get(&file, section, "credential_process");
    cr_assert(option, "%s: %s", section, buf_cstr(&text));
    char *words = run_by_shell(option->value), *wanted = alloc_printf("--aws-keys\n%s\n", name);
    cr_assert_str_eq(words, wanted);
    free(words);
    free(wanted);
    go_file_finish(&file);
}

static void expect_by_aws_cli(const char *name)
{
    cr_assert(file_write(test_path("ours"), buf_str(&text), 0600, NULL));
    profiles_finish(&again);
    cr_assert(profiles_load(&again, test_path("home"), ours, &err), "%s", err.text);
    const struct profile *profile = profiles_find(&again, name);
    cr_assert(profile, "%s: %s", name, buf_cstr(&text));
    cr_assert_eq(profile->kind, PROFILE_PROCESS);
    cr_assert_str_eq(profile->region, "eu-west-1");
}

Test(source, is_understood_whatever_profile_and_program_are_called)
{
    static const char *const names[] = {"ada",    "default", "two words", "don't",
                                        "ümlaut", "$(id)",   "`id`",      "a&b|c>d"};
    char program[PATH_MAX], section[64];
    read_config("");
    str_copy(str_of(test_path("bin dir #1/it's \"me\"")), program, sizeof program);
    cr_assert(dir_make(test_path("bin dir #1"), 0700, NULL));
    cr_assert(file_write(program, STR("#!/bin/sh\nprintf '%s\\n' \"$@\"\n"), 0700, &err), "%s",
              err.text);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_assert(make(names[i], program), "%s: %s", names[i], err.text);
        snprintf(section, sizeof section, "%s%s", i == 1 ? "" : "profile ", names[i]);
        expect_by_terraform(section, names[i]);
        expect_by_aws_cli(names[i]);
    }
}

Test(source, says_what_terraform_could_not_read)
{
    read_config("");
    cr_assert_not(make("a#b", "/p"));
    cr_assert(strstr(err.text, "would not understand the name of the profile, a#b,"), "%s",
              err.text);
    cr_assert(strstr(err.hint, "letters"), "%s", err.hint);
}

Test(source, keeps_what_a_profile_says_beside_its_keys)
{
    read_config("[profile x]\nregion = us-east-1\nrole_arn = arn:aws:iam::1:role/r\n"
                "source_profile = y\nmfa_serial = m\nca_bundle = /etc/ca.pem\nservices = lab\n"
                "endpoint_url = https://e.example\n[services lab]\ns3 =\n  endpoint_url = "
                "https://s3.example\n[profile y]\naws_access_key_id = A\n"
                "aws_secret_access_key = hush-hush\n");
    cr_assert(make("x", "/p"), "%s", err.text);
    cr_assert_str_eq(buf_cstr(&text),
                     "# For terraform: who asks for the keys of this profile asks ekshub-tui.\n"
                     "\n[profile x]\nregion = eu-west-1\ncredential_process = /p --aws-keys x\n"
                     "ca_bundle = /etc/ca.pem\nendpoint_url = https://e.example\nservices = lab\n"
                     "\n[services lab]\ns3 =\n  endpoint_url = https://s3.example\n");
    cr_assert(make("y", "/p"), "%s", err.text);
    cr_assert_not(strstr(buf_cstr(&text), "hush-hush"));
    cr_assert_not(strstr(buf_cstr(&text), "access_key"));
}

Test(source, of_no_profile_is_the_default_one)
{
    read_config("");
    cr_assert(make("", "/p"), "%s", err.text);
    cr_assert(strstr(buf_cstr(&text), "[default]\nregion = eu-west-1\ncredential_process = /p "
                                      "--aws-keys\n"),
              "%s", buf_cstr(&text));
}

/* ---- the environment ---- */

static bool has(char **environment, const char *entry)
{
    for (; *environment; environment++)
        if (strcmp(*environment, entry) == 0)
            return true;
    return false;
}

Test(source, sets_aside_what_else_gives_keys)
{
    const char *const before[] = {
        "PATH=/bin",     "AWS_ACCESS_KEY_ID=A",          "AWS_REGION=us-east-1",
        "AWS_PROFILE=x", "EKSHUB_ASIDE_AWS_PROFILE=old", NULL};
    char **now = aws_source_environment(before, "/d/aws-config");
    cr_assert(has(now, "PATH=/bin"));
    cr_assert(has(now, "AWS_REGION=us-east-1"));
    cr_assert(has(now, "EKSHUB_ASIDE_AWS_ACCESS_KEY_ID=A"));
    cr_assert(has(now, "EKSHUB_ASIDE_AWS_PROFILE=x"));
    cr_assert(has(now, "AWS_CONFIG_FILE=/d/aws-config"));
    cr_assert(has(now, "AWS_SHARED_CREDENTIALS_FILE=/dev/null"));
    cr_assert_not(has(now, "AWS_ACCESS_KEY_ID=A"));
    cr_assert_not(has(now, "AWS_PROFILE=x"));
    cr_assert_not(has(now, "EKSHUB_ASIDE_AWS_PROFILE=old"));
    aws_source_environment_free(now);
    aws_source_environment_free(NULL);
}

Test(source, puts_the_environment_back)
{
    setenv("AWS_CONFIG_FILE", "/d/aws-config", 1);
    setenv("AWS_PROFILE", "given by a provider", 1);
    setenv("EKSHUB_ASIDE_AWS_PROFILE", "x", 1);
    aws_source_restore();
    cr_assert_str_eq(getenv("AWS_PROFILE"), "x");
    cr_assert_null(getenv("AWS_CONFIG_FILE"));
    cr_assert_null(getenv("EKSHUB_ASIDE_AWS_PROFILE"));
}

/* ---- the answer ---- */

static json_t *printed(const struct creds *creds)
{
    struct buf answer = {0};
    FILE *file = fopen(test_path("answer"), "w");
    cr_assert(aws_source_print(fileno(file), creds, &err), "%s", err.text);
    fclose(file);
    cr_assert(file_read(test_path("answer"), 8192, &answer, NULL));
    json_t *value = js_parse(buf_str(&answer), &err);
    buf_finish(&answer);
    return value;
}

Test(source, prints_what_the_sdks_want)
{
    struct creds creds = {.expires_ms = 1763823600000};
    cr_assert(creds_set(&creds, STR("AKIDEXAMPLE"), STR("s\"e"), STR("t"), "it", &err));
    json_t *value = printed(&creds);
    cr_assert_eq(js_int(value, "Version", 0), 1);
    cr_assert_str_eq(js_text(value, "AccessKeyId"), "AKIDEXAMPLE");
    cr_assert_str_eq(js_text(value, "SecretAccessKey"), "s\"e");
    cr_assert_str_eq(js_text(value, "SessionToken"), "t");
    cr_assert_str_eq(js_text(value, "Expiration"), "2025-11-22T15:00:00Z");
    json_decref(value);
    creds_finish(&creds);
    cr_assert(creds_set(&creds, STR("AKIDEXAMPLE"), STR("s"), STR(""), "it", &err));
    creds.expires_ms = 0;
    value = printed(&creds);
    cr_assert_eq(json_object_size(value), 3, "neither a token nor an end");
    json_decref(value);
    creds_finish(&creds);
}
