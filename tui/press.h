/* One thing that the operator did: a key, or a whole paste. Pure values; the decoder from bytes is
 * keys.h, and which terminal they came from is term's business. */
#ifndef TUI_PRESS_H
#define TUI_PRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A code point, or one of these, which lie above Unicode. Ctrl-Q is 'q' with ctrl. */
enum press_code {
    PRESS_NONE = 0,
    PRESS_ENTER = 0x110000,
    PRESS_ESC,
    PRESS_TAB,
    PRESS_BACKTAB,
    PRESS_BACKSPACE,
    PRESS_DELETE,
    PRESS_INSERT,
    PRESS_UP,
    PRESS_DOWN,
    PRESS_LEFT,
    PRESS_RIGHT,
    PRESS_HOME,
    PRESS_END,
    PRESS_PAGE_UP,
    PRESS_PAGE_DOWN,
    PRESS_PASTE, /* text and len hold what was pasted */
    PRESS_F1,    /* PRESS_F1 + 11 is F12 */
    PRESS_F12 = PRESS_F1 + 11,
    PRESS_UNKNOWN, /* a whole sequence that nobody knows: to be ignored */
};

struct press {
    uint32_t code;
    bool ctrl, alt, shift; /* shift only with named keys: a capital letter is its own code */
    const char *text;      /* of a paste: valid until the next press is read; not sanitised */
    size_t len;
};

/* The plain key, without Ctrl and Alt. */
static inline bool press_is(struct press press, uint32_t code)
{
    return press.code == code && !press.ctrl && !press.alt;
}

static inline bool press_ctrl(struct press press, uint32_t letter)
{
    return press.code == letter && press.ctrl && !press.alt;
}

/* Something that a field types: a printable code point without Ctrl and Alt. */
bool press_printable(struct press press);

/* Outside fields j k g G mean Down, Up, Home, End, q means Esc and ? means F1; every other press
 * comes back as it is. */
struct press press_outside_field(struct press press);

/* "q", "Ctrl-Q", "Alt-x", "Enter", "PgUp", "F5", "Space": as hints write them. Always terminated.
 */
void press_name(struct press press, char *out, size_t capacity);

/* The reverse, for tests and scripts. False when nothing is called that. */
bool press_parse(const char *name, struct press *out);

/* A line of hints is an array that ends with key NULL, the most likely first. */
struct press_hint {
    const char *key;  /* as it is shown: "↑↓", "Enter", "Ctrl-G" */
    const char *does; /* one or two words */
    bool keep;        /* stays when not all fit: help, and the way out */
};

#endif
