#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "core/io/lines.h"
#include "tests/support/turns.h"

TestSuite(lines, .fini = no_leaks, .timeout = 60);

static struct buf seen;
static int finish_at = -1, count;

static void line(struct lines *lines, struct str text, bool cut)
{
    buf_append(&seen, text);
    buf_text(&seen, cut ? "~" : "|");
    if (count++ == finish_at)
        lines_finish(lines);
}

static const char *split(const char *text, size_t piece, size_t max)
{
    struct lines lines;
    struct str rest = str_of(text);
    buf_clear(&seen);
    lines_init(&lines, max, line);
    while (rest.len > 0) {
        size_t n = piece < rest.len ? piece : rest.len;
        char *copy = alloc_copy((struct str){rest.data, n}); /* so that a kept view is caught */
        lines_feed(&lines, (struct str){copy, n});
        free(copy);
        rest = str_skip(rest, n);
    }
    lines_end(&lines);
    lines_finish(&lines);
    lines_finish(&lines);
    return buf_cstr(&seen);
}

Test(lines, are_the_same_whatever_the_pieces)
{
    static const struct {
        const char *text, *expected;
        size_t max;
    } cases[] = {
        {"", "", 0},
        {"\n", "|", 0},
        {"one", "one|", 0},
        {"one\n", "one|", 0},
        {"one\ntwo", "one|two|", 0},
        {"\n\na\r\n", "||a\r|", 0},
        {"12345\n", "12345|", 5},
        {"123456\n1\n", "12345~1|", 5},
        {"123456789\n\nabcdefgh", "12345~|abcde~", 5},
        {"12345", "12345|", 5},
        {"1234567890", "12345~", 5},
        {"a\x1f\tb\xff\n", "a\x1f\tb\xff|", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t piece = 1; piece < 12; piece++)
            cr_assert_str_eq(split(cases[i].text, piece, cases[i].max), cases[i].expected,
                             "case %zu in pieces of %zu", i, piece);
    buf_finish(&seen);
}

Test(lines, may_be_finished_by_the_one_who_gets_them)
{
    for (int at = 0; at < 3; at++) {
        count = 0;
        finish_at = at;
        struct lines lines;
        lines_init(&lines, 0, line);
        lines_feed(&lines, STR("a"));
        lines_feed(&lines, STR("b\nc\nd"));
        if (count == at)
            lines_end(&lines);
        cr_assert_eq(count, at + 1);
    }
    buf_finish(&seen);
}

static size_t longest;

static void measure(struct lines *lines, struct str text, bool cut)
{
    (void)lines;
    cr_assert(!cut);
    longest = text.len;
}

Test(lines, of_megabytes_arrive_whole)
{
    struct lines lines;
    char piece[4096];
    memset(piece, 'x', sizeof piece);
    lines_init(&lines, 0, measure);
    for (int i = 0; i < 2048; i++)
        lines_feed(&lines, (struct str){piece, sizeof piece});
    cr_assert_eq(longest, 0);
    lines_feed(&lines, STR("\n"));
    cr_assert_eq(longest, 2048 * sizeof piece);
    lines_finish(&lines);
}

Test(lines, reset_forgets_the_beginning)
{
    struct lines lines;
    lines_init(&lines, 0, line);
    lines_feed(&lines, STR("old"));
    lines_reset(&lines);
    lines_feed(&lines, STR("new\n"));
    cr_assert_str_eq(buf_cstr(&seen), "new|");
    lines_finish(&lines);
    buf_finish(&seen);
}
