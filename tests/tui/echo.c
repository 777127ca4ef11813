/* The program on the other side of the terminal's tests: shows its size and the last thing it read,
 * and does what single letters ask for, such as dying without a word. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tui/term.h"

static volatile sig_atomic_t resized;

static int moved; /* how far a list has moved down */

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
    for (int i = 0; moved > 0 && i < 12; i++) { /* so different that scrolling would pay */
        char letters[2] = {(char)('a' + (i + 26 - moved) % 26), '\0'};
        canvas_hline(canvas, 0, 4 + i, 40, ROLE_NORMAL, letters);
    }
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
    if (press_is(press, 'u'))
        raise(SIGUSR1);
    if (press_is(press, 't'))
        term_title(term, "demo-hub 41/58\033]0;evil\a");
    if (press_is(press, 'c'))
        term_copy(term, "hello", 5);
    if (press_is(press, 'b'))
        term_bell(term);
    if (press_is(press, 'm'))
        moved += 2;
    if (press_is(press, 'S')) {
        term_suspend(term);
        fputs("outside\n", stdout);
        fflush(stdout);
        term_resume(term);
    }
}

/* SIGWINCH is let through only while waiting: one that came between looking at `resized` and
 * waiting would else be noticed at the next key. */
static void wait_for_input(const struct term *term)
{
    int ms = term_wait_ms(term, now_ms());
    struct timespec limit = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    sigset_t none;
    fd_set input;
    sigemptyset(&none);
    FD_ZERO(&input);
    FD_SET(term_fd(term), &input);
    pselect(term_fd(term) + 1, &input, NULL, NULL, ms < 0 ? NULL : &limit, &none);
}

static int serve(void)
{
    struct term term;
    struct term_options options = {.ascii = false};
    struct sigaction winch = {.sa_handler = note_resize};
    char last[256] = "nothing";
    const char *why = NULL;
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGWINCH);
    sigprocmask(SIG_BLOCK, &held, NULL);
    sigaction(SIGWINCH, &winch, NULL);
    if (!term_init(&term, &options, &why)) {
        fputs(why, stdout);
        fflush(stdout);
        _exit(3); /* curses leaks when it knows no such terminal */
    }
    struct grid grid;
    grid_init(&grid, 0, 0);
    for (bool going = true; going && !term.lost;) {
        grid_resize(&grid, term.w, term.h);
        grid.ascii = term.ascii;
        echo(canvas_of(&grid), &term, last);
        term_flush(&term, &grid);
        wait_for_input(&term);
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
    return code;
}

/* A shell's job control in small: runs serve() as the foreground job; when it is stopped says so,
 * waits for a byte, and continues it. */
static int serve_as_job(void)
{
    signal(SIGTTOU, SIG_IGN);
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpgrp());
        signal(SIGTTOU, SIG_DFL);
        return serve();
    }
    setpgid(job, job);
    tcsetpgrp(STDIN_FILENO, job);
    int status = 0;
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        char byte;
        tcsetpgrp(STDIN_FILENO, getpgrp());
        if (write(STDOUT_FILENO, "[stopped]", 9) != 9 || read(STDIN_FILENO, &byte, 1) != 1)
            return 5;
        tcsetpgrp(STDIN_FILENO, job);
        kill(-job, SIGCONT);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 6;
}

/* usage: tui-echo [job | deaf | sizeless] */
int main(int count, char **arguments)
{
    const char *mode = count > 1 ? arguments[1] : "";
    if (strcmp(mode, "job") == 0)
        return serve_as_job();
    if (strcmp(mode, "deaf") == 0)
        signal(SIGHUP, SIG_IGN);
    if (strcmp(mode, "sizeless") == 0)
        ioctl(STDOUT_FILENO, TIOCSWINSZ, &(struct winsize){.ws_col = 0});
    return serve();
}
