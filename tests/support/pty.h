/* A program on a pseudo-terminal, with libvterm as the terminal: types keys, waits for what is to
 * be seen, reads cells. Knows neither Criterion nor the program; failing functions return false and
 * pty_dump says what the screen showed. No function sleeps: each waits for output or the end. */
#ifndef TESTS_SUPPORT_PTY_H
#define TESTS_SUPPORT_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct pty;

struct pty_spec {
    const char *const *argv;        /* argv[0] with a slash is a path, else looked up in PATH */
    const char *const *environment; /* "NAME=value", NULL-terminated; NULL: ours */
    const char *cwd;                /* NULL: ours */
    int rows, columns;              /* 0: 24, 80 */
};

/* Never NULL: what cannot be started ends the test program with a message. */
struct pty *pty_open(const struct pty_spec *spec);
/* Hangs up, kills what is left of it, frees. NULL is fine. */
void pty_close(struct pty *pty);

/* Space-separated keys: "Down Down Enter", "C-q", "M-x", "F1", "S-Tab", "Esc", "Space", "é". */
void pty_keys(struct pty *pty, const char *keys);
void pty_text(struct pty *pty, const char *text);  /* as it is */
void pty_paste(struct pty *pty, const char *text); /* bracketed when the program asked for it */
void pty_resize(struct pty *pty, int rows, int columns);
void pty_signal(struct pty *pty, int number);
void pty_hang_up(struct pty *pty); /* the terminal goes away; the program may live on */

/* Wait until the screen shows it (false after the deadline, or when the program has ended and does
 * not). The deadline, 60 s or $TEST_DEADLINE seconds, only bounds a hanging test. */
bool pty_wait_text(struct pty *pty, const char *text);
bool pty_wait_gone(struct pty *pty, const char *text);
bool pty_wait_match(struct pty *pty, const char *regex); /* POSIX extended, ^ and $ at rows */
bool pty_wait(struct pty *pty, bool (*seen)(struct pty *pty, const void *what), const void *what);
/* Until the program has ended; *status as waitpid gives it. */
bool pty_wait_end(struct pty *pty, int *status);

pid_t pty_pid(const struct pty *pty);
int pty_rows(const struct pty *pty);
int pty_columns(const struct pty *pty);
/* One row as UTF-8 without trailing blanks, or the whole screen, rows joined by '\n'; valid until
 * the next call with this pty. */
const char *pty_row(struct pty *pty, int row);
const char *pty_screen(struct pty *pty);
bool pty_shows(struct pty *pty, const char *text);
/* The screen in a frame, for messages. */
const char *pty_dump(struct pty *pty);
/* Everything the program wrote, escape sequences and all; NUL-terminated. */
const char *pty_raw(const struct pty *pty, size_t *len);

struct pty_cell {
    char text[32]; /* UTF-8 with combining characters; "" behind a wide one */
    int width;
    bool bold, underline, reverse; /* libvterm knows no dim */
    bool default_fg, default_bg;
    unsigned char fg[3], bg[3]; /* as shown, before reversing */
};
struct pty_cell pty_cell(struct pty *pty, int row, int column);
/* Position of the first occurrence of a text that stands in one row. */
bool pty_find(struct pty *pty, const char *text, int *row, int *column);
bool pty_cursor(const struct pty *pty, int *row, int *column); /* whether it is visible */

/* Whether everything that a full-screen program changes is as it was: alternate screen, cursor,
 * keypad, bracketed paste, mouse, termios. *what names the first thing that is not. */
bool pty_restored(struct pty *pty, const char **what);

#endif
