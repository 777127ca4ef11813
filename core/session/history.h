/* DIR/history.jsonl: one line a run: who, when, with which versions, what changed, how it ended.
 * Written by the worker at its end; what the stages of a deployment are follows from it. */
#ifndef CORE_SESSION_HISTORY_H
#define CORE_SESSION_HISTORY_H

#include "core/base/json.h"
#include "core/session/stage.h"

/* All lines, oldest first, as an array (a new reference); empty when there is no history. Lines
 * that are torn or strange are passed over. */
json_t *history_read(const char *dir);

/* Steals `line`; "time" is set. */
bool history_append(const char *dir, int64_t wall_ms, json_t *line, struct error *err);

struct history_stage {
    enum stage_state state;
    int64_t began_ms, ended_ms; /* wall, of the run that made it so; 0 unknown */
};
void history_stages(const char *dir, struct history_stage stages[STAGES]);

#endif
