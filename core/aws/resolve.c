/* Walks a plan: from the last step whose keys the cache still has, or from the first, to the end.
 * See resolve.h. */
#include "core/aws/resolve.h"

#include "core/aws/assume.h"
#include "core/aws/creds_cache.h"
#include "core/aws/creds_kept.h"
#include "core/aws/creds_process.h"
#include "core/aws/metadata.h"
#include "core/aws/plan.h"
#include "core/aws/region.h"
#include "core/aws/sso.h"
#include "core/base/log.h"

#include "core/base/alloc.h"

struct creds_work {
    struct creds_resolve *owner;
    struct creds_world world;
    const struct profiles *profiles;
    const struct profile *chosen;
    bool named;     /* the machine or the container was: why it has no keys is what counts */
    char *role_arn; /* the one that was asked for beyond the choice; or NULL */
    struct creds_plan plan;
    size_t at;      /* the step that goes on */
    struct aws aws; /* asks STS and IAM Identity Center; its keys are those of the last step */
    struct assume assume;
    struct sso sso;
    struct creds_process process;
    struct metadata metadata;
    char cache[PATH_MAX]; /* of the step that goes on; "" for none */
    bool digits_used;     /* by the step that goes on */
    struct timer timer;   /* ends it outside of whatever called */
};

static const char nameless[] = "us-east-1"; /* to ask STS in while no good region is known */

static int64_t wall_of(const struct creds_work *work)
{
    return clock_wall(work->world.http->loop->clock);
}

static void tell_owner(struct timer *timer)
{
    struct creds_work *work = container_of(timer, struct creds_work, timer);

    work->owner->done(work->owner);
}

static void end(struct creds_work *work, bool ok)
{
    struct creds_resolve *owner = work->owner;

    owner->ok = ok;
    if (ok) {
        owner->creds = work->aws.creds;
        work->aws.creds = (struct creds){0};
    }
    work->timer.fire = tell_owner;
    loop_after(work->world.http->loop, &work->timer, 0);
}

/* ---- what a step asks for ---- */

static struct creds_beyond beyond_of(const struct creds_work *work)
{
    return (struct creds_beyond){.role_arn = work->role_arn, .chosen = work->chosen};
}

static void name_cache(struct creds_work *work, const struct creds_step *step)
{
    struct creds_beyond beyond = beyond_of(work);

    creds_step_file(work->profiles, step, &beyond, work->world.home, work->cache);
}

static enum creds_method method_of(enum creds_step_kind kind)
{
    static const enum creds_method methods[] = {
        [CREDS_STEP_KEYS] = CREDS_CREDENTIALS_FILE,
        [CREDS_STEP_ENVIRONMENT] = CREDS_ENVIRONMENT,
        [CREDS_STEP_PROCESS] = CREDS_PROCESS,
        [CREDS_STEP_SSO] = CREDS_SSO,
        [CREDS_STEP_WEB_IDENTITY] = CREDS_WEB_IDENTITY,
        [CREDS_STEP_CONTAINER] = CREDS_CONTAINER,
        [CREDS_STEP_MACHINE] = CREDS_MACHINE,
        [CREDS_STEP_ROLE] = CREDS_ROLE,
    };

    return methods[kind];
}

/* ---- steps ---- */

static void go_on(struct creds_work *work);

static void failed(struct creds_work *work, const struct error *err)
{
    work->owner->error = *err;
    end(work, false);
}

/* Keys that cost digits must be kept: nobody else could have them. */
static bool keep(struct creds_work *work, json_t *about, const struct creds *creds)
{
    bool dear = work->digits_used;
    struct error err = {0};

    if (!about || !work->cache[0]) {
        json_decref(about);
        return true;
    }
    if (creds_cache_write(work->cache, about, creds, &err))
        return true;
    if (!dear) {
        log_line("aws: keys are not kept: %s", err.text);
        return true;
    }
    error_wrap(&err, "The digits were right, but the keys cannot be kept");
    failed(work, &err);
    return false;
}

