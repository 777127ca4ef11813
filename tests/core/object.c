/* Nodes, claims, services, events and deployments against the cells of the real printer. */
#include "core/kube/object.h"

#include <criterion/criterion.h>

#include "tests/core/kube_corpus.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(object, .fini = no_leaks);

static struct kube_table table;
static json_t *list;

static void open_corpus(const char *kind)
{
    char file[80];
    snprintf(file, sizeof(file), "other/%s.tsv", kind);
    kube_table_read(&table, file);
    snprintf(file, sizeof(file), "other/%s.json", kind);
    list = kube_json(file);
}

static void close_corpus(void)
{
    kube_table_finish(&table);
    json_decref(list);
}

static void expect(const struct kube_row *row, int column, const char *got)
{
    cr_expect(str_is(row->cells[column], got), "%.*s: column %d is \"%s\", not \"%.*s\"",
              STR_ARG(row->cells[0]), column, got, STR_ARG(row->cells[column]));
}

static void expect_age(const struct kube_row *row, int column, int64_t since_ms)
{
    char text[DURATION_TEXT];
    expect(row, column, duration_since(since_ms, table.now_ms, text));
}

Test(object, nodes)
{
    open_corpus("nodes");
    for (size_t i = 0; i < table.count; i++) {
        const struct kube_row *row = &table.rows[i];
        struct node *node = node_parse(kube_item(list, row->cells[0]));
        expect(row, 1, node->status);
        expect(row, 2, node->roles);
        expect_age(row, 3, node->record.created_ms);
        expect(row, 4, node->version);
        expect(row, 5, node->internal_ip);
        expect(row, 6, node->external_ip);
        if (str_is(row->cells[0], "n-pressure"))
            cr_expect(node->pressures[0] != '\0');
        free(node);
    }
    close_corpus();
}

Test(object, claims)
{
    open_corpus("persistentvolumeclaims");
    for (size_t i = 0; i < table.count; i++) {
        const struct kube_row *row = &table.rows[i];
        struct claim *claim = claim_parse(kube_item(list, row->cells[0]));
        expect(row, 1, claim->status);
        expect(row, 2, claim->volume);
        expect(row, 3, claim->capacity);
        expect(row, 4, claim->modes);
        expect(row, 5, claim->class);
        expect_age(row, 7, claim->record.created_ms);
        cr_expect_eq(claim->classless, str_is(row->cells[0], "nosc"));
        free(claim);
    }
    close_corpus();
}

Test(object, services)
{
    open_corpus("services");
    for (size_t i = 0; i < table.count; i++) {
        const struct kube_row *row = &table.rows[i];
        struct service *service = service_parse(kube_item(list, row->cells[0]));
        expect(row, 1, service->type);
        expect(row, 2, service->cluster_ip);
        expect(row, 3, service->external_ip);
        expect(row, 4, service->ports);
        expect_age(row, 5, service->record.created_ms);
        expect(row, 6, service->selector);
        free(service);
    }
    close_corpus();
}

Test(object, events)
{
    char count[24];
    open_corpus("events");
    for (size_t i = 0; i < table.count; i++) {
        const struct kube_row *row = &table.rows[i];
        struct event *event = event_parse(kube_item(list, row->cells[9]));
        expect_age(row, 0, event->last_ms);
        expect(row, 1, event->type);
        expect(row, 2, event->reason);
        expect(row, 6, event->message);
        expect_age(row, 7, event->first_ms);
        snprintf(count, sizeof(count), "%lld", (long long)event->count);
        expect(row, 8, count);
        free(event);
    }
    close_corpus();
}

Test(object, workloads_and_their_rollouts)
{
    static const char *const rollouts[] = {"done", "progressing", "failed"};
    char text[64];
    open_corpus("deployments");
    for (size_t i = 0; i < table.count; i++) {
        const struct kube_row *row = &table.rows[i];
        struct workload *workload = workload_parse(kube_item(list, row->cells[0]));
        snprintf(text, sizeof(text), "%lld/%lld", (long long)workload->ready,
                 (long long)workload->wanted);
        expect(row, 1, text);
        snprintf(text, sizeof(text), "%lld", (long long)workload->updated);
        expect(row, 2, text);
        snprintf(text, sizeof(text), "%lld", (long long)workload->available);
        expect(row, 3, text);
        expect(row, 8, rollouts[workload->rollout]);
        cr_expect_eq(workload->replica_failure[0] != '\0', str_is(row->cells[0], "quota"));
        free(workload);
    }
    close_corpus();
}

Test(object, events_are_found_by_what_they_are_about)
{
    struct records events = {.count = 0};
    json_t *all = kube_json("scenario/events.json"), *pods = kube_json("scenario/pods.json");
    for (size_t i = 0; i < js_count(all, "items"); i++) {
        struct event *event = event_parse(json_array_get(js_get(all, "items"), i));
        records_put(&events, &event->record);
    }
    const struct pod_rules rules = {false};
    struct pod *pod = pod_parse(kube_item(pods, STR("badimage-6cfcc6c7f9-rvjcc")), &rules);
    size_t at = 0, found = 0;
    const struct event *event;
    for (; (event = events_about(&events, "Pod", &pod->record, &at)); found++)
        cr_expect_str_eq(event->about, pod->record.name);
    cr_assert_eq(found, 6);
    at = 0;
    cr_assert_null(events_about(&events, "Node", &pod->record, &at));
    at = 0;
    cr_assert_null(events_about(NULL, "Pod", &pod->record, &at));
    pod_free(pod);
    records_finish(&events);
    json_decref(all);
    json_decref(pods);
}

