/* What stands between a plan and its apply, and behind it: the review, the consent, the outputs.
 * terraform answers on pipes here, and what it says is reduced before it rests anywhere. */
#include "core/session/deploy_lane.h"

#include "core/base/alloc.h"
#include "core/base/paths.h"

/* ---- show, outputs: on pipes ---- */

void lane_begin_query(struct deploy_lane *lane, enum tf_question question, const char *file,
                      void (*ended)(struct task *task))
{
    struct deploy *deploy = lane->deploy;
    struct error err;
    struct terraform_place place = lane_place(lane);
    place.secrets = NULL; /* what is asked is told without them */
    task_finish(&lane->query.task);
    memset(&lane->query, 0, sizeof lane->query);
    if (!tf_query_init(&lane->query, question, &deploy->terraform, deploy->signals, &place, file,
                       &err)) {
        lane_fail(lane, &err);
        return;
    }
    lane->query.task.ended = ended;
    task_start(&lane->query.task, deploy->loop);
}

/* $/h of all that stands, with this stage as its plan leaves it: built, or gone. */
static double standing_cost(const struct deploy_lane *lane)
{
    const struct deploy *deploy = lane->deploy;
    double sum = 0;
    for (int i = 0; i < STAGES; i++) {
        enum stage_id stage = (enum stage_id)i;
        bool stands =
            stage == lane->stage ? !deploy_destroys(deploy) : outputs_up(&deploy->outputs, stage);
        if (stands)
            sum += estimate_stage(&deploy->estimates, &deploy->answers, stage);
    }
    return sum;
}

void lane_write_review(struct deploy_lane *lane, const char *file, unsigned add, unsigned change,
                       unsigned remove)
{
    json_t *event = lane_event(lane, "review");
    if (file)
        js_set_text(event, "file", file);
    js_set_int(event, "add", add);
    js_set_int(event, "change", change);
    js_set_int(event, "remove", remove);
    js_set(event, "cost_per_hour", json_real(standing_cost(lane)));
    deploy_write(lane->deploy, event);
}

/* The second pass of the hub only lets people in: one service changes, nothing goes. */
static bool opens_the_hub(const struct deploy_lane *lane, const struct tf_plan *plan)
{
    return lane->stage == STAGE_MLHUB && lane_pass(lane) == 2 && plan->change <= 1 &&
           plan->add <= 1 && plan->remove == 0;
}

static bool expected(const struct deploy_lane *lane, const struct tf_plan *plan)
{
    if (deploy_destroys(lane->deploy))
        return plan->add == 0 && plan->change == 0;
    return tf_plan_creates_only(plan) || opens_the_hub(lane, plan);
}

static double cost_of_creations(const struct deploy *deploy, const struct tf_plan *plan)
{
    double sum = 0;
    for (size_t i = 0; i < plan->entry_count; i++) {
        const struct tf_entry *entry = &plan->entries[i];
        char type[64];
        if (entry->drift || entry->action != TF_CREATE)
            continue;
        estimate_type(&deploy->estimates, entry->address, type);
        sum += estimate_cost(&deploy->estimates, type, &deploy->answers);
    }
    return sum;
}

static void shown(struct task *task)
{
    struct deploy_lane *lane =
        container_of(container_of(task, struct tf_query, task), struct deploy_lane, query);
    struct deploy *deploy = lane->deploy;
    const struct tf_plan *plan = &lane->query.plan;
    struct error err = task->error;
    char file[64], path[PATH_MAX];
    int pass = lane_pass(lane);
    snprintf(file, sizeof file, pass > 1 ? "%s-review-%d.json" : "%s-review.json",
             stage_table[lane->stage].name, pass);
    if (task->state != TASK_DONE || !path_format(path, &err, "%s/%s", deploy->run_dir, file) ||
        !tf_plan_write(plan, path, &err)) {
        lane_fail(lane, &err);
        return;
    }
    deploy->add += plan->add;
    deploy->change += plan->change;
    deploy->remove += plan->remove;
    lane->covered = expected(lane, plan);
    lane->plan_cost = cost_of_creations(deploy, plan);
    lane_write_review(lane, file, plan->add, plan->change, plan->remove);
    lane_step_over(lane, -1);
}

void lane_begin_show(struct deploy_lane *lane)
{
    if (lane_step(lane, STEP_SHOW, NULL))
        lane_begin_query(lane, TF_ASK_PLAN, lane->plan, shown);
}

/* ---- consent ---- */

