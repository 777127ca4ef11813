/* Writing one line so that a reader sees all of it or knows that it is torn. */
#include "core/io/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"

/* A writer that died in the middle of a line left it without its end. */
static bool ends_torn(int fd)
{
    struct stat st;
    char last = '\n';
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return false;
    return pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
}

bool journal_open(struct journal *journal, const char *path, struct error *err)
{
    *journal = (struct journal){.fd = -1};
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0)
        return error_errno(err, "Cannot open the journal %s", path);
    /* 0 means closed, and 1 and 2 are nobody's to give */
    if (fd <= STDERR_FILENO) {
        int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        close(fd);
        if ((fd = moved) < 0)
            return error_errno(err, "Cannot open the journal %s", path);
    }
    journal->fd = fd;
    journal->torn = ends_torn(fd);
    return true;
}

static bool write_line(struct journal *journal, struct str line, struct error *err)
{
    ssize_t n;
    while ((n = write(journal->fd, line.data, line.len)) < 0 && errno == EINTR)
        continue;
    if (n >= 0 && (size_t)n < line.len) {
        journal->torn = journal->torn ? n != 1 : n > 0;
        errno = ENOSPC;
    }
    journal->broken = n < 0 || (size_t)n < line.len;
    if (!journal->broken) {
        journal->torn = false;
        return true;
    }
    (void)error_errno(err, "Cannot write to the journal");
    return error_hint(err, "Make room on the disk; the run itself goes on.");
}

bool journal_append(struct journal *journal, int64_t wall_ms, json_t *event, struct error *err)
{
    char time[CLOCK_TEXT];
    assert(json_is_object(event));
    json_t *stamped = json_object();
    js_set_text(stamped, "time", clock_rfc3339(wall_ms, time));
    (void)json_object_update_missing(stamped, event);
    json_decref(event);

    struct buf line = {.data = NULL};
    if (journal->torn)
        (void)buf_byte(&line, '\n');
    bool ok = js_dump(stamped, &line) && buf_byte(&line, '\n');
    json_decref(stamped);
    if (!ok)
        (void)error_set(err, ERROR_INPUT, "An event is too large for the journal.");
    else
        ok = write_line(journal, buf_str(&line), err);
    buf_finish(&line);
    return ok;
}

bool journal_sync(struct journal *journal)
{
    return fsync(journal->fd) == 0;
}

void journal_close(struct journal *journal)
{
    if (journal->fd > 0)
        close(journal->fd);
    journal->fd = -1;
}
