#include "screens/rows.h"

#include "core/base/alloc.h"
#include "screens/words.h"

#define MODULE_W 7
#define STATE_W  11
#define TIME_W   20

static int64_t row_elapsed(const struct session *session, const struct tf_row *row)
{
    if (row->began_ms <= 0)
        return row->elapsed_s > 0 ? row->elapsed_s * 1000LL : 0;
    int64_t end = row->ended_ms > 0 ? row->ended_ms : words_wall(session);
    return end > row->began_ms ? end - row->began_ms : 0;
}

/* Its apply has begun: what it shows are resources and the steps behind them. */
static bool is_up_to_apply(const struct run_stage *at)
{
    return at->step >= STEP_APPLY || at->state == STAGE_DONE;
}

static bool over(const struct run_stage *at)
{
    return at->state == STAGE_DONE || at->state == STAGE_DESTROYED;
}

bool rows_shows(const struct session *session, enum stage_id stage)
{
    const struct run *run = &session->run;
    const struct run_stage *at = &run->stages[stage], *eks = &run->stages[STAGE_EKS];
    if (run->command == RUN_DESTROY)
        return stage == run->stage;
    if (!run->stages_wanted[STAGE_EKS] || over(eks))
        return stage != STAGE_EKS && run->stages_wanted[stage] && is_up_to_apply(at);
    return stage == STAGE_EKS;
}

/* terraform's rows of a stage that is shown, while they are those of an apply. */
static const struct tf_run *shown(const struct session *session, int stage)
{
    const struct tf_run *terraform = &session->run.stages[stage].terraform;
    return rows_shows(session, (enum stage_id)stage) && terraform->verb == TF_APPLY ? terraform
                                                                                    : NULL;
}

struct rows_count rows_count(const struct session *session)
{
    struct rows_count count = {0, 0, 0, 0};
    for (int i = 0; i < STAGES; i++) {
        const struct tf_run *terraform = shown(session, i);
        if (!terraform)
            continue;
        count.done += terraform->done;
        count.total += terraform->total;
        count.errors += terraform->errors;
        count.running += (unsigned)terraform->running_count;
    }
    return count;
}

int64_t rows_began(const struct session *session)
{
    int64_t began = 0;
    for (int stage = 0; stage < STAGES && session->run.phase != RUN_OVER; stage++) {
        const struct tf_run *run = shown(session, stage);
        for (size_t i = 0; run && i < run->row_count; i++) {
            const struct tf_row *row = &run->rows[i];
            if (row->weight > 0 && row->began_ms > 0 && (began == 0 || row->began_ms < began))
                began = row->began_ms;
        }
    }
    return began > 0 ? began : session->run.began_ms;
}

static bool overdue(const struct session *session, const struct tf_row *row)
{
    struct words_resource resource;
    words_resource(session, row->address, &resource);
    struct estimate_span span = words_span(session, resource.type);
    return row->state == TF_ROW_RUNNING && span.high_s > 0 &&
           row_elapsed(session, row) > span.high_s * 1000LL;
}

const struct tf_row *rows_overdue(const struct session *session)
{
    for (int stage = 0; stage < STAGES; stage++) {
        const struct tf_run *run = shown(session, stage);
        for (size_t i = 0; run && i < run->running_count; i++) {
            const struct tf_row *row = &run->rows[run->running[i]];
            if (overdue(session, row))
                return row;
        }
    }
    return NULL;
}

bool rows_slow(const struct session *session)
{
    for (int stage = 0; stage < STAGES; stage++) {
        const struct tf_run *run = shown(session, stage);
        for (size_t i = 0; run && i < run->running_count; i++) {
            const struct tf_row *row = &run->rows[run->running[i]];
            struct words_resource resource;
            words_resource(session, row->address, &resource);
            if (row->action == TF_CREATE && estimate_is_slow(&session->estimates, resource.type))
                return true;
        }
    }
    return false;
}

