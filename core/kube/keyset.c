/* An open hash table; a removed entry is closed up by moving what stands behind it. */
#include "core/kube/keyset.h"

#include "core/base/alloc.h"

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_more(uint64_t hash, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t hash_of(struct str name_space, struct str name)
{
    uint64_t hash = hash_more(0xcbf29ce484222325u, name_space);
    return hash_more(hash_more(hash, STR("/")), name);
}

static bool is_key(const struct keyset_entry *entry, uint64_t hash, struct str name_space,
                   struct str name)
{
    return entry->hash == hash && strlen(entry->key) == name_space.len + 1 + name.len &&
           (name_space.len == 0 || memcmp(entry->key, name_space.data, name_space.len) == 0) &&
           (name.len == 0 || memcmp(entry->key + name_space.len + 1, name.data, name.len) == 0);
}

/* The entry, or the free place where it belongs. The capacity is a power of two. */
static struct keyset_entry *find(const struct keyset *set, uint64_t hash, struct str name_space,
                                 struct str name)
{
    size_t mask = set->capacity - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct keyset_entry *entry = &set->entries[i];
        if (!entry->key || is_key(entry, hash, name_space, name))
            return entry;
    }
}

static void grow(struct keyset *set)
{
    struct keyset old = *set;
    set->capacity = old.capacity ? old.capacity * 2 : 64;
    set->entries = alloc_zeroed(set->capacity, sizeof *set->entries);
    for (size_t i = 0; i < old.capacity; i++) {
        if (!old.entries[i].key)
            continue;
        size_t at = old.entries[i].hash & (set->capacity - 1);
        while (set->entries[at].key)
            at = (at + 1) & (set->capacity - 1);
        set->entries[at] = old.entries[i];
    }
    free(old.entries);
}

enum keyset_found keyset_put(struct keyset *set, struct str name_space, struct str name,
                             struct str uid)
{
    uint64_t hash = hash_of(name_space, name), id = hash_more(0xcbf29ce484222325u, uid);
    if (set->count * 4 >= set->capacity * 3)
        grow(set);
    struct keyset_entry *entry = find(set, hash, name_space, name);
    bool known = entry->key, same = known && entry->uid == id;
    if (!known) {
        entry->key = alloc_printf("%.*s/%.*s", STR_ARG(name_space), STR_ARG(name));
        entry->hash = hash;
        set->count++;
    }
    entry->uid = id;
    entry->round = set->round;
    return same ? KEYSET_KNOWN : known ? KEYSET_ANOTHER : KEYSET_NEW;
}

/* Knuth, The Art of Computer Programming 3, 6.4, algorithm R. Does not free the key. */
static void take_out(struct keyset *set, size_t hole)
{
    size_t mask = set->capacity - 1;
    for (size_t i = (hole + 1) & mask; set->entries[i].key; i = (i + 1) & mask) {
        size_t home = set->entries[i].hash & mask;
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        set->entries[hole] = set->entries[i];
        hole = i;
    }
    set->entries[hole] = (struct keyset_entry){.key = NULL};
    set->count--;
}

bool keyset_remove(struct keyset *set, struct str name_space, struct str name)
{
    if (set->count == 0)
        return false;
    struct keyset_entry *entry = find(set, hash_of(name_space, name), name_space, name);
    if (!entry->key)
        return false;
    free(entry->key);
    take_out(set, (size_t)(entry - set->entries));
    return true;
}

void keyset_begin(struct keyset *set)
{
    set->round++;
    set->cursor = 0;
}

char *keyset_take_unseen(struct keyset *set)
{
    for (; set->cursor < set->capacity; set->cursor++) {
        struct keyset_entry *entry = &set->entries[set->cursor];
        if (!entry->key || entry->round == set->round)
            continue;
        char *key = entry->key;
        take_out(set, set->cursor); /* what moves into this place is looked at next */
        return key;
    }
    set->cursor = 0;
    return NULL;
}

void keyset_finish(struct keyset *set)
{
    for (size_t i = 0; i < set->capacity; i++)
        free(set->entries[i].key);
    free(set->entries);
    *set = (struct keyset){.entries = NULL};
}
