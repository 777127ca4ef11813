/* The fault "state-locked": stands before terraform (or the player), and the first time that it
 * plans or applies, somebody else holds the state for a while. */
#ifndef CORE_REHEARSAL_LOCKED_H
#define CORE_REHEARSAL_LOCKED_H

/* `ekshub-tui --rehearse-locked TOOL ARGUMENTS…`; argv[0] is TOOL, which takes the place of this
 * process. Returns only when that fails. */
int locked_main(int argc, char **argv);

#endif
