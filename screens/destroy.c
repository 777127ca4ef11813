/* Before everything goes: where, as whom, whose data goes with it and when it was last used, in
 * what order and how long. Nothing happens before the cluster's name is typed in full. */
#include "core/base/alloc.h"
#include "core/session/session_end.h"
#include "core/session/state_store.h"
#include "screens/places.h"
#include "screens/words.h"
#include "tui/field.h"

#define LABEL_W 11
#define DATA_W  96 /* wider, the eye loses the line */

struct destroy {
    struct screen screen;
    char typed[WORDS_TYPED];
    struct field field;
    bool sent;
    int top; /* first line of the data that is shown */
};

static const struct teardown *teardown_of(const struct session *session)
{
    static const struct teardown nothing;
    return session->end ? &session->end->teardown : &nothing;
}

static const char *word_of(const struct session *session, char out[WORDS_TYPED])
{
    return words_anyway(session, true, session->answers.cluster_name, out);
}

static bool complete(const struct destroy *self, const struct session *session)
{
    char word[WORDS_TYPED];
    return session->answers.cluster_name[0] && strcmp(self->typed, word_of(session, word)) == 0;
}

static bool anything(const struct teardown *teardown)
{
    return teardown->by_terraform > 0 || teardown->by_controllers > 0;
}

static void destroy_enter(struct screen *screen, struct session *session)
{
    struct destroy *self = (void *)screen;
    bool all[STAGES];
    memset(self->typed, 0, sizeof self->typed);
    self->field = (struct field){.widget = {&field_ops}};
    field_lend(&self->field, self->typed, sizeof self->typed);
    self->sent = false;
    self->top = 0;
    for (int i = 0; i < STAGES; i++)
        all[i] = true;
    session_ask_teardown(session, all);
}

static enum nav send(struct destroy *self, struct session *session)
{
    char word[WORDS_TYPED];
    struct error why;
    if (!complete(self, session))
        return screen_say(&self->screen, ROLE_WARNING,
                          "Nothing has begun: type %s in full, and nothing else.",
                          word_of(session, word));
    if (!anything(teardown_of(session)) && !state_store_shared(&session->answers))
        return screen_say(&self->screen, ROLE_WARNING,
                          "There is nothing to destroy; F5 looks for what may be left.");
    if (self->sent)
        return NAV_STAY;
    for (int i = 0; i < STAGES; i++)
        session->wanted[i] = true;
    session->consent = true; /* the name is the consent */
    if (!session_outlives(session, true, &why))
        session->short_lived = true; /* that is what was typed */
    if (!session_destroy(session)) {
        session->consent = false;
        return screen_complain(&self->screen, &session->trouble);
    }
    self->sent = true;
    return screen_say(&self->screen, ROLE_SUCCESS, "It begins.");
}

static bool has_own_bucket(const struct session *session)
{
    return session->answers.pypi_bucket_name[0] && teardown_of(session)->exists[STAGE_PYPI] &&
           strcmp(session->answers.pypi_create_bucket, "true") == 0;
}

static enum nav turn_bucket(const struct destroy *self, struct session *session)
{
    bool loses = answers_lose_bucket(&session->answers);
    if (!self->sent && has_own_bucket(session))
        str_copy(loses ? STR("true") : STR("false"), session->answers.pypi_keep_bucket,
                 sizeof session->answers.pypi_keep_bucket);
    return NAV_STAY;
}

static enum nav destroy_key(struct screen *screen, struct session *session, struct press press)
{
    struct destroy *self = (void *)screen;
    if (press_is(press, PRESS_ENTER))
        return send(self, session);
    if (press_is(press, PRESS_F1 + 4))
        return NAV_RESIDUE;
    if (press_is(press, PRESS_TAB))
        return turn_bucket(self, session);
    if (press_is(press, PRESS_UP) || press_is(press, PRESS_DOWN)) {
        int last = (int)teardown_of(session)->data_count - 1;
        self->top =
            rect_clamp(self->top + (press_is(press, PRESS_UP) ? -1 : 1), 0, last > 0 ? last : 0);
        return NAV_STAY;
    }
    return widget_key(&self->field.widget, press) ? NAV_STAY : NAV_PASS;
}

/* ---- looks ---- */

static void ago(const struct session *session, int64_t wall_ms, char out[CLOCK_TEXT])
{
    clock_span(words_wall(session) - wall_ms, out);
}

static void draw_where(const struct session *session, struct canvas *room)
{
    const struct teardown *teardown = teardown_of(session);
    char account[WORDS], identity[WORDS], span[CLOCK_TEXT];
    struct canvas line = canvas_cut_top(room, 1);
    canvas_text(line, 0, 0, ROLE_DIM, "Where");
    int x = canvas_print(line, LABEL_W, 0, ROLE_NORMAL, "%s · %s", words_account(session, account),
                         session->answers.region);
    if (teardown->cluster_gone)
        canvas_text(line, x, 0, ROLE_WARNING, " · the cluster is gone already");
    else if (teardown->since_ms > 0) {
        ago(session, teardown->since_ms, span);
        canvas_print(line, x, 0, ROLE_DIM, " · begun from here %s ago", span);
    }
    line = canvas_cut_top(room, 2);
    canvas_text(line, 0, 0, ROLE_DIM, "As");
    canvas_elided_middle(line, LABEL_W, 0, line.area.w - LABEL_W, ROLE_NORMAL,
                         words_identity(session, identity));
}

