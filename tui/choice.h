/* One of a few: ‹ new ›. ← → change it, Space (or Enter in the list) opens and closes a list below
 * it, where ↑ ↓ move, Esc leaves it as it was and a letter jumps. With `spread` all options stand
 * on one line while they fit: role  ‹ keys ›. */
#ifndef TUI_CHOICE_H
#define TUI_CHOICE_H

#include "tui/widget.h"

extern const struct widget_ops choice_ops;

struct choice_option {
    const char *text;
    const char *note; /* behind it in the list; may be NULL */
};

struct choice {
    struct widget widget; /* {&choice_ops} */
    int count;
    int chosen; /* the owner reads and sets it */
    /* Either fixed words, or options that are pulled. */
    const char *const *words;
    struct choice_option (*option)(const void *owner, int index);
    const void *owner;
    void (*changed)(struct choice *choice, void *context); /* may be NULL */
    void *context;
    bool spread;
    bool open;   /* the list is shown */
    int pointed; /* in the open list */
};

const char *choice_text(const struct choice *choice); /* of the chosen one; "" when there is none */

#endif
