/* Three roles: one as it is, one that wants digits, and one of IAM Identity Center. None of these
 * keys opens anything. */
#include "core/rehearsal/cloud_roles.h"

#include "core/rehearsal/cloud.h"

#include "core/base/alloc.h"

#define ROLE    "arn:aws:iam::" WORLD_ACCOUNT ":role/"
#define SESSION "arn:aws:sts::" WORLD_ACCOUNT ":assumed-role/"

static const struct cloud_role roles[] = {
    {.name = CLOUD_ROLE,
     .arn = ROLE CLOUD_ROLE,
     .session = SESSION CLOUD_ROLE "/rehearsal",
     .id = "AROAREHEARSAL0000001:rehearsal",
     .key = CLOUD_ROLE_ACCESS_KEY,
     .secret = CLOUD_ROLE_SECRET_KEY,
     .token = CLOUD_ROLE_TOKEN},
    {.name = CLOUD_MFA_ROLE,
     .arn = ROLE CLOUD_MFA_ROLE,
     .session = SESSION CLOUD_MFA_ROLE "/rehearsal",
     .id = "AROAREHEARSAL0000002:rehearsal",
     .key = "ASIAREHEARSAL000002",
     .secret = "rehearsal/none-of-this-is-a-secret/role2",
     .token = "rehearsal/session/of/the/role/with/digits",
     .serial = CLOUD_MFA_SERIAL},
    {.name = CLOUD_PORTAL_ROLE,
     .session = SESSION "AWSReservedSSO_" CLOUD_PORTAL_ROLE "_0123456789abcdef/" WORLD_USER,
     .id = "AROAREHEARSAL0000003:" WORLD_USER,
     .key = "ASIAREHEARSAL000003",
     .secret = "rehearsal/none-of-this-is-a-secret/role3",
     .token = "rehearsal/session/of/the/identity/center"},
};

enum { ROLES = sizeof roles / sizeof *roles };

const struct cloud_role *cloud_role_by_key(struct str access_key_id)
{
    for (size_t i = 0; i < ROLES; i++)
        if (str_is(access_key_id, roles[i].key))
            return &roles[i];
    return NULL;
}

const struct cloud_role *cloud_role_by_arn(struct str arn)
{
    for (size_t i = 0; i < ROLES; i++)
        if (roles[i].arn && str_is(arn, roles[i].arn))
            return &roles[i];
    return NULL;
}

const struct cloud_role *cloud_role_of_portal(struct str name)
{
    for (size_t i = 0; i < ROLES; i++)
        if (!roles[i].arn && str_is(name, roles[i].name))
            return &roles[i];
    return NULL;
}
