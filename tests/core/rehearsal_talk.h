/* A rehearsal directory and the tool that plays terraform in it, run as a child. The test program
 * is itself the program that the root names: with --rehearse-step or --player it takes that part.
 */
#ifndef TESTS_CORE_REHEARSAL_TALK_H
#define TESTS_CORE_REHEARSAL_TALK_H

#include "core/rehearsal/rehearsal.h"

enum { ANSWER_MAX = 32 << 20 };

extern struct rehearsal rehearsal;
extern char root[PATH_MAX]; /* its provision-eks */

/* `tool`: "player", or the path of a terraform. `faults` may be NULL. */
void open_with(const char *tool, const char *const *faults, int speed);
void reopen(const char *tool); /* the same directory, at 1000x */
void close_rehearsal(void);    /* before another is opened in the same directory */
void close_all(void);          /* for .fini: removes the directory, looks for leaks */

struct talk { /* a tool that runs */
    pid_t pid;
    int out;
    struct buf text;
};

void talk_start(struct talk *talk, const char *const *words);
bool talk_read(struct talk *talk); /* blocks for some more; false at the end */
int talk_end(struct talk *talk);   /* reads all that is left; the exit code */

/* Runs the tool to its end: RUN(&text, "plan", "-json"). */
int run_words(struct buf *text, const char *const *words);
#define RUN(text, ...) run_words(text, (const char *const[]){__VA_ARGS__, NULL})

void init_root(void);

/* The terraform of PATH; false when none is installed. */
bool find_terraform(char path[PATH_MAX]);

#endif
