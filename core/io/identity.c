/* Which process a pid means: the pid together with the start time that the kernel gives it
 * (proc(5), /proc/PID/stat). */
#include "core/io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { FIELD_STATE = 3, FIELD_START = 22 };

static ssize_t read_stat(pid_t pid, char *out, size_t size)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, out, size);
    close(fd);
    return n;
}

static bool parse_stat(struct str stat, char *state, unsigned long long *started)
{
    /* The name in parentheses may hold anything, parentheses included: the last one counts. */
    size_t end = stat.len;
    while (end > 0 && stat.data[end - 1] != ')')
        end--;
    struct str rest = str_trim(str_skip(stat, end)), field = {"", 0};
    *state = '\0';
    if (rest.len > 0)
        *state = rest.data[0];
    for (int i = FIELD_STATE; i <= FIELD_START; i++)
        if (!str_cut(&rest, ' ', &field) && i < FIELD_START)
            return false;
    int64_t number;
    if (end == 0 || !str_to_int64(field, &number))
        return false;
    *started = (unsigned long long)number;
    return true;
}

static bool look(pid_t pid, char *state, unsigned long long *started)
{
    char text[1024], own[1024];
    if (pid <= 0)
        return false;
    ssize_t n = read_stat(pid, text, sizeof text);
    if (n > 0)
        return parse_stat((struct str){text, (size_t)n}, state, started);
    if (read_stat(getpid(), own, sizeof own) > 0)
        return false;
    *state = 'R';
    *started = 0;
    return kill(pid, 0) == 0 || errno == EPERM;
}

bool process_identify(pid_t pid, struct process_identity *out)
{
    char state;
    *out = (struct process_identity){.pid = pid};
    return look(pid, &state, &out->started);
}

bool process_alive(const struct process_identity *identity)
{
    char state;
    unsigned long long started;
    if (!look(identity->pid, &state, &started) || state == 'Z' || state == 'X')
        return false;
    return started == identity->started || started == 0 || identity->started == 0;
}
