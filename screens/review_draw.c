/* How the review looks: the steps while it is made, the tree with cost and time, one resource in
 * detail. All answers on one page are review_answers.c's. */
#include "core/base/alloc.h"
#include "screens/review.h"
#include "screens/words.h"

enum { DIFF_NAME, DIFF_BEFORE, DIFF_AFTER, DIFF_COLUMNS };

static const struct table_column diff_columns[DIFF_COLUMNS] = {
    [DIFF_NAME] = {.title = "ATTRIBUTE", .min = 12, .max = 40},
    [DIFF_BEFORE] = {.title = "BEFORE", .min = 6, .max = 36},
    [DIFF_AFTER] = {.title = "AFTER", .min = 10, .flexible = true},
};

static int diff_rows(const void *owner)
{
    const struct review *self = owner;
    const struct tf_entry *entry = review_tree_entry(&self->tree);
    return entry ? (int)entry->attribute_count : 0;
}

static void diff_cell(const void *owner, int row, int column, struct table_cell *cell)
{
    const struct review *self = owner;
    const struct tf_entry *entry = review_tree_entry(&self->tree);
    if (!entry || (size_t)row >= entry->attribute_count)
        return;
    const struct tf_attribute *attribute = &entry->attributes[row];
    if (column == DIFF_NAME) {
        cell->text = attribute->path;
        cell->role = attribute->forces ? ROLE_FAILURE : ROLE_NORMAL;
    } else if (column == DIFF_BEFORE) {
        cell->text = attribute->before ? attribute->before : "–";
        cell->role = ROLE_DIM;
    } else if (attribute->unknown) {
        cell->text = "known after the apply";
        cell->role = ROLE_DIM;
    } else {
        cell->text = attribute->after ? attribute->after : "–";
    }
}

static const char *diff_detail(const void *owner, int row)
{
    const struct review *self = owner;
    const struct tf_entry *entry = review_tree_entry(&self->tree);
    bool forces = entry && (size_t)row < entry->attribute_count && entry->attributes[row].forces;
    return forces ? "this one forces the replacement" : NULL;
}

void review_tables(struct review *review)
{
    review->diff = (struct table){.widget = {&table_ops},
                                  .columns = diff_columns,
                                  .column_count = DIFF_COLUMNS,
                                  .rows = diff_rows,
                                  .cell = diff_cell,
                                  .detail = diff_detail,
                                  .owner = review,
                                  .empty = "No values are known before the apply."};
    review_answers_table(review);
}

/* ---- while it is made ---- */

static void step_note(const struct session *session, enum stage_step step, char out[WORDS * 2])
{
    const struct tf_run *terraform = &run_now(&session->run)->terraform;
    out[0] = '\0';
    if (step == STEP_PLAN && terraform->waiting_for_lock)
        snprintf(out, WORDS * 2, "waits for the lock of the state");
    else if (step == STEP_PLAN && terraform->refresh_begun > 0)
        snprintf(out, WORDS * 2, "%u of %u that exist are read", terraform->refresh_done,
                 terraform->refresh_begun);
    else if (step == STEP_PLAN)
        snprintf(out, WORDS * 2, "compares the answers with what exists");
    else if (step == STEP_INIT && terraform->note[0])
        snprintf(out, WORDS * 2, "%.150s", terraform->note);
    else if (step == STEP_INIT)
        snprintf(out, WORDS * 2, "modules and providers");
}

static void draw_step(const struct session *session, enum stage_step step, const char *label,
                      struct canvas line)
{
    const struct run *run = &session->run;
    enum stage_step now = run_is_open(run) ? run->stages[review_stage(session)].step : STEP_NONE;
    bool over = step < now || (step == now && run->stages[review_stage(session)].step_over);
    enum mark mark = over ? MARK_DONE : step == now ? MARK_NOW : MARK_TODO;
    char text[WORDS * 2];
    const char *glyph =
        mark == MARK_NOW ? theme_spinner(words_wall(session) / 1000) : mark_glyph(mark);
    canvas_text(line, 2, 0, mark_role(mark), glyph);
    canvas_text(line, 4, 0, mark == MARK_NOW ? ROLE_STRONG : ROLE_NORMAL, label);
    step_note(session, step, text);
    if (mark == MARK_NOW)
        canvas_elided(line, 24, 0, line.area.w - 24, ROLE_DIM, text);
}

