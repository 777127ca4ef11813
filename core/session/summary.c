#include "core/session/summary.h"

#include "core/base/alloc.h"

const char *summary_state_name(enum summary_state state)
{
    static const char *const names[] = {
        [SUMMARY_NEW] = "new",         [SUMMARY_PLANNED] = "planned",
        [SUMMARY_GOING] = "going",     [SUMMARY_ASKING] = "asking",
        [SUMMARY_UP] = "up",           [SUMMARY_INTERRUPTED] = "interrupted",
        [SUMMARY_STOPPED] = "stopped", [SUMMARY_FAILED] = "failed",
        [SUMMARY_GONE] = "gone",
    };
    return names[state];
}

/* ---- cost ---- */

/* What the run has still to make of the stage's cost. */
static double not_yet(const struct estimates *estimates, const struct answers *answers,
                      const struct run_stage *now, bool applies)
{
    double rest = 0;
    for (size_t i = 0; i < now->plan.entry_count; i++) {
        const struct tf_entry *entry = &now->plan.entries[i];
        const struct tf_row *row =
            applies ? tf_run_row(&now->terraform, entry->address, TF_CREATE) : NULL;
        char type[64];
        if (entry->drift || entry->action != TF_CREATE || (row && row->state == TF_ROW_DONE))
            continue;
        estimate_type(estimates, entry->address, type);
        rest += estimate_cost(estimates, type, answers);
    }
    return rest;
}

/* What a destroy has left of it: load balancers go with the first of its resources. */
static double still_there(const struct estimates *estimates, const struct answers *answers,
                          const struct run_stage *now, enum stage_id id, double all)
{
    for (size_t i = 0; i < now->plan.entry_count && now->step == STEP_APPLY; i++) {
        const char *address = now->plan.entries[i].address;
        const struct tf_row *row = tf_run_row(&now->terraform, address, TF_DELETE);
        char type[64];
        if (!row || row->state != TF_ROW_DONE)
            continue;
        if (id != STAGE_EKS)
            return 0;
        estimate_type(estimates, address, type);
        all -= estimate_cost(estimates, type, answers);
    }
    return all > 0.0005 ? all : 0;
}

/* < 0: nobody knows. */
static double stage_cost(const struct estimates *estimates, const struct answers *answers,
                         const struct run *run, const struct history_stage *before,
                         enum stage_id id)
{
    const struct run_stage *now = &run->stages[id];
    double all = id == STAGE_EKS ? estimate_eks(estimates, answers).total
                                 : estimate_stage(estimates, answers, id);
    bool ours = run_is_open(run) && now->state != STAGE_TODO;
    enum stage_state state = ours ? now->state : before->state;
    if (state == STAGE_DESTROYED || state == STAGE_SKIPPED)
        return 0;
    if (ours && run->command == RUN_DESTROY)
        return still_there(estimates, answers, now, id, all);
    if (state == STAGE_DONE || (ours && before->state == STAGE_DONE && state != STAGE_DESTROYED))
        return all;
    if (!ours || !now->have_plan) {
        bool something = (ours && run->changing) || before->state == STAGE_FAILED;
        return something && id == STAGE_EKS ? -1 : 0;
    }
    bool applies = run->phase >= RUN_APPLYING && now->step >= STEP_APPLY;
    double cost = all - not_yet(estimates, answers, now, applies);
    /* load balancers are no resources of terraform: nothing of them is there before the apply */
    return (applies || id == STAGE_EKS) && cost > 0.0005 ? cost : 0;
}

double summary_cost(const struct estimates *estimates, const struct answers *answers,
                    const struct run *run, const struct history_stage before[STAGES])
{
    double sum = 0;
    for (int i = 0; i < STAGES; i++) {
        double cost = stage_cost(estimates, answers, run, &before[i], (enum stage_id)i);
        if (cost < 0)
            return -1;
        sum += cost;
    }
    return sum;
}

/* ---- state ---- */

