/* Bytes to presses, with injected time: every known sequence, torn ones, pastes, and garbage. */
#include "tui/keys.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tui/support.h"

TestSuite(keys, .fini = check_leaks);
TestSuite(press, .fini = check_leaks);

/* Feeds all at once and joins the names of what comes out. */
static const char *decoded(const char *bytes, size_t len)
{
    static char out[512];
    struct keys keys = {.len = 0};
    struct press press;
    out[0] = '\0';
    keys_feed(&keys, bytes, len, 1000);
    for (int64_t now = 1000; now <= 5000; now += 2000) {
        while (keys_next(&keys, now, &press)) {
            char name[32];
            press_name(press, name, sizeof(name));
            size_t at = strlen(out);
            snprintf(out + at, sizeof(out) - at, "%s%s", at > 0 ? " " : "", name);
        }
    }
    keys_finish(&keys);
    return out;
}

Test(keys, knows_the_sequences_of_the_common_terminals)
{
    static const struct {
        const char *bytes, *names;
    } table[] = {
        {"a", "a"},
        {"é漢", "é 漢"},
        {"\r\n", "Enter Enter"},
        {"\t\033[Z", "Tab BackTab"},
        {"\x7f\b", "Backspace Backspace"},
        {" ", "Space"},
        {"\x11\x1a\x1c", "Ctrl-Q Ctrl-Z Ctrl-\\"},
        {"\033[A\033[B\033[C\033[D", "Up Down Right Left"},
        {"\033OA\033OB\033OC\033OD", "Up Down Right Left"},
        {"\033[H\033[F\033OH\033OF", "Home End Home End"},
        {"\033[1~\033[4~\033[7~\033[8~", "Home End Home End"},
        {"\033[2~\033[3~\033[5~\033[6~", "Insert Delete PgUp PgDn"},
        {"\033OP\033OQ\033OR\033OS", "F1 F2 F3 F4"},
        {"\033[11~\033[15~\033[17~\033[21~\033[23~\033[24~", "F1 F5 F6 F10 F11 F12"},
        {"\033[[A\033[[E", "F1 F5"},
        {"\033[1;5C\033[1;2D\033[1;3A\033[3;5~", "Ctrl-Right Shift-Left Alt-Up Ctrl-Delete"},
        {"\033Oa\033[3^", "Ctrl-Up Ctrl-Delete"},
        {"\033x\033\r", "Alt-x Alt-Enter"},
        {"\033OM\033Op", "Enter 0"},
        {"\033[13u\033[97;5u\033[27;5;97~", "Enter Ctrl-A Ctrl-A"},
        {"\033", "Esc"},
        {"\033\033[A", "Esc Up"},
        {"\033[I\033[99~x", "Unknown Unknown x"},
        {"\033[1;2;3\001x", "Unknown Ctrl-A x"},
        {"\xc3", "Unknown"},
        {"\xffx", "Unknown x"},
        {"\xe2\x80\xae", "Unknown"}, /* typed bidi override */
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        cr_expect_str_eq(decoded(table[i].bytes, strlen(table[i].bytes)), table[i].names,
                         "row %zu is %s", i, decoded(table[i].bytes, strlen(table[i].bytes)));
    cr_expect_str_eq(decoded("\0", 1), "Ctrl-Space");
}

Test(keys, a_lone_escape_waits_and_then_is_escape)
{
    struct keys keys = {.len = 0};
    struct press press;
    cr_assert_eq(keys_wait_ms(&keys, 0), -1);
    keys_feed(&keys, "\033", 1, 0);
    cr_assert(!keys_next(&keys, 0, &press));
    cr_assert_eq(keys_wait_ms(&keys, 100), 200);
    cr_assert(!keys_next(&keys, 299, &press));
    cr_assert(keys_next(&keys, 300, &press));
    cr_assert(press_is(press, PRESS_ESC));
    cr_assert_eq(keys_wait_ms(&keys, 300), -1);
    keys_finish(&keys);
}

Test(keys, a_torn_arrow_is_joined_within_300_ms)
{
    struct keys keys = {.len = 0};
    struct press press;
    keys_feed(&keys, "\033", 1, 0);
    cr_assert(!keys_next(&keys, 250, &press));
    keys_feed(&keys, "[", 1, 250);
    cr_assert(!keys_next(&keys, 250, &press));
    keys_feed(&keys, "A", 1, 400);
    cr_assert(keys_next(&keys, 400, &press));
    cr_assert(press_is(press, PRESS_UP));
    cr_assert(!keys_next(&keys, 400, &press));
    keys_finish(&keys);
}

Test(keys, escape_then_a_late_letter_is_two_keys)
{
    struct keys keys = {.len = 0};
    struct press press;
    keys_feed(&keys, "\033", 1, 0);
    keys_feed(&keys, "q", 1, 150);
    cr_assert(keys_next(&keys, 150, &press) && press_is(press, PRESS_ESC));
    cr_assert(keys_next(&keys, 150, &press) && press_is(press, 'q'));
    keys_feed(&keys, "\033", 1, 1000);
    keys_feed(&keys, "q", 1, 1050);
    cr_assert(keys_next(&keys, 1050, &press) && press.code == 'q' && press.alt);
    keys_finish(&keys);
}

Test(keys, every_prefix_of_a_sequence_ends_and_loses_nothing_behind_it)
{
    static const char *const sequences[] = {"\033[1;5C",        "\033OP",    "\033[[A",
                                            "\xf0\x9f\x98\x80", "\033[200~", "\033\xc3\xa9"};
    for (size_t s = 0; s < sizeof(sequences) / sizeof(sequences[0]); s++) {
        for (size_t len = 1; len <= strlen(sequences[s]); len++) {
            struct keys keys = {.len = 0};
            struct press press = {.code = PRESS_NONE};
            keys_feed(&keys, sequences[s], len, 0);
            while (keys_next(&keys, 10000, &press))
                ;
            cr_assert_eq(keys_wait_ms(&keys, 10000), -1);
            keys_feed(&keys, "z", 1, 10001);
            cr_assert(keys_next(&keys, 10001, &press) && press_is(press, 'z'));
            keys_finish(&keys);
        }
    }
}

Test(keys, sequences_survive_any_split)
{
    static const char stream[] = "a\033[1;5C\033OPé\033[200~pa\033ste\n\033[201~\033[3~";
    for (size_t cut = 1; cut < sizeof(stream) - 1; cut++) {
        struct keys keys = {.len = 0};
        struct press press;
        char out[256] = "";
        for (int half = 0; half < 2; half++) {
            size_t from = half ? cut : 0, len = half ? sizeof(stream) - 1 - cut : cut;
            keys_feed(&keys, stream + from, len, 0);
            while (keys_next(&keys, 0, &press)) {
                char name[32];
                press_name(press, name, sizeof(name));
                if (press.code == PRESS_PASTE)
                    snprintf(name, sizeof(name), "(%.*s)", (int)press.len, press.text);
                size_t at = strlen(out);
                snprintf(out + at, sizeof(out) - at, "%s ", name);
            }
        }
        cr_expect_str_eq(out, "a Ctrl-Right F1 é (pa\033ste\n) Delete ", "cut at %zu: %s", cut,
                         out);
        keys_finish(&keys);
    }
}

Test(keys, a_paste_that_never_ends_is_handed_out)
{
    struct keys keys = {.len = 0};
    struct press press;
    keys_feed(&keys, "\033[200~abc", 9, 0);
    cr_assert(!keys_next(&keys, 0, &press));
    cr_assert_eq(keys_wait_ms(&keys, 0), KEYS_PASTE_MS);
    cr_assert(keys_next(&keys, KEYS_PASTE_MS, &press));
    cr_assert(press.code == PRESS_PASTE && press.len == 3 && strcmp(press.text, "abc") == 0);
    keys_feed(&keys, "x", 1, 3000);
    cr_assert(keys_next(&keys, 3000, &press) && press_is(press, 'x'));
    keys_finish(&keys);
}

Test(keys, a_huge_paste_is_cut_not_grown_for_ever)
{
    struct keys keys = {.len = 0};
    struct press press;
    static char chunk[65536];
    memset(chunk, 'x', sizeof(chunk));
    keys_feed(&keys, "\033[200~", 6, 0);
    for (int i = 0; i < 40; i++) {
        keys_feed(&keys, chunk, sizeof(chunk), 0);
        cr_assert(!keys_next(&keys, 0, &press));
    }
    keys_feed(&keys, "\033[201~", 6, 0);
    cr_assert(keys_next(&keys, 0, &press));
    cr_assert_eq(press.len, (size_t)KEYS_PASTE_MAX);
    keys_finish(&keys);
}

Test(keys, garbage_ends_and_never_types_anything_hostile)
{
    struct keys keys = {.len = 0};
    struct press press;
    srand(11);
    for (int64_t now = 0; now < 200000; now += 100) {
        unsigned char bytes[48];
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (unsigned char)(rand() % 3 ? rand() % 256 : "\033[O;~200"[rand() % 9]);
        keys_feed(&keys, bytes, (size_t)(rand() % 48), now);
        while (keys_next(&keys, now, &press))
            cr_assert(!press_printable(press) || !text_hostile(press.code));
    }
    while (keys_next(&keys, 1000000, &press))
        ;
    cr_assert_eq(keys_wait_ms(&keys, 1000000), -1);
    keys_finish(&keys);
}

Test(press, names_go_both_ways)
{
    static const char *const all[] = {"a",          "Enter",       "Esc",   "Tab",    "PgUp",
                                      "F1",         "F12",         "Space", "Ctrl-Q", "Alt-x",
                                      "Shift-Left", "Ctrl-Alt-Up", "é"};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct press press;
        char name[32];
        cr_assert(press_parse(all[i], &press), "%s", all[i]);
        press_name(press, name, sizeof(name));
        cr_expect_str_eq(name, all[i]);
    }
    struct press press;
    cr_assert(!press_parse("", &press));
    cr_assert(!press_parse("Entre", &press));
    cr_assert(!press_parse("F13", &press));
}

Test(press, letters_mean_keys_outside_fields)
{
    cr_assert(press_is(press_outside_field(press_named("j")), PRESS_DOWN));
    cr_assert(press_is(press_outside_field(press_named("q")), PRESS_ESC));
    cr_assert(press_is(press_outside_field(press_named("?")), PRESS_F1));
    cr_assert(press_ctrl(press_outside_field(press_named("Ctrl-Q")), 'q'));
    cr_assert(press_is(press_outside_field(press_named("x")), 'x'));
}
