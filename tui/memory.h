/* Memory that is there or ends the program: abort() passes through the handler of term, which
 * gives the terminal back. For the few growing things of tui: grids, fold states, pasted text. */
#ifndef TUI_MEMORY_H
#define TUI_MEMORY_H

#include <stdint.h>
#include <stdlib.h>

/* realloc of `count` times `size` bytes, checked for overflow; never NULL. free() it. */
static inline void *memory_resize(void *memory, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        abort();
    size_t bytes = count * size;
    void *grown = realloc(memory, bytes > 0 ? bytes : 1);
    if (!grown)
        abort();
    return grown;
}

#endif
