/* Objects of a Kubernetes API, of any kind and none: each is read as every kind, and a pod of it is
 * diagnosed among all of them. */
#include <stdlib.h>

#include "core/kube/diagnose.h"
#include "core/kube/quantity.h"
#include "core/kube/thin.h"
#include "tests/fuzz/fuzz.h"

#include "core/base/alloc.h"

static void release(struct record *record)
{
    pod_free((struct pod *)record);
}

static void put(struct records *table, struct record *record)
{
    if (record)
        records_put(table, record);
}

static void no_escape(const char *text)
{
    if (strchr(text, '\033') || !str_is_utf8(str_of(text)))
        abort();
}

static void diagnose_all(const struct diagnose_world *world)
{
    struct diagnosis said;
    char text[DIAGNOSIS_TEXT];
    for (size_t i = 0; i < world->pods->count; i++) {
        diagnose_pod((const struct pod *)world->pods->items[i], world, &said);
        no_escape(diagnosis_text(&said, text));
    }
    for (size_t i = 0; i < world->services->count; i++)
        diagnose_service((const struct service *)world->services->items[i], world, &said);
    for (size_t i = 0; i < world->workloads->count; i++)
        diagnose_workload((const struct workload *)world->workloads->items[i], world, &said);
}

enum { TABLES = 10 };

static void read_object(const json_t *object, struct records tables[TABLES])
{
    const struct pod_rules rules = {false};
    struct pod *pod = pod_parse(object, &rules);
    if (pod)
        no_escape(pod->status);
    put(&tables[0], (struct record *)pod);
    put(&tables[1], (struct record *)node_parse(object));
    put(&tables[2], (struct record *)event_parse(object));
    put(&tables[3], (struct record *)claim_parse(object));
    put(&tables[4], (struct record *)service_parse(object));
    put(&tables[5], (struct record *)workload_parse(object));
    put(&tables[6], (struct record *)endpoint_slice_parse(object));
    put(&tables[7], (struct record *)storage_class_parse(object));
    put(&tables[8], csi_driver_parse(object));
    put(&tables[9], (struct record *)csi_node_parse(object));
}

void fuzz_kube_objects(struct str input)
{
    struct error err;
    struct records tables[TABLES] = {{.release = release}};
    struct diagnose_world world = {.pods = &tables[0],
                                   .nodes = &tables[1],
                                   .events = &tables[2],
                                   .claims = &tables[3],
                                   .services = &tables[4],
                                   .workloads = &tables[5],
                                   .endpoints = &tables[6],
                                   .classes = &tables[7],
                                   .drivers = &tables[8],
                                   .csi_nodes = &tables[9],
                                   .now_ms = 1795347480000};
    json_t *value = js_parse(input, &err);
    const json_t *items = js_get(value, "items");
    int64_t milli;
    (void)quantity_parse(input, &milli);
    read_object(value, tables);
    for (size_t i = 0; i < json_array_size(items) && i < 100; i++)
        read_object(json_array_get(items, i), tables);
    int64_t(*room)[POD_RESOURCES] = alloc_zeroed(tables[1].count + 1, sizeof *room);
    diagnose_rooms(&world, room);
    world.room = (const int64_t(*)[POD_RESOURCES])room;
    diagnose_all(&world);
    free(room);
    for (int i = 0; i < TABLES; i++)
        records_finish(&tables[i]);
    json_decref(value);
}

static void is_still_json(struct str text)
{
    json_t *value = js_parse(text, NULL);
    if (!value)
        abort();
    json_decref(value);
}

/* What was JSON before it was thinned or taken apart is so afterwards. */
void fuzz_kube_thin(struct str input)
{
    struct buf text = {.data = NULL}, rest = {.data = NULL};
    struct str inside, element;
    json_t *value = js_parse(input, NULL);
    buf_append(&text, input);
    thin(&text, pod_unread);
    if (value)
        is_still_json(buf_str(&text));
    if (thin_split(buf_str(&text), "items", &inside, &rest)) {
        if (value)
            is_still_json(buf_str(&rest));
        while (thin_next(&inside, &element)) {
            if (value)
                is_still_json(element);
        }
    }
    json_decref(value);
    buf_finish(&text);
    buf_finish(&rest);
}
