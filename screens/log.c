/* What terraform said, line by line: follows the end, scrolls, searches. */
#include "core/base/alloc.h"
#include "screens/places.h"
#include "tui/finder.h"

struct log {
    struct screen screen;
    struct logview view;
    struct finder finder;
};

static void log_range(const void *owner, uint64_t *first, uint64_t *end)
{
    const struct session *session = owner;
    *first = session->log.first;
    *end = session->log.first + session->log.count;
}

static struct logview_line log_text(const void *owner, uint64_t number)
{
    static const enum role roles[] = {[LINE_PLAIN] = ROLE_NORMAL,
                                      [LINE_GOOD] = ROLE_SUCCESS,
                                      [LINE_WARNING] = ROLE_WARNING,
                                      [LINE_ERROR] = ROLE_FAILURE};
    const struct session *session = owner;
    const struct session_line *line = &session->log.lines[number - session->log.first];
    return (struct logview_line){line->text, strlen(line->text), roles[line->kind]};
}

static void log_settle(struct screen *screen, struct session *session)
{
    struct log *self = (void *)screen;
    int title = 2, used = finder_active(&self->finder) ? title + 1 : title;
    (void)session;
    self->view.page = screen->room_h > used ? screen->room_h - used : 1;
    self->view.width = screen->room_w;
}

static void log_enter(struct screen *screen, struct session *session)
{
    struct log *self = (void *)screen;
    self->view = (struct logview){.widget = {&logview_ops},
                                  .range = log_range,
                                  .line = log_text,
                                  .owner = session,
                                  .empty = "terraform has said nothing yet."};
    finder_init(&self->finder, &self->view);
    log_settle(screen, session);
}

static enum nav log_key(struct screen *screen, struct session *session, struct press press)
{
    struct log *self = (void *)screen;
    (void)session;
    if (finder_key(&self->finder, press))
        return NAV_STAY;
    if (self->finder.open)
        return NAV_PASS;
    if (widget_key(&self->view.widget, press))
        return NAV_STAY;
    if (press_is(press, 'f') || press_is(press, PRESS_ENTER)) {
        logview_follow(&self->view);
        return NAV_STAY;
    }
    return press_is(press, 'l') ? NAV_BACK : NAV_PASS;
}

static void log_draw(const struct screen *screen, const struct session *session, struct canvas room)
{
    const struct log *self = (const void *)screen;
    char right[64];
    uint64_t below = logview_below(&self->view);
    if (below > 0)
        snprintf(right, sizeof right, "%s %llu more lines", GLYPH_BELOW, (unsigned long long)below);
    else
        snprintf(right, sizeof right, "%s", self->view.still ? "" : "following");
    canvas_heading(canvas_cut_top(&room, 2), 0, "What terraform said", right);
    (void)session;
    finder_draw(&self->finder, &room);
    widget_draw(&self->view.widget, room, true);
}

static void log_sentence(const struct screen *screen, const struct session *session,
                         struct sentence *out)
{
    (void)screen;
    if (run_now(&session->run)->stream[0])
        sentence_set(out, ROLE_NORMAL, "The whole of it is in %s", run_now(&session->run)->stream);
}

static const struct press_hint *log_hints(const struct screen *screen,
                                          const struct session *session)
{
    static const struct press_hint view[] = {{"↑↓ PgUp PgDn", "scroll", false},
                                             {"/", "find", false},
                                             {"n N", "again", false},
                                             {"f", "follow", false},
                                             {"Esc", "back", true},
                                             {"?", "help", true},
                                             {NULL, NULL, false}};
    static const struct press_hint find[] = {{"Enter", "keep", false},
                                             {"Esc", "end the search", true},
                                             {"F1", "help", true},
                                             {NULL, NULL, false}};
    const struct log *self = (const void *)screen;
    (void)session;
    return self->finder.open ? find : view;
}

const struct screen_ops log_screen = {
    .name = "log",
    .rail = RAIL_NONE,
    .size = sizeof(struct log),
    .hints = log_hints,
    .help = "The view follows the end until you move up, and again from End or f. A search goes "
            "upwards from what is shown and marks what it finds as you type; n goes further up, N "
            "down, Esc ends it.",
    .enter = log_enter,
    .settle = log_settle,
    .key = log_key,
    .draw = log_draw,
    .sentence = log_sentence,
};
