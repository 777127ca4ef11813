/* The terminal on a pty: what it shows (through libvterm), what it reads, and that it is given back
 * on every way out. The other side is a child that echoes what it is told to do. */
#include "tui/term.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "tests/tui/support.h"

TestSuite(term, .timeout = 60);

/* ---- the child ---- */

static volatile sig_atomic_t resized;

static void note_resize(int number)
{
    (void)number;
    resized = 1;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void echo(struct canvas canvas, const struct term *term, const char *last)
{
    canvas_print(canvas, 0, 0, ROLE_STRONG, "size %dx%d %s colours %d", term->w, term->h,
                 term->ascii ? "ascii" : "utf-8", (int)term->colours);
    canvas_print(canvas, 0, 1, ROLE_SUCCESS, "last %s ✓ 漢字", last);
    canvas_cursor(canvas, 5, 1);
}

static void obey(struct term *term, struct press press)
{
    if (press_is(press, 'x'))
        exit(0);
    if (press_is(press, 'a'))
        abort();
    if (press_is(press, 's'))
        raise(SIGSEGV);
    if (press_is(press, 'k'))
        raise(SIGTERM);
    if (press_is(press, 't'))
        term_title(term, "demo-hub 41/58\033]0;evil\a");
    if (press_is(press, 'c'))
        term_copy(term, "hello", 5);
    if (press_is(press, 'b'))
        term_bell(term);
    if (press_is(press, 'S')) {
        term_suspend(term);
        fputs("outside\n", stdout);
        fflush(stdout);
        term_resume(term);
    }
}

static void serve(void)
{
    struct term term;
    struct term_options options = {.ascii = getenv("TEST_ASCII") != NULL};
    struct sigaction winch = {.sa_handler = note_resize};
    char last[256] = "nothing";
    const char *why = NULL;
    sigaction(SIGWINCH, &winch, NULL);
    if (!term_init(&term, &options, &why)) {
        fputs(why, stdout);
        fflush(stdout);
        _exit(3);
    }
    struct grid grid;
    grid_init(&grid, 0, 0);
    for (bool going = true; going && !term.lost;) {
        grid_resize(&grid, term.w, term.h);
        grid.ascii = term.ascii;
        echo(canvas_of(&grid), &term, last);
        term_flush(&term, &grid);
        struct pollfd input = {.fd = term_fd(&term), .events = POLLIN};
        poll(&input, 1, term_wait_ms(&term, now_ms()));
        if (resized) {
            resized = 0;
            term_resize(&term);
        }
        for (struct press press; going && term_read(&term, now_ms(), &press);) {
            press_name(press, last, sizeof(last));
            if (press.code == PRESS_PASTE)
                snprintf(last, sizeof(last), "(%.*s)", (int)press.len, press.text);
            obey(&term, press);
            if (press_ctrl(press, 'z'))
                term_stop(&term);
            going = !press_is(press, 'q');
        }
    }
    int code = term.lost ? 4 : 0;
    term_finish(&term);
    term_finish(&term);
    grid_finish(&grid);
    _exit(code);
}

/* A shell's job control in small: runs serve() as the foreground job; when it is stopped says so,
 * waits for a byte, and continues it. */
static void serve_as_job(void)
{
    signal(SIGTTOU, SIG_IGN);
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpgrp());
        signal(SIGTTOU, SIG_DFL);
        serve();
    }
    setpgid(job, job);
    tcsetpgrp(STDIN_FILENO, job);
    int status = 0;
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        char byte;
        tcsetpgrp(STDIN_FILENO, getpgrp());
        if (write(STDOUT_FILENO, "[stopped]", 9) != 9 || read(STDIN_FILENO, &byte, 1) != 1)
            _exit(5);
        tcsetpgrp(STDIN_FILENO, job);
        kill(-job, SIGCONT);
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 6);
}

/* ---- our side ---- */

struct session {
    pid_t child;
    int fd;
    VTerm *vterm;
    char raw[1 << 18]; /* everything that came */
    size_t len;
    struct termios before;
};

static void environment(const char *name, const char *value)
{
    static const char *const unset[] = {"LC_ALL", "NO_COLOR", "LINES", "COLUMNS", "TMUX"};
    setenv("TERM", "xterm-256color", 1);
    setenv("LANG", "C.UTF-8", 1);
    for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
        unsetenv(unset[i]);
    if (name)
        setenv(name, value, 1);
}

static void begin(struct session *s, int w, int h, void (*child)(void), const char *name,
                  const char *value)
{
    struct winsize size = {.ws_col = (unsigned short)w, .ws_row = (unsigned short)h};
    int slave;
    s->len = 0;
    cr_assert_eq(openpty(&s->fd, &slave, NULL, NULL, &size), 0);
    cr_assert_eq(tcgetattr(slave, &s->before), 0);
    s->child = fork();
    cr_assert(s->child >= 0);
    if (s->child == 0) {
        close(s->fd);
        login_tty(slave);
        environment(name, value);
        child();
    }
    close(slave);
    s->vterm = vterm_new(h > 0 ? h : 24, w > 0 ? w : 80);
    vterm_set_utf8(s->vterm, 1);
    vterm_screen_enable_altscreen(vterm_obtain_screen(s->vterm), 1);
    vterm_screen_reset(vterm_obtain_screen(s->vterm), 1);
}

