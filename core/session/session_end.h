/* The end of a deployment as the faces see it: what a destroy would mean, and what was left behind.
 * Made when a face first asks; belongs to the session. */
#ifndef CORE_SESSION_SESSION_END_H
#define CORE_SESSION_SESSION_END_H

#include "core/session/session.h"
#include "core/session/teardown.h"

struct session_end {
    struct teardown teardown;
    struct teardown_look teardown_look;
    struct residue residue;
    struct residue_look residue_look;
    struct residue_removal removal;
    struct residue_world world;
    char profile[128];
    char saved[PATH_MAX];                  /* where the report was saved; "" */
    void (*over)(struct session_end *end); /* a look or a removal has ended; may be NULL */
    void *context;                         /* the face's */
};

/* Makes it when there is none yet; what it says is empty until something is asked. */
struct session_end *session_end(struct session *session);
void session_end_finish(struct session *session); /* idempotent */

/* Reads the files, and asks the cluster and the account for the rest. No-op while asking. */
void session_ask_teardown(struct session *session, bool wanted[STAGES]);
/* Looks for what is left of everything (NULL), or of some stages. No-op while looking or removing.
 */
void session_ask_residue(struct session *session, const bool stages[STAGES]);
/* Removes one, or everything for -1, and looks again. False with session->trouble set when nothing
 * may be removed. */
bool session_remove_residue(struct session *session, int index);
/* Writes the dated report to DIR; the path is in `saved`. */
bool session_save_residue(struct session *session);

static inline bool session_end_busy(const struct session_end *end)
{
    return end->residue_look.task.state == TASK_RUNNING || end->removal.task.state == TASK_RUNNING;
}

#endif
