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

void credentials_checks_draw(const struct session *session, struct canvas canvas)
{
    const struct check *items = session->checks.items;
    bool fold = credentials_checks_height(session, canvas.area.w) > canvas.area.h;
    unsigned folded = 0;
    int y = 0;
    for (int round = 0; round < (fold ? 2 : 1); round++) {
        for (int i = 0; i < CHECKS; i++) {
            if (fold && speaks(&items[i]) != (round == 0))
                continue; /* first what needs the operator */
            if (fold && items[i].state == CHECK_PASS)
                folded++;
            else
                y += draw_check(session, &items[i], canvas, y);
        }
    }
    if (folded == 0)
        return;
    char passed[WORDS];
    canvas_text(canvas, 0, y, mark_role(MARK_DONE), mark_glyph(MARK_DONE));
    canvas_print(canvas, 2, y, ROLE_DIM, "%s passed",
                 words_count(folded, "check", "checks", passed));
}
