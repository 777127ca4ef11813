/* Loading, merging and classifying profiles, by botocore's rules (configloader.py and the order of
 * providers in credentials.py). Which one is meant is in choice.c. */
#include "core/aws/profiles.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "core/aws/plan.h"
#include "core/aws/region.h"
#include "core/aws/shlex.h"
#include "core/base/paths.h"
#include "core/base/secret.h"

#include "core/base/alloc.h"

#define FILE_MAX ((size_t)1 << 20)

/* ---- files ---- */

void profiles_wipe_text(struct buf *text)
{
    if (text->data)
        secret_wipe(text->data, text->capacity);
    buf_finish(text);
}

bool profiles_read_text(const char *path, const char *shown, struct buf *text, bool *present,
                        struct error *err)
{
    struct stat st = {0};

    buf_init(text, FILE_MAX + 1);
    *present = false;
    if (stat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return true;
    /* all the room at once: a buffer that grows leaves copies behind */
    text->capacity = (st.st_size < (off_t)FILE_MAX ? (size_t)st.st_size : FILE_MAX) + 2;
    text->data = alloc_zeroed(text->capacity, 1);
    *present = file_read(path, FILE_MAX, text, err) ||
               error_hint(err, "Check %s and its permissions.", shown);
    return *present;
}

bool profiles_read_file(const char *path, const char *shown, struct ini *ini, bool *present,
                        struct error *err)
{
    struct buf text;
    bool ok;

    *ini = (struct ini){0};
    ok = profiles_read_text(path, shown, &text, present, err);
    if (*present)
        ok = ini_parse(ini, buf_str(&text), shown, err) && ini_check_nested(ini, shown, err);
    profiles_wipe_text(&text);
    if (!ok)
        ini_finish(ini);
    *present = *present && ok;
    return ok;
}

/* Keeps whether a secret is there and how long it is, nothing else. */
static void mask_secrets(struct ini *ini)
{
    static const char *const names[] = {"aws_secret_access_key", "aws_session_token",
                                        "aws_security_token"};

    for (size_t i = 0; i < ini->option_count; i++) {
        for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
            const struct ini_option *option = &ini->options[i];
            if (str_is(option->name, names[n]) && option->value.len > 0)
                memset(ini->arena + (option->value.data - ini->arena), '*', option->value.len);
        }
    }
}

static void shorten(const char *path, const char *home, char shown[PATH_MAX])
{
    struct str p = str_of(path), h = str_of(home);

    if (h.len > 1 && str_starts(p, h) && p.data[h.len] == '/') {
        shown[0] = '~';
        str_copy(str_skip(p, h.len), shown + 1, PATH_MAX - 1);
    } else {
        str_copy(p, shown, PATH_MAX);
    }
}

static bool load_file(struct profiles *p, const char *home, const char *variable, const char *usual,
                      char path[PATH_MAX], char shown[PATH_MAX], struct ini *ini, struct error *err)
{
    const char *named = profiles_env(p, variable);
    struct stat st;
    bool present;

    if (!path_expand(str_of(named ? named : usual), home, p->env, path, err))
        return error_wrap(err, "%s", named ? variable : usual);
    shorten(path, home, shown);
    if (!profiles_read_file(path, shown, ini, &present, err))
        return false;
    mask_secrets(ini);
    if (!present && stat(path, &st) == 0 && !S_ISCHR(st.st_mode))
        snprintf(p->warning, sizeof p->warning, "%s is not a file and counts as empty.", shown);
    return true;
}

/* ---- sections to profiles ---- */

/* NAME of a config section [TYPE NAME]: TYPE is compared as a prefix only and NAME may be quoted.
 * NULL when the section is not of that type; free() it. */
static char *section_argument(struct str section, const char *type)
{
    char **words, *name = NULL;
    size_t count;

    if (!str_starts(section, str_of(type)) || !shlex_split(section, &words, &count))
        return NULL;
    if (count == 2)
        name = alloc_copy(str_of(words[1]));
    shlex_free(words);
    return name;
}

static void add(struct profiles *p, char *name, size_t config, size_t credentials)
{
    alloc_room(&p->items, p->count, &p->capacity, sizeof *p->items);
    p->items[p->count] = (struct profile){
        .name = name,
        .config_section = config,
        .credentials_section = credentials,
        .order = p->count,
    };
    p->count++;
}