/* Reads once, at most 10 s; false when the other side is gone. */
static bool pump(struct session *s)
{
    struct pollfd input = {.fd = s->fd, .events = POLLIN};
    cr_assert_eq(poll(&input, 1, 10000), 1, "nothing came for 10 s; so far:\n%.*s", (int)s->len,
                 s->raw);
    cr_assert(s->len + 4096 < sizeof(s->raw));
    ssize_t count = read(s->fd, s->raw + s->len, 4096);
    if (count <= 0)
        return false;
    vterm_input_write(s->vterm, s->raw + s->len, (size_t)count);
    s->len += (size_t)count;
    return true;
}

static bool on_screen(struct session *s, const char *text)
{
    char screen[16384];
    int rows, columns;
    vterm_get_size(s->vterm, &rows, &columns);
    VTermRect all = {0, rows, 0, columns};
    size_t len =
        vterm_screen_get_text(vterm_obtain_screen(s->vterm), screen, sizeof(screen) - 1, all);
    screen[len] = '\0';
    return strstr(screen, text) != NULL;
}

static void wait_for(struct session *s, const char *text)
{
    while (!on_screen(s, text))
        cr_assert(pump(s), "ended before %s was seen", text);
}

/* Where `bytes` was sent last, or NULL. */
static const char *sent_last(const struct session *s, const char *bytes)
{
    size_t len = strlen(bytes);
    for (size_t at = s->len; at-- > 0;) {
        if (s->len - at >= len && memcmp(s->raw + at, bytes, len) == 0)
            return s->raw + at;
    }
    return NULL;
}

static bool was_sent(const struct session *s, const char *bytes)
{
    return sent_last(s, bytes) != NULL;
}

static void wait_sent(struct session *s, const char *bytes)
{
    while (!was_sent(s, bytes))
        cr_assert(pump(s), "ended before the bytes came");
}

