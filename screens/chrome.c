#include "screens/chrome.h"

#include "core/base/alloc.h"
#include "screens/rows.h"
#include "screens/words.h"

#define RAIL_COUNT           (STAGES + 2)
#define SENTENCE_ROWS        4
#define ROOMY                14 /* rows of a room that can spare some for a long sentence */
#define CREDENTIALS_SHORT_MS ((int64_t)30 * 60 * 1000)
#define NARROW               72 /* columns below which the badge is short */

/* Strings that the frame borrows for one drawing. */
struct bands {
    struct frame frame;
    struct frame_stage stages[RAIL_COUNT];
    const char *context[5];
    char badge[96], cost[WORDS], left[CLOCK_TEXT + 8], times[STAGES][CLOCK_TEXT];
    struct heading heading;
    struct sentence sentence;
};

static enum mark mark_of(enum stage_state state)
{
    static const enum mark marks[] = {
        [STAGE_TODO] = MARK_TODO,     [STAGE_RUNNING] = MARK_NOW,     [STAGE_DONE] = MARK_DONE,
        [STAGE_FAILED] = MARK_FAILED, [STAGE_SKIPPED] = MARK_SKIPPED, [STAGE_DESTROYED] = MARK_TODO,
    };
    return marks[state];
}

static enum mark credentials_mark(const struct session *session)
{
    const struct checks *checks = &session->checks;
    if (checks_count(checks, CHECK_FAIL) > 0)
        return MARK_FAILED;
    if (checks->over)
        return MARK_DONE;
    return run_is_open(&session->run) ? MARK_DONE : MARK_TODO;
}

/* Where on the rail the screen stands; -1 nowhere. */
static int place_on_rail(const struct session *session, enum rail here)
{
    switch (here) {
    case RAIL_NONE:
        return -1;
    case RAIL_CREDENTIALS:
        return 0;
    case RAIL_RUN:
        return 1 + (int)(session->run.stage == STAGE_NONE ? STAGE_EKS : session->run.stage);
    case RAIL_RESULTS:
        return RAIL_COUNT - 1;
    case RAIL_EKS:
    case RAIL_PYPI:
    case RAIL_MLHUB:
    case RAIL_DOMAIN:
        break;
    }
    return 1 + (int)here - (int)RAIL_EKS;
}

/* The time of a stage that runs elsewhere: nobody has to leave a form to look. */
static void note_time(struct bands *bands, const struct session *session, enum stage_id id)
{
    const struct run_stage *stage = &session->run.stages[id];
    if (!run_is_open(&session->run) || stage->state != STAGE_RUNNING || stage->began_ms <= 0)
        return;
    clock_span(words_wall(session) - stage->began_ms, bands->times[id]);
    bands->stages[1 + id].note = bands->times[id];
}

static void fill_rail(struct bands *bands, const struct session *session, enum rail here)
{
    struct frame_stage *stages = bands->stages;
    stages[0] = (struct frame_stage){.label = "Credentials", .mark = credentials_mark(session)};
    for (int i = 0; i < STAGES; i++)
        stages[i + 1] =
            (struct frame_stage){.label = stage_table[i].label, .mark = bands->heading.marks[i]};
    stages[RAIL_COUNT - 1] = (struct frame_stage){.label = "Results", .mark = MARK_TODO};
    int current = place_on_rail(session, here);
    for (int i = 0; i < RAIL_COUNT; i++)
        stages[i].current = i == current;
    if (current >= 0 && (stages[current].mark == MARK_TODO || stages[current].mark == MARK_SKIPPED))
        stages[current].mark = MARK_NOW;
    for (int i = 0; i < STAGES; i++)
        if (here != RAIL_NONE && 1 + i != current)
            note_time(bands, session, (enum stage_id)i);
    bands->frame.stages = stages;
    bands->frame.stage_count = RAIL_COUNT;
}

/* A domain that nobody wants is passed over once something is built without it. */
static bool is_passed_over(const struct session *session, int stage)
{
    enum stage_state state = session_stage(session, (enum stage_id)stage);
    bool built = session_stage(session, STAGE_EKS) == STAGE_DONE || session->run.changing;
    return stage == STAGE_DOMAIN && !answers_want_domain(&session->answers) && built &&
           (state == STAGE_TODO || state == STAGE_DESTROYED);
}

static void fill_heading(struct heading *heading, const struct session *session)
{
    const struct answers *answers = &session->answers;
    const char *title = answers->cluster_name[0] ? answers->cluster_name : "new deployment";
    const char *region = answers->region[0] ? answers->region : session->checks.region;
    str_copy(str_of(title), heading->title, sizeof heading->title);
    str_copy(str_of(region), heading->region, sizeof heading->region);
    words_account(session, heading->account);
    heading->cost = session_cost(session);
    for (int i = 0; i < STAGES; i++)
        heading->marks[i] = is_passed_over(session, i)
                                ? MARK_SKIPPED
                                : mark_of(session_stage(session, (enum stage_id)i));
}

/* What is left of credentials that end. */
static bool note_credentials(struct bands *bands, const struct session *session)
{
    int64_t end = session_credentials_end(session), left = end - words_wall(session);
    char span[CLOCK_TEXT];
    if (end <= 0)
        return false;
    snprintf(bands->left, sizeof bands->left, "%s left", clock_span(left, span));
    bands->frame.context_warns = left < CREDENTIALS_SHORT_MS;
    return true;
}

