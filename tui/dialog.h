/* A decision: each item has its key, a title, a note and perhaps lines that explain it. Not a box:
 * it is drawn in the room. ↑ ↓ and Tab choose; Enter or an item's own key decides. Notes stand in a
 * column of their own when they fit, else under the title. */
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include "tui/widget.h"

extern const struct widget_ops dialog_ops;

struct dialog_item {
    uint32_t code; /* 'q', PRESS_ENTER …: decides at once; 0: only by Enter */
    const char *title;
    const char *note;    /* may be NULL */
    const char *explain; /* wrapped under it; may be NULL */
    bool hidden;
};

struct dialog {
    struct widget widget; /* {&dialog_ops} */
    const struct dialog_item *items;
    int count;
    int chosen;  /* the likeliest, preselected by the owner */
    bool spaced; /* an empty line between items, while there is room */
};

/* The item that this press decides for, also setting `chosen`; -1 when it decides nothing (then the
 * press may still move: widget_key). */
int dialog_decide(struct dialog *dialog, struct press press);

#endif
