/* Bytes in, whole lines out. Splits at LF only; a line may be as long as memory allows, up to a
 * cap: a longer one is handed out cut, marked, and its rest dropped. */
#ifndef CORE_IO_LINES_H
#define CORE_IO_LINES_H

#include "core/base/buf.h"

struct lines {
    struct buf pending;
    size_t max;
    bool dropping;
    /* The line without its LF; the view ends with the call. `cut` says that it was too long. */
    void (*line)(struct lines *lines, struct str line, bool cut);
};

void lines_init(struct lines *lines, size_t max, void (*line)(struct lines *, struct str, bool));
void lines_feed(struct lines *lines, struct str bytes); /* `line` must not finish `lines` */
void lines_end(struct lines *lines);                    /* hands out an unterminated last line */
void lines_finish(struct lines *lines);                 /* idempotent; zeroed is fine */

#endif