static void say_live(struct summary *summary, const struct run *run, bool held)
{
    const struct run_stage *now = run_now(run);
    const char *label = stage_table[run->stage == STAGE_NONE ? STAGE_EKS : run->stage].label;
    summary->since_ms = run->began_ms;
    summary->state = !held                      ? SUMMARY_INTERRUPTED
                     : run->phase == RUN_ASKING ? SUMMARY_ASKING
                                                : SUMMARY_GOING;
    if (!held)
        snprintf(summary->text, sizeof summary->text, "%s interrupted", label);
    else if (run->phase == RUN_ASKING)
        snprintf(summary->text, sizeof summary->text, "%s waits for your yes", label);
    else if (run->phase < RUN_ASKING)
        snprintf(summary->text, sizeof summary->text, "%s planning", label);
    else if (now->terraform.total > 0)
        snprintf(summary->text, sizeof summary->text, "%s %u of %u", label, now->terraform.done,
                 now->terraform.total);
    else
        snprintf(summary->text, sizeof summary->text, "%s", label);
}

static enum stage_id first_in(const struct summary *summary, enum stage_state state)
{
    for (int i = 0; i < STAGES; i++)
        if (summary->stages[i] == state)
            return (enum stage_id)i;
    return STAGE_NONE;
}

static void set(struct summary *summary, enum summary_state state, const char *format,
                const char *label)
{
    summary->state = state;
    snprintf(summary->text, sizeof summary->text, "%s%s", label, format);
}

/* No run is going: what has become of the stages. */
static void say_over(struct summary *summary, const struct run *run)
{
    enum stage_id failed = first_in(summary, STAGE_FAILED), done = first_in(summary, STAGE_DONE);
    bool stopped = run_is_open(run) && run->ending == RUN_STOPPED;
    if (failed != STAGE_NONE)
        set(summary, stopped ? SUMMARY_STOPPED : SUMMARY_FAILED, stopped ? " stopped" : " failed",
            stage_table[failed].label);
    else if (done != STAGE_NONE)
        set(summary, SUMMARY_UP, "up", "");
    else if (first_in(summary, STAGE_DESTROYED) != STAGE_NONE)
        set(summary, SUMMARY_GONE, "destroyed", "");
    else if (run_is_open(run))
        set(summary, SUMMARY_PLANNED, "planned only", "");
    else
        set(summary, SUMMARY_NEW, "not planned yet", "");
}

void summary_of(struct summary *summary, const struct estimates *estimates,
                const struct answers *answers, const struct run *run,
                const struct history_stage before[STAGES], bool held)
{
    bool over = !run_is_open(run) || run->phase == RUN_OVER;
    *summary = (struct summary){.state = SUMMARY_NEW};
    for (int i = 0; i < STAGES; i++) {
        enum stage_state now = run->stages[i].state;
        bool ours = run_is_open(run) && !over && now != STAGE_TODO;
        summary->stages[i] = ours ? now : before[i].state;
        if (before[i].ended_ms > summary->since_ms)
            summary->since_ms = before[i].ended_ms;
    }
    summary->looked_ms =
        run_is_open(run) && run->ended_ms > summary->since_ms ? run->ended_ms : summary->since_ms;
    if (over && summary->since_ms == 0)
        summary->since_ms = run->ended_ms;
    if (over)
        say_over(summary, run);
    else
        say_live(summary, run, held);
    summary->cost = summary_cost(estimates, answers, run, before);
}

void summary_read(struct summary *summary, const struct estimates *estimates,
                  const struct deployment_entry *entry, struct run *run)
{
    struct history_stage before[STAGES];
    struct run *own = run ? run : alloc_zeroed(1, sizeof *own);
    struct error ignored;
    char id[64];
    history_stages(entry->dir, before);
    if (!deployment_latest_run(entry->dir, id) || !run_read(own, entry->dir, id, &ignored))
        run_finish(own);
    summary_of(summary, estimates, &entry->answers, own, before,
               deployment_holder(entry->dir).held);
    if (!run) {
        run_finish(own);
        free(own);
    }
}
