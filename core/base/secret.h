/* Bytes that must not be seen: in OpenSSL's secure heap (locked, wiped, not in core dumps).
 * A struct secret cannot be passed where a str is expected, so log, journal, yaml and canvas refuse
 * one at compile time. secret_expose is for the few writers that must hand it on (tests/layers.sh
 * has the list). */
#ifndef CORE_BASE_SECRET_H
#define CORE_BASE_SECRET_H

#include "core/base/buf.h"
#include "core/base/error.h"

struct secret {
    char *data; /* NUL-terminated; NULL when empty */
    size_t len, capacity;
};

/* Sets up the secure heap (256 KiB) and forbids core dumps. Call once before anything else;
 * without locked memory it goes on and returns false, which is worth a log line. */
bool secret_setup(void);

/* Replaces the value by a copy; false when the secure heap is full. */
bool secret_set(struct secret *s, struct str value, struct error *err);

/* As secret_set, then wipes the source. */
bool secret_take(struct secret *s, char *source, size_t len, struct error *err);

bool secret_copy(struct secret *to, const struct secret *from, struct error *err);
void secret_finish(struct secret *s); /* wipes; idempotent; zeroed is fine */

/* An editable, NUL-terminated buffer of at least 4096 bytes (session tokens) for a masked field;
 * the editor calls secret_edited with the new length. NULL when the secure heap is full. */
char *secret_edit(struct secret *s, size_t *capacity);
void secret_edited(struct secret *s);

static inline bool secret_empty(const struct secret *s)
{
    return s->len == 0;
}

bool secret_eq(const struct secret *a, const struct secret *b); /* in constant time */

/* The value, lent until the secret changes. */
struct str secret_expose(const struct secret *s);

/* Overwrites every occurrence of the secret in `bytes` with '*'; secrets of fewer than four bytes
 * are left alone (they would blank half of any text). */
void secret_mask(const struct secret *s, char *bytes, size_t len);

void secret_wipe(void *memory, size_t len);

#endif
