/* What the profiles of a session want of a person before they can be used, by row. Files alone are
 * read; what a person then does is session_signin.h's. */
#ifndef CORE_SESSION_SESSION_WANTS_H
#define CORE_SESSION_SESSION_WANTS_H

#include "core/aws/creds_kept.h"
#include "core/session/session.h"

/* Of one row, as the files say now. */
void session_wants_read(const struct session *session, int row, struct creds_wants *wants);

/* Of all of them into session->wants; doing it again is cheap. session_wants_forget drops it, as
 * when the profiles are read anew. */
void session_wants_look(struct session *session);
void session_wants_forget(struct session *session); /* idempotent */

/* What is wanted before the profile of this row can be used, as the files say now and, for the one
 * that is chosen, its checks. Rows that are no profile want nothing. */
enum creds_want session_wants_now(const struct session *session, int row);

#endif
