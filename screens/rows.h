/* The rows of a run that is going, of all stages that go together: what failed, what is in flight
 * with its time against its usual time, what a step between the terraforms waits for, what ended
 * last. */
#ifndef SCREENS_ROWS_H
#define SCREENS_ROWS_H

#include "core/session/session.h"
#include "tui/canvas.h"

/* As many as there is room for; the rest is counted in the last line. Brief: without what is done.
 * Returns the rows drawn. */
int rows_draw(const struct session *session, struct canvas canvas, bool brief);

/* The stages that are shown together: EKS alone while it is built, then those that stand on it; of
 * a destroy the one that goes now. */
bool rows_shows(const struct session *session, enum stage_id stage);

/* Planned resources of these stages, and how many are done. */
struct rows_count {
    unsigned done, total, errors, running;
};
struct rows_count rows_count(const struct session *session);

/* Wall time when the first row that is shown began; when the run did while there is none, and when
 * it is over. */
int64_t rows_began(const struct session *session);

/* The first row that takes longer than usual, or NULL. */
const struct tf_row *rows_overdue(const struct session *session);

/* The first stage that waits for an answer or a secret of its form, or STAGE_NONE. */
enum stage_id rows_wait_for_form(const struct session *session);

/* Creating a cluster, a node group or a NAT gateway is in flight. */
bool rows_slow(const struct session *session);

#endif
