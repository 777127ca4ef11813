/* One run as its files tell it: the journal and terraform's streams, replayed and then followed.
 * Every face, and a worker that goes on where another one died, read a run through this; nothing
 * here writes. Reading again from the start gives the same run. */
#ifndef CORE_SESSION_RUN_H
#define CORE_SESSION_RUN_H

#include "core/io/follow.h"
#include "core/session/stage.h"
#include "core/terraform/tf_plan.h"
#include "core/terraform/tf_run.h"

enum run_command { RUN_PLAN, RUN_APPLY, RUN_DESTROY };

enum run_phase {
    RUN_STARTING,  /* nothing is known yet */
    RUN_PREPARING, /* init, plan, show */
    RUN_ASKING,    /* the review waits for the operator */
    RUN_APPLYING,
    RUN_FINISHING, /* outputs and what comes after */
    RUN_OVER,
};

enum run_ending {
    RUN_GOING,
    RUN_SUCCEEDED,
    RUN_FAILED,
    RUN_STOPPED,   /* by the operator */
    RUN_DISCARDED, /* the operator did not consent */
    RUN_PLANNED,   /* a plan was all that was asked for */
};

struct run;

struct run_stage {
    struct run *run; /* whose it is */
    enum stage_state state;
    enum stage_step step;
    bool step_over;        /* the step has ended; the next one has not begun */
    bool silent;           /* a consent that was given before: nobody is asked */
    int pass;              /* the hub is applied twice: closed, then open; 1 or 2; 0: not yet */
    int64_t step_began_ms; /* wall */
    int64_t began_ms, ended_ms; /* wall; 0: not yet */

    char stream[PATH_MAX];   /* of the terraform command running or last run; "" */
    struct tf_run terraform; /* reduced from that stream */
    struct follow follow;

    bool have_plan; /* `plan` is the review of this stage */
    struct tf_plan plan;
    double cost_per_hour; /* of what the plan leaves running, by the price table; < 0 unknown */
    char waits[240];      /* what it waits for now, between terraforms or before the plan; "" */
    bool waits_for_form;  /* and that is an answer or a secret of its form */

    struct error error;     /* when FAILED */
    struct error warning;   /* of a step between terraforms; kind ERROR_NONE when none */
    int64_t interrupted_ms; /* wall; its terraform was sent an interrupt; 0: not yet */
};

struct run {
    struct loop *loop;
    char id[64], dir[PATH_MAX]; /* dir: DIR/runs/ID */
    enum run_command command;
    enum run_phase phase;
    enum run_ending ending;
    bool stages_wanted[STAGES];
    bool consent; /* it was given in advance */
    struct run_stage stages[STAGES];
    /* The one to look at: that asks, else that failed, else the first one that is worked on, else
     * the last one; STAGE_NONE before the first. */
    enum stage_id stage;
    char who[160];              /* ada@bastion */
    char profile[128];          /* of the operator who began it; "": none was named */
    char source[24];            /* … but one of the surroundings, by its name; or "" */
    char account[16], arn[256]; /* of the credentials it runs with; "" when not known */
    char terraform[64];         /* "terraform 1.11.4" */
    int64_t began_ms, ended_ms; /* wall */
    long worker_pid;
    bool changing;      /* an apply was begun */
    struct error error; /* when FAILED or STOPPED: the first one */

    struct run_cover { /* what the typed yes consented to beside its own plan */
        bool given;
        bool stages[STAGES];
        double cost_per_hour; /* at most, of everything */
    } cover;
    json_t *residue; /* after a destroy: what is left, as the last event tells it; NULL; owned */

    bool stop_asked, stop_when_safe;
    int64_t interrupted_ms; /* wall; 0: not yet */

    unsigned strange_lines; /* of the journal, passed over */

    struct follow journal_follow;
    struct tf_event event; /* scratch */
    /* May be NULL. Once a journal event or a stream event that changed something. `event` is
     * borrowed; one of the two is NULL. `stage` is whose stream it was, STAGE_NONE for the journal.
     */
    void (*changed)(struct run *run, enum stage_id stage, const json_t *journal_event,
                    const struct tf_event *event);
};

/* The journal's words, for its only writer (deploy.c) and its only reader:
 *   run       id command stages consent who profile source account arn program rehearsal
 *   wanted    stages              a form has added a stage, or taken it out
 *   worker    pid continued
 *   terraform version
 *   step      stage step pass state(running|done|failed|stopped) [stream] [code] [silent]
 *   review    stage file add change remove cost_per_hour
 *   consent   stage answer(yes|no) by(typed|flag|covered) [covers{stages cost_per_hour}]
 *   waits     stage text [form]   what a stage waits for; form: its answers or secrets
 *   facts     stage step values   what a step between terraforms found out
 *   warning   stage step text hint   such a step has something to say, and goes on
 *   stop      how(now|when-safe|harder)
 *   interrupt stage
 *   outputs   stage               outputs.json has changed
 *   stage     stage state [error{kind text hint}]
 *   end       ending error{kind text hint} */
void run_apply(struct run *run, const json_t *event);

/* Opens DIR/runs/ID and begins to replay it on `loop`. `run` must be zeroed or finished, and is so
 * again when it fails. */
bool run_open(struct run *run, struct loop *loop, const char *dir, const char *id,
              struct error *err);

/* Reads everything that is there now, without waiting. */
void run_drain(struct run *run);

void run_finish(struct run *run); /* idempotent; zeroed is fine */

/* Reads a run without a loop: for `status`, `list` and the welcome screen. */
bool run_read(struct run *run, const char *dir, const char *id, struct error *err);

/* The stage to look at; the first one of all before anything is known. Never NULL. */
const struct run_stage *run_now(const struct run *run);
enum stage_id run_stage_id(const struct run_stage *stage);

const char *run_command_name(enum run_command command);
const char *run_ending_name(enum run_ending ending); /* "succeeded", … */
static inline bool run_is_open(const struct run *run)
{
    return run->id[0] != '\0';
}

/* The exit codes of the contract: 0 done, 1 failed, 4 credentials, 5 stopped, 6 busy. */
int run_error_code(const struct error *err);
int run_ending_code(enum run_ending ending, const struct error *err);

#endif
