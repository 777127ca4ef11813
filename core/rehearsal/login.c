/* Making and checking the remembered login. */
#include "core/rehearsal/login.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "core/base/secret.h"

#include "core/base/alloc.h"

enum { HASH_MAX = 160, HEX = 2 * 32 + 1, PASSWORD_MAX = 1024 };

static void sha256_hex(struct str text, char out[HEX])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    out[0] = '\0';
    if (EVP_Digest(text.data, text.len, sum, &size, EVP_sha256(), NULL) != 1)
        return;
    for (unsigned i = 0; i < 32; i++)
        snprintf(out + 2 * (size_t)i, 3, "%02x", sum[i]);
}

/* "$6$rounds=5000$salt$" of "$6$rounds=5000$salt$digest"; empty when it is no such hash. */
static struct str setting_of(struct str hash)
{
    struct str setting = hash;
    if (hash.len > HASH_MAX || !(str_starts(hash, STR("$5$")) || str_starts(hash, STR("$6$"))))
        return (struct str){"", 0};
    for (size_t i = 0; i < hash.len; i++)
        if (hash.data[i] <= ' ' || hash.data[i] > '~')
            return (struct str){"", 0};
    while (setting.data[setting.len - 1] != '$')
        setting.len--;
    return setting.len > 3 && setting.len < hash.len ? setting : (struct str){"", 0};
}

bool login_make(struct str user, struct str hash, char detail[WORLD_DETAIL], struct error *err)
{
    char digest[HEX];
    struct str setting = setting_of(hash);
    if (setting.len == 0)
        return error_set(err, ERROR_INPUT,
                         "The hash of the index's password is none that pypicloud can use: it has "
                         "to begin with $5$ or $6$.");
    if (user.len == 0 || str_find(user, STR(" ")) >= 0 || user.len + HASH_MAX + HEX > WORLD_DETAIL)
        return error_set(err, ERROR_INPUT, "The index's admin cannot have that name.");
    sha256_hex(hash, digest);
    snprintf(detail, WORLD_DETAIL, "%.*s %.*s %s", STR_ARG(user), STR_ARG(setting), digest);
    return true;
}

bool login_matches(const char *detail, struct str user, struct str password)
{
    char setting[HASH_MAX + 1], plain[PASSWORD_MAX], digest[HEX];
    struct str rest = str_of(detail), name, part;
    if (!str_cut(&rest, ' ', &name) || !str_cut(&rest, ' ', &part) || rest.len != HEX - 1 ||
        part.len == 0 || !str_copy(part, setting, sizeof setting) || !str_eq(name, user) ||
        password.len >= sizeof plain || memchr(password.data, '\0', password.len))
        return false;
    memcpy(plain, password.data, password.len);
    plain[password.len] = '\0';
    struct crypt_data *work = alloc_zeroed(1, sizeof *work);
    const char *hash = crypt_r(plain, setting, work);
    bool fits = false;
    if (hash && hash[0] != '*') {
        sha256_hex(str_of(hash), digest);
        fits = CRYPTO_memcmp(digest, rest.data, HEX - 1) == 0;
    }
    secret_wipe(work, sizeof *work);
    secret_wipe(plain, sizeof plain);
    free(work);
    return fits;
}
