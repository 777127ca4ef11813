/* Job control for another program on our terminal: as a shell does it, for one program at a time.
 * Between term_suspend and term_resume; the program runs in a process group of its own. */
#ifndef TUI_JOB_H
#define TUI_JOB_H

#include <stdbool.h>
#include <termios.h>

struct job {
    struct termios modes; /* of the terminal before the program got it */
    bool known;
};

/* Remembers the terminal's modes. Call it after term_suspend, before the program starts. */
void job_begin(struct job *job);

/* The program was stopped (Ctrl-Z there): the terminal gets its modes back, and our own process
 * group stops as well. Returns when it was continued in the foreground, with the modes that the
 * program had. */
void job_stop(const struct job *job);

/* The program has ended, or is to end: the terminal is ours again, with its modes, and without what
 * a program that was killed leaves switched on. */
void job_end(const struct job *job);

#endif
