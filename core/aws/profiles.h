/* The profiles of ~/.aws/config and ~/.aws/credentials: which there are, of what kind, where they
 * come from, which one is meant. Reads files, asks no network and keeps no secret: what the files
 * say of secrets is masked right after reading, and creds.h fetches the one that is wanted.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html */
#ifndef CORE_AWS_PROFILES_H
#define CORE_AWS_PROFILES_H

#include <limits.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/ini.h"

enum profile_kind {
    PROFILE_NONE,    /* a profile without credentials: region and settings only */
    PROFILE_STATIC,  /* access key and secret */
    PROFILE_SESSION, /* these and a session token */
    PROFILE_ROLE,
    PROFILE_SSO,
    PROFILE_PROCESS,
    PROFILE_WEB_IDENTITY,
};

#define PROFILE_NO_SECTION (SIZE_MAX - 1)

/* Texts live as long as the profiles. They come from files: sanitise what is shown. */
struct profile {
    char *name;
    enum profile_kind kind;
    const char *region;        /* NULL when the files give none */
    const char *access_key_id; /* of static and session; NULL otherwise */
    const char *source;        /* the file its credentials come from, for people */
    char *error, *hint;        /* why it cannot be used as it stands, what to do; or NULL */
    size_t config_section, credentials_section; /* PROFILE_NO_SECTION when not in that file */
    size_t order;
};

struct profiles {
    struct profile *items; /* in the order of the files, config first */
    size_t count, capacity;
    struct ini config, credentials;
    char config_file[PATH_MAX], credentials_file[PATH_MAX];
    char config_shown[PATH_MAX], credentials_shown[PATH_MAX]; /* "~/.aws/config" */
    char warning[256]; /* something odd that was passed over; or "" */
    const char *(*env)(const char *name);
};

/* AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or the usual places under `home`. A file that is
 * missing, or no regular file, counts as empty. Fails for a file that cannot be read or parsed, as
 * the AWS CLI does, with file and line. `env` is kept: getenv's shape. */
bool profiles_load(struct profiles *profiles, const char *home,
                   const char *(*env)(const char *name), struct error *err);
void profiles_finish(struct profiles *profiles); /* idempotent; zeroed is fine */

const struct profile *profiles_find(const struct profiles *profiles, const char *name);

/* "static", "session", "role", "sso", "process", "web-identity", "none". */
const char *profile_kind_name(enum profile_kind kind);

/* A setting of the profile, credentials file before config file; NULL when absent or empty.
 * Secrets come out masked. `profile` may be NULL. */
const char *profile_get(const struct profiles *profiles, const struct profile *profile,
                        const char *key);

/* [TYPE NAME] in the config file (sso-session, services), by its index among the sections of
 * `config`, and an option of it; NULL when absent. */
bool profiles_section(const struct profiles *profiles, const char *type, const char *name,
                      size_t *section);
bool profiles_has_section(const struct profiles *profiles, const char *type, const char *name);
const struct ini_option *profiles_section_get(const struct profiles *profiles, const char *type,
                                              const char *name, const char *key);

enum profile_by { PROFILE_BY_OPTION, PROFILE_BY_ENVIRONMENT, PROFILE_BY_DEFAULT };

struct profile_choice {
    const char *name;              /* "default" when nothing names one */
    const struct profile *profile; /* NULL when nothing names one and there is no default */
    enum profile_by by;
    bool environment;        /* the keys of the environment are the credentials */
    bool web_identity;       /* … or its web identity: both before a profile that was not named */
    bool container, machine; /* theirs are, whatever else there is: see surroundings.h */
    bool keys_win;           /* one of these two, although a profile with credentials was meant */
    bool keys_ignored;       /* the environment has keys, but the profile was named */
};

/* --profile (may be NULL), AWS_PROFILE, AWS_DEFAULT_PROFILE, "default", in that order; keys in the
 * environment beat all but --profile. Fails when a profile that was named does not exist. */
bool profiles_choose(const struct profiles *profiles, const char *option,
                     struct profile_choice *choice, struct error *err);

/* What would surprise about it: a sentence about keys_win or keys_ignored; NULL when nothing does.
 */
const char *profile_choice_note(const struct profile_choice *choice);

/* --region (may be NULL), AWS_REGION, AWS_DEFAULT_REGION, the profile's; NULL when there is none.
 */
const char *profiles_region(const struct profiles *profiles, const struct profile *profile,
                            const char *option);

/* The environment, an empty value counting as none. */
const char *profiles_env(const struct profiles *profiles, const char *name);

/* The text of one of the files, empty when it counts as such; with its secrets: wipe it soon. */
bool profiles_read_text(const char *path, const char *shown, struct buf *text, bool *present,
                        struct error *err);
void profiles_wipe_text(struct buf *text);

/* Reads and parses one of the files; *present is false when it counts as empty. For creds.c: the
 * secrets in it are real, finish it soon. */
bool profiles_read_file(const char *path, const char *shown, struct ini *ini, bool *present,
                        struct error *err);

#endif
