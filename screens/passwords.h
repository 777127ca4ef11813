/* The two rows of a form that ask for a password: masked, typed twice, or made by Ctrl-G, or
 * pasted. The password itself lives in the session's secrets and never leaves the secure heap. */
#ifndef SCREENS_PASSWORDS_H
#define SCREENS_PASSWORDS_H

#include "core/session/session.h"
#include "tui/field.h"
#include "tui/form.h"

struct passwords {
    struct session *session;
    enum secret_id id;
    struct secret again; /* the second time */
    struct field first, second;
    struct form_row *rows; /* two of the form's */
    bool once;             /* pasted, made or given: not asked twice */
    bool typed;            /* here, and nobody but this form has it */
    int64_t shown_ms;      /* monotonic, since Ctrl-R; 0 hidden */
    char hints[2][96];
};

/* Sets up `rows[0]` and `rows[1]` of a form. */
void passwords_init(struct passwords *passwords, struct session *session, enum secret_id id,
                    struct form_row *rows);
void passwords_finish(struct passwords *passwords); /* idempotent; zeroed is fine */

/* Another deployment: nothing typed for the last one is taken for this. */
void passwords_forget(struct passwords *passwords);

/* After the session may have changed, before drawing: lends the buffers anew, hides what was shown
 * for ten seconds, and says how things stand. `up`: the stage exists and keeps what it has. */
void passwords_settle(struct passwords *passwords, bool up);

/* Ctrl-G, and what happens around a key for the two fields. True when the key was for them.
 * `focus`: 0 or 1, the row with the focus; -1 when it is another one. */
bool passwords_key(struct passwords *passwords, struct press press, int focus);

/* Makes one without being asked, as a rehearsal does. */
void passwords_make(struct passwords *passwords);

#endif
