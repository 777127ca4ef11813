/* The terminal, through ncurses: taken on init, given back on every way out: term_finish, exit(),
 * and fatal signals. At most one at a time. Never blocks; the owner polls term_fd and arms a timer
 * for term_wait_ms. Standard input and output are the terminal. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "tui/canvas.h"
#include "tui/keys.h"

struct term_options {
    bool ascii; /* --ascii; implied when the locale's codeset is not UTF-8 */
    bool mono;  /* --no-color; implied by NO_COLOR */
};

struct term {
    int w, h;
    bool ascii; /* give it to the grid */
    enum theme_colours colours;
    bool lost;        /* hung up: nothing more will come; finish and go */
    bool taken;       /* between init/resume and suspend/finish */
    struct keys keys; /* private, as the rest */
    struct grid shown;
    void *screen;
    unsigned attributes[ROLE_COUNT];
    short pairs[ROLE_COUNT];
    char title[128];
};

/* Whether the terminal can be drawn on at all: both ends are terminals and TERM is neither unset
 * nor dumb. Otherwise *why (may be NULL) is a sentence for the operator. */
bool term_usable(const char **why);

/* Takes the terminal (and sets the locale of characters). Handlers for SIGWINCH, SIGTERM, SIGHUP,
 * SIGINT and SIGTSTP must be installed before, or they get ones that restore the terminal and end
 * the program. False with *why as above, the terminal untouched. */
bool term_init(struct term *term, const struct term_options *options, const char **why);
void term_finish(struct term *term); /* idempotent; zeroed is fine */

int term_fd(const struct term *term);

/* Takes the next press; call until false. A paste's text is valid until the next call. Sets `lost`
 * when the terminal hung up. */
bool term_read(struct term *term, int64_t now_ms, struct press *out);

/* Milliseconds until term_read must be called without input (a pending Esc), or -1. */
int term_wait_ms(const struct term *term, int64_t now_ms);

/* Asks for the size again (after SIGWINCH) and sets w and h; 0x0 means LINES and COLUMNS, then
 * terminfo, then 80x24. */
void term_resize(struct term *term);

/* Sends what differs from what is shown; a grid of another size is clipped. */
void term_flush(struct term *term, const struct grid *grid);
void term_redraw(struct term *term); /* the next flush sends everything (Ctrl-L) */

/* Ctrl-Z or SIGTSTP: gives the terminal back, stops the process group, and takes it again when
 * continued. Flush afterwards. */
void term_stop(struct term *term);

/* The two halves of it, for running another program on the terminal in between. */
void term_suspend(struct term *term);
void term_resume(struct term *term);

void term_title(struct term *term, const char *title); /* OSC 2, only when it changes; sanitised */
void term_bell(struct term *term);

/* OSC 52, through tmux and screen too. False when the text is too long for it. Whether the terminal
 * took it cannot be known: say "sent to the clipboard". */
bool term_copy(struct term *term, const char *text, size_t len);

#endif
