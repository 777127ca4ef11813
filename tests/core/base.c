/* The floor: values in, values out. */
#include <criterion/criterion.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/list.h"
#include "core/base/paths.h"
#include "core/base/secret.h"
#include "core/base/yaml.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

Test(error, sentence_hint_and_context)
{
    struct error err;
    cr_assert_not(error_set(&err, ERROR_INPUT, "The file %s is empty.", "x"));
    error_hint(&err, "Fill it.");
    error_wrap(&err, "Reading %s", "config");
    cr_assert_str_eq(err.text, "Reading config: The file x is empty.");
    cr_assert_str_eq(err.hint, "Fill it.");
    errno = ENOENT;
    error_errno(&err, "%s cannot be opened", "y");
    cr_assert_eq(err.code, ENOENT);
    cr_assert_eq(err.kind, ERROR_SYSTEM);
    cr_assert_str_eq(err.hint, "");
    cr_assert_not(error_set(NULL, ERROR_INPUT, "nobody listens"));
}

Test(error, is_said_in_whole_sentences)
{
    struct error err;
    struct buf out = {0};
    error_set(&err, ERROR_TOOL, "It failed\n");
    error_hint(&err, "Try \x1b[1magain!");
    error_say(&err, &out);
    cr_assert_str_eq(buf_cstr(&out), "It failed. Try ^[[1magain!");
    buf_finish(&out);
}

Test(error, long_text_is_cut_at_a_character)
{
    char text[1500];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "é", 2);
    text[1498] = '\0';
    struct error err;
    error_set(&err, ERROR_INPUT, "%s", text);
    cr_assert(str_is_utf8(str_of(err.text)));
    cr_assert_geq(strlen(err.text), sizeof err.text - 3);
}

Test(str, cut_find_trim_numbers)
{
    struct str rest = STR("a:b"), head;
    cr_assert(str_cut(&rest, ':', &head));
    cr_assert(str_is(head, "a") && str_is(rest, "b"));
    cr_assert_not(str_cut(&rest, ':', &head));
    cr_assert(str_is(head, "b") && rest.len == 0);
    cr_assert_eq(str_find(STR("xxabxab"), STR("ab")), 2);
    cr_assert_eq(str_find(STR("aaab"), STR("aab")), 1);
    cr_assert_eq(str_find(STR("ab"), STR("abc")), -1);
    cr_assert(str_is(str_trim(STR(" \t a b\r\n")), "a b"));
    cr_assert(str_eq_nocase(STR("Region"), STR("rEGION")));
    int64_t n = 7;
    cr_assert(str_to_int64(STR("-9223372036854775808"), &n) && n == INT64_MIN);
    cr_assert_not(str_to_int64(STR("9223372036854775808"), &n));
    cr_assert_not(str_to_int64(STR("12a"), &n));
    cr_assert_not(str_to_int64(STR("-"), &n));
    cr_assert_eq(n, INT64_MIN, "a refused number changes nothing");
}

Test(str, utf8_by_the_table)
{
    static const struct {
        const char *bytes;
        size_t taken;
        uint32_t point;
    } cases[] = {
        {"a", 1, 'a'},
        {"\xC3\xA9", 2, 0xE9},
        {"\xE2\x82\xAC", 3, 0x20AC},
        {"\xF0\x9F\x98\x80", 4, 0x1F600},
        {"\xC0\x80", 1, 0xFFFD},
        {"\xED\xA0\x80", 1, 0xFFFD},
        {"\xF5\x80\x80\x80", 1, 0xFFFD},
        {"\x80", 1, 0xFFFD},
        {"\xE2\x82", 1, 0xFFFD},
        {"\xF4\x90\x80\x80", 1, 0xFFFD},
        {"\xE0\x80\x80", 1, 0xFFFD},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t point;
        cr_assert_eq(str_decode(str_of(cases[i].bytes), &point), cases[i].taken, "case %zu", i);
        cr_assert_eq(point, cases[i].point, "case %zu", i);
    }
}

Test(str, copy_never_splits_a_character)
{
    char out[5];
    cr_assert_not(str_copy(STR("abc\xC3\xA9"), out, sizeof out));
    cr_assert_str_eq(out, "abc");
    cr_assert(str_copy(STR("ab\xC3\xA9"), out, sizeof out));
    cr_assert_eq(str_distance(STR("aply"), STR("apply")), 1);
    cr_assert_eq(str_distance(STR(""), STR("abc")), 3);
}

