/* Which program plays terraform in a rehearsal: a real terraform or tofu, or our player behind a
 * small script, so that both are a path that can be run. */
#ifndef CORE_REHEARSAL_TOOL_H
#define CORE_REHEARSAL_TOOL_H

#include <limits.h>

#include "core/rehearsal/settings.h"

struct tool {
    char path[PATH_MAX];
    bool player;
};

/* EKSHUB_TERRAFORM of the environment ("player": our own), else terraform, else tofu in PATH, else
 * the player. */
bool tool_choose(struct tool *tool, const char *dir, const char *program,
                 const char *const *environment, struct error *err);

/* Puts what the fault "state-locked" needs before the tool (locked.h): *path becomes that of a
 * script in the directory. */
bool tool_lock(char path[PATH_MAX], const char *dir, const char *program, struct error *err);

/* Sets settings->tool, "terraform 1.11.4", asking the program only when it is another one than the
 * last time: that takes it some 100 ms. A program that does not tell is "terraform". */
void tool_name(const struct tool *tool, const char *const *environment, struct settings *settings);

#endif