/* The keys of the step that ends: the next one works with them. */
static void got(struct creds_work *work, struct creds *creds, json_t *about)
{
    enum creds_step_kind kind = work->plan.steps[work->at].kind;

    if (kind != CREDS_STEP_KEYS)
        creds->method = method_of(kind);
    if (!keep(work, about, creds)) {
        creds_finish(creds);
        return;
    }
    work->digits_used = false;
    aws_set_creds(&work->aws, creds);
    work->at++;
    go_on(work);
}

/* What STS says names the role; here stands whose it is. */
static void role_failed(struct creds_work *work, const struct error *said)
{
    const struct profile *profile = work->plan.steps[work->at].profile;
    struct error err = *said;
    struct buf name = {0};

    buf_text(&name, profile ? "of profile " : "");
    buf_sanitised(&name,
                  str_of(profile          ? profile->name
                         : work->role_arn ? work->role_arn
                                          : ""),
                  false);
    error_wrap(&err, "The role %s", name.len > 0 ? buf_cstr(&name) : "of AWS_ROLE_ARN");
    buf_finish(&name);
    if (work->digits_used && str_find(str_of(said->text), STR("MultiFactorAuthentication")) >= 0) {
        work->owner->wants_digits = true;
        error_hint(&err, "Wait until the device shows other digits, and type those.");
    }
    failed(work, &err);
}

static void on_assumed(struct assume *assume)
{
    struct creds_work *work = container_of(assume, struct creds_work, assume);
    struct creds creds = assume->creds;
    json_t *about = assume->about;

    assume->creds = (struct creds){0};
    assume->about = NULL;
    if (assume->ok)
        got(work, &creds, about);
    else
        role_failed(work, &assume->error);
}

static void on_sso(struct sso *sso)
{
    struct creds_work *work = container_of(sso, struct creds_work, sso);
    struct creds creds = sso->creds;
    json_t *about;

    sso->creds = (struct creds){0};
    if (!sso->ok) {
        failed(work, &sso->error);
        return;
    }
    about = json_object();
    js_set_text(about, "ProviderType", "sso");
    got(work, &creds, about);
}

static void on_process(struct creds_process *process)
{
    struct creds_work *work = container_of(process, struct creds_work, process);
    struct creds creds = process->creds;

    process->creds = (struct creds){0};
    if (process->ok)
        got(work, &creds, NULL);
    else
        failed(work, &process->error);
}

static void on_metadata(struct metadata *metadata)
{
    struct creds_work *work = container_of(metadata, struct creds_work, metadata);
    const struct creds_step *step = &work->plan.steps[work->at];
    struct creds creds = metadata->creds;

    metadata->creds = (struct creds){0};
    if (metadata->ok) {
        got(work, &creds, NULL);
        return;
    }
    /* nobody said that this is a machine of AWS: what counts is that there are no keys */
    if (metadata->unreached && !work->named &&
        (!step->profile || step->profile->kind == PROFILE_NONE))
        creds_none(work->profiles, step->profile, &metadata->error);
    failed(work, &metadata->error);
}

static bool no_digits(const struct creds_step *step, const char *serial, struct error *err)
{
    struct buf name = {0}, device = {0}, word = {0};

    buf_sanitised(&name, str_of(step->profile->name), false);
    buf_sanitised(&device, str_of(serial), false);
    buf_shell_word(&word, buf_cstr(&name));
    error_set(err, ERROR_AUTH, "The role of profile %s wants the digits of the MFA device %s.",
              buf_cstr(&name), buf_cstr(&device));
    error_hint(err,
               "Type them in ekshub-tui, by s on its credentials screen, or for  aws sts "
               "get-caller-identity "
               "--profile %s",
               buf_cstr(&word));
    buf_finish(&name);
    buf_finish(&device);
    buf_finish(&word);
    return false;
}

static bool assume_step(struct creds_work *work, const struct creds_step *step, struct error *err)
{
    struct creds_beyond beyond = beyond_of(work);
    struct assume_role role;

    creds_step_role(work->profiles, step, &beyond, &role);
    role.digits = role.mfa_serial ? work->world.digits : NULL;
    if (role.mfa_serial && !role.digits) {
        work->owner->wants_digits = true;
        return no_digits(step, role.mfa_serial, err);
    }
    if (role.digits)
        work->world.digits = NULL; /* they are good for once */
    work->digits_used = role.digits != NULL;
    assume_finish(&work->assume);
    return assume_start(&work->assume, &work->aws, &role, on_assumed, err);
}

