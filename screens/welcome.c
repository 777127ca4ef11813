/* The deployments known on this machine: what state they are in, how old, what they cost. Read from
 * their files when the screen is entered; no network. */
#include "core/base/alloc.h"
#include "core/session/history.h"
#include "screens/places.h"
#include "screens/words.h"
#include "tui/table.h"

struct summary {
    size_t known; /* index into session->known */
    enum mark mark;
    char state[64];
    int64_t since_ms; /* wall; 0 unknown */
    double cost;      /* $/h of what exists; < 0 unknown */
    bool live;
    enum mark stages[STAGES];
};

struct welcome {
    struct screen screen;
    struct table table;
    struct summary *rows;
    size_t count, capacity;
    const struct session *session;
};

enum { NAME, ACCOUNT, REGION, STATE, AGE, COST, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [NAME] = {.title = "NAME", .min = 10, .max = 32, .flexible = true},
    [ACCOUNT] = {.title = "ACCOUNT", .drop = 2},
    [REGION] = {.title = "REGION", .drop = 1},
    [STATE] = {.title = "STATE", .min = 18, .flexible = true},
    [AGE] = {.title = "AGE", .align = TABLE_RIGHT},
    [COST] = {.title = "$/h", .align = TABLE_RIGHT},
};

static const struct deployment_entry *entry_of(const struct welcome *self, int row)
{
    return &self->session->known.items[self->rows[row].known];
}

static int table_rows(const void *owner)
{
    const struct welcome *self = owner;
    return (int)self->count;
}

static void table_cell(const void *owner, int row, int column, struct table_cell *cell)
{
    const struct welcome *self = owner;
    const struct summary *summary = &self->rows[row];
    const struct deployment_entry *entry = entry_of(self, row);
    char span[CLOCK_TEXT];
    cell->text = cell->scratch;
    switch (column) {
    case NAME:
        cell->text = entry->answers.cluster_name;
        break;
    case ACCOUNT:
        cell->text = entry->answers.account;
        break;
    case REGION:
        cell->text = entry->answers.region;
        break;
    case STATE:
        snprintf(cell->scratch, sizeof cell->scratch, "%s %s", mark_glyph(summary->mark),
                 summary->state);
        cell->role = summary->mark == MARK_TODO ? ROLE_DIM : mark_role(summary->mark);
        break;
    case AGE:
        if (summary->since_ms > 0)
            snprintf(cell->scratch, sizeof cell->scratch, "%s",
                     clock_span(words_wall(self->session) - summary->since_ms, span));
        break;
    default:
        if (summary->cost >= 0)
            snprintf(cell->scratch, sizeof cell->scratch, "%.2f", summary->cost);
    }
}

/* No run is going: what the history makes of the stage. */
static void say_over(const struct run *run, const struct history_stage *eks, double whole,
                     struct summary *summary)
{
    summary->since_ms = eks->ended_ms > 0 ? eks->ended_ms : run->ended_ms;
    summary->cost = eks->state == STAGE_DONE ? whole : eks->state == STAGE_TODO ? 0 : -1;
    if (eks->state == STAGE_DONE) {
        summary->mark = MARK_DONE;
        str_copy(STR("up"), summary->state, sizeof summary->state);
    } else if (eks->state == STAGE_FAILED && run->ending == RUN_STOPPED) {
        summary->mark = MARK_WARNED;
        str_copy(STR("EKS stopped"), summary->state, sizeof summary->state);
    } else if (eks->state == STAGE_FAILED) {
        summary->mark = MARK_FAILED;
        str_copy(STR("EKS failed"), summary->state, sizeof summary->state);
    } else {
        str_copy(STR("planned only"), summary->state, sizeof summary->state);
    }
}

static void say_live(const struct run *run, bool held, struct summary *summary)
{
    const struct tf_run *terraform = &run_now(run)->terraform;
    summary->live = true;
    summary->since_ms = run->began_ms;
    summary->cost = -1;
    summary->mark = held ? MARK_NOW : MARK_WARNED;
    if (!held)
        snprintf(summary->state, sizeof summary->state, "EKS interrupted");
    else if (run->phase == RUN_ASKING)
        snprintf(summary->state, sizeof summary->state, "waits for your yes");
    else if (run->phase < RUN_ASKING)
        snprintf(summary->state, sizeof summary->state, "planning");
    else if (terraform->total > 0)
        snprintf(summary->state, sizeof summary->state, "EKS %u of %u", terraform->done,
                 terraform->total);
    else
        snprintf(summary->state, sizeof summary->state, "EKS");
}

