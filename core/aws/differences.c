/* Compares the two readings option by option; see differences.h. */
#include "core/aws/differences.h"

#include <stdarg.h>

#include "core/aws/gosdk.h"
#include "core/base/paths.h"
#include "core/base/secret.h"

#include "core/base/alloc.h"

struct sides {
    struct differences *out;
    const struct profiles *profiles;
    struct ini config, credentials; /* with their secrets */
    struct go_file go_config, go_credentials;
};

static const struct {
    const char *name;
    bool secret;
} keys[] = {
    {"region", false},        {"aws_access_key_id", false},
    {"role_arn", false},      {"aws_secret_access_key", true},
    {"sso_session", false},   {"aws_session_token", true},
    {"sso_region", false},    {"source_profile", false},
    {"sso_role_name", false}, {"credential_source", false},
    {"sso_start_url", false}, {"sso_account_id", false},
    {"external_id", true},    {"mfa_serial", false},
    {"endpoint_url", false},  {"credential_process", true},
    {"ca_bundle", false},     {"web_identity_token_file", false},
    {"services", false},      {"use_dualstack_endpoint", false},
};

static void __attribute__((format(printf, 4, 5)))
say(struct differences *out, const char *profile, const char *hint, const char *format, ...)
{
    struct buf text = {.data = NULL};
    struct difference *item;
    char line[sizeof item->text];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    buf_sanitised(&text, str_of(line), false);
    alloc_room(&out->items, out->count, &out->capacity, sizeof *out->items);
    item = &out->items[out->count++];
    *item = (struct difference){.profile = profile ? alloc_copy(str_of(profile)) : NULL};
    str_copy(buf_str(&text), item->text, sizeof item->text);
    str_copy(str_of(hint), item->hint, sizeof item->hint);
    buf_finish(&text);
}

/* ---- what each side says ---- */

struct found {
    const char *value; /* NULL: none */
    size_t line;
    bool credentials; /* in that file */
};

/* As the AWS CLI: credentials file before config file. */
static struct found of_cli(const struct sides *sides, const struct profile *profile,
                           const char *key)
{
    const struct profiles *p = sides->profiles;
    const struct ini_option *option = NULL;
    size_t section;
    bool credentials = profile->credentials_section != PROFILE_NO_SECTION &&
                       ini_find(&sides->credentials, str_of(profile->name), &section) &&
                       (option = ini_get(&sides->credentials, section, key)) != NULL;
    if (!option && profile->config_section != PROFILE_NO_SECTION &&
        ini_find(&sides->config, p->config.sections[profile->config_section].name, &section))
        option = ini_get(&sides->config, section, key);
    if (!option || option->value.len == 0)
        return (struct found){.value = NULL};
    return (struct found){option->value.data, option->line, credentials};
}

/* [profile NAME] before [default]; names as they stand there, quotes included. */
static const char *go_section(const struct sides *sides, const char *name, char out[600])
{
    snprintf(out, 600, "profile %.580s", name);
    if (go_file_get(&sides->go_config, out, ""))
        return out;
    return strcmp(name, "default") == 0 && go_file_get(&sides->go_config, name, "") ? name : NULL;
}

static bool go_knows(const struct sides *sides, const char *name)
{
    char section[600];
    return go_section(sides, name, section) ||
           (strncmp(name, "profile ", 8) != 0 && go_file_get(&sides->go_credentials, name, ""));
}

/* Keys of the credentials file count as a pair only; endpoint_url is not merged at all. */
static struct found of_go(const struct sides *sides, const struct profile *profile, const char *key)
{
    char name[600];
    const char *section = go_section(sides, profile->name, name);
    const struct go_file *shared = &sides->go_credentials;
    const struct go_option *option = go_file_get(shared, profile->name, key);
    if (strncmp(profile->name, "profile ", 8) == 0 || (section && strcmp(key, "endpoint_url") == 0))
        option = NULL;
    bool credentials = option != NULL;
    if (!option && section)
        option = go_file_get(&sides->go_config, section, key);
    if (!option || !option->value[0])
        return (struct found){.value = NULL};
    return (struct found){option->value, option->line, credentials};
}

