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
};

/* Each returns the exit code. */
int play_init(struct play *play);
int play_plan(struct play *play);
int play_apply_command(struct play *play, bool destroy);
int play_show(struct play *play);
int play_output(struct play *play);
int play_state_list(struct play *play);

/* An error of a command that has no stream: text on standard error, as terraform writes it. */
int play_complain(const char *summary, const char *detail);

#endif
