/* Making, hashing and checking the password of the index; see password.h. */
#include "core/index/password.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "core/base/alloc.h"

enum {
    ROUNDS = 20500, /* pypicloud's own: 10 ms a login */
    SALT = 16,
    DIGEST_MAX = 64,
};

/* Of crypt(3). */
static const char crypt64[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/* Without 0 O 1 l I: people read passwords to each other. */
static const char readable[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* `len` characters, each equally likely. */
static bool random_text(const char *alphabet, size_t len, char *out, struct error *err)
{
    size_t count = strlen(alphabet), fair = 256 - 256 % count;
    for (size_t i = 0; i < len;) {
        unsigned char byte;
        if (RAND_bytes(&byte, 1) != 1)
            return error_set(err, ERROR_SYSTEM, "The system gives no random numbers.");
        if (byte < fair)
            out[i++] = alphabet[byte % count];
    }
    return true;
}

bool password_generate(struct secret *password, struct error *err)
{
    char text[PASSWORD_GENERATED];
    return random_text(readable, sizeof text, text, err) &&
           secret_take(password, text, sizeof text, err);
}

static bool usable(struct str plain)
{
    return plain.len > 0 && !memchr(plain.data, '\0', plain.len);
}

/* crypt(3) into *out; false for a method or salt that this libcrypt does not know. */
static bool crypt_into(const struct secret *plain, const char *setting, struct secret *out,
                       struct error *err)
{
    struct crypt_data *work = alloc_zeroed(1, sizeof *work);
    const char *hash = crypt_r(secret_expose(plain).data, setting, work);
    bool ok = hash && hash[0] == '$';
    if (ok)
        ok = secret_set(out, str_of(hash), err);
    else
        error_set(err, ERROR_SYSTEM, "crypt(3) of this system does not know this kind of hash.");
    secret_wipe(work, sizeof *work);
    free(work);
    return ok;
}

bool password_hash(const struct secret *password, struct secret *hash, struct error *err)
{
    char salt[SALT + 1] = "", setting[64];
    if (!usable(secret_expose(password)))
        return error_set(err, ERROR_INPUT, "A password cannot be empty or hold a NUL byte.");
    if (!random_text(crypt64, SALT, salt, err))
        return false;
    snprintf(setting, sizeof setting, "$6$rounds=%d$%s$", ROUNDS, salt);
    return crypt_into(password, setting, hash, err);
}

/* ---- recognising ---- */

static bool only(struct str s, const char *extra)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!plain && (c == '\0' || !strchr(extra, c)))
            return false;
    }
    return true;
}

/* The rounds of a hash: digits, no leading zero, within what passlib takes. */
static bool rounds_in(struct str text, int64_t low, int64_t high)
{
    int64_t rounds;
    return text.len > 0 && text.data[0] >= '1' && text.data[0] <= '9' &&
           str_to_int64(text, &rounds) && rounds >= low && rounds <= high;
}

/* [rounds=N$]SALT$DIGEST */
static bool is_sha_crypt(struct str rest, size_t digest)
{
    struct str head;
    if (str_starts(rest, STR("rounds="))) {
        if (!str_cut(&rest, '$', &head) ||
            !rounds_in(str_skip(head, strlen("rounds=")), 1000, 999999999))
            return false;
    }
    return str_cut(&rest, '$', &head) && head.len <= SALT && only(head, "./") &&
           rest.len == digest && only(rest, "./");
}

/* NN$ and 53 characters of salt and digest */
static bool is_bcrypt(struct str rest)
{
    struct str cost;
    int64_t log;
    return str_cut(&rest, '$', &cost) && cost.len == 2 && str_to_int64(cost, &log) && log >= 4 &&
           log <= 31 && rest.len == 53 && only(rest, "./");
}

struct pbkdf2 {
    struct str rounds, salt, digest;
};

/* ROUNDS$SALT$DIGEST, in passlib's base64: '.' for '+', no padding. */
static bool cut_pbkdf2(struct str rest, size_t digest, struct pbkdf2 *parts)
{
    if (!str_cut(&rest, '$', &parts->rounds) || !str_cut(&rest, '$', &parts->salt))
        return false;
    parts->digest = rest;
    return rounds_in(parts->rounds, 1, UINT32_MAX) && parts->salt.len <= 1368 &&
           parts->salt.len % 4 != 1 && only(parts->salt, "./") && rest.len == digest &&
           only(rest, "./");
}

static bool is_hash(struct str hash)
{
    static const struct {
        const char *prefix;
        enum { SHA_CRYPT, BCRYPT, PBKDF2 } form;
        size_t digest;
    } kinds[] = {
        {"$6$", SHA_CRYPT, 86},
        {"$5$", SHA_CRYPT, 43},
        {"$2a$", BCRYPT, 0},
        {"$2b$", BCRYPT, 0},
        {"$2y$", BCRYPT, 0},
        {"$pbkdf2-sha512$", PBKDF2, 86},
        {"$pbkdf2-sha256$", PBKDF2, 43},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct str prefix = str_of(kinds[i].prefix), rest = str_skip(hash, prefix.len);
        struct pbkdf2 parts;
        if (!str_starts(hash, prefix))
            continue;
        return kinds[i].form == SHA_CRYPT ? is_sha_crypt(rest, kinds[i].digest)
               : kinds[i].form == BCRYPT  ? is_bcrypt(rest)
                                          : cut_pbkdf2(rest, kinds[i].digest, &parts);
    }
    return false;
}

