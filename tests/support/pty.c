/* The life of a program on a pseudo-terminal: starting, feeding, waiting, ending. What its screen
 * shows is read in pty_screen.c. */
#include "tests/support/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "tests/support/pty_private.h"

extern char **environ;

enum { TICK_MS = 20 }; /* how often the end of the program is looked for */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t deadline_ms(void)
{
    const char *seconds = getenv("TEST_DEADLINE");
    return now_ms() + (seconds ? strtol(seconds, NULL, 10) : 60) * 1000;
}

static void die(const char *what)
{
    fprintf(stderr, "pty: %s: %s\n", what, strerror(errno));
    abort();
}

static void answer(const char *bytes, size_t len, void *user)
{
    struct pty *pty = user;
    pty_send(pty, bytes, len);
}

static int property(VTermProp prop, VTermValue *value, void *user)
{
    struct pty *pty = user;
    if (prop == VTERM_PROP_ALTSCREEN)
        pty->alternate = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = property};

static void become(const struct pty_spec *spec)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    if (spec->cwd && chdir(spec->cwd) != 0)
        die(spec->cwd);
    if (spec->environment)
        environ = (char **)(uintptr_t)spec->environment;
    execvp(spec->argv[0], (char *const *)(uintptr_t)spec->argv);
    fprintf(stderr, "pty: %s: %s\n", spec->argv[0], strerror(errno));
    _exit(127);
}

struct pty *pty_open(const struct pty_spec *spec)
{
    struct pty *pty = calloc(1, sizeof *pty);
    if (!pty)
        die("memory");
    pty->rows = spec->rows ? spec->rows : 24;
    pty->columns = spec->columns ? spec->columns : 80;
    struct winsize size = {.ws_row = (unsigned short)pty->rows,
                           .ws_col = (unsigned short)pty->columns};
    int slave;
    if (openpty(&pty->fd, &slave, NULL, NULL, &size) != 0)
        die("openpty");
    /* Before the program runs, so that it cannot have changed them. */
    if (tcgetattr(slave, &pty->before) != 0)
        die("tcgetattr");
    pty->pid = fork();
    if (pty->pid < 0)
        die("fork");
    if (pty->pid == 0) {
        if (login_tty(slave) != 0)
            die("login_tty");
        become(spec);
    }
    close(slave);
    fcntl(pty->fd, F_SETFD, FD_CLOEXEC);
    fcntl(pty->fd, F_SETFL, O_NONBLOCK);

    pty->vterm = vterm_new(pty->rows, pty->columns);
    vterm_set_utf8(pty->vterm, 1);
    vterm_output_set_callback(pty->vterm, answer, pty);
    pty->screen = vterm_obtain_screen(pty->vterm);
    vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_reset(pty->screen, 1);
    return pty;
}

void pty_hang_up(struct pty *pty)
{
    if (pty->fd >= 0)
        close(pty->fd);
    pty->fd = -1;
}

void pty_close(struct pty *pty)
{
    if (!pty)
        return;
    pty_hang_up(pty);
    if (!pty->ended) {
        kill(pty->pid, SIGKILL);
        waitpid(pty->pid, &pty->status, 0);
    }
    vterm_free(pty->vterm);
    free(pty->raw);
    free(pty->text);
    free(pty);
}

/* ---- output ---- */

static void keep(struct pty *pty, const char *bytes, size_t len)
{
    if (pty->raw_len + len + 1 > pty->raw_capacity) {
        pty->raw_capacity = (pty->raw_len + len + 1) * 2;
        pty->raw = realloc(pty->raw, pty->raw_capacity);
        if (!pty->raw)
            die("memory");
    }
    memcpy(pty->raw + pty->raw_len, bytes, len);
    pty->raw_len += len;
    pty->raw[pty->raw_len] = '\0';
}

/* Takes what is there; false when there was nothing. */
static bool take(struct pty *pty)
{
    char bytes[8192];
    bool any = false;
    pty->taking = true; /* answers of the terminal are sent from inside libvterm */
    while (pty->fd >= 0) {
        ssize_t got = read(pty->fd, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            if (got < 0 && errno != EAGAIN)
                pty->silent = true; /* EIO: nobody holds the other side any more */
            break;
        }
        keep(pty, bytes, (size_t)got);
        vterm_input_write(pty->vterm, bytes, (size_t)got);
        any = true;
    }
    pty->taking = false;
    return any;
}

static void reap(struct pty *pty)
{
    if (!pty->ended && waitpid(pty->pid, &pty->status, WNOHANG) == pty->pid)
        pty->ended = true;
}

/* Waits for output, the end or the deadline; false when no more can come. */
static bool wait_for_more(struct pty *pty, int64_t deadline)
{
    int64_t left = deadline - now_ms();
    if (left <= 0)
        return false;
    reap(pty);
    if (take(pty))
        return true;
    if (pty->ended)
        return false;
    struct pollfd slot = {.fd = pty->silent ? -1 : pty->fd, .events = POLLIN};
    poll(&slot, 1, left < TICK_MS ? (int)left : TICK_MS);
    take(pty);
    return true;
}

