/* What terraform said, line by line: follows the end, scrolls, searches. */
#include "core/base/alloc.h"
#include "screens/places.h"
#include "tui/field.h"
#include "tui/logview.h"

struct log {
    struct screen screen;
    struct logview view;
    struct field find;
    char needle[64];
    bool finding;
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

static void log_enter(struct screen *screen, struct session *session)
{
    struct log *self = (void *)screen;
    self->view = (struct logview){.widget = {&logview_ops},
                                  .range = log_range,
                                  .line = log_text,
                                  .owner = session,
                                  .empty = "terraform has said nothing yet.",
                                  .page = screen->room_h > 3 ? screen->room_h - 3 : 0};
    self->find = (struct field){.widget = {&field_ops}};
    field_lend(&self->find, self->needle, sizeof self->needle);
    self->finding = false;
}

static enum nav look_for(struct log *self, bool down)
{
    self->finding = false;
    if (!self->needle[0])
        self->view.needle[0] = '\0';
    else if (!logview_find(&self->view, self->needle, down))
        return screen_say(&self->screen, ROLE_WARNING, "There is no “%s” %s.", self->needle,
                          down ? "below" : "above");
    return NAV_STAY;
}

static enum nav key_find(struct log *self, struct press press)
{
    if (press_is(press, PRESS_ENTER))
        return look_for(self, false);
    if (press_is(press, PRESS_ESC)) {
        self->finding = false;
        return NAV_STAY;
    }
    return widget_key(&self->find.widget, press) ? NAV_STAY : NAV_PASS;
}

static enum nav log_key(struct screen *screen, struct session *session, struct press press)
{
    struct log *self = (void *)screen;
    (void)session;
    if (self->finding)
        return key_find(self, press);
    self->view.page = screen->room_h > 3 ? screen->room_h - 3 : 0;
    if (widget_key(&self->view.widget, press))
        return NAV_STAY;
    if (press_is(press, '/')) {
        self->finding = true;
        return NAV_STAY;
    }
    if (press_is(press, 'n') || press_is(press, 'N'))
        return self->needle[0] ? look_for(self, press_is(press, 'N')) : NAV_STAY;
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
    if (self->finding) {
        struct canvas line = canvas_cut_bottom(&room, 1);
        int x = canvas_text(line, 0, 0, ROLE_STRONG, "Find: ");
        widget_draw(&self->find.widget, canvas_sub(line, (struct rect){x, 0, line.area.w - x, 1}),
                    true);
    }
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
    static const struct press_hint find[] = {{"Enter", "find", false},
                                             {"Esc", "close", true},
                                             {"F1", "help", true},
                                             {NULL, NULL, false}};
    const struct log *self = (const void *)screen;
    (void)session;
    return self->finding ? find : view;
}

const struct screen_ops log_screen = {
    .name = "log",
    .rail = RAIL_NONE,
    .size = sizeof(struct log),
    .hints = log_hints,
    .help = "The view follows the end until you move up, and again from End or f. A search goes "
            "upwards from what is shown; n repeats it, N goes down.",
    .enter = log_enter,
    .key = log_key,
    .draw = log_draw,
    .sentence = log_sentence,
};
