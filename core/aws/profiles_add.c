/* Writing a new profile; see profiles_add.h. What may be written is profiles_judge.c's. */
#include "core/aws/profiles_add.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/ini_text.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { LOCK_TRIES = 100, LOCK_PAUSE_MS = 20, FILE_MAX = 1 << 20, ENTRIES_MAX = 6 };

void profile_new_finish(struct profile_new *new)
{
    secret_finish(&new->secret);
    secret_finish(&new->token);
    *new = (struct profile_new){.replace = false};
}

/* ---- one file ---- */

struct file {
    const char *path, *shown;
    struct str old, now; /* owned; real secrets may be in them */
    bool there;
    mode_t mode;
    int lock;
};

static void wipe(struct str *text)
{
    char *bytes = (char *)(uintptr_t)text->data;
    if (bytes)
        secret_wipe(bytes, text->len);
    free(bytes);
    *text = (struct str){NULL, 0};
}

static void close_file(struct file *file)
{
    if (file->now.data != file->old.data)
        wipe(&file->now);
    wipe(&file->old);
    if (file->lock >= 0)
        close(file->lock);
}

/* The directory that the file itself is in: it is the one thing that a rename leaves in place. */
static bool open_directory(struct file *file, struct error *err)
{
    char target[PATH_MAX], dir[PATH_MAX];
    path_dirname(file->path, dir);
    if (!dir_make(dir, 0700, err))
        return false;
    if (realpath(file->path, target))
        path_dirname(target, dir);
    file->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return file->lock >= 0 || error_errno(err, "%s cannot be opened", dir);
}

/* Others hold it for an instant only. A file system without locks is one on which the AWS CLI
 * itself would not wait either. */
static bool lock_directory(const struct file *file, struct error *err)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(file->lock, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_MS * 1000000L}, NULL);
    }
    error_set(err, ERROR_BUSY, "Another program is changing %s.", file->shown);
    return error_hint(err, "Wait until it has ended, then save again.");
}

static bool same_directory(const struct file *a, const struct file *b)
{
    struct stat x, y;
    return fstat(a->lock, &x) == 0 && fstat(b->lock, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static bool read_file(struct file *file, struct error *err)
{
    struct stat st;
    struct buf text;
    file->mode = 0600;
    if (stat(file->path, &st) != 0)
        return errno == ENOENT || error_errno(err, "%s cannot be examined", file->shown);
    buf_init(&text, FILE_MAX + 1);
    /* all the room at once: a buffer that grows leaves copies behind */
    text.capacity = (st.st_size < FILE_MAX ? (size_t)st.st_size : (size_t)FILE_MAX) + 2;
    text.data = alloc_zeroed(text.capacity, 1);
    file->there = file_read(file->path, FILE_MAX, &text, err);
    file->old = (struct str){text.data, text.len};
    file->now = file->old;
    file->mode = st.st_mode & 0600;
    if (!file->there)
        error_hint(err, "Nothing was changed. Check %s and its permissions.", file->shown);
    return file->there;
}

/* Puts the entries into the section; proves that this says what it should, and nothing else. */
static bool set_section(struct file *file, const char *section, const struct ini_entry *entries,
                        size_t count, struct error *err)
{
    struct ini_text text;
    struct str now = {NULL, 0};
    if (!ini_text_read(&text, file->now, file->shown, err))
        return false;
    now.data = ini_text_set(&text, str_of(section), entries, count, &now.len);
    bool ok = ini_text_agrees(&text, now, str_of(section), entries, count);
    ini_text_finish(&text);
    if (file->now.data != file->old.data)
        wipe(&file->now);
    file->now = now;
    if (ok)
        return true;
    error_set(err, ERROR_INPUT,
              "%s is laid out so that nothing can be added without changing what it says.",
              file->shown);
    return error_hint(err, "Add the profile by hand, or run  aws configure.");
}

static bool has_section(const struct file *file, const char *section, bool *there,
                        struct error *err)
{
    struct ini ini;
    size_t ignored;
    if (!ini_parse(&ini, file->now, file->shown, err))
        return false;
    *there = ini_find(&ini, str_of(section), &ignored);
    ini_finish(&ini);
    return true;
}

static bool write_file(const struct file *file, struct error *err)
{
    return str_eq(file->old, file->now) || file_write(file->path, file->now, file->mode, err);
}

/* As it was, for when the other file could not be written. */
static void restore_file(const struct file *file)
{
    struct error ignored;
    if (str_eq(file->old, file->now))
        return;
    if (file->there)
        (void)file_write(file->path, file->old, file->mode, &ignored);
    else
        unlink(file->path);
}

/* ---- what a profile says ---- */

struct adding {
    const struct profile_new *new;
    struct file *credentials, *config; /* one and the same when both variables name one file */
    struct ini_entry entries[ENTRIES_MAX];
    size_t count;
};

static struct str text_of(const struct profile_new *new, enum profile_field field)
{
    return str_trim(str_of(new->text[field]));
}

static void entry(struct adding *adding, const char *name, struct str value)
{
    if (value.len > 0)
        adding->entries[adding->count++] = (struct ini_entry){.name = name, .value = value};
}

static void entry_field(struct adding *adding, const char *name, enum profile_field field)
{
    entry(adding, name, text_of(adding->new, field));
}

/* As Python's shlex quotes it: that is what the AWS CLI reads it with. */
static void put_quoted(struct buf *out, struct str name)
{
    buf_byte(out, '\'');
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] == '\'')
            buf_text(out, "'\"'\"'");
        else
            buf_byte(out, name.data[i]);
    }
    buf_byte(out, '\'');
}

