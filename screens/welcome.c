/* The deployments known on this machine: what state they are in, how old, what they cost. Read from
 * their files when the screen is entered; no network. */
#include "screens/welcome.h"

#include "core/base/alloc.h"
#include "core/session/aliases.h"
#include "screens/places.h"

enum { NAME, ACCOUNT, REGION, STATE, AGE, COST, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [NAME] = {.title = "NAME", .min = 10, .max = 32, .flexible = true},
    [ACCOUNT] = {.title = "ACCOUNT", .drop = 2},
    [REGION] = {.title = "REGION", .drop = 1},
    [STATE] = {.title = "STATE", .min = 18, .flexible = true},
    [AGE] = {.title = "AGE", .align = TABLE_RIGHT},
    [COST] = {.title = "$/h", .align = TABLE_RIGHT},
};

const struct deployment_entry *welcome_entry(const struct welcome *self, int row)
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
    const struct welcome_row *at = &self->rows[row];
    const struct deployment_entry *entry = welcome_entry(self, row);
    enum mark mark = welcome_mark(&at->summary);
    char span[CLOCK_TEXT];
    cell->text = cell->scratch;
    switch (column) {
    case NAME:
        cell->text = entry->answers.cluster_name;
        break;
    case ACCOUNT:
        cell->text = at->alias[0] ? at->alias : entry->answers.account;
        break;
    case REGION:
        cell->text = entry->answers.region;
        break;
    case STATE:
        snprintf(cell->scratch, sizeof cell->scratch, "%s %s", mark_glyph(mark), at->summary.text);
        cell->role = mark == MARK_TODO ? ROLE_DIM : mark_role(mark);
        break;
    case AGE:
        if (at->summary.since_ms > 0)
            snprintf(cell->scratch, sizeof cell->scratch, "%s",
                     clock_span(words_wall(self->session) - at->summary.since_ms, span));
        break;
    default:
        if (at->summary.cost >= 0)
            snprintf(cell->scratch, sizeof cell->scratch, "%.2f", at->summary.cost);
    }
}

enum mark welcome_mark(const struct summary *summary)
{
    static const enum mark marks[] = {
        [SUMMARY_NEW] = MARK_TODO,       [SUMMARY_PLANNED] = MARK_TODO,
        [SUMMARY_GOING] = MARK_NOW,      [SUMMARY_ASKING] = MARK_WARNED,
        [SUMMARY_UP] = MARK_DONE,        [SUMMARY_INTERRUPTED] = MARK_WARNED,
        [SUMMARY_STOPPED] = MARK_WARNED, [SUMMARY_FAILED] = MARK_FAILED,
        [SUMMARY_GONE] = MARK_SKIPPED,
    };
    return marks[summary->state];
}

/* Live ones first, then what needs a look, then the youngest. */
static int rank(const struct summary *summary)
{
    bool stands = summary->state == SUMMARY_FAILED || summary->state == SUMMARY_STOPPED;
    return summary_is_live(summary) ? 0 : stands ? 1 : 2;
}

static int by_need(const void *a, const void *b)
{
    const struct welcome_row *x = a, *y = b;
    int x_rank = rank(&x->summary), y_rank = rank(&y->summary);
    if (x_rank != y_rank)
        return x_rank - y_rank;
    return (x->summary.since_ms < y->summary.since_ms) -
           (x->summary.since_ms > y->summary.since_ms);
}

