/* The order of the screens: which one fits the state of the session, what follows what, and what
 * lies over it. All of the program but the terminal: keys in, canvas out. */
#ifndef SCREENS_WIZARD_H
#define SCREENS_WIZARD_H

#include "screens/screen.h"

enum wizard_place {
    PLACE_AGAIN,
    PLACE_WELCOME,
    PLACE_CREDENTIALS,
    PLACE_PROFILE,
    PLACE_CLUSTER,
    PLACE_PYPI,
    PLACE_MLHUB,
    PLACE_DOMAIN,
    PLACE_REVIEW,
    PLACE_APPLY,
    PLACE_FAILURE,
    PLACE_RESULTS,
    PLACE_DESTROY,
    PLACE_RESIDUE,
    PLACE_SIGNIN,
    PLACE_STOP,
    PLACE_LOG,
    PLACE_PODS,
    PLACE_HELP,
    PLACE_QUIT,
    PLACES,
    PLACE_NONE = -1,
};

#define WIZARD_OVERLAYS 4

struct wizard {
    struct session *session;
    struct screen *screens[PLACES]; /* made at the first visit */
    enum wizard_place base;
    enum wizard_place form;                  /* the last one on the way to the review */
    enum wizard_place over[WIZARD_OVERLAYS]; /* what lies over the base, the top one last */
    int depth;
    enum wizard_place fit; /* what the run asked for last */
    char run[64];          /* the run that it was asked for */
    char seen[128];        /* of the trouble that was shown before the last key */
    bool asked, checked;   /* the review waited; the checks were started */
    bool calls;            /* the operator is needed: ring; the app takes it back */
    bool leaving, start_over, rehearse;
    bool hands_over; /* k9s or kubectl was asked for; the app takes it back */
};

/* `begun_before`: a rehearsal lies in the directory, which the first screen asks about. Opens the
 * only deployment when a run is going in it. */
void wizard_init(struct wizard *wizard, struct session *session, bool begun_before);
void wizard_finish(struct wizard *wizard); /* idempotent; zeroed is fine */

void wizard_resize(struct wizard *wizard, int w, int h);
void wizard_key(struct wizard *wizard, struct press press);

/* After the data may have changed, before drawing: goes where the run is. */
void wizard_settle(struct wizard *wizard);

void wizard_draw(const struct wizard *wizard, struct canvas canvas);

/* Takes the text that the operator asked to copy; free() it. NULL when there is none. */
char *wizard_copied(struct wizard *wizard);

const struct screen *wizard_top(const struct wizard *wizard);

#endif
