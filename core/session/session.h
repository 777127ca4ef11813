/* What the faces show and what they can ask for: one operator, one deployment, one run. Screens
 * read this struct and call these verbs; every change comes back as data on a later turn. */
#ifndef CORE_SESSION_SESSION_H
#define CORE_SESSION_SESSION_H

#include "core/aws/differences.h"
#include "core/aws/profiles_add.h"
#include "core/io/channel.h"
#include "core/session/bucket_try.h"
#include "core/session/checks.h"
#include "core/session/deployment.h"
#include "core/session/estimate.h"
#include "core/session/history.h"
#include "core/session/launch.h"
#include "core/session/outputs.h"
#include "core/session/run.h"
#include "core/session/secrets.h"

struct creds_wants;
struct session_index;
struct session_signin;
struct session_zones;

struct session_cluster { /* AWS's own view, polled while a run is applying */
    char status[16];     /* CREATING, ACTIVE …; "" when not known */
    char nodes[16];      /* status of the node group; "" */
    int nodes_wanted;
    int64_t seen_ms; /* monotonic */
};

struct session_log { /* what terraform said, as lines for the log view */
    struct session_line {
        char *text;
        enum stage_id stage; /* whose terraform said it */
        enum { LINE_PLAIN, LINE_GOOD, LINE_WARNING, LINE_ERROR } kind;
    } * lines;
    size_t count, capacity;
    uint64_t first; /* number of lines[0]: old ones are dropped beyond 20 000 */
};

struct session {
    struct loop *loop;
    struct signals *signals;
    struct place *place; /* main's; `source` follows the choice */
    struct http http;

    struct deployments known;
    char dir[PATH_MAX]; /* of the deployment; "" for a new one that has no directory yet */
    struct answers answers;
    struct outputs outputs;      /* of the deployment */
    struct secrets secrets;      /* typed, made or found in the environment; in no file */
    struct bucket_try bucket;    /* what S3 lets the private PyPI do */
    struct session_zones *zones; /* session_zones.h; NULL until a form asks for them */

    struct profiles profiles;
    bool profiles_read;
    struct error profiles_error;                       /* why they could not be read */
    struct differences differences;                    /* where terraform reads them otherwise */
    struct surrounding surroundings[SURROUNDINGS_MAX]; /* what else gives keys here */
    size_t surrounding_count;
    int profile;                  /* chosen; index into profiles, -1 none */
    struct profile_choice choice; /* how it was chosen */
    struct checks checks;
    struct session_signin *signin; /* session_signin.h; NULL while nobody signs in */
    struct creds_wants *wants;     /* of each profile, from there; NULL until somebody looks */

    struct estimates estimates;
    struct history_stage stages[STAGES]; /* of the deployment, before the run that is going */
    struct run run;       /* the one that is going, or the last one; run_is_open says whether */
    bool worker_lives;    /* somebody holds the lock */
    struct launch launch; /* in flight while launching */
    bool launching;
    enum run_command command; /* of the next run: RUN_APPLY unless a face wants a plan alone */
    bool wanted[STAGES];    /* of the next run; unless named: all, the domain if answers want it */
    bool named;             /* they were named */
    bool short_lived;       /* the operator knows that the credentials end before the work does */
    bool consent;           /* given in advance: --auto-approve, or the name that was typed */
    struct session_log log; /* of the run */
    struct session_cluster cluster;
    struct session_pods
        *pods;               /* of its cluster, by session_pods_want; NULL while there is no view */
    struct error pods_error; /* why there is none though it is wanted */

    struct session_index *index; /* session_index.h; NULL until somebody asks for it */

    char notice[512];     /* the one sentence: what just happened */
    struct error trouble; /* the last thing that could not be done; kind ERROR_NONE when none */

    /* For faces that print: once for every change of the run; one of the two is NULL. `stage` is
     * whose terraform spoke. May be NULL. */
    void (*event)(struct session *session, enum stage_id stage, const json_t *journal_event,
                  const struct tf_event *terraform_event);

    struct session_end *end; /* session_end.h: what a destroy means and leaves; NULL until asked */
    struct session_work *work; /* private: control calls, polls, watch on the lock */
};