static void read_row(const struct session *session, const struct deployment_entry *entry,
                     struct welcome_row *row)
{
    struct run *run = alloc_zeroed(1, sizeof *run);
    const struct estimates *estimates = &session->estimates;
    summary_read(&row->summary, estimates, entry, run);
    lookback_read(&row->lookback, estimates, entry->dir, run);
    row->look_count = look_at(&row->summary, estimates, &entry->answers, words_wall(session),
                              row->looks, WELCOME_LOOKS);
    row->here = strcmp(session->dir, entry->dir) == 0 && run_is_open(&session->run);
    alias_of(session->place->state_dir, entry->answers.account, row->alias);
    if (!row->alias[0] && strcmp(session->checks.account, entry->answers.account) == 0)
        str_copy(str_of(session->checks.alias), row->alias, sizeof row->alias);
    run_finish(run);
    free(run);
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
    deployments_known(&session->known, session->place);
    self->count = 0;
    for (size_t i = 0; i < session->known.count; i++) {
        if (!belongs(session, &session->known.items[i]))
            continue;
        alloc_room(&self->rows, self->count, &self->capacity, sizeof *self->rows);
        struct welcome_row *row = &self->rows[self->count++];
        *row = (struct welcome_row){.known = i};
        read_row(session, &session->known.items[i], row);
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
    str_copy(str_of(welcome_entry(self, row)->dir), dir, sizeof dir);
    bool here = strcmp(session->dir, dir) == 0 && run_is_open(&session->run);
    if (here || session_open(session, dir, &err))
        return NAV_NEXT;
    return screen_complain(&self->screen, &session->trouble);
}

/* Beside the real ones, with no account and no cost. */
static bool may_rehearse(const struct session *session)
{
    return !session->place->rehearsal && offers_new(session);
}

static enum nav welcome_key(struct screen *screen, struct session *session, struct press press)
{
    struct welcome *self = (void *)screen;
    if (widget_key(&self->table.widget, press))
        return NAV_STAY;
    if (press_is(press, PRESS_ENTER))
        return open_chosen(self, session);
    if (press_is(press, 'R') && may_rehearse(session))
        return NAV_REHEARSE;
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
        total += self->rows[i].summary.cost > 0 ? self->rows[i].summary.cost : 0;
        whole = whole && self->rows[i].summary.cost >= 0;
    }
    if (whole || total > 0)
        snprintf(out, WORDS * 2, "%zu · %s%s together", self->count, whole ? "" : "at least ",
                 words_money(total, money));
    else
        out[0] = '\0';
}

static void welcome_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct welcome *self = (const void *)screen;
    char right[WORDS * 2];
    count_and_cost(self, right);
    canvas_heading(canvas_cut_top(&room, 2), 0, "Deployments", self->count > 0 ? right : NULL);
    int wanted = widget_height(&self->table.widget, room.area.w);
    widget_draw(&self->table.widget,
                canvas_cut_top(&room, rect_clamp(wanted, 1, room.area.h * 2 / 3)), true);
    canvas_cut_top(&room, 1);
    welcome_notes(self, session, room);
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
        out->marks[i] =
            row >= 0 ? welcome_stage_mark(self->rows[row].summary.stages[i]) : MARK_TODO;
    if (row < 0)
        return;
    const struct answers *answers = &welcome_entry(self, row)->answers;
    snprintf(out->account, sizeof out->account, "%s%s%s", self->rows[row].alias,
             self->rows[row].alias[0] && answers->account[0] ? " " : "", answers->account);
    str_copy(str_of(answers->region), out->region, sizeof out->region);
    out->cost = self->rows[row].summary.cost;
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
                     summary_is_live(&self->rows[row].summary)
                         ? "A run is going in %s: Enter goes to its screen."
                         : "Enter opens %s",
                     words_path(session, welcome_entry(self, row)->dir, dir));
}

static const struct press_hint *welcome_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint hints[] = {{"Enter", "open", false}, {"↑↓", "choose", false},
                                              {"n", "new", false},      {"R", "rehearse", false},
                                              {"D", "destroy", false},  {"q", "leave", true},
                                              {"?", "help", true},      {NULL, NULL, false}};
    static const struct press_hint fixed[] = {{"Enter", "open", false}, {"↑↓", "choose", false},
                                              {"D", "destroy", false},  {"q", "leave", true},
                                              {"?", "help", true},      {NULL, NULL, false}};
    (void)screen;
    return may_rehearse(session) ? hints : fixed;
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