Test(buf, keeps_to_its_limit)
{
    struct buf b;
    buf_init(&b, 10);
    cr_assert(buf_text(&b, "0123456789"));
    cr_assert_eq(b.data[10], '\0');
    cr_assert_not(buf_byte(&b, 'x'));
    cr_assert(b.failed);
    cr_assert_not(buf_text(&b, "y"), "a failed buffer stays failed");
    cr_assert_eq(buf_str(&b).len, 0);
    buf_clear(&b);
    cr_assert(buf_printf(&b, "%d%s", 42, "abc"));
    cr_assert_str_eq(buf_cstr(&b), "42abc");
    buf_drop(&b, 2);
    cr_assert_str_eq(buf_cstr(&b), "abc");
    buf_finish(&b);
}

Test(buf, long_printf)
{
    struct buf b = {0};
    buf_printf(&b, "%0500d|", 7);
    buf_printf(&b, "%0300d", 8);
    cr_assert_eq(b.len, 801);
    cr_assert_eq(b.data[500], '|');
    buf_finish(&b);
}

Test(buf, sanitised_text_has_nothing_that_a_terminal_obeys)
{
    struct buf b = {0};
    buf_sanitised(&b,
                  STR("a\x1b[31mb\r\n\x07\x7f\xC2\x9b"
                      "c\xE2\x80\xAE"
                      "d\xFF\te"),
                  false);
    cr_assert_str_eq(buf_cstr(&b), "a^[[31mb^M\uFFFD\uFFFD\uFFFD\uFFFD"
                                   "c\uFFFD"
                                   "d\uFFFD\te");
    buf_clear(&b);
    for (int i = 0; i < 256; i++)
        buf_sanitised(&b, (struct str){(char[]){(char)i}, 1}, true);
    for (size_t i = 0; i < b.len; i++)
        cr_assert((unsigned char)b.data[i] >= 0x20 || b.data[i] == '\n' || b.data[i] == '\t');
    cr_assert(str_is_utf8(buf_str(&b)));
    buf_finish(&b);
}

struct numbered {
    struct list link;
    int number;
};

