/* All that is known of one container's log: follows its end, scrolls, searches. Which container and
 * which life of it is the screen's business, the lines are the session's. */
#include "screens/pods.h"

#include "core/base/alloc.h"
#include "core/session/session.h"

#define TITLE 2 /* rows */

const struct press_hint pods_log_hints[] = {
    {"/", "find", false},      {"n N", "again", false},   {"f", "follow", false},
    {"c", "container", false}, {"v", "last life", false}, {"↑↓ PgUp PgDn", "scroll", false},
    {"Esc", "back", true},     {"?", "help", true},       {NULL, NULL, false}};
const struct press_hint pods_log_find_hints[] = {{"Enter", "keep", false},
                                                 {"Esc", "end the search", true},
                                                 {"F1", "help", true},
                                                 {NULL, NULL, false}};

static void log_range(const void *owner, uint64_t *first, uint64_t *end)
{
    const struct pods *self = owner;
    *first = self->log_first;
    *end = self->log_first + self->log_count;
}

static struct logview_line log_line(const void *owner, uint64_t number)
{
    const struct pods *self = owner;
    struct str line = self->log_lines[number - self->log_first];
    return (struct logview_line){line.data, line.len, ROLE_NORMAL};
}

static const char *empty_words(const struct pods_log *log)
{
    if (log->error.kind != ERROR_NONE)
        return log->error.text;
    if (!log->key[0])
        return "None of its containers has begun: there is no log.";
    return log->over ? "It has said nothing." : "It has said nothing yet.";
}

void pods_log_open(struct pods *self)
{
    self->reading = true;
    self->log_count = 0;
    self->log_first = self->log_number = 0;
    self->log = (struct logview){
        .widget = {&logview_ops}, .range = log_range, .line = log_line, .owner = self, .empty = ""};
    finder_init(&self->finder, &self->log);
}

/* The text grows and forgets between two settlings, so the lines are cut anew. */
static void cut_lines(struct pods *self, const struct pods_log *log)
{
    struct str rest = buf_str(&log->text);
    self->log_count = 0;
    self->log_first = log->first;
    while (rest.len > 0) {
        alloc_room(&self->log_lines, self->log_count, &self->log_capacity, sizeof(struct str));
        str_cut(&rest, '\n', &self->log_lines[self->log_count++]);
    }
}

void pods_log_settle(struct pods *self)
{
    const struct pods_log *log = self->view ? &self->view->shown : NULL;
    int used = TITLE + (finder_active(&self->finder) ? 1 : 0);
    self->log.page = self->screen.room_h > used ? self->screen.room_h - used : 1;
    self->log.width = self->screen.room_w;
    if (!log) {
        self->log_count = 0;
        return;
    }
    if (log->number != self->log_number)
        logview_follow(&self->log); /* other lines: where it stood means nothing */
    self->log_number = log->number;
    self->log.empty = empty_words(log);
    cut_lines(self, log);
}

bool pods_log_key(struct pods *self, struct press press)
{
    if (finder_key(&self->finder, press))
        return true;
    if (self->finder.open)
        return false;
    if (widget_key(&self->log.widget, press))
        return true;
    if (press_is(press, 'f') || press_is(press, PRESS_ENTER))
        logview_follow(&self->log);
    else if (press_is(press, 'l') || press_is(press, PRESS_ESC))
        self->reading = false;
    else
        return false;
    return true;
}

static void say_place(const struct pods *self, const struct pods_log *log, char out[80])
{
    unsigned long long below = logview_below(&self->log);
    if (below > 0)
        snprintf(out, 80, "%s %llu more line%s", GLYPH_BELOW, below, below == 1 ? "" : "s");
    else if (self->log.still)
        out[0] = '\0';
    else
        snprintf(out, 80, "%s", !log->over ? "following" : log->error.kind ? "cut off" : "its end");
}

void pods_log_draw(const struct pods *self, struct canvas room)
{
    static const struct pods_log none = {.over = true};
    const struct pods_log *log = self->view ? &self->view->shown : &none;
    char title[PACK_TEXT + 100], right[80];
    bool other_life = log->previous && log->log.was_previous;
    snprintf(title, sizeof title, "%s · %s%s", self->key,
             log->container[0] ? log->container : "log",
             other_life      ? ", its last life"
             : log->previous ? ", which has had no other life"
                             : "");
    say_place(self, log, right);
    canvas_heading(canvas_cut_top(&room, room.area.h > 10 ? TITLE : 1), 0, title, right);
    finder_draw(&self->finder, &room);
    widget_draw(&self->log.widget, room, true);
}