/* What terraform said last, as far as there is room. */
static void draw_tail(const struct session *session, struct canvas canvas)
{
    const struct session_log *log = &session->log;
    size_t rows = canvas.area.h > 0 ? (size_t)canvas.area.h : 0;
    size_t from = log->count > rows ? log->count - rows : 0;
    for (size_t i = from; i < log->count; i++)
        canvas_elided(canvas, 0, (int)(i - from), canvas.area.w, ROLE_DIM, log->lines[i].text);
}

static void draw_preparing(const struct session *session, struct canvas room)
{
    const struct run *run = &session->run;
    char span[CLOCK_TEXT] = "", title[WORDS];
    if (run_is_open(run) && run->began_ms > 0)
        clock_span(words_wall(session) - run->began_ms, span);
    snprintf(title, sizeof title, "Planning %s", stage_table[review_stage(session)].label);
    canvas_heading(canvas_cut_top(&room, 2), 0, title, span);
    draw_step(session, STEP_INIT, "terraform init", canvas_cut_top(&room, 1));
    draw_step(session, STEP_PLAN, "terraform plan", canvas_cut_top(&room, 1));
    draw_step(session, STEP_SHOW, "review", canvas_cut_top(&room, 1));
    canvas_cut_top(&room, 1);
    struct canvas inner = canvas_inset(room, 2, 0);
    if (session->launching || !run_is_open(run))
        canvas_text(inner, 0, 0, ROLE_DIM,
                    "The worker is starting; it lives on without this terminal.");
    else
        draw_tail(session, canvas_cut_top(&inner, inner.area.h - 1));
}

/* ---- when it asks ---- */

static void draw_counts(const struct tf_plan *plan, struct canvas line)
{
    char create[24], change[24], destroy[24];
    bool narrow = line.area.w < 60;
    snprintf(create, sizeof create, "+ %u%s", plan->add, narrow ? "" : " create");
    snprintf(change, sizeof change, "~ %u%s", plan->change, narrow ? "" : " change");
    snprintf(destroy, sizeof destroy, "- %u%s", plan->remove, narrow ? "" : " destroy");
    int x = line.area.w - (int)(strlen(create) + strlen(change) + strlen(destroy)) - 6;
    x = canvas_text(line, x, 0, plan->add > 0 ? ROLE_SUCCESS : ROLE_DIM, create) + 3;
    x = canvas_text(line, x, 0, plan->change > 0 ? ROLE_WARNING : ROLE_DIM, change) + 3;
    canvas_text(line, x, 0, plan->remove > 0 ? ROLE_FAILURE : ROLE_DIM, destroy);
}

/* The stage's usual time when its cluster is among what is made, else that of the slowest. */
static void plan_time(const struct session *session, char out[WORDS])
{
    const struct tf_plan *plan = &run_now(&session->run)->plan;
    struct estimate_span slowest = {0, 0};
    struct words_resource resource;
    bool cluster = false;
    for (size_t i = 0; i < plan->entry_count; i++) {
        const struct tf_entry *entry = &plan->entries[i];
        if (entry->drift || (entry->action != TF_CREATE && entry->action != TF_REPLACE))
            continue;
        words_resource(session, entry->address, &resource);
        cluster |= strcmp(resource.type, "aws_eks_cluster") == 0;
        struct estimate_span span = words_span(session, resource.type);
        slowest = span.high_s > slowest.high_s ? span : slowest;
    }
    char usual[WORDS];
    if (cluster || review_stage(session) != STAGE_EKS)
        words_usual(
            estimate_stage_time(&session->estimates, review_stage(session), session->place->speed),
            out);
    else if (words_usual(slowest, usual)[0])
        snprintf(out, WORDS, "%.60s for the slowest", usual);
    else
        snprintf(out, WORDS, "unknown");
}

