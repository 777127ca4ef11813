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

int64_t rows_began(const struct session *session)
{
    const struct tf_run *run = &run_now(&session->run)->terraform;
    int64_t began = 0;
    for (size_t i = 0; i < run->row_count; i++) {
        const struct tf_row *row = &run->rows[i];
        if (row->weight > 0 && row->began_ms > 0 && (began == 0 || row->began_ms < began))
            began = row->began_ms;
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
    const struct tf_run *run = &run_now(&session->run)->terraform;
    for (size_t i = 0; i < run->running_count; i++) {
        const struct tf_row *row = &run->rows[run->running[i]];
        if (overdue(session, row))
            return row;
    }
    return NULL;
}

bool rows_slow(const struct session *session)
{
    const struct tf_run *run = &run_now(&session->run)->terraform;
    for (size_t i = 0; i < run->running_count; i++) {
        const struct tf_row *row = &run->rows[run->running[i]];
        struct words_resource resource;
        words_resource(session, row->address, &resource);
        if (row->action == TF_CREATE && estimate_is_slow(&session->estimates, resource.type))
            return true;
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

static void draw_row(const struct session *session, const struct tf_row *row, struct canvas line)
{
    struct words_resource resource;
    words_resource(session, row->address, &resource);
    enum mark mark = row_mark(row);
    bool late = overdue(session, row), ended = row->state == TF_ROW_DONE;
    const char *glyph =
        mark == MARK_NOW ? theme_spinner(row_elapsed(session, row) / 1000) : mark_glyph(mark);
    canvas_text(line, 0, 0, late ? ROLE_WARNING : mark_role(mark), glyph);
    canvas_elided(line, 2, 0, MODULE_W - 1, ROLE_DIM, resource.module);
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

int rows_draw(const struct session *session, struct canvas canvas, bool brief)
{
    const struct tf_run *run = &run_now(&session->run)->terraform;
    int room = canvas.area.h - 1, y = 0;
    unsigned running = 0, recent = 0;
    for (size_t i = 0; i < run->row_count && y < room; i++) {
        if (is_failed(&run->rows[i]))
            draw_row(session, &run->rows[i],
                     canvas_sub(canvas, (struct rect){0, y++, canvas.area.w, 1}));
    }
    for (; running < run->running_count && y < room; running++)
        draw_row(session, &run->rows[run->running[running]],
                 canvas_sub(canvas, (struct rect){0, y++, canvas.area.w, 1}));
    for (size_t i = 0; i < run->recent_count && y < room && !brief; i++) {
        const struct tf_row *row = &run->rows[run->recent[i]];
        if (row->state != TF_ROW_DONE)
            continue;
        draw_row(session, row, canvas_sub(canvas, (struct rect){0, y++, canvas.area.w, 1}));
        recent++;
    }
    unsigned done = run->by_state[TF_ROW_DONE] > recent ? run->by_state[TF_ROW_DONE] - recent : 0;
    draw_rest((unsigned)run->running_count - running, brief ? 0 : done, "done",
              canvas_sub(canvas, (struct rect){0, y, canvas.area.w, 1}));
    return y + 1;
}
