/* The five bands around every room: header, stage rail, rule, sentence, key hints. Draws them and
 * returns the room. Holds nothing: the owner fills it in for each frame. */
#ifndef TUI_FRAME_H
#define TUI_FRAME_H

#include "tui/canvas.h"
#include "tui/press.h"

#define FRAME_MIN_W 40
#define FRAME_MIN_H 10

struct frame_stage {
    const char *label;
    const char *note; /* its time, when it runs elsewhere; may be NULL */
    enum mark mark;
    bool current;
};

struct frame {
    const char *program; /* "ekshub" */
    const char *title;   /* the deployment */
    const char *badge;   /* "REHEARSAL"; may be NULL */
    /* Account, region, money, time left; joined with " · ", the first ones give way when it is
     * narrow. Ends with NULL. */
    const char *const *context;
    bool context_warns; /* its last part, which never gives way to the others, is a warning */
    const struct frame_stage *stages;
    int stage_count;
    const char *sentence;           /* what just happened, or what stands in the way; may be NULL */
    enum role sentence_role;        /* WARNING and FAILURE get their mark before it */
    const struct press_hint *hints; /* ends with key NULL */
};

/* Returns the room, with one column of margin at both sides. Too small for anything (below
 * FRAME_MIN_W x FRAME_MIN_H): one centred line says the size that is needed, and the room is empty.
 */
struct canvas frame_draw(const struct frame *frame, struct canvas canvas);

/* Whether this hint is shown in a frame of `width` columns; help lists the others. */
bool frame_hint_shown(const struct press_hint *hints, int index, int width);

#endif
