/* From a choice to the steps that give its keys; see plan.h. */
#include "core/aws/plan.h"

#include <stdarg.h>

#include "core/aws/endpoint.h"
#include "core/aws/shlex.h"
#include "core/base/buf.h"

#include "core/base/alloc.h"

static void push(struct creds_plan *plan, enum creds_step_kind kind, const struct profile *profile)
{
    alloc_room(&plan->steps, plan->count, &plan->capacity, sizeof *plan->steps);
    plan->steps[plan->count++] = (struct creds_step){.kind = kind, .profile = profile};
}

void creds_plan_finish(struct creds_plan *plan)
{
    free(plan->steps);
    *plan = (struct creds_plan){0};
}

/* "Profile NAME …": a sentence with words of the files in it, and what to do. */
static bool __attribute__((format(printf, 4, 5)))
wrong(const struct profile *profile, struct error *err, const char *hint, const char *format, ...)
{
    struct buf text = {0};
    char rest[512];
    va_list args;

    va_start(args, format);
    vsnprintf(rest, sizeof rest, format, args);
    va_end(args);
    buf_text(&text, "Profile ");
    buf_sanitised(&text, str_of(profile->name), false);
    buf_byte(&text, ' ');
    buf_sanitised(&text, str_of(rest), false);
    error_set(err, ERROR_AUTH, "%s", buf_cstr(&text));
    buf_finish(&text);
    return error_hint(err, "%s", hint);
}

/* ---- the first step ---- */

const char *web_identity_setting(const struct profiles *profiles, const struct profile *profile,
                                 const char *variable, const char *key)
{
    return profile ? profile_get(profiles, profile, key) : profiles_env(profiles, variable);
}

static bool plan_web_identity(struct creds_plan *plan, const struct profiles *profiles,
                              const struct profile *profile, struct error *err)
{
    push(plan, CREDS_STEP_WEB_IDENTITY, profile);
    if (web_identity_setting(profiles, profile, "AWS_ROLE_ARN", "role_arn"))
        return true;
    if (profile)
        return wrong(profile, err, "Add role_arn = arn:aws:iam::…:role/… to it.",
                     "has a web_identity_token_file but no role_arn.");
    error_set(err, ERROR_AUTH, "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not.");
    return error_hint(err, "Set AWS_ROLE_ARN to the role that the token is for.");
}

/* What a profile says must not differ from what its sso-session says. */
static bool sso_value(const struct profiles *p, const struct profile *profile,
                      const struct sso_settings *sso, const char *key, const char **out,
                      struct error *err)
{
    const char *own = profile_get(p, profile, key);
    const struct ini_option *theirs =
        sso->session ? profiles_section_get(p, "sso-session", sso->session, key) : NULL;

    *out = theirs && theirs->value.len > 0 ? theirs->value.data : own;
    if (own && strcmp(own, *out) != 0)
        return wrong(profile, err, "Delete the line in the profile.",
                     "and its sso-session %s say different things for %s.", sso->session, key);
    if (*out)
        return true;
    return wrong(profile, err, "Run  aws configure sso  to complete it.",
                 "is to sign in at IAM Identity Center, but %s is missing.", key);
}

bool sso_settings_read(struct sso_settings *out, const struct profiles *profiles,
                       const struct profile *profile, struct error *err)
{
    *out = (struct sso_settings){.session = profile_get(profiles, profile, "sso_session")};
    if (out->session && !profiles_has_section(profiles, "sso-session", out->session))
        return wrong(profile, err, "Add the section, or run  aws configure sso.",
                     "names the sso-session %s, but there is no [sso-session %s] in %s.",
                     out->session, out->session, profiles->config_shown);
    return sso_value(profiles, profile, out, "sso_account_id", &out->account, err) &&
           sso_value(profiles, profile, out, "sso_role_name", &out->role, err) &&
           sso_value(profiles, profile, out, "sso_start_url", &out->start_url, err) &&
           sso_value(profiles, profile, out, "sso_region", &out->region, err);
}

static bool metadata_is_off(const struct profiles *profiles)
{
    return aws_flag(profiles_env(profiles, "AWS_EC2_METADATA_DISABLED"));
}

