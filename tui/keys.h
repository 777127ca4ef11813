/* Bytes from a terminal to presses. A pure decoder with injected time: nothing blocks while an
 * escape sequence is incomplete. Knows the sequences of xterm, VT220, rxvt, screen, tmux and the
 * Linux console, with modifiers, and bracketed paste (xterm control sequences, patch 380). */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include "tui/press.h"

#define KEYS_ALT_MS    100       /* Esc and a character this close together are Alt */
#define KEYS_JOIN_MS   300       /* Esc and [ or O this close are one key torn by a bad line */
#define KEYS_PASTE_MS  2000      /* a paste that stops this long without its end mark is over */
#define KEYS_PASTE_MAX (1 << 20) /* a longer paste is cut */

struct keys {
    unsigned char *bytes; /* not yet decoded */
    size_t len, capacity;
    int64_t last_ms; /* when the last bytes came */
    bool lone;       /* the Esc in front stands alone: what follows came too late for Alt */
    bool pasting;
    char *paste; /* the one being collected or handed out last */
    size_t paste_len, paste_capacity;
};

void keys_finish(struct keys *keys); /* wipes and frees; idempotent; zeroed is the initial state */

void keys_feed(struct keys *keys, const void *bytes, size_t len, int64_t now_ms);

/* Takes the next press; false when there is none yet. */
bool keys_next(struct keys *keys, int64_t now_ms, struct press *out);

/* Milliseconds after which keys_next must be asked again although no bytes came (a lone Esc, a
 * sequence that does not end); -1 when nothing is pending. */
int keys_wait_ms(const struct keys *keys, int64_t now_ms);

#endif
