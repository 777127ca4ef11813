/* Hashes that passlib made, and what it would not take. */
#include "core/index/password.h"

#include <criterion/criterion.h>

#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(password, .fini = no_leaks);

static struct secret plain, hash;

static void set(struct secret *secret, const char *text)
{
    cr_assert(secret_set(secret, str_of(text), NULL));
}

static void forget(void)
{
    secret_finish(&plain);
    secret_finish(&hash);
}

/* Of "correct horse", by passlib 1.7.4, openssl passwd -6 and crypt(3). */
static const char *const good[] = {
    "$6$rounds=1000$saltSALT./09$l8zo25izjO6uNyUPYb.Mgkna9OeOKyeDC.d6h1L55kZ.i4Vu0C17zuq3gf2h3w/5g/"
    "ysT7604m2Bvj9orG/Ik0",
    "$5$rounds=1000$ab$iRn4.4LbFoJQhemV.MJmHJsllJAlUSS4A6yRAohNLp6",
    "$pbkdf2-sha512$100$MDEyMzQ1Njc4OWFiY2RlZg$/"
    "yFakMlDl2xIXcbIvCmwQ3f5b.vB2Ui5t7qa6qg93Z6NvAdTkzlGNgvVQDGF.H9HWKVKWQEKRd6jq7U5b.vBag",
    "$pbkdf2-sha256$100$eHl6$yXNM0VA1bCH/OiRUvSbW6E3t9mJ04JRRZWdJLL.K2FE",
    "$6$plain$p9Ho3KExtvnKgcbD1j1985hxK97krj97ylYipFqZ1pZ2v75jHXd14bc6RCGJSe6/"
    "EH0rKXdULCzzalWhy6kwb.",
    "$6$abc$dv7vAygfDghQeO8lNAuLv4y4HAQXw9d6a14dcjFGfTijFc0S6MgzM7g53hZv6MaGDXhNpGxhpXakWuTlqHtzn.",
    "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
};

Test(password, fits_the_hashes_of_others)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        set(&hash, good[i]);
        cr_assert(password_hash_check(&hash, NULL), "%s", good[i]);
        set(&plain, "correct horse");
        cr_assert_eq(password_fits(&plain, &hash), PASSWORD_FITS, "%s", good[i]);
        set(&plain, "correct hors");
        cr_assert_eq(password_fits(&plain, &hash), PASSWORD_DIFFERS, "%s", good[i]);
    }
    forget();
}

Test(password, refuses_every_cut_hash)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        for (size_t len = 0; len < strlen(good[i]); len++) {
            struct error err = {.kind = ERROR_NONE};
            cr_assert(secret_set(&hash, (struct str){good[i], len}, NULL));
            cr_assert(!password_hash_check(&hash, &err), "%.*s", (int)len, good[i]);
            cr_assert_eq(err.kind, ERROR_INPUT);
        }
    }
    forget();
}

Test(password, refuses_what_pypicloud_does_not_know)
{
    static const char *const bad[] = {
        "opensesame",
        "=20500/x",
        "$1$abc$BXBqpb9BZcZhXLgbee.0s/",
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ",
        "$6$rounds=999$a$"
        "dv7vAygfDghQeO8lNAuLv4y4HAQXw9d6a14dcjFGfTijFc0S6MgzM7g53hZv6MaGDXhNpGxhpXakWuTlqHtzn.",
        "$6$a\n$"
        "dv7vAygfDghQeO8lNAuLv4y4HAQXw9d6a14dcjFGfTijFc0S6MgzM7g53hZv6MaGDXhNpGxhpXakWuTlqHtzn.",
        "$2b$03$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err;
        set(&hash, bad[i]);
        cr_assert(!password_hash_check(&hash, &err), "%s", bad[i]);
        cr_assert(!strstr(err.text, bad[i]) && err.hint[0], "says what to do, and not the text");
        set(&plain, "opensesame");
        cr_assert_eq(password_fits(&plain, &hash), PASSWORD_UNKNOWN);
    }
    forget();
}

Test(password, makes_hashes_that_fit_and_differ)
{
    struct secret other = {.data = NULL};
    set(&plain, "pässword with % and : and 'quotes'");
    cr_assert(password_hash(&plain, &hash, NULL));
    cr_assert(password_hash(&plain, &other, NULL));
    cr_assert(!secret_eq(&hash, &other), "each has its own salt");
    cr_assert(password_hash_check(&hash, NULL));
    cr_assert(str_starts((struct str){hash.data, hash.len}, STR("$6$rounds=20500$")));
    cr_assert_eq(password_fits(&plain, &hash), PASSWORD_FITS);
    cr_assert_eq(password_fits(&plain, &other), PASSWORD_FITS);
    secret_finish(&other);
    forget();
}

Test(password, refuses_to_hash_nothing)
{
    cr_assert(!password_hash(&plain, &hash, NULL));
    cr_assert(secret_set(&plain, (struct str){"a\0b", 3}, NULL));
    cr_assert(!password_hash(&plain, &hash, NULL), "crypt(3) would see only its beginning");
    forget();
}

Test(password, generates_what_can_stand_anywhere)
{
    struct secret other = {.data = NULL};
    for (int i = 0; i < 200; i++) {
        cr_assert(password_generate(&plain, NULL) && password_generate(&other, NULL));
        cr_assert_eq(plain.len, PASSWORD_GENERATED);
        cr_assert(!secret_eq(&plain, &other));
        cr_assert_eq(
            strspn(plain.data, "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
            PASSWORD_GENERATED);
    }
    secret_finish(&other);
    forget();
}

Test(password, becomes_a_login)
{
    set(&plain, "open sesame");
    cr_assert(password_basic("Aladdin", &plain, &hash, NULL));
    cr_assert_str_eq(hash.data, "QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "the example of RFC 7617");
    cr_assert(!password_basic("a:b", &plain, &hash, NULL));
    cr_assert(!password_basic("", &plain, &hash, NULL));
    forget();
}
