/* What the two halves of the pty share; no test includes this. */
#ifndef TESTS_SUPPORT_PTY_PRIVATE_H
#define TESTS_SUPPORT_PTY_PRIVATE_H

#include <termios.h>
#include <vterm.h>

#include "tests/support/pty.h"

struct pty {
    int fd; /* our side; -1 after the hang-up */
    pid_t pid;
    int status;
    bool ended, silent, taking;
    struct termios before;
    VTerm *vterm;
    VTermScreen *screen;
    int rows, columns;
    bool alternate;
    char *raw;
    size_t raw_len, raw_capacity;
    char *text; /* of the last row, screen or dump */
};

void pty_send(struct pty *pty, const char *bytes, size_t len);

#endif
