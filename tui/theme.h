/* Roles, never colours: what a cell means, and how each kind of terminal says it. Also the marks
 * that carry a state without colour. Glyphs are written as UTF-8 everywhere; a grid that may only
 * show ASCII replaces them cell by cell (text_ascii), so no screen has two versions. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

enum role {
    ROLE_NORMAL,
    ROLE_STRONG, /* what the operator should read first */
    ROLE_DIM,    /* context: hints, rules, notes */
    ROLE_ACCENT, /* where the operator is */
    ROLE_SUCCESS,
    ROLE_WARNING,
    ROLE_FAILURE,
    ROLE_SELECTED, /* the row under the cursor */
    ROLE_TITLE,    /* of the room */
    ROLE_RULE,     /* between bands */
    ROLE_KEY,      /* the key in a hint */
    ROLE_INPUT,    /* text that can be edited */
    ROLE_FOCUS,    /* the same, with the focus */
    ROLE_BAR,      /* the full part of a bar */
    ROLE_TROUGH,   /* its empty part */
    ROLE_MATCH,    /* found by a search */
    ROLE_BADGE,    /* a mode that must not be overlooked: REHEARSAL */
    ROLE_COUNT,
};

enum theme_colours { THEME_MONO, THEME_8, THEME_16, THEME_256 };

struct style {
    int foreground, background; /* -1: the terminal's own */
    bool bold, dim, reverse, underline;
};

struct style theme_style(enum role role, enum theme_colours colours);

/* One letter a role, for dumps; '.' is ROLE_NORMAL. */
char theme_letter(enum role role);

/* States of stages, checks and rows: glyph and role tell the same story. */
enum mark { MARK_TODO, MARK_NOW, MARK_DONE, MARK_WARNED, MARK_FAILED, MARK_SKIPPED };

const char *mark_glyph(enum mark mark); /* ○ ◐ ✓ ! ✗ – */
enum role mark_role(enum mark mark);

/* The glyph of a running row at this second: ◐ ◓ ◑ ◒. */
const char *theme_spinner(int64_t second);

#define GLYPH_CURSOR   "›"
#define GLYPH_BULLET   "•"
#define GLYPH_FULL     "█"
#define GLYPH_EMPTY    "░"
#define GLYPH_OPEN     "▾"
#define GLYPH_CLOSED   "▸"
#define GLYPH_RULE     "─"
#define GLYPH_ELLIPSIS "…"
#define GLYPH_DOT      "·"
#define GLYPH_ABOVE    "↑"
#define GLYPH_BELOW    "↓"

#endif
