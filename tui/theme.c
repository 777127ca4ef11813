/* How each role looks on each kind of terminal. Colours are middle tones, legible on black and on
 * white, and always on the terminal's own background. */
#include "tui/theme.h"

#include "tui/banned.h"

/* The look of a role: colour of 256, colour of 16, and attributes that carry it in colour and in
 * mono. -1 is the terminal's own. */
struct look {
    int of_256, of_16;
    char letter;
    const char *colour, *mono; /* b bold, d dim, r reverse, u underline */
};

static const struct look looks[ROLE_COUNT] = {
    [ROLE_NORMAL] = {-1, -1, '.', "", ""},    [ROLE_STRONG] = {-1, -1, 'B', "b", "b"},
    [ROLE_DIM] = {245, 8, 'd', "", "d"},      [ROLE_ACCENT] = {74, 6, 'a', "b", "b"},
    [ROLE_SUCCESS] = {71, 2, 's', "", ""},    [ROLE_WARNING] = {178, 3, 'w', "", "b"},
    [ROLE_FAILURE] = {167, 1, 'f', "b", "b"}, [ROLE_SELECTED] = {74, 6, 'S', "b", "b"},
    [ROLE_TITLE] = {-1, -1, 'T', "b", "b"},   [ROLE_RULE] = {240, 8, '-', "", "d"},
    [ROLE_KEY] = {74, 6, 'k', "", "b"},       [ROLE_INPUT] = {-1, -1, 'i', "", ""},
    [ROLE_FOCUS] = {-1, -1, 'I', "bu", "bu"}, [ROLE_BAR] = {74, 6, '#', "", ""},
    [ROLE_TROUGH] = {240, 8, '_', "", "d"},   [ROLE_MATCH] = {178, 3, 'm', "r", "r"},
    [ROLE_BADGE] = {178, 3, 'R', "br", "br"},
};

static void apply(struct style *style, const char *attributes)
{
    for (; *attributes; attributes++) {
        style->bold |= *attributes == 'b';
        style->dim |= *attributes == 'd';
        style->reverse |= *attributes == 'r';
        style->underline |= *attributes == 'u';
    }
}

struct style theme_style(enum role role, enum theme_colours colours)
{
    struct style style = {.foreground = -1, .background = -1};
    const struct look *look = &looks[role < ROLE_COUNT ? role : ROLE_NORMAL];
    if (colours == THEME_MONO) {
        apply(&style, look->mono);
        return style;
    }
    apply(&style, look->colour);
    style.foreground = colours == THEME_256 ? look->of_256 : look->of_16;
    if (colours == THEME_8 && style.foreground == 8) {
        style.foreground = -1; /* there is no grey among eight */
        style.dim = true;
    }
    return style;
}

char theme_letter(enum role role)
{
    return looks[role < ROLE_COUNT ? role : ROLE_NORMAL].letter;
}

const char *mark_glyph(enum mark mark)
{
    static const char *const glyphs[] = {"○", "◐", "✓", "!", "✗", "–"};
    return glyphs[mark <= MARK_SKIPPED ? mark : MARK_TODO];
}

enum role mark_role(enum mark mark)
{
    static const enum role roles[] = {ROLE_DIM,     ROLE_ACCENT,  ROLE_SUCCESS,
                                      ROLE_WARNING, ROLE_FAILURE, ROLE_DIM};
    return roles[mark <= MARK_SKIPPED ? mark : MARK_TODO];
}

const char *theme_spinner(int64_t second)
{
    static const char *const frames[] = {"◐", "◓", "◑", "◒"};
    return frames[(uint64_t)second % 4];
}