static void last_used(const struct session *session, const struct teardown_data *data,
                      char out[WORDS])
{
    char time[CLOCK_TEXT];
    if (data->used && data->since_ms > 0)
        snprintf(out, WORDS, "running since %s", clock_hhmm(data->since_ms, time));
    else if (data->used)
        snprintf(out, WORDS, "in use now");
    else if (data->made_ms > 0) {
        ago(session, data->made_ms, time);
        snprintf(out, WORDS, "not in use; made %s ago", time);
    } else
        snprintf(out, WORDS, "not in use");
}

static void draw_one(const struct session *session, const struct teardown_data *data,
                     struct canvas line)
{
    char when[WORDS];
    last_used(session, data, when);
    int right = canvas_right(line, 0, data->used ? ROLE_WARNING : ROLE_DIM, when);
    canvas_elided(line, 2, 0, 18, ROLE_STRONG, data->owner);
    canvas_elided(line, 22, 0, 20, ROLE_NORMAL, data->what);
    if (right > 52)
        canvas_aligned(line, 43, 0, 8, ROLE_NORMAL, data->size);
}

static void draw_data(const struct destroy *self, const struct session *session,
                      struct canvas canvas)
{
    const struct teardown *teardown = teardown_of(session);
    struct canvas title = canvas_cut_top(&canvas, 1);
    canvas_text(title, 0, 0, ROLE_STRONG, "Data that goes with it");
    size_t count = teardown->data_count;
    if (teardown->asking || !teardown->asked) {
        canvas_text(canvas, 2, 0, ROLE_DIM, "asking the cluster whose it is …");
        return;
    }
    if (count == 0) {
        const char *text = teardown->cluster_gone ? "what was in the cluster went with it"
                           : teardown->trouble.kind != ERROR_NONE
                               ? "not known: the cluster did not say"
                               : "none: no volume of anybody is in it";
        canvas_text(canvas, 2, 0, teardown->trouble.kind != ERROR_NONE ? ROLE_WARNING : ROLE_DIM,
                    text);
        return;
    }
    canvas_right(title, 0, ROLE_DIM, "last used");
    int rows = canvas.area.h, from = rect_clamp(self->top, 0, (int)count - 1);
    if ((int)count - from > rows && rows > 1)
        rows--;
    for (int y = 0; y < rows && from + y < (int)count; y++)
        draw_one(session, &teardown->data[from + y],
                 canvas_sub(canvas, (struct rect){0, y, canvas.area.w, 1}));
    if ((int)count - from > rows)
        canvas_print(canvas, 2, rows, ROLE_DIM, "and %zu more: ↓",
                     count - (size_t)(from + rows) + teardown->data_more);
}

static void add_word(struct buf *out, const char *word)
{
    buf_printf(out, "%s%s", out->len ? " · " : "", word);
}

/* What goes, first to last. */
static void order(const struct teardown *teardown, struct buf *out)
{
    char count[WORDS];
    if (teardown->exists[STAGE_DOMAIN])
        add_word(out, "domain");
    if (teardown->exists[STAGE_MLHUB] && !teardown->cluster_gone)
        add_word(out, "workspaces");
    if (teardown->exists[STAGE_MLHUB])
        add_word(out, "MLHub");
    if (teardown->exists[STAGE_PYPI])
        add_word(out, "PyPI");
    if (teardown->balancers > 0) {
        words_count(teardown->balancers, "load balancer", "load balancers", count);
        buf_printf(out, "%s%s gone in AWS", out->len ? " · " : "", count);
    }
    if (teardown->volumes > 0)
        add_word(out, words_count(teardown->volumes, "volume", "volumes", count));
    if (teardown->exists[STAGE_EKS])
        add_word(out, "EKS · network");
    add_word(out, "then everything is counted again");
}

static int draw_order(const struct session *session, struct canvas canvas)
{
    const struct teardown *teardown = teardown_of(session);
    struct buf text = {.data = NULL};
    struct canvas right = canvas;
    canvas_text(canvas, 0, 0, ROLE_DIM, "Order");
    canvas_cut_left(&right, LABEL_W);
    order(teardown, &text);
    int y = canvas_wrapped(right, 0, ROLE_NORMAL, buf_cstr(&text));
    buf_finish(&text);
    canvas_print(right, 0, y++, ROLE_DIM, "- %u by terraform in %u state%s%s",
                 teardown->by_terraform, teardown->states, teardown->states == 1 ? "" : "s",
                 teardown->asking || !teardown->asked ? ", and what controllers made" : "");
    if (teardown->asked && !teardown->asking)
        canvas_print(right, 0, y++, ROLE_DIM, "- %u that Kubernetes made beside it",
                     teardown->by_controllers);
    if (has_own_bucket(session))
        canvas_print(
            right, 0, y++, answers_lose_bucket(&session->answers) ? ROLE_WARNING : ROLE_NORMAL,
            "[%c] delete the bucket %.63s too", answers_lose_bucket(&session->answers) ? 'x' : ' ',
            session->answers.pypi_bucket_name);
    else if (session->answers.pypi_bucket_name[0] && teardown->exists[STAGE_PYPI])
        canvas_print(right, 0, y++, ROLE_DIM, "the bucket %.63s stays, with its packages",
                     session->answers.pypi_bucket_name);
    return y;
}

