/* The checks that ask AWS: who we are, whether the clocks agree, and whether the region will do;
 * and the beginning of those that stand in files of their own. Identity and region are asked at the
 * same time; the identity is judged first. */
#include "core/aws/region.h"
#include "core/session/aliases.h"
#include "core/session/checks_work.h"

#include "core/base/alloc.h"

/* Date has whole seconds, and an answer takes a while. */
enum { SKEW_NOTHING_MS = 2000, SKEW_WARN_MS = 60 * 1000, ZONES_NEEDED = 2 };

static const char nameless[] = "us-east-1"; /* to ask STS in while no region is known */

static void skip_others(struct checks_work *work, const char *why)
{
    static const enum check_id others[] = {CHECK_LIFETIME,    CHECK_CLOCK,  CHECK_REGION,
                                           CHECK_PERMISSIONS, CHECK_QUOTAS, CHECK_NAMES};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (checks_open(work, others[i]))
            checks_end(work, others[i], CHECK_SKIP, "%s", why);
}

/* ---- clock ---- */

static void judge_clock(struct checks_work *work)
{
    const struct sts_identity *identity = &work->identity;
    struct checks *checks = work->checks;
    if (!identity->skew_known)
        return;
    checks->skew_ms = -identity->skew_ms;
    int64_t off = checks->skew_ms < 0 ? -checks->skew_ms : checks->skew_ms;
    int seconds = (int)(off / 1000 % 60);
    const char *side = checks->skew_ms < 0 ? "behind" : "ahead of";
    if (off < SKEW_NOTHING_MS) {
        checks_end(work, CHECK_CLOCK, CHECK_PASS, "agrees with AWS");
        return;
    }
    if (off < SKEW_WARN_MS) {
        checks_end(work, CHECK_CLOCK, CHECK_PASS, "%d s %s AWS", seconds, side);
        return;
    }
    bool fails = off > AWS_SKEW_MAX_MS;
    if (fails)
        checks->items[CHECK_CLOCK].kind = ERROR_SYSTEM;
    checks_hint(work, CHECK_CLOCK, "Run  timedatectl set-ntp true");
    checks_end(work, CHECK_CLOCK, fails ? CHECK_FAIL : CHECK_WARN, "%lld min %d s %s AWS",
               (long long)(off / 60000), seconds, side);
}

/* ---- region ---- */

static bool take_zones(struct checks *checks, const struct ec2_zones *zones)
{
    for (size_t i = 0; i < zones->count; i++)
        if (zones->zones[i].usable &&
            checks->zone_count < sizeof checks->zones / sizeof *checks->zones)
            str_copy(str_of(zones->zones[i].name), checks->zones[checks->zone_count++],
                     sizeof *checks->zones);
    return checks->zone_count >= ZONES_NEEDED;
}

static void region_known(struct ec2_region *region)
{
    struct checks_work *work = container_of(region, struct checks_work, region);
    struct error err = work->zones.error;
    if (region->ok && !region->enabled) {
        error_set(&err, ERROR_SERVICE, "The region %s is not enabled in this account.",
                  work->aws.region);
        error_hint(&err, "Enable it in the account's settings, or choose another region.");
    }
    checks_fail(work, CHECK_REGION, &err);
}

static void judge_region(struct checks_work *work)
{
    struct checks *checks = work->checks;
    struct ec2_zones *zones = &work->zones;
    struct error err;
    if (checks->items[CHECK_REGION].state != CHECK_RUNNING)
        return;
    if (!zones->ok) {
        /* one that is not enabled refuses every key: its home region says so */
        if (!ec2_region_start(&work->region, &work->aws, region_known, &err))
            checks_fail(work, CHECK_REGION, &zones->error);
        return;
    }
    if (take_zones(checks, zones)) {
        checks_end(work, CHECK_REGION, CHECK_PASS, "%s: %zu zones; using %s, %s", checks->region,
                   zones->usable, checks->zones[0], checks->zones[1]);
        return;
    }
    error_set(&err, ERROR_SERVICE, "%s has %zu zone%s for EKS; it needs two.", checks->region,
              zones->usable, zones->usable == 1 ? "" : "s");
    error_hint(&err, "Choose another region.");
    checks_fail(work, CHECK_REGION, &err);
}

static void zones_known(struct ec2_zones *zones)
{
    struct checks_work *work = container_of(zones, struct checks_work, zones);
    work->zones_known = true;
    if (work->checks->items[CHECK_IDENTITY].state != CHECK_RUNNING)
        judge_region(work);
}

/* ---- identity ---- */

/* The alias is for people: who sees the number alone has to look it up. */
static void say_identity(struct checks_work *work)
{
    const struct checks *checks = work->checks;
    bool named = checks->alias[0] != '\0';
    checks_end(work, CHECK_IDENTITY, CHECK_PASS, "%s%s%s", checks->arn, named ? " in account " : "",
               checks->alias);
}

