/* The plan before anything is created: first how it comes about, then what it would do. The tree
 * has the focus until `a` opens the line that takes the typed yes, so no letter collides. */
#include "screens/review.h"

#include "core/base/alloc.h"
#include "screens/places.h"
#include "screens/rows.h"
#include "screens/words.h"

bool review_goes(const struct session *session)
{
    const struct tf_plan *plan = &run_now(&session->run)->plan;
    bool goes = plan->by_action[TF_DELETE] > 0 || plan->by_action[TF_REPLACE] > 0;
    return goes && session->answers.cluster_name[0];
}

const char *review_word(const struct session *session, char out[WORDS_TYPED])
{
    return words_anyway(session, session->run.command == RUN_DESTROY,
                        review_goes(session) ? session->answers.cluster_name : "yes", out);
}

static void lend(struct field *field, char *buffer, size_t capacity)
{
    *field = (struct field){.widget = {&field_ops}};
    field_lend(field, buffer, capacity);
}

static void review_settle(struct screen *screen, struct session *session)
{
    struct review *self = (void *)screen;
    const struct run *run = &session->run;
    enum stage_id stage = review_stage(session);
    if (strcmp(self->run, run->id) != 0 || self->stage != stage) {
        /* nothing typed for one plan consents to another */
        memset(self->typed, 0, sizeof self->typed);
        memset(self->needle, 0, sizeof self->needle);
        self->mode = REVIEW_TREE;
        self->sent = false;
        review_tree_init(&self->tree, session);
        str_copy(str_of(run->id), self->run, sizeof self->run);
        self->stage = stage;
    }
}

static void review_enter(struct screen *screen, struct session *session)
{
    struct review *self = (void *)screen;
    self->session = session;
    if (!self->tree.session) {
        review_tree_init(&self->tree, session);
        lend(&self->yes, self->typed, sizeof self->typed);
        lend(&self->find, self->needle, sizeof self->needle);
        review_tables(self);
    }
    self->mode = REVIEW_TREE;
    review_settle(screen, session);
}

static enum nav discard(struct session *session)
{
    session_discard(session); /* a refusal shows as the session's trouble */
    return NAV_BACK;
}

static enum nav key_preparing(struct review *self, struct session *session, struct press press)
{
    struct press meant = press_outside_field(press);
    if (press_is(press, 'l'))
        return NAV_LOG;
    if (press_is(press, 'e') && rows_wait_for_form(session) != STAGE_NONE)
        return NAV_FORMS;
    if (!press_is(meant, PRESS_ESC))
        return NAV_PASS;
    if (session->launching)
        return screen_say(&self->screen, ROLE_NORMAL, "The worker is just starting.");
    if (!session_stop(session, STOP_NOW))
        return screen_complain(&self->screen, &session->trouble);
    return screen_say(&self->screen, ROLE_NORMAL,
                      "The plan is being stopped; a plan changes nothing.");
}

static enum nav key_consent(struct review *self, struct session *session, struct press press)
{
    if (press_is(press, PRESS_ESC)) {
        self->mode = REVIEW_TREE; /* what was typed stays */
        return NAV_STAY;
    }
    if (!press_is(press, PRESS_ENTER))
        return widget_key(&self->yes.widget, press) ? NAV_STAY : NAV_PASS;
    char word[WORDS_TYPED];
    struct error why;
    if (strcmp(self->typed, review_word(session, word)) != 0)
        return screen_say(&self->screen, ROLE_WARNING,
                          "Nothing has begun: type %s in full, and nothing else.", word);
    if (self->sent)
        return NAV_STAY;
    if (!session_outlives(session, session->run.command == RUN_DESTROY, &why))
        session->short_lived = true; /* that is what was typed */
    if (!session_consent(session))
        return screen_complain(&self->screen, &session->trouble);
    self->sent = true;
    return screen_say(&self->screen, ROLE_SUCCESS, "Consented. It begins.");
}

