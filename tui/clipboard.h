/* OSC 52: text to the clipboard of the terminal that the operator sits at, also through ssh, tmux
 * and screen. Makes the bytes; term writes them. */
#ifndef TUI_CLIPBOARD_H
#define TUI_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>

#define CLIPBOARD_MAX 74994 /* bytes: xterm's limit of 100,000 characters of base64 */

enum clipboard_route { CLIPBOARD_DIRECT, CLIPBOARD_TMUX, CLIPBOARD_SCREEN };

/* From TMUX and TERM. */
enum clipboard_route clipboard_route(const char *tmux, const char *term);

/* The sequence for `text`, malloc'ed, its length in *out_len; NULL when text is too long. */
char *clipboard_sequence(enum clipboard_route route, const char *text, size_t len, size_t *out_len);

#endif
