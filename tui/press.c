/* Names of presses and their meaning outside fields. */
#include "tui/press.h"

#include <stdio.h>
#include <string.h>

#include "tui/text.h"

#include "tui/banned.h"

static const struct {
    uint32_t code;
    const char *name;
} names[] = {
    {PRESS_ENTER, "Enter"},
    {PRESS_ESC, "Esc"},
    {PRESS_TAB, "Tab"},
    {PRESS_BACKTAB, "BackTab"},
    {PRESS_BACKSPACE, "Backspace"},
    {PRESS_DELETE, "Delete"},
    {PRESS_INSERT, "Insert"},
    {PRESS_UP, "Up"},
    {PRESS_DOWN, "Down"},
    {PRESS_LEFT, "Left"},
    {PRESS_RIGHT, "Right"},
    {PRESS_HOME, "Home"},
    {PRESS_END, "End"},
    {PRESS_PAGE_UP, "PgUp"},
    {PRESS_PAGE_DOWN, "PgDn"},
    {PRESS_PASTE, "Paste"},
    {PRESS_UNKNOWN, "Unknown"},
    {' ', "Space"},
};
#define NAMES (sizeof(names) / sizeof(names[0]))

bool press_printable(struct press press)
{
    return press.code < PRESS_ENTER && !press.ctrl && !press.alt && !text_hostile(press.code);
}

struct press press_outside_field(struct press press)
{
    static const struct {
        uint32_t from, to;
    } meanings[] = {
        {'j', PRESS_DOWN}, {'k', PRESS_UP},  {'g', PRESS_HOME},
        {'G', PRESS_END},  {'q', PRESS_ESC}, {'?', PRESS_F1},
    };
    if (press.ctrl || press.alt)
        return press;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (press.code == meanings[i].from) {
            press.code = meanings[i].to;
            break;
        }
    }
    return press;
}

static void base_name(struct press press, char *out, size_t capacity)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (names[i].code == press.code) {
            snprintf(out, capacity, "%s", names[i].name);
            return;
        }
    }
    if (press.code >= PRESS_F1 && press.code <= PRESS_F12) {
        snprintf(out, capacity, "F%u", (unsigned)(press.code - PRESS_F1 + 1));
        return;
    }
    uint32_t code = press.code;
    if (press.ctrl && code >= 'a' && code <= 'z')
        code -= 'a' - 'A';
    char bytes[5] = "";
    if (code < PRESS_ENTER && !text_hostile(code))
        text_encode(code, bytes);
    snprintf(out, capacity, "%s", bytes);
}

void press_name(struct press press, char *out, size_t capacity)
{
    char base[16];
    base_name(press, base, sizeof(base));
    snprintf(out, capacity, "%s%s%s%s", press.ctrl ? "Ctrl-" : "", press.alt ? "Alt-" : "",
             press.shift ? "Shift-" : "", base);
}

/* Takes "Ctrl-" and the like off *name. */
static bool modifier(const char **name, const char *prefix)
{
    size_t len = strlen(prefix);
    if (strncmp(*name, prefix, len) != 0 || (*name)[len] == '\0')
        return false;
    *name += len;
    return true;
}

bool press_parse(const char *name, struct press *out)
{
    *out = (struct press){.code = PRESS_NONE};
    out->ctrl = modifier(&name, "Ctrl-");
    out->alt = modifier(&name, "Alt-");
    out->shift = modifier(&name, "Shift-");
    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(names[i].name, name) == 0) {
            out->code = names[i].code;
            return true;
        }
    }
    for (uint32_t f = 1; f <= 12; f++) {
        char function[8];
        snprintf(function, sizeof(function), "F%u", (unsigned)f);
        if (strcmp(function, name) == 0) {
            out->code = PRESS_F1 + f - 1;
            return true;
        }
    }
    uint32_t code = 0;
    size_t used = text_decode(name, strlen(name), &code);
    if (used == 0 || name[used] != '\0' || text_hostile(code))
        return false;
    out->code = out->ctrl && code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
    return true;
}