static void judge_account(struct checks_work *work)
{
    struct checks *checks = work->checks;
    struct error err;
    if (!checks->wanted_account[0] || strcmp(checks->wanted_account, checks->account) == 0) {
        say_identity(work);
        return;
    }
    error_set(&err, ERROR_AUTH, "%s is not in the deployment's account, which is %s.", checks->arn,
              checks->wanted_account);
    error_hint(&err, "Choose a profile of account %s.", checks->wanted_account);
    checks_fail(work, CHECK_IDENTITY, &err);
}

/* For lists that are shown before anybody asks AWS. */
static void remember_alias(const struct checks_work *work)
{
    const struct checks *checks = work->checks;
    if (!work->place->rehearsal && checks->account[0] && checks->alias[0])
        alias_remember(work->place->state_dir, checks->account, checks->alias);
}

static void identity_known(struct sts_identity *identity)
{
    struct checks_work *work = container_of(identity, struct checks_work, identity);
    struct checks *checks = work->checks;
    judge_clock(work);
    if (!identity->ok) {
        ec2_zones_finish(&work->zones);
        iam_alias_finish(&work->alias);
        work->alias_open = false;
        checks_finish_quotas(work);
        checks_finish_names(work);
        checks_fail(work, CHECK_IDENTITY, &identity->error);
        skip_others(work, "Needs an identity that AWS accepts.");
        return;
    }
    str_copy(str_of(identity->account), checks->account, sizeof checks->account);
    str_copy(str_of(identity->arn), checks->arn, sizeof checks->arn);
    checks->renews = aws_renews(&work->aws, &checks->expires_ms);
    if (checks->expires_ms < work->aws.creds.expires_ms)
        checks->expires_ms = work->aws.creds.expires_ms;
    remember_alias(work);
    if (checks->items[CHECK_CLOCK].state == CHECK_RUNNING)
        checks_end(work, CHECK_CLOCK, CHECK_SKIP, "AWS did not say what time it is.");
    checks_judge_lifetime(work);
    judge_account(work);
    checks_start_permissions(work);
    if (work->zones_known)
        judge_region(work);
}

static void alias_known(struct iam_alias *alias)
{
    struct checks_work *work = container_of(alias, struct checks_work, alias);
    str_copy(str_of(alias->alias), work->checks->alias, sizeof work->checks->alias);
    work->alias_open = false;
    remember_alias(work);
    if (work->checks->items[CHECK_IDENTITY].state == CHECK_PASS)
        say_identity(work);
    checks_settle(work);
}

/* ---- start and finish ---- */

/* Which region is meant; without a good one STS is asked all the same, in its home. */
static const char *choose_region(struct checks_work *work)
{
    struct checks *checks = work->checks;
    struct error err;
    const char *region =
        checks->wanted_region[0]
            ? checks->wanted_region
            : profiles_region(work->profiles, work->choice.profile, work->place->region);
    if (!region) {
        error_set(&err, ERROR_INPUT, "No region is set for the %s%s.",
                  profile_choice_surrounding(&work->choice) ? "" : "profile ", work->choice.name);
        error_hint(&err, "Add it with  aws configure, or name it with --region or AWS_REGION.");
        checks_fail(work, CHECK_REGION, &err);
        return nameless;
    }
    if (!region_check(region, &err)) {
        checks_fail(work, CHECK_REGION, &err);
        return nameless;
    }
    str_copy(str_of(region), checks->region, sizeof checks->region);
    return region;
}

static bool open_client(struct checks_work *work, struct error *err)
{
    const char *region = choose_region(work);
    work->world = place_creds_world(work->place, work->http, work->signals);
    return aws_open(&work->aws, &work->world, work->profiles, &work->choice, region, err);
}

void checks_start_aws(struct checks_work *work)
{
    struct error err = {0};
    const struct check *items = work->checks->items;
    if (!open_client(work, &err) ||
        !sts_identity_start(&work->identity, &work->aws, identity_known, &err)) {
        checks_fail(work, CHECK_IDENTITY, &err);
        skip_others(work, "Needs credentials.");
        checks_start_kubernetes(work, false);
        checks_end(work, CHECK_S3, CHECK_SKIP, "Needs credentials.");
        return;
    }
    checks_start_kubernetes(work, true);
    checks_start_quotas(work);
    checks_start_names(work);
    checks_start_s3(work);
    if (items[CHECK_REGION].state == CHECK_RUNNING &&
        !ec2_zones_start(&work->zones, &work->aws, zones_known, &err))
        checks_fail(work, CHECK_REGION, &err);
    work->alias_open = iam_alias_start(&work->alias, &work->aws, alias_known, &err);
}

void checks_finish_aws(struct checks_work *work)
{
    sts_identity_finish(&work->identity);
    iam_alias_finish(&work->alias);
    ec2_zones_finish(&work->zones);
    ec2_region_finish(&work->region);
    checks_finish_kubernetes(work);
    checks_finish_permissions(work);
    checks_finish_quotas(work);
    checks_finish_names(work);
    aws_finish(&work->aws);
}
