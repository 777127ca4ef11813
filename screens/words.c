#include "screens/words.h"

#include "core/base/alloc.h"

#define HOURS_A_MONTH 730

const char *words_money(double per_hour, char out[WORDS])
{
    bool thousandths = per_hour > 0 && per_hour < 0.1 && (long)(per_hour * 1000 + 0.5) % 10 != 0;
    if (per_hour < 0.0005)
        snprintf(out, WORDS, "$0/h");
    else
        snprintf(out, WORDS, thousandths ? "$%.3f/h" : "$%.2f/h", per_hour);
    return out;
}

const char *words_month(double per_hour, char out[WORDS])
{
    snprintf(out, WORDS, "$%.0f/month", per_hour * HOURS_A_MONTH);
    return out;
}

const char *words_usual(struct estimate_span span, char out[WORDS])
{
    int low = span.low_s, high = span.high_s;
    out[0] = '\0';
    if (high <= 0)
        return out;
    if (high < 120)
        snprintf(out, WORDS, low < high ? "%d–%d s" : "%d s", low, high);
    else {
        low = (low + 30) / 60;
        high = (high + 59) / 60;
        snprintf(out, WORDS, low < high && low > 0 ? "%d–%d min" : "%d min",
                 low < high && low > 0 ? low : high, high);
    }
    return out;
}

const char *words_clock_range(int64_t now_wall_ms, int64_t low_ms, int64_t high_ms, char out[WORDS])
{
    char low[CLOCK_TEXT], high[CLOCK_TEXT];
    clock_hhmm(now_wall_ms + low_ms, low);
    clock_hhmm(now_wall_ms + high_ms, high);
    snprintf(out, WORDS, strcmp(low, high) == 0 ? "%s" : "%s–%s", low, high);
    return out;
}

const char *words_account(const struct session *session, char out[WORDS])
{
    const char *account = session->answers.account, *alias = session->checks.alias;
    if (account[0] == '\0')
        account = session->checks.account;
    bool same = strcmp(account, session->checks.account) == 0;
    snprintf(out, WORDS, "%.*s%s%s", same ? 60 : 0, alias,
             same && alias[0] && account[0] ? " " : "", account);
    return out;
}

const char *words_identity(const struct session *session, char out[WORDS])
{
    const char *arn = session->checks.arn;
    const char *slash = strchr(arn, '/'); /* user/ada, assumed-role/platform/ada */
    const char *colon = strrchr(arn, ':');
    const struct profiles *profiles = &session->profiles;
    const char *name = "";
    if (session->profile >= 0 && (size_t)session->profile < profiles->count)
        name = profiles->items[session->profile].name;
    if (slash)
        name = slash + 1;
    else if (colon)
        name = colon + 1;
    str_copy(str_of(name), out, WORDS);
    return out;
}

const char *words_path(const struct session *session, const char *path, char out[PATH_MAX])
{
    const char *home = session->place->home;
    size_t len = strlen(home);
    bool within = len > 1 && strncmp(path, home, len) == 0 && path[len] == '/';
    snprintf(out, PATH_MAX, "%s%s", within ? "~" : "", path + (within ? len : 0));
    return out;
}

void words_resource(const struct session *session, const char *address, struct words_resource *out)
{
    estimate_address(&session->estimates, address, out->module, out->local);
    struct str rest = str_of(out->local), type;
    str_cut(&rest, '.', &type);
    str_copy(type, out->type, sizeof out->type);
}

struct estimate_span words_span(const struct session *session, const char *type)
{
    return estimate_span(&session->estimates, type, session->place->speed);
}

static const struct {
    const char *doing, *done;
} verbs[TF_ACTIONS] = {
    [TF_CREATE] = {"creating", "created"},     [TF_UPDATE] = {"changing", "changed"},
    [TF_DELETE] = {"destroying", "destroyed"}, [TF_REPLACE] = {"replacing", "replaced"},
    [TF_READ] = {"reading", "read"},           [TF_IMPORT] = {"importing", "imported"},
};

const char *words_doing(enum tf_action action)
{
    return verbs[action].doing ? verbs[action].doing : "working";
}

const char *words_done(enum tf_action action)
{
    return verbs[action].done ? verbs[action].done : "done";
}

const char *words_reason(const char *reason)
{
    static const struct {
        const char *reason, *words;
    } known[] = {
        {"replace_because_cannot_update", "cannot be changed in place"},
        {"replace_because_tainted", "was left half made"},
        {"replace_by_request", "was asked to be replaced"},
        {"replace_by_triggers", "follows another that changes"},
        {"delete_because_no_resource_config", "is no longer asked for"},
        {"delete_because_no_module", "belongs to a module that is gone"},
        {"delete_because_wrong_repetition", "is counted differently now"},
        {"delete_because_count_index", "is one too many now"},
        {"delete_because_each_key", "has a key that is gone"},
        {"delete_because_no_move_target", "moved to nowhere"},
        {"tainted", "was left half made"},
        {"cannot_update", "cannot be changed in place"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].reason, reason) == 0)
            return known[i].words;
    }
    return reason;
}

const char *words_count(unsigned count, const char *one, const char *many, char out[WORDS])
{
    snprintf(out, WORDS, "%u %s", count, count == 1 ? one : many);
    return out;
}

int64_t words_wall(const struct session *session)
{
    return clock_wall(session->loop->clock);
}

const char *words_step(enum stage_step step)
{
    static const char *const doing[STEPS] = {
        [STEP_BUCKET] = "keeping the bucket out of it",
        [STEP_KUBECONFIG] = "writing the kubeconfig",
        [STEP_CLAIM] = "claiming the hub before it opens",
        [STEP_BALANCER] = "waiting for its load balancer",
        [STEP_NAMES] = "waiting for its names",
        [STEP_CERTIFICATE] = "waiting for its certificates",
        [STEP_PROVE] = "proving the login",
        [STEP_DRAIN] = "clearing what the cluster made in AWS",
        [STEP_RESIDUE] = "looking for what is left",
    };
    return doing[step] ? doing[step] : "";
}

const char *words_anyway(const struct session *session, bool destroy, const char *word,
                         char out[WORDS_TYPED])
{
    struct error ignored;
    bool outlives = session_outlives(session, destroy, &ignored);
    snprintf(out, WORDS_TYPED, "%.101s%s", word, outlives ? "" : " anyway");
    return out;
}
