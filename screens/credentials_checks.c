#include "screens/credentials_checks.h"

#include "core/base/alloc.h"
#include "screens/words.h"

#define TEXT_X 17 /* behind mark and name */

static enum mark mark_of(enum check_state state)
{
    static const enum mark marks[] = {
        [CHECK_WAITING] = MARK_TODO, [CHECK_RUNNING] = MARK_NOW, [CHECK_PASS] = MARK_DONE,
        [CHECK_WARN] = MARK_WARNED,  [CHECK_FAIL] = MARK_FAILED, [CHECK_SKIP] = MARK_SKIPPED,
    };
    return marks[state];
}

static bool speaks(const struct check *check)
{
    return check->state == CHECK_FAIL || check->state == CHECK_WARN;
}

static int text_width_of(int width)
{
    return width - TEXT_X > 10 ? width - TEXT_X : 10;
}

/* Lines of one check: what needs the operator is told in full, everything else in one line. */
static int lines_of(const struct check *check, int width)
{
    if (!speaks(check))
        return 1;
    int w = text_width_of(width);
    int lines = text_lines(check->text, TEXT_ALL, w) + text_lines(check->hint, TEXT_ALL, w);
    return lines > 1 ? lines : 1;
}

int credentials_checks_height(const struct session *session, int width)
{
    int lines = 0;
    for (int i = 0; i < CHECKS; i++)
        lines += lines_of(&session->checks.items[i], width);
    return lines;
}

static int draw_check(const struct session *session, const struct check *check,
                      struct canvas canvas, int y)
{
    enum mark mark = mark_of(check->state);
    const char *glyph = check->state == CHECK_RUNNING
                            ? theme_spinner((session->loop->now_ms - check->began_ms) / 1000)
                            : mark_glyph(mark);
    canvas_text(canvas, 0, y, mark_role(mark), glyph);
    canvas_elided(canvas, 2, y, TEXT_X - 3, check->state == CHECK_FAIL ? ROLE_STRONG : ROLE_NORMAL,
                  check->name);
    int w = text_width_of(canvas.area.w);
    struct canvas text = canvas_sub(canvas, (struct rect){TEXT_X, y, w, canvas.area.h - y});
    if (!speaks(check)) {
        canvas_elided(text, 0, 0, w, ROLE_DIM,
                      check->state == CHECK_WAITING && !check->text[0] ? "waiting" : check->text);
        return 1;
    }
    int rows = canvas_wrapped(text, 0, ROLE_NORMAL, check->text);
    rows += canvas_wrapped(text, rows, ROLE_DIM, check->hint);
    return rows > 1 ? rows : 1;
}

/* What needs the operator first, then what goes on, then what is done; otherwise in their order. */
static int rank_of(enum check_state state)
{
    static const int ranks[] = {
        [CHECK_FAIL] = 0,    [CHECK_WARN] = 1, [CHECK_RUNNING] = 2,
        [CHECK_WAITING] = 2, [CHECK_SKIP] = 4, [CHECK_PASS] = 3,
    };
    return ranks[state];
}

int credentials_checks_nth(const struct session *session, int nth)
{
    const struct check *items = session->checks.items;
    for (int rank = 0; rank <= 4; rank++)
        for (int i = 0; i < CHECKS; i++)
            if (rank_of(items[i].state) == rank && nth-- == 0)
                return i;
    return -1;
}

/* "9 checks passed", or what else is behind the last line that is shown. */
static void draw_folded(const struct session *session, int from, struct canvas canvas, int y)
{
    static const struct {
        enum check_state state;
        const char *text;
    } kinds[] = {{CHECK_RUNNING, "going on"}, {CHECK_PASS, "passed"},
                 {CHECK_SKIP, "skipped"},     {CHECK_WARN, "with a warning"},
                 {CHECK_FAIL, "failed"},      {CHECK_WAITING, "waiting"}};
    int x = 0;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        unsigned count = 0;
        char number[WORDS];
        for (int n = from; n < CHECKS; n++)
            count += session->checks.items[credentials_checks_nth(session, n)].state ==
                     kinds[kind].state;
        if (count == 0)
            continue;
        enum mark mark = mark_of(kinds[kind].state);
        canvas_text(canvas, x, y, mark_role(mark), mark_glyph(mark));
        x = canvas_print(canvas, x + 2, y, ROLE_DIM, "%s %s   ",
                         words_count(count, from ? "more check" : "check",
                                     from ? "more checks" : "checks", number),
                         kinds[kind].text);
    }
}

void credentials_checks_draw(const struct session *session, struct canvas canvas)
{
    const struct check *items = session->checks.items;
    int y = 0, shown = 0;
    if (credentials_checks_height(session, canvas.area.w) <= canvas.area.h) {
        for (int i = 0; i < CHECKS; i++)
            y += draw_check(session, &items[i], canvas, y);
        return;
    }
    for (; shown < CHECKS; shown++) {
        const struct check *check = &items[credentials_checks_nth(session, shown)];
        if (y + lines_of(check, canvas.area.w) > canvas.area.h - 1)
            break;
        y += draw_check(session, check, canvas, y);
    }
    draw_folded(session, shown, canvas, y);
}

/* ---- one by one ---- */

static int list_rows(const void *owner)
{
    (void)owner;
    return CHECKS;
}

static void list_cell(const void *owner, int row, int column, struct table_cell *cell)
{
    const struct session *session = owner;
    const struct check *check = &session->checks.items[credentials_checks_nth(session, row)];
    if (column == 0) {
        cell->text = mark_glyph(mark_of(check->state));
        cell->role = mark_role(mark_of(check->state));
    } else if (column == 1) {
        cell->text = check->name;
    } else {
        cell->text = check->text;
        cell->role = ROLE_DIM;
    }
}

void credentials_checks_table(struct table *table, const struct session *session)
{
    static const struct table_column columns[] = {
        {.min = 1}, {.min = 13}, {.flexible = true, .min = 16}};
    *table = (struct table){.widget = {&table_ops},
                            .columns = columns,
                            .column_count = 3,
                            .rows = list_rows,
                            .cell = list_cell,
                            .owner = session,
                            .headless = true};
}

static int draw_lines(const char *lines, struct canvas canvas, int y)
{
    struct str rest = str_of(lines), line;
    while (rest.len > 0) {
        char one[512];
        str_cut(&rest, '\n', &line);
        str_copy(line, one, sizeof one);
        y += canvas_wrapped(canvas, y, ROLE_DIM, one);
    }
    return y;
}

int credentials_check_lines(const struct check *check, int width)
{
    struct str rest = str_of(check->details), line;
    int w = width > 12 ? width - 2 : 10;
    int lines = text_lines(check->text, TEXT_ALL, w) + text_lines(check->hint, TEXT_ALL, w);
    lines += rest.len > 0;
    while (rest.len > 0) {
        str_cut(&rest, '\n', &line);
        lines += text_lines(line.data, line.len, w);
    }
    return lines;
}

void credentials_check_draw(const struct check *check, struct canvas canvas, int from)
{
    char ms[WORDS];
    int64_t took = check->ended_ms - check->began_ms;
    snprintf(ms, sizeof ms, "%s   %lld ms", check_state_name(check->state),
             (long long)(took > 0 ? took : 0));
    canvas_heading(canvas_cut_top(&canvas, 2), 0, check->name, ms);
    struct canvas text = canvas_inset(canvas, 1, 0);
    int y = -from;
    y += canvas_wrapped(text, y, ROLE_NORMAL, check->text);
    y += canvas_wrapped(text, y, ROLE_STRONG, check->hint);
    draw_lines(check->details, text, y + 1);
}
