/* The roles of the simulated account: who may have them, and by which keys they are known. Private
 * to the cloud's files. */
#ifndef CORE_REHEARSAL_CLOUD_ROLES_H
#define CORE_REHEARSAL_CLOUD_ROLES_H

#include "core/base/str.h"

struct cloud_role {
    const char *name;         /* as people name it: to STS, or to the access portal */
    const char *arn;          /* of the role; NULL: the portal alone gives it */
    const char *session, *id; /* ARN and id of whoever has it */
    const char *key, *secret, *token;
    const char *serial; /* of the MFA device whose digits it wants; NULL: none */
};

/* NULL when there is no such role. */
const struct cloud_role *cloud_role_by_key(struct str access_key_id);
const struct cloud_role *cloud_role_by_arn(struct str arn);     /* for AssumeRole */
const struct cloud_role *cloud_role_of_portal(struct str name); /* for IAM Identity Center */

#endif
