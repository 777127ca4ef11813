/* A tree that is pulled: the owner numbers its nodes in reading order and says how deep each is; a
 * node followed by a deeper one can fold. ↑ ↓ PgUp PgDn Home End move, → unfolds or enters, ← folds
 * or goes to the parent, Enter and Space turn a fold; on a leaf they are not taken. */
#ifndef TUI_TREE_H
#define TUI_TREE_H

#include "tui/widget.h"

extern const struct widget_ops tree_ops;

struct tree_node {
    int depth;
    bool open;        /* unless the user turned it */
    const char *mark; /* "+", "~", "-" or NULL */
    enum role mark_role;
    const char *text; /* elided in the middle */
    enum role role;
    const char *note;    /* in the middle column, dim; may be NULL */
    const char *right;   /* at the right edge; may be NULL */
    char scratch[3][96]; /* for the owner, should it have to compose */
};

struct tree {
    struct widget widget; /* {&tree_ops} */
    int (*count)(const void *owner);
    void (*node)(const void *owner, int index, struct tree_node *node); /* comes zeroed */
    const void *owner;
    const char *empty;
    int cursor;            /* node index */
    unsigned char *turned; /* bit a node: the user turned its fold */
    int turned_capacity;
    char needle[64]; /* of the last find: marked while it is not empty */
};

/* Forgets folds and cursor, as for another plan. */
void tree_reset(struct tree *tree);
void tree_finish(struct tree *tree); /* idempotent; zeroed is fine */

/* Goes to the next node (or the one before) whose text has `needle`, around the end, unfolding what
 * hides it. From the cursor itself when `needle` is another than before. False when there is none.
 */
bool tree_find(struct tree *tree, const char *needle, bool backwards);

/* The node under the cursor, or -1. */
int tree_selected(const struct tree *tree);
bool tree_can_fold(const struct tree *tree, int index);

#endif
