/* What the forms of the later stages have in common: fields and choices over the session's answers,
 * the typed yes for the whole internet, what row 22 says of the run that goes on meanwhile, and the
 * two ways on. Each form is a screen of its own and knows no other. */
#ifndef SCREENS_FORMS_H
#define SCREENS_FORMS_H

#include "screens/screen.h"
#include "screens/words.h"
#include "tui/choice.h"
#include "tui/field.h"
#include "tui/form.h"

/* A text field over the answer `key`, judged by the rule of the answers. */
void forms_field(struct field *field, struct form_row *row, struct session *session,
                 const char *key);

/* One of two or three values of an answer, called by words. */
struct forms_pick {
    struct choice choice;
    struct session *session;
    const char *key;
    const char *const *values; /* beside choice.words */
};
void forms_pick(struct forms_pick *pick, struct form_row *row, struct session *session,
                const char *key, const char *const *values, const char *const *words, int count);
void forms_pick_settle(struct forms_pick *pick); /* follows the answer */

/* "yes" in full, wanted while a list of addresses lets everybody in over http. */
struct forms_gate {
    char typed[8];
    struct field field;
    struct form_row *row;
    const char *ranges; /* the answer that it guards; lent */
};
void forms_gate(struct forms_gate *gate, struct form_row *row, const char *ranges);
/* `kept`: what the stage has already, which was consented to then; may be NULL. */
void forms_gate_settle(struct forms_gate *gate, const char *kept);

/* Whether the stage exists already: then its form changes it. */
bool forms_up(const struct session *session, enum stage_id stage);

/* Whether what the stage asks differs from what was saved. */
bool forms_changed(const struct session *session, const struct answers *saved, enum stage_id stage);

/* Gives what was filled in to the run that goes; `plans`: begins one when none goes. */
enum nav forms_submit(struct screen *screen, struct session *session, struct answers *saved,
                      bool plans);

/* The addresses of the operator, the ones the API is open to, for a form that has none yet. */
void forms_own_addresses(const struct session *session, char *ranges, size_t capacity);

/* Points a field at a secret, whose buffer moves when the secret is set. */
void forms_lend(struct field *field, struct secret *secret);

/* Hides what Ctrl-R shows after ten seconds. *shown_ms, monotonic, is kept by the owner; 0 hidden.
 */
void forms_hide_in_time(struct field *field, int64_t *shown_ms, struct session *session);

/* Complaint, else what the run does meanwhile. */
void forms_sentence(const struct form *form, const struct session *session, enum stage_id stage,
                    struct sentence *out);

/* "+ $0.04/h · 2–4 min" */
void forms_cost(const struct session *session, enum stage_id stage, char out[WORDS * 2]);

#endif
