/* The screen of a pty as an SVG picture, for the README. */
#ifndef TESTS_SUPPORT_SVG_H
#define TESTS_SUPPORT_SVG_H

#include "tests/support/pty.h"

/* False, with errno set, when the file cannot be written. */
bool svg_write(struct pty *pty, const char *path);

#endif
