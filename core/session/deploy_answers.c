/* What a form says while a run goes: answers and secrets of stages that are not planned yet, and
 * with them whether there is a domain. */
#include "core/base/alloc.h"
#include "core/session/deploy_lane.h"
#include "core/session/deployment.h"

/* Whether what its form says may still be another thing. */
static bool open_to_answers(const struct deploy_lane *lane)
{
    size_t plan = lane->steps ? lane_find(lane, STEP_PLAN, 1) : 0;
    return lane->steps && !lane->over && lane->stage != STAGE_EKS &&
           (lane->at < plan || (lane->at == plan && !lane->going));
}

static void take_fields(struct answers *to, const struct answers *from, enum stage_id stage)
{
    for (size_t i = 0; i < answer_field_count; i++)
        if (answer_fields[i].stage == stage)
            str_copy(str_of(answer_read(from, &answer_fields[i])),
                     answer_text(to, &answer_fields[i]), answer_fields[i].size);
}

/* ---- a domain comes, or goes ---- */

/* Hub and index are not planned yet: what they become depends on it. */
static bool may_change_domain(const struct deploy *deploy)
{
    const struct deploy_lane *domain = &deploy->lanes[STAGE_DOMAIN];
    bool may =
        deploy->command == RUN_APPLY && (!domain->steps || domain->over || open_to_answers(domain));
    for (int i = 0; i < STAGES; i++)
        if (stage_stands_on(&stage_table[STAGE_DOMAIN], i))
            may = may && open_to_answers(&deploy->lanes[i]);
    return may;
}

static void write_wanted(struct deploy *deploy)
{
    json_t *event = json_object(), *names = json_array();
    for (int i = 0; i < STAGES; i++)
        if (deploy->wanted[i])
            json_array_append_new(names, json_string(stage_table[i].name));
    js_set_text(event, "event", "wanted");
    js_set(event, "stages", names);
    deploy_write(deploy, event);
}

/* The stage follows the zone. One that leaves may be at its init still: deploy_order.c ends it. */
static bool change_domain(struct deploy *deploy, const struct answers *given, struct error *err)
{
    bool wanted = answers_want_domain(given);
    if (!may_change_domain(deploy)) {
        error_set(err, ERROR_INPUT, "This run builds hub and PyPI %s a domain already.",
                  wanted ? "without" : "with");
        return error_hint(err, "Change it when the run has ended.");
    }
    if (wanted && !answers_judge(given, STAGE_DOMAIN, err))
        return false;
    const struct deploy_lane *lane = &deploy->lanes[STAGE_DOMAIN];
    deploy->wanted[STAGE_DOMAIN] = wanted;
    if (wanted && (!lane->steps || lane->over) && !lane_open(deploy, STAGE_DOMAIN, err))
        return false;
    take_fields(&deploy->answers, given, STAGE_DOMAIN);
    write_wanted(deploy);
    return true;
}

/* ---- what was typed ---- */

/* Of one stage; its complaint is kept when it is the first. */
static bool take_stage(struct deploy *deploy, const struct answers *given, enum stage_id stage,
                       struct error *first)
{
    if (!open_to_answers(&deploy->lanes[stage]) ||
        !answers_judge(given, stage, first->kind ? NULL : first))
        return false;
    take_fields(&deploy->answers, given, stage);
    return true;
}

static bool take_answers(struct deploy *deploy, const json_t *value, struct error *err)
{
    struct answers given = deploy->answers;
    struct error first = {.kind = ERROR_NONE};
    bool any = false;
    if (!answers_from_json(&given, value, err))
        return false;
    bool turns = answers_want_domain(&given) != answers_want_domain(&deploy->answers);
    bool too_late = turns && !may_change_domain(deploy);
    if (turns)
        any = change_domain(deploy, &given, &first);
    for (int i = 0; i < STAGES; i++)
        if (i != STAGE_DOMAIN || !turns)
            any |= take_stage(deploy, &given, (enum stage_id)i, &first);
    if (any && !deployment_save(deploy->place->dir, &deploy->answers, err))
        return false;
    if (first.kind && (!any || too_late) && err)
        *err = first;
    return !first.kind || (any && !too_late);
}

/* A secret that is there is another one only as long as nothing was planned with it. */
static bool take_secrets(struct deploy *deploy, const json_t *value, struct error *err)
{
    struct secrets given = {.generated = {false}};
    bool ok = secrets_from_json(&given, value, err);
    for (int i = 0; i < SECRETS && ok; i++) {
        const struct deploy_lane *lane = &deploy->lanes[secret_table[i].stage];
        struct secret *ours = &deploy->secrets.items[i];
        if (!secret_empty(&given.items[i]) && (secret_empty(ours) || open_to_answers(lane)))
            ok = secret_copy(ours, &given.items[i], err);
    }
    secrets_finish(&given);
    return ok;
}

bool deploy_answers(struct deploy *deploy, const json_t *answers, const json_t *secrets,
                    struct error *err)
{
    if (deploy->ending != RUN_GOING)
        return error_set(err, ERROR_INPUT, "The run has already ended.");
    bool ok = (!answers || take_answers(deploy, answers, err)) &&
              (!secrets || take_secrets(deploy, secrets, err));
    deploy_soon(deploy);
    return ok;
}
