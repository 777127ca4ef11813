/* The ways out that nobody planned: exit(), abort() and fatal signals while the terminal is taken.
 * Puts it back with write(2) and tcsetattr(3) only, both safe in a signal handler. Used by term. */
#ifndef TUI_RESCUE_H
#define TUI_RESCUE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* From now on every unplanned end writes `bytes` (copied, at most 255) to `fd` and restores
 * `saved`. Termination signals that still have their default action are caught as well. */
void rescue_arm(int fd, const struct termios *saved, const char *bytes, size_t len);

/* The terminal is given back: nothing to rescue. Handlers are put back as they were. */
void rescue_disarm(void);

#endif
