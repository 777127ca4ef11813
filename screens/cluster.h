/* What cluster.c (fields and keys) and cluster_notes.c (facts beside them) share. */
#ifndef SCREENS_CLUSTER_H
#define SCREENS_CLUSTER_H

#include "screens/screen.h"
#include "screens/words.h"
#include "tui/choice.h"
#include "tui/field.h"
#include "tui/form.h"
#include "tui/toggle.h"

enum cluster_row {
    ROW_NAME,
    ROW_VERSION,
    ROW_GAP_1,
    ROW_NODES,
    ROW_TYPE,
    ROW_DISK,
    ROW_ZONES,
    ROW_GAP_2,
    ROW_API,
    ROW_ADMINS,
    ROW_MORE,
    ROW_CERT_MANAGER,
    ROW_TAGS,
    ROW_NETWORK,
    ROW_STORE,
    ROW_BUCKET,
    ROW_ORGANIZATION,
    ROW_GAP_3,
    ROW_COST,
    ROWS,
};

/* A row that unfolds the ones below it; it says what they hold while they are folded. */
struct fold {
    struct widget widget;
    bool open;
    char text[WORDS];
};

struct cluster_form {
    struct screen screen;
    struct form form;
    struct form_row rows[ROWS];
    struct field fields[ROWS];
    struct fold more;
    struct choice version;
    char other_version[8]; /* an answer that the table does not know; "" when it does */
    struct choice store;   /* where the states are kept */
    struct toggle cert_manager;
    struct session *session;
    char hints[ROWS][WORDS * 2];
    bool anew;            /* a plan is being given up for one of the answers now */
    struct answers saved; /* what the file holds; of the deployment with this id */
    bool asking;          /* F5 once: the next one asks AWS for more */
};

/* Writes the fact beside each field anew, and unfolds what complains. */
void cluster_note_all(struct cluster_form *self, const struct session *session);

#endif
