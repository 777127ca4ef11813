/* Which profile and which region are meant, in the order of the AWS CLI v2 (which botocore 1.x has
 * the other way round for AWS_PROFILE and knows no AWS_REGION). */
#include "core/aws/profiles.h"

#include "core/base/buf.h"

#include "core/base/alloc.h"

const char *profiles_env(const struct profiles *profiles, const char *name)
{
    const char *value = profiles->env(name);

    return value && *value ? value : NULL;
}

const struct profile *profiles_find(const struct profiles *profiles, const char *name)
{
    for (size_t i = 0; i < profiles->count; i++) {
        if (strcmp(profiles->items[i].name, name) == 0)
            return &profiles->items[i];
    }
    return NULL;
}

static const char *nearest(const struct profiles *profiles, const char *name)
{
    const char *best = NULL;
    unsigned least = 3;

    for (size_t i = 0; i < profiles->count; i++) {
        unsigned distance = str_distance(str_of(name), str_of(profiles->items[i].name));
        if (distance < least) {
            least = distance;
            best = profiles->items[i].name;
        }
    }
    return best;
}

/* [NAME] in the config file is the usual mistake: only [default] may stand there without a word. */
static bool unprefixed(const struct profiles *profiles, const char *name)
{
    size_t section;

    return ini_find(&profiles->config, str_of(name), &section);
}

static bool not_found(const struct profiles *profiles, const char *name, const char *origin,
                      struct error *err)
{
    struct buf shown = {0}, hint = {0};
    const char *near = nearest(profiles, name);

    buf_sanitised(&shown, str_of(name), false);
    error_set(err, ERROR_AUTH, "There is no profile %s%s in %s or %s.", buf_cstr(&shown), origin,
              profiles->config_shown, profiles->credentials_shown);
    if (unprefixed(profiles, name)) {
        buf_printf(&hint, "In %s the section must be called [profile %s].", profiles->config_shown,
                   buf_cstr(&shown));
    } else if (near) {
        buf_text(&hint, "Did you mean ");
        buf_sanitised(&hint, str_of(near), false);
        buf_text(&hint, "?");
    } else {
        buf_printf(&hint, "Add it with  aws configure --profile %s  or choose another one.",
                   buf_cstr(&shown));
    }
    error_hint(err, "%s", buf_cstr(&hint));
    buf_finish(&shown);
    buf_finish(&hint);
    return false;
}

bool profiles_choose(const struct profiles *profiles, const char *option,
                     struct profile_choice *choice, struct error *err)
{
    const char *origin = "";
    bool keys = profiles_env(profiles, "AWS_ACCESS_KEY_ID") != NULL;

    *choice = (struct profile_choice){.name = option && *option ? option : NULL};
    if (!choice->name) {
        choice->by = PROFILE_BY_ENVIRONMENT;
        origin = " (named by AWS_PROFILE)";
        choice->name = profiles_env(profiles, "AWS_PROFILE");
    }
    if (!choice->name) {
        origin = " (named by AWS_DEFAULT_PROFILE)";
        choice->name = profiles_env(profiles, "AWS_DEFAULT_PROFILE");
    }
    if (!choice->name) {
        choice->by = PROFILE_BY_DEFAULT;
        choice->name = "default";
    }
    choice->profile = profiles_find(profiles, choice->name);
    if (!choice->profile && choice->by != PROFILE_BY_DEFAULT)
        return not_found(profiles, choice->name, origin, err);
    choice->environment = keys && choice->by != PROFILE_BY_OPTION;
    choice->web_identity = !choice->environment && choice->by != PROFILE_BY_OPTION &&
                           (!choice->profile || choice->profile->kind != PROFILE_ROLE) &&
                           profiles_env(profiles, "AWS_WEB_IDENTITY_TOKEN_FILE");
    choice->keys_ignored = keys && choice->by == PROFILE_BY_OPTION;
    choice->keys_win =
        (choice->environment || choice->web_identity) && choice->profile &&
        (choice->by == PROFILE_BY_ENVIRONMENT || choice->profile->kind != PROFILE_NONE);
    return true;
}

const char *profile_choice_note(const struct profile_choice *choice)
{
    if (choice->keys_win)
        return choice->environment
                   ? "AWS_ACCESS_KEY_ID is set: the environment wins over the profile."
                   : "AWS_WEB_IDENTITY_TOKEN_FILE is set: its role wins over the profile.";
    return choice->keys_ignored ? "The keys in the environment are ignored: a profile was named."
                                : NULL;
}

const char *profiles_region(const struct profiles *profiles, const struct profile *profile,
                            const char *option)
{
    const char *region = option && *option ? option : NULL;

    if (!region)
        region = profiles_env(profiles, "AWS_REGION");
    if (!region)
        region = profiles_env(profiles, "AWS_DEFAULT_REGION");
    return region ? region : profile ? profile->region : NULL;
}
