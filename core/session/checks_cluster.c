/* Two checks of time: do the credentials outlive a run, and does EKS still support the Kubernetes
 * version that is going to be built. */
#include "core/session/checks_work.h"

#include "core/base/alloc.h"

enum { ENDS_SOON_DAYS = 30, MINUTE_MS = 60 * 1000, SECOND_MS = 1000 };

/* ---- lifetime ---- */

static int longer(int a, int b)
{
    return a > b ? a : b;
}

/* EKS, then PyPI and MLHub side by side. */
static int64_t usual_ms(const struct checks_work *work)
{
    const struct estimates *e = work->checks->estimates;
    int speed = work->place->speed;
    if (!e)
        return 0;
    int seconds = estimate_stage_time(e, STAGE_EKS, speed).high_s +
                  longer(estimate_stage_time(e, STAGE_PYPI, speed).high_s,
                         estimate_stage_time(e, STAGE_MLHUB, speed).high_s);
    return (int64_t)seconds * 1000;
}

static void judge_lifetime(struct checks_work *work)
{
    const struct creds *creds = &work->aws.creds;
    char left_text[CLOCK_TEXT], usual_text[CLOCK_TEXT];
    if (!work->checks->expires_ms) {
        checks_end(work, CHECK_LIFETIME, secret_empty(&creds->token) ? CHECK_PASS : CHECK_SKIP,
                   secret_empty(&creds->token) ? "These keys do not expire."
                                               : "These keys expire, but do not say when.");
        return;
    }
    int64_t left = work->checks->expires_ms - clock_wall(work->loop->clock), usual = usual_ms(work);
    clock_span(left, left_text);
    clock_span(usual, usual_text);
    if (work->checks->renews) {
        checks_end(work, CHECK_LIFETIME, CHECK_PASS, "%s left; renewed while a run goes on",
                   left_text);
        return;
    }
    if (left <= 0) {
        struct error err;
        error_set(&err, ERROR_AUTH, "The credentials have expired.");
        error_hint(&err, "Sign in again, or get new session keys, and press r.");
        checks_fail(work, CHECK_LIFETIME, &err);
        return;
    }
    if (left < usual)
        checks_hint(work, CHECK_LIFETIME, "Get fresh ones before you begin.");
    checks_end(work, CHECK_LIFETIME, left < usual ? CHECK_WARN : CHECK_PASS,
               left < usual ? "The credentials expire in %s; a run may take %s."
                            : "%s left; a run may take %s",
               left_text, usual_text);
}

/* Keys that end while somebody looks: what is said of them counts down, by the minute and at last
 * by the second, and turns when they end. */
static void count_down(struct checks_work *work);

static void on_moment(struct timer *timer)
{
    struct checks_work *work = container_of(timer, struct checks_work, ends);
    int64_t ended_ms = work->checks->items[CHECK_LIFETIME].ended_ms;
    judge_lifetime(work);
    work->checks->items[CHECK_LIFETIME].ended_ms = ended_ms; /* how long the check took stays */
    count_down(work);
}

static void count_down(struct checks_work *work)
{
    int64_t left = work->checks->expires_ms - clock_wall(work->loop->clock);
    if (!work->checks->expires_ms || work->checks->renews || left <= 0)
        return;
    work->ends.fire = on_moment;
    loop_after(work->loop, &work->ends,
               left > 2 * MINUTE_MS ? left % MINUTE_MS + 1
               : left > SECOND_MS   ? SECOND_MS
                                    : left);
}

void checks_judge_lifetime(struct checks_work *work)
{
    judge_lifetime(work);
    count_down(work);
}

/* ---- kubernetes ---- */

static bool behind(const struct checks_work *work, const char *date, int64_t *days)
{
    char whole[CLOCK_TEXT];
    int64_t end;
    snprintf(whole, sizeof whole, "%.10sT00:00:00Z", date);
    if (!clock_parse_rfc3339(str_of(whole), &end))
        return false;
    *days = (end - clock_wall(work->loop->clock)) / (24 * 3600 * 1000LL);
    return *days < 0;
}

static void judge_standard(struct checks_work *work, const char *version, const char *until)
{
    int64_t days = ENDS_SOON_DAYS;
    bool past = behind(work, until, &days);
    if (!until[0] || past) {
        checks_end(work, CHECK_KUBERNETES, CHECK_PASS, "%s is in standard support", version);
        return;
    }
    if (days < ENDS_SOON_DAYS)
        checks_hint(work, CHECK_KUBERNETES,
                    "From then on the control plane costs six times as "
                    "much. The form of EKS has newer versions.");
    checks_end(work, CHECK_KUBERNETES, days < ENDS_SOON_DAYS ? CHECK_WARN : CHECK_PASS,
               days < ENDS_SOON_DAYS ? "Standard support of %s ends on %s."
                                     : "%s has standard support until %s",
               version, until);
}

static void judge_extended(struct checks_work *work, const char *version)
{
    checks_hint(work, CHECK_KUBERNETES,
                "Choose a newer one in the form of EKS, unless it must be "
                "this one.");
    checks_end(work, CHECK_KUBERNETES, CHECK_WARN,
               "%s is out of standard support: the control plane costs six times as much.",
               version);
}

/* AWS did not say: the table of this program has dates. */
static void judge_by_table(struct checks_work *work, const char *version)
{
    const char *until = estimate_support_ends(work->checks->estimates, version);
    int64_t days;
    bool known = false;
    for (size_t i = 0; !known && estimate_kubernetes(work->checks->estimates, i); i++)
        known = strcmp(estimate_kubernetes(work->checks->estimates, i), version) == 0;
    if (!known)
        checks_end(work, CHECK_KUBERNETES, CHECK_SKIP,
                   "AWS did not say whether it supports %s, and this program does not know it.",
                   version);
    else if (until[0] && behind(work, until, &days))
        judge_extended(work, version);
    else
        judge_standard(work, version, until);
}

static void version_known(struct eks_version *version)
{
    struct checks_work *work = container_of(version, struct checks_work, kubernetes);
    if (!version->ok) {
        judge_by_table(work, version->version);
    } else if (version->support == EKS_STANDARD) {
        judge_standard(work, version->version, version->standard_until);
    } else if (version->support == EKS_EXTENDED) {
        judge_extended(work, version->version);
    } else {
        checks_hint(work, CHECK_KUBERNETES, "Choose another version in the form of EKS.");
        checks_end(work, CHECK_KUBERNETES, CHECK_WARN, "EKS does not offer Kubernetes %s.",
                   version->version);
    }
}

void checks_start_kubernetes(struct checks_work *work, bool ask)
{
    const struct checks *checks = work->checks;
    struct error err;
    if (!checks->answers || !checks->estimates)
        checks_end(work, CHECK_KUBERNETES, CHECK_SKIP, "No version is chosen.");
    else if (!ask || !checks->region[0] ||
             !eks_version_start(&work->kubernetes, &work->aws, checks->answers->kubernetes_version,
                                version_known, &err))
        judge_by_table(work, checks->answers->kubernetes_version);
}

void checks_finish_kubernetes(struct checks_work *work)
{
    eks_version_finish(&work->kubernetes);
}
