/* init, plan and apply as tasks. terraform writes into files in a session of its own, so that it
 * outlives us; we follow the file. A record beside the stream lets a later start recognise it
 * (tf_command_adopt). Stopping is one SIGINT, and never a kill. */
#ifndef CORE_TERRAFORM_TF_COMMAND_H
#define CORE_TERRAFORM_TF_COMMAND_H

#include "core/io/follow.h"
#include "core/io/task.h"
#include "core/terraform/terraform.h"
#include "core/terraform/tf_run.h"

struct tf_record { /* STREAM.pid while terraform runs: who writes this stream */
    struct process_identity identity;
    enum tf_verb verb;
    char stage[32];
    char dir[PATH_MAX], stream[PATH_MAX], plan[PATH_MAX];
};

struct tf_command {
    struct task
        task; /* note, done and total follow the stream; FAILED carries terraform's words,
                 CANCELLED that it was interrupted, WARNED that it succeeded with warnings */
    struct tf_run run;
    struct process process;
    struct follow follow;
    struct tf_event event; /* scratch */
    struct signals *signals;
    const struct terraform *terraform;
    struct tf_record record;
    bool adopted, destroy;
    unsigned interrupts;    /* that we sent */
    int64_t interrupted_ms; /* wall; when the first one was sent; 0 */
    int pid_fd;             /* an adopted one's end; -1 */
    struct watch pid_watch;
    struct timer poll;
    char **environment;
    const struct process_secret *secrets;
    char *label;
    void (*changed)(struct tf_command *command, const struct tf_event *event); /* may be NULL */
    const struct tf_event *last;
};

struct tf_command_spec {
    enum tf_verb verb;
    bool destroy;       /* TF_PLAN: plan -destroy */
    const char *stage;  /* for the record: "eks" */
    const char *label;  /* of the task */
    const char *stream; /* stdout, appended, 0600; stderr goes to STREAM.err */
    const char *plan;   /* TF_PLAN writes it, TF_APPLY applies and removes it */
    struct terraform_place place;
};

/* Prepares the task; task_start runs it. `terraform`, `signals` and the secrets are borrowed until
 * it has ended. */
bool tf_command_init(struct tf_command *command, const struct terraform *terraform,
                     struct signals *signals, const struct tf_command_spec *spec,
                     struct error *err);

/* Prepares a task that watches a terraform which is not our child until it ends; the stream alone
 * says how it went. One that is already gone ends the task at once. */
bool tf_command_adopt(struct tf_command *command, struct signals *signals,
                      const struct tf_record *record, struct error *err);

/* task_stop sends one SIGINT, once; this sends the second: what is in flight is lost from the
 * state. */
void tf_command_stop_harder(struct tf_command *command);

/* Reads the record beside a stream; false (ERROR_SYSTEM, ENOENT) when nobody writes it. */
bool tf_record_read(struct tf_record *record, const char *stream, struct error *err);

/* terraform itself, or what the record says, is still running. */
bool tf_record_alive(const struct tf_record *record);

#endif
