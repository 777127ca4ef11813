/* Packing: texts and arrays grow on one static scratch; at the end what is used is copied into an
 * allocation of its size, and the pointers that were set (their places were noted) move with it. */
#include "core/kube/record.h"

#include <assert.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"

#define SCRATCH ((size_t)256 << 10)
#define SLOTS   4096

static struct {
    _Alignas(max_align_t) char memory[SCRATCH];
    size_t used;
    uint32_t slots[SLOTS]; /* offsets of pointers into `memory` */
    size_t slot_count;
    struct buf clean;
} scratch;

static const char nothing[] = "";

const char *const record_unread[] = {"managedFields", NULL};

struct str pack_member(const json_t *object, const char *key)
{
    const json_t *found = json_object_get(object, key);
    if (!json_is_string(found))
        return (struct str){"", 0};
    return (struct str){json_string_value(found), json_string_length(found)};
}

int64_t pack_time(const json_t *object, const char *key)
{
    int64_t wall_ms;
    return clock_parse_rfc3339(pack_member(object, key), &wall_ms) ? wall_ms : 0;
}

static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~')
            return false;
    }
    return true;
}

/* Notes that *slot points into the scratch; false when there is no room for it. */
static bool note_slot(const void *slot)
{
    size_t offset = (size_t)((const char *)slot - scratch.memory);
    assert(offset < scratch.used);
    if (scratch.slot_count == SLOTS)
        return false;
    scratch.slots[scratch.slot_count++] = (uint32_t)offset;
    return true;
}

void pack_str(const char **slot, struct str text, size_t most)
{
    *slot = nothing;
    if (text.len == 0)
        return;
    /* no more than can be kept is looked at: messages may be huge */
    if (text.len > most)
        text.len = most;
    if (!is_plain(text)) {
        buf_clear(&scratch.clean);
        buf_sanitised(&scratch.clean, text, true);
        text = str_trim(buf_str(&scratch.clean));
        for (size_t i = 0; i < text.len; i++) {
            if (scratch.clean.data[i] == '\n' || scratch.clean.data[i] == '\t')
                scratch.clean.data[i] = ' ';
        }
    }
    size_t room = SCRATCH - scratch.used;
    if (room < 8 || !note_slot(slot))
        return;
    char *copy = scratch.memory + scratch.used;
    str_copy(text, copy, room < most + 1 ? room : most + 1);
    scratch.used += strlen(copy) + 1;
    *slot = copy;
}

void pack_text(const char **slot, const json_t *text)
{
    struct str view = {"", 0};
    if (json_is_string(text))
        view = (struct str){json_string_value(text), json_string_length(text)};
    pack_str(slot, view, PACK_TEXT);
}

void pack_names(const char **slot, const json_t *array, const char *path)
{
    struct buf names = {0};
    for (size_t i = 0; i < json_array_size(array) && names.len < PACK_SPEECH; i++) {
        struct str name = js_str(json_array_get(array, i), path);
        if (name.len > 0)
            buf_printf(&names, "%s%.*s,", names.len == 0 ? "," : "", STR_ARG(name));
    }
    pack_str(slot, buf_str(&names), PACK_SPEECH);
    buf_finish(&names);
}

void pack_pairs(const char **slot, const json_t *object)
{
    struct buf pairs = {0};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (json_is_string(value) && pairs.len < PACK_SPEECH)
            buf_printf(&pairs, "%s%s=%s,", pairs.len == 0 ? "," : "", key,
                       json_string_value(value));
    }
    pack_str(slot, buf_str(&pairs), PACK_SPEECH);
    buf_finish(&pairs);
}

size_t pack_array(void *slot, size_t count, size_t size)
{
    size_t align = _Alignof(max_align_t), start = (scratch.used + align - 1) / align * align;
    size_t room = start < SCRATCH ? (SCRATCH - start) / 2 / size : 0; /* half is for its texts */
    count = count < room ? count : room;
    if (count == 0 || !note_slot(slot))
        return 0;
    void *array = memset(scratch.memory + start, 0, count * size);
    scratch.used = start + count * size;
    memcpy(slot, &array, sizeof array);
    return count;
}