static bool start_step(struct creds_work *work, const struct creds_step *step, struct error *err)
{
    struct creds creds = {0};

    switch (step->kind) {
    case CREDS_STEP_KEYS:
    case CREDS_STEP_ENVIRONMENT:
        break;
    case CREDS_STEP_PROCESS:
        return creds_process_start(&work->process, &work->world, step->profile,
                                   profile_get(work->profiles, step->profile, "credential_process"),
                                   on_process, err);
    case CREDS_STEP_SSO:
        return sso_start(&work->sso, &work->aws, work->profiles, step->profile, work->world.home,
                         on_sso, err);
    case CREDS_STEP_CONTAINER:
        return metadata_container_start(&work->metadata, &work->world, work->profiles, on_metadata,
                                        err);
    case CREDS_STEP_MACHINE:
        return metadata_machine_start(&work->metadata, &work->world, work->profiles, step->profile,
                                      on_metadata, err);
    case CREDS_STEP_ROLE:
    case CREDS_STEP_WEB_IDENTITY:
        return assume_step(work, step, err);
    }
    if (step->kind == CREDS_STEP_KEYS ? !creds_from_keys(&creds, work->profiles, step->profile, err)
                                      : !creds_from_environment(&creds, work->profiles, err))
        return false;
    got(work, &creds, NULL);
    return true;
}

static void go_on(struct creds_work *work)
{
    const struct creds_step *step = work->plan.steps + work->at;
    struct error err = {0};

    if (work->at == work->plan.count) {
        end(work, true);
        return;
    }
    name_cache(work, step);
    if (!start_step(work, step, &err))
        failed(work, &err);
}

/* The last step whose keys are still kept. */
static void begin(struct timer *timer)
{
    struct creds_work *work = container_of(timer, struct creds_work, timer);
    struct creds creds = {0};

    for (size_t i = work->plan.count; i > 0; i--) {
        name_cache(work, &work->plan.steps[i - 1]);
        if (!work->cache[0] ||
            !creds_cache_read(work->cache, wall_of(work) + CREDS_EARLY_MS, &creds))
            continue;
        work->at = i - 1;
        got(work, &creds, NULL);
        return;
    }
    go_on(work);
}

/* ---- start and finish ---- */

static bool open_work(struct creds_work *work, const struct profile_choice *choice,
                      const char *region, struct error *err)
{
    struct creds none = {0};

    if (!creds_plan_make(&work->plan, work->profiles, choice, work->role_arn != NULL, err))
        return false;
    if (!region)
        region = profiles_region(work->profiles, choice->profile, NULL);
    return aws_init(&work->aws, work->world.http, work->profiles, choice->profile,
                    region && region_is_valid(region) ? region : nameless, &none, err);
}

bool creds_resolve_start(struct creds_resolve *resolve, const struct creds_world *world,
                         const struct profiles *profiles, const struct profile_choice *choice,
                         const char *role_arn, const char *region,
                         void (*done)(struct creds_resolve *resolve), struct error *err)
{
    struct creds_work *work = alloc_zeroed(1, sizeof *work);

    *resolve = (struct creds_resolve){.done = done, .work = work};
    work->owner = resolve;
    work->world = *world;
    work->profiles = profiles;
    work->chosen = choice->profile;
    work->named = choice->container || choice->machine;
    work->role_arn = role_arn ? alloc_copy(str_of(role_arn)) : NULL;
    if (!open_work(work, choice, region, err)) {
        creds_resolve_finish(resolve);
        return false;
    }
    work->timer.fire = begin;
    loop_after(world->http->loop, &work->timer, 0);
    return true;
}

void creds_resolve_finish(struct creds_resolve *resolve)
{
    struct creds_work *work = resolve->work;

    creds_finish(&resolve->creds);
    if (!work)
        return;
    resolve->work = NULL;
    loop_cancel(work->world.http->loop, &work->timer);
    assume_finish(&work->assume);
    sso_finish(&work->sso);
    creds_process_finish(&work->process);
    metadata_finish(&work->metadata);
    aws_finish(&work->aws);
    creds_plan_finish(&work->plan);
    free(work->role_arn);
    free(work);
}
