/* What every Kubernetes object that is kept has in common, how one is packed into a single
 * allocation, and a table of them in the API server's order. Texts come from outside: they are
 * sanitised and bounded when they are packed, never NULL, and live as long as their record. */
#ifndef CORE_KUBE_RECORD_H
#define CORE_KUBE_RECORD_H

#include "core/base/json.h"

struct record {
    const char *key; /* "namespace/name", or "name" of what has no namespace */
    const char *namespace, *name, *uid;
    int64_t created_ms, deleted_ms; /* wall; 0: absent */
};

/* ---- packing: one object at a time, on memory that is used again for the next ---- */

#define PACK_TEXT   512  /* bytes of an ordinary text */
#define PACK_SPEECH 2048 /* bytes of a message */

/* Begins a record of `size` bytes, zeroed, and fills in what all have in common. */
void *pack_begin(size_t size, const json_t *object);
/* Sets *slot, a member of the record or of one of its arrays, to a copy cut to `most` bytes. */
void pack_str(const char **slot, struct str text, size_t most);
void pack_text(const char **slot, const json_t *text); /* "" when it is no string */
/* The names in an array as ",a,b,", "" when there are none. `path` leads to the name in an element;
 * "" when the element is the name. */
void pack_names(const char **slot, const json_t *array, const char *path);
/* The texts of an object as ",a=x,b=y,"; "" when there are none. */
void pack_pairs(const char **slot, const json_t *object);
/* Sets *slot to a zeroed array in the record; the count that there was room for. */
size_t pack_array(void *slot, size_t count, size_t size);
/* The finished record: one allocation, free() it. */
void *pack_end(void);

/* Members of JSON objects without a path: absent, null and of another type are the same. */
struct str pack_member(const json_t *object, const char *key);
int64_t pack_time(const json_t *object, const char *key); /* wall ms; 0 when there is none */

/* Members that nobody reads of any kind: for thin(). */
extern const char *const record_unread[];

/* ---- tables ---- */

struct records {
    struct record **items; /* by key, as the API server lists them */
    size_t count, capacity;
    size_t most;                            /* no more than these are kept; 0: no limit */
    uint64_t edition;                       /* of its last change; no two changes have the same */
    void (*release)(struct record *record); /* NULL: free() */
};

void records_finish(struct records *records); /* idempotent; zeroed is fine */

/* Takes the record over and releases the one that it replaces. False, and the record is released,
 * when the table is full. */
bool records_put(struct records *records, struct record *record);
/* Takes it out; it is the caller's then. NULL when there was none. */
struct record *records_take(struct records *records, const char *key);
void records_drop(struct records *records, const char *key); /* takes it out and releases it */

/* Position of the first record whose key is not less. */
size_t records_find(const struct records *records, const char *key);
struct record *records_get(const struct records *records, const char *namespace, const char *name);
/* The key of namespace and name, "namespace/name" or "name". Returns `out`. */
const char *record_key(const char *namespace, const char *name, char out[PACK_TEXT]);

#endif
