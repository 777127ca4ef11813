/* A file that grows: what is there is replayed, then followed (inotify, or a timer where there is
 * none). The file may not exist yet; one that shrinks is read again from its start. Work is cut
 * into slices so that a long replay never freezes the screen. It stays with the file that it
 * opened: a new one under the same name is not looked at. */
#ifndef CORE_IO_FOLLOW_H
#define CORE_IO_FOLLOW_H

#include <limits.h>

#include "core/base/error.h"
#include "core/io/lines.h"
#include "core/io/loop.h"

#define FOLLOW_LINE_MAX ((size_t)16 << 20) /* longer lines are handed out cut */

struct follow {
    struct loop *loop; /* NULL when stopped */
    char path[PATH_MAX];
    int fd, notify; /* -1: not open */
    int noted;      /* inotify's number for the file or, before it exists, its directory … */
    bool on_file;   /* … and which of the two it is */
    int64_t offset;
    struct watch watch;
    struct timer timer;
    struct lines lines;
    bool *gone;     /* set while a line is handed out */
    bool caught_up; /* everything that was in the file at the last look has been handed out */
    void (*line)(struct follow *follow, struct str line, bool cut); /* may stop the follow */
    void (*idle)(struct follow *follow); /* caught up; may be NULL; may stop the follow */
};

/* `line` must be set. Begins at the start of the file, in the next turn. False when the path is too
 * long. */
bool follow_start(struct follow *follow, struct loop *loop, const char *path, struct error *err);

/* Reads what is there now, without waiting for the loop. A last line that its writer has not
 * finished stays pending. */
void follow_catch_up(struct follow *follow);

/* The same when the writer has ended: an unfinished last line is handed out as well. */
void follow_drain(struct follow *follow);

void follow_stop(struct follow *follow); /* idempotent; zeroed is fine */

#endif
