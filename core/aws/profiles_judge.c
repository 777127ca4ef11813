/* What may be typed for a new profile; see profiles_add.h. */
#include "core/aws/profiles_add.h"

#include <ctype.h>

#include "core/aws/region.h"

#include "core/base/alloc.h"

static struct str text_of(const struct profile_new *new, enum profile_field field)
{
    return str_trim(str_of(new->text[field]));
}

/* A copy that ends with NUL. */
static const char *copied(struct str text, char out[PROFILE_TEXT])
{
    str_copy(text, out, PROFILE_TEXT);
    return out;
}

static bool holds_only(struct str text, const char *more)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0x80 || (!isalnum(c) && !strchr(more, c)))
            return false;
    }
    return true;
}

static bool printable(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
            return false;
    return str_is_utf8(text);
}

bool profile_name_is_plain(const char *name)
{
    return holds_only(str_of(name), "_-.@+/:,=");
}

/* ---- the name ---- */

const struct profile *profile_new_twin(const struct profile_new *new,
                                       const struct profiles *profiles)
{
    char name[PROFILE_TEXT];
    return profiles_find(profiles, copied(text_of(new, PROFILE_FIELD_NAME), name));
}

bool profile_keys_replaceable(const struct profiles *profiles, const struct profile *profile)
{
    size_t section = profile->credentials_section;
    if (profile->kind == PROFILE_NONE)
        return !profile_get(profiles, profile, "aws_secret_access_key") &&
               !profile_get(profiles, profile, "login_session");
    return (profile->kind == PROFILE_STATIC || profile->kind == PROFILE_SESSION) &&
           section != PROFILE_NO_SECTION &&
           ini_get(&profiles->credentials, section, "aws_access_key_id");
}

static const char *judge_name(const struct profile_new *new, const struct profiles *profiles)
{
    struct str name = text_of(new, PROFILE_FIELD_NAME);
    const struct profile *twin = profile_new_twin(new, profiles);
    if (name.len == 0)
        return "Give the profile a name, such as kube_admin.";
    if (name.len > 100)
        return "That is longer than a name should be.";
    if (str_is(name, "DEFAULT"))
        return "[DEFAULT] is not a profile in these files: write default.";
    if (!printable(name) || memchr(name.data, '[', name.len) || memchr(name.data, ']', name.len))
        return "A name cannot hold brackets or control characters.";
    if (!twin)
        return NULL;
    if (new->kind != PROFILE_NEW_KEYS || !profile_keys_replaceable(profiles, twin))
        return "There is a profile of that name already: choose another one.";
    return new->replace ? NULL
                        : "There is a profile of that name already: rename this one, or replace "
                          "its keys.";
}

/* ---- keys ---- */

static const char *judge_key_id(const struct profile_new *new, const struct profiles *profiles)
{
    struct str id = text_of(new, PROFILE_FIELD_KEY_ID);
    (void)profiles;
    if (id.len == 0)
        return "Paste the access key ID: it begins with AKIA or ASIA.";
    if (!str_starts(id, STR("AKIA")) && !str_starts(id, STR("ASIA")))
        return "An access key ID begins with AKIA, or with ASIA if it ends with the day.";
    if (!holds_only(id, "") || id.len < 16 || id.len > 128)
        return "An access key ID is 20 capital letters and digits.";
    for (size_t i = 0; i < id.len; i++)
        if (islower((unsigned char)id.data[i]))
            return "An access key ID is 20 capital letters and digits.";
    return NULL;
}

static bool has_blank(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] <= ' ' || (unsigned char)text.data[i] >= 0x7f)
            return true;
    return false;
}

static const char *judge_secret(const struct profile_new *new, const struct profiles *profiles)
{
    struct str secret = str_trim(secret_expose(&new->secret));
    (void)profiles;
    if (secret.len == 0)
        return "Paste the secret access key that belongs to the ID.";
    if (has_blank(secret))
        return "A secret access key has no blanks in it: was something else pasted with it?";
    if (secret.len != 40)
        return "A secret access key has 40 characters.";
    return NULL;
}

