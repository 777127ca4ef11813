/* init, plan and apply as tasks. terraform writes into files in a session of its own, so that it
 * outlives us; we follow the file. A record beside the stream lets a later start recognise it
 * (tf_command_adopt). Stopping is one SIGINT, and never a kill. */
#ifndef CORE_TERRAFORM_TF_COMMAND_H
#define CORE_TERRAFORM_TF_COMMAND_H

#include "core/io/follow.h"
#include "core/io/task.h"
#include "core/terraform/terraform.h"
#include "core/terraform/tf_record.h"
#include "core/terraform/tf_run.h"

struct tf_command {
    struct task task; /* note, done and total follow the stream; FAILED and CANCELLED carry what
                         tf_run_explain says, WARNED that it succeeded with warnings */
    struct tf_run run;
    struct tf_record record; /* who runs, where, which files */
    struct process process;
    struct follow follow;
    struct signals *signals;
    const struct terraform *terraform;
    char **environment;
    const struct process_secret *secrets;
    bool adopted;
    unsigned interrupts;    /* that we sent */
    int64_t interrupted_ms; /* wall; when the last one was sent; 0 */
    int pid_fd;             /* tells the end of an adopted one; -1 */
    struct watch pid_watch;
    struct timer poll;
    char backend_option[160]; /* of init; "" for none */
    struct tf_event event;    /* the one being taken in */
    /* Every event, after it was reduced; must not finish the task. May be NULL. */
    void (*changed)(struct tf_command *command, const struct tf_event *event);
};

struct tf_command_spec {
    enum tf_verb verb;
    bool destroy;       /* TF_PLAN: plan -destroy */
    const char *stage;  /* for the record: "eks" */
    const char *label;  /* of the task; NULL: "eks plan" */
    const char *stream; /* absolute; stdout, appended, 0600; stderr goes to STREAM.err */
    const char *plan;   /* absolute; TF_PLAN writes it and removes what cannot be applied; TF_APPLY
                           applies it and removes it when it ends */
    /* TF_INIT: the profile that reaches a state kept elsewhere; NULL: none, or it is not needed */
    const char *backend_profile;
    struct terraform_place place;
};

/* Prepares the task in zeroed memory; task_start runs it, task_finish frees it (and leaves a
 * running terraform alone). `terraform`, `signals` and the secrets are borrowed until it has ended.
 */
bool tf_command_init(struct tf_command *command, const struct terraform *terraform,
                     struct signals *signals, const struct tf_command_spec *spec,
                     struct error *err);

/* Prepares a task that watches a terraform which is not our child until it ends; the stream alone
 * says how it went. One that is already gone ends the task at once. */
void tf_command_adopt(struct tf_command *command, const struct tf_record *record);

/* task_stop sends one SIGINT, once; this sends the second: what is in flight is lost from the
 * state. Does nothing before the first. */
void tf_command_stop_harder(struct tf_command *command);

#endif
