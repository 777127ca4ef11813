/* Text: decoding, widths, elision, wrapping, and that nothing hostile gets through. */
#include "tui/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tui/support.h"

TestSuite(text, .fini = check_leaks);

Test(text, decodes_well_formed_and_refuses_the_rest)
{
    static const struct {
        const char *bytes;
        size_t len, used;
        uint32_t code_point;
    } table[] = {
        {"a", 1, 1, 'a'},
        {"\xc3\xa9", 2, 2, 0xe9},
        {"\xe2\x9c\x93", 3, 3, 0x2713},
        {"\xf0\x9f\x98\x80", 4, 4, 0x1f600},
        {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
        {"\xf4\x90\x80\x80", 4, 1, 0xfffd}, /* above Unicode */
        {"\xc0\x80", 2, 1, 0xfffd},         /* overlong */
        {"\xe0\x80\x80", 3, 1, 0xfffd},
        {"\xf0\x80\x80\x80", 4, 1, 0xfffd},
        {"\xed\xa0\x80", 3, 1, 0xfffd}, /* surrogate */
        {"\x80", 1, 1, 0xfffd},
        {"\xff", 1, 1, 0xfffd},
        {"\xe2\x9c", 2, 1, 0xfffd}, /* cut */
        {"\xe2\x41\x42", 3, 1, 0xfffd},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        uint32_t code_point = 0;
        cr_expect_eq(text_decode(table[i].bytes, table[i].len, &code_point), table[i].used,
                     "row %zu", i);
        cr_expect_eq(code_point, table[i].code_point, "row %zu", i);
    }
    uint32_t untouched = 7;
    cr_assert_eq(text_decode("", 0, &untouched), 0);
}

Test(text, encodes_what_it_decodes)
{
    for (uint32_t c = 1; c < 0x110000; c += 37) {
        char bytes[4];
        uint32_t back = 0;
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        size_t len = text_encode(c, bytes);
        cr_assert_eq(text_decode(bytes, len, &back), len);
        cr_assert_eq(back, c);
    }
}

Test(text, counts_columns)
{
    static const struct {
        const char *text;
        int width;
    } table[] = {
        {"", 0},
        {"abc", 3},
        {"über", 4},
        {"u\xcc\x88"
         "ber",
         4}, /* combining diaeresis */
        {"漢字", 4},
        {"한글", 4},
        {"ｆｕｌｌ", 8},
        {"😀!", 3},
        {"✓ ◐ ○ ✗ – ›", 11},
        {"█░▏─…", 5},
        {"👩\xe2\x80\x8d💻", 4}, /* joined: counted apart, as terminals without joining do */
        {"\xcc\x81x", 2},      /* a mark without base stands on a blank */
        {"\xff\xfe", 2},
        {"a\tb\nc", 5},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        cr_expect_eq(text_width(table[i].text, TEXT_ALL), table[i].width, "%s is %d wide",
                     table[i].text, text_width(table[i].text, TEXT_ALL));
}

Test(text, elides_at_the_end_and_in_the_middle)
{
    char out[64];
    static const struct {
        const char *text;
        int columns;
        const char *end, *middle;
    } table[] = {
        {"demo-hub", 8, "demo-hub", "demo-hub"},
        {"demo-hub", 7, "demo-h…", "de…-hub"},
        {"demo-hub", 1, "…", "…"},
        {"demo-hub", 0, "", ""},
        {"demo-hub", -3, "", ""},
        {"漢字漢字", 7, "漢字漢…", "漢…漢字"},
        {"漢字漢字", 4, "漢…", "…字"},
        {"module.eks.aws_eks_cluster.this[0]", 20, "module.eks.aws_eks_…", "module.…ster.this[0]"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int width = text_elide(table[i].text, TEXT_ALL, table[i].columns, out, sizeof(out));
        cr_expect_str_eq(out, table[i].end);
        cr_expect_eq(width, text_width(out, TEXT_ALL));
        width = text_elide_middle(table[i].text, TEXT_ALL, table[i].columns, out, sizeof(out));
        cr_expect_str_eq(out, table[i].middle);
        cr_expect_leq(width, table[i].columns > 0 ? table[i].columns : 0);
        cr_expect_eq(width, text_width(out, TEXT_ALL));
    }
}

Test(text, elision_never_overruns_a_small_buffer)
{
    for (size_t capacity = 0; capacity < 12; capacity++) {
        char out[16];
        memset(out, '#', sizeof(out));
        text_elide("漢字 and more", TEXT_ALL, 5, out, capacity);
        cr_assert_eq(out[capacity], '#');
        text_elide_middle("漢字 and more", TEXT_ALL, 5, out, capacity);
        cr_assert_eq(out[capacity], '#');
        text_sanitise("漢字 and more", TEXT_ALL, out, capacity);
        cr_assert_eq(out[capacity], '#');
    }
}

static void expect_wrapped(const char *text, int columns, const char *joined)
{
    char out[256] = "";
    struct text_line line;
    size_t limit = TEXT_ALL, at = 0;
    int lines = 0;
    const char *rest = text;
    while (text_wrap(&rest, &limit, columns, &line)) {
        at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%.*s", lines > 0 ? "|" : "",
                               (int)line.len, line.data);
        lines++;
    }
    cr_expect_str_eq(out, joined);
    cr_expect_eq(text_lines(text, TEXT_ALL, columns), lines);
}

Test(text, wraps)
{
    expect_wrapped("", 10, "");
    expect_wrapped("one", 10, "one");
    expect_wrapped("one two three", 7, "one two|three");
    expect_wrapped("one two three", 8, "one two|three");
    expect_wrapped("one  two", 3, "one|two");
    expect_wrapped("abcdefghij", 4, "abcd|efgh|ij");
    expect_wrapped("a abcdefghij", 4, "a|abcd|efgh|ij");
    expect_wrapped("one\ntwo\n\nthree\n", 10, "one|two||three");
    expect_wrapped("one\r\ntwo", 10, "one|two");
    expect_wrapped("  indented stays", 10, "  indented|stays");
    expect_wrapped("漢字漢字", 3, "漢|字|漢|字");
    expect_wrapped("漢", 1, "漢"); /* wider than the line: still goes on */
    expect_wrapped("x y", 0, "x|y");
}

Test(text, hostile_text_never_gets_out)
{
    static const char hostile[] = "\033[31mred\033]0;title\a \x9b"
                                  "2J \xc2\x9b"
                                  "2J \xe2\x80\xae"
                                  "rtl \xe2\x81\xa6 \xef\xbb\xbf \x7f \b\r\n\t\xf3\xa0\x80\xa1 end";
    for (size_t len = 0; len < sizeof(hostile); len++) {
        char out[256];
        size_t written = text_sanitise(hostile, len, out, sizeof(out));
        for (size_t at = 0, used; at < written; at += used) {
            uint32_t code_point;
            used = text_decode(out + at, written - at, &code_point);
            cr_assert(!text_hostile(code_point), "U+%04X got through", (unsigned)code_point);
        }
    }
    char out[256];
    text_sanitise("\033[31mred", TEXT_ALL, out, sizeof(out));
    cr_assert_str_eq(out, "\xef\xbf\xbd[31mred");
}

Test(text, truncated_prefixes_are_harmless)
{
    static const char sample[] = "aé漢😀\xcc\x81✓\xf0\x9f\xe2\x28";
    for (size_t len = 0; len < sizeof(sample); len++) {
        /* an exact copy, so that the sanitizer sees a read behind it */
        char *copy = malloc(len ? len : 1), out[128];
        memcpy(copy, sample, len);
        struct cluster cluster;
        for (size_t at = 0, used; (used = text_cluster(copy + at, len - at, &cluster)) > 0;
             at += used)
            cr_assert(cluster.width == 1 || cluster.width == 2);
        text_width(copy, len);
        text_elide_middle(copy, len, 3, out, sizeof(out));
        text_lines(copy, len, 2);
        text_find(copy, len, 0, "é漢");
        free(copy);
    }
}

Test(text, clusters_hold_four_marks_and_no_more)
{
    struct cluster cluster;
    const char *zalgo = "a\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85!";
    cr_assert_eq(text_cluster(zalgo, TEXT_ALL, &cluster), 13);
    cr_assert_eq(cluster.width, 1);
    cr_assert_eq(cluster.runes[4], 0x303);
    cr_assert_eq(text_width(zalgo, TEXT_ALL), 2);
}

Test(text, finds_in_either_case)
{
    cr_assert_eq(text_find("aws_EKS_cluster", TEXT_ALL, 0, "eks"), 4);
    cr_assert_eq(text_find("aws_EKS_cluster", TEXT_ALL, 5, "eks"), -1);
    cr_assert_eq(text_find("aws_EKS_cluster", 6, 0, "eks"), -1);
    cr_assert_eq(text_find("abc", TEXT_ALL, 0, ""), -1);
}

Test(text, ascii_stands_for_every_glyph)
{
    const char *glyphs = "✓◐◓◑◒○✗–›‹▾▸█░•▏─…·↑↓←→×≤é€";
    uint32_t rune;
    for (size_t used; (used = text_decode(glyphs, strlen(glyphs), &rune)) > 0; glyphs += used) {
        char ascii = text_ascii(rune);
        cr_expect(ascii > ' ' && ascii < 0x7f && ascii != '?', "U+%04X", (unsigned)rune);
    }
    cr_assert_eq(text_ascii(0x6f22), '?');
    cr_assert_eq(text_ascii('\033'), '?');
}
