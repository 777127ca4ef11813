/* What the tests of tui share: goldens (text block and role block), keys by name, and scenes that
 * rebuild the sketches of the design from the furniture alone. */
#ifndef TESTS_TUI_SUPPORT_H
#define TESTS_TUI_SUPPORT_H

#include "tui/canvas.h"
#include "tui/widget.h"

/* Compares with tests/golden/tui/NAME.txt and fails the test with both; UPDATE_GOLDEN rewrites. */
void golden_check(const struct grid *grid, const char *name);

/* Draws the widget, focused, on a fresh grid of each of the four sizes 80x24, 40x10, 200x60, 1x1,
 * and compares each with the golden NAME-WxH. */
void golden_widget(const struct widget *widget, const char *name);

/* Presses keys by name, separated by blanks; "'text" types the letters of a word. Returns whether
 * the last was taken. */
bool press_keys(struct widget *widget, const char *names);
struct press press_named(const char *name);
struct press press_pasted(const char *text);

/* For .fini: aborts when the sanitizer finds a leak, which Criterion's workers would not report. */
void check_leaks(void);

struct scene {
    const char *name;
    void (*draw)(struct canvas canvas);
};
extern const struct scene scenes[];
extern const int scene_count;

#endif
