/* Header, rail, rule, sentence and hints. Everything gives way in a fixed order when it is narrow:
 * context from the left, notes of the rail, its lines, the labels of the other stages, hints from
 * the unlikely end. */
#include "tui/frame.h"

#include <string.h>

#include "tui/banned.h"

#define RULE_MIN_H 14 /* below it the rule gives its row to the room */
#define HINT_GAP   3

static void draw_context(const struct frame *frame, struct canvas canvas, int from)
{
    static const char dot[] = " " GLYPH_DOT " ";
    char text[512];
    for (const char *const *first = frame->context; first && *first; first++) {
        size_t at = 0;
        text[0] = '\0';
        for (const char *const *part = first; *part && at < sizeof(text); part++)
            at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", part > first ? dot : "",
                                   *part);
        if (text_width(text, TEXT_ALL) > canvas.area.w - from)
            continue;
        canvas_right(canvas, 0, ROLE_DIM, text);
        while (first[1])
            first++;
        if (frame->context_warns)
            canvas_right(canvas, 0, ROLE_WARNING, *first);
        return;
    }
}

/* The badge is never overlooked: the title gives way to it. */
static void draw_header(const struct frame *frame, struct canvas canvas)
{
    char badge[64] = "";
    if (frame->badge && *frame->badge)
        snprintf(badge, sizeof(badge), " %s ", frame->badge);
    int badge_w = text_width(badge, TEXT_ALL);
    int x = canvas_text(canvas, 0, 0, ROLE_DIM, frame->program) + 2;
    int room = canvas.area.w - x - (badge_w > 0 ? badge_w + 2 : 0);
    if (frame->title && *frame->title)
        x = canvas_elided(canvas, x, 0, room, ROLE_STRONG, frame->title) + 2;
    if (badge_w > 0)
        x = canvas_text(canvas, x, 0, ROLE_BADGE, badge) + 2;
    draw_context(frame, canvas, x);
}

enum rail { RAIL_NOTES, RAIL_LINES, RAIL_BLANKS, RAIL_MARKS };

/* Draws the rail in one of its forms, or only measures it on an empty canvas. */
static int draw_rail(const struct frame *frame, struct canvas canvas, enum rail form)
{
    int x = 0;
    for (int i = 0; i < frame->stage_count; i++) {
        const struct frame_stage *stage = &frame->stages[i];
        if (i > 0 && form <= RAIL_LINES)
            x = canvas_text(canvas, x, 0, ROLE_RULE, " " GLYPH_RULE GLYPH_RULE " ");
        else if (i > 0)
            x += form == RAIL_BLANKS ? 2 : 1;
        x = canvas_text(canvas, x, 0, mark_role(stage->mark), mark_glyph(stage->mark));
        if (form == RAIL_MARKS && !stage->current)
            continue;
        enum role role = stage->current ? ROLE_STRONG : ROLE_NORMAL;
        if (!stage->current && (stage->mark == MARK_TODO || stage->mark == MARK_SKIPPED))
            role = ROLE_DIM;
        x = canvas_text(canvas, x + 1, 0, role, stage->label);
        if (form == RAIL_NOTES && stage->note && *stage->note)
            x = canvas_text(canvas, x + 1, 0, ROLE_DIM, stage->note);
    }
    return x;
}

static void draw_stages(const struct frame *frame, struct canvas canvas)
{
    struct canvas nowhere = canvas_sub(canvas, (struct rect){0, 0, 0, 0});
    int form = RAIL_NOTES;
    while (form < RAIL_MARKS && draw_rail(frame, nowhere, (enum rail)form) > canvas.area.w)
        form++;
    draw_rail(frame, canvas, (enum rail)form);
}

static void draw_sentence(const struct frame *frame, struct canvas canvas)
{
    enum role role = frame->sentence_role;
    const char *glyph = role == ROLE_FAILURE   ? mark_glyph(MARK_FAILED)
                        : role == ROLE_WARNING ? mark_glyph(MARK_WARNED)
                        : role == ROLE_SUCCESS ? mark_glyph(MARK_DONE)
                                               : NULL;
    int x = glyph ? canvas_text(canvas, 0, 0, role, glyph) + 1 : 0;
    canvas_elided(canvas, x, 0, canvas.area.w - x, glyph ? ROLE_NORMAL : role, frame->sentence);
}

static int hint_width(const struct press_hint *hint)
{
    return text_width(hint->key, TEXT_ALL) + 1 + text_width(hint->does, TEXT_ALL) + HINT_GAP;
}

bool frame_hint_shown(const struct press_hint *hints, int index, int width)
{
    int room = width - 2 + HINT_GAP;
    for (int i = 0; hints[i].key; i++) {
        if (!hints[i].keep)
            continue;
        room -= hint_width(&hints[i]);
        if (i == index)
            return room >= 0;
    }
    for (int i = 0; i <= index && hints[i].key; i++) {
        room -= hints[i].keep ? 0 : hint_width(&hints[i]);
        if (room < 0)
            return false;
    }
    return true;
}

static void draw_hints(const struct frame *frame, struct canvas canvas)
{
    const struct press_hint *hints = frame->hints;
    int x = 0;
    for (int i = 0; hints && hints[i].key; i++) {
        if (!frame_hint_shown(hints, i, canvas.area.w + 2))
            continue;
        x = canvas_text(canvas, x, 0, ROLE_KEY, hints[i].key);
        x = canvas_text(canvas, x + 1, 0, ROLE_DIM, hints[i].does) + HINT_GAP;
    }
}

static void draw_too_small(const struct frame *frame, struct canvas canvas)
{
    char text[128];
    snprintf(text, sizeof(text), "%s needs %dx%d; this is %dx%d", frame->program, FRAME_MIN_W,
             FRAME_MIN_H, canvas.area.w, canvas.area.h);
    if (text_width(text, TEXT_ALL) > canvas.area.w)
        snprintf(text, sizeof(text), "%dx%d", FRAME_MIN_W, FRAME_MIN_H);
    canvas_centred(canvas, canvas.area.h / 2, ROLE_WARNING, text);
}

struct canvas frame_draw(const struct frame *frame, struct canvas canvas)
{
    bool ruled = canvas.area.h >= RULE_MIN_H;
    if (canvas.area.w < FRAME_MIN_W || canvas.area.h < FRAME_MIN_H) {
        draw_too_small(frame, canvas);
        return canvas_sub(canvas, (struct rect){0, 0, 0, 0});
    }
    draw_header(frame, canvas_inset(canvas_cut_top(&canvas, 1), 1, 0));
    draw_stages(frame, canvas_inset(canvas_cut_top(&canvas, 1), 1, 0));
    if (ruled)
        canvas_fill(canvas_cut_top(&canvas, 1), ROLE_RULE, GLYPH_RULE);
    draw_hints(frame, canvas_inset(canvas_cut_bottom(&canvas, 1), 1, 0));
    draw_sentence(frame, canvas_inset(canvas_cut_bottom(&canvas, 1), 1, 0));
    return canvas_inset(canvas, 1, 0);
}