/* ---- what has no columns here ---- */

static void put(struct records *table, struct record *(*parse)(const json_t *), const char *text)
{
    json_t *object = js_parse(str_of(text), NULL);
    cr_assert(object != NULL && records_put(table, parse(object)));
    json_decref(object);
}

static struct record *slice(const json_t *object)
{
    return (void *)endpoint_slice_parse(object);
}

static struct record *class(const json_t *object)
{
    return (void *)storage_class_parse(object);
}

#define SLICE(namespace, name, service, endpoints)                                                 \
    "{\"metadata\":{\"namespace\":\"" namespace "\",\"name\":\"" name                              \
                                                "\",\"labels\":{\"kubernetes.io/"                  \
                                                "service-name\":\"" service                        \
                                                "\"}},\"endpoints\":" endpoints "}"

Test(object, endpoints_of_a_service_from_all_its_slices)
{
    struct records slices = {.count = 0};
    int64_t all, ready;
    json_t *object =
        js_parse(STR("{\"metadata\":{\"namespace\":\"b\",\"name\":\"web\"},\"spec\":{}}"), NULL);
    struct service *web = service_parse(object);
    put(&slices, slice, SLICE("a", "web-1", "web", "[{}]"));
    put(&slices, slice, SLICE("b", "other-1", "other", "[{}]"));
    cr_assert_not(endpoint_slices_count(&slices, web, &all, &ready));
    put(&slices, slice,
        SLICE("b", "web-1", "web",
              "[{\"conditions\":{\"ready\":true}},{\"conditions\":{\"ready\":false}},"
              "{\"conditions\":{\"ready\":null}},{}]"));
    put(&slices, slice, SLICE("b", "web-2", "web", "null"));
    put(&slices, slice, SLICE("b", "zzz", "web", "[{\"conditions\":{\"ready\":false}}]"));
    cr_assert(endpoint_slices_count(&slices, web, &all, &ready));
    cr_assert_eq(all, 5);
    cr_assert_eq(ready, 3, "who says nothing is ready");
    free(web);
    json_decref(object);
    records_finish(&slices);
}

Test(object, storage_classes_and_the_default_one)
{
    struct records classes = {.count = 0};
    json_t *recorded = kube_json("scenario/storageclasses.json");
    for (size_t i = 0; i < js_count(recorded, "items"); i++)
        records_put(&classes, class(json_array_get(js_get(recorded, "items"), i)));
    json_decref(recorded);
    cr_assert_eq(classes.count, 3);
    cr_assert_null(storage_class_default(&classes));
    const struct storage_class *gp2 = (const void *)records_get(&classes, "", "gp2");
    cr_assert_str_eq(gp2->provisioner, "kubernetes.io/aws-ebs");
    cr_assert(gp2->waits && !gp2->is_default);
    put(&classes, class,
        "{\"metadata\":{\"name\":\"y\",\"creationTimestamp\":\"2026-11-22T11:00:00Z\","
        "\"annotations\":{\"storageclass.kubernetes.io/is-default-class\":\"true\"}}}");
    put(&classes, class,
        "{\"metadata\":{\"name\":\"z\",\"creationTimestamp\":\"2026-11-22T10:00:00Z\","
        "\"annotations\":{\"storageclass.beta.kubernetes.io/is-default-class\":\"true\"}}}");
    cr_assert_str_eq(storage_class_default(&classes)->record.name, "y", "the younger one");
    records_finish(&classes);
}

static void parse_all(const json_t *object)
{
    const struct pod_rules rules = {false};
    free(node_parse(object));
    free(claim_parse(object));
    free(service_parse(object));
    free(event_parse(object));
    free(workload_parse(object));
    free(endpoint_slice_parse(object));
    free(storage_class_parse(object));
    free(csi_driver_parse(object));
    free(csi_node_parse(object));
    pod_free(pod_parse(object, &rules));
}

Test(object, one_kind_is_survived_by_the_others)
{
    static const char *const kinds[] = {
        "nodes", "services", "events", "deployments", "persistentvolumeclaims", "jobs"};
    char file[80];
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        snprintf(file, sizeof(file), "other/%s.json", kinds[k]);
        json_t *items = kube_json(file);
        for (size_t i = 0; i < js_count(items, "items"); i++)
            parse_all(json_array_get(js_get(items, "items"), i));
        json_decref(items);
    }
}

Test(object, every_truncated_prefix_is_refused_or_read)
{
    struct buf text = {0};
    struct error err;
    json_t *items = kube_json("other/services.json");
    js_dump(json_array_get(js_get(items, "items"), 6), &text);
    for (size_t len = 0; len <= text.len; len++) {
        json_t *object = js_parse((struct str){text.data, len}, &err);
        if (object)
            parse_all(object);
        json_decref(object);
    }
    buf_finish(&text);
    json_decref(items);
}