/* $/h of everything when this run is done: by the answers, or by a plan that makes more of it. */
static double whole_cost(const struct deploy *deploy)
{
    double sum = 0;
    for (int i = 0; i < STAGES; i++) {
        const struct deploy_lane *lane = &deploy->lanes[i];
        bool comes = lane->steps && (!lane->over || lane->state == STAGE_DONE);
        if (!comes && !outputs_up(&deploy->outputs, lane->stage))
            continue;
        double usual = estimate_stage(&deploy->estimates, &deploy->answers, lane->stage);
        sum += lane->plan_cost > usual ? lane->plan_cost : usual;
    }
    return sum;
}

bool lane_needs_no_word(const struct deploy_lane *lane)
{
    const struct deploy *deploy = lane->deploy;
    const struct run_cover *cover = &deploy->cover;
    if (deploy->consent)
        return true;
    return cover->given && cover->stages[lane->stage] && lane->covered &&
           (deploy_destroys(deploy) || whole_cost(deploy) <= cover->cost_per_hour);
}

bool lane_asks(const struct deploy_lane *lane)
{
    return lane->step == STEP_CONSENT && lane->going && !lane->over;
}

/* The first typed yes holds for all that was to be expected then; another one for its plan alone.
 */
static json_t *cover_all(struct deploy *deploy)
{
    struct run_cover *cover = &deploy->cover;
    json_t *covers = json_object(), *names = json_array();
    cover->given = true;
    cover->cost_per_hour = estimate_ceiling(whole_cost(deploy));
    for (int i = 0; i < STAGES; i++) {
        cover->stages[i] = deploy->lanes[i].steps != NULL;
        if (cover->stages[i])
            json_array_append_new(names, json_string(stage_table[i].name));
    }
    js_set(covers, "stages", names);
    js_set(covers, "cost_per_hour", json_real(cover->cost_per_hour));
    return covers;
}

void lane_answer(struct deploy_lane *lane, bool yes, const char *by)
{
    json_t *event = lane_event(lane, "consent");
    js_set_text(event, "answer", yes ? "yes" : "no");
    js_set_text(event, "by", by);
    if (yes && strcmp(by, "typed") == 0 && !lane->deploy->cover.given)
        js_set(event, "covers", cover_all(lane->deploy));
    deploy_write(lane->deploy, event);
    lane_step_over(lane, -1);
    if (yes)
        return;
    lane->refused = true;
    lane_over(lane, lane->changing ? STAGE_FAILED : STAGE_TODO, NULL);
}

void lane_begin_consent(struct deploy_lane *lane)
{
    bool silent = lane_needs_no_word(lane);
    if (lane_step(lane, STEP_CONSENT, NULL) && silent)
        lane_answer(lane, true, lane->deploy->consent ? "flag" : "covered");
}

/* ---- outputs ---- */

json_t *public_outputs(const json_t *outputs, bool sensitive_unless_said)
{
    json_t *values = json_object(), *output, *all = json_copy((json_t *)(uintptr_t)outputs);
    const char *name;
    json_object_foreach(all, name, output)
    {
        if (!js_bool(output, "sensitive", sensitive_unless_said))
            json_object_set(values, name, json_object_get(output, "value"));
    }
    json_decref(all);
    return values;
}

static void outputs_known(struct task *task)
{
    struct deploy_lane *lane =
        container_of(container_of(task, struct tf_query, task), struct deploy_lane, query);
    struct deploy *deploy = lane->deploy;
    if (task->state != TASK_DONE) {
        lane_fail(lane, &task->error);
        return;
    }
    struct error err;
    json_t *values = public_outputs(lane->query.outputs, true);
    lane_add_facts(lane, values);
    bool kept = outputs_set(&deploy->outputs, deploy->place->dir, lane->stage, values, &err);
    json_decref(values);
    if (!kept) {
        lane_fail(lane, &err);
        return;
    }
    deploy_write(deploy, lane_event(lane, "outputs"));
    lane_step_over(lane, -1);
}

static void ask_outputs(struct task *pulled)
{
    struct deploy_lane *lane =
        container_of(container_of(pulled, struct tf_query, task), struct deploy_lane, query);
    struct error err = pulled->error;
    if (pulled->state == TASK_DONE)
        lane_begin_query(lane, TF_ASK_OUTPUTS, NULL, outputs_known);
    else
        lane_fail(lane, &err);
}

void lane_begin_output(struct deploy_lane *lane)
{
    if (!lane_step(lane, STEP_OUTPUT, NULL))
        return;
    if (lane_shares_state(lane))
        lane_pull_state(lane, ask_outputs);
    else
        lane_begin_query(lane, TF_ASK_OUTPUTS, NULL, outputs_known);
}
