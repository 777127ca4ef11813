/* How full something is, in a line: cpu  ███░░░░░░░  29 %  6.4 of 22. Amber from `warn`, red from
 * `fail` per cent on. */
#ifndef TUI_GAUGE_H
#define TUI_GAUGE_H

#include "tui/widget.h"

extern const struct widget_ops gauge_ops;

struct gauge {
    struct widget widget; /* {&gauge_ops} */
    const char *label;    /* may be NULL */
    int label_width;      /* 0: as wide as the label */
    int percent;          /* may exceed 100; the bar does not */
    int warn, fail;       /* 0: never */
    const char *note;     /* dim, behind; may be NULL */
};

#endif
