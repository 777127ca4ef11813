/* What is cut out of the objects of an API server, and that nobody misses it. */
#include "core/kube/thin.h"

#include <criterion/criterion.h>

#include "core/kube/pod.h"
#include "tests/core/kube_corpus.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(thin, .fini = no_leaks);

static const char *const names[] = {"env", "managedFields", NULL};

static void expect(const char *from, const char *wanted)
{
    struct buf text = {0};
    buf_text(&text, from);
    thin(&text, names);
    cr_expect_str_eq(buf_cstr(&text), wanted);
    cr_expect_eq(text.len, strlen(wanted));
    buf_finish(&text);
}

Test(thin, members_that_nobody_reads_are_cut_out_wherever_they_stand)
{
    expect("{\"a\":1,\"env\":[{\"b\":\"]}\"}],\"c\":2}", "{\"a\":1,\"c\":2}");
    expect("{\"env\":{},\"c\":2}", "{\"c\":2}");
    expect("{\"a\":1,\"env\":{}}", "{\"a\":1}");
    expect("{\"a\":1 , \"env\" : [ ] }", "{\"a\":1  }");
    expect("{\"env\":[]}", "{}");
    expect("{\"env\":[],\"managedFields\":[[],{}]}", "{}");
    expect("{\"a\":1,\"env\":[],\"managedFields\":[]}", "{\"a\":1}");
    expect("[{\"x\":{\"env\":{\"env\":[1]}}},{\"env\":[2]}]", "[{\"x\":{}},{}]");
}

Test(thin, texts_and_what_only_looks_like_a_member_stay)
{
    static const char *const whole[] = {"{\"env\":\"prod\"}",
                                        "{\"env\":null,\"managedFields\":7}",
                                        "[\"env\",[\"env\"]]",
                                        "{\"a\":\"\\\"env\\\":[]\"}",
                                        "{\"environment\":[1],\"en\":[2],\"\":[3]}",
                                        "\"env\"",
                                        "7",
                                        " ",
                                        ""};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        expect(whole[i], whole[i]);
}

Test(thin, what_is_no_json_harms_nobody)
{
    static const char *const broken[] = {"\"env\":[]",  " \"env\":{}",       ",\"env\":{}",
                                         "\"\\",        "\"env\":[}\"env\"", "]]\"env\":{}}",
                                         "\"env\":[\"", "\"env\":{\"\\"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct buf text = {0};
        buf_text(&text, broken[i]);
        thin(&text, names);
        cr_expect_leq(text.len, strlen(broken[i]));
        buf_finish(&text);
    }
}

static bool is_json(struct str text)
{
    json_t *value = js_parse(text, NULL);
    json_decref(value);
    return value != NULL;
}

Test(thin, no_cut_of_a_document_becomes_a_whole_one)
{
    const struct str text =
        STR("{\"a\":[{\"env\":[{\"n\":\"\\\"]\"},{}],\"b\":2}],\"managedFields\":[{\"x\":{}}]}");
    for (size_t len = 1; len <= text.len; len++) {
        struct buf cut = {0};
        buf_append(&cut, (struct str){text.data, len});
        thin(&cut, names);
        cr_expect_eq(is_json(buf_str(&cut)), len == text.len, "%zu bytes", len);
        buf_finish(&cut);
    }
}

/* ---- arrays ---- */

static void expect_parts(const char *from, const char *wanted)
{
    struct buf rest = {0}, told = {0};
    struct str inside, element;
    if (thin_split(str_of(from), "items", &inside, &rest)) {
        while (thin_next(&inside, &element))
            buf_printf(&told, "%.*s|", STR_ARG(element));
        buf_text(&told, buf_cstr(&rest));
    }
    cr_expect_str_eq(buf_cstr(&told), wanted, "%s", from);
    buf_finish(&rest);
    buf_finish(&told);
}

Test(thin, an_array_is_taken_apart)
{
    expect_parts("{\"items\":[{\"a\":[1,\"]\"]}, {} ,7,\"x,\"],\"v\":1}",
                 "{\"a\":[1,\"]\"]}|{}|7|\"x,\"|{\"items\":[],\"v\":1}");
    expect_parts(" { \"m\" : {\"items\":[9]} , \"items\" : [ 1 ] } ",
                 "1| { \"m\" : {\"items\":[9]} , \"items\" : [] } ");
    expect_parts("{\"items\":[]}", "{\"items\":[]}");
    expect_parts("{\"items\":null,\"a\":\"items\"}", "");
    expect_parts("[{\"items\":[1]}]", "");
    expect_parts("{\"items\":[}]}", "{\"items\":[}]}"); /* as broken as it was */
    expect_parts("{\"items\":[1", "");
    expect_parts("{\"items\" [1]}", "");
    expect_parts("{,\"items\":[1]}", "");
    expect_parts("{\"items\":[1 2,:,]}", "1|2|:|{\"items\":[]}");
    expect_parts("{", "");
    expect_parts("", "");
}

/* ---- pods ---- */

static void same_pod(const char *file, const struct pod *a, const struct pod *b)
{
    const char *const texts[][2] = {{a->record.key, b->record.key},
                                    {a->record.uid, b->record.uid},
                                    {a->version, b->version},
                                    {a->status, b->status},
                                    {a->phase, b->phase},
                                    {a->message, b->message},
                                    {a->node, b->node},
                                    {a->ip, b->ip},
                                    {a->owner, b->owner},
                                    {a->labels, b->labels},
                                    {a->claims, b->claims},
                                    {a->gates, b->gates},
                                    {a->finalizers, b->finalizers},
                                    {a->unschedulable, b->unschedulable}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_str_eq(texts[i][0], texts[i][1], "%s: text %zu", file, i);
    cr_expect_arr_eq(a->request, b->request, sizeof a->request, "%s", file);
    cr_expect(a->ready == b->ready && a->total == b->total && a->restarts == b->restarts &&
                  a->gates_true == b->gates_true && a->is_ready == b->is_ready,
              "%s", file);
    cr_assert_eq(a->container_count, b->container_count, "%s", file);
    for (size_t i = 0; i < a->container_count; i++) {
        cr_expect_str_eq(a->containers[i].image, b->containers[i].image, "%s", file);
        cr_expect_str_eq(a->containers[i].message, b->containers[i].message, "%s", file);
        cr_expect_eq(a->containers[i].memory_limit, b->containers[i].memory_limit, "%s", file);
    }
}

Test(thin, a_pod_is_the_same_without_what_is_not_read)
{
    const struct pod_rules rules = {false};
    struct kube_table table;
    char path[120];
    kube_table_read(&table, "pods/expected.tsv");
    for (size_t i = 0; i < table.count; i++) {
        struct buf text = {0};
        snprintf(path, sizeof path, "pods/%.*s", STR_ARG(table.rows[i].cells[0]));
        kube_read(path, &text);
        json_t *whole = js_parse(buf_str(&text), NULL), *rest;
        thin(&text, pod_unread);
        rest = js_parse(buf_str(&text), NULL);
        cr_assert(whole && rest, "%s", path);
        struct pod *one = pod_parse(whole, &rules), *other = pod_parse(rest, &rules);
        cr_assert(one && other, "%s", path);
        same_pod(path, one, other);
        pod_free(one);
        pod_free(other);
        json_decref(whole);
        json_decref(rest);
        buf_finish(&text);
    }
    kube_table_finish(&table);
}
