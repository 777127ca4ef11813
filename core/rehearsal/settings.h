/* What a rehearsal directory remembers (DIR/rehearsal/rehearsal.json): its speed, the faults that
 * are planted, and the tool that plays terraform. */
#ifndef CORE_REHEARSAL_SETTINGS_H
#define CORE_REHEARSAL_SETTINGS_H

#include "core/base/json.h"

enum { SETTINGS_SPEED_DEFAULT = 20, SETTINGS_SPEED_MAX = 1000, SETTINGS_FAULTS_MAX = 16 };

struct settings {
    int speed;
    size_t fault_count;
    char faults[SETTINGS_FAULTS_MAX][32];
    char tool[64];         /* "terraform 1.11.4", "tofu 1.9.0" or "player" */
    char tool_stamp[4200]; /* path, size and time of the tool that this version belongs to */
};

/* "20x", "20" or "" (the default); 1 to 1000. */
bool settings_parse_speed(struct str text, int *speed, struct error *err);

/* Reads DIR/rehearsal/rehearsal.json. A missing file gives the defaults; a damaged one fails. */
bool settings_load(const char *dir, struct settings *settings, struct error *err);
bool settings_save(const char *dir, const struct settings *settings, struct error *err);

bool settings_has_fault(const struct settings *settings, const char *name);

/* Replaces the planted faults. ERROR_INPUT with a hint for a name that is none. */
bool settings_plant(struct settings *settings, const char *const *names, struct error *err);

/* How long something that takes `seconds` in the world takes here, in milliseconds. */
int64_t settings_wait_ms(const struct settings *settings, double seconds);

#endif