static int by_name(const void *a, const void *b)
{
    const struct profile *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : x->order < y->order ? -1 : 1;
}

static int by_order(const void *a, const void *b)
{
    const struct profile *x = a, *y = b;

    return x->order < y->order ? -1 : 1;
}

/* One profile a name: the last config section of that name, and the credentials section. */
static void merge(struct profiles *p)
{
    size_t kept = 0;

    if (p->count == 0)
        return;
    qsort(p->items, p->count, sizeof *p->items, by_name);
    for (size_t i = 1; i < p->count; i++) {
        struct profile *last = &p->items[kept], *next = &p->items[i];
        if (strcmp(last->name, next->name) != 0) {
            p->items[++kept] = *next;
            continue;
        }
        if (next->config_section != PROFILE_NO_SECTION)
            last->config_section = next->config_section;
        if (next->credentials_section != PROFILE_NO_SECTION)
            last->credentials_section = next->credentials_section;
        free(next->name);
    }
    p->count = kept + 1;
    qsort(p->items, p->count, sizeof *p->items, by_order);
}

static void collect(struct profiles *p)
{
    for (size_t i = 0; i < p->config.section_count; i++) {
        struct str section = p->config.sections[i].name;
        char *name =
            str_is(section, "default") ? alloc_copy(section) : section_argument(section, "profile");
        if (name)
            add(p, name, i, PROFILE_NO_SECTION);
    }
    for (size_t i = 0; i < p->credentials.section_count; i++)
        add(p, alloc_copy(p->credentials.sections[i].name), PROFILE_NO_SECTION, i);
    merge(p);
}

/* ---- classifying ---- */

static const struct ini_option *in_section(const struct ini *ini, size_t section, const char *key)
{
    return section == PROFILE_NO_SECTION ? NULL : ini_get(ini, section, key);
}

const char *profile_get(const struct profiles *profiles, const struct profile *profile,
                        const char *key)
{
    const struct ini_option *option;

    if (!profile)
        return NULL;
    option = in_section(&profiles->credentials, profile->credentials_section, key);
    if (!option)
        option = in_section(&profiles->config, profile->config_section, key);
    return option && option->value.len > 0 ? option->value.data : NULL;
}

static void __attribute__((format(printf, 3, 4)))
complain(struct profile *profile, const char *hint, const char *format, ...)
{
    struct buf text = {0};
    struct error scratch;
    va_list args;

    if (profile->error)
        return;
    va_start(args, format);
    vsnprintf(scratch.text, sizeof scratch.text, format, args);
    va_end(args);
    buf_sanitised(&text, str_of(scratch.text), false);
    profile->error = alloc_copy(buf_str(&text));
    profile->hint = alloc_copy(str_of(hint));
    buf_finish(&text);
}

/* Key, secret and token must come from one and the same file. */
static bool classify_keys(struct profile *profile, const struct ini *ini, size_t section,
                          const char *shown)
{
    const struct ini_option *id = in_section(ini, section, "aws_access_key_id");
    const struct ini_option *secret = in_section(ini, section, "aws_secret_access_key");
    const struct ini_option *token = in_section(ini, section, "aws_session_token");

    if (!id)
        return false;
    if (!token || token->value.len == 0)
        token = in_section(ini, section, "aws_security_token");
    profile->kind = token && token->value.len > 0 ? PROFILE_SESSION : PROFILE_STATIC;
    profile->source = shown;
    if (id->value.len > 0)
        profile->access_key_id = id->value.data;
    else
        complain(profile, "Put the access key behind it, or delete the line.",
                 "aws_access_key_id of [%s] in %s is empty.", profile->name, shown);
    if (!secret || secret->value.len == 0)
        complain(profile, "Add the secret access key that belongs to the access key.",
                 "[%s] in %s has an aws_access_key_id but no aws_secret_access_key.", profile->name,
                 shown);
    return true;
}

static enum profile_kind classify_source(const struct profiles *p, const struct profile *profile)
{
    if (profile_get(p, profile, "web_identity_token_file"))
        return PROFILE_WEB_IDENTITY;
    if (profile_get(p, profile, "role_arn"))
        return PROFILE_ROLE;
    if (profile_get(p, profile, "sso_account_id") || profile_get(p, profile, "sso_role_name"))
        return PROFILE_SSO;
    return PROFILE_NONE;
}

