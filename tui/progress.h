/* A bar with its counts: ████░░░░   41 of 58     70 %. A total of 0 is "not known yet": no bar, no
 * percentage, only the count. 100 % is shown only when done reaches total. */
#ifndef TUI_PROGRESS_H
#define TUI_PROGRESS_H

#include "tui/widget.h"

extern const struct widget_ops progress_ops;

struct progress {
    struct widget widget; /* {&progress_ops} */
    unsigned done, total;
    enum role role; /* of the full part; ROLE_NORMAL means ROLE_BAR */
};

#endif
