/* The PyPI form: what pypi.c (rows and keys), pypi_notes.c (facts beside the rows and the try of
 * the bucket) and pypi_policy.c (the policy to paste) share. */
#ifndef SCREENS_PYPI_H
#define SCREENS_PYPI_H

#include "screens/forms.h"
#include "screens/passwords.h"

enum pypi_row {
    PYPI_ACCESS,
    PYPI_KEY_ID,
    PYPI_KEY_SECRET,
    PYPI_BUCKET,
    PYPI_MAKE,
    PYPI_GAP_1,
    PYPI_USER,
    PYPI_PASSWORD,
    PYPI_AGAIN,
    PYPI_HASH,
    PYPI_GAP_2,
    PYPI_READ,
    PYPI_OPEN,
    PYPI_GATE,
    PYPI_ROWS,
};

struct pypi_form {
    struct screen screen;
    struct session *session;
    struct form form;
    struct form_row rows[PYPI_ROWS];
    struct field bucket, user, open, key_id, key_secret;
    struct forms_pick access, make, read;
    struct forms_gate gate;
    struct passwords passwords;
    char hints[PYPI_ROWS][WORDS * 2];
    char suggested[64]; /* the bucket's name that we made up; "" */
    struct answers saved;
    bool keys_given;  /* keys are preselected by the environment */
    int64_t shown_ms; /* of the key's secret, since Ctrl-R */
    char *policy;     /* shown instead of the form; NULL */
    int policy_top;
};

/* Everything that the hint column says, and which rows there are. */
void pypi_notes(struct pypi_form *self, const struct session *session);
/* What S3 said. Returns the rows it wants for `width`; draws when `canvas` is not NULL. */
int pypi_try_height(const struct session *session, int width);
void pypi_try_draw(const struct session *session, struct canvas canvas);

/* A policy for this bucket, by the file in assets; malloc'ed. NULL when it cannot be read. */
char *pypi_policy_text(const struct session *session, struct error *err);
enum nav pypi_policy_key(struct pypi_form *self, struct press press);
void pypi_policy_draw(const struct pypi_form *self, const struct session *session,
                      struct canvas room);

#endif
