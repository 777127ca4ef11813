/* core/base/ini: RawConfigParser's rules, one by one. */
#include "core/base/ini.h"

#include <criterion/criterion.h>

#include "core/base/buf.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(ini, .fini = no_leaks);

static bool parse(struct ini *ini, const char *text, struct error *err)
{
    return ini_parse(ini, str_of(text), "FILE", err);
}

static const char *value(const struct ini *ini, const char *section, const char *name)
{
    size_t at;
    const struct ini_option *option;

    if (!ini_find(ini, str_of(section), &at))
        return NULL;
    option = ini_get(ini, at, name);
    return option ? option->value.data : NULL;
}

struct one {
    const char *text, *expected;
};

Test(ini, values_of_option_k_in_section_s)
{
    static const struct one table[] = {
        {"[s]\nk = v\n", "v"},
        {"[s]\nk=v", "v"},
        {"[s]\r\nk : v\r\n", "v"},
        {"[s]\rk = v\r", "v"},
        {"[s]\nK = a = b : c\n", "a = b : c"},
        {"[s]\nk : a = b\n", "a = b"},
        {"[s]\nk = \"v\" # not a comment ; nor this\n", "\"v\" # not a comment ; nor this"},
        {"[s]\nk = %(x)s\n", "%(x)s"},
        {"# c\n  ; c\n[s]\n# k = no\nk = v\n", "v"},
        {"[s]\n\xc2\xa0k\xc2\xa0=\xc2\xa0v\xc2\xa0\n", "v"},
        {"[s]\nk =\n", ""},
        {"[s]\nk = a\n b\n\tc\n", "a\nb\nc"},
        {"[s]\nk = a\n\n b\n\n\n", "a\n\nb"},
        {"[s]\nk = a\n # c\n b\n", "a\nb"},
        {"[s]\nk = a\n  [t]\nl = 1\n", "a\n[t]"},
        {"[s]\nk =\n  a = 1\n  b = 2\n", "\na = 1\nb = 2"},
        {"  [s]\n  k = v\n  l = w\n", "v"},
        {"[s] trailing\nk = v\n", "v"},
        {"[DEFAULT]\nk = inherited\n[s]\nl = 1\n", "inherited"},
        {"[DEFAULT]\nk = inherited\n[s]\nk = own\n", "own"},
        {"[s]\nl = 1\n[DEFAULT]\nk = late\n", "late"},
        {"[s]\n[t]\nk = other\n", NULL},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct ini ini;
        struct error err = {0};
        const char *got;

        cr_assert(parse(&ini, table[i].text, &err), "%s: %s", table[i].text, err.text);
        got = value(&ini, "s", "k");
        if (table[i].expected)
            cr_assert_str_eq(got, table[i].expected, "in %s", table[i].text);
        else
            cr_assert_null(got);
        ini_finish(&ini);
    }
}

Test(ini, refusals_name_file_and_line)
{
    static const struct one table[] = {
        {"\xef\xbb\xbf[s]\n", "FILE:1: the file begins with a byte order mark (BOM)."},
        {"k = v\n", "FILE:1: this line comes before the first [section]."},
        {"\n# c\n  stray\n[s]\n", "FILE:3: this line comes before the first [section]."},
        {"[s]\nk = v\nnonsense\n", "FILE:3: this line has no = or :."},
        {"[s]\n[]\n", "FILE:2: this line has no = or :."},
        {"[s]\n = v\n", "FILE:2: there is no name before the = or :."},
        {"[s]\nk = v\n[t]\n[s]\n", "FILE:4: section s was already given in line 1."},
        {"[s]\nk = v\nl = 1\nK : w\n", "FILE:4: option k was already given in line 2."},
        {"[DEFAULT]\nk = v\n[s]\n[DEFAULT]\nk = w\n",
         "FILE:5: option k was already given in line 2."},
        {"[s]\nk = \xff\n", "FILE:2: this line is not UTF-8."},
        {"[\x1b]0;x]\n[\x1b]0;x]\n", "FILE:2: section ^[]0;x was already given in line 1."},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct ini ini;
        struct error err = {0};

        cr_assert_not(parse(&ini, table[i].text, &err), "%s", table[i].text);
        cr_assert_str_eq(err.text, table[i].expected);
        cr_assert_eq(err.kind, ERROR_INPUT);
        cr_assert(err.hint[0]);
        ini_finish(&ini); /* harmless */
    }
}