static void draw_parts(const struct session *session, struct canvas area)
{
    const struct estimate_parts parts = estimate_eks(&session->estimates, &session->answers);
    char detail[256];
    snprintf(detail, sizeof detail,
             "control plane %.2f · %s × %s %.2f · NAT gateway %.2f · disks %.2f",
             parts.control_plane, session->answers.node_count, session->answers.instance_type,
             parts.nodes, parts.nat, parts.disks);
    canvas_elided(area, 2, 0, area.area.w - 2, ROLE_DIM, detail);
}

static void draw_cost(const struct session *session, struct canvas area)
{
    const struct estimate_parts parts = estimate_eks(&session->estimates, &session->answers);
    const struct run_stage *at = run_now(&session->run);
    double cost = at->cost_per_hour >= 0 ? at->cost_per_hour : parts.total;
    char hour[WORDS], month[WORDS], dated[WORDS], time[WORDS];
    int x = canvas_text(area, 0, 0, ROLE_NORMAL, "Cost while it runs");
    x = canvas_text(area, x < 22 ? 22 : x + 2, 0, ROLE_STRONG, words_money(cost, hour));
    canvas_print(area, x, 0, ROLE_NORMAL, " · %s", words_month(cost, month));
    if (session->estimates.priced[0]) {
        snprintf(dated, sizeof dated, "prices of %s", session->estimates.priced);
        canvas_right(area, 0, ROLE_DIM, dated);
    }
    if (review_stage(session) == STAGE_EKS)
        draw_parts(session, canvas_sub(area, (struct rect){0, 1, area.area.w, 1}));
    canvas_text(area, 0, 2, ROLE_NORMAL, "Time, usually");
    plan_time(session, time);
    canvas_text(area, 22, 2, ROLE_STRONG, time);
}

/* $/h up to which the one yes holds: of all stages that are wanted or up. */
static double ceiling(const struct session *session)
{
    double sum = 0;
    for (int i = 0; i < STAGES; i++)
        if (session->run.stages_wanted[i] || session_stage(session, (enum stage_id)i) == STAGE_DONE)
            sum += estimate_stage(&session->estimates, &session->answers, (enum stage_id)i);
    return estimate_ceiling(sum);
}

/* What the one yes covers beside this plan; false when this stage is all there is. */
static bool draw_followers(const struct session *session, struct canvas line)
{
    const struct run *run = &session->run;
    const char *labels[STAGES];
    char names[WORDS] = "", money[WORDS];
    size_t len = 0;
    int count = 0;
    for (int i = review_stage(session) + 1; i < STAGES; i++)
        if (run->stages_wanted[i] && run->stages[i].state != STAGE_DONE)
            labels[count++] = stage_table[i].label;
    if (!count || run->command != RUN_APPLY)
        return false;
    for (int i = 0; i < count; i++)
        len += (size_t)snprintf(names + len, WORDS - len, "%s%s",
                                i == 0       ? ""
                                : count == 2 ? " and "
                                             : ", ",
                                labels[i]);
    char text[WORDS * 3];
    snprintf(text, sizeof text, "%s follow%s within this consent: creates only, up to %s.", names,
             count > 1 ? "" : "s", words_money(ceiling(session), money));
    canvas_elided(line, 0, 0, line.area.w, ROLE_NORMAL, text);
    return true;
}

