/* A line on a socket: no copy of it stays behind in memory that was given back. */
#include "core/io/channel_line.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/base/secret.h"

static bool address_of(const char *path, int directory, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    int len = snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/%s", directory,
                       path_basename(path));
    if (access("/proc/self/fd", X_OK) < 0)
        len = snprintf(out->sun_path, sizeof out->sun_path, "%s", path);
    if (len > 0 && (size_t)len < sizeof out->sun_path)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

int channel_socket(const char *path,
                   int (*use)(int fd, const struct sockaddr *address, socklen_t len))
{
    char name[PATH_MAX];
    struct sockaddr_un address;
    path_dirname(path, name);
    int directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool ok = fd >= 0 && address_of(path, directory, &address) &&
              use(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    int number = errno;
    close(directory);
    if (!ok && fd >= 0) {
        close(fd);
        fd = -1;
    }
    errno = number;
    return fd;
}

static void make_room(struct channel_line *line, size_t more)
{
    if (line->len + more <= line->capacity)
        return;
    size_t capacity = line->capacity ? line->capacity * 2 : 4096;
    while (capacity < line->len + more)
        capacity *= 2;
    char *data = alloc_zeroed(1, capacity);
    if (line->len > 0)
        memcpy(data, line->data, line->len);
    if (line->data)
        secret_wipe(line->data, line->capacity);
    free(line->data);
    line->data = data;
    line->capacity = capacity;
}

enum line_step channel_line_read(struct channel_line *line, int fd)
{
    for (;;) {
        make_room(line, 4096);
        ssize_t n = read(fd, line->data + line->len, 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return LINE_MORE;
        if (n <= 0)
            return LINE_BROKEN;
        const char *end = memchr(line->data + line->len, '\n', (size_t)n);
        line->len = end ? (size_t)(end - line->data) : line->len + (size_t)n;
        if (line->len > CHANNEL_LINE_MAX)
            return LINE_TOO_LONG;
        if (end)
            return LINE_DONE;
    }
}

enum line_step channel_line_write(struct channel_line *line, int fd)
{
    while (line->sent < line->len) {
        ssize_t n = send(fd, line->data + line->sent, line->len - line->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return LINE_MORE;
        if (n < 0)
            return LINE_BROKEN;
        line->sent += (size_t)n;
    }
    return LINE_DONE;
}

void channel_line_set(struct channel_line *line, const json_t *value)
{
    size_t len = json_dumpb(value, NULL, 0, JSON_COMPACT);
    assert(len > 0);
    channel_line_finish(line);
    make_room(line, len + 1);
    line->len = json_dumpb(value, line->data, len, JSON_COMPACT);
    line->data[line->len++] = '\n';
}

void channel_line_finish(struct channel_line *line)
{
    if (line->data)
        secret_wipe(line->data, line->capacity);
    free(line->data);
    *line = (struct channel_line){.data = NULL};
}
