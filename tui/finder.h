/* Searching a log view, as pagers do: / opens a line to type in and what is found is marked while
 * it is typed; Enter keeps it, n goes to the next one above, N to the next one below; Esc first
 * ends the search, and where it was only typed the view stands where it stood before. */
#ifndef TUI_FINDER_H
#define TUI_FINDER_H

#include "tui/field.h"
#include "tui/logview.h"

struct finder {
    struct logview *view;
    struct field field;
    char needle[64];       /* as it is typed; view->needle is what is marked */
    bool open;             /* it is being typed */
    bool missed;           /* the last step found nothing more */
    bool down;             /* … in that direction */
    struct logview before; /* private: where the view stood when / was pressed */
};

/* The struct must not move. */
void finder_init(struct finder *finder, struct logview *view);

/* True when the key was for the search; also Esc, while there is one. */
bool finder_key(struct finder *finder, struct press press);

/* Whether something is searched for or typed: a line of the room is used. */
bool finder_active(const struct finder *finder);

/* Takes the last line of the room while it is active: what is looked for, "3 of 17 lines". */
void finder_draw(const struct finder *finder, struct canvas *room);

#endif
