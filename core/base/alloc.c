#include "core/base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

void (*alloc_exhausted)(void);

static _Noreturn void exhausted(void)
{
    if (alloc_exhausted)
        alloc_exhausted();
    static const char last_words[] = "ekshub-tui: out of memory. A run that was going goes on; "
                                     "start again to come back to it.\n";
    ssize_t ignored = write(STDERR_FILENO, last_words, sizeof last_words - 1);
    (void)ignored;
    abort();
}

void *alloc_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        exhausted();
    return memory;
}

void *alloc_resize(void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        exhausted();
    void *resized = realloc(memory, bytes ? bytes : 1);
    if (!resized)
        exhausted();
    return resized;
}

char *alloc_copy(struct str s)
{
    char *copy = alloc_resize(NULL, s.len + 1, 1);
    if (s.len)
        memcpy(copy, s.data, s.len);
    copy[s.len] = '\0';
    return copy;
}

char *alloc_printf(const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = alloc_zeroed((size_t)(len < 0 ? 0 : len) + 1, 1);
    vsnprintf(text, (size_t)(len < 0 ? 0 : len) + 1, format, again);
    va_end(again);
    return text;
}

void alloc_room(void *array_pointer, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return;
    void *array;
    memcpy(&array, array_pointer, sizeof array);
    *capacity = *capacity ? *capacity * 2 : 8;
    array = alloc_resize(array, *capacity, size);
    memcpy(array_pointer, &array, sizeof array);
}
