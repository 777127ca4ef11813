/* The aliases of accounts, as far as this machine has heard them: STATE_DIR/accounts, a line each.
 * So that a list can name accounts before anybody asks AWS. */
#ifndef CORE_SESSION_ALIASES_H
#define CORE_SESSION_ALIASES_H

#include "core/base/error.h"

enum { ALIAS_MAX = 64 };

/* "" when it was never heard. */
void alias_of(const char *state_dir, const char *account, char out[ALIAS_MAX]);

/* The last word holds; what cannot be kept is not missed. */
void alias_remember(const char *state_dir, const char *account, const char *alias);

#endif
