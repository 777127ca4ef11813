#include "tests/support/aws_cases.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>

#include "core/aws/creds.h"
#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static const json_t *now; /* the environment */

const char *aws_case_env(const char *name)
{
    return json_string_value(json_object_get(now, name));
}

static json_t *read_json(const char *directory, const char *name)
{
    char path[PATH_MAX];
    struct buf text = {0};
    struct error err = {0};
    json_t *json;

    cr_assert(path_format(path, NULL, "%s/aws-config/%s/%s", TEST_DATA, directory, name));
    cr_assert(file_read(path, 1 << 20, &text, &err), "%s", err.text);
    json = js_parse(buf_str(&text), &err);
    cr_assert(json, "%s: %s", path, err.text);
    buf_finish(&text);
    return json;
}

/* {HOME} is where the case lies. */
static void put_home(struct buf *out, struct str text, const char *home)
{
    ptrdiff_t at;

    while ((at = str_find(text, STR("{HOME}"))) >= 0) {
        buf_append(out, (struct str){text.data, (size_t)at});
        buf_text(out, home);
        text = str_skip(text, (size_t)at + 6);
    }
    buf_append(out, text);
}

static void copy_home(struct aws_case *each)
{
    char from[PATH_MAX], config[PATH_MAX];
    struct buf old = {0}, new = {0};

    str_copy(str_of(test_path("home")), each->home, sizeof each->home);
    cr_assert(path_format(from, NULL, "%s/aws-config/%s/home", TEST_DATA, each->name));
    cr_assert(tree_remove(AT_FDCWD, each->home, NULL));
    cr_assert(!file_exists(from) || tree_copy(from, each->home, NULL));
    if (!js_bool(each->about, "substitute", false))
        return;
    cr_assert(path_format(config, NULL, "%s/.aws/config", each->home));
    cr_assert(file_read(config, 1 << 20, &old, NULL));
    put_home(&new, buf_str(&old), each->home);
    cr_assert(file_write(config, buf_str(&new), 0600, NULL));
    buf_finish(&old);
    buf_finish(&new);
}

static void set_environment(struct aws_case *each, const json_t *also)
{
    const char *name;
    json_t *value;

    each->environment = also ? json_deep_copy(also) : json_object();
    js_set_text(each->environment, "HOME", each->home);
    js_set_text(each->environment, "AWS_EC2_METADATA_DISABLED", "true");
    json_object_foreach(json_object_get(each->about, "env"), name, value)
    {
        struct buf text = {0};
        put_home(&text, str_of(json_string_value(value)), each->home);
        js_set_text(each->environment, name, buf_cstr(&text));
        buf_finish(&text);
    }
    now = each->environment;
}

static void run(const char *name, const json_t *also, void (*check)(const struct aws_case *each))
{
    struct aws_case each = {.name = name,
                            .about = read_json(name, "case.json"),
                            .expected = read_json(name, "expected.json")};

    each.results = js_get(each.expected, "results_cli_v2_env_order");
    if (!each.results)
        each.results = js_get(each.expected, "results");
    copy_home(&each);
    set_environment(&each, also);
    check(&each);
    now = NULL;
    json_decref(each.environment);
    json_decref(each.about);
    json_decref(each.expected);
}

unsigned aws_cases_each(const json_t *also, void (*check)(const struct aws_case *each))
{
    DIR *directory = opendir(TEST_DATA "/aws-config");
    unsigned seen = 0;

    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        run(entry->d_name, also, check);
        seen++;
    }
    closedir(directory);
    return seen;
}

void aws_case_keys(const struct creds *creds, const json_t *expected, const char *name)
{
    static const char *const methods[] = {[CREDS_ENVIRONMENT] = "env",
                                          [CREDS_CREDENTIALS_FILE] = "shared-credentials-file",
                                          [CREDS_CONFIG_FILE] = "config-file",
                                          [CREDS_ROLE] = "assume-role",
                                          [CREDS_SSO] = "sso",
                                          [CREDS_PROCESS] = "custom-process",
                                          [CREDS_WEB_IDENTITY] = "assume-role-with-web-identity"};
    struct str token = js_str(expected, "session_token");

    if (strncmp(name, "16-", 3) == 0 && str_is(secret_expose(&creds->token), "NEW"))
        token = STR("NEW"); /* aws_session_token, not the legacy name, when both are there */
    cr_assert_str_eq(methods[creds->method], js_text(expected, "method"), "%s", name);
    cr_assert_str_eq(creds->access_key_id, js_text(expected, "access_key_id"), "%s", name);
    cr_assert(str_eq(secret_expose(&creds->secret), js_str(expected, "secret_access_key")));
    cr_assert(str_eq(secret_expose(&creds->token), token), "%s", name);
}
