/* What the deploy*.c files share: a lane's steps, their begin and their end. For nobody else. */
#ifndef CORE_SESSION_DEPLOY_LANE_H
#define CORE_SESSION_DEPLOY_LANE_H

#include "core/session/deploy.h"

/* ---- deploy.c: the journal, and the run's beginning and end ---- */

json_t *lane_event(const struct deploy_lane *lane, const char *name); /* with the stage */
void deploy_write(struct deploy *deploy, json_t *event);              /* steals it */
json_t *deploy_error_json(const struct error *err);                   /* {kind text hint} */
void deploy_soon(struct deploy *deploy); /* on a later turn: what can begin now? */
bool deploy_destroys(const struct deploy *deploy);
/* From its first step, or without any when it is not wanted. */
bool lane_open(struct deploy *deploy, enum stage_id stage, struct error *err);

/* ---- deploy_order.c: which step of which lane may begin ---- */

void deploy_ready(struct deploy *deploy);   /* which terraform is known, or that there is none */
void deploy_advance(struct deploy *deploy); /* begins all that can begin now */
/* Begins it. False when the journal cannot be written: the stage has failed then, because no face
 * could follow such a step and no later worker would find it. */
bool lane_step(struct deploy_lane *lane, enum stage_step step, const char *stream);
void lane_step_over(struct deploy_lane *lane, int code);           /* the next one follows */
void lane_fail(struct deploy_lane *lane, const struct error *err); /* the step, so the stage */
void lane_over(struct deploy_lane *lane, enum stage_state state, const struct error *err);
/* Where the step of that pass stands; the first step when there is none. */
size_t lane_find(const struct deploy_lane *lane, enum stage_step step, int pass);
int lane_pass(const struct deploy_lane *lane);
void lane_again(struct deploy_lane *lane); /* nobody saw how a harmless step ended: from init */

/* ---- deploy_terraform.c: init, plan, apply ---- */

void deploy_ask_version(struct deploy *deploy);
bool lane_name_files(struct deploy_lane *lane, struct error *err);
void lane_begin_init(struct deploy_lane *lane);
void lane_begin_plan(struct deploy_lane *lane);
void lane_begin_apply(struct deploy_lane *lane);
struct terraform_place lane_place(const struct deploy_lane *lane);
bool lane_runs_terraform(const struct deploy_lane *lane);
/* Watches the terraform that a dead worker left in `step`, or judges what it wrote when it is gone
 * too. False when there is nothing to judge: nothing was changed, and the step is done again. */
bool lane_adopt(struct deploy_lane *lane, enum stage_step step);

void lane_look_for_state(struct deploy_lane *lane); /* destroy: empty, unmade */

/* ---- deploy_state.c: a state that is kept elsewhere ---- */

bool lane_shares_state(const struct deploy_lane *lane);
bool lane_needs_store(const struct deploy_lane *lane); /* its bucket was not looked at yet */
bool lane_leaves_store(
    const struct deploy_lane *lane); /* it was kept elsewhere, and is not to be */
bool lane_write_store(const struct deploy_lane *lane, struct error *err);
void lane_begin_leave(struct deploy_lane *lane);
void lane_begin_share(struct deploy_lane *lane);
bool lane_forget_state(const struct deploy_lane *lane, struct error *err); /* the copy here */
/* The copy here is made new; `ended` gets the task of lane->query. */
void lane_pull_state(struct deploy_lane *lane, void (*ended)(struct task *task));

/* ---- deploy_bucket.c ---- */

void lane_begin_bucket(struct deploy_lane *lane);

/* ---- deploy_review.c: show, consent, outputs ---- */

/* Asks terraform on a pipe, about `file` where the question has one. */
void lane_begin_query(struct deploy_lane *lane, enum tf_question question, const char *file,
                      void (*ended)(struct task *task));
/* {name: value}, no sensitive one; the caller owns it. A state says so only of those that are. */
json_t *public_outputs(const json_t *outputs, bool sensitive_unless_said);

void lane_begin_show(struct deploy_lane *lane);
void lane_begin_consent(struct deploy_lane *lane);
void lane_begin_output(struct deploy_lane *lane);
bool lane_needs_no_word(const struct deploy_lane *lane); /* its plan is consented to already */
bool lane_asks(const struct deploy_lane *lane);
void lane_answer(struct deploy_lane *lane, bool yes, const char *by);
void lane_write_review(struct deploy_lane *lane, const char *file, unsigned add, unsigned change,
                       unsigned remove);

/* ---- deploy_source.c: its keys ---- */

bool deploy_open_source(struct deploy *deploy, struct error *err); /* sets deploy->environment */
void deploy_close_source(struct deploy *deploy);                   /* idempotent */

/* ---- deploy_between.c: the steps that are no terraform ---- */

void lane_begin_between(struct deploy_lane *lane);
bool lane_runs_between(const struct deploy_lane *lane);

/* ---- deploy_variables.c: what terraform is told ---- */

bool lane_write_variables(struct deploy_lane *lane, struct error *err);
/* Known secrets out of what its terraform wrote. */
void lane_mask(const struct deploy_lane *lane);
/* Puts the stage's secrets into lane->secrets for a plan or an apply. */
bool lane_lend_secrets(struct deploy_lane *lane, struct error *err);
/* All that the stage needs before its plan is there. False with what is missing. */
/* What is to be remembered of secrets, beside its outputs: never what they are. */
void lane_add_facts(const struct deploy_lane *lane, json_t *values);
bool lane_filled_in(const struct deploy_lane *lane, char out[200]);
bool lane_has_secrets(const struct deploy_lane *lane, char out[200]);
/* Index and hub, when a domain is wanted: their Services have no load balancer. */
bool lane_is_behind_domain(const struct deploy_lane *lane);
bool lane_can_prove(const struct deploy_lane *lane); /* there is a password to log in with */

/* ---- deploy_stop.c ---- */

/* The operator asked to stop: then nothing that changes anything begins. */
bool lane_stopped_before(struct deploy_lane *lane, enum stage_step step);
void lane_stop_if_safe(struct deploy_lane *lane);
void lane_stop_as_asked(struct deploy_lane *lane); /* of a worker before us */

#endif
