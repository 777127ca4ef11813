/* core/base/xml: finding elements in what AWS answers, and in what it should not answer. */
#include "core/base/xml.h"

#include <criterion/criterion.h>

#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(xml, .fini = no_leaks);

static const char document[] =
    "<?xml version=\"1.0\"?>\n<!DOCTYPE x><!-- <Code>no</Code> -->"
    "<ns:Response xmlns:ns='a>b'><Errors><Error><Code> Auth&amp;Failure </Code>"
    "<Message><![CDATA[a <b> & c]]></Message></Error></Errors>"
    "<set><item><item>inner</item><name>one</name></item><item><name>two</name></item><item/></set>"
    "<empty a=\"/\"/><hex>&#x41;&#66;&#xFFFFFF;&unknown;&;& x</hex></ns:Response>";

static void value_is(const char *name, const char *expected)
{
    char out[64];

    cr_assert(xml_value(str_of(document), name, out, sizeof out), "%s", name);
    cr_assert_str_eq(out, expected);
}

Test(xml, values)
{
    char out[8];

    value_is("Code", "Auth&Failure");
    value_is("Message", "a <b> & c");
    value_is("empty", "");
    value_is("hex", "AB\xef\xbf\xbd&unknown;&;& x");
    value_is("Errors", "Auth&Failure a <b> & c");
    cr_assert_not(xml_value(str_of(document), "Missing", out, sizeof out));
    cr_assert_str_eq(out, "");
    cr_assert(xml_value(STR("<a>0123456789</a>"), "a", out, sizeof out));
    cr_assert_str_eq(out, "0123456");
}

Test(xml, siblings_and_nesting)
{
    struct str set, item;
    char name[16];
    size_t count = 0;

    cr_assert(xml_find(str_of(document), "set", &set));
    while (xml_next(&set, "item", &item)) {
        count++;
        xml_value(item, "name", name, sizeof name);
        cr_assert_str_eq(name, count == 1 ? "one" : count == 2 ? "two" : "");
    }
    cr_assert_eq(count, 3);
}

Test(xml, what_is_cut_or_crooked_finds_less)
{
    struct str inner;

    cr_assert_not(xml_find(STR("<a><b>x</b>"), "a", &inner));
    cr_assert(xml_find(STR("<a><b>x</b>"), "b", &inner));
    cr_assert_not(xml_find(STR("</a>x</a>"), "a", &inner));
    cr_assert_not(xml_find(STR("<a href=\">"), "a", &inner));
    cr_assert_not(xml_find(STR("<"), "a", &inner));
    cr_assert_not(xml_find(STR("<>x</>"), "a", &inner));
    cr_assert_not(xml_find(STR(""), "a", &inner));
}

Test(xml, every_prefix_is_survived)
{
    for (size_t len = 0; len < sizeof document; len++) {
        char *exact = alloc_copy((struct str){document, len});
        struct buf text = {0};
        struct str inner;

        xml_find((struct str){exact, len}, "set", &inner);
        xml_text((struct str){exact, len}, &text);
        buf_finish(&text);
        free(exact);
    }
}
