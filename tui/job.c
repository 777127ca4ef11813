/* Whose the terminal is. A process in the background that touches it would be stopped (SIGTTOU), so
 * that signal is held back while it is taken. */
#include "tui/job.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tui/banned.h"

/* The usual screen; mouse, focus reports and bracketed paste off; keypad and cursor keys as usual;
 * the cursor visible, no colours. Terminals pass over those that they do not know. */
#define CLEAN                                                                                      \
    "\033[?1047l\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?1004l\033[?2004l\033[?1l\033>"   \
    "\033[?25h\033[m"

/* Of a group that nobody is left to continue, and that the kernel never stops. */
#define TRIES 1000

static void hold_ttou(sigset_t *before)
{
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGTTOU);
    (void)sigprocmask(SIG_BLOCK, &held, before);
}

/* A terminal that does not control us has no foreground: then there is nothing to take. */
static void take(const struct termios *modes)
{
    sigset_t before;
    hold_ttou(&before);
    (void)tcsetpgrp(STDIN_FILENO, getpgrp());
    if (modes)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, modes);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static bool in_foreground(void)
{
    pid_t group = tcgetpgrp(STDIN_FILENO);
    return group < 0 || group == getpgrp();
}

static void stop_group(int number)
{
    struct sigaction usual = {.sa_handler = SIG_DFL}, handler;
    sigemptyset(&usual.sa_mask);
    (void)sigaction(number, &usual, &handler);
    (void)kill(0, number);
    (void)sigaction(number, &handler, NULL);
}

void job_begin(struct job *job)
{
    memset(job, 0, sizeof(*job));
    job->known = tcgetattr(STDIN_FILENO, &job->modes) == 0;
}

void job_stop(const struct job *job)
{
    struct termios theirs;
    bool known = tcgetattr(STDIN_FILENO, &theirs) == 0;
    take(job->known ? &job->modes : NULL);
    stop_group(SIGTSTP);
    /* continued by bg: what needs the terminal stops again */
    for (int i = 0; i < TRIES && !in_foreground(); i++)
        stop_group(SIGTTIN);
    if (known)
        take(&theirs);
}

void job_end(const struct job *job)
{
    take(job->known ? &job->modes : NULL);
    ssize_t ignored = write(STDOUT_FILENO, CLEAN, sizeof(CLEAN) - 1);
    (void)ignored;
}
