/* Shared by deploy.c (order, journal, stopping) and deploy_steps.c (what each step does); for
 * nobody else. */
#ifndef CORE_SESSION_DEPLOY_STEPS_H
#define CORE_SESSION_DEPLOY_STEPS_H

#include "core/session/deploy.h"

/* deploy.c */
json_t *deploy_event(const struct deploy *deploy, const char *name); /* with the stage */
void deploy_write(struct deploy *deploy, json_t *event);             /* steals it */
void deploy_step(struct deploy *deploy, enum stage_step step, const char *stream); /* begins it */
void deploy_step_over(struct deploy *deploy, int code);
void deploy_fail(struct deploy *deploy, const struct error *err); /* the step, so the run */
void deploy_end(struct deploy *deploy, enum run_ending ending, const struct error *err);
void deploy_ready(struct deploy *deploy);
void deploy_stage_over(struct deploy *deploy);
void deploy_stop_if_safe(struct deploy *deploy);

/* deploy_steps.c */
void deploy_ask_version(struct deploy *deploy, const struct run *continued);
void deploy_begin_stage(struct deploy *deploy);
void deploy_resume_stage(struct deploy *deploy);
void deploy_answer(struct deploy *deploy, bool yes, const char *by);

#endif
