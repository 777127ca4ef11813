#include "tests/core/kube_corpus.h"

#include <criterion/criterion.h>

#include "core/base/clock.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

void kube_read(const char *file, struct buf *out)
{
    struct error err = {0};
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/kube/%s", TEST_DATA, file);
    cr_assert(file_read(path, 8 << 20, out, &err), "%s", err.text);
}

json_t *kube_json(const char *file)
{
    struct error err = {0};
    struct buf text = {0};
    kube_read(file, &text);
    json_t *value = js_parse(buf_str(&text), &err);
    cr_assert(value != NULL, "%s: %s", file, err.text);
    buf_finish(&text);
    return value;
}

void kube_table_read(struct kube_table *table, const char *file)
{
    struct str rest, line, cell;
    *table = (struct kube_table){.count = 0};
    kube_read(file, &table->text);
    rest = buf_str(&table->text);
    cr_assert(str_cut(&rest, '\n', &line) && str_starts(line, STR("#now=")));
    cr_assert(clock_parse_rfc3339(str_skip(line, 5), &table->now_ms));
    cr_assert(str_cut(&rest, '\n', &line) && line.data[0] == '#');
    while (str_cut(&rest, '\n', &line)) {
        cr_assert_lt(table->count, 64);
        struct kube_row *row = &table->rows[table->count++];
        for (size_t i = 0; i < 16; i++) {
            str_cut(&line, '\t', &cell);
            row->cells[i] = cell;
        }
    }
    cr_assert_gt(table->count, 5);
}

void kube_table_finish(struct kube_table *table)
{
    buf_finish(&table->text);
}

const json_t *kube_item(const json_t *list, struct str name)
{
    for (size_t i = 0; i < js_count(list, "items"); i++) {
        const json_t *item = json_array_get(js_get(list, "items"), i);
        if (str_eq(js_str(item, "metadata.name"), name))
            return item;
    }
    cr_assert_fail("no item is called %.*s", STR_ARG(name));
    return NULL;
}
