/* The program on a terminal: takes it, turns keys into presses for the wizard and drawings into
 * what the terminal shows, and gives it back. */
#ifndef SCREENS_APP_H
#define SCREENS_APP_H

#include "core/session/session.h"

struct app_options {
    bool ascii, mono;
    bool begun_before; /* a rehearsal lies in the directory: ask whether to go on or start over */
};

#define APP_START_OVER (-1) /* the operator wants the rehearsal anew; ask again afterwards */
#define APP_REHEARSE   (-2) /* the operator wants a rehearsal instead */

/* Runs session->loop until the operator leaves or the terminal is lost; a run goes on either way,
 * and one line on the normal screen says so. Signals WINCH, TSTP, CONT, TERM and HUP must be among
 * those that session->signals catches. Returns the exit code of the program, or one of these. */
int app_main(struct session *session, const struct app_options *options);

#endif
