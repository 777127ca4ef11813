#include "screens/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { KEY_CANCEL = 3, KEY_END = 4, KEY_ERASE = 8, KEY_DELETE = 127, KEY_LINE = 21 };

static bool read_line(int fd, char *text, size_t capacity)
{
    size_t len = 0;
    bool ok = false;
    for (char c = 0; !ok;) {
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || c == KEY_CANCEL || (c == KEY_END && len == 0))
            break;
        if (c == '\n' || c == '\r')
            ok = len > 0;
        else if ((c == KEY_ERASE || c == KEY_DELETE) && len > 0)
            len--;
        else if (c == KEY_LINE)
            len = 0;
        else if ((unsigned char)c >= ' ' && c != KEY_DELETE && len + 1 < capacity)
            text[len++] = c;
        text[len] = '\0';
        if ((c == '\n' || c == '\r') && !ok)
            break;
    }
    return ok;
}

static void put(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        return; /* who reads it will see that nobody asked */
}

bool tty_there(void)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool tty_ask(const char *prompt, char *text, size_t capacity)
{
    struct termios old, quiet;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    bool ok = false;
    text[0] = '\0';
    if (fd < 0)
        return false;
    if (tcgetattr(fd, &old) == 0) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
        if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0) { /* what was typed before is no answer */
            put(fd, prompt);
            ok = read_line(fd, text, capacity);
            tcsetattr(fd, TCSAFLUSH, &old);
        }
        put(fd, "\n");
    }
    close(fd);
    return ok;
}
