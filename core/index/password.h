/* The password of the index: made up, hashed as pypicloud wants it, compared with a hash, and put
 * into the form that a login has. The only file here that looks at it, beside pypirc_text.c.
 * https://passlib.readthedocs.io/en/stable/modular_crypt_format.html */
#ifndef CORE_INDEX_PASSWORD_H
#define CORE_INDEX_PASSWORD_H

#include "core/base/secret.h"

enum { PASSWORD_GENERATED = 20 };

/* 20 letters and digits, none of which looks like another: safe in .pypirc, URLs and shells. */
bool password_generate(struct secret *password, struct error *err);

/* sha512-crypt with a random salt: "$6$rounds=20500$…", as pypicloud's own tool makes it. Refuses
 * an empty password and one with a NUL byte. Takes some 10 ms. */
bool password_hash(const struct secret *password, struct secret *hash, struct error *err);

/* Whether pypicloud can check logins against this text: $6$, $5$, $2a$ $2b$ $2y$ or $pbkdf2-sha…$,
 * whole. False with what is wrong about it; never quotes it. */
bool password_hash_check(const struct secret *hash, struct error *err);

enum password_fit { PASSWORD_FITS, PASSWORD_DIFFERS, PASSWORD_UNKNOWN };
/* UNKNOWN: this machine cannot compute hashes of that kind, or it is none. */
enum password_fit password_fits(const struct secret *password, const struct secret *hash);

/* What stands behind "Basic " in a login (RFC 7617). A colon in the name is refused. */
bool password_basic(const char *user, const struct secret *password, struct secret *basic,
                    struct error *err);

#endif
