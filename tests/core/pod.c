/* Pods against what the real printers of two servers said of them, ages, quantities, and every way
 * in which an object can be broken. */
#include "core/kube/pod.h"

#include <criterion/criterion.h>

#include "core/base/clock.h"
#include "core/kube/quantity.h"
#include "tests/core/kube_corpus.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(pod, .fini = no_leaks);

static const struct pod_rules newest = {false}, older = {true};

static void expect(const char *file, const char *what, const char *got, struct str wanted)
{
    cr_expect(str_is(wanted, got), "%s: %s is \"%s\", not \"%.*s\"", file, what, got,
              STR_ARG(wanted));
}

static void expect_row(const struct kube_row *row, const json_t *object, int64_t now_ms)
{
    char file[80], text[2 * DURATION_TEXT];
    struct pod *pod = pod_parse(object, &older), *later = pod_parse(object, &newest);
    str_copy(row->cells[0], file, sizeof(file));
    cr_assert(pod != NULL && later != NULL);
    expect(file, "NAMESPACE", pod->record.namespace, row->cells[1]);
    expect(file, "NAME", pod->record.name, row->cells[2]);
    expect(file, "READY", pod_ready(pod, text), row->cells[3]);
    expect(file, "STATUS", pod->status, row->cells[4]);
    expect(file, "RESTARTS", pod_restarts(pod, now_ms, text), row->cells[5]);
    expect(file, "AGE", pod_age(pod, now_ms, text), row->cells[6]);
    expect(file, "IP", pod->ip[0] ? pod->ip : "<none>", row->cells[7]);
    expect(file, "NODE", pod->node[0] ? pod->node : "<none>", row->cells[8]);
    expect(file, "NOMINATED", pod->nominated[0] ? pod->nominated : "<none>", row->cells[9]);
    expect(file, "GATES", pod_gates(pod, text), row->cells[10]);
    expect(file, "STATUS of 1.36", later->status, row->cells[11]);
    pod_free(pod);
    pod_free(later);
}

Test(pod, columns_are_those_of_the_real_printer)
{
    struct kube_table table;
    char path[120];
    kube_table_read(&table, "pods/expected.tsv");
    cr_assert_eq(table.count, 50);
    for (size_t i = 0; i < table.count; i++) {
        snprintf(path, sizeof(path), "pods/%.*s", STR_ARG(table.rows[i].cells[0]));
        json_t *object = kube_json(path);
        expect_row(&table.rows[i], object, table.now_ms);
        json_decref(object);
    }
    kube_table_finish(&table);
}

Test(pod, items_of_a_list_are_the_same)
{
    struct kube_table table;
    json_t *list = kube_json("pods/podlist.json");
    kube_table_read(&table, "pods/expected.tsv");
    for (size_t i = 0; i < table.count; i++)
        expect_row(&table.rows[i], kube_item(list, table.rows[i].cells[2]), table.now_ms);
    json_decref(list);
    kube_table_finish(&table);
}

/* Removes one member after the other, at any depth, and puts null and other types in its place. */
static void damage(json_t *whole, json_t *object)
{
    static const char *const instead[] = {"null", "7", "\"x\"", "[]", "{}", "[null]", "true"};
    const char *key;
    json_t *value;
    void *next;
    if (json_is_array(object)) {
        for (size_t i = 0; i < json_array_size(object); i++)
            damage(whole, json_array_get(object, i));
        return;
    }
    json_object_foreach_safe(object, next, key, value)
    {
        json_incref(value);
        for (size_t i = 0; i < sizeof(instead) / sizeof(instead[0]); i++) {
            json_object_set_new(object, key, json_loads(instead[i], JSON_DECODE_ANY, NULL));
            pod_free(pod_parse(whole, &newest));
        }
        json_object_set_new(object, key, value);
        damage(whole, value);
    }
}

Test(pod, any_member_may_be_anything)
{
    static const char *const files[] = {"pods/040-sidecar_crash_after_init.json",
                                        "pods/004-running_two_restarted.json",
                                        "pods/005-pending_unschedulable_cpu.json"};
    for (size_t i = 0; i < 3; i++) {
        json_t *object = kube_json(files[i]);
        damage(object, object);
        json_decref(object);
    }
}

Test(pod, every_truncated_prefix_is_refused_or_read)
{
    struct error err;
    struct buf text = {0};
    kube_read("pods/013-init_crashloop.json", &text);
    for (size_t len = 0; len < text.len; len++) {
        json_t *object = js_parse((struct str){text.data, len}, &err);
        pod_free(object ? pod_parse(object, &newest) : NULL);
        json_decref(object);
    }
    buf_finish(&text);
}