/* The section of the config file that holds the profile now, or as it shall be called. */
static void name_section(const struct profiles *profiles, const struct profile_new *new,
                         struct buf *out)
{
    const struct profile *twin = profile_new_twin(new, profiles);
    struct str name = text_of(new, PROFILE_FIELD_NAME);
    char plain[PROFILE_TEXT];
    str_copy(name, plain, sizeof plain);
    if (twin && twin->config_section != PROFILE_NO_SECTION) {
        buf_append(out, profiles->config.sections[twin->config_section].name);
    } else if (str_is(name, "default")) {
        buf_append(out, name);
    } else {
        buf_text(out, "profile ");
        if (profile_name_is_plain(plain))
            buf_append(out, name);
        else
            put_quoted(out, name);
    }
}

/* Somebody else may have added the name since the files were read. */
static bool still_free(const struct adding *adding, const char *section, struct error *err)
{
    bool keys = false, settings = false;
    char name[PROFILE_TEXT];
    str_copy(text_of(adding->new, PROFILE_FIELD_NAME), name, sizeof name);
    if (!has_section(adding->credentials, name, &keys, err) ||
        !has_section(adding->config, section, &settings, err))
        return false;
    if (adding->new->replace || (!keys && !settings))
        return true;
    error_set(err, ERROR_INPUT, "Profile %s was added meanwhile by another program.", name);
    return error_hint(err, "Leave the form and look at it, or choose another name.");
}

static bool put_keys(struct adding *adding, struct error *err)
{
    const struct profile_new *new = adding->new;
    struct str token = str_trim(secret_expose(&new->token));
    char name[PROFILE_TEXT];
    str_copy(text_of(new, PROFILE_FIELD_NAME), name, sizeof name);
    adding->count = 0;
    entry_field(adding, "aws_access_key_id", PROFILE_FIELD_KEY_ID);
    entry(adding, "aws_secret_access_key", str_trim(secret_expose(&new->secret)));
    entry(adding, "aws_session_token", token);
    if (token.len == 0) /* that of the old keys would spoil the new ones */
        adding->entries[adding->count++] =
            (struct ini_entry){.name = "aws_session_token", .drop = true};
    adding->entries[adding->count++] =
        (struct ini_entry){.name = "aws_security_token", .drop = true};
    return set_section(adding->credentials, name, adding->entries, adding->count, err);
}

