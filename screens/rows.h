/* The rows of a run that is going: what is in flight with its time against its usual time, then
 * what failed, then what ended last. */
#ifndef SCREENS_ROWS_H
#define SCREENS_ROWS_H

#include "core/session/session.h"
#include "tui/canvas.h"

/* As many as there is room for; the rest is counted in the last line. Brief: without what is done.
 * Returns the rows drawn. */
int rows_draw(const struct session *session, struct canvas canvas, bool brief);

/* Wall time when the first row began; when the run did while there is none. */
int64_t rows_began(const struct session *session);

/* The first row that takes longer than usual, or NULL. */
const struct tf_row *rows_overdue(const struct session *session);

/* Creating a cluster, a node group or a NAT gateway is in flight. */
bool rows_slow(const struct session *session);

#endif
