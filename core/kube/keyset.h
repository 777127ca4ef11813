/* Which objects there are: namespace/name, a hash of the uid, and whether the list that is being
 * read has it. Some 150 bytes an object; knows no kube. */
#ifndef CORE_KUBE_KEYSET_H
#define CORE_KUBE_KEYSET_H

#include "core/base/str.h"

struct keyset_entry {
    char *key; /* "namespace/name"; NULL: a free place */
    uint64_t hash, uid;
    unsigned round;
};

struct keyset { /* zeroed is empty */
    struct keyset_entry *entries;
    size_t count, capacity, cursor;
    unsigned round;
};

enum keyset_found { KEYSET_NEW, KEYSET_KNOWN, KEYSET_ANOTHER /* same name, another uid */ };

/* Puts it in, or marks it as seen in this round. */
enum keyset_found keyset_put(struct keyset *set, struct str name_space, struct str name,
                             struct str uid);
bool keyset_remove(struct keyset *set, struct str name_space, struct str name);

void keyset_begin(struct keyset *set); /* a new round */
/* Takes out one that was not seen in this round; its key ("namespace/name") is the caller's to
 * free. NULL when there is none left. */
char *keyset_take_unseen(struct keyset *set);
void keyset_finish(struct keyset *set); /* idempotent */

#endif
