/* What happened while nobody looked, and what needs a look: read with the list, drawn here. */
#include "core/base/alloc.h"
#include "screens/welcome.h"

enum { AWAY_MS = 60000, LOOKS_SHOWN = 5 };

enum mark welcome_stage_mark(enum stage_state state)
{
    static const enum mark marks[] = {
        [STAGE_TODO] = MARK_TODO,       [STAGE_RUNNING] = MARK_NOW,
        [STAGE_DONE] = MARK_DONE,       [STAGE_FAILED] = MARK_FAILED,
        [STAGE_SKIPPED] = MARK_SKIPPED, [STAGE_DESTROYED] = MARK_SKIPPED,
    };
    return marks[state];
}

static enum role role_of(enum lookback_tone tone)
{
    static const enum role roles[] = {
        [LOOKBACK_PLAIN] = ROLE_NORMAL,
        [LOOKBACK_GOOD] = ROLE_SUCCESS,
        [LOOKBACK_WARNING] = ROLE_WARNING,
        [LOOKBACK_BAD] = ROLE_FAILURE,
    };
    return roles[tone];
}

/* How it stands at this moment; NULL when the lines above have said it. */
static const char *now_words(const struct summary *summary, enum role *role)
{
    *role = ROLE_WARNING;
    if (summary->state == SUMMARY_ASKING)
        return "a plan waits for your yes";
    if (summary->state == SUMMARY_INTERRUPTED)
        return "nobody works on it: Enter goes on with the run";
    *role = ROLE_NORMAL;
    return summary->state == SUMMARY_GOING ? "nothing failed, nothing waits for you" : NULL;
}

static bool was_away(const struct welcome_row *row, int64_t now_ms)
{
    return !row->here && row->lookback.left_ms > 0 && now_ms - row->lookback.left_ms >= AWAY_MS &&
           (row->lookback.count > 0 || summary_is_live(&row->summary));
}

static int looks_wanted(const struct welcome *self)
{
    size_t count = 0;
    for (size_t i = 0; i < self->count; i++)
        count += self->rows[i].look_count;
    return (int)(count < LOOKS_SHOWN ? count : LOOKS_SHOWN);
}

static int names_width(const struct welcome *self)
{
    int width = 0;
    for (size_t i = 0; i < self->count; i++) {
        const struct deployment_entry *entry = welcome_entry(self, (int)i);
        int w = text_width(entry->answers.cluster_name, TEXT_ALL);
        width = self->rows[i].look_count > 0 && w > width ? w : width;
    }
    return rect_clamp(width, 4, 18);
}

/* The most urgent of every deployment first, then the second of each … */
static void draw_looks(const struct welcome *self, struct canvas canvas)
{
    int y = 1, x = 6 + names_width(self);
    canvas_text(canvas, 0, 0, ROLE_STRONG, "Needs a look");
    for (size_t n = 0; n < WELCOME_LOOKS; n++) {
        for (size_t i = 0; i < self->count && y < canvas.area.h; i++) {
            const struct welcome_row *row = &self->rows[i];
            if (n >= row->look_count)
                continue;
            enum role role = role_of(row->looks[n].tone);
            canvas_text(canvas, 2, y, role == ROLE_NORMAL ? ROLE_DIM : ROLE_WARNING,
                        mark_glyph(MARK_WARNED));
            canvas_elided(canvas, 4, y, x - 6, ROLE_NORMAL,
                          welcome_entry(self, (int)i)->answers.cluster_name);
            canvas_elided(canvas, x, y, canvas.area.w - x, ROLE_NORMAL, row->looks[n].text);
            y++;
        }
    }
}

static void draw_line(struct canvas canvas, int y, const char *when, enum role role,
                      const char *text)
{
    canvas_text(canvas, 2, y, ROLE_DIM, when);
    canvas_elided(canvas, 9, y, canvas.area.w - 9, role, text);
}

/* Returns the rows it took. */
static int draw_lookback(const struct welcome *self, int selected, int64_t now_ms,
                         struct canvas canvas)
{
    const struct welcome_row *row = &self->rows[selected];
    const struct lookback *lookback = &row->lookback;
    char title[WORDS * 2], span[CLOCK_TEXT], time[CLOCK_TEXT];
    enum role role;
    const char *now = now_words(&row->summary, &role);
    int room = canvas.area.h - 1 - (now ? 1 : 0), y = 1;
    size_t from =
        (int)lookback->count > room ? lookback->count - (size_t)rect_clamp(room, 0, 9) : 0;
    snprintf(title, sizeof title, "While you were away from %.100s",
             welcome_entry(self, selected)->answers.cluster_name);
    canvas_heading(canvas, 0, title, clock_span(now_ms - lookback->left_ms, span));
    for (size_t i = from; i < lookback->count; i++)
        draw_line(canvas, y++, clock_hhmm(lookback->lines[i].time_ms, time),
                  role_of(lookback->lines[i].tone), lookback->lines[i].text);
    if (now)
        draw_line(canvas, y++, "now", role, now);
    return y;
}

void welcome_notes(const struct welcome *self, const struct session *session, struct canvas canvas)
{
    int selected = table_selected(&self->table), looks = looks_wanted(self);
    int64_t now_ms = words_wall(session);
    int for_looks = looks > 0 ? looks + 2 : 0;
    bool away = selected >= 0 && was_away(&self->rows[selected], now_ms);
    if (away && canvas.area.h - for_looks >= 3) {
        struct canvas upper = canvas;
        canvas_cut_bottom(&upper, for_looks);
        canvas_cut_top(&canvas, draw_lookback(self, selected, now_ms, upper) + 1);
    } else if (away && looks == 0) {
        draw_lookback(self, selected, now_ms, canvas);
    }
    if (looks > 0 && canvas.area.h > 1)
        draw_looks(self, canvas);
}