static enum nav look_for(struct review *self, bool backwards)
{
    self->mode = REVIEW_TREE;
    if (self->needle[0] && !tree_find(&self->tree.tree, self->needle, backwards))
        return screen_say(&self->screen, ROLE_WARNING, "Nothing in this plan is called “%s”.",
                          self->needle);
    if (!self->needle[0])
        self->tree.tree.needle[0] = '\0';
    return NAV_STAY;
}

static enum nav key_find(struct review *self, struct press press)
{
    if (press_is(press, PRESS_ENTER))
        return look_for(self, false);
    if (press_is(press, PRESS_ESC)) {
        self->mode = REVIEW_TREE;
        return NAV_STAY;
    }
    return widget_key(&self->find.widget, press) ? NAV_STAY : NAV_PASS;
}

static enum nav open_diff(struct review *self)
{
    if (!review_tree_entry(&self->tree))
        return screen_say(&self->screen, ROLE_NORMAL,
                          "A module has no values of its own: unfold it and choose one of its "
                          "resources.");
    self->diff.cursor = 0;
    self->mode = REVIEW_DIFF;
    return NAV_STAY;
}

static enum nav key_tree(struct review *self, struct session *session, struct press press)
{
    if (widget_key(&self->tree.tree.widget, press))
        return NAV_STAY;
    if (press_is(press, 'a')) {
        self->mode = REVIEW_CONSENT;
        return NAV_STAY;
    }
    if (press_is(press, 'd') || press_is(press, PRESS_ENTER))
        return open_diff(self);
    if (press_is(press, '/')) {
        self->mode = REVIEW_FIND;
        return NAV_STAY;
    }
    if ((press_is(press, 'n') || press_is(press, 'N')) && self->needle[0])
        return look_for(self, press_is(press, 'N'));
    if (press_is(press, 'e')) {
        self->answers.cursor = 0;
        self->mode = REVIEW_ANSWERS;
        return NAV_STAY;
    }
    if (press_is(press, 'l'))
        return NAV_LOG;
    return press_is(press_outside_field(press), PRESS_ESC) ? discard(session) : NAV_PASS;
}

static enum nav key_page(struct review *self, struct table *table, struct press press)
{
    if (widget_key(&table->widget, press))
        return NAV_STAY;
    bool closes = press_is(press_outside_field(press), PRESS_ESC) || press_is(press, PRESS_ENTER);
    if (!closes)
        return NAV_PASS;
    self->mode = REVIEW_TREE;
    return NAV_STAY;
}

static enum nav review_key(struct screen *screen, struct session *session, struct press press)
{
    struct review *self = (void *)screen;
    if (!review_asks(session))
        return key_preparing(self, session, press);
    switch (self->mode) {
    case REVIEW_CONSENT:
        return key_consent(self, session, press);
    case REVIEW_FIND:
        return key_find(self, press);
    case REVIEW_DIFF:
        return key_page(self, &self->diff, press);
    case REVIEW_ANSWERS:
        return key_page(self, &self->answers, press);
    case REVIEW_TREE:
        break;
    }
    return key_tree(self, session, press);
}

static const struct press_hint *review_hints(const struct screen *screen,
                                             const struct session *session)
{
    static const struct press_hint wait[] = {
        {"l", "log", false}, {"Esc", "stop", true}, {"?", "help", true}, {NULL, NULL, false}};
    static const struct press_hint form[] = {{"e", "fill in the forms", false},
                                             {"l", "log", false},
                                             {"Esc", "stop", true},
                                             {"?", "help", true},
                                             {NULL, NULL, false}};
    static const struct press_hint tree[] = {
        {"a", "answer", false},   {"Enter", "open", false}, {"/", "find", false},
        {"d", "details", false},  {"e", "answers", false},  {"l", "log", false},
        {"Esc", "discard", true}, {"?", "help", true},      {NULL, NULL, false}};
    static const struct press_hint found[] = {{"n", "next", false},    {"N", "previous", false},
                                              {"a", "answer", false},  {"/", "find", false},
                                              {"d", "details", false}, {"e", "answers", false},
                                              {"l", "log", false},     {"Esc", "discard", true},
                                              {"?", "help", true},     {NULL, NULL, false}};
    static const struct press_hint yes[] = {{"Enter", "send the answer", false},
                                            {"Esc", "back to the plan", true},
                                            {"F1", "help", true},
                                            {NULL, NULL, false}};
    static const struct press_hint find[] = {{"Enter", "find", false},
                                             {"Esc", "close", true},
                                             {"F1", "help", true},
                                             {NULL, NULL, false}};
    static const struct press_hint page[] = {
        {"↑↓", "scroll", false}, {"Esc", "back", true}, {"?", "help", true}, {NULL, NULL, false}};
    const struct review *self = (const void *)screen;
    if (!review_asks(session))
        return rows_wait_for_form(session) != STAGE_NONE ? form : wait;
    if (self->mode == REVIEW_TREE)
        return self->tree.tree.needle[0] ? found : tree;
    return self->mode == REVIEW_CONSENT ? yes : self->mode == REVIEW_FIND ? find : page;
}

