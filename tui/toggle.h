/* Yes or no: [x] snapshot these 3 volumes first. Space changes it. */
#ifndef TUI_TOGGLE_H
#define TUI_TOGGLE_H

#include "tui/widget.h"

extern const struct widget_ops toggle_ops;

struct toggle {
    struct widget widget; /* {&toggle_ops} */
    const char *text;
    bool on;
};

#endif
