/* The login of the rehearsed index, as the world remembers it: "USER SETTING SHA256", where SETTING
 * is how the password was hashed ("$6$rounds=5000$salt$") and SHA256 the digest of the whole hash.
 * A password can be checked against it, and the hash stands nowhere. */
#ifndef CORE_REHEARSAL_LOGIN_H
#define CORE_REHEARSAL_LOGIN_H

#include "core/rehearsal/world.h"

#define LOGIN_TYPE    "pypi_login" /* the thing's type in the world */
#define LOGIN_ADDRESS "pypi_login.admin"

/* From a SHA-crypt hash ("$5$…", "$6$…", https://www.akkadia.org/drepper/SHA-crypt.txt). False with
 * a sentence for anything else. */
bool login_make(struct str user, struct str hash, char detail[WORLD_DETAIL], struct error *err);

/* Whether that user logs in with that password. Takes as long as one hash of that setting. */
bool login_matches(const char *detail, struct str user, struct str password);

#endif