static void draw_answer(const struct review *self, const struct session *session,
                        struct canvas area)
{
    bool creates = !review_goes(session);
    char word[WORDS_TYPED], account[WORDS], who[WORDS], label[256];
    snprintf(label, sizeof label, "%s%s%s · as %s",
             words_account(session, account)[0] ? account : "this account",
             session->answers.region[0] ? " · " : "", session->answers.region,
             words_identity(session, who));
    canvas_text(area, 0, 0, ROLE_NORMAL, "Where and as whom");
    canvas_elided(area, 22, 0, area.area.w - 22, ROLE_NORMAL, label);
    if (self->mode == REVIEW_FIND) {
        int x = canvas_text(area, 0, 1, ROLE_NORMAL, "Find: ");
        struct rect rest = {x, 1, area.area.w - x, 1};
        widget_draw(&self->find.widget, canvas_sub(area, rest), true);
        return;
    }
    bool open = self->mode == REVIEW_CONSENT;
    snprintf(label, sizeof label,
             creates ? "Type %s to %s this:" : "Type %s to %s:", review_word(session, word),
             !creates ? "replace or destroy what stands first above"
             : run_now(&session->run)->plan.change == 0 ? "create"
                                                        : "change");
    int x = canvas_text(area, 0, 1, open ? ROLE_STRONG : ROLE_DIM, label) + 1;
    struct rect rest = {x, 1, area.area.w - x, 1};
    if (open || self->typed[0])
        widget_draw(&self->yes.widget, canvas_sub(area, rest), open && !self->sent);
}

static void draw_asking(const struct review *self, const struct session *session,
                        struct canvas room)
{
    struct canvas line = canvas_cut_top(&room, 1);
    char title[WORDS];
    snprintf(title, sizeof title, "Plan for %s", stage_table[review_stage(session)].label);
    canvas_heading(line, 0, title, NULL);
    draw_counts(&run_now(&session->run)->plan, line);
    struct canvas answer = canvas_cut_bottom(&room, 2);
    bool roomy = room.area.h >= 8;
    struct rect last = {0, room.area.h - 1, room.area.w, 1};
    if (room.area.h >= 10 && draw_followers(session, canvas_sub(room, last)))
        canvas_cut_bottom(&room, 1);
    if (roomy) {
        canvas_cut_bottom(&room, 1);
        draw_cost(session, canvas_cut_bottom(&room, 3));
    }
    if (room.area.h >= 6)
        canvas_cut_bottom(&room, 1);
    if (room.area.h >= 10)
        canvas_cut_top(&room, 1);
    draw_answer(self, session, answer);
    widget_draw(&self->tree.tree.widget, room, self->mode == REVIEW_TREE);
}

static void draw_diff(const struct review *self, const struct session *session, struct canvas room)
{
    const struct tf_entry *entry = review_tree_entry(&self->tree);
    struct words_resource resource;
    enum role role;
    if (!entry)
        return;
    words_resource(session, entry->address, &resource);
    const char *mark = plan_mark(entry->action, &role);
    canvas_heading(canvas_cut_top(&room, 1), 0, resource.local,
                   entry->drift ? "changed outside terraform" : tf_action_name(entry->action));
    struct canvas line = canvas_cut_top(&room, 2);
    canvas_text(line, 0, 0, role, mark);
    canvas_elided_middle(line, 2, 0, line.area.w - 2, ROLE_DIM, entry->address);
    if (entry->reason[0])
        canvas_print(canvas_cut_top(&room, 2), 0, 0, ROLE_WARNING, "because it %s",
                     words_reason(entry->reason));
    if (entry->attributes_left > 0)
        canvas_print(canvas_cut_bottom(&room, 1), 0, 0, ROLE_DIM, "and %u more values",
                     entry->attributes_left);
    widget_draw(&self->diff.widget, room, true);
}

void review_draw(const struct screen *screen, const struct session *session, struct canvas room)
{
    const struct review *self = (const void *)screen;
    if (!review_asks(session)) {
        draw_preparing(session, room);
        return;
    }
    if (self->mode == REVIEW_DIFF) {
        draw_diff(self, session, room);
    } else if (self->mode == REVIEW_ANSWERS) {
        canvas_heading(canvas_cut_top(&room, 2), 0, "What you answered",
                       "Esc twice goes back to the form");
        widget_draw(&self->answers.widget, room, true);
    } else {
        draw_asking(self, session, room);
    }
}
