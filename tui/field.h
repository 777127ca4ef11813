/* One line of text to edit, in a buffer that its owner lends. Masked fields show bullets and the
 * length. Keys: printable characters, arrows, Home End, Backspace Delete, Ctrl-U (all before the
 * cursor) Ctrl-K (all behind) Ctrl-W (word), Ctrl-R (reveal a masked one), paste. A newline at the
 * end of a paste is dropped, others become blanks: nothing pasted ever submits. */
#ifndef TUI_FIELD_H
#define TUI_FIELD_H

#include "tui/widget.h"

extern const struct widget_ops field_ops;

struct field {
    struct widget widget; /* {&field_ops} */
    char *buffer;         /* lent, NUL-terminated UTF-8; bytes behind the NUL are kept zero */
    size_t capacity;      /* of the buffer, with the NUL */
    const char *empty;    /* shown dim while there is no text; may be NULL */
    /* NULL, or the sentence that complains about the text; it must live until the next check. */
    const char *(*judge)(void *owner, const char *text);
    void *owner;
    size_t cursor; /* byte offset, repaired when the owner changed the buffer */
    bool masked;
    bool revealed; /* by Ctrl-R: the owner calls field_hide 10 s after it became true */
    bool overflow; /* the last key or paste did not fit and was refused; the check says so */
    bool told;     /* of that refusal: its form was held back once */
};

/* Points the field at a buffer and puts the cursor behind its text. */
void field_lend(struct field *field, char *buffer, size_t capacity);

/* Replaces the text, as a generated password or a default does. False when it does not fit. */
bool field_set(struct field *field, const char *text);

void field_hide(struct field *field);

/* A refusal holds a form back once; the second time it is forgotten, because the text is valid. */
void field_tell(struct field *field);

/* Characters (clusters) in the buffer. */
int field_length(const struct field *field);

#endif