/* Reads nothing from the network. What cannot be read is in profiles_error; only a broken
 * installation (assets) fails. */
bool session_init(struct session *session, struct loop *loop, struct signals *signals,
                  struct place *place, struct error *err);
void session_finish(struct session *session); /* leaves the worker alone; idempotent */

/* Deployments: opens one (loads answers, its last run; a run whose worker died is gone on with), or
 * begins a new one. */
bool session_open(struct session *session, const char *dir, struct error *err);
void session_new(struct session *session);
/* The same for looking only: nothing is started, a run is read to its present end. */
bool session_look(struct session *session, const char *dir, struct error *err);

/* Credentials: choosing starts the checks. One of session->surroundings is chosen in place of a
 * profile: then session->profile is -1, and the run uses that source and no other. An index or a
 * source that is not there changes nothing. */
void session_choose_profile(struct session *session, int index);
void session_choose_surrounding(struct session *session, enum surrounding_id id);
enum surrounding_id session_surrounding(const struct session *session); /* chosen; or NONE */
/* Somebody or something was chosen. */
bool session_has_credentials(const struct session *session);
void session_recheck(struct session *session);
/* Writes it to the AWS files, reads them anew and chooses it. False when nothing was written, or
 * when what was written cannot be read. */
bool session_add_profile(struct session *session, const struct profile_new *new, struct error *err);
/* Asks AWS for what the quotas lack; the check tells what comes of it. False when nothing is. */
bool session_raise_quotas(struct session *session);
/* Chooses what --profile, the environment and habit say (session->profile is preset to it). */
void session_choose_default(struct session *session);

/* Tries the bucket of the PyPI form with its answers and secrets; session->bucket says how it goes.
 * Does nothing while no profile is chosen. */
void session_try_bucket(struct session *session);

/* When the credentials in use end, by the wall clock; 0 when they do not or it is not known. */
int64_t session_credentials_end(const struct session *session);

/* Whether they are renewed or last as long as what a yes begins usually takes. False, with the
 * sentence, when not: session_consent and runs with consent given in advance are refused then,
 * unless session->short_lived or EKSHUB_LIFETIME=ignore says to begin all the same. */
bool session_outlives(const struct session *session, bool destroy, struct error *why);

/* One turn of the loop in that time, so that a screen can take back what it showed. */
void session_wake(struct session *session, int64_t ms);

/* While checks, a launch or a run are going a pulse of one second turns the loop, so that clocks on
 * the screen move; idle there is none. */

/* Work. Each returns false with session->trouble set when it cannot even begin; success and failure
 * come as changes of session->run. */
bool session_plan(struct session *session); /* saves the answers, starts a worker on what is wanted
                                             */
bool session_consent(struct session *session); /* yes to the review of session->run.stage */
bool session_discard(struct session *session); /* no to it: the stage ends, nothing made of it */
enum session_stop { STOP_NOW, STOP_WHEN_SAFE, STOP_HARDER };
bool session_stop(struct session *session, enum session_stop how);
/* Which stages a run would have, unless they were named: again after the answers have changed. */
void session_want(struct session *session);
bool session_retry(struct session *session); /* after a failure: plans again, goes on from there */
/* Starts a worker that destroys what is wanted and what stands on it. With session->consent it asks
 * for no other yes. */
bool session_destroy(struct session *session);
/* A form of a later stage is filled in: its answers and secrets go to the worker of the run that
 * goes, which saves the answers; without one the answers are saved here. */
bool session_hand_over(struct session *session);

/* A run whose worker died is continued by this; called by session_open. */
bool session_continue(struct session *session);

/* Whether the profile's checks allow a run (none of them may have failed). */
bool session_ready(const struct session *session, struct error *why);

/* What the stage is now: as the run that is going says, else as the history does. */
enum stage_state session_stage(const struct session *session, enum stage_id stage);

/* What exists costs this much an hour, by the table; < 0 unknown. */
double session_cost(const struct session *session);

/* Milliseconds until the run's steps have taken their usual time; a range for "ready about". False
 * when nothing can be said. */
bool session_eta(const struct session *session, int64_t now_wall_ms, int64_t *low_ms,
                 int64_t *high_ms);

#endif