/* A sign-in that is there already is shared; its values were compared by the judge. */
static bool put_session(struct adding *adding, struct error *err)
{
    char section[PROFILE_TEXT + 16] = "sso-session ";
    bool there;
    str_copy(text_of(adding->new, PROFILE_FIELD_SSO_SESSION), section + strlen(section),
             PROFILE_TEXT);
    if (!has_section(adding->config, section, &there, err))
        return false;
    adding->count = 0;
    entry_field(adding, "sso_start_url", PROFILE_FIELD_SSO_URL);
    entry_field(adding, "sso_region", PROFILE_FIELD_SSO_REGION);
    if (!there)
        entry(adding, "sso_registration_scopes", STR("sso:account:access"));
    return set_section(adding->config, section, adding->entries, adding->count, err);
}

static bool put_settings(struct adding *adding, const char *section, struct error *err)
{
    if (adding->new->kind == PROFILE_NEW_SSO && !put_session(adding, err))
        return false;
    adding->count = 0;
    if (adding->new->kind == PROFILE_NEW_SSO) {
        entry_field(adding, "sso_session", PROFILE_FIELD_SSO_SESSION);
        entry_field(adding, "sso_account_id", PROFILE_FIELD_SSO_ACCOUNT);
        entry_field(adding, "sso_role_name", PROFILE_FIELD_SSO_ROLE);
    } else if (adding->new->kind == PROFILE_NEW_ROLE) {
        entry_field(adding, "role_arn", PROFILE_FIELD_ROLE_ARN);
        entry_field(adding, "source_profile", PROFILE_FIELD_SOURCE);
        entry_field(adding, "external_id", PROFILE_FIELD_EXTERNAL_ID);
        entry_field(adding, "mfa_serial", PROFILE_FIELD_MFA);
    }
    entry_field(adding, "region", PROFILE_FIELD_REGION);
    return adding->count == 0 ||
           set_section(adding->config, section, adding->entries, adding->count, err);
}

/* ---- all of it ---- */

static bool judge_all(const struct profile_new *new, const struct profiles *profiles,
                      struct error *err)
{
    for (int field = 0; field < PROFILE_FIELDS_ALL; field++) {
        const char *why = profile_new_judge(new, (enum profile_field)field, profiles);
        if (why)
            return error_set(err, ERROR_INPUT, "%s", why);
    }
    return true;
}

static bool open_files(struct adding *adding, struct error *err)
{
    struct file *credentials = adding->credentials, *config = adding->config;
    bool ok = open_directory(credentials, err) && lock_directory(credentials, err) &&
              read_file(credentials, err);
    if (!ok || config == credentials)
        return ok;
    return open_directory(config, err) &&
           (same_directory(credentials, config) || lock_directory(config, err)) &&
           read_file(config, err);
}

/* The file of the keys comes last: what could not be put back on a full disk is not lost then. */
static bool write_files(const struct adding *adding, struct error *err)
{
    bool two = adding->config != adding->credentials;
    if (two && !write_file(adding->config, err))
        return false;
    if (write_file(adding->credentials, err))
        return true;
    if (two)
        restore_file(adding->config);
    return false;
}

static bool one_file(const struct profiles *profiles)
{
    struct stat x, y;
    if (strcmp(profiles->credentials_file, profiles->config_file) == 0)
        return true;
    return stat(profiles->credentials_file, &x) == 0 && stat(profiles->config_file, &y) == 0 &&
           x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool profiles_add(const struct profiles *profiles, const struct profile_new *new, struct error *err)
{
    struct file credentials = {
        .path = profiles->credentials_file, .shown = profiles->credentials_shown, .lock = -1};
    struct file config = {
        .path = profiles->config_file, .shown = profiles->config_shown, .lock = -1};
    struct adding adding = {.new = new,
                            .credentials = &credentials,
                            .config = one_file(profiles) ? &credentials : &config};
    struct buf section = {.data = NULL};
    if (!judge_all(new, profiles, err))
        return false;
    name_section(profiles, new, &section);
    bool ok = open_files(&adding, err) && still_free(&adding, buf_cstr(&section), err) &&
              (new->kind != PROFILE_NEW_KEYS || put_keys(&adding, err)) &&
              put_settings(&adding, buf_cstr(&section), err) && write_files(&adding, err);
    close_file(&credentials);
    close_file(&config);
    buf_finish(&section);
    return ok;
}
