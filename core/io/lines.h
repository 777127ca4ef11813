/* Bytes in, whole lines out. Splits at LF only; a line may be as long as memory allows, up to a
 * cap: a longer one is handed out cut, marked, and its rest dropped. */
#ifndef CORE_IO_LINES_H
#define CORE_IO_LINES_H

#include "core/base/buf.h"

struct lines {
    struct buf pending;
    size_t max;
    bool dropping;
    bool *gone; /* set while a line is handed out */
    /* The line without its LF; the view ends with the call, or with lines_finish, which may come
     * from within it. `cut` says that it was too long. */
    void (*line)(struct lines *lines, struct str line, bool cut);
};

/* `max` is the longest line in bytes; 0: BUF_MAX_DEFAULT. */
void lines_init(struct lines *lines, size_t max, void (*line)(struct lines *, struct str, bool));
void lines_feed(struct lines *lines, struct str bytes);
void lines_end(struct lines *lines);    /* hands out an unterminated last line */
void lines_reset(struct lines *lines);  /* forgets an unterminated line */
void lines_finish(struct lines *lines); /* idempotent; zeroed is fine */

#endif
