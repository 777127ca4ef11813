#include "core/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/clock.h"

static int log_fd = -1;

bool log_open(const char *path, struct error *err)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) {
        error_errno(err, "The log file %s cannot be written", path);
        return error_hint(err, "Name another file with --log FILE.");
    }
    log_close();
    log_fd = fd;
    return true;
}

void log_close(void)
{
    if (log_fd >= 0)
        close(log_fd);
    log_fd = -1;
}

void log_line(const char *format, ...)
{
    if (log_fd < 0)
        return;
    char text[2048], when[CLOCK_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct buf line = {0};
    buf_printf(&line, "%s [%ld] ", clock_rfc3339(clock_wall(&clock_system), when), (long)getpid());
    buf_sanitised(&line, str_of(text), false);
    buf_byte(&line, '\n');
    int saved = errno;
    ssize_t ignored = write(log_fd, buf_cstr(&line), line.len);
    (void)ignored;
    errno = saved;
    buf_finish(&line);
}
