/* Something to do in a row of its own: [ make a key ]. Enter and Space press it. */
#ifndef TUI_BUTTON_H
#define TUI_BUTTON_H

#include "tui/widget.h"

extern const struct widget_ops button_ops;

struct button {
    struct widget widget; /* {&button_ops} */
    const char *text;
    void (*pressed)(struct button *button, void *context);
    void *context;
};

#endif