void *pack_begin(size_t size, const json_t *object)
{
    struct record *record = memset(scratch.memory, 0, size);
    const json_t *metadata = json_object_get(object, "metadata");
    struct str namespace = pack_member(metadata, "namespace");
    char key[PACK_TEXT];
    scratch.used = size;
    scratch.slot_count = 0;
    buf_finish(&scratch.clean); /* of one that was given up */
    buf_init(&scratch.clean, PACK_SPEECH * 8);
    pack_str(&record->namespace, namespace, PACK_TEXT / 2 - 2);
    pack_text(&record->uid, json_object_get(metadata, "uid"));
    pack_str(&record->name, pack_member(metadata, "name"), PACK_TEXT / 2 - 2);
    pack_str(&record->key, str_of(record_key(record->namespace, record->name, key)), PACK_TEXT);
    record->created_ms = pack_time(metadata, "creationTimestamp");
    record->deleted_ms = pack_time(metadata, "deletionTimestamp");
    return record;
}

void *pack_end(void)
{
    char *record = alloc_zeroed(1, scratch.used);
    memcpy(record, scratch.memory, scratch.used);
    for (size_t i = 0; i < scratch.slot_count; i++) {
        const char *old;
        memcpy(&old, record + scratch.slots[i], sizeof old);
        const char *moved = record + (old - scratch.memory);
        memcpy(record + scratch.slots[i], &moved, sizeof moved);
    }
    buf_finish(&scratch.clean);
    return record;
}

/* ---- tables ---- */

static void is_changed(struct records *records)
{
    static uint64_t editions;
    records->edition = ++editions;
}

static void release(struct records *records, struct record *record)
{
    if (records->release)
        records->release(record);
    else
        free(record);
}

void records_finish(struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        release(records, records->items[i]);
    free(records->items);
    records->items = NULL;
    records->count = records->capacity = 0;
    is_changed(records);
}

size_t records_find(const struct records *records, const char *key)
{
    size_t low = 0, high = records->count;
    /* lists come in order: what is new mostly belongs to the end */
    if (high > 0 && strcmp(records->items[high - 1]->key, key) < 0)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(records->items[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct records *records, size_t at, const char *key)
{
    return at < records->count && strcmp(records->items[at]->key, key) == 0;
}

bool records_put(struct records *records, struct record *record)
{
    size_t at = records_find(records, record->key);
    if (is_at(records, at, record->key)) {
        release(records, records->items[at]);
        records->items[at] = record;
        is_changed(records);
        return true;
    }
    if (records->most > 0 && records->count >= records->most) {
        release(records, record);
        return false;
    }
    alloc_room(&records->items, records->count, &records->capacity, sizeof(struct record *));
    memmove(records->items + at + 1, records->items + at,
            (records->count - at) * sizeof(struct record *));
    records->items[at] = record;
    records->count++;
    is_changed(records);
    return true;
}

struct record *records_take(struct records *records, const char *key)
{
    size_t at = records_find(records, key);
    if (!is_at(records, at, key))
        return NULL;
    struct record *taken = records->items[at];
    records->count--;
    is_changed(records);
    memmove(records->items + at, records->items + at + 1,
            (records->count - at) * sizeof(struct record *));
    return taken;
}

void records_drop(struct records *records, const char *key)
{
    struct record *record = records_take(records, key);
    if (record)
        release(records, record);
}

const char *record_key(const char *namespace, const char *name, char out[PACK_TEXT])
{
    snprintf(out, PACK_TEXT, "%s%s%s", namespace, *namespace ? "/" : "", name);
    return out;
}

struct record *records_get(const struct records *records, const char *namespace, const char *name)
{
    char key[PACK_TEXT];
    size_t at = records_find(records, record_key(namespace, name, key));
    return is_at(records, at, key) ? records->items[at] : NULL;
}