Test(pod, what_has_no_name_is_no_pod)
{
    json_t *bookmark =
        json_pack("{s:s,s:{s:s}}", "kind", "Pod", "metadata", "resourceVersion", "7");
    cr_assert_null(pod_parse(bookmark, &newest));
    cr_assert_null(pod_parse(NULL, &newest));
    json_object_set_new(json_object_get(bookmark, "metadata"), "uid", json_string("\x1b[2J"));
    for (int i = 0; i < 3; i++) /* what was cleaned for it does not stay behind */
        cr_assert_null(pod_parse(bookmark, &newest));
    json_decref(bookmark);
}

Test(pod, hostile_text_is_tamed)
{
    json_t *object = json_pack(
        "{s:{s:s,s:s},s:{s:[{s:s,s:s}]},s:{s:s,s:s,s:[{s:s,s:{s:{s:s,s:s}}}]}}", "metadata", "name",
        "a\033[2Jb", "namespace", "n\r\nm", "spec", "containers", "name", "c", "image", "x\x07y",
        "status", "phase", "Pending", "message", "one\ntwo\tthree", "containerStatuses", "name",
        "c", "state", "waiting", "reason", "Bad\033]0;x\007", "message", "m");
    struct pod *pod = pod_parse(object, &newest);
    cr_assert_str_eq(pod->record.name, "a^[[2Jb");
    cr_assert_str_eq(pod->message, "one two three");
    cr_assert_null(strchr(pod->status, '\033'));
    cr_assert_null(strchr(pod->containers[0].image, '\007'));
    pod_free(pod);
    json_decref(object);
}

/* A pod of a thousand containers with long messages: bounded, and still one. */
Test(pod, a_huge_pod_is_cut)
{
    json_t *object = json_pack("{s:{s:s},s:{s:[]},s:{s:[]}}", "metadata", "name", "huge", "spec",
                               "containers", "status", "containerStatuses");
    char *message = alloc_zeroed(1, 100001), name[16];
    memset(message, 'x', 100000);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "c%d", i);
        json_array_append_new(json_object_get(json_object_get(object, "spec"), "containers"),
                              json_pack("{s:s,s:s}", "name", name, "image", message));
        json_array_append_new(
            json_object_get(json_object_get(object, "status"), "containerStatuses"),
            json_pack("{s:s,s:{s:{s:s,s:s}}}", "name", name, "state", "waiting", "reason",
                      "CrashLoopBackOff", "message", message));
    }
    struct pod *pod = pod_parse(object, &newest);
    cr_assert_str_eq(pod->record.name, "huge");
    cr_assert_eq(pod->total, 1000);
    cr_assert_leq(pod->container_count, 64);
    cr_assert_str_eq(pod->status, "CrashLoopBackOff");
    cr_assert_leq(strlen(pod->containers[0].message), PACK_SPEECH);
    pod_free(pod);
    json_decref(object);
    free(message);
}

Test(pod, requests_are_what_the_scheduler_looks_for)
{
    json_t *object = json_loads(
        "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"overhead\":{\"cpu\":\"50m\"},"
        "\"initContainers\":["
        "{\"name\":\"side\",\"restartPolicy\":\"Always\",\"resources\":{\"requests\":{\"cpu\":"
        "\"100m\","
        "\"memory\":\"1Gi\"}}},"
        "{\"name\":\"init\",\"resources\":{\"requests\":{\"cpu\":\"2\"}}}],"
        "\"containers\":[{\"name\":\"a\",\"resources\":{\"requests\":{\"cpu\":\"500m\",\"memory\":"
        "\"512Mi\",\"nvidia.com/"
        "gpu\":\"1\"}}},{\"name\":\"b\",\"resources\":{\"requests\":{\"cpu\":"
        "\"0.25\"}}}]}}",
        0, NULL);
    struct pod *pod = pod_parse(object, &newest);
    cr_assert_eq(pod->request[POD_CPU], 2150);
    cr_assert_eq(pod->request[POD_MEMORY], 1536LL * 1024 * 1024 * 1000);
    cr_assert_eq(pod->request[POD_GPU], 1000);
    pod_free(pod);
    json_decref(object);
}

Test(pod, durations_as_kubectl_writes_them)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "0s"},
                 {-1700, "0s"},
                 {-2100, "<invalid>"},
                 {999, "0s"},
                 {119999, "119s"},
                 {120000, "2m"},
                 {125000, "2m5s"},
                 {599000, "9m59s"},
                 {600000, "10m"},
                 {10799000, "179m"},
                 {10800000, "3h"},
                 {11100000, "3h5m"},
                 {28799000, "7h59m"},
                 {28800000, "8h"},
                 {172799000, "47h"},
                 {172800000, "2d"},
                 {176400000, "2d1h"},
                 {691199000, "7d23h"},
                 {691200000, "8d"},
                 {729LL * 86400000, "729d"},
                 {730LL * 86400000, "2y"},
                 {731LL * 86400000, "2y1d"},
                 {8 * 365 * 86400000LL - 1, "7y364d"},
                 {8 * 365 * 86400000LL + 5 * 86400000LL, "8y"}};
    char text[DURATION_TEXT];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_str_eq(duration_human(cases[i].ms, text), cases[i].text);
    cr_expect_str_eq(duration_since(0, 5000, text), "<unknown>");
}

