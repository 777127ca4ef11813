/* One invocation of the player: what its commands share. Private to the player's files. */
#ifndef CORE_REHEARSAL_PLAY_H
#define CORE_REHEARSAL_PLAY_H

#include "core/rehearsal/play_options.h"
#include "core/rehearsal/play_plan.h"

struct play {
    struct play_options options;
    struct play_out out;
    char root[PATH_MAX];  /* where it runs: DIR/provision-STAGE */
    char place[PATH_MAX]; /* DIR */
    struct description description;
    json_t *ephemeral; /* the variables that are for no file; owned */
};

/* Each returns the exit code. */
int play_init(struct play *play);
int play_plan(struct play *play);
int play_apply_command(struct play *play, bool destroy);
int play_show(struct play *play);
int play_output(struct play *play);
int play_state_command(struct play *play);
int play_unlock(struct play *play);

enum play_edit { PLAY_TAINT, PLAY_UNTAINT, PLAY_REMOVE };
int play_edit(struct play *play, enum play_edit what);
int play_push(struct play *play); /* state push FILE */

/* The variables of this run, the ephemeral ones in play->ephemeral; NULL once the reason is said.
 */
json_t *play_variables(struct play *play);

/* Takes the ephemeral variables from the environment for a plan file: those that were set when it
 * was made must be set, no others may. False once the reason is said. */
bool play_ephemeral_again(struct play *play, const json_t *file);

/* Reads the stage before, evaluates and compares; steals `given`. `refresh` says what is read.
 * False once the reason is said. */
bool play_compare(struct play *play, struct play_plan *plan, json_t *given,
                  struct play_state *state, bool destroy, bool refresh);

/* An error of a command that has no stream: text on standard error, as terraform writes it. */
int play_complain(const char *summary, const char *detail);

#endif
