/* Rows of label, widget and hint, one of them with the focus. Tab and ↑ ↓ move; a row that is left
 * says what is wrong with it in its hint column. Enter on any row (unless its widget wants it)
 * checks all: the first complaint gets the focus; with none, Enter comes back as not taken: that is
 * the submit. Scrolls by itself; on a narrow canvas the hint goes under the row. */
#ifndef TUI_FORM_H
#define TUI_FORM_H

#include "tui/widget.h"

extern const struct widget_ops form_ops;

struct form_row {
    const char *label;     /* NULL and no widget: an empty line */
    struct widget *widget; /* NULL: only text, never focused */
    const char *hint;      /* a fact; the owner may change it at any time; may be NULL */
    enum role hint_role;   /* ROLE_NORMAL means ROLE_DIM */
    bool hidden;           /* takes no line and is never asked */
    bool locked;           /* shown, but the focus passes over it */
    bool left;             /* it was left or submitted: its complaint is shown */
};

struct form {
    struct widget widget; /* {&form_ops} */
    struct form_row *rows;
    int count;
    int focus;       /* row index; form_start finds the first that can have it */
    int label_width; /* 0: from the labels */
    int field_width; /* 0: 24, more when it is wide */
};

/* Puts the focus on the first row that can have it and forgets what was left. */
void form_start(struct form *form);

/* Moves the focus there (the row that loses it is left). */
void form_focus(struct form *form, int row);

/* The focused widget, or NULL. */
struct widget *form_focused(const struct form *form);

/* Complaint of one row now, or NULL, whether it is shown or not. */
const char *form_complaint(const struct form *form, int row);

/* The shown complaint that row 22 should say: the focused row's, else the first; or NULL. */
const char *form_sentence(const struct form *form);

#endif