static bool container_is_there(const struct profiles *profiles)
{
    return profiles_env(profiles, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
           profiles_env(profiles, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

/* Where keys may come from when no file has any. */
static bool plan_surroundings(struct creds_plan *plan, const struct profiles *profiles,
                              const struct profile *profile, struct error *err)
{
    if (profile && profile->error)
        return creds_none(profiles, profile, err);
    if (container_is_there(profiles))
        push(plan, CREDS_STEP_CONTAINER, profile);
    else if (!metadata_is_off(profiles))
        push(plan, CREDS_STEP_MACHINE, profile);
    else
        return creds_none(profiles, profile, err);
    return true;
}

/* ---- roles ---- */

static bool has_keys(const struct profiles *profiles, const struct profile *profile)
{
    return profile_get(profiles, profile, "aws_access_key_id") &&
           profile_get(profiles, profile, "aws_secret_access_key");
}

static bool was_visited(const struct creds_plan *plan, const struct profile *profile)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].kind == CREDS_STEP_ROLE && plan->steps[i].profile == profile)
            return true;
    return false;
}

static bool loop_named(const struct creds_plan *plan, const struct profile *again,
                       struct error *err)
{
    struct buf way = {0};
    const char *name = again->name;
    bool within = false;

    buf_init(&way, 400);
    for (size_t i = 0; i < plan->count; i++) {
        within = within || plan->steps[i].profile == again;
        if (within && plan->steps[i].profile)
            buf_printf(&way, "%s → ", plan->steps[i].profile->name);
    }
    wrong(again, err, "Let one of them name a source_profile that has keys of its own.",
          "is its own source_profile: %s%s.", buf_cstr(&way), name);
    buf_finish(&way);
    return false;
}

/* Where the keys for a role come from that names no profile. */
static bool plan_credential_source(struct creds_plan *plan, const struct profiles *profiles,
                                   const struct profile *profile, const char *source,
                                   struct error *err)
{
    if (strcmp(source, "Environment") == 0) {
        push(plan, CREDS_STEP_ENVIRONMENT, profile);
        return profiles_env(profiles, "AWS_ACCESS_KEY_ID") ||
               wrong(profile, err, "Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
                     "takes the keys for its role from the environment, which has none.");
    }
    if (strcmp(source, "EcsContainer") == 0) {
        push(plan, CREDS_STEP_CONTAINER, profile);
        return container_is_there(profiles) ||
               wrong(profile, err, "Use a profile with a source_profile outside of ECS.",
                     "takes the keys for its role from the container, and this is none of ECS.");
    }
    if (strcmp(source, "Ec2InstanceMetadata") == 0) {
        push(plan, CREDS_STEP_MACHINE, profile);
        return !metadata_is_off(profiles) ||
               wrong(profile, err, "Unset AWS_EC2_METADATA_DISABLED.",
                     "takes the keys for its role from the machine, which is switched off by "
                     "AWS_EC2_METADATA_DISABLED.");
    }
    return wrong(profile, err, "Write Environment, EcsContainer or Ec2InstanceMetadata.",
                 "has the credential_source %s, which does not exist.", source);
}

/* The source of a role: NULL in *next when the plan is complete. */
static bool plan_source(struct creds_plan *plan, const struct profiles *profiles,
                        const struct profile *profile, const struct profile **next,
                        struct error *err)
{
    const char *name = profile_get(profiles, profile, "source_profile");
    const char *source = profile_get(profiles, profile, "credential_source");
    const struct profile *from = name ? profiles_find(profiles, name) : NULL;

    *next = NULL;
    if (name && source)
        return wrong(profile, err, "Delete one of the two.",
                     "has both a source_profile and a credential_source.");
    if (source)
        return plan_credential_source(plan, profiles, profile, source, err);
    if (!name)
        return wrong(profile, err,
                     "Add  source_profile = NAME  with the profile that may assume it.",
                     "has a role_arn, but neither source_profile nor credential_source.");
    if (!from)
        return wrong(profile, err, "Correct the name, or add that profile.",
                     "names the source_profile %s, which does not exist.", name);
    if (has_keys(profiles, from)) {
        push(plan, CREDS_STEP_KEYS, from);
        return true;
    }
    if (was_visited(plan, from))
        return loop_named(plan, from, err);
    *next = from;
    return from->kind != PROFILE_NONE ||
           wrong(profile, err, "Add keys to that profile, or name another one.",
                 "names the source_profile %s, which has no credentials.", name);
}

static bool is_command(const struct profiles *profiles, const struct profile *profile,
                       struct error *err)
{
    const char *command = profile_get(profiles, profile, "credential_process");
    char **words = NULL;
    size_t count = 0;
    bool ok = command && shlex_split(str_of(command), &words, &count) && count > 0;