static const char *file_of(const struct sides *sides, const struct found *found)
{
    return found->credentials ? sides->profiles->credentials_shown : sides->profiles->config_shown;
}

/* ---- sentences ---- */

static void say_unknown(const struct sides *sides, const struct profile *profile)
{
    const struct profiles *p = sides->profiles;
    bool config = profile->config_section != PROFILE_NO_SECTION;
    const struct ini_section *section =
        config ? &p->config.sections[profile->config_section]
               : &p->credentials.sections[profile->credentials_section];
    say(sides->out, profile->name,
        "Give it a name of letters, digits, - and _ without quotes or blanks around it.",
        "%s:%zu: terraform does not find profile %.100s: it takes the [%.100s] in this line as it "
        "stands.",
        config ? p->config_shown : p->credentials_shown, section->line, profile->name,
        section->name.data);
}

static const char *why_other(const struct found *cli, const struct found *go, const char **hint)
{
    struct str a = str_of(cli->value), b = str_of(go->value);
    *hint = "Give the comment a line of its own.";
    if (str_starts(a, b) && a.len > b.len && strpbrk(cli->value + b.len, "#;") &&
        !strchr(cli->value, '\n'))
        return "the comment behind it belongs to it for the AWS CLI, and not for terraform";
    *hint = "Begin every line in the first column, and keep each value on one.";
    if (strchr(cli->value, '\n'))
        return "the indented lines behind it belong to it for the AWS CLI, and not for terraform";
    *hint = "Write it without quotes and backslashes.";
    if (strpbrk(cli->value, "\"'\\"))
        return "quotes and backslashes belong to it for the AWS CLI, and not for terraform";
    *hint = "Keep one of the two.";
    return "they take it from different lines";
}

static void say_other(const struct sides *sides, const struct profile *profile, size_t key,
                      const struct found *cli, const struct found *go)
{
    const char *hint, *why = why_other(cli, go, &hint);
    if (keys[key].secret)
        say(sides->out, profile->name, hint,
            "%s:%zu: terraform and the AWS CLI read different values for %s: %s.",
            file_of(sides, cli), cli->line, keys[key].name, why);
    else
        say(sides->out, profile->name, hint,
            "%s:%zu: terraform reads %s as \"%.80s\", the AWS CLI as \"%.80s\": %s.",
            file_of(sides, cli), cli->line, keys[key].name, go->value, cli->value, why);
}

static void say_alone(const struct sides *sides, const struct profile *profile, size_t key,
                      const struct found *cli, const struct found *go)
{
    bool ours = cli->value != NULL;
    const struct found *found = ours ? cli : go;
    bool merged = ours && strcmp(keys[key].name, "endpoint_url") == 0 && cli->credentials;
    say(sides->out, profile->name,
        !ours    ? "Keep one of the two sections."
        : merged ? "Move the line to the config file."
                 : "Begin the line in the first column, and keep one section a profile.",
        "%s:%zu: %s reads %s of profile %.100s here, %s does not.", file_of(sides, found),
        found->line, ours ? "the AWS CLI" : "terraform", keys[key].name, profile->name,
        ours ? "terraform" : "the AWS CLI");
}

static void compare_option(const struct sides *sides, const struct profile *profile, size_t key)
{
    struct found cli = of_cli(sides, profile, keys[key].name);
    struct found go = of_go(sides, profile, keys[key].name);
    if (cli.value && go.value && strcmp(cli.value, go.value) != 0)
        say_other(sides, profile, key, &cli, &go);
    else if (!cli.value != !go.value)
        say_alone(sides, profile, key, &cli, &go);
}

