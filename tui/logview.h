/* The tail of something that grows: lines are pulled by number, so a ring that forgets its oldest
 * is fine. Follows the end until the user moves up, and again from End. Long lines wrap unindented,
 * and are moved over row by row. ↑ ↓ PgUp PgDn Home End move. */
#ifndef TUI_LOGVIEW_H
#define TUI_LOGVIEW_H

#include "tui/widget.h"

extern const struct widget_ops logview_ops;

struct logview_line {
    const char *text; /* need not be terminated; sanitised while drawing */
    size_t len;
    enum role role;
};

struct logview {
    struct widget widget; /* {&logview_ops} */
    /* Lines [*first, *end) are there; numbers never change while a line is there. */
    void (*range)(const void *owner, uint64_t *first, uint64_t *end);
    struct logview_line (*line)(const void *owner, uint64_t number);
    const void *owner;
    const char *empty;
    int page, width; /* rows and columns of its room, set by the owner; 0: 20, and a row a line */
    char needle[64]; /* of the last find: marked while it is not empty */

    /* private: where it stands */
    bool still;      /* does not follow: `bottom` is the end of what is shown … */
    uint64_t bottom; /* … one past the last line, of which … */
    int cut;         /* … so many rows are below the room */
    uint64_t found;  /* line of the last find, while needle is not empty … */
    int found_row;   /* … and row of it */
};

/* Goes to the next row above (or below with `down`) that has `needle`; false when there is none. */
bool logview_find(struct logview *view, const char *needle, bool down);

void logview_follow(struct logview *view);

/* Lines below what is shown: "↓ 120 new lines". 0 while it follows. */
uint64_t logview_below(const struct logview *view);

/* How many lines have the needle of the last find, and the how manyth, from the top, was found. */
struct logview_matches {
    uint64_t count, at;
};
struct logview_matches logview_matches(const struct logview *view);

#endif