    shlex_free(words);
    return ok || wrong(profile, err, "Close the quotation, or double the backslash at its end.",
                       "has a credential_process that is no command: a quotation is left open.");
}

/* ---- all of it ---- */

/* One profile: the step for it, and in *next the profile that its keys come from. */
static bool plan_profile(struct creds_plan *plan, const struct profiles *profiles,
                         const struct profile *profile, const struct profile **next,
                         struct error *err)
{
    struct sso_settings sso;

    *next = NULL;
    switch (profile->kind) {
    case PROFILE_STATIC:
    case PROFILE_SESSION:
        push(plan, CREDS_STEP_KEYS, profile);
        return true;
    case PROFILE_ROLE:
        push(plan, CREDS_STEP_ROLE, profile);
        return plan_source(plan, profiles, profile, next, err);
    case PROFILE_SSO:
        push(plan, CREDS_STEP_SSO, profile);
        return sso_settings_read(&sso, profiles, profile, err);
    case PROFILE_PROCESS:
        push(plan, CREDS_STEP_PROCESS, profile);
        return is_command(profiles, profile, err);
    case PROFILE_WEB_IDENTITY:
        return plan_web_identity(plan, profiles, profile, err);
    case PROFILE_NONE:
        break;
    }
    return plan_surroundings(plan, profiles, profile, err);
}

/* The container's or the machine's keys, because they were chosen. */
static bool plan_place(struct creds_plan *plan, const struct profiles *profiles,
                       const struct profile_choice *choice, struct error *err)
{
    push(plan, choice->container ? CREDS_STEP_CONTAINER : CREDS_STEP_MACHINE, choice->profile);
    if (choice->container && !container_is_there(profiles)) {
        error_set(err, ERROR_AUTH, "This is no container that has credentials of AWS.");
        return error_hint(err, "Choose a profile, or start it where the container is.");
    }
    if (choice->machine && metadata_is_off(profiles)) {
        error_set(err, ERROR_AUTH,
                  "The instance role is switched off by "
                  "AWS_EC2_METADATA_DISABLED.");
        return error_hint(err, "Unset AWS_EC2_METADATA_DISABLED.");
    }
    return true;
}

static bool plan_choice(struct creds_plan *plan, const struct profiles *profiles,
                        const struct profile_choice *choice, struct error *err)
{
    const struct profile *profile = choice->profile;

    if (choice->environment) {
        push(plan, CREDS_STEP_ENVIRONMENT, NULL);
        return true;
    }
    if (choice->web_identity)
        return plan_web_identity(plan, profiles, NULL, err);
    if (choice->container || choice->machine)
        return plan_place(plan, profiles, choice, err);
    if (!profile)
        return plan_surroundings(plan, profiles, NULL, err);
    while (profile)
        if (!plan_profile(plan, profiles, profile, &profile, err))
            return false;
    return true;
}

static void reverse(struct creds_plan *plan)
{
    for (size_t i = 0; i < plan->count / 2; i++) {
        struct creds_step step = plan->steps[i];
        plan->steps[i] = plan->steps[plan->count - 1 - i];
        plan->steps[plan->count - 1 - i] = step;
    }
}

bool creds_plan_make(struct creds_plan *plan, const struct profiles *profiles,
                     const struct profile_choice *choice, bool role, struct error *err)
{
    *plan = (struct creds_plan){0};
    if (role)
        push(plan, CREDS_STEP_ROLE, NULL);
    if (!plan_choice(plan, profiles, choice, err)) {
        creds_plan_finish(plan);
        return false;
    }
    reverse(plan);
    return true;
}

void creds_plan_judge(struct profiles *profiles)
{
    for (size_t i = 0; i < profiles->count; i++) {
        struct profile *profile = &profiles->items[i];
        struct profile_choice choice = {
            .name = profile->name, .profile = profile, .by = PROFILE_BY_OPTION};
        struct creds_plan plan = {0};
        struct endpoints endpoints;
        struct error err = {0};

        if (profile->error)
            continue;
        if ((profile->kind != PROFILE_NONE &&
             !creds_plan_make(&plan, profiles, &choice, false, &err)) ||
            !endpoints_load(&endpoints, profiles, profile, &err)) {
            profile->error = alloc_copy(str_of(err.text));
            profile->hint = alloc_copy(str_of(err.hint));
        }
        creds_plan_finish(&plan);
    }
}