bool password_hash_check(const struct secret *hash, struct error *err)
{
    struct str text = secret_expose(hash);
    if (is_hash(text))
        return true;
    if (text.len && text.data[0] != '$') {
        error_set(err, ERROR_INPUT, "The hash of the PyPI password does not begin with $.");
        error_hint(err, "Was it put into double quotes in a shell? Then $6 is gone: use '…'.");
    } else if (str_starts(text, STR("$1$")) || str_starts(text, STR("$argon2")) ||
               str_starts(text, STR("$y$"))) {
        error_set(err, ERROR_INPUT, "pypicloud cannot check a password hash of this kind.");
        error_hint(err, "Make one with  openssl passwd -6");
    } else {
        error_set(err, ERROR_INPUT,
                  "The hash of the PyPI password is not a whole $6$, $5$, $2b$ or $pbkdf2-sha512$ "
                  "hash.");
        error_hint(err, "Make one with  openssl passwd -6");
    }
    return false;
}

/* ---- comparing ---- */

/* passlib's base64 into `out`, which has room for `len`; -1 when it is longer or malformed. */
static int decode(struct str text, unsigned char *out, size_t room)
{
    size_t padded = (text.len + 3) / 4 * 4;
    char *copy = alloc_zeroed(padded + 1, 1);
    unsigned char *bytes = alloc_zeroed(padded / 4 * 3 + 1, 1);
    for (size_t i = 0; i < padded; i++)
        copy[i] = i >= text.len ? '=' : text.data[i] == '.' ? '+' : text.data[i];
    int len = EVP_DecodeBlock(bytes, (const unsigned char *)copy, (int)padded);
    len -= len >= 0 ? (int)(padded - text.len) : 0;
    if (len >= 0 && (size_t)len <= room)
        memcpy(out, bytes, (size_t)len);
    else
        len = -1;
    free(copy);
    free(bytes);
    return len;
}

static enum password_fit fits_pbkdf2(struct str plain, struct str rest, const EVP_MD *kind)
{
    struct pbkdf2 parts;
    unsigned char salt[1026], wanted[DIGEST_MAX], made[DIGEST_MAX];
    size_t size = (size_t)EVP_MD_size(kind);
    int64_t rounds;
    if (!cut_pbkdf2(rest, (size * 8 + 5) / 6, &parts) || !str_to_int64(parts.rounds, &rounds) ||
        rounds > 10000000)
        return PASSWORD_UNKNOWN;
    int salt_len = decode(parts.salt, salt, sizeof salt);
    if (salt_len < 0 || decode(parts.digest, wanted, sizeof wanted) != (int)size ||
        PKCS5_PBKDF2_HMAC(plain.data, (int)plain.len, salt, salt_len, (int)rounds, kind, (int)size,
                          made) != 1)
        return PASSWORD_UNKNOWN;
    bool same = CRYPTO_memcmp(made, wanted, size) == 0;
    secret_wipe(made, sizeof made);
    return same ? PASSWORD_FITS : PASSWORD_DIFFERS;
}

enum password_fit password_fits(const struct secret *password, const struct secret *hash)
{
    struct str plain = secret_expose(password), text = secret_expose(hash);
    struct str sha512 = STR("$pbkdf2-sha512$"), sha256 = STR("$pbkdf2-sha256$");
    struct secret made = {.data = NULL};
    if (!usable(plain) || !is_hash(text))
        return PASSWORD_UNKNOWN;
    if (str_starts(text, sha512))
        return fits_pbkdf2(plain, str_skip(text, sha512.len), EVP_sha512());
    if (str_starts(text, sha256))
        return fits_pbkdf2(plain, str_skip(text, sha256.len), EVP_sha256());
    if (!crypt_into(password, text.data, &made, NULL))
        return PASSWORD_UNKNOWN;
    bool same = secret_eq(&made, hash);
    secret_finish(&made);
    return same ? PASSWORD_FITS : PASSWORD_DIFFERS;
}

bool password_basic(const char *user, const struct secret *password, struct secret *basic,
                    struct error *err)
{
    struct str plain = secret_expose(password);
    size_t user_len = strlen(user), len = user_len + 1 + plain.len, room = (len + 2) / 3 * 4 + 1;
    if (!user[0] || strchr(user, ':')) {
        error_set(err, ERROR_INPUT, "The user name of the index is empty or holds a colon.");
        return error_hint(err, "Logins cannot carry such a name; choose another one.");
    }
    char *pair = alloc_zeroed(len + 1, 1), *text = alloc_zeroed(room, 1);
    memcpy(pair, user, user_len);
    pair[user_len] = ':';
    if (plain.len)
        memcpy(pair + user_len + 1, plain.data, plain.len);
    int made = EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)pair, (int)len);
    bool ok = secret_take(basic, text, (size_t)made, err);
    secret_wipe(pair, len);
    free(pair);
    free(text);
    return ok;
}
