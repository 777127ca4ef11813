/* Text that only stands there, wrapped to its width. */
#ifndef TUI_LABEL_H
#define TUI_LABEL_H

#include "tui/widget.h"

extern const struct widget_ops label_ops;

struct label {
    struct widget widget; /* {&label_ops} */
    const char *text;
    enum role role;
};

#endif