static enum mark row_mark(const struct tf_row *row)
{
    switch (row->state) {
    case TF_ROW_RUNNING:
        return MARK_NOW;
    case TF_ROW_DONE:
        return MARK_DONE;
    case TF_ROW_FAILED:
        return MARK_FAILED;
    case TF_ROW_UNKNOWN:
        return MARK_WARNED;
    case TF_ROW_PLANNED:
        break;
    }
    return MARK_TODO;
}

static const char *row_state(const struct tf_row *row)
{
    switch (row->state) {
    case TF_ROW_RUNNING:
        return words_doing(row->action);
    case TF_ROW_DONE:
        return words_done(row->action);
    case TF_ROW_FAILED:
        return "failed";
    case TF_ROW_UNKNOWN:
        return "unknown";
    case TF_ROW_PLANNED:
        break;
    }
    return "planned";
}

/* 6m58s of 8–12 min: the elapsed time ends in the same column on every row. */
static void draw_time(const struct session *session, const struct tf_row *row, const char *type,
                      struct canvas area)
{
    char span[CLOCK_TEXT], usual[WORDS];
    bool late = overdue(session, row);
    clock_span(row_elapsed(session, row), span);
    canvas_aligned(area, 0, 0, 7, late ? ROLE_WARNING : ROLE_NORMAL, span);
    words_usual(words_span(session, type), usual);
    if (row->state == TF_ROW_RUNNING && usual[0])
        canvas_print(area, 8, 0, late ? ROLE_WARNING : ROLE_DIM, "of %s", usual);
}

/* What stands in no module is known by its stage. */
static void draw_row(const struct session *session, int stage, const struct tf_row *row,
                     struct canvas line)
{
    struct words_resource resource;
    words_resource(session, row->address, &resource);
    const char *group = resource.module[0] ? resource.module : stage_table[stage].name;
    enum mark mark = row_mark(row);
    bool late = overdue(session, row), ended = row->state == TF_ROW_DONE;
    const char *glyph =
        mark == MARK_NOW ? theme_spinner(row_elapsed(session, row) / 1000) : mark_glyph(mark);
    canvas_text(line, 0, 0, late ? ROLE_WARNING : mark_role(mark), glyph);
    canvas_elided(line, 2, 0, MODULE_W - 1, ROLE_DIM, group);
    int state_x = line.area.w - STATE_W - TIME_W, x = 2 + MODULE_W;
    canvas_elided_middle(line, x, 0, state_x - x - 1, ended ? ROLE_DIM : ROLE_NORMAL,
                         resource.local);
    enum role role = row->state == TF_ROW_FAILED ? ROLE_FAILURE : ended ? ROLE_DIM : ROLE_NORMAL;
    canvas_elided(line, state_x, 0, STATE_W, role, row_state(row));
    struct rect time = {line.area.w - TIME_W, 0, TIME_W, 1};
    if (row->state != TF_ROW_PLANNED)
        draw_time(session, row, resource.type, canvas_sub(line, time));
}

/* What is not listed above, in one line each kind. */
static void draw_rest(unsigned running, unsigned done, const char *verb, struct canvas line)
{
    enum mark mark = running > 0 ? MARK_NOW : MARK_DONE;
    if (running == 0 && done == 0)
        return;
    canvas_text(line, 0, 0, mark_role(mark), mark_glyph(mark));
    int x = 2 + MODULE_W;
    if (running > 0)
        x = canvas_print(line, x, 0, ROLE_NORMAL, "%u more in flight", running) + 3;
    if (done > 0)
        canvas_print(line, x, 0, ROLE_DIM, "%u %s%s", done, running > 0 || done == 0 ? "" : "more ",
                     verb);
}

static bool is_failed(const struct tf_row *row)
{
    return row->weight > 0 && (row->state == TF_ROW_FAILED || row->state == TF_ROW_UNKNOWN);
}

/* ---- all of them ---- */

struct drawing { /* rows so far, of all stages */
    const struct session *session;
    struct canvas canvas;
    int y, room;
    unsigned recent, done, left;
};

