/* Where keys may come from, as rows: first what the surroundings give (the environment, a web
 * identity, a container, the machine), then the profiles of the AWS files. */
#ifndef SCREENS_CREDENTIALS_ROWS_H
#define SCREENS_CREDENTIALS_ROWS_H

#include "core/session/session.h"
#include "tui/table.h"

int credentials_rows(const struct session *session);

/* The profile of a row, an index into session->profiles; negative when the row is none. */
int credentials_rows_profile(const struct session *session, int row);

int credentials_rows_chosen(const struct session *session); /* -1 when nothing is */
void credentials_rows_choose(struct session *session, int row);

/* The table of them; the cursor stays where it was. */
void credentials_rows_table(struct table *table, const struct session *session);

/* "this profile", "the container": what Enter chooses there. */
const char *credentials_rows_what(const struct session *session, int row);

/* "kube_admin", "the keys of the environment": whose checks are shown; "" when nothing is chosen.
 */
const char *credentials_rows_whose(const struct session *session, char out[160]);

#endif