static const char *judge_token(const struct profile_new *new, const struct profiles *profiles)
{
    struct str token = str_trim(secret_expose(&new->token));
    (void)profiles;
    bool temporary = str_starts(text_of(new, PROFILE_FIELD_KEY_ID), STR("ASIA"));
    if (token.len == 0)
        return temporary ? "A key that begins with ASIA works only with its session token." : NULL;
    if (has_blank(token))
        return "A session token has no blanks in it: paste it as one line.";
    return temporary ? NULL : "A key that begins with AKIA has no session token.";
}

/* ---- a role ---- */

static bool is_account(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isdigit((unsigned char)text.data[i]))
            return false;
    return text.len == 12;
}

/* arn:PARTITION:iam::ACCOUNT:TYPE/NAME */
static bool is_iam_arn(struct str arn, const char *type)
{
    struct str part;
    bool ok = str_cut(&arn, ':', &part) && str_is(part, "arn");
    ok = ok && str_cut(&arn, ':', &part) && str_starts(part, STR("aws")) && holds_only(part, "-");
    ok = ok && str_cut(&arn, ':', &part) && str_is(part, "iam");
    ok = ok && str_cut(&arn, ':', &part) && part.len == 0;
    ok = ok && str_cut(&arn, ':', &part) && is_account(part);
    ok = ok && str_cut(&arn, '/', &part) && str_is(part, type);
    return ok && arn.len > 0 && holds_only(arn, "/_+=,.@-") && arn.data[arn.len - 1] != '/';
}

static const char *judge_role(const struct profile_new *new, const struct profiles *profiles)
{
    (void)profiles;
    return is_iam_arn(text_of(new, PROFILE_FIELD_ROLE_ARN), "role")
               ? NULL
               : "Write it as in arn:aws:iam::123456789012:role/admin";
}

static const char *judge_source(const struct profile_new *new, const struct profiles *profiles)
{
    char name[PROFILE_TEXT];
    copied(text_of(new, PROFILE_FIELD_SOURCE), name);
    if (!name[0])
        return "Choose the profile whose keys may assume the role.";
    if (str_is(text_of(new, PROFILE_FIELD_NAME), name))
        return "A role cannot be assumed with the keys of itself.";
    if (!profiles_find(profiles, name))
        return "There is no profile of that name.";
    return NULL;
}

static const char *judge_external_id(const struct profile_new *new, const struct profiles *profiles)
{
    struct str id = text_of(new, PROFILE_FIELD_EXTERNAL_ID);
    (void)profiles;
    if (id.len == 0 || (id.len > 1 && id.len <= 256 && holds_only(id, "_+=,.@:/-")))
        return NULL;
    return "An external ID is 2 to 256 letters, digits and any of _ + = , . @ : / -";
}

static const char *judge_mfa(const struct profile_new *new, const struct profiles *profiles)
{
    struct str serial = text_of(new, PROFILE_FIELD_MFA);
    (void)profiles;
    if (serial.len == 0 || is_iam_arn(serial, "mfa") ||
        (serial.len >= 9 && serial.len <= 256 && holds_only(serial, "-")))
        return NULL;
    return "Write it as in arn:aws:iam::123456789012:mfa/ada, or the number of the device.";
}

/* ---- IAM Identity Center ---- */

static const struct ini_option *of_session(const struct profile_new *new,
                                           const struct profiles *profiles, const char *key)
{
    char name[PROFILE_TEXT];
    copied(text_of(new, PROFILE_FIELD_SSO_SESSION), name);
    return profiles_section_get(profiles, "sso-session", name, key);
}

static const char *judge_session(const struct profile_new *new, const struct profiles *profiles)
{
    struct str name = text_of(new, PROFILE_FIELD_SSO_SESSION);
    (void)profiles;
    if (name.len == 0)
        return "Give the sign-in a name, such as corp: other profiles may share it.";
    return holds_only(name, "_-.@+") && name.len <= 100
               ? NULL
               : "Use letters, digits and any of _ - . @ + for the name of the sign-in.";
}

