/* Private to session*.c: what is in flight on behalf of the session. */
#ifndef CORE_SESSION_SESSION_WORK_H
#define CORE_SESSION_SESSION_WORK_H

#include "core/session/session.h"

struct session_work {
    struct session *session;
    struct channel_call call;
    bool calling;
    bool hand_over; /* answers wait until that call is over */
    struct timer pulse;
    struct timer wake; /* for a screen */
    bool watched;      /* somebody looks at this deployment: DIR/seen is for when that ends */
    unsigned beats;
    struct session_poll *poll; /* NULL while nobody asks AWS for the cluster */
    int64_t pods_tried_ms;     /* monotonic: when the view of the pods was last tried; 0 never */
    unsigned continues;        /* workers that we started for a run whose worker died */
};

/* Takes this session off its run; the run and its worker go on. */
void session_leave_run(struct session *session);
void session_listen(struct session *session); /* hears what changes in session->run */
void session_watch_run(struct session *session, const char *id); /* opens and follows it */
/* The run has not ended and nobody works on it. */
bool session_abandoned(struct session *session);
void session_pulse_start(struct session *session);
void session_read_outputs(struct session *session);
bool session_trouble(struct session *session, const struct error *err); /* false, always */

/* session_profiles.c */
void session_read_profiles(struct session *session);
/* Choose without asking anybody: this one and no other, for whoever works in this place too. */
void session_prefer_profile(struct session *session, int index);
void session_prefer_surrounding(struct session *session, enum surrounding_id id);

/* session_cluster.c */
void session_poll_cluster(struct session *session);
void session_poll_finish(struct session *session);

/* session_log.c */
void session_log_add(struct session *session, enum stage_id stage, const struct tf_event *event);
void session_log_clear(struct session *session);

#endif
