/* A child process: exact descriptors, exact environment, its own group or session, secrets by
 * environment only. It has ended when its pipes are closed *and* it was reaped, in either order. */
#ifndef CORE_IO_PROCESS_H
#define CORE_IO_PROCESS_H

#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/secret.h"
#include "core/io/signals.h"

enum process_home {
    PROCESS_SAME_GROUP, /* Ctrl-C reaches it too */
    PROCESS_OWN_GROUP,
    PROCESS_OWN_SESSION, /* setsid: survives the terminal and the parent; SIGHUP ignored */
    PROCESS_FOREGROUND,  /* own group, to which the terminal at its standard input belongs */
};

enum {
    PROCESS_NULL = -1,
    PROCESS_PIPE = -2
}; /* for the descriptors below: /dev/null, or collected */

struct process_secret {
    const char *name; /* of the environment variable */
    const struct secret *value;
};

struct process_spec {
    const char *const *argv; /* argv[0] with a slash is a path, seen from cwd; else found in PATH */
    const char *cwd;         /* NULL: ours */
    const char *const *environment;       /* "NAME=value", NULL-terminated; NULL: ours */
    const struct process_secret *secrets; /* ends with a NULL name; NULL: none */
    enum process_home home;
    int in, out,
        err; /* a descriptor (stays the caller's), PROCESS_NULL, or PROCESS_PIPE (out, err) */
    size_t max_output; /* a pipe's cap in bytes, then it is cut and `cut` set; 0: 1 MiB */
};

struct process {
    struct signals *signals; /* NULL before the first start */
    struct child child;
    pid_t pid; /* 0 when not running */
    enum process_home home;
    bool reaped, cut;
    int status; /* as waitpid gives it, valid once ended */
    struct watch out_watch, err_watch;
    struct buf out, err; /* what was collected; kept until the next start or finish */
    size_t max_output;
    struct timer ladder;
    int ladder_step;
    void (*read)(struct process *process);    /* output grew; may be NULL */
    void (*stopped)(struct process *process); /* by a signal such as TSTP; may be NULL */
    void (*ended)(struct process *process);   /* may finish or restart the process */
};

/* A zeroed process, or one that has ended, with `read`, `stopped` and `ended` set. False with a
 * sentence when the program cannot be run (not found, not executable, bad cwd): known at once, by a
 * pipe that exec closes. */
bool process_start(struct process *process, struct signals *signals,
                   const struct process_spec *spec, struct error *err);

/* One signal to the process itself, not to its group. */
void process_signal(struct process *process, int number);

/* Gives the terminal at our standard input to a process that was stopped, and lets it go on. */
void process_continue(struct process *process);

/* Asks it to end: TERM (and HUP in the foreground), after 2 s KILL, to its group when it has one; 1
 * s later its pipes are closed even when a descendant still holds them. Not for terraform. */
void process_stop(struct process *process);

/* Kills what still runs (except in its own session: that one is left alone) and frees. No callback
 * comes after it. Idempotent; zeroed is fine. */
void process_finish(struct process *process);

/* "exit code 3", "killed by signal 9 (Killed)". */
const char *process_outcome(const struct process *process, char out[64]);
/* The exit code, or 128 + signal. */
int process_code(const struct process *process);

/* Absolute path of a program looked up in the PATH of `environment` (NULL: ours). Relative parts of
 * PATH are skipped: what runs must not depend on where it is run. */
bool process_find(const char *name, const char *const *environment, char out[4096]);

/* A process by pid and start time (/proc/PID/stat, field 22), so that a recycled pid is not taken
 * for it. Where there is no /proc the start time is 0 and matches anything. */
struct process_identity {
    pid_t pid;
    unsigned long long started;
};
bool process_identify(pid_t pid, struct process_identity *out);
bool process_alive(const struct process_identity *identity); /* a zombie is not alive */

#endif
