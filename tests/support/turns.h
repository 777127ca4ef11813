/* What every asynchronous test needs: a clock that stands still until it is told, turns of a real
 * loop until something has happened, a private directory, and the leak check. */
#ifndef TESTS_SUPPORT_TURNS_H
#define TESTS_SUPPORT_TURNS_H

#include "core/base/clock.h"
#include "core/io/loop.h"

struct still_clock {
    struct clock clock;
    int64_t monotonic, wall;
};

void still_clock_init(struct still_clock *clock);

/* Blocking turns until *happened; false when a great many were not enough. */
bool turns_until(struct loop *loop, const bool *happened);

/* At most n turns that do not block; returns early when nothing is left to dispatch. */
void turns(struct loop *loop, int n);

/* A fresh private directory; removed with its content by test_directory_remove. */
const char *test_directory(void);
void test_directory_remove(void);
const char *test_path(const char *name); /* inside it; valid for four further calls */

/* How many descriptors this process has open. */
int open_descriptors(void);

/* For .fini, where a failed assertion counts for nothing: aborts when more than `before` are open.
 */
void no_more_descriptors(int before);

/* For .fini: aborts when LeakSanitizer finds something. Without sanitizers it does nothing. */
void no_leaks(void);

#endif
