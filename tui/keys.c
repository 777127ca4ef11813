/* The decoder: looks at the front of the bytes, decides whether they are a whole key yet, and takes
 * them off. A key that stays incomplete for KEYS_JOIN_MS is taken as what it is by then. Consumed
 * bytes are wiped: passwords come this way. */
#include "tui/keys.h"

#include <string.h>

#include "tui/memory.h"
#include "tui/text.h"

#include "tui/banned.h"

#define ESC          0x1b
#define SEQUENCE_MAX 64

static const char paste_end[] = "\033[201~";
#define PASTE_END_LEN (sizeof(paste_end) - 1)

static void wipe(void *memory, size_t len)
{
    volatile unsigned char *byte = memory;
    while (len-- > 0)
        *byte++ = 0;
}

static void reserve(unsigned char **bytes, size_t *capacity, size_t needed)
{
    if (needed <= *capacity)
        return;
    size_t grown = needed + needed / 2 + 256;
    unsigned char *fresh = memory_resize(NULL, grown, 1);
    if (*bytes) {
        memcpy(fresh, *bytes, *capacity);
        wipe(*bytes, *capacity);
        free(*bytes);
    }
    memset(fresh + *capacity, 0, grown - *capacity);
    *bytes = fresh;
    *capacity = grown;
}

void keys_finish(struct keys *keys)
{
    if (keys->bytes)
        wipe(keys->bytes, keys->capacity);
    if (keys->paste)
        wipe(keys->paste, keys->paste_capacity);
    free(keys->bytes);
    free(keys->paste);
    *keys = (struct keys){.len = 0};
}

void keys_feed(struct keys *keys, const void *bytes, size_t len, int64_t now_ms)
{
    if (len == 0)
        return;
    unsigned char first = *(const unsigned char *)bytes;
    if (keys->len == 1 && keys->bytes[0] == ESC && now_ms - keys->last_ms >= KEYS_ALT_MS &&
        first != '[' && first != 'O')
        keys->lone = true;
    reserve(&keys->bytes, &keys->capacity, keys->len + len);
    memcpy(keys->bytes + keys->len, bytes, len);
    keys->len += len;
    keys->last_ms = now_ms;
}

static void drop(struct keys *keys, size_t count)
{
    keys->len -= count;
    memmove(keys->bytes, keys->bytes + count, keys->len);
    wipe(keys->bytes + keys->len, count);
    keys->lone = false;
}

static void collect(struct keys *keys, size_t count)
{
    size_t room = KEYS_PASTE_MAX - keys->paste_len, kept = count < room ? count : room;
    unsigned char *paste = (unsigned char *)keys->paste;
    reserve(&paste, &keys->paste_capacity, keys->paste_len + kept + 1);
    keys->paste = (char *)paste;
    memcpy(keys->paste + keys->paste_len, keys->bytes, kept);
    keys->paste_len += kept;
    keys->paste[keys->paste_len] = '\0';
    drop(keys, count);
}

static bool next_paste(struct keys *keys, int64_t now_ms, struct press *out)
{
    size_t at = 0;
    while (at < keys->len) {
        size_t rest = keys->len - at, compared = rest < PASTE_END_LEN ? rest : PASTE_END_LEN;
        if (keys->bytes[at] == ESC && memcmp(keys->bytes + at, paste_end, compared) == 0)
            break;
        at++;
    }
    bool ended = keys->len - at >= PASTE_END_LEN;
    collect(keys, at);
    if (ended)
        drop(keys, PASTE_END_LEN);
    else if (now_ms - keys->last_ms >= KEYS_PASTE_MS)
        collect(keys, keys->len);
    else
        return false;
    keys->pasting = false;
    *out = (struct press){.code = PRESS_PASTE, .text = keys->paste, .len = keys->paste_len};
    return true;
}

/* By final byte, in CSI and SS3 alike. */
static uint32_t letter_key(unsigned char final)
{
    static const struct {
        char final;
        uint32_t code;
    } letters[] = {
        {'A', PRESS_UP},   {'B', PRESS_DOWN},   {'C', PRESS_RIGHT},   {'D', PRESS_LEFT},
        {'H', PRESS_HOME}, {'F', PRESS_END},    {'Z', PRESS_BACKTAB}, {'M', PRESS_ENTER},
        {'P', PRESS_F1},   {'Q', PRESS_F1 + 1}, {'R', PRESS_F1 + 2},  {'S', PRESS_F1 + 3},
    };
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (letters[i].final == (char) final)
            return letters[i].code;
    }
    return PRESS_UNKNOWN;
}

