/* Who has signed up at the rehearsed hub. Private to the hub. */
#ifndef CORE_REHEARSAL_HUB_USERS_H
#define CORE_REHEARSAL_HUB_USERS_H

#include "core/rehearsal/cloud.h"

enum { HUB_NAME = 64 };

/* JupyterHub's own rule: lower case. False for a name that cannot be one. */
bool hub_name(struct str text, char out[HUB_NAME]);

/* Before every request: under the fault hub-claimed somebody signs up as admin, once. */
void hub_users_begin(const struct cloud *cloud);

/* The name that the answers chose for the admin; "admin" until a hub was made. */
bool hub_user_is_admin(const struct cloud *cloud, const char *name);

bool hub_user_exists(const struct cloud *cloud, const char *name);
bool hub_user_is_authorised(const struct cloud *cloud, const char *name);
bool hub_user_matches(const struct cloud *cloud, const char *name, struct str password);

/* Signs the user up; the admin is authorised at once. */
bool hub_user_create(const struct cloud *cloud, const char *name, struct str password,
                     struct error *err);

/* The cookie that says who is logged in; the same in every process. `out` has 160 bytes. */
void hub_cookie(const struct cloud *cloud, const char *name, char out[160]);
/* Whose cookie it is; false for nobody's. */
bool hub_cookie_owner(const struct cloud *cloud, struct str cookie, char name[HUB_NAME]);

#endif