bool pty_wait(struct pty *pty, bool (*seen)(struct pty *pty, const void *what), const void *what)
{
    int64_t deadline = deadline_ms();
    while (!seen(pty, what))
        if (!wait_for_more(pty, deadline))
            return seen(pty, what);
    return true;
}

bool pty_wait_end(struct pty *pty, int *status)
{
    int64_t deadline = deadline_ms();
    while (wait_for_more(pty, deadline))
        ;
    take(pty);
    *status = pty->status;
    return pty->ended;
}

/* ---- input ---- */

void pty_send(struct pty *pty, const char *bytes, size_t len)
{
    int64_t deadline = deadline_ms();
    while (len > 0 && pty->fd >= 0) {
        ssize_t put = write(pty->fd, bytes, len);
        if (put > 0) {
            bytes += put;
            len -= (size_t)put;
            continue;
        }
        if (put < 0 && errno != EAGAIN && errno != EINTR)
            return; /* the program has gone; the next wait says so */
        /* It does not read now: perhaps because we do not read what it writes. */
        struct pollfd slot = {.fd = pty->fd, .events = POLLIN | POLLOUT};
        poll(&slot, 1, TICK_MS);
        if (!pty->taking)
            take(pty);
        if (now_ms() > deadline)
            return;
    }
}

void pty_text(struct pty *pty, const char *text)
{
    pty_send(pty, text, strlen(text));
}

void pty_paste(struct pty *pty, const char *text)
{
    take(pty);
    vterm_keyboard_start_paste(pty->vterm);
    pty_text(pty, text);
    vterm_keyboard_end_paste(pty->vterm);
}

static const struct {
    const char *name;
    VTermKey key;
    VTermModifier modifier;
} named_keys[] = {
    {"Enter", VTERM_KEY_ENTER, 0},       {"Tab", VTERM_KEY_TAB, 0},
    {"S-Tab", VTERM_KEY_TAB, 1},         {"Backspace", VTERM_KEY_BACKSPACE, 0},
    {"Esc", VTERM_KEY_ESCAPE, 0},        {"Up", VTERM_KEY_UP, 0},
    {"Down", VTERM_KEY_DOWN, 0},         {"Left", VTERM_KEY_LEFT, 0},
    {"Right", VTERM_KEY_RIGHT, 0},       {"Home", VTERM_KEY_HOME, 0},
    {"End", VTERM_KEY_END, 0},           {"PageUp", VTERM_KEY_PAGEUP, 0},
    {"PageDown", VTERM_KEY_PAGEDOWN, 0}, {"Insert", VTERM_KEY_INS, 0},
    {"Delete", VTERM_KEY_DEL, 0},
};

static void press(struct pty *pty, const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof named_keys / sizeof *named_keys; i++)
        if (strlen(named_keys[i].name) == len && strncmp(named_keys[i].name, name, len) == 0) {
            vterm_keyboard_key(pty->vterm, named_keys[i].key, named_keys[i].modifier);
            return;
        }
    if (len == 5 && strncmp(name, "Space", 5) == 0) {
        pty_send(pty, " ", 1);
    } else if (len == 3 && strncmp(name, "C-", 2) == 0) {
        char control = (char)(name[2] & 0x1f);
        pty_send(pty, &control, 1);
    } else if (len > 2 && strncmp(name, "M-", 2) == 0) {
        pty_send(pty, "\033", 1);
        press(pty, name + 2, len - 2);
    } else if (len > 1 && len <= 3 && name[0] == 'F' && name[1] >= '1' && name[1] <= '9') {
        vterm_keyboard_key(pty->vterm, VTERM_KEY_FUNCTION((int)strtol(name + 1, NULL, 10)), 0);
    } else if (len == 1 || (unsigned char)name[0] >= 0x80) {
        pty_send(pty, name, len);
    } else {
        fprintf(stderr, "pty: there is no key named %.*s\n", (int)len, name);
        abort();
    }
}

void pty_keys(struct pty *pty, const char *keys)
{
    take(pty); /* keys depend on the modes that the program has set */
    for (size_t len; *keys; keys += len) {
        len = strcspn(keys, " ");
        if (len == 0)
            len = 1;
        else
            press(pty, keys, len);
    }
}

void pty_resize(struct pty *pty, int rows, int columns)
{
    take(pty);
    pty->rows = rows;
    pty->columns = columns;
    vterm_set_size(pty->vterm, rows, columns);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    if (ioctl(pty->fd, TIOCSWINSZ, &size) != 0)
        die("TIOCSWINSZ");
}

void pty_signal(struct pty *pty, int number)
{
    reap(pty);
    if (!pty->ended)
        kill(pty->pid, number);
}

pid_t pty_pid(const struct pty *pty)
{
    return pty->pid;
}