Test(ini, a_refusal_never_quotes_a_value)
{
    struct ini ini;
    struct error err = {0};

    cr_assert_not(parse(&ini, "[s]\naws_secret_access_key TOPSECRET\n", &err));
    cr_assert_null(strstr(err.text, "TOPSECRET"));
    cr_assert_not(parse(&ini, "[s]\nk = TOPSECRET\nk = TOPSECRET\n", &err));
    cr_assert_null(strstr(err.text, "TOPSECRET"));
}

Test(ini, nul_bytes_are_refused)
{
    struct ini ini;
    struct error err = {0};

    cr_assert_not(ini_parse(&ini, STR("[s]\nk = a\0b\n"), "FILE", &err));
    cr_assert_str_eq(err.text, "FILE:2: this line holds a NUL byte.");
}

Test(ini, sub_sections)
{
    struct ini ini;
    struct error err = {0};
    struct str found;
    size_t s = 0;

    cr_assert(parse(&ini, "[s]\ns3 =\n  Path = a=b\n  # c\n\n  other=2\nplain = x\n", &err));
    cr_assert(ini_check_nested(&ini, "FILE", &err));
    cr_assert(ini_find(&ini, STR("s"), &s));
    cr_assert(ini_nested(ini_get(&ini, s, "s3"), "Path", &found));
    cr_assert(str_is(found, "a=b"));
    cr_assert(ini_nested(ini_get(&ini, s, "s3"), "other", &found));
    cr_assert(str_is(found, "2"));
    cr_assert_not(ini_nested(ini_get(&ini, s, "s3"), "path", &found), "keys keep their case");
    cr_assert_not(ini_nested(ini_get(&ini, s, "plain"), "x", &found));
    cr_assert_not(ini_nested(NULL, "x", &found));
    ini_finish(&ini);

    cr_assert(parse(&ini, "[s]\na = 1\ns3 =\n  no separator\n", &err), "configparser takes it");
    cr_assert_not(ini_check_nested(&ini, "FILE", &err));
    cr_assert_str_eq(err.text, "FILE:3: among the indented lines that follow is one without =.");
    ini_finish(&ini);
}

Test(ini, lines_are_counted_and_sections_keep_their_order)
{
    struct ini ini;
    struct error err = {0};

    cr_assert(parse(&ini, "[b]\r\nx = 1\r\n\r\n[a]\r\ny = 2\n", &err));
    cr_assert_eq(ini.section_count, 2);
    cr_assert(str_is(ini.sections[0].name, "b"));
    cr_assert_eq(ini.sections[1].line, 4);
    cr_assert_eq(ini.options[1].line, 5);
    ini_finish(&ini);
    ini_finish(&ini);
}

Test(ini, ten_thousand_sections_and_options_take_no_time)
{
    struct buf text = {0};
    struct ini ini;
    struct error err = {0};

    for (int i = 0; i < 10000; i++)
        buf_printf(&text, "[s%d]\nk%d = %d\n", i, i, i);
    buf_text(&text, "[big]\n");
    for (int i = 0; i < 10000; i++)
        buf_printf(&text, "k%d = %d\n", i, i);
    cr_assert(ini_parse(&ini, buf_str(&text), "FILE", &err));
    cr_assert_str_eq(value(&ini, "s9876", "k9876"), "9876");
    cr_assert_str_eq(value(&ini, "big", "k4321"), "4321");
    cr_assert_null(value(&ini, "s1", "k2"));
    ini_finish(&ini);
    buf_finish(&text);
}

Test(ini, every_prefix_is_survived)
{
    static const char text[] =
        "[DEFAULT]\na = 1\n[s \xc3\xa9]\r\nk =\n  n = 1\n\n  m=2\n[t]\nx : y\n z";

    for (size_t len = 0; len < sizeof text; len++) {
        char *exact = alloc_copy((struct str){text, len}); /* so that a byte too far is seen */
        struct ini ini;

        if (ini_parse(&ini, (struct str){exact, len}, "FILE", NULL))
            ini_finish(&ini);
        free(exact);
    }
}
