/* The preflight checks of a profile, side by side: terraform, identity, clock, region, disk. Each
 * has a state, one sentence, what to do about it, and its time. */
#ifndef CORE_SESSION_CHECKS_H
#define CORE_SESSION_CHECKS_H

#include "core/aws/creds.h"
#include "core/io/signals.h"
#include "core/session/place.h"

enum check_id { CHECK_TERRAFORM, CHECK_IDENTITY, CHECK_CLOCK, CHECK_REGION, CHECK_DISK, CHECKS };

enum check_state { CHECK_WAITING, CHECK_RUNNING, CHECK_PASS, CHECK_WARN, CHECK_FAIL, CHECK_SKIP };

struct check {
    const char *name; /* "terraform", "identity", … */
    enum check_state state;
    enum error_kind kind; /* of a failure: ERROR_AUTH ends a verb with 4 */
    char text[512];
    char hint[256];
    int64_t began_ms, ended_ms; /* monotonic */
};

struct checks_work; /* private */

struct checks {
    struct check items[CHECKS];
    char account[16], alias[64], arn[256], region[32];
    char zones[8][32];
    size_t zone_count;
    int64_t expires_ms; /* wall clock: when the credentials end; 0: they do not, or not known */
    int64_t skew_ms;    /* our clock minus AWS's; valid when the clock check has ended */
    char terraform[64]; /* "terraform 1.11.4" */

    /* Of the deployment, "" while they are open: filled before the start. The account must be this
     * one; this region is the one that is looked at. */
    char wanted_account[16], wanted_region[32];
    const struct error *unreadable; /* why there are no profiles; NULL when there are. Borrowed */

    bool over;
    void (*ended)(struct checks *checks); /* all are over; may be NULL */
    struct checks_work *work;
};

/* Starts all of them for one profile; an earlier round is cancelled. Everything is borrowed until
 * checks_finish, but for `choice`, which is NULL for what place->profile and the environment say.
 * `ended` comes on a later turn. The alias may arrive after it. */
void checks_start(struct checks *checks, struct loop *loop, struct signals *signals,
                  struct http *http, const struct place *place, const struct profiles *profiles,
                  const struct profile_choice *choice);
void checks_finish(struct checks *checks); /* cancels; idempotent; zeroed is fine */

unsigned checks_count(const struct checks *checks, enum check_state state);
const char *check_state_name(enum check_state state); /* "pass", … */

/* 0 all pass or warn; 3 one failed; 4 credentials. Valid when over. */
int checks_exit_code(const struct checks *checks);

#endif
