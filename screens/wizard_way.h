/* The way through the screens: which one comes first, what follows a screen, what lies behind it,
 * and where the run wants the operator to be. Looks and decides; wizard.c goes. */
#ifndef SCREENS_WIZARD_WAY_H
#define SCREENS_WIZARD_WAY_H

#include "screens/wizard.h"

/* Where the state of the run wants the operator to be; PLACE_NONE when it wants nothing. */
enum wizard_place way_fit(const struct session *session);
bool way_going(const struct session *session); /* a run goes, or is about to */
bool way_is_form(enum wizard_place place);     /* of a stage */

/* May open the deployment to begin with. */
enum wizard_place way_first(struct session *session);
enum wizard_place way_back(const struct wizard *wizard); /* PLACE_NONE: out of the program */
enum wizard_place way_next(const struct wizard *wizard);
/* The form of the first stage that the run waits for. */
enum wizard_place way_form(const struct session *session);

#endif
