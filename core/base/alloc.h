/* Memory that is there or ends the program: out of memory runs the hook (restore the terminal) and
 * aborts; the run goes on in its worker. Sizes from outside are capped before they come here. */
#ifndef CORE_BASE_ALLOC_H
#define CORE_BASE_ALLOC_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/str.h"
/* last: it forbids what the headers above declare */
#include "core/base/banned.h"

extern void (*alloc_exhausted)(void); /* called once before abort(); may be NULL */

void *alloc_zeroed(size_t count, size_t size);               /* free() it */
void *alloc_resize(void *memory, size_t count, size_t size); /* realloc with overflow check */
char *alloc_copy(struct str s);                              /* NUL-terminated copy; free() it */
char *alloc_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes room for one more element in *array of *capacity elements of `size` bytes. */
void alloc_room(void *array_pointer, size_t count, size_t *capacity, size_t size);

#define container_of(pointer, type, member)                                                        \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
