/* The player's terraform.tfstate: format 4, written in place as terraform does, readable by the
 * real one. What is in it and not in the description is kept and left alone. */
#ifndef CORE_REHEARSAL_PLAY_STATE_H
#define CORE_REHEARSAL_PLAY_STATE_H

#include <limits.h>

#include "core/rehearsal/description.h"

struct play_state {
    json_t *json; /* the whole document */
    int fd;       /* locked; -1 when only read */
    bool backed_up, created;
    char dir[PATH_MAX];
};

/* Reads the state of a root without a lock: for show and output. No file is an empty state. */
bool play_state_read(struct play_state *state, const char *dir, struct error *err);

/* Reads and locks it. When that fails *err has the detail of terraform's diagnostic "Error
 * acquiring the state lock". */
bool play_state_lock(struct play_state *state, const char *dir, const char *operation,
                     struct error *err);
void play_state_finish(struct play_state *state); /* unlocks; idempotent; zeroed is fine */

/* Writes it with the next serial, after keeping the one before as terraform.tfstate.backup. */
bool play_state_save(struct play_state *state, struct error *err);

const json_t *play_state_find(const struct play_state *state, const struct piece *piece);
const char *play_state_id(const struct play_state *state, const struct piece *piece);
bool play_state_tainted(const struct play_state *state, const struct piece *piece);
const char *play_state_input(const struct play_state *state, const struct piece *piece);
/* Its triggers_replace; "" when it has none. */
const char *play_state_trigger(const struct play_state *state, const struct piece *piece);

/* Notes what the stage before said, as terraform's data source does; NULL removes it. */
void play_state_remote(struct play_state *state, const struct description *description,
                       const json_t *outputs);
/* The data source of the stage before; NULL when there is none. */
const json_t *play_state_data(const struct play_state *state);

void play_state_put(struct play_state *state, const struct description *description,
                    const struct piece *piece, const char *id, const char *input,
                    const char *trigger, bool tainted);
void play_state_drop(struct play_state *state, const struct piece *piece);

/* Every address in the state, in its order. A new array of strings. */
json_t *play_state_addresses(const struct play_state *state);

#endif
