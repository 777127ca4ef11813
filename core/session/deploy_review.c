/* The steps between plan and apply, and behind it: the review, the consent, the outputs. terraform
 * answers on pipes here, and what it says is reduced before it rests anywhere. */
#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/deploy_steps.h"

static void begin_consent(struct deploy *deploy);

/* ---- show, outputs: on pipes ---- */

static void begin_query(struct deploy *deploy, enum tf_question question,
                        void (*ended)(struct task *task))
{
    struct error err;
    struct terraform_place place = deploy_terraform_place(deploy);
    task_finish(&deploy->query.task);
    memset(&deploy->query, 0, sizeof deploy->query);
    if (!tf_query_init(&deploy->query, question, &deploy->terraform, deploy->signals, &place,
                       deploy->plan, &err)) {
        deploy_fail(deploy, &err);
        return;
    }
    deploy->query.task.ended = ended;
    task_start(&deploy->query.task, deploy->loop);
}

static void write_review(struct deploy *deploy, const char *file)
{
    const struct tf_plan *plan = &deploy->query.plan;
    json_t *event = deploy_event(deploy, "review");
    js_set_text(event, "file", file);
    js_set_int(event, "add", plan->add);
    js_set_int(event, "change", plan->change);
    js_set_int(event, "remove", plan->remove);
    /* what stands when all of it is done, not only what this plan adds */
    js_set(event, "cost_per_hour",
           json_real(estimate_eks(&deploy->estimates, &deploy->answers).total));
    deploy_write(deploy, event);
}

static void shown(struct task *task)
{
    struct deploy *deploy =
        container_of(container_of(task, struct tf_query, task), struct deploy, query);
    struct error err = task->error;
    char file[64], path[PATH_MAX];
    snprintf(file, sizeof file, "%s-review.json", stage_table[deploy->stage].name);
    if (task->state != TASK_DONE || !path_format(path, &err, "%s/%s", deploy->run_dir, file) ||
        !tf_plan_write(&deploy->query.plan, path, &err)) {
        deploy_fail(deploy, &err);
        return;
    }
    deploy->add = deploy->query.plan.add;
    deploy->change = deploy->query.plan.change;
    deploy->remove = deploy->query.plan.remove;
    write_review(deploy, file);
    deploy_step_over(deploy, -1);
    if (deploy->command == RUN_PLAN)
        deploy_stage_over(deploy);
    else
        begin_consent(deploy);
}

void deploy_begin_show(struct deploy *deploy)
{
    if (deploy_stopped_between(deploy))
        return;
    if (deploy_step(deploy, STEP_SHOW, NULL))
        begin_query(deploy, TF_ASK_PLAN, shown);
}

/* ---- consent ---- */

static void begin_consent(struct deploy *deploy)
{
    if (deploy_stopped_between(deploy))
        return;
    if (deploy_step(deploy, STEP_CONSENT, NULL) && deploy->consent)
        deploy_answer(deploy, true, "flag");
}

void deploy_answer(struct deploy *deploy, bool yes, const char *by)
{
    json_t *event = deploy_event(deploy, "consent");
    js_set_text(event, "answer", yes ? "yes" : "no");
    js_set_text(event, "by", by);
    deploy_write(deploy, event);
    deploy_step_over(deploy, -1);
    if (yes)
        deploy_begin_command(deploy, STEP_APPLY);
    else
        deploy_end(deploy, RUN_DISCARDED, NULL);
}

/* ---- outputs ---- */

static json_t *public_outputs(const json_t *outputs)
{
    json_t *values = json_object(), *output, *all = json_copy((json_t *)(uintptr_t)outputs);
    const char *name;
    json_object_foreach(all, name, output)
    {
        if (!js_bool(output, "sensitive", true))
            json_object_set(values, name, json_object_get(output, "value"));
    }
    json_decref(all);
    return values;
}

static void outputs_known(struct task *task)
{
    struct deploy *deploy =
        container_of(container_of(task, struct tf_query, task), struct deploy, query);
    if (task->state != TASK_DONE) {
        deploy_fail(deploy, &task->error);
        return;
    }
    struct error err;
    json_t *values = public_outputs(deploy->query.outputs);
    bool kept = outputs_set(&deploy->outputs, deploy->place->dir, deploy->stage, values, &err);
    json_decref(values);
    if (!kept) {
        deploy_fail(deploy, &err);
        return;
    }
    deploy_write(deploy, deploy_event(deploy, "outputs"));
    deploy_step_over(deploy, -1);
    deploy_stage_over(deploy);
}

void deploy_begin_output(struct deploy *deploy)
{
    if (deploy_step(deploy, STEP_OUTPUT, NULL))
        begin_query(deploy, TF_ASK_OUTPUTS, outputs_known);
}