/* CSI number ~ */
static uint32_t number_key(unsigned number)
{
    static const uint32_t low[] = {PRESS_UNKNOWN,   PRESS_HOME, PRESS_INSERT,
                                   PRESS_DELETE,    PRESS_END,  PRESS_PAGE_UP,
                                   PRESS_PAGE_DOWN, PRESS_HOME, PRESS_END};
    if (number < sizeof(low) / sizeof(low[0]))
        return low[number];
    if (number >= 11 && number <= 15)
        return PRESS_F1 + number - 11;
    if (number >= 17 && number <= 21)
        return PRESS_F1 + number - 12;
    if (number == 23 || number == 24)
        return PRESS_F1 + number - 13;
    return PRESS_UNKNOWN;
}

/* A code point that a terminal reports by number (CSI u, CSI 27 ; m ; code ~). */
static uint32_t reported_key(unsigned number)
{
    switch (number) {
    case '\r':
        return PRESS_ENTER;
    case '\t':
        return PRESS_TAB;
    case ESC:
        return PRESS_ESC;
    case 0x7f:
        return PRESS_BACKSPACE;
    default:
        return number >= 0x20 && number < 0x110000 ? number : PRESS_UNKNOWN;
    }
}

static struct press csi(const unsigned char *body, size_t len)
{
    unsigned numbers[3] = {0};
    size_t count = 0;
    for (size_t i = 0; i + 1 < len; i++) {
        if (body[i] == ';')
            count++;
        else if (body[i] >= '0' && body[i] <= '9' && count < 3 && numbers[count] < 100000)
            numbers[count] = numbers[count] * 10 + (body[i] - '0');
        else if (body[i] < '0' || body[i] > '9')
            return (struct press){.code = PRESS_UNKNOWN};
    }
    unsigned char final = body[len - 1];
    unsigned modifiers = numbers[1] > 0 ? numbers[1] - 1 : 0;
    struct press press = {.code = PRESS_UNKNOWN};
    if (final == 'u')
        press.code = reported_key(numbers[0]);
    else if (final == '~' && numbers[0] == 27)
        press.code = reported_key(numbers[2]);
    else if (final == '~' || final == '^' || final == '$')
        press.code = number_key(numbers[0]);
    else if (final != 'M')
        press.code = letter_key(final);
    press.shift = (modifiers & 1) != 0 || final == '$';
    press.alt = (modifiers & 2) != 0;
    press.ctrl = (modifiers & 4) != 0 || final == '^';
    if (press.code == PRESS_TAB && press.shift)
        press = (struct press){.code = PRESS_BACKTAB};
    return press;
}

enum step { INCOMPLETE, DECODED, AGAIN };

/* ESC [ … ; bytes[2] on. */
static enum step next_csi(struct keys *keys, struct press *out)
{
    size_t end = 2;
    if (keys->len > 3 && keys->bytes[2] == '[') { /* the Linux console: CSI [ A is F1 */
        unsigned char letter = keys->bytes[3];
        *out = (struct press){.code = PRESS_UNKNOWN};
        if (letter >= 'A' && letter <= 'E')
            out->code = PRESS_F1 + letter - 'A';
        drop(keys, 4);
        return DECODED;
    }
    if (keys->len == 3 && keys->bytes[2] == '[')
        return INCOMPLETE;
    while (end < keys->len && end < SEQUENCE_MAX && keys->bytes[end] >= 0x20 &&
           keys->bytes[end] < 0x40 && keys->bytes[end] != '$')
        end++;
    if (end == keys->len && end < SEQUENCE_MAX)
        return INCOMPLETE;
    if (keys->bytes[end] < 0x20 || keys->bytes[end] > 0x7e || end == SEQUENCE_MAX) {
        drop(keys, end);
        *out = (struct press){.code = PRESS_UNKNOWN};
        return DECODED;
    }
    if (end == 5 && memcmp(keys->bytes + 2, "200~", 4) == 0) {
        keys->pasting = true;
        keys->paste_len = 0;
        drop(keys, end + 1);
        return AGAIN;
    }
    *out = csi(keys->bytes + 2, end - 1);
    drop(keys, end + 1);
    return DECODED;
}