static void classify(struct profiles *p, struct profile *profile)
{
    profile->region = profile_get(p, profile, "region");
    profile->source =
        profile->config_section != PROFILE_NO_SECTION ? p->config_shown : p->credentials_shown;
    profile->kind = classify_source(p, profile);
    if (profile->kind != PROFILE_NONE)
        return;
    if (classify_keys(profile, &p->credentials, profile->credentials_section, p->credentials_shown))
        return;
    if (profile_get(p, profile, "login_session")) {
        complain(profile,
                 "Export its keys with  aws configure export-credentials  and use the environment.",
                 "Profile %s was made by aws login, which only the AWS CLI can use.",
                 profile->name);
        return;
    }
    if (profile_get(p, profile, "credential_process")) {
        profile->kind = PROFILE_PROCESS;
        return;
    }
    if (classify_keys(profile, &p->config, profile->config_section, p->config_shown))
        return;
    if (profile_get(p, profile, "aws_secret_access_key"))
        complain(profile, "Add aws_access_key_id = … above it.",
                 "[%s] in %s has an aws_secret_access_key but no aws_access_key_id.", profile->name,
                 profile->source);
}

static void check_region(struct profile *profile)
{
    if (!profile->region || region_is_valid(profile->region))
        return;
    if (strpbrk(profile->region, "#;"))
        complain(profile, "Put the comment on a line of its own: here it belongs to the value.",
                 "The region of profile %s is \"%s\".", profile->name, profile->region);
    else
        complain(profile, "Write it as in us-east-2.",
                 "\"%s\", the region of profile %s, is not the name of a region.", profile->region,
                 profile->name);
}

bool profiles_load(struct profiles *profiles, const char *home,
                   const char *(*env)(const char *name), struct error *err)
{
    *profiles = (struct profiles){.env = env};
    if (!load_file(profiles, home, "AWS_CONFIG_FILE", "~/.aws/config", profiles->config_file,
                   profiles->config_shown, &profiles->config, err) ||
        !load_file(profiles, home, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials",
                   profiles->credentials_file, profiles->credentials_shown, &profiles->credentials,
                   err)) {
        profiles_finish(profiles);
        return false;
    }
    collect(profiles);
    for (size_t i = 0; i < profiles->count; i++) {
        classify(profiles, &profiles->items[i]);
        check_region(&profiles->items[i]);
    }
    creds_plan_judge(profiles);
    return true;
}

void profiles_finish(struct profiles *profiles)
{
    for (size_t i = 0; i < profiles->count; i++) {
        free(profiles->items[i].name);
        free(profiles->items[i].error);
        free(profiles->items[i].hint);
    }
    free(profiles->items);
    ini_finish(&profiles->config);
    ini_finish(&profiles->credentials);
    profiles->items = NULL;
    profiles->count = profiles->capacity = 0;
}

const char *profile_kind_name(enum profile_kind kind)
{
    static const char *const names[] = {
        [PROFILE_NONE] = "none",
        [PROFILE_STATIC] = "static",
        [PROFILE_SESSION] = "session",
        [PROFILE_ROLE] = "role",
        [PROFILE_SSO] = "sso",
        [PROFILE_PROCESS] = "process",
        [PROFILE_WEB_IDENTITY] = "web-identity",
    };

    return names[kind];
}

/* ---- other sections of the config file ---- */

bool profiles_section(const struct profiles *p, const char *type, const char *name, size_t *section)
{
    for (size_t i = p->config.section_count; i > 0; i--) { /* the last one counts */
        char *argument = section_argument(p->config.sections[i - 1].name, type);
        bool same = argument && strcmp(argument, name) == 0;

        free(argument);
        *section = i - 1;
        if (same)
            return true;
    }
    return false;
}

bool profiles_has_section(const struct profiles *profiles, const char *type, const char *name)
{
    size_t section;
    return profiles_section(profiles, type, name, &section);
}

const struct ini_option *profiles_section_get(const struct profiles *profiles, const char *type,
                                              const char *name, const char *key)
{
    size_t section;

    return profiles_section(profiles, type, name, &section)
               ? ini_get(&profiles->config, section, key)
               : NULL;
}
