/* A deployment in a private directory with a shell script in terraform's part and a task that does
 * nothing in the part of the steps between: what every test of a run begins, lets die and goes on
 * with. */
#ifndef TESTS_CORE_DEPLOYING_H
#define TESTS_CORE_DEPLOYING_H

#include "core/session/deploy.h"
#include "tests/support/turns.h"

extern struct loop loop;
extern struct place place;
extern struct journal journal;
extern struct deploy deploy;
extern struct run *before; /* what the journal says, as read_before read it */
extern bool over;
extern char program[PATH_MAX + 32]; /* EKSHUB_TERRAFORM */

void deploying_begin(void); /* for .init and .fini */
void deploying_end(void);

/* Files that tell the script what to do: hold-VERB or hold-STAGE-VERB makes it wait, fail-… makes
 * it fail, no-changes or no-changes-STAGE leaves nothing to apply, harsh-STAGE plans to delete. The
 * steps between hear hold-STEP, fail-STEP and warn-STEP. */
void make(const char *name);
void drop(const char *name);
/* How often the script or a step was begun with this word: "apply", "pypi-apply", "pypi prove". */
unsigned calls(const char *word);
/* Where in the order of all calls the first such one stands; 0: not there. */
unsigned call_at(const char *word);
/* "NAME=value\n…" of the secrets that STAGE-VERB was started with last; "" for none. */
const char *environment_of(const char *stage_and_verb);

/* What the next run is begun with; all of it until the next deploying_begin. */
extern bool wanted[STAGES];
void want_all(void);      /* eks, pypi, mlhub */
void want(enum stage_id); /* this one alone */

void start(enum run_command command, bool consent);
void give_secrets(void); /* to the deploy that runs: the PyPI and the hub password */
void go_on(bool consent);
void die(void); /* the worker is gone, terraform is not */
void read_before(void);

void run_to(enum stage_id stage, enum stage_step step); /* it is begun */
void run_until_waiting(enum stage_id stage);            /* deploy tells what it waits for */
void run_to_end(enum run_ending ending);

#endif
