/* What review.c (keys) and review_draw.c (looks) share: the state of the review. */
#ifndef SCREENS_REVIEW_H
#define SCREENS_REVIEW_H

#include "screens/review_tree.h"
#include "screens/screen.h"
#include "screens/words.h"
#include "tui/field.h"
#include "tui/table.h"

enum review_mode { REVIEW_TREE, REVIEW_CONSENT, REVIEW_FIND, REVIEW_ANSWERS, REVIEW_DIFF };

struct review {
    struct screen screen;
    enum review_mode mode;
    char run[64];        /* what is kept below belongs to this run's plan … */
    enum stage_id stage; /* … of this stage */
    struct review_tree tree;
    char typed[WORDS_TYPED], needle[64];
    struct field yes, find;
    struct table diff, answers;
    const struct session *session;
    bool sent; /* the yes is on its way */
};

/* The plan is there and waits. */
static inline bool review_asks(const struct session *session)
{
    return session->run.phase == RUN_ASKING && !session->launching;
}

/* The stage whose plan is shown: the one that asks, else the first that is planned. */
static inline enum stage_id review_stage(const struct session *session)
{
    return session->run.stage == STAGE_NONE ? STAGE_EKS : session->run.stage;
}

/* What has to be typed: yes, or the cluster's name when something that exists goes; and "anyway"
 * when the credentials end before the work does. */
bool review_goes(const struct session *session);
const char *review_word(const struct session *session, char out[WORDS_TYPED]);

/* Columns and cells of the two tables. */
void review_tables(struct review *review);
void review_answers_table(struct review *review);

void review_draw(const struct screen *screen, const struct session *session, struct canvas room);

#endif
