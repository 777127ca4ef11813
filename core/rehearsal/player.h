/* terraform's own command line for a rehearsal root, for when no terraform is installed: version,
 * init, plan, show, apply, destroy, output, state list. It speaks the streams of terraform 1.11.4,
 * keeps a real terraform.tfstate and takes the same steps. Not a terraform: it plays what the
 * stage's description says and reads no HCL. */
#ifndef CORE_REHEARSAL_PLAYER_H
#define CORE_REHEARSAL_PLAYER_H

/* `ekshub-tui --player ARGUMENTS…` in DIR/provision-STAGE (or with -chdir=); argv[0] is the first
 * argument. Returns the exit code. */
int player_main(int argc, char **argv);

#endif
