/* Shared by deploy.c (order, journal, stopping) and the steps in deploy_steps.c and
 * deploy_review.c; for nobody else. */
#ifndef CORE_SESSION_DEPLOY_STEPS_H
#define CORE_SESSION_DEPLOY_STEPS_H

#include "core/session/deploy.h"

/* deploy.c */
json_t *deploy_event(const struct deploy *deploy, const char *name); /* with the stage */
void deploy_write(struct deploy *deploy, json_t *event);             /* steals it */
/* Begins it. False when the journal cannot be written: the run has ended then, because no face
 * could follow such a step and no later worker would find it. */
bool deploy_step(struct deploy *deploy, enum stage_step step, const char *stream);
void deploy_step_over(struct deploy *deploy, int code);
void deploy_fail(struct deploy *deploy, const struct error *err); /* the step, so the run */
void deploy_end(struct deploy *deploy, enum run_ending ending, const struct error *err);
void deploy_ready(struct deploy *deploy);
void deploy_stage_over(struct deploy *deploy);
void deploy_stop_if_safe(struct deploy *deploy);
void deploy_stop_as_asked(struct deploy *deploy); /* of a worker before us */

/* deploy_review.c */
void deploy_begin_show(struct deploy *deploy);
void deploy_begin_output(struct deploy *deploy);
void deploy_answer(struct deploy *deploy, bool yes, const char *by);

/* deploy_steps.c */
void deploy_begin_command(struct deploy *deploy, enum stage_step step);
struct terraform_place deploy_terraform_place(const struct deploy *deploy);
/* The operator asked to stop while no terraform ran: then that ends the run here. */
bool deploy_stopped_between(struct deploy *deploy);
void deploy_ask_version(struct deploy *deploy);
void deploy_begin_stage(struct deploy *deploy);
void deploy_resume_stage(struct deploy *deploy);

#endif
