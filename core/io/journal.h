/* Append-only JSON lines: one write(2) a line, O_APPEND, 0600. Reading is follow.h's business. */
#ifndef CORE_IO_JOURNAL_H
#define CORE_IO_JOURNAL_H

#include "core/base/json.h"

struct journal {
    int fd;      /* -1 when closed */
    bool torn;   /* the last line has no end: a newline comes before the next one */
    bool broken; /* a write failed (full disk): said once by the caller, later appends try again */
};

/* Creates the file or goes on at its end. */
bool journal_open(struct journal *journal, const char *path, struct error *err);
/* Steals the reference to `event`, an object, and writes it with its "time" first. */
bool journal_append(struct journal *journal, int64_t wall_ms, json_t *event, struct error *err);
bool journal_sync(struct journal *journal);
void journal_close(struct journal *journal); /* idempotent; fd 0 of a zeroed one is not closed */

#endif
