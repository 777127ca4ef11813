/* The question before a run is stopped: what each way costs. Not a box: it takes the room, and the
 * rows of the run go on moving above it. */
#include "core/base/alloc.h"
#include "screens/places.h"
#include "screens/rows.h"
#include "screens/words.h"
#include "tui/dialog.h"

#define HARSH_AFTER_MS 120000 /* after the interrupt */

enum { KEEP, LEAVE, WHEN_SAFE, NOW, HARDER, ITEMS };

struct stop {
    struct screen screen;
    struct dialog dialog;
    struct dialog_item items[ITEMS];
    char ready[WORDS];
};

static void stop_settle(struct screen *screen, struct session *session)
{
    struct stop *self = (void *)screen;
    const struct run *run = &session->run;
    int64_t now = words_wall(session), low, high;
    bool slow = rows_slow(session), interrupted = run->interrupted_ms > 0;
    char range[WORDS];
    self->ready[0] = '\0';
    if (session_eta(session, now, &low, &high))
        snprintf(self->ready, sizeof self->ready, "ready about %.60s",
                 words_clock_range(now, low, high, range));
    struct dialog_item items[ITEMS] = {
        [KEEP] = {.code = PRESS_ENTER, .title = "Keep going", .note = self->ready},
        [LEAVE] = {.code = 'q',
                   .title = "Leave, and let it go on",
                   .note = "ekshub-tui comes back"},
        [WHEN_SAFE] = {.code = 'w',
                       .title = "Stop when it is safe",
                       .note = slow ? "loses nothing" : "now: nothing slow is in flight",
                       .hidden = interrupted || run->stop_when_safe},
        [NOW] = {.code = 'n',
                 .title = "Stop now",
                 .note = "one interrupt, then terraform ends",
                 .explain = slow ? "AWS finishes what it has begun and charges for it; terraform "
                                   "may hold that for broken and plan to replace it."
                                 : NULL,
                 .hidden = interrupted},
        [HARDER] = {.code = 'x',
                    .title = "Stop harder",
                    .note = "what is in flight may be lost from the state",
                    .hidden = !interrupted || now - run->interrupted_ms < HARSH_AFTER_MS},
    };
    memcpy(self->items, items, sizeof items);
    if (self->items[self->dialog.chosen].hidden)
        self->dialog.chosen = KEEP;
}

static void stop_enter(struct screen *screen, struct session *session)
{
    struct stop *self = (void *)screen;
    self->dialog = (struct dialog){.widget = {&dialog_ops},
                                   .items = self->items,
                                   .count = ITEMS,
                                   .chosen = KEEP,
                                   .spaced = true};
    stop_settle(screen, session);
}

static enum nav ask(struct stop *self, struct session *session, enum session_stop how)
{
    self->dialog.chosen = KEEP;
    if (!session_stop(session, how))
        return screen_complain(&self->screen, &session->trouble);
    return NAV_STAY;
}

static enum nav stop_key(struct screen *screen, struct session *session, struct press press)
{
    struct stop *self = (void *)screen;
    switch (dialog_decide(&self->dialog, press)) {
    case KEEP:
        return NAV_BACK;
    case LEAVE:
        return NAV_QUIT;
    case WHEN_SAFE:
        return ask(self, session, STOP_WHEN_SAFE);
    case NOW:
        return ask(self, session, STOP_NOW);
    case HARDER:
        return ask(self, session, STOP_HARDER);
    default:
        return widget_key(&self->dialog.widget, press) ? NAV_STAY : NAV_PASS;
    }
}

static void stop_draw(const struct screen *screen, const struct session *session,
                      struct canvas room)
{
    const struct stop *self = (const void *)screen;
    const struct run *run = &session->run;
    struct rows_count count = rows_count(session);
    char span[CLOCK_TEXT], right[WORDS];
    snprintf(right, sizeof right, "running %s",
             clock_span(words_wall(session) - rows_began(session), span));
    canvas_heading(canvas_cut_top(&room, 2), 0,
                   run->stop_asked ? "This run is being stopped" : "Stop this run?", right);
    int wanted = widget_height(&self->dialog.widget, room.area.w);
    int rows = rect_clamp((int)count.running + 1, 1, room.area.h - wanted - 3);
    rows_draw(session, canvas_inset(canvas_cut_top(&room, rows), 1, 0), true);
    struct canvas line = canvas_inset(canvas_cut_top(&room, 2), 1, 0);
    canvas_text(line, 0, 0, mark_role(MARK_DONE), mark_glyph(MARK_DONE));
    canvas_print(line, 2, 0, ROLE_NORMAL, "%u of %u exist and stay, whatever you choose",
                 count.done, count.total);
    widget_draw(&self->dialog.widget, room, true);
}

static void stop_sentence(const struct screen *screen, const struct session *session,
                          struct sentence *out)
{
    const struct run *run = &session->run;
    char time[CLOCK_TEXT], span[CLOCK_TEXT];
    (void)screen;
    if (run->interrupted_ms > 0)
        sentence_set(out, ROLE_WARNING, "Interrupt sent at %s; terraform is ending (%s).",
                     clock_hhmm(run->interrupted_ms, time),
                     clock_span(words_wall(session) - run->interrupted_ms, span));
    else if (run->stop_asked)
        sentence_set(out, ROLE_WARNING, "Asked to stop%s.",
                     run->stop_when_safe ? " as soon as nothing slow is in flight" : "");
    else
        sentence_set(out, ROLE_NORMAL, "Nothing has been stopped.");
}

static const struct press_hint *stop_hints(const struct screen *screen,
                                           const struct session *session)
{
    static const struct press_hint all[] = {{"Enter", "keep going", false},
                                            {"q", "leave", false},
                                            {"w", "when safe", false},
                                            {"n", "now", false},
                                            {"Esc", "back", true},
                                            {"F1", "help", true},
                                            {NULL, NULL, false}};
    static const struct press_hint few[] = {
        {"Enter", "back", false}, {"q", "leave", false}, {"F1", "help", true}, {NULL, NULL, false}};
    (void)screen;
    return session->run.interrupted_ms > 0 ? few : all;
}

const struct screen_ops stop_screen = {
    .name = "stop",
    .rail = RAIL_NONE,
    .size = sizeof(struct stop),
    .hints = stop_hints,
    .help = "Safe means: no cluster, node group or NAT gateway is being created at that moment. "
            "An interrupt is sent exactly once; then terraform ends what is in flight by itself.\n"
            "A harsher way is offered only when it has not ended two minutes after that.",
    .enter = stop_enter,
    .settle = stop_settle,
    .key = stop_key,
    .draw = stop_draw,
    .sentence = stop_sentence,
};
