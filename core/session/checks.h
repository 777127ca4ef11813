/* The preflight checks of a profile, side by side. Each has a state, one sentence, what to do about
 * it, and its time; some have details, line by line. A warning never stands in the way of a run. */
#ifndef CORE_SESSION_CHECKS_H
#define CORE_SESSION_CHECKS_H

#include "core/aws/creds.h"
#include "core/io/signals.h"
#include "core/session/estimate.h"
#include "core/session/place.h"

enum check_id {
    CHECK_TERRAFORM,
    CHECK_IDENTITY,
    CHECK_LIFETIME,
    CHECK_CLOCK,
    CHECK_REGION,
    CHECK_KUBERNETES,
    CHECK_PERMISSIONS,
    CHECK_QUOTAS,
    CHECK_NAMES,
    CHECK_S3,
    CHECK_REGISTRY,
    CHECK_IMAGES,
    CHECK_DISK,
    CHECKS,
};

enum check_state { CHECK_WAITING, CHECK_RUNNING, CHECK_PASS, CHECK_WARN, CHECK_FAIL, CHECK_SKIP };

struct check {
    const char *name; /* "terraform", "identity", … */
    enum check_state state;
    enum error_kind kind; /* of a failure: ERROR_AUTH ends a verb with 4 */
    char text[512];
    char hint[256];
    char details[4096];         /* lines; "" when the sentence says it all */
    int64_t began_ms, ended_ms; /* monotonic */
};

/* What an account may have of something in the region, and what the plan needs of it. */
struct check_quota {
    const char *service, *code; /* of Service Quotas */
    const char *what;           /* "elastic IPs" */
    bool known, counted;        /* the limit; what is in use */
    int64_t limit, used, needed;
    int64_t wished;       /* what AWS has been asked for and not decided; 0: nothing */
    char wish_status[24]; /* "PENDING" */
    char wish_since[16];  /* "2026-11-21" */
};
enum { CHECK_QUOTA_COUNT = 4 };

struct checks_work; /* private */

struct checks {
    struct check items[CHECKS];
    char account[16], alias[64], arn[256], region[32];
    char zones[8][32];
    size_t zone_count;
    int64_t expires_ms; /* wall clock: when the credentials end, or the
                           sign-in that gives others; 0: they do not, or not known */
    bool renews;        /* others come in their place without anybody's doing */
    int64_t skew_ms;    /* our clock minus AWS's; valid when the clock check has ended */
    char terraform[64]; /* "terraform 1.11.4" */
    struct check_quota quotas[CHECK_QUOTA_COUNT];

    /* Of the deployment, "" while they are open: filled before the start. The account must be this
     * one; this region is the one that is looked at. */
    char wanted_account[16], wanted_region[32];
    const struct error *unreadable; /* why there are no profiles; NULL when there are. Borrowed */
    /* What is going to be built: borrowed; both NULL where that is not known. */
    const struct answers *answers;
    const struct estimates *estimates;
    bool standing; /* the cluster is there already: it needs no more of anything */
    bool begun;    /* something of it may be there: its name is taken by ourselves */

    /* Which names were looked for: another one that is typed later was not. */
    char cluster_name[101], bucket_name[64];

    bool over;
    void (*ended)(struct checks *checks); /* all are over; may be NULL */
    struct checks_work *work;
};

/* Starts all of them for one profile; an earlier round is cancelled. Everything is borrowed until
 * checks_finish, but for `choice`, which is NULL for what place->profile and the environment say.
 * `ended` comes on a later turn. */
void checks_start(struct checks *checks, struct loop *loop, struct signals *signals,
                  struct http *http, const struct place *place, const struct profiles *profiles,
                  const struct profile_choice *choice);
void checks_finish(struct checks *checks); /* cancels; idempotent; zeroed is fine */

unsigned checks_count(const struct checks *checks, enum check_state state);
const char *check_name(enum check_id id);             /* "terraform", … */
const char *check_state_name(enum check_state state); /* "pass", … */

/* Is there less of it than is needed? */
bool check_quota_exceeded(const struct check_quota *quota);

/* Those that are exceeded and that nobody has asked AWS to raise yet, in order; returns how many.
 */
size_t checks_quotas_to_raise(const struct checks *checks,
                              const struct check_quota *out[CHECK_QUOTA_COUNT]);
/* The answers have changed: what is needed is weighed against the same limits again. */
void checks_weigh_quotas(struct checks *checks);
/* Asks AWS for as much of each of them as is in use and needed; the quota check tells what comes of
 * it. False when there is none, or the checks were not begun with an identity. */
bool checks_raise_quotas(struct checks *checks);

/* 0 all pass or warn; 3 one failed; 4 credentials. Valid when over. */
int checks_exit_code(const struct checks *checks);

#endif
