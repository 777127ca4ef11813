/* The recorded objects under tests/data/kube, with what the real printer said of them. */
#ifndef TESTS_CORE_KUBE_CORPUS_H
#define TESTS_CORE_KUBE_CORPUS_H

#include "core/base/json.h"

/* A file of tests/data/kube; fails the test when it cannot be read. */
void kube_read(const char *file, struct buf *out);
json_t *kube_json(const char *file); /* a new reference */

/* A table of expected cells: "#now=" in its first line, names of columns in its second. */
struct kube_table {
    struct buf text;
    int64_t now_ms;
    struct kube_row {
        struct str cells[16];
    } rows[64];
    size_t count;
};
void kube_table_read(struct kube_table *table, const char *file);
void kube_table_finish(struct kube_table *table);

/* The item of a List with this name (borrowed); fails the test when there is none. */
const json_t *kube_item(const json_t *list, struct str name);

#endif