static void type(struct session *s, const char *bytes)
{
    cr_assert_eq(write(s->fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

static void expect_modes_restored(const struct session *s)
{
    struct termios after;
    cr_assert_eq(tcgetattr(s->fd, &after), 0);
    cr_expect_eq(after.c_lflag, s->before.c_lflag);
    cr_expect_eq(after.c_iflag, s->before.c_iflag);
    cr_expect_eq(after.c_oflag, s->before.c_oflag);
}

/* The last of `on` and `off` that was sent is `off`. */
static void expect_last(const struct session *s, const char *on, const char *off)
{
    const char *last_on = sent_last(s, on), *last_off = sent_last(s, off);
    cr_expect(last_on && last_off && last_off > last_on, "%s is not undone by %s", on + 1, off + 1);
}

/* Waits for the child's end, checks that the terminal is as before; returns the wait status. */
static int end(struct session *s)
{
    int status = 0;
    while (pump(s))
        ;
    cr_assert_eq(waitpid(s->child, &status, 0), s->child);
    expect_modes_restored(s);
    expect_last(s, "\033[?1049h", "\033[?1049l");
    expect_last(s, "\033[?2004h", "\033[?2004l");
    expect_last(s, "\033[22;2t", "\033[23;2t");
    vterm_free(s->vterm);
    close(s->fd);
    return status;
}

static struct session session; /* large */

Test(term, shows_reads_and_gives_back)
{
    begin(&session, 80, 24, serve, NULL, NULL);
    wait_for(&session, "size 80x24 utf-8 colours 3");
    wait_for(&session, "last nothing ✓ 漢字");
    type(&session, "\033OA");
    wait_for(&session, "last Up");
    type(&session, "é");
    wait_for(&session, "last é");
    type(&session, "\033");
    wait_for(&session, "last Esc");
    type(&session, "\x11");
    wait_for(&session, "last Ctrl-Q");
    type(&session, "\x03");
    wait_for(&session, "last Ctrl-C");
    type(&session, "\033[200~two words\n\033[201~");
    wait_for(&session, "last (two words ");
    type(&session, "q");
    cr_assert_eq(end(&session), 0);
}

Test(term, sends_titles_bells_and_the_clipboard_sanitised)
{
    begin(&session, 80, 24, serve, NULL, NULL);
    wait_for(&session, "last nothing");
    type(&session, "t");
    wait_sent(&session, "\033]2;demo-hub 41/58\xef\xbf\xbd]0;evil\xef\xbf\xbd\a");
    type(&session, "c");
    wait_sent(&session, "\033]52;c;aGVsbG8=\a");
    type(&session, "b");
    wait_for(&session, "last b");
    cr_assert(was_sent(&session, "\a"));
    type(&session, "q");
    cr_assert_eq(end(&session), 0);
}

Test(term, follows_the_size)
{
    struct winsize size = {.ws_col = 100, .ws_row = 30};
    begin(&session, 80, 24, serve, NULL, NULL);
    wait_for(&session, "size 80x24");
    vterm_set_size(session.vterm, 30, 100);
    cr_assert_eq(ioctl(session.fd, TIOCSWINSZ, &size), 0);
    wait_for(&session, "size 100x30");
    type(&session, "q");
    cr_assert_eq(end(&session), 0);
}

Test(term, a_size_of_zero_means_unknown)
{
    begin(&session, 0, 0, serve, "COLUMNS", "90");
    wait_for(&session, "size 90x24");
    type(&session, "q");
    cr_assert_eq(end(&session), 0);
}

Test(term, is_ascii_where_the_locale_is)
{
    begin(&session, 80, 24, serve, "LANG", "C");
    wait_for(&session, "ascii");
    wait_for(&session, "last nothing v ????");
    type(&session, "q");
    cr_assert_eq(end(&session), 0);
}

Test(term, no_color_is_mono)
{
    begin(&session, 80, 24, serve, "NO_COLOR", "1");
    wait_for(&session, "colours 0");
    type(&session, "q");
    cr_assert_eq(end(&session), 0);
    cr_assert(!was_sent(&session, "38;5"));
}

Test(term, exit_gives_it_back)
{
    begin(&session, 80, 24, serve, NULL, NULL);
    wait_for(&session, "last nothing");
    type(&session, "x");
    int status = end(&session);
    cr_assert(WIFEXITED(status));
}

static void expect_rescued(const char *key)
{
    begin(&session, 80, 24, serve, NULL, NULL);
    wait_for(&session, "last nothing");
    type(&session, key);
    int status = end(&session);
    cr_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0, "it must not look like success");
}

Test(term, abort_gives_it_back)
{
    expect_rescued("a");
}

Test(term, a_segmentation_fault_gives_it_back)
{
    expect_rescued("s");
}

Test(term, termination_gives_it_back)
{
    expect_rescued("k");
}

Test(term, another_program_may_have_it_in_between)
{
    begin(&session, 80, 24, serve, NULL, NULL);
    wait_for(&session, "last nothing");
    type(&session, "S");
    wait_sent(&session, "outside\r\n");
    wait_for(&session, "last S");
    cr_assert(was_sent(&session, "\033[?1049l"));
    type(&session, "q");
    cr_assert_eq(end(&session), 0);
}

Test(term, stops_and_continues)
{
    begin(&session, 80, 24, serve_as_job, NULL, NULL);
    wait_for(&session, "last nothing");
    type(&session, "\x1a");
    wait_sent(&session, "[stopped]");
    expect_modes_restored(&session);
    type(&session, "\n");
    wait_for(&session, "last Ctrl-Z");
    type(&session, "\033[B");
    wait_for(&session, "last Down");
    type(&session, "q");
    cr_assert_eq(end(&session), 0);
}

Test(term, a_lost_terminal_is_noticed)
{
    int status = 0;
    begin(&session, 80, 24, serve, NULL, NULL);
    wait_for(&session, "last nothing");
    close(session.fd);
    cr_assert_eq(waitpid(session.child, &status, 0), session.child);
    /* by SIGHUP, or by the end of input where that is ignored */
    cr_assert((WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP) ||
              (WIFEXITED(status) && WEXITSTATUS(status) == 4));
    vterm_free(session.vterm);
}

static void serve_deaf(void)
{
    signal(SIGHUP, SIG_IGN);
    serve();
}

Test(term, a_lost_terminal_is_noticed_without_a_signal)
{
    int status = 0;
    begin(&session, 80, 24, serve_deaf, NULL, NULL);
    wait_for(&session, "last nothing");
    close(session.fd);
    cr_assert_eq(waitpid(session.child, &status, 0), session.child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 4);
    vterm_free(session.vterm);
}

static void expect_refused(const char *name, const char *value, const char *sentence)
{
    int status = 0;
    begin(&session, 80, 24, serve, name, value);
    while (pump(&session))
        ;
    cr_assert_eq(waitpid(session.child, &status, 0), session.child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    cr_assert(was_sent(&session, sentence));
    cr_assert(!was_sent(&session, "\033"), "the terminal is untouched");
    expect_modes_restored(&session);
    vterm_free(session.vterm);
    close(session.fd);
}

Test(term, refuses_what_cannot_be_drawn_on)
{
    expect_refused("TERM", "dumb", "TERM is dumb");
    expect_refused("TERM", "", "TERM is not set");
    expect_refused("TERM", "no-such-terminal", "not known here");
}
