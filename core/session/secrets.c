#include "core/session/secrets.h"

#include <openssl/evp.h>
#include <sys/random.h>

#include "core/base/alloc.h"
#include "core/index/password.h"

enum { MARK_ROUNDS = 50000, MARK_SALT = 16, MARK_BYTES = 4 };

const struct secret_kind secret_table[SECRETS] = {
    [SECRET_PYPI_PASSWORD] = {"pypi_password", "EKSHUB_PYPI_PASSWORD", NULL, "the PyPI password",
                              STAGE_PYPI},
    [SECRET_PYPI_HASH] = {"pypi_user_encrypted_pwd", "TF_VAR_pypi_user_encrypted_pwd",
                          "pypi_user_encrypted_pwd", "the hash of the PyPI password", STAGE_PYPI},
    [SECRET_PYPI_KEY_ID] = {"pypi_aws_access_key_id", "TF_VAR_pypi_aws_access_key_id",
                            "pypi_aws_access_key_id", "the access key id for S3", STAGE_PYPI},
    [SECRET_PYPI_KEY_SECRET] = {"pypi_aws_access_key_secret", "TF_VAR_pypi_aws_access_key_secret",
                                "pypi_aws_access_key_secret", "the secret access key for S3",
                                STAGE_PYPI},
    [SECRET_HUB_PASSWORD] = {"hub_password", "EKSHUB_HUB_PASSWORD", NULL,
                             "the password of the hub's admin", STAGE_MLHUB},
};

void secrets_finish(struct secrets *secrets)
{
    for (int i = 0; i < SECRETS; i++) {
        secret_finish(&secrets->items[i]);
        secrets->generated[i] = false;
    }
}

/* A hash that the index could not check would lock everybody out of it. */
static bool take(struct secrets *secrets, enum secret_id id, const char *value, struct error *err)
{
    struct secret *item = &secrets->items[id];
    bool ok = secret_set(item, str_of(value), err) &&
              (id != SECRET_PYPI_HASH || password_hash_check(item, err));
    if (!ok)
        secret_finish(item);
    return ok || error_wrap(err, "%s", secret_table[id].environment);
}

bool secrets_from_environment(struct secrets *secrets, const char *(*lookup)(const char *name),
                              struct error *err)
{
    for (int i = 0; i < SECRETS; i++) {
        const char *value = lookup(secret_table[i].environment);
        if (value && *value && secret_empty(&secrets->items[i]) &&
            !take(secrets, (enum secret_id)i, value, err))
            return false;
    }
    return true;
}

static bool holds_secret(const char *entry)
{
    for (int i = 0; i < SECRETS; i++) {
        size_t len = strlen(secret_table[i].environment);
        if (strncmp(entry, secret_table[i].environment, len) == 0 && entry[len] == '=')
            return true;
    }
    return false;
}

const char **secrets_left_out(const char *const *environment)
{
    size_t count = 0, kept = 0;
    while (environment[count])
        count++;
    const char **left = alloc_zeroed(count + 1, sizeof *left);
    for (size_t i = 0; i < count; i++)
        if (!holds_secret(environment[i]))
            left[kept++] = environment[i];
    return left;
}

bool secrets_need(const struct secrets *secrets, const struct answers *answers, enum stage_id stage,
                  enum secret_id id)
{
    if (secret_table[id].stage != stage)
        return false;
    if (id == SECRET_PYPI_KEY_ID || id == SECRET_PYPI_KEY_SECRET)
        return strcmp(answers->pypi_credentials, "keys") == 0;
    if (id == SECRET_PYPI_PASSWORD)
        return secret_empty(&secrets->items[SECRET_PYPI_HASH]);
    return id != SECRET_PYPI_HASH; /* it is made from the password */
}

void secrets_purpose(const struct answers *answers, char purpose[SECRETS_PURPOSE])
{
    snprintf(purpose, SECRETS_PURPOSE, "%s %s %s", answers->pypi_namespace,
             answers->pypi_admin_user, answers->pypi_credentials);
}

bool secrets_are_set(const struct answers *answers, const json_t *facts, enum stage_id stage)
{
    char purpose[SECRETS_PURPOSE];
    if (stage == STAGE_MLHUB)
        return js_bool(facts, "claimed", false);
    secrets_purpose(answers, purpose);
    const char *was = js_text(facts, "secret_purpose");
    return js_bool(facts, "secret_set", false) &&
           (!*was /* an older directory does not say */ || strcmp(was, purpose) == 0);
}

bool secrets_from_outside(const struct secrets *secrets, enum secret_id id,
                          const char *(*lookup)(const char *name))
{
    const char *value = lookup(secret_table[id].environment);
    return value && *value && str_eq(secret_expose(&secrets->items[id]), str_of(value));
}

static bool fits_key_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!((id.data[i] >= 'A' && id.data[i] <= 'Z') || (id.data[i] >= '0' && id.data[i] <= '9')))
            return false;
    return id.len >= 16 && id.len <= 128;
}

/* Key ids as https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html has them; a
 * session's would end long before the server does. */
static const char *judge_key_id(struct str id)
{
    if (!id.len)
        return "The id of an access key is missing.";
    if (str_starts(id, STR("ASIA")))
        return "This key belongs to a session and will expire; the pod needs one that stays.";
    return fits_key_id(id) ? NULL : "An access key id has 16 or more capital letters and digits.";
}