static enum step next_ss3(struct keys *keys, struct press *out)
{
    if (keys->len < 3)
        return INCOMPLETE;
    unsigned char final = keys->bytes[2];
    static const char keypad[] = "*+,-./0123456789";
    *out = (struct press){.code = letter_key(final)};
    if (final >= 'j' && final <= 'y')
        out->code = (unsigned char)keypad[final - 'j'];
    else if (final >= 'a' && final <= 'd') {
        out->code = letter_key((unsigned char)(final - 'a' + 'A'));
        out->ctrl = true;
    }
    drop(keys, 3);
    return DECODED;
}

/* One character, also a control one, at `from`. */
static enum step next_char(struct keys *keys, size_t from, struct press *out)
{
    unsigned char byte = keys->bytes[from];
    size_t used = 1;
    *out = (struct press){.code = byte};
    if (byte == '\r' || byte == '\n') {
        out->code = PRESS_ENTER;
    } else if (byte == '\t') {
        out->code = PRESS_TAB;
    } else if (byte == 0x7f || byte == 0x08) {
        out->code = PRESS_BACKSPACE;
    } else if (byte < 0x20) {
        out->ctrl = true;
        out->code = byte == 0 ? ' ' : byte <= 26 ? byte + 0x60U : byte + 0x40U;
    } else if (byte >= 0x80) {
        size_t need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1, have = 1;
        while (have < need && from + have < keys->len && (keys->bytes[from + have] & 0xc0) == 0x80)
            have++;
        if (have < need && from + have == keys->len)
            return INCOMPLETE;
        used = text_decode((const char *)keys->bytes + from, keys->len - from, &out->code);
        if (used == 1 || text_hostile(out->code))
            out->code = PRESS_UNKNOWN;
    }
    out->alt = from > 0;
    drop(keys, from + used);
    return DECODED;
}

static enum step next_escape(struct keys *keys, struct press *out)
{
    if (keys->len > 1 && !keys->lone && keys->bytes[1] != ESC) {
        if (keys->bytes[1] == '[')
            return next_csi(keys, out);
        return keys->bytes[1] == 'O' ? next_ss3(keys, out) : next_char(keys, 1, out);
    }
    if (keys->len == 1)
        return INCOMPLETE;
    *out = (struct press){.code = PRESS_ESC};
    drop(keys, 1);
    return DECODED;
}

/* What a sequence that did not go on is taken for. */
static struct press give_up(struct keys *keys)
{
    struct press press = {.code = PRESS_UNKNOWN};
    size_t used = keys->len;
    if (keys->bytes[0] == ESC && keys->len == 1) {
        press.code = PRESS_ESC;
    } else if (keys->bytes[0] == ESC && keys->len == 2) {
        press.code = keys->bytes[1];
        press.alt = true;
    }
    if (press.code >= 0x80 && press.code != PRESS_ESC)
        press.code = PRESS_UNKNOWN;
    drop(keys, used);
    return press;
}

bool keys_next(struct keys *keys, int64_t now_ms, struct press *out)
{
    if (!keys->pasting && keys->paste_len > 0) { /* it was handed out: may have been a password */
        wipe(keys->paste, keys->paste_len);
        keys->paste_len = 0;
    }
    for (;;) {
        if (keys->pasting)
            return next_paste(keys, now_ms, out);
        if (keys->len == 0)
            return false;
        enum step step = keys->bytes[0] == ESC ? next_escape(keys, out) : next_char(keys, 0, out);
        if (step == DECODED)
            return true;
        if (step == AGAIN)
            continue;
        if (now_ms - keys->last_ms < KEYS_JOIN_MS)
            return false;
        *out = give_up(keys);
        return true;
    }
}

int keys_wait_ms(const struct keys *keys, int64_t now_ms)
{
    if (keys->len == 0 && !keys->pasting)
        return -1;
    int64_t rest = keys->last_ms + (keys->pasting ? KEYS_PASTE_MS : KEYS_JOIN_MS) - now_ms;
    return rest > 0 ? (int)rest : 0;
}