/* An earlier run made something: then nothing here may say that nothing is there. */
static bool exists(const struct session *session)
{
    for (int i = 0; i < STAGES; i++)
        if (session->stages[i].state == STAGE_DONE || session->stages[i].state == STAGE_FAILED)
            return true;
    return session->run.changing;
}

static void review_sentence(const struct screen *screen, const struct session *session,
                            struct sentence *out)
{
    const struct review *self = (const void *)screen;
    const struct tf_run *terraform = &run_now(&session->run)->terraform;
    enum stage_id form = rows_wait_for_form(session);
    char word[WORDS_TYPED];
    struct error why;
    if (!review_asks(session) && terraform->waiting_for_lock)
        sentence_set(out, ROLE_WARNING,
                     "Somebody else holds the lock of this state; terraform waits for it.");
    else if (!review_asks(session) && form != STAGE_NONE)
        sentence_set(out, ROLE_WARNING, "%s waits for its form: press e.", stage_table[form].label);
    else if (!review_asks(session))
        sentence_set(out, ROLE_NORMAL, "A plan only reads: nothing is created by it.");
    else if (self->sent)
        sentence_set(out, ROLE_SUCCESS, "Consented. It begins.");
    else if (self->mode == REVIEW_CONSENT && strcmp(self->typed, review_word(session, word)) == 0)
        sentence_set(out, ROLE_WARNING, "Enter does it: exactly this plan.");
    else if (!session_outlives(session, session->run.command == RUN_DESTROY, &why))
        sentence_set(out, ROLE_FAILURE, "%s", why.text);
    else if (self->mode == REVIEW_CONSENT)
        sentence_set(out, ROLE_NORMAL, "Nothing happens before %s is typed in full.",
                     review_goes(session) ? "the cluster's name" : "yes");
    else if (self->mode == REVIEW_DIFF || self->mode == REVIEW_ANSWERS)
        sentence_set(out, ROLE_NORMAL, "Nothing has begun; Esc goes back to the plan.");
    else if (run_now(&session->run)->plan.drifted > 0)
        sentence_set(out, ROLE_WARNING, "%s changed outside terraform since the last run.",
                     words_count(run_now(&session->run)->plan.drifted, "resource has",
                                 "resources have", word));
    else
        sentence_set(out, ROLE_NORMAL,
                     exists(session) ? "Nothing changes before you answer: press a."
                                     : "Nothing has been made. Press a to answer.");
}

static void review_finish(struct screen *screen)
{
    struct review *self = (void *)screen;
    tree_finish(&self->tree.tree);
}

const struct screen_ops review_screen = {
    .name = "review",
    .rail = RAIL_RUN,
    .size = sizeof(struct review),
    .hints = review_hints,
    .help = "+ is created, ~ is changed, ± is replaced, - is destroyed. What exists and goes "
            "stands first.\n"
            "The answer is a typed yes; when something is replaced or destroyed it is the "
            "cluster's name. Exactly this plan is applied then, nothing newer.\n"
            "Esc discards the plan, which costs nothing: the next one is made from the form.",
    .enter = review_enter,
    .settle = review_settle,
    .key = review_key,
    .draw = review_draw,
    .sentence = review_sentence,
    .finish = review_finish,
};
