/* Names of cache files, and the steps of a plan that need a person; see creds_kept.h. */
#include "core/aws/creds_kept.h"

#include "core/aws/creds_cache.h"
#include "core/aws/resolve.h"
#include "core/aws/sso_oidc.h"

#include "core/base/alloc.h"

void creds_step_role(const struct profiles *profiles, const struct creds_step *step,
                     const struct creds_beyond *beyond, struct assume_role *role)
{
    if (step->kind == CREDS_STEP_ROLE && !step->profile)
        *role = (struct assume_role){.arn = beyond->role_arn, .session_name = "EKSGetTokenAuth"};
    else
        assume_role_read(role, profiles, step->profile, step->kind == CREDS_STEP_WEB_IDENTITY);
}

static json_t *sso_arguments(const struct profiles *profiles, const struct creds_step *step)
{
    struct sso_settings settings;
    json_t *arguments = json_object();

    if (!sso_settings_read(&settings, profiles, step->profile, NULL))
        return arguments;
    js_set_text(arguments, "accountId", settings.account);
    js_set_text(arguments, "roleName", settings.role);
    if (settings.session)
        js_set_text(arguments, "sessionName", settings.session);
    else
        js_set_text(arguments, "startUrl", settings.start_url);
    return arguments;
}

void creds_step_file(const struct profiles *profiles, const struct creds_step *step,
                     const struct creds_beyond *beyond, const char *home, char out[PATH_MAX])
{
    bool sso = step->kind == CREDS_STEP_SSO;
    struct assume_role role;
    json_t *arguments;
    struct buf text = {0};

    out[0] = '\0';
    if (!sso && step->kind != CREDS_STEP_ROLE && step->kind != CREDS_STEP_WEB_IDENTITY)
        return;
    if (sso) {
        arguments = sso_arguments(profiles, step);
    } else {
        creds_step_role(profiles, step, beyond, &role);
        arguments = assume_arguments(&role);
        if (beyond->role_arn && !step->profile && beyond->chosen) /* ours alone: not shared */
            js_set_text(arguments, "SourceProfile", beyond->chosen->name);
    }
    creds_cache_key(arguments, sso, &text);
    if (!home[0] || !creds_cache_path(home, "cli/cache", buf_str(&text), out, NULL))
        out[0] = '\0';
    buf_finish(&text);
    json_decref(arguments);
}

/* ---- what is wanted of a person ---- */

static const char *serial_of(const struct profiles *profiles, const struct creds_step *step)
{
    return step->kind == CREDS_STEP_ROLE && step->profile
               ? profile_get(profiles, step->profile, "mfa_serial")
               : NULL;
}

static void read_sign_in(struct creds_wants *wants, const struct profiles *profiles,
                         const struct profile *profile, const char *home, int64_t wall_ms)
{
    struct sso_settings settings;
    char file[4096];
    json_t *cached;

    if (!sso_settings_read(&settings, profiles, profile, NULL) ||
        !sso_token_path(home, &settings, file, NULL))
        return;
    cached = creds_file_read(file);
    wants->usually = CREDS_WANT_SIGN_IN;
    wants->profile = profile;
    wants->renews = sso_token_renews(cached, &settings, wall_ms);
    if (sso_token_lasts(cached, &settings, wall_ms))
        wants->until_ms = sso_time(cached, "expiresAt");
    else
        wants->now = CREDS_WANT_SIGN_IN;
    json_decref(cached);
}

static bool is_kept(const struct profiles *profiles, const struct creds_step *step,
                    const char *home, int64_t wall_ms)
{
    struct creds creds = {0};
    char file[PATH_MAX];
    bool kept;

    creds_step_file(profiles, step, &(struct creds_beyond){0}, home, file);
    kept = file[0] && creds_cache_read(file, wall_ms + CREDS_EARLY_MS, &creds);
    creds_finish(&creds);
    return kept;
}

/* Steps whose keys are still kept do without the ones before them. */
static size_t first_open(const struct creds_plan *plan, const struct profiles *profiles,
                         const char *home, int64_t wall_ms)
{
    size_t i = plan->count;

    while (i > 0 && !is_kept(profiles, &plan->steps[i - 1], home, wall_ms))
        i--;
    return i;
}

static bool wants_person(const struct profiles *profiles, const struct creds_step *step)
{
    return step->kind == CREDS_STEP_SSO || serial_of(profiles, step);
}

static void read_step(struct creds_wants *wants, const struct profiles *profiles,
                      const struct creds_step *step, bool open, const char *home, int64_t wall_ms)
{
    if (step->kind == CREDS_STEP_SSO) {
        read_sign_in(wants, profiles, step->profile, home, wall_ms);
    } else {
        wants->usually = wants->now = CREDS_WANT_DIGITS;
        wants->profile = step->profile;
        wants->serial = serial_of(profiles, step);
    }
    if (!open)
        wants->now = CREDS_WANT_NOTHING;
}

void creds_wants_read(struct creds_wants *wants, const struct profiles *profiles,
                      const struct profile_choice *choice, const char *home, int64_t wall_ms)
{
    struct creds_plan plan = {0};
    size_t open;

    *wants = (struct creds_wants){.now = CREDS_WANT_NOTHING};
    if (!creds_plan_make(&plan, profiles, choice, false, NULL))
        return;
    open = first_open(&plan, profiles, home, wall_ms);
    for (size_t i = 0; i < plan.count && wants->now == CREDS_WANT_NOTHING; i++)
        if (wants_person(profiles, &plan.steps[i]) &&
            (wants->usually == CREDS_WANT_NOTHING || i >= open))
            read_step(wants, profiles, &plan.steps[i], i >= open, home, wall_ms);
    creds_plan_finish(&plan);
}

/* ---- what comes after keys that end ---- */

/* Keys with a session token end one day, and stand where nobody changes them. */
static bool step_renews(const struct profiles *profiles, const struct creds_step *step,
                        const char *home, int64_t wall_ms, int64_t *until_ms)
{
    struct creds_wants wants = {.now = CREDS_WANT_NOTHING};

    *until_ms = 0;
    switch (step->kind) {
    case CREDS_STEP_KEYS:
        return step->profile->kind != PROFILE_SESSION;
    case CREDS_STEP_ENVIRONMENT:
        return !profiles_env(profiles, "AWS_SESSION_TOKEN");
    case CREDS_STEP_SSO:
        read_sign_in(&wants, profiles, step->profile, home, wall_ms);
        *until_ms = wants.until_ms;
        return wants.renews;
    case CREDS_STEP_ROLE:
        return !serial_of(profiles, step);
    case CREDS_STEP_PROCESS:
    case CREDS_STEP_WEB_IDENTITY:
    case CREDS_STEP_CONTAINER:
    case CREDS_STEP_MACHINE:
        break;
    }
    return true;
}

bool creds_renew(const struct profiles *profiles, const struct profile_choice *choice,
                 const char *home, int64_t wall_ms, int64_t *until_ms)
{
    struct creds_plan plan = {0};
    size_t against = 0;

    *until_ms = 0;
    if (!creds_plan_make(&plan, profiles, choice, false, NULL))
        return false;
    for (size_t i = 0; i < plan.count; i++) {
        int64_t until;
        if (step_renews(profiles, &plan.steps[i], home, wall_ms, &until))
            continue;
        *until_ms = against++ == 0 ? until : 0;
    }
    creds_plan_finish(&plan);
    return against == 0;
}
