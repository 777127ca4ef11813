/* What the profiles of the list want of a person, in words: a sign-in, or digits. */
#ifndef SCREENS_CREDENTIALS_WANTS_H
#define SCREENS_CREDENTIALS_WANTS_H

#include "core/session/session.h"
#include "tui/table.h"

/* Fills the cell for a profile that wants something at times; false for any other. */
bool credentials_wants_note(const struct session *session, const struct profile *profile,
                            struct table_cell *cell);

/* Whether somebody must sign in before the profile of this row can be used; and whether it is of a
 * kind where somebody ever must. Rows that are no profile want nothing. */
bool credentials_wants_person(const struct session *session, int row);
bool credentials_wants_ever(const struct session *session, int row);

/* What Enter does on such a row. */
const char *credentials_wants_sentence(const struct session *session, int row);

#endif