static void read_summary(const struct session *session, const struct deployment_entry *entry,
                         struct summary *summary)
{
    char id[64];
    struct error ignored;
    struct history_stage stages[STAGES] = {{.state = STAGE_TODO}};
    struct run *run = alloc_zeroed(1, sizeof *run);
    summary->mark = MARK_TODO;
    str_copy(STR("not planned yet"), summary->state, sizeof summary->state);
    history_stages(entry->dir, stages);
    if (deployment_latest_run(entry->dir, id) && run_read(run, entry->dir, id, &ignored)) {
        if (run->phase == RUN_OVER)
            say_over(run, &stages[STAGE_EKS],
                     estimate_eks(&session->estimates, &entry->answers).total, summary);
        else
            say_live(run, deployment_holder(entry->dir).held, summary);
        summary->stages[STAGE_EKS] = summary->mark;
    }
    run_finish(run);
    free(run);
}

/* Live ones first, then what needs a look, then the youngest. */
static int by_need(const void *a, const void *b)
{
    const struct summary *x = a, *y = b;
    int x_rank = x->live ? 0 : x->mark == MARK_FAILED || x->mark == MARK_WARNED ? 1 : 2;
    int y_rank = y->live ? 0 : y->mark == MARK_FAILED || y->mark == MARK_WARNED ? 1 : 2;
    if (x_rank != y_rank)
        return x_rank - y_rank;
    return (x->since_ms < y->since_ms) - (x->since_ms > y->since_ms);
}

/* A rehearsal has a world of its own, in its own directory; a real start knows no rehearsals. */
static bool belongs(const struct session *session, const struct deployment_entry *entry)
{
    const struct place *place = session->place;
    return entry->answers.rehearsal == place->rehearsal &&
           (!place->rehearsal || strcmp(entry->dir, place->dir) == 0);
}

/* A directory that was named holds one deployment. */
static bool offers_new(const struct session *session)
{
    return session->place->dir[0] == '\0';
}

static void welcome_enter(struct screen *screen, struct session *session)
{
    struct welcome *self = (void *)screen;
    int cursor = self->table.cursor;
    self->session = session;
    deployments_finish(&session->known);
    deployments_load(&session->known, session->place->state_dir);
    self->count = 0;
    for (size_t i = 0; i < session->known.count; i++) {
        if (!belongs(session, &session->known.items[i]))
            continue;
        alloc_room(&self->rows, self->count, &self->capacity, sizeof *self->rows);
        struct summary *summary = &self->rows[self->count++];
        *summary = (struct summary){.known = i};
        read_summary(session, &session->known.items[i], summary);
    }
    if (self->count > 1)
        qsort(self->rows, self->count, sizeof *self->rows, by_need);
    self->table = (struct table){.widget = {&table_ops},
                                 .columns = columns,
                                 .column_count = COLUMNS,
                                 .rows = table_rows,
                                 .cell = table_cell,
                                 .owner = self,
                                 .empty = "There is none on this machine yet: Enter begins one.",
                                 .cursor = cursor};
}

static enum nav open_chosen(struct welcome *self, struct session *session)
{
    int row = table_selected(&self->table);
    struct error err;
    char dir[PATH_MAX];
    if (row < 0) {
        session_new(session);
        return NAV_NEXT;
    }
    str_copy(str_of(entry_of(self, row)->dir), dir, sizeof dir);
    bool here = strcmp(session->dir, dir) == 0 && run_is_open(&session->run);
    if (here || session_open(session, dir, &err))
        return NAV_NEXT;
    return screen_complain(&self->screen, &session->trouble);
}

static enum nav welcome_key(struct screen *screen, struct session *session, struct press press)
{
    struct welcome *self = (void *)screen;
    if (widget_key(&self->table.widget, press))
        return NAV_STAY;
    if (press_is(press, PRESS_ENTER))
        return open_chosen(self, session);
    if (press_is(press, 'D') && table_selected(&self->table) >= 0)
        return open_chosen(self, session) == NAV_NEXT ? NAV_DESTROY : NAV_STAY;
    if (press_is(press, 'n') && offers_new(session)) {
        session_new(session);
        return NAV_NEXT;
    }
    return NAV_PASS;
}

