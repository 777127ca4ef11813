/* What the results page lists: addresses, lines to type, the .pypirc, and where everything lies.
 * Values stand whole, alone on their line from the first column, so that a mouse can take them. */
#ifndef SCREENS_RESULTS_ITEMS_H
#define SCREENS_RESULTS_ITEMS_H

#include "core/session/session_index.h"
#include "tui/canvas.h"

enum { RESULTS_ITEMS = 16 };

/* The five that can be copied by their number. */
enum { RESULTS_HUB = 1, RESULTS_INDEX, RESULTS_SNIPPET, RESULTS_PIP, RESULTS_KUBECTL };

struct results_item {
    int number; /* 1 to 5, or 0 */
    const char *label;
    char note[120]; /* behind the label */
    enum mark mark; /* of the note; MARK_TODO: none */
    char value[1400];
    bool own_line; /* an address or a command */
    bool snippet;  /* several lines */
};

struct results_items {
    struct results_item list[RESULTS_ITEMS];
    int count;
};

void results_collect(const struct session *session, struct results_items *items);
const struct results_item *results_numbered(const struct results_items *items, int number);

/* The list, scrolled so that the chosen one is seen. */
void results_draw_items(const struct results_items *items, int chosen, struct canvas canvas);

/* What became of the demo package and of the .pypirc: two rows at the most. */
int results_proof_rows(const struct session *session);
void results_draw_proof(const struct session *session, struct canvas canvas);

/* Both addresses are known. */
bool results_platform(const struct session *session);

#endif
