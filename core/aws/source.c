/* The file, the environment and the answer; see source.h. */
#include "core/aws/source.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/aws/creds_json.h"
#include "core/aws/gosdk.h"

#include "core/base/alloc.h"

#define ASIDE "EKSHUB_ASIDE_"

/* ---- the file ---- */

/* What terraform heeds of a profile beside its keys. */
static const char *const settings[] = {
    "account_id_endpoint_mode",
    "ca_bundle",
    "defaults_mode",
    "endpoint_url",
    "ignore_configured_endpoint_urls",
    "max_attempts",
    "request_checksum_calculation",
    "response_checksum_validation",
    "retry_mode",
    "s3_use_arn_region",
    "services",
    "sts_regional_endpoints",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
};

/* For a shell and for the AWS CLI, in signs that the SDK for Go leaves as they are. */
static void put_word(struct buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:@+";
    for (; *word; word++) {
        if (*word == '\'')
            buf_text(out, "\"'\"");
        else if (*word == '"')
            buf_text(out, "'\"'");
        else {
            if (!strchr(plain, *word) && (unsigned char)*word < 0x80)
                buf_byte(out, '\\');
            buf_byte(out, *word);
        }
    }
}

static void put_setting(struct buf *out, const char *key, const char *value)
{
    if (value && !strchr(value, '\n'))
        buf_printf(out, "%s = %s\n", key, value);
}

/* [services NAME], whose values are sub-sections. */
static void put_services(struct buf *out, const struct profiles *profiles, const char *name)
{
    size_t section = 0;
    if (!name || strchr(name, '\n') || !profiles_section(profiles, "services", name, &section))
        return;
    buf_printf(out, "\n[services %s]\n", name);
    for (size_t i = 0; i < profiles->config.option_count; i++) {
        const struct ini_option *option = &profiles->config.options[i];
        struct str value = option->value, line;
        if (option->section != section)
            continue;
        buf_printf(out, "%.*s =\n", STR_ARG(option->name));
        while (value.len > 0) {
            str_cut(&value, '\n', &line);
            if (str_trim(line).len > 0)
                buf_printf(out, "  %.*s\n", STR_ARG(str_trim(line)));
        }
    }
}

static void put_profile(struct buf *out, const char *section, const struct profiles *profiles,
                        const struct profile *profile, const char *region, const char *command)
{
    buf_printf(out, "\n[%s]\n", section);
    put_setting(out, "region", region);
    put_setting(out, "credential_process", command);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        put_setting(out, settings[i], profile_get(profiles, profile, settings[i]));
}

static bool understood(struct str text, const char *section, const char *command)
{
    struct go_file file;
    go_file_read(&file, text);
    const struct go_option *found = go_file_get(&file, section, "credential_process");
    bool ok = found && strcmp(found->value, command) == 0;
    go_file_finish(&file);
    return ok;
}

static bool not_understood(const char *name, const char *program, struct error *err)
{
    struct buf shown = {0};
    buf_sanitised(&shown, str_of(name), false);
    error_set(err, ERROR_INPUT,
              "Terraform would not understand the name of the profile, %s, or of this program, %s.",
              buf_cstr(&shown), program);
    buf_finish(&shown);
    return error_hint(err, "Call the profile by letters, digits and hyphens.");
}

/* The AWS CLI wants quotes around some names, terraform none. */
static bool wants_quotes(const char *name)
{
    return strpbrk(name, " \t'\\") != NULL;
}

bool aws_source_text(struct buf *out, const struct profiles *profiles,
                     const struct profile *profile, const char *name, const char *region,
                     const char *const *words, struct error *err)
{
    struct buf section = {0}, quoted = {0}, command = {0};
    bool nameless = !name || !*name, standard = nameless || strcmp(name, "default") == 0;
    for (size_t i = 0; words[i]; i++) {
        buf_text(&command, i > 0 ? " " : "");
        put_word(&command, words[i]);
    }
    if (!nameless) {
        buf_byte(&command, ' ');
        put_word(&command, name);
    }
    buf_printf(&section, "%s%s", standard ? "" : "profile ", standard ? "default" : name);
    buf_text(out, "# For terraform: who asks for the keys of this profile asks ekshub-tui.\n");
    put_profile(out, buf_cstr(&section), profiles, profile, region, buf_cstr(&command));
    if (!standard && wants_quotes(name)) {
        buf_printf(&quoted, "profile \"%s\"", name);
        put_profile(out, buf_cstr(&quoted), profiles, profile, region, buf_cstr(&command));
    }
    put_services(out, profiles, profile_get(profiles, profile, "services"));
    bool ok = understood(buf_str(out), buf_cstr(&section), buf_cstr(&command)) ||
              not_understood(nameless ? "default" : name, words[0], err);
    buf_finish(&section);
    buf_finish(&quoted);
    buf_finish(&command);
    return ok;
}

/* ---- the environment ---- */

static const char *const set_aside[] = {
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
};

static bool is_aside(const char *entry)
{
    for (size_t i = 0; i < sizeof set_aside / sizeof *set_aside; i++) {
        size_t len = strlen(set_aside[i]);
        if (strncmp(entry, set_aside[i], len) == 0 && entry[len] == '=')
            return true;
    }
    return false;
}

char **aws_source_environment(const char *const *environment, const char *config)
{
    size_t count = 0, kept = 0;
    while (environment[count])
        count++;
    char **out = alloc_zeroed(count + 3, sizeof *out);
    for (size_t i = 0; i < count; i++)
        if (!str_starts(str_of(environment[i]), STR(ASIDE))) /* left by a terraform around us */
            out[kept++] =
                alloc_printf("%s%s", is_aside(environment[i]) ? ASIDE : "", environment[i]);
    out[kept++] = alloc_printf("AWS_CONFIG_FILE=%s", config);
    out[kept++] = alloc_copy(STR("AWS_SHARED_CREDENTIALS_FILE=/dev/null"));
    return out;
}

void aws_source_environment_free(char **environment)
{
    for (char **entry = environment; entry && *entry; entry++) {
        secret_wipe(*entry, strlen(*entry)); /* keys of the environment may be among them */
        free(*entry);
    }
    free(environment);
}

void aws_source_restore(void)
{
    char name[96];
    for (size_t i = 0; i < sizeof set_aside / sizeof *set_aside; i++) {
        snprintf(name, sizeof name, ASIDE "%s", set_aside[i]);
        const char *value = getenv(name);
        if (value)
            setenv(set_aside[i], value, 1);
        else
            unsetenv(set_aside[i]);
        unsetenv(name);
    }
}

/* ---- the answer ---- */

static bool write_whole(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, text, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        text += put;
        len -= (size_t)put;
    }
    return true;
}

bool aws_source_print(int fd, const struct creds *creds, struct error *err)
{
    enum { MOST = 64 << 10 };
    json_t *answer = creds_to_json(creds);
    struct buf text = {0};
    js_set_int(answer, "Version", 1);
    if (!creds->expires_ms)
        json_object_del(answer, creds_names_process.end);
    if (secret_empty(&creds->token))
        json_object_del(answer, creds_names_process.token);
    buf_init(&text, MOST);
    text.capacity = MOST + 2; /* all at once: a buffer that grows leaves copies behind */
    text.data = alloc_zeroed(text.capacity, 1);
    bool ok =
        (js_dump(answer, &text) && buf_byte(&text, '\n') && write_whole(fd, text.data, text.len)) ||
        error_errno(err, "The keys cannot be written");
    json_decref(answer);
    secret_wipe(text.data, text.capacity);
    buf_finish(&text);
    return ok;
}
