/* What the player says to people where terraform writes its own language: values, outputs and
 * resources. Private to the player's files. */
#ifndef CORE_REHEARSAL_PLAY_TEXT_H
#define CORE_REHEARSAL_PLAY_TEXT_H

#include "core/rehearsal/play_plan.h"

/* "NAME = VALUE", a line or more for each of {name: {value}}. */
void play_text_outputs(const json_t *outputs);

void play_text_value(const json_t *value);

/* `show` of a state: every resource and the outputs. `address` shows one; NULL all. False when
 * there is none of that address. */
bool play_text_state(const struct description *description, const struct play_state *state,
                     const char *address);

/* `show` of a plan file's document: what would change. */
void play_text_plan(const json_t *show);

#endif
