/* What a screen is: a table of functions over private state that the framework makes zeroed and
 * keeps until the program ends, so that nothing typed is lost by going back and forth. A screen
 * reads the session while drawing and calls its verbs when a key asks for it; it owns no
 * asynchronous work and never names another screen: it says where the operator wants to go. */
#ifndef SCREENS_SCREEN_H
#define SCREENS_SCREEN_H

#include "core/session/session.h"
#include "tui/canvas.h"
#include "tui/frame.h"
#include "tui/press.h"

enum nav {
    NAV_PASS, /* not mine: the wizard tries (Esc, F1, Ctrl-Q …) */
    NAV_STAY,
    NAV_NEXT,
    NAV_BACK,
    NAV_CREDENTIALS,
    NAV_PROFILE, /* a profile is to be added */
    NAV_SIGNIN,  /* session->signin was opened */
    NAV_ANSWERS, /* the form again */
    NAV_FORMS,   /* the first form that a stage of the run still waits for */
    NAV_LATER,   /* past the forms to come, to where the run is */
    NAV_DESTROY, /* what it would mean; the deed only after the name is typed */
    NAV_RESIDUE,
    NAV_LOG,
    NAV_PODS,
    NAV_TOOL, /* k9s or kubectl on this cluster: the terminal is handed over */
    NAV_STOP, /* the question, not the deed */
    NAV_HELP,
    NAV_LEAVE, /* asks first when something would be lost or goes on */
    NAV_QUIT,  /* leaves at once */
    NAV_START_OVER,
    NAV_REHEARSE, /* leaves, and comes back in a rehearsal */
};

#define SCREEN_HINTS 14

/* Where on the stage rail a screen stands. */
enum rail {
    RAIL_NONE,
    RAIL_CREDENTIALS,
    RAIL_EKS, /* the stages, in their order */
    RAIL_PYPI,
    RAIL_MLHUB,
    RAIL_DOMAIN,
    RAIL_RUN, /* the stage of the run that is to be looked at */
    RAIL_RESULTS,
};

struct screen;

/* The sentence of row 22. */
struct sentence {
    char text[512];
    enum role role; /* ROLE_NORMAL, or SUCCESS, WARNING, FAILURE with their mark */
};

/* What stands in the header and on the rail beside what the session says. */
struct heading {
    char title[128];
    char account[96], region[32];
    double cost; /* $/h; < 0 unknown */
    enum mark marks[STAGES];
};

struct screen_ops {
    const char *name;
    enum rail rail;
    size_t size; /* of the private struct, which begins with struct screen */
    /* Hints of the present state, the likeliest first; ends with key NULL. */
    const struct press_hint *(*hints)(const struct screen *screen, const struct session *session);
    const char *help; /* a few lines of text */
    /* All below may be NULL but key and draw. */
    void (*enter)(struct screen *screen, struct session *session);
    void (*settle)(struct screen *screen, struct session *session); /* data changed */
    enum nav (*key)(struct screen *screen, struct session *session, struct press press);
    void (*draw)(const struct screen *screen, const struct session *session, struct canvas room);
    void (*sentence)(const struct screen *screen, const struct session *session,
                     struct sentence *out);
    void (*heading)(const struct screen *screen, const struct session *session,
                    struct heading *out);
    /* Something was typed here that is in no file yet. */
    bool (*unsaved)(const struct screen *screen, const struct session *session);
    void (*finish)(struct screen *screen);
};

struct screen {
    const struct screen_ops *ops;
    struct sentence said;    /* by the last key; the wizard clears it before the next */
    char *copied;            /* malloc'ed text for the clipboard; the app takes it */
    char tool_namespace[64]; /* where NAV_TOOL begins; "": in all */
    const char *tool;        /* "k9s", "kubectl" or "": what NAV_TOOL opens, for hints */
    struct press_hint own_hints[SCREEN_HINTS];
    const struct screen *below; /* of an overlay (help, log, stop, quit): what it covers */
    bool unsaved;               /* some screen holds what is in no file, when this was entered */
    int room_w, room_h;         /* of the room, for pages */
};

/* Sets what row 22 says until the next key. Returns NAV_STAY. */
enum nav screen_say(struct screen *screen, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with an error and its hint. */
enum nav screen_complain(struct screen *screen, const struct error *err);

/* Asks the app to put text on the clipboard. Returns NAV_STAY. */
enum nav screen_copy(struct screen *screen, const char *text, const char *what);

/* k9s or kubectl on this cluster, in three steps: looks (on entering) whether one is installed;
 * fills own_hints with `base`, whose hint "K" is filled in or left out; hands the terminal over, or
 * says what is missing for that. */
void screen_find_tool(struct screen *screen, const struct session *session);
void screen_tool_hints(struct screen *screen, const struct press_hint *base);
enum nav screen_open_tool(struct screen *screen, const struct session *session,
                          const char *namespace_name);

void sentence_set(struct sentence *sentence, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Text and hint of an error, each ended by a full stop. */
void sentence_error(struct sentence *sentence, enum role role, const struct error *err);

#endif
