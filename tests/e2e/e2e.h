/* What every end-to-end test starts from: a home of its own, a hermetic environment, the real
 * program on a pty, and expectations that fail the test with a picture of the screen. */
#ifndef TESTS_E2E_E2E_H
#define TESTS_E2E_E2E_H

#include <criterion/criterion.h>
#include <limits.h>
#include <stdint.h>

#include "tests/support/pty.h"

struct e2e {
    char home[PATH_MAX];    /* HOME, and the working directory; removed at the end */
    char *variables[64];    /* "NAME=value", NULL-terminated */
    char program[PATH_MAX]; /* of this build */
    struct pty *pty;        /* the last one opened; closed at the end */
};

void e2e_begin(struct e2e *e2e);
void e2e_end(struct e2e *e2e);

/* Sets or, with a NULL value, removes a variable of the environment to come. */
void e2e_set(struct e2e *e2e, const char *name, const char *value);
/* Takes terraform and tofu out of PATH, so that the player plays. */
void e2e_hide_terraform(struct e2e *e2e);
/* A file below home, its directories made. */
void e2e_file(struct e2e *e2e, const char *path, const char *content, mode_t mode);
/* The content of a file below home; "" when there is none. free() it. */
char *e2e_read(struct e2e *e2e, const char *path);

/* The program with these arguments (NULL-terminated) on a terminal of 80x24; the one before is
 * closed. e2e_open runs any other program. */
struct pty *e2e_start(struct e2e *e2e, const char *const *arguments);
struct pty *e2e_start_sized(struct e2e *e2e, const char *const *arguments, int rows, int columns);
struct pty *e2e_open(struct e2e *e2e, const char *const *argv, int rows, int columns);

/* Without a terminal: standard output and error collected (free() them), input empty; the exit
 * code, or 128 + signal. */
struct e2e_output {
    int code;
    char *out, *err;
};
struct e2e_output e2e_run(struct e2e *e2e, const char *const *arguments);
void e2e_output_finish(struct e2e_output *output);

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define expect_text(pty, text)                                                                     \
    cr_assert(pty_wait_text(pty, text), "waited for \"%s\"\n%s", text, pty_dump(pty))
#define expect_match(pty, regex)                                                                   \
    cr_assert(pty_wait_match(pty, regex), "waited for /%s/\n%s", regex, pty_dump(pty))
#define expect_gone(pty, text)                                                                     \
    cr_assert(pty_wait_gone(pty, text), "waited for \"%s\" to go\n%s", text, pty_dump(pty))

/* Waits for its end and its exit code (128 + signal), and that the terminal is as it was. */
#define expect_exit(pty, code) e2e_expect_exit(pty, code, __FILE__, __LINE__)
void e2e_expect_exit(struct pty *pty, int code, const char *file, int line);

#endif