static struct canvas next_line(struct drawing *drawing)
{
    struct rect line = {0, drawing->y++, drawing->canvas.area.w, 1};
    return canvas_sub(drawing->canvas, line);
}

static void draw_failed(struct drawing *drawing, int stage, const struct tf_run *run)
{
    for (size_t i = 0; i < run->row_count && drawing->y < drawing->room; i++)
        if (is_failed(&run->rows[i]))
            draw_row(drawing->session, stage, &run->rows[i], next_line(drawing));
}

static void draw_running(struct drawing *drawing, int stage, const struct tf_run *run)
{
    size_t i = 0;
    for (; i < run->running_count && drawing->y < drawing->room; i++)
        draw_row(drawing->session, stage, &run->rows[run->running[i]], next_line(drawing));
    drawing->left += (unsigned)(run->running_count - i);
}

static void draw_recent(struct drawing *drawing, int stage, const struct tf_run *run)
{
    drawing->done += run->by_state[TF_ROW_DONE];
    for (size_t i = 0; i < run->recent_count && drawing->y < drawing->room; i++) {
        const struct tf_row *row = &run->rows[run->recent[i]];
        if (row->state != TF_ROW_DONE)
            continue;
        draw_row(drawing->session, stage, row, next_line(drawing));
        drawing->recent++;
    }
}

/* A step that is no terraform: what it does, since when, and below it what it waits for. */
static void draw_between(struct drawing *drawing, int stage)
{
    const struct session *session = drawing->session;
    const struct run_stage *at = &session->run.stages[stage];
    const char *doing = words_step(at->step);
    if (!doing[0] || at->state != STAGE_RUNNING || at->step_over || drawing->y >= drawing->room)
        return;
    int64_t gone = words_wall(session) - at->step_began_ms;
    char span[CLOCK_TEXT];
    struct canvas line = next_line(drawing);
    canvas_text(line, 0, 0, mark_role(MARK_NOW), theme_spinner(gone / 1000));
    canvas_elided(line, 2, 0, MODULE_W - 1, ROLE_DIM, stage_table[stage].name);
    int x = 2 + MODULE_W, time_x = line.area.w - TIME_W;
    canvas_elided(line, x, 0, time_x - x - 1, ROLE_NORMAL, doing);
    struct rect time = {time_x, 0, TIME_W, 1};
    canvas_aligned(canvas_sub(line, time), 0, 0, 7, ROLE_NORMAL,
                   clock_span(gone > 0 ? gone : 0, span));
    if (at->waits[0] && drawing->y < drawing->room) {
        line = next_line(drawing);
        canvas_elided(line, x, 0, line.area.w - x, ROLE_DIM, at->waits);
    }
}

static void draw_each(struct drawing *drawing,
                      void (*draw)(struct drawing *drawing, int stage, const struct tf_run *run))
{
    for (int stage = 0; stage < STAGES; stage++) {
        const struct tf_run *run = shown(drawing->session, stage);
        if (run)
            draw(drawing, stage, run);
    }
}

int rows_draw(const struct session *session, struct canvas canvas, bool brief)
{
    struct drawing drawing = {.session = session, .canvas = canvas, .room = canvas.area.h - 1};
    draw_each(&drawing, draw_failed);
    draw_each(&drawing, draw_running);
    for (int stage = 0; stage < STAGES; stage++)
        if (rows_shows(session, (enum stage_id)stage))
            draw_between(&drawing, stage);
    if (!brief)
        draw_each(&drawing, draw_recent);
    draw_rest(drawing.left, drawing.done - drawing.recent, "done",
              canvas_sub(canvas, (struct rect){0, drawing.y, canvas.area.w, 1}));
    return drawing.y + 1;
}

enum stage_id rows_wait_for_form(const struct session *session)
{
    const struct run *run = &session->run;
    bool goes = run_is_open(run) && run->phase != RUN_OVER;
    for (int i = 0; i < STAGES && goes; i++)
        if (run->stages[i].waits_for_form)
            return (enum stage_id)i;
    return STAGE_NONE;
}
