/* Adds a profile to the AWS files, as `aws configure` and `aws configure sso` place it: keys in the
 * credentials file, everything else in the config file. Every other byte stays. What may be typed
 * is judged here, for forms; nobody is asked over the network.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html */
#ifndef CORE_AWS_PROFILES_ADD_H
#define CORE_AWS_PROFILES_ADD_H

#include "core/aws/profiles.h"
#include "core/base/secret.h"

enum profile_new_kind { PROFILE_NEW_KEYS, PROFILE_NEW_ROLE, PROFILE_NEW_SSO };

enum profile_field {
    PROFILE_FIELD_NAME,
    PROFILE_FIELD_REGION,
    PROFILE_FIELD_KEY_ID,
    PROFILE_FIELD_ROLE_ARN,
    PROFILE_FIELD_SOURCE,
    PROFILE_FIELD_EXTERNAL_ID,
    PROFILE_FIELD_MFA,
    PROFILE_FIELD_SSO_SESSION,
    PROFILE_FIELD_SSO_URL,
    PROFILE_FIELD_SSO_REGION,
    PROFILE_FIELD_SSO_ACCOUNT,
    PROFILE_FIELD_SSO_ROLE,
    PROFILE_FIELDS,
    /* these two are secrets and stand beside the texts */
    PROFILE_FIELD_SECRET = PROFILE_FIELDS,
    PROFILE_FIELD_TOKEN,
    PROFILE_FIELDS_ALL,
};

#define PROFILE_TEXT 512

/* Blanks and line ends at both ends of a text do not count: that is how keys are pasted. */
struct profile_new {
    enum profile_new_kind kind;
    bool replace; /* the keys of the profile that has this name already */
    char text[PROFILE_FIELDS][PROFILE_TEXT];
    struct secret secret, token;
};

void profile_new_finish(struct profile_new *new); /* wipes; idempotent; zeroed is fine */

/* Whether a profile of this kind has the field at all. */
bool profile_field_asked(enum profile_new_kind kind, enum profile_field field);

/* NULL, or the sentence that says what is wrong with a field. */
const char *profile_new_judge(const struct profile_new *new, enum profile_field field,
                              const struct profiles *profiles);

/* The profile that has this name already; NULL. */
const struct profile *profile_new_twin(const struct profile_new *new,
                                       const struct profiles *profiles);

/* Whether its keys can be replaced where they stand: it has keys in the credentials file, or no
 * credentials at all. */
bool profile_keys_replaceable(const struct profiles *profiles, const struct profile *profile);

/* Names that terraform finds as well as the AWS CLI does. */
bool profile_name_is_plain(const char *name);

/* Writes it to the files that `profiles` was read from: under a lock, atomic, 0600 or stricter,
 * through symbolic links, directories made 0700. ERROR_INPUT for what profile_new_judge complains
 * about, for files that cannot be parsed, and when somebody else has added the name meanwhile.
 * Either both files say it or neither. `profiles` is to be read anew afterwards. */
bool profiles_add(const struct profiles *profiles, const struct profile_new *new,
                  struct error *err);

#endif
