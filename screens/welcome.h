/* What welcome.c (the list and its keys) and welcome_notes.c (what happened meanwhile, what needs a
 * look) share. */
#ifndef SCREENS_WELCOME_H
#define SCREENS_WELCOME_H

#include "core/session/lookback.h"
#include "screens/screen.h"
#include "screens/words.h"
#include "tui/table.h"

enum { WELCOME_LOOKS = 3 };

struct welcome_row {
    size_t known; /* index into session->known */
    struct summary summary;
    struct lookback lookback;
    struct look looks[WELCOME_LOOKS];
    size_t look_count;
    char alias[64]; /* of its account; "" when this machine never heard it */
    bool here;      /* it is open behind this screen: nobody was away */
};

struct welcome {
    struct screen screen;
    struct table table;
    struct welcome_row *rows;
    size_t count, capacity;
    const struct session *session;
};

const struct deployment_entry *welcome_entry(const struct welcome *self, int row);
enum mark welcome_mark(const struct summary *summary);
enum mark welcome_stage_mark(enum stage_state state);

/* Draws what there is below the list. */
void welcome_notes(const struct welcome *self, const struct session *session, struct canvas canvas);

#endif