static void destroy_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct destroy *self = (const void *)screen;
    const struct teardown *teardown = teardown_of(session);
    char title[160], right[WORDS * 3], usual[WORDS], money[WORDS];
    double cost = session_cost(session);
    snprintf(title, sizeof title, "Destroy %s", session->answers.cluster_name);
    snprintf(right, sizeof right, "%s%s%s%s", words_usual(teardown->time, usual),
             teardown->time.high_s > 0 && cost > 0 ? " · " : "", cost > 0 ? "saves " : "",
             cost > 0 ? words_money(cost, money) : "");
    canvas_heading(canvas_cut_top(&room, 2), 0, title, right);
    draw_where(session, &room);
    int data_rows = 1 + rect_clamp((int)teardown->data_count, 1, 12);
    int order_rows = 7;
    struct canvas data =
        canvas_cut_top(&room, rect_clamp(data_rows, 2, room.area.h - order_rows - 1));
    draw_data(self, session, canvas_cut_left(&data, DATA_W));
    canvas_cut_top(&room, 1);
    int y = draw_order(session, room) + 1;
    struct canvas prompt =
        canvas_sub(room, (struct rect){0, rect_clamp(y, 0, room.area.h - 1), room.area.w, 1});
    static const char ask[] = "Type the name of the cluster to destroy it:";
    canvas_text(prompt, 0, 0, ROLE_STRONG, ask);
    canvas_cut_left(&prompt, (int)sizeof ask + 1);
    widget_draw(&self->field.widget, prompt, true);
}

static void destroy_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    const struct destroy *self = (const void *)screen;
    const struct teardown *teardown = teardown_of(session);
    struct error why;
    const struct teardown_data *first = teardown->data_count > 0 ? &teardown->data[0] : NULL;
    if (self->sent)
        sentence_set(out, ROLE_SUCCESS, "It begins.");
    else if (complete(self, session) && has_own_bucket(session) &&
             answers_lose_bucket(&session->answers))
        sentence_set(out, ROLE_WARNING, "Enter destroys %s and all packages. There is no way back.",
                     session->answers.cluster_name);
    else if (complete(self, session))
        sentence_set(out, ROLE_WARNING, "Enter destroys %s. There is no way back.",
                     session->answers.cluster_name);
    else if (!session_outlives(session, true, &why))
        sentence_set(out, ROLE_FAILURE, "%s Type the name and anyway, or get fresh ones.",
                     why.text);
    else if (teardown->trouble.kind != ERROR_NONE)
        sentence_set(out, ROLE_WARNING, "%s", teardown->trouble.text);
    else if (teardown->working == 1 && first && first->used)
        sentence_set(out, ROLE_WARNING,
                     "%s is working in it right now. Nothing happens before the name is complete.",
                     first->owner);
    else if (teardown->working > 1)
        sentence_set(out, ROLE_WARNING,
                     "%zu people are working in it right now. Nothing happens before the name is "
                     "complete.",
                     teardown->working);
    else
        sentence_set(out, ROLE_NORMAL, "Nothing happens before the name is complete.");
}

static const struct press_hint *destroy_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint with_bucket[] = {{"Enter", "destroy", false},
                                                    {"Tab", "the bucket", false},
                                                    {"↑↓", "more data", false},
                                                    {"F5", "what is left", false},
                                                    {"Esc", "back, nothing done", true},
                                                    {"F1", "help", true},
                                                    {NULL, NULL, false}};
    static const struct press_hint hints[] = {
        {"Enter", "destroy", false},   {"↑↓", "more data", false},
        {"F5", "what is left", false}, {"Esc", "back, nothing done", true},
        {"F1", "help", true},          {NULL, NULL, false}};
    (void)screen;
    return has_own_bucket(session) ? with_bucket : hints;
}

const struct screen_ops destroy_screen = {
    .name = "destroy",
    .rail = RAIL_RESULTS,
    .size = sizeof(struct destroy),
    .hints = destroy_hints,
    .help =
        "What stands on the cluster goes first, then what its controllers made in AWS, then the "
        "cluster and its network; destroying them the other way round leaves load balancers "
        "that hold the network and cost money.\n"
        "The bucket of the PyPI server and its packages are kept, and the next apply takes them; "
        "Tab chooses to delete both. Volumes are not kept.\n"
        "At the end the account is searched, and what is left is shown with its cause.",
    .enter = destroy_enter,
    .key = destroy_key,
    .draw = destroy_draw,
    .sentence = destroy_sentence,
};
