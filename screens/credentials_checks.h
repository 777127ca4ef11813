/* The checks of a profile as lines: what failed first and in full, what passed folded away when
 * there is no room. */
#ifndef SCREENS_CREDENTIALS_CHECKS_H
#define SCREENS_CREDENTIALS_CHECKS_H

#include "core/session/session.h"
#include "tui/canvas.h"

int credentials_checks_height(const struct session *session, int width);
void credentials_checks_draw(const struct session *session, struct canvas canvas);

#endif