static const char *judge_key_secret(struct str secret)
{
    if (!secret.len)
        return "The secret of that key is missing.";
    for (size_t i = 0; i < secret.len; i++)
        if (secret.data[i] <= ' ' || secret.data[i] >= 0x7f)
            return "A secret access key has no blanks in it.";
    return secret.len >= 30 ? NULL : "That is too short for a secret access key: they have 40.";
}

const char *secrets_judge(const struct secrets *secrets, enum secret_id id)
{
    struct str text = secret_expose(&secrets->items[id]);
    switch (id) {
    case SECRET_PYPI_KEY_ID:
        return judge_key_id(text);
    case SECRET_PYPI_KEY_SECRET:
        return judge_key_secret(text);
    case SECRET_PYPI_PASSWORD:
    case SECRET_HUB_PASSWORD:
        if (!text.len)
            return "The admin needs a password; Ctrl-G makes one.";
        return text.len < 8 ? "A password has 8 characters or more; Ctrl-G makes one." : NULL;
    case SECRET_PYPI_HASH:
    case SECRETS:
        break;
    }
    return NULL;
}

bool secrets_key(const struct secrets *secrets, struct creds *creds, struct error *err)
{
    const struct secret *id = &secrets->items[SECRET_PYPI_KEY_ID];
    *creds = (struct creds){.method = CREDS_ENVIRONMENT};
    return str_copy(secret_expose(id), creds->access_key_id, sizeof creds->access_key_id) &&
           secret_copy(&creds->secret, &secrets->items[SECRET_PYPI_KEY_SECRET], err);
}

bool secrets_make_up(const struct answers *answers, struct secret *password, struct error *err)
{
    char text[64];
    if (!answers->rehearsal)
        return password_generate(password, err);
    snprintf(text, sizeof text, "rehearsal-%s", answers->id);
    return secret_set(password, str_of(text), err);
}

bool secrets_make(struct secrets *secrets, const struct answers *answers, enum secret_id id,
                  struct error *err)
{
    if (!secrets_make_up(answers, &secrets->items[id], err))
        return false;
    secrets->generated[id] = true;
    return true;
}

json_t *secrets_json(const struct secrets *secrets)
{
    json_t *value = json_object();
    for (int i = 0; i < SECRETS; i++) {
        struct str text = secret_expose(&secrets->items[i]);
        if (text.len)
            js_set(value, secret_table[i].name, json_stringn(text.data, text.len));
    }
    return value;
}

bool secrets_from_json(struct secrets *secrets, const json_t *value, struct error *err)
{
    for (int i = 0; i < SECRETS; i++) {
        const json_t *given = js_get(value, secret_table[i].name);
        if (!given || json_is_null(given))
            continue;
        if (!json_is_string(given))
            return error_set(err, ERROR_INPUT, "%s must be one text.", secret_table[i].name);
        if (!secret_set(&secrets->items[i], js_str(given, ""), err))
            return false;
    }
    return true;
}

void secrets_wipe_json(json_t *value)
{
    const char *name;
    json_t *text;
    json_object_foreach(value, name, text)
    {
        if (json_is_string(text))
            secret_wipe((char *)(uintptr_t)json_string_value(text), json_string_length(text));
    }
}

/* ---- the mark ---- */

static void to_hex(const unsigned char *bytes, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* Over password, or hash without one, and keys, each behind its length. */
static bool mark_with(const struct secrets *secrets, const char *salt, char mark[SECRETS_MARK])
{
    const struct secret *items = secrets->items;
    bool plain = !secret_empty(&items[SECRET_PYPI_PASSWORD]);
    const struct secret *parts[] = {
        &items[plain ? SECRET_PYPI_PASSWORD : SECRET_PYPI_HASH],
        &items[SECRET_PYPI_KEY_ID],
        &items[SECRET_PYPI_KEY_SECRET],
    };
    unsigned char digest[MARK_BYTES];
    struct secret all = {.data = NULL};
    size_t room, at = 0;
    char *text = secret_edit(&all, &room);
    bool ok = text != NULL;
    for (size_t i = 0; ok && i < sizeof parts / sizeof parts[0]; i++) {
        struct str part = secret_expose(parts[i]);
        int head = snprintf(text + at, room - at, "%zu:", part.len);
        ok = at + (size_t)head + part.len < room;
        if (ok && part.len)
            memcpy(text + at + head, part.data, part.len);
        at += (size_t)head + part.len;
    }
    ok = ok && PKCS5_PBKDF2_HMAC(text, (int)at, (const unsigned char *)salt, (int)strlen(salt),
                                 MARK_ROUNDS, EVP_sha256(), sizeof digest, digest) == 1;
    snprintf(mark, SECRETS_MARK, "%s:", salt);
    if (ok)
        to_hex(digest, sizeof digest, mark + strlen(mark));
    secret_finish(&all);
    return ok;
}

bool secrets_mark(const struct secrets *secrets, char mark[SECRETS_MARK], struct error *err)
{
    unsigned char random[MARK_SALT];
    char salt[2 * MARK_SALT + 1];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return error_errno(err, "The system gives no random numbers");
    to_hex(random, sizeof random, salt);
    return mark_with(secrets, salt, mark) ||
           error_set(err, ERROR_SYSTEM, "The secrets for PyPI are longer than can be handled.");
}

bool secrets_fit(const struct secrets *secrets, const char *mark)
{
    struct str rest = str_of(mark), salt;
    char text[2 * MARK_SALT + 1], again[SECRETS_MARK];
    return str_cut(&rest, ':', &salt) && str_copy(salt, text, sizeof text) &&
           mark_with(secrets, text, again) && strcmp(again, mark) == 0;
}