static void fill_header(struct bands *bands, const struct session *session, int width)
{
    const struct heading *heading = &bands->heading;
    int count = 0;
    if (heading->account[0])
        bands->context[count++] = heading->account;
    if (heading->region[0])
        bands->context[count++] = heading->region;
    if (heading->cost >= 0)
        bands->context[count++] = words_money(heading->cost, bands->cost);
    if (note_credentials(bands, session))
        bands->context[count++] = bands->left;
    bands->context[count] = NULL;
    bands->frame.program = "ekshub";
    bands->frame.title = heading->title;
    str_copy(str_of(session->place->label), bands->badge, sizeof bands->badge);
    char *detail = strstr(bands->badge, " · ");
    if (detail && width < NARROW)
        *detail = '\0'; /* which terraform it is can be read on wider screens */
    bands->frame.badge = bands->badge;
    bands->frame.context = bands->context;
}

static void fill_sentence(struct bands *bands, const struct screen *screen,
                          const struct session *session, const struct error *trouble)
{
    struct sentence *sentence = &bands->sentence;
    if (screen->said.text[0])
        *sentence = screen->said;
    else if (trouble)
        sentence_set(sentence, ROLE_FAILURE, "%.380s%s%.120s", trouble->text,
                     trouble->hint[0] ? " " : "", trouble->hint);
    else if (screen->ops->sentence)
        screen->ops->sentence(screen, session, sentence);
    if (!sentence->text[0])
        sentence_set(sentence, ROLE_NORMAL, "%s", session->notice);
}

/* A sentence that is longer than its row takes the rows above it: a complaint is read whole. */
static void draw_long_sentence(const struct sentence *sentence, struct canvas canvas,
                               struct canvas *room)
{
    int w = canvas.area.w - 2 - (sentence->role == ROLE_NORMAL ? 0 : 2);
    int rows = text_lines(sentence->text, TEXT_ALL, w);
    rows = rows < SENTENCE_ROWS ? rows : SENTENCE_ROWS;
    canvas_cut_bottom(room, rows - 1);
    struct rect place = {1, canvas.area.h - 1 - rows, canvas.area.w - 2, rows};
    struct canvas area = canvas_sub(canvas, place);
    enum role role = sentence->role;
    enum mark mark = role == ROLE_FAILURE   ? MARK_FAILED
                     : role == ROLE_WARNING ? MARK_WARNED
                     : role == ROLE_SUCCESS ? MARK_DONE
                                            : MARK_TODO;
    if (mark != MARK_TODO)
        canvas_text(area, 0, 0, role, mark_glyph(mark));
    canvas_cut_left(&area, mark != MARK_TODO ? 2 : 0);
    canvas_wrapped(area, 0, ROLE_NORMAL, sentence->text);
}

struct canvas chrome_draw(const struct screen *screen, const struct screen *base,
                          const struct session *session, const struct error *trouble,
                          struct canvas canvas)
{
    struct bands bands = {.heading = {.title = ""}};
    fill_heading(&bands.heading, session);
    if (base->ops->heading)
        base->ops->heading(base, session, &bands.heading);
    fill_header(&bands, session, canvas.area.w);
    fill_rail(&bands, session, base->ops->rail);
    fill_sentence(&bands, screen, session, trouble);
    bands.frame.hints = screen->ops->hints(screen, session);
    int mark = bands.sentence.role == ROLE_NORMAL ? 0 : 2;
    bool fits = text_width(bands.sentence.text, TEXT_ALL) <= canvas.area.w - 2 - mark;
    bool long_rows = canvas.area.h >= ROOMY + 5;
    bool framed = fits || !long_rows;
    bands.frame.sentence = framed ? bands.sentence.text : "";
    bands.frame.sentence_role = framed ? bands.sentence.role : ROLE_NORMAL;
    struct canvas room = frame_draw(&bands.frame, canvas);
    if (!framed)
        draw_long_sentence(&bands.sentence, canvas, &room);
    return room;
}

void chrome_title(const struct session *session, char *out, size_t capacity)
{
    const struct run *run = &session->run;
    const char *name =
        session->answers.cluster_name[0] ? session->answers.cluster_name : "ekshub-tui";
    struct rows_count count = rows_count(session);
    if (!run_is_open(run))
        snprintf(out, capacity, "%s", name);
    else if (run->phase == RUN_ASKING)
        snprintf(out, capacity, "%s ? needs your yes", name);
    else if (run->phase == RUN_OVER && run->ending == RUN_FAILED)
        snprintf(out, capacity, "%s ✗ needs you", name);
    else if (run->phase == RUN_OVER && run->ending == RUN_SUCCEEDED)
        snprintf(out, capacity, "%s ✓", name);
    else if (run->phase == RUN_APPLYING && count.total > 0)
        snprintf(out, capacity, "%s %u/%u", name, count.done, count.total);
    else if (run->phase == RUN_PREPARING || run->phase == RUN_STARTING)
        snprintf(out, capacity, "%s planning", name);
    else
        snprintf(out, capacity, "%s", name);
}
