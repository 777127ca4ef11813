/* The bands around a room: header, rail, sentence and hints, as the session and the screen say. */
#ifndef SCREENS_CHROME_H
#define SCREENS_CHROME_H

#include "screens/screen.h"

/* Draws the bands; returns the room. `base` is the screen that an overlay covers, or the screen
 * itself. `trouble` (may be NULL) is something that failed since the last key. */
struct canvas chrome_draw(const struct screen *screen, const struct screen *base,
                          const struct session *session, const struct error *trouble,
                          struct canvas canvas);

/* "demo-hub 41/58", "demo-hub ✗ needs you": for the window's title. */
void chrome_title(const struct session *session, char *out, size_t capacity);

#endif
