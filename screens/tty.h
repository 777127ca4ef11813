/* A question on the terminal itself, for verbs whose standard streams are in use. */
#ifndef SCREENS_TTY_H
#define SCREENS_TTY_H

#include <stdbool.h>
#include <stddef.h>

bool tty_there(void); /* this process has a terminal of its own */

/* Asks on /dev/tty and reads one line, which is not shown, into the caller's buffer: nothing of it
 * stays elsewhere. False without a terminal, and for an empty line, Ctrl-C or Ctrl-D. */
bool tty_ask(const char *prompt, char *text, size_t capacity);

#endif