/* What they cost together, as far as it is known. */
static void count_and_cost(const struct welcome *self, char out[WORDS * 2])
{
    double total = 0;
    bool whole = true;
    char money[WORDS];
    for (size_t i = 0; i < self->count; i++) {
        total += self->rows[i].cost > 0 ? self->rows[i].cost : 0;
        whole = whole && self->rows[i].cost >= 0;
    }
    if (whole || total > 0)
        snprintf(out, WORDS * 2, "%s%s together", whole ? "" : "at least ",
                 words_money(total, money));
    else
        out[0] = '\0';
}

/* What stands still and wants somebody. */
static void draw_looks(const struct welcome *self, struct canvas canvas)
{
    int y = 1;
    for (size_t i = 0; i < self->count && y < canvas.area.h; i++) {
        const struct summary *summary = &self->rows[i];
        if (summary->mark != MARK_FAILED && summary->mark != MARK_WARNED)
            continue;
        canvas_text(canvas, 2, y, mark_role(MARK_WARNED), mark_glyph(MARK_WARNED));
        int x = canvas_elided(canvas, 4, y, 24, ROLE_NORMAL,
                              entry_of(self, (int)i)->answers.cluster_name);
        canvas_print(canvas, x + 2, y++, ROLE_DIM, "%s: open it to go on",
                     summary->mark == MARK_FAILED ? "what was made stays, and costs"
                                                  : "it stopped halfway");
    }
    if (y > 1)
        canvas_text(canvas, 0, 0, ROLE_STRONG, "Needs a look");
}

static void welcome_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct welcome *self = (const void *)screen;
    char right[WORDS * 2];
    (void)session;
    count_and_cost(self, right);
    canvas_heading(canvas_cut_top(&room, 2), 0, "Deployments", self->count > 0 ? right : NULL);
    int wanted = widget_height(&self->table.widget, room.area.w);
    widget_draw(&self->table.widget,
                canvas_cut_top(&room, rect_clamp(wanted, 1, room.area.h * 2 / 3)), true);
    canvas_cut_top(&room, 1);
    draw_looks(self, room);
}

static void welcome_heading(const struct screen *screen, const struct session *session,
                            struct heading *out)
{
    const struct welcome *self = (const void *)screen;
    int row = table_selected(&self->table);
    (void)session;
    snprintf(out->title, sizeof out->title, "%zu deployment%s", self->count,
             self->count == 1 ? "" : "s");
    out->account[0] = out->region[0] = '\0';
    out->cost = -1;
    for (int i = 0; i < STAGES; i++)
        out->marks[i] = row >= 0 ? self->rows[row].stages[i] : MARK_TODO;
    if (row < 0)
        return;
    const struct answers *answers = &entry_of(self, row)->answers;
    str_copy(str_of(answers->account), out->account, sizeof out->account);
    str_copy(str_of(answers->region), out->region, sizeof out->region);
    out->cost = self->rows[row].cost;
}

static void welcome_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    const struct welcome *self = (const void *)screen;
    int row = table_selected(&self->table);
    char dir[PATH_MAX];
    if (row < 0)
        sentence_set(out, ROLE_NORMAL, "Enter begins a new deployment.");
    else
        sentence_set(out, ROLE_NORMAL,
                     self->rows[row].live ? "A run is going in %s: Enter goes to its screen."
                                          : "Enter opens %s",
                     words_path(session, entry_of(self, row)->dir, dir));
}

static const struct press_hint *welcome_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint hints[] = {{"Enter", "open", false}, {"↑↓", "choose", false},
                                              {"n", "new", false},      {"D", "destroy", false},
                                              {"q", "leave", true},     {"?", "help", true},
                                              {NULL, NULL, false}};
    static const struct press_hint fixed[] = {{"Enter", "open", false}, {"↑↓", "choose", false},
                                              {"D", "destroy", false},  {"q", "leave", true},
                                              {"?", "help", true},      {NULL, NULL, false}};
    (void)screen;
    return offers_new(session) ? hints : fixed;
}

static void welcome_finish(struct screen *screen)
{
    struct welcome *self = (void *)screen;
    free(self->rows);
}

const struct screen_ops welcome_screen = {
    .name = "welcome",
    .rail = RAIL_NONE,
    .size = sizeof(struct welcome),
    .hints = welcome_hints,
    .help = "What is listed here was read from files on this machine when the screen was entered; "
            "AWS was not asked.\n"
            "A deployment is a directory: its answers, its terraform state and its runs.",
    .enter = welcome_enter,
    .key = welcome_key,
    .draw = welcome_draw,
    .sentence = welcome_sentence,
    .heading = welcome_heading,
    .finish = welcome_finish,
};
