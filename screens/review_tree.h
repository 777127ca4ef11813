/* A plan as the nodes of a tree: modules with what they change. Pulls from the session's run. */
#ifndef SCREENS_REVIEW_TREE_H
#define SCREENS_REVIEW_TREE_H

#include "core/session/session.h"
#include "tui/tree.h"

struct review_tree {
    struct tree tree;
    const struct session *session;
};

void review_tree_init(struct review_tree *review_tree, const struct session *session);

/* The entry under the cursor; NULL on a module, or when there is none. */
const struct tf_entry *review_tree_entry(const struct review_tree *review_tree);

/* "+", "~", "-", "±" … and its role. */
const char *plan_mark(enum tf_action action, enum role *role);

#endif