Test(list, order_and_removal)
{
    struct list head;
    list_init(&head);
    struct numbered n[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    for (int i = 0; i < 3; i++)
        list_insert(&head, &n[i].link);
    list_remove(&n[1].link);
    list_remove(&n[1].link);
    int sum = 0, count = 0;
    list_each_safe (node, following, &head) {
        sum = sum * 10 + container_of(node, struct numbered, link)->number;
        count++;
        list_remove(node);
    }
    cr_assert_eq(count, 2);
    cr_assert_eq(sum, 2);
    cr_assert(list_empty(&head));
}

Test(secret, edits_masks_and_wipes)
{
    secret_setup();
    struct secret s = {0}, copy = {0};
    struct error err;
    char source[] = "hunter2!";
    cr_assert(secret_take(&s, source, 8, &err));
    cr_assert_eq(source[0], '\0');
    cr_assert(secret_copy(&copy, &s, &err) && secret_eq(&s, &copy));
    char line[] = "pw=hunter2! again hunter2!";
    secret_mask(&s, line, sizeof line - 1);
    cr_assert_str_eq(line, "pw=******** again ********");
    size_t capacity;
    char *edit = secret_edit(&s, &capacity);
    cr_assert_geq(capacity, 1024);
    cr_assert_str_eq(edit, "hunter2!");
    edit[3] = '\0';
    secret_edited(&s);
    cr_assert_eq(s.len, 3);
    cr_assert_eq(s.data[5], '\0', "what was cut is wiped");
    char shortened[] = "hun";
    secret_mask(&s, shortened, 3);
    cr_assert_str_eq(shortened, "hun", "too short to mask");
    secret_finish(&s);
    secret_finish(&s);
    secret_finish(&copy);
}

Test(json, getters_never_fail)
{
    struct error err;
    json_t *v =
        js_parse(STR("{\"a\":{\"b\":[1,{\"c\":\"x\"}]},\"n\":null,\"t\":true,\"r\":2.9}"), &err);
    cr_assert_str_eq(js_text(v, "a.b.1.c"), "x");
    cr_assert_eq(js_int(v, "a.b.0", -1), 1);
    cr_assert_eq(js_int(v, "a.b.9", -1), -1);
    cr_assert_eq(js_int(v, "r", -1), 2);
    cr_assert_str_eq(js_text(v, "n"), "");
    cr_assert_str_eq(js_text(v, "a.b.1.c.d"), "");
    cr_assert(js_bool(v, "t", false));
    cr_assert_eq(js_count(v, "a.b"), 2);
    cr_assert_eq(js_count(v, "a"), 0);
    json_decref(v);
    v = js_parse(STR("{\"big\":12345678901234567890123}"), &err);
    cr_assert_float_eq(js_real(v, "big", 0), 1.2345678901234568e22, 1e10);
    json_decref(v);
    cr_assert_null(js_parse(STR("{\"a\":\"\\ud800\"}"), &err));
    cr_assert_neq(err.text[0], '\0');
}

Test(json, no_prefix_of_a_document_is_one)
{
    struct str whole = STR("{\"a\":[1,2,{\"b\":\"\\u00e9\xC3\xA9\"}],\"c\":null}");
    for (size_t n = 0; n < whole.len; n++) {
        struct error err;
        cr_assert_null(js_parse((struct str){whole.data, n}, &err), "prefix %zu", n);
    }
}

Test(json, writes_clean_text)
{
    json_t *v = json_object();
    js_set_text(v, "t", "a\x1b]0;x\x07");
    js_set_text(v, "none", NULL);
    js_set_int(v, "i", 5);
    struct buf out = {0};
    cr_assert(js_dump(v, &out));
    cr_assert_str_eq(buf_cstr(&out), "{\"t\":\"a^[]0;x\uFFFD\",\"none\":null,\"i\":5}");
    buf_finish(&out);
    json_decref(v);
}

Test(yaml, reads_core_schema)
{
    struct error err;
    json_t *v = yml_parse(STR("name: demo\nnodes: 3\nzip: 0123\nver: \"1.35\"\nraw: 1.35\n"
                              "ok: true\nno: no\nempty:\nlist: [a, 'b']\nnested:\n  k: v\n"),
                          &err);
    cr_assert_not_null(v, "%s", err.text);
    cr_assert_str_eq(js_text(v, "name"), "demo");
    cr_assert_eq(js_int(v, "nodes", 0), 3);
    cr_assert_str_eq(js_text(v, "zip"), "0123");
    cr_assert_str_eq(js_text(v, "ver"), "1.35");
    cr_assert(json_is_real(js_get(v, "raw")));
    cr_assert_str_eq(js_text(v, "no"), "no");
    cr_assert(json_is_null(js_get(v, "empty")));
    cr_assert_str_eq(js_text(v, "list.1"), "b");
    cr_assert_str_eq(js_text(v, "nested.k"), "v");
    json_decref(v);
    v = yml_parse(STR(""), &err);
    cr_assert(json_is_object(v));
    json_decref(v);
}

Test(yaml, refuses_with_the_line)
{
    static const char *const bad[] = {"a: 1\na: 2\n", "a: &x 1\nb: *x\n", "a: 1\n---\nb: 2\n",
                                      "a: [1\n",      "\tx: 1\n",         "a: b: c\n"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct error err = {0};
        cr_assert_null(yml_parse(str_of(bad[i]), &err), "%s", bad[i]);
        cr_assert(str_starts(str_of(err.text), STR("Line ")), "%s: %s", bad[i], err.text);
    }
    struct str whole = STR("a: {b: [1, \"x\\n\"]}\nc:\n  - d: 'e'\n");
    for (size_t n = 0; n < whole.len; n++) {
        struct error err;
        json_t *value = yml_parse((struct str){whole.data, n}, &err);
        cr_assert(value || err.text[0]);
        json_decref(value);
    }
}

Test(yaml, round_trip_keeps_types)
{
    struct error err;
    struct str text =
        STR("{\"s\":\"1.35\",\"y\":\"yes\",\"n\":3,\"b\":true,\"e\":\"\",\"z\":null,\"l\":[\"a\","
            "{\"k\":\"*x\"}],\"m\":\"two\\nlines # no\",\"c\":\"10.0.0.0/16\"}");
    json_t *before = js_parse(text, &err);
    struct buf yaml = {0};
    cr_assert(yml_dump(before, &yaml));
    json_t *after = yml_parse(buf_str(&yaml), &err);
    cr_assert(json_equal(before, after), "%s", buf_cstr(&yaml));
    json_decref(before);
    json_decref(after);
    buf_finish(&yaml);
}

Test(clock, writes_and_reads_times)
{
    char out[CLOCK_TEXT];
    int64_t ms;
    cr_assert_str_eq(clock_rfc3339(1795184467000, out), "2026-11-20T14:21:07Z");
    cr_assert_str_eq(clock_amz(0, out), "19700101T000000Z");
    cr_assert(clock_parse_rfc3339(STR("2026-11-20T14:21:07Z"), &ms) && ms == 1795184467000);
    cr_assert(clock_parse_rfc3339(STR("2026-11-20T15:21:07.25+01:00"), &ms));
    cr_assert_eq(ms, 1795184467250);
    cr_assert(clock_parse_rfc3339(STR("2026-11-20T14:21:07UTC"), &ms) && ms == 1795184467000);
    cr_assert(clock_parse_http(STR("Fri, 20 Nov 2026 14:21:07 GMT"), &ms) && ms == 1795184467000);
    static const char *const bad[] = {"",
                                      "2026-11-20",
                                      "2026-13-20T14:21:07Z",
                                      "2026-11-20T14:21:07",
                                      "2026-11-20T14:21:07.Z",
                                      "2026-11-20T14:21:07Zx"};
    for (size_t i = 0; i < COUNT(bad); i++)
        cr_assert_not(clock_parse_rfc3339(str_of(bad[i]), &ms), "%s", bad[i]);
    cr_assert_not(clock_parse_http(STR("Fri, 20 Foo 2026 14:21:07 GMT"), &ms));
    cr_assert_not(clock_parse_http(STR("Fri, 20 anF 2026 14:21:07 GMT"), &ms));
}

Test(clock, spans)
{
    char out[CLOCK_TEXT];
    cr_assert_str_eq(clock_span(-5, out), "0s");
    cr_assert_str_eq(clock_span(59999, out), "59s");
    cr_assert_str_eq(clock_span(418000, out), "6m58s");
    cr_assert_str_eq(clock_span(9660000, out), "2h41m");
    cr_assert_str_eq(clock_span(41LL * 86400000, out), "41d");
}

static const char *lookup(const char *name)
{
    return strcmp(name, "X") == 0 ? "val" : NULL;
}

Test(paths, expand)
{
    char out[PATH_MAX];
    struct error err;
    static const struct {
        const char *in, *expected;
    } cases[] = {{"~/a", "/h/a"},        {"~", "/h"},       {"a~", "a~"},
                 {"~user/x", "~user/x"}, {"$X/b", "val/b"}, {"${X}b", "valb"},
                 {"$NO/b", "$NO/b"},     {"${X", "${X"},    {"$", "$"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_assert(path_expand(str_of(cases[i].in), "/h", lookup, out, &err));
        cr_assert_str_eq(out, cases[i].expected);
    }
}

Test(paths, read_write_copy)
{
    char dir[] = "/tmp/ekshub-paths-XXXXXX", path[PATH_MAX], link[PATH_MAX], deep[PATH_MAX];
    struct error err;
    cr_assert_not_null(mkdtemp(dir));
    path_format(path, &err, "%s/file", dir);
    path_format(link, &err, "%s/link", dir);
    path_format(deep, &err, "%s/a/b/c", dir);
    cr_assert(dir_make(deep, 0700, &err) && dir_make(deep, 0700, &err));
    cr_assert(file_write(path, STR("one"), 0600, &err));
    cr_assert_not(dir_make(path, 0700, &err));
    cr_assert(strstr(err.text, "is not a directory"), "%s", err.text);
    cr_assert_eq(symlink("file", link), 0);
    cr_assert(file_write(link, STR("two"), 0600, &err));
    struct stat about;
    cr_assert_eq(lstat(link, &about), 0);
    cr_assert(S_ISLNK(about.st_mode), "the symlink survives");
    struct buf content = {0};
    cr_assert(file_read(path, 100, &content, &err));
    cr_assert_str_eq(buf_cstr(&content), "two");
    cr_assert_not(file_read(path, 2, &content, &err));
    cr_assert_not(file_read(dir, 100, &content, &err));
    cr_assert_not(file_read("/nonexistent/x", 100, &content, &err));
    cr_assert_eq(err.code, ENOENT);
    cr_assert_not(file_read("/dev/zero", 100, &content, &err));
    char copy[PATH_MAX];
    path_format(copy, &err, "%s.copy", dir);
    cr_assert(tree_copy(dir, copy, &err), "%s", err.text);
    path_format(path, &err, "%s/file", copy);
    cr_assert_eq(file_size(path), 3);
    buf_finish(&content);
}
