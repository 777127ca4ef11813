/* The deployments known on this machine: what state they are in, how old, what they cost. Read from
 * their files when the screen is entered; no network. */
#include "core/base/alloc.h"
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

static void say_over(const struct run *run, struct summary *summary)
{
    bool made = run->stages[STAGE_EKS].step >= STEP_APPLY;
    summary->since_ms = run->ended_ms;
    summary->cost = made ? run->cost_per_hour : 0;
    if (run->ending == RUN_SUCCEEDED) {
        summary->mark = MARK_DONE;
        str_copy(STR("up"), summary->state, sizeof summary->state);
    } else if (run->ending == RUN_FAILED) {
        summary->mark = MARK_FAILED;
        str_copy(STR("EKS failed"), summary->state, sizeof summary->state);
    } else if (made) {
        summary->mark = MARK_WARNED;
        str_copy(STR("EKS stopped"), summary->state, sizeof summary->state);
    } else {
        str_copy(STR("planned only"), summary->state, sizeof summary->state);
    }
    if (made && run->ending != RUN_SUCCEEDED)
        summary->cost = -1; /* part of it exists */
}

static void say_live(const struct run *run, bool held, struct summary *summary)
{
    const struct tf_run *terraform = &run->terraform_run;
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

static void read_summary(const struct deployment_entry *entry, struct summary *summary)
{
    char id[64];
    struct error ignored;
    struct run *run = alloc_zeroed(1, sizeof *run);
    summary->mark = MARK_TODO;
    str_copy(STR("not planned yet"), summary->state, sizeof summary->state);
    if (deployment_latest_run(entry->dir, id) && run_read(run, entry->dir, id, &ignored)) {
        if (run->phase == RUN_OVER)
            say_over(run, summary);
        else
            say_live(run, deployment_holder(entry->dir).held, summary);
        summary->stages[STAGE_EKS] = summary->mark;
    }
    run_finish(run);
    free(run);
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
        if (session->known.items[i].answers.rehearsal != session->place->rehearsal)
            continue; /* a directory is one or the other, for ever */
        alloc_room(&self->rows, self->count, &self->capacity, sizeof *self->rows);
        struct summary *summary = &self->rows[self->count++];
        *summary = (struct summary){.known = i};
        read_summary(&session->known.items[i], summary);
    }
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
    if (press_is(press, 'n')) {
        session_new(session);
        return NAV_NEXT;
    }
    return NAV_PASS;
}

static double total_cost(const struct welcome *self)
{
    double total = 0;
    for (size_t i = 0; i < self->count; i++)
        total += self->rows[i].cost > 0 ? self->rows[i].cost : 0;
    return total;
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
    char right[WORDS * 2], money[WORDS];
    (void)session;
    snprintf(right, sizeof right, "%zu · %s together", self->count,
             words_money(total_cost(self), money));
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
    for (int i = 0; i < STAGES; i++)
        out->marks[i] = row >= 0 ? self->rows[row].stages[i] : MARK_TODO;
}

static void welcome_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    const struct welcome *self = (const void *)screen;
    int row = table_selected(&self->table);
    (void)session;
    if (row < 0)
        sentence_set(out, ROLE_NORMAL, "Enter begins a new deployment.");
    else if (self->rows[row].live)
        sentence_set(out, ROLE_NORMAL, "A run is going in %.80s: Enter goes to its screen.",
                     entry_of(self, row)->answers.cluster_name);
    else
        sentence_set(out, ROLE_NORMAL, "Enter opens %.80s.",
                     entry_of(self, row)->answers.cluster_name);
}

static const struct press_hint *welcome_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint hints[] = {{"Enter", "open", false}, {"↑↓", "choose", false},
                                              {"n", "new", false},      {"q", "leave", true},
                                              {"?", "help", true},      {NULL, NULL, false}};
    (void)screen;
    (void)session;
    return hints;
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
