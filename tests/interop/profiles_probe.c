/* Adds a profile as the form does, for tests/interop/profiles.sh, which has the AWS CLI read it.
 * HOME and the environment say which files; the texts come by the names of their fields.
 * usage: profiles-probe keys|role|sso FIELD=TEXT... */
#include <stdio.h>
#include <stdlib.h>

#include "core/aws/profiles_add.h"

#include "core/base/alloc.h"

static const char *const names[PROFILE_FIELDS_ALL] = {
    [PROFILE_FIELD_NAME] = "name",
    [PROFILE_FIELD_REGION] = "region",
    [PROFILE_FIELD_KEY_ID] = "key-id",
    [PROFILE_FIELD_ROLE_ARN] = "role-arn",
    [PROFILE_FIELD_SOURCE] = "source",
    [PROFILE_FIELD_EXTERNAL_ID] = "external-id",
    [PROFILE_FIELD_MFA] = "mfa",
    [PROFILE_FIELD_SSO_SESSION] = "sso-session",
    [PROFILE_FIELD_SSO_URL] = "sso-url",
    [PROFILE_FIELD_SSO_REGION] = "sso-region",
    [PROFILE_FIELD_SSO_ACCOUNT] = "sso-account",
    [PROFILE_FIELD_SSO_ROLE] = "sso-role",
    [PROFILE_FIELD_SECRET] = "secret",
    [PROFILE_FIELD_TOKEN] = "token",
};

static const char *environment(const char *name)
{
    return getenv(name);
}

static bool take(struct profile_new *new, struct str word, struct error *err)
{
    struct str name;
    str_cut(&word, '=', &name);
    for (int i = 0; i < PROFILE_FIELDS_ALL; i++) {
        if (!str_is(name, names[i]))
            continue;
        if (i < PROFILE_FIELDS)
            return str_copy(word, new->text[i], PROFILE_TEXT);
        return secret_set(i == PROFILE_FIELD_SECRET ? &new->secret : &new->token, word, err);
    }
    return error_set(err, ERROR_INPUT, "There is no field %.*s.", STR_ARG(name));
}

int main(int argc, char **argv)
{
    struct profiles profiles = {.items = NULL};
    struct profile_new new = {.kind = PROFILE_NEW_KEYS};
    struct error err = {.kind = ERROR_NONE};
    struct str kind = argc > 1 ? str_of(argv[1]) : STR("");
    if (str_is(kind, "role"))
        new.kind = PROFILE_NEW_ROLE;
    else if (str_is(kind, "sso"))
        new.kind = PROFILE_NEW_SSO;
    bool ok = profiles_load(&profiles, getenv("HOME"), environment, &err);
    for (int i = 2; ok && i < argc; i++)
        ok = take(&new, str_of(argv[i]), &err);
    ok = ok && profiles_add(&profiles, &new, &err);
    if (!ok)
        printf("%s\n", err.text);
    profile_new_finish(&new);
    profiles_finish(&profiles);
    return ok ? 0 : 1;
}