/* Which of several credentials of one profile are taken. */
static void compare_kinds(const struct sides *sides, const struct profile *profile)
{
    struct found id = of_go(sides, profile, "aws_access_key_id");
    struct found secret = of_go(sides, profile, "aws_secret_access_key");
    struct found token = of_cli(sides, profile, "aws_security_token");
    const char *what = profile->kind == PROFILE_SSO            ? "its sign-in"
                       : profile->kind == PROFILE_PROCESS      ? "its credential_process"
                       : profile->kind == PROFILE_WEB_IDENTITY ? "its web identity"
                                                               : NULL;
    if (what && id.value && secret.value)
        say(sides->out, profile->name, "Keep one of the two in the profile.",
            "%s:%zu: terraform takes this access key for profile %.100s, the AWS CLI %s.",
            file_of(sides, &id), id.line, profile->name, what);
    if (profile->kind == PROFILE_SESSION && token.value &&
        !of_go(sides, profile, "aws_session_token").value)
        say(sides->out, profile->name, "Call it aws_session_token.",
            "%s:%zu: terraform does not know aws_security_token: the keys of profile %.100s fail "
            "there.",
            file_of(sides, &token), token.line, profile->name);
}

static void compare_environment(struct differences *out, const struct profiles *profiles)
{
    static const char *const files[] = {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = profiles_env(profiles, files[i]);
        if (path && (path[0] == '~' || strchr(path, '$')))
            say(out, NULL, "Export it as a whole path.",
                "%s is \"%.200s\", and terraform puts nothing in for ~ and $: it finds no such "
                "file.",
                files[i], path);
    }
    if (!profiles_env(profiles, "AWS_ACCESS_KEY_ID") && profiles_env(profiles, "AWS_ACCESS_KEY") &&
        profiles_env(profiles, "AWS_SECRET_KEY"))
        say(out, NULL, "Unset AWS_ACCESS_KEY and AWS_SECRET_KEY.",
            "AWS_ACCESS_KEY and AWS_SECRET_KEY are set: terraform takes these keys when no profile "
            "is named, the AWS CLI does not know them.");
}

/* ---- all of it ---- */

void differences_find(struct differences *differences, const struct profiles *profiles,
                      struct str config, struct str credentials)
{
    struct sides sides = {.out = differences, .profiles = profiles};
    bool ok = ini_parse(&sides.config, config, "", NULL);
    ok = ini_parse(&sides.credentials, credentials, "", NULL) && ok;
    go_file_read(&sides.go_config, config);
    go_file_read(&sides.go_credentials, credentials);
    compare_environment(differences, profiles);
    for (size_t i = 0; ok && i < profiles->count; i++) {
        const struct profile *profile = &profiles->items[i];
        if (!go_knows(&sides, profile->name)) {
            say_unknown(&sides, profile);
            continue;
        }
        for (size_t key = 0; key < sizeof keys / sizeof *keys; key++)
            compare_option(&sides, profile, key);
        compare_kinds(&sides, profile);
    }
    go_file_finish(&sides.go_config);
    go_file_finish(&sides.go_credentials);
    ini_finish(&sides.config);
    ini_finish(&sides.credentials);
}

void differences_read(struct differences *differences, const struct profiles *profiles)
{
    struct buf config = {.data = NULL}, credentials = {.data = NULL};
    struct error ignored;
    bool present;
    if (profiles_read_text(profiles->config_file, profiles->config_shown, &config, &present,
                           &ignored) &&
        profiles_read_text(profiles->credentials_file, profiles->credentials_shown, &credentials,
                           &present, &ignored))
        differences_find(differences, profiles, buf_str(&config), buf_str(&credentials));
    profiles_wipe_text(&config);
    profiles_wipe_text(&credentials);
}

void differences_finish(struct differences *differences)
{
    for (size_t i = 0; i < differences->count; i++)
        free(differences->items[i].profile);
    free(differences->items);
    *differences = (struct differences){.count = 0};
}

const struct difference *differences_of(const struct differences *differences,
                                        const struct profiles *profiles,
                                        const struct profile *profile)
{
    const char *source = profile_get(profiles, profile, "source_profile");
    for (size_t i = 0; i < differences->count; i++) {
        const char *whose = differences->items[i].profile;
        if (!whose || (profile && strcmp(whose, profile->name) == 0) ||
            (source && strcmp(whose, source) == 0))
            return &differences->items[i];
    }
    return NULL;
}
