/* The checks of a profile as lines: all in full, or where there is no room what failed first and in
 * full, and the rest folded into the last line; as a list to walk through; and one with all that is
 * known of it. */
#ifndef SCREENS_CREDENTIALS_CHECKS_H
#define SCREENS_CREDENTIALS_CHECKS_H

#include "core/session/session.h"
#include "tui/table.h"

int credentials_checks_height(const struct session *session, int width);
void credentials_checks_draw(const struct session *session, struct canvas canvas);

/* The check that stands there when failures come first. */
int credentials_checks_nth(const struct session *session, int nth);
void credentials_checks_table(struct table *table, const struct session *session);

/* Everything about one check, from that line on; and how many lines there are. */
int credentials_check_lines(const struct check *check, int width);
void credentials_check_draw(const struct check *check, struct canvas canvas, int from);

#endif
