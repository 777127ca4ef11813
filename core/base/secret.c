#include "core/base/secret.h"

#include <openssl/crypto.h>
#include <sys/resource.h>

#include "config.h"
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

#include "core/base/alloc.h"

enum { HEAP = 256 << 10, SMALLEST = 16, EDITABLE = 4096 };

bool secret_setup(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifdef HAVE_SYS_PRCTL_H
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    /* 1: all is well, 2: the memory could not be locked */
    return CRYPTO_secure_malloc_initialized() || CRYPTO_secure_malloc_init(HEAP, SMALLEST) == 1;
}

/* CRYPTO_secure_malloc falls back to the ordinary heap when it was never set up; wiping on free
 * stays true in both cases. */
static char *secure_room(size_t capacity)
{
    return OPENSSL_secure_zalloc(capacity);
}

static bool full(struct error *err)
{
    error_set(err, ERROR_SYSTEM, "The memory for secrets (256 KiB) is full.");
    return error_hint(err, "Use shorter secrets, or fewer at a time.");
}

bool secret_set(struct secret *s, struct str value, struct error *err)
{
    char *room = secure_room(value.len + 1);
    if (!room)
        return full(err);
    if (value.len)
        memcpy(room, value.data, value.len);
    secret_finish(s);
    *s = (struct secret){room, value.len, value.len + 1};
    return true;
}

bool secret_take(struct secret *s, char *source, size_t len, struct error *err)
{
    bool ok = secret_set(s, (struct str){source, len}, err);
    secret_wipe(source, len);
    return ok;
}

bool secret_copy(struct secret *to, const struct secret *from, struct error *err)
{
    return secret_set(to, (struct str){from->data ? from->data : "", from->len}, err);
}

void secret_finish(struct secret *s)
{
    if (s->data)
        OPENSSL_secure_clear_free(s->data, s->capacity);
    *s = (struct secret){.data = NULL};
}

char *secret_edit(struct secret *s, size_t *capacity)
{
    if (s->capacity < EDITABLE) {
        char *room = secure_room(EDITABLE);
        if (!room)
            return NULL;
        if (s->len)
            memcpy(room, s->data, s->len);
        size_t len = s->len;
        secret_finish(s);
        *s = (struct secret){room, len, EDITABLE};
    }
    *capacity = s->capacity;
    return s->data;
}

void secret_edited(struct secret *s)
{
    s->len = s->data ? strnlen(s->data, s->capacity - 1) : 0;
    if (s->data)
        OPENSSL_cleanse(s->data + s->len, s->capacity - s->len);
}

bool secret_eq(const struct secret *a, const struct secret *b)
{
    return a->len == b->len && (a->len == 0 || CRYPTO_memcmp(a->data, b->data, a->len) == 0);
}

struct str secret_expose(const struct secret *s)
{
    return (struct str){s->data ? s->data : "", s->len};
}

void secret_mask(const struct secret *s, char *bytes, size_t len)
{
    if (s->len < 4)
        return;
    struct str rest = {bytes, len};
    struct str needle = secret_expose(s);
    for (ptrdiff_t at; (at = str_find(rest, needle)) >= 0;) {
        size_t offset = len - rest.len + (size_t)at;
        memset(bytes + offset, '*', s->len);
        rest = str_skip(rest, (size_t)at + s->len);
    }
}

void secret_wipe(void *memory, size_t len)
{
    if (memory && len)
        OPENSSL_cleanse(memory, len);
}
