/* What is said of terraform's streams as a whole: shapes, counts and order. */
#ifndef TESTS_CORE_REHEARSAL_STREAM_H
#define TESTS_CORE_REHEARSAL_STREAM_H

#include "core/base/json.h"
#include "core/rehearsal/description.h"

/* Every JSON line of a stream, in a new array. */
json_t *stream_of(const struct buf *text);
const char *type_of(const json_t *line);
unsigned count_of(const json_t *lines, const char *type);
/* The first line of that type about that resource; -1: none. `action` NULL: any. */
ptrdiff_t index_of(const json_t *lines, const char *type, const char *address, const char *action);

/* Which members there are and of which types, as the keys of a new object. */
json_t *shapes_of(const json_t *lines);
/* The same of everything that terraform was recorded to write, of the types that we write. */
json_t *recorded_shapes(void);
void assert_shapes_known(const json_t *ours, const json_t *theirs);

/* Version first, plan before work, each start ended once, never more than ten at a time, and the
 * order of the needs. */
void assert_ordered(const json_t *lines, const struct description *description);

/* The last change_summary of that operation. */
void assert_summary(const json_t *lines, const char *operation, int add, int change, int remove);

#endif
