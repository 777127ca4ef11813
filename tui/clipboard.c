/* Base64 inside OSC 52 (xterm control sequences), wrapped for the multiplexer in between. tmux
 * gets it twice: plain for "set-clipboard on", and passed through to the terminal outside. */
#include "tui/clipboard.h"

#include <stdint.h>
#include <string.h>

#include "tui/memory.h"

#include "tui/banned.h"

#define SCREEN_CHUNK 700 /* GNU screen takes at most 768 bytes in one string */

enum clipboard_route clipboard_route(const char *tmux, const char *term)
{
    if (tmux && *tmux)
        return CLIPBOARD_TMUX;
    return term && strncmp(term, "screen", 6) == 0 ? CLIPBOARD_SCREEN : CLIPBOARD_DIRECT;
}

struct bytes {
    char *data;
    size_t len;
};

static void add(struct bytes *bytes, const char *data, size_t len)
{
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

static void add_text(struct bytes *bytes, const char *text)
{
    add(bytes, text, strlen(text));
}

static void add_base64(struct bytes *bytes, const unsigned char *text, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        uint32_t group = (uint32_t)text[i] << 16;
        group |= i + 1 < len ? (uint32_t)text[i + 1] << 8 : 0;
        group |= i + 2 < len ? text[i + 2] : 0;
        char four[4] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63],
                        digits[group & 63]};
        if (i + 1 >= len)
            four[2] = '=';
        if (i + 2 >= len)
            four[3] = '=';
        add(bytes, four, sizeof(four));
    }
}

static void add_for_screen(struct bytes *bytes, const struct bytes *plain)
{
    for (size_t at = 0; at < plain->len; at += SCREEN_CHUNK) {
        size_t rest = plain->len - at;
        add_text(bytes, "\033P");
        add(bytes, plain->data + at, rest < SCREEN_CHUNK ? rest : SCREEN_CHUNK);
        add_text(bytes, "\033\\");
    }
}

char *clipboard_sequence(enum clipboard_route route, const char *text, size_t len, size_t *out_len)
{
    *out_len = 0;
    if (len > CLIPBOARD_MAX)
        return NULL;
    size_t plain_size = (len + 2) / 3 * 4 + 16, size = plain_size * 2 + plain_size / 100 + 64;
    struct bytes plain = {memory_resize(NULL, plain_size, 1), 0};
    add_text(&plain, "\033]52;c;");
    add_base64(&plain, (const unsigned char *)text, len);
    add_text(&plain, "\a");
    struct bytes all = {memory_resize(NULL, size, 1), 0};
    if (route == CLIPBOARD_SCREEN)
        add_for_screen(&all, &plain);
    else
        add(&all, plain.data, plain.len);
    if (route == CLIPBOARD_TMUX) {
        add_text(&all, "\033Ptmux;\033"); /* an escape inside the string is doubled */
        add(&all, plain.data, plain.len);
        add_text(&all, "\033\\");
    }
    free(plain.data);
    *out_len = all.len;
    return all.data;
}
