/* The rehearsed hub: JupyterHub's pages with the NativeAuthenticator, as far as a claim and people
 * need them. Its users rest in the world as hub_user, detail "NAME SALT SHA256 admin|waiting".
 * https://github.com/jupyterhub/nativeauthenticator */
#ifndef CORE_REHEARSAL_HUB_H
#define CORE_REHEARSAL_HUB_H

#include "core/rehearsal/cloud.h"

void hub_answer(const struct request *request, const struct cloud *cloud,
                struct cloud_reply *reply);

#endif