Test(pod, quantities)
{
    static const struct {
        const char *text;
        int64_t milli;
    } cases[] = {{"0", 0},
                 {"1", 1000},
                 {"100m", 100},
                 {"1.5", 1500},
                 {".5", 500},
                 {"5.", 5000},
                 {"1e3", 1000000},
                 {"1E3", 1000000},
                 {"12e-1", 1200},
                 {"1E", INT64_MAX},
                 {"128Mi", 128LL * 1024 * 1024 * 1000},
                 {"1.5Gi", 1536LL * 1024 * 1024 * 1000},
                 {"1Ki", 1024000},
                 {"123k", 123000000},
                 {"1G", 1000000000000LL},
                 {"1n", 1},
                 {"1500u", 2},
                 {"-1", -1000},
                 {"+2", 2000},
                 {"7Ei", INT64_MAX},
                 {"99999999999999999999999999", INT64_MAX},
                 {"0.1234567890123456789012345", 124}};
    static const char *const wrong[] = {"",   "m",  "1x",    "1 ", " 1", "1.2.3", "--1", "1kk",
                                        "1e", "e3", "1e999", "Ki", ".",  "0x10",  "1mi"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t milli = -7;
        cr_expect(quantity_parse(str_of(cases[i].text), &milli), "%s", cases[i].text);
        cr_expect_eq(milli, cases[i].milli, "%s is %lld", cases[i].text, (long long)milli);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int64_t milli = -7;
        cr_expect(!quantity_parse(str_of(wrong[i]), &milli), "%s", wrong[i]);
        cr_expect_eq(milli, -7);
    }
}

Test(pod, quantities_in_words)
{
    char text[QUANTITY_TEXT];
    cr_expect_str_eq(quantity_cpu(2000, text), "2 cpu");
    cr_expect_str_eq(quantity_cpu(1500, text), "1.5 cpu");
    cr_expect_str_eq(quantity_cpu(125, text), "125m cpu");
    cr_expect_str_eq(quantity_bytes(512LL * 1024 * 1024 * 1000, text), "512 MiB");
    cr_expect_str_eq(quantity_bytes(7680LL * 1024 * 1024 * 1000, text), "7.5 GiB");
    cr_expect_str_eq(quantity_bytes(0, text), "0 bytes");
}

/* ---- tables ---- */

static struct record *made(const char *namespace, const char *name)
{
    json_t *object = json_pack("{s:{s:s,s:s}}", "metadata", "name", name, "namespace", namespace);
    struct pod *pod = pod_parse(object, &newest);
    json_decref(object);
    return (struct record *)pod;
}

static void release(struct record *record)
{
    pod_free((struct pod *)record);
}

Test(pod, tables_are_in_the_order_of_the_server)
{
    static const char *const keys[] = {"a-b/x", "a/b", "a/c", "b/a"};
    struct records records = {.release = release, .most = 4};
    cr_assert(records_put(&records, made("b", "a")));
    cr_assert(records_put(&records, made("a", "c")));
    cr_assert(records_put(&records, made("a-b", "x")));
    cr_assert(records_put(&records, made("a", "b")));
    cr_assert(records_put(&records, made("a", "b")), "the same again takes its place");
    cr_assert(!records_put(&records, made("z", "z")), "it is full");
    cr_assert_eq(records.count, 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_str_eq(records.items[i]->key, keys[i]);
    cr_assert_str_eq(records_get(&records, "a", "c")->name, "c");
    cr_assert_null(records_get(&records, "a", "d"));
    records_drop(&records, "a/b");
    records_drop(&records, "nobody");
    cr_assert_eq(records.count, 3);
    records_finish(&records);
    records_finish(&records);
}

Test(pod, ten_thousand_pods_are_small)
{
    json_t *object = kube_json("pods/004-running_two_restarted.json");
    struct pod *pod = pod_parse(object, &newest);
    /* what one takes: the struct, three containers and all texts in one piece */
    const char *end = (const char *)pod + 3072;
    cr_assert((const char *)pod->containers > (const char *)pod);
    cr_assert(pod->labels < end && pod->containers[2].image < end && pod->finalizers != NULL);
    pod_free(pod);
    json_decref(object);
}