static const char *judge_url(const struct profile_new *new, const struct profiles *profiles)
{
    struct str url = text_of(new, PROFILE_FIELD_SSO_URL), host = str_skip(url, 8);
    const struct ini_option *there = of_session(new, profiles, "sso_start_url");
    if (!str_starts(url, STR("https://")) || host.len == 0 || host.data[0] == '/' ||
        !holds_only(host, "-._~/#?=&:%"))
        return "Write the start URL as in https://corp.awsapps.com/start";
    return there && !str_eq(there->value, url)
               ? "The sign-in of that name is there already, with another start URL."
               : NULL;
}

static const char *judge_host_label(struct str text)
{
    char region[PROFILE_TEXT];
    return region_is_valid(copied(text, region)) ? NULL : "Write the region as in us-east-2.";
}

static const char *judge_region(const struct profile_new *new, const struct profiles *profiles)
{
    struct str region = text_of(new, PROFILE_FIELD_REGION);
    (void)profiles;
    return region.len == 0 ? NULL : judge_host_label(region);
}

static const char *judge_sso_region(const struct profile_new *new, const struct profiles *profiles)
{
    struct str region = text_of(new, PROFILE_FIELD_SSO_REGION);
    const struct ini_option *there = of_session(new, profiles, "sso_region");
    if (there && region.len > 0 && !str_eq(there->value, region))
        return "The sign-in of that name is there already, in another region.";
    return region.len == 0 ? "Name the region in which IAM Identity Center is."
                           : judge_host_label(region);
}

static const char *judge_account(const struct profile_new *new, const struct profiles *profiles)
{
    (void)profiles;
    return is_account(text_of(new, PROFILE_FIELD_SSO_ACCOUNT)) ? NULL : "An account is 12 digits.";
}

static const char *judge_sso_role(const struct profile_new *new, const struct profiles *profiles)
{
    struct str name = text_of(new, PROFILE_FIELD_SSO_ROLE);
    (void)profiles;
    return name.len > 0 && name.len <= 64 && holds_only(name, "_+=,.@-")
               ? NULL
               : "Name the permission set, such as AdministratorAccess.";
}

/* ---- all fields ---- */

enum { KEYS = 1 << PROFILE_NEW_KEYS, ROLE = 1 << PROFILE_NEW_ROLE, SSO = 1 << PROFILE_NEW_SSO };

static const struct {
    unsigned kinds; /* that have the field */
    const char *(*judge)(const struct profile_new *new, const struct profiles *profiles);
} fields[PROFILE_FIELDS_ALL] = {
    [PROFILE_FIELD_NAME] = {KEYS | ROLE | SSO, judge_name},
    [PROFILE_FIELD_REGION] = {KEYS | ROLE | SSO, judge_region},
    [PROFILE_FIELD_KEY_ID] = {KEYS, judge_key_id},
    [PROFILE_FIELD_SECRET] = {KEYS, judge_secret},
    [PROFILE_FIELD_TOKEN] = {KEYS, judge_token},
    [PROFILE_FIELD_ROLE_ARN] = {ROLE, judge_role},
    [PROFILE_FIELD_SOURCE] = {ROLE, judge_source},
    [PROFILE_FIELD_EXTERNAL_ID] = {ROLE, judge_external_id},
    [PROFILE_FIELD_MFA] = {ROLE, judge_mfa},
    [PROFILE_FIELD_SSO_SESSION] = {SSO, judge_session},
    [PROFILE_FIELD_SSO_URL] = {SSO, judge_url},
    [PROFILE_FIELD_SSO_REGION] = {SSO, judge_sso_region},
    [PROFILE_FIELD_SSO_ACCOUNT] = {SSO, judge_account},
    [PROFILE_FIELD_SSO_ROLE] = {SSO, judge_sso_role},
};

bool profile_field_asked(enum profile_new_kind kind, enum profile_field field)
{
    return (fields[field].kinds & 1u << kind) != 0;
}

const char *profile_new_judge(const struct profile_new *new, enum profile_field field,
                              const struct profiles *profiles)
{
    return profile_field_asked(new->kind, field) ? fields[field].judge(new, profiles) : NULL;
}
