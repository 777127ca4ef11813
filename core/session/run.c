#include "core/session/run.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/paths.h"

static void tell(struct run *run, enum stage_id stage, const json_t *journal_event,
                 const struct tf_event *event)
{
    if (run->changed)
        run->changed(run, stage, journal_event, event);
}

static void journal_line(struct follow *follow, struct str line, bool cut)
{
    struct run *run = container_of(follow, struct run, journal_follow);
    struct error ignored;
    json_t *event = cut ? NULL : js_parse(line, &ignored);
    if (!json_is_object(event)) {
        run->strange_lines += line.len > 0;
        json_decref(event);
        return;
    }
    run_apply(run, event);
    tell(run, STAGE_NONE, event, NULL);
    json_decref(event);
}

static void stream_line(struct follow *follow, struct str line, bool cut)
{
    struct run_stage *stage = container_of(follow, struct run_stage, follow);
    struct run *run = stage->run;
    struct error ignored;
    (void)cut; /* a cut line does not parse and becomes a note */
    tf_event_parse(line, &run->event, &ignored);
    tf_run_apply(&stage->terraform, &run->event, clock_wall(run->loop->clock));
    tell(run, run_stage_id(stage), NULL, &run->event);
}

static bool open_files(struct run *run, const char *dir, const char *id, struct error *err)
{
    char path[PATH_MAX];
    if (!str_copy(str_of(id), run->id, sizeof run->id) ||
        !path_format(run->dir, err, "%s/runs/%s", dir, id) ||
        !path_format(path, err, "%s/journal.jsonl", run->dir))
        return false;
    if (!file_exists(path))
        return error_set(err, ERROR_INPUT, "There is no run %s in %s.", id, dir);
    run->journal_follow.line = journal_line;
    for (int i = 0; i < STAGES; i++) {
        struct run_stage *stage = &run->stages[i];
        stage->run = run;
        stage->cost_per_hour = -1;
        stage->follow.line = stream_line;
        tf_run_init(&stage->terraform, TF_INIT);
    }
    return follow_start(&run->journal_follow, run->loop, path, err);
}

bool run_open(struct run *run, struct loop *loop, const char *dir, const char *id,
              struct error *err)
{
    void (*changed)(struct run *, enum stage_id, const json_t *, const struct tf_event *) =
        run->changed;
    *run = (struct run){.loop = loop, .stage = STAGE_NONE, .changed = changed};
    if (open_files(run, dir, id, err))
        return true;
    run_finish(run);
    return false;
}

void run_drain(struct run *run)
{
    follow_catch_up(&run->journal_follow);
    for (int i = 0; i < STAGES && run->phase != RUN_OVER; i++)
        follow_catch_up(&run->stages[i].follow);
}

static void stop_following(struct run *run)
{
    follow_stop(&run->journal_follow);
    for (int i = 0; i < STAGES; i++)
        follow_stop(&run->stages[i].follow);
}

void run_finish(struct run *run)
{
    stop_following(run);
    for (int i = 0; i < STAGES; i++) {
        tf_run_finish(&run->stages[i].terraform);
        tf_plan_finish(&run->stages[i].plan);
    }
    json_decref(run->residue);
    *run = (struct run){.changed = run->changed};
}

bool run_read(struct run *run, const char *dir, const char *id, struct error *err)
{
    struct loop loop;
    loop_init(&loop, &clock_system);
    bool ok = run_open(run, &loop, dir, id, err);
    if (ok)
        run_drain(run);
    stop_following(run);
    run->loop = NULL;
    loop_finish(&loop);
    return ok;
}

const struct run_stage *run_now(const struct run *run)
{
    return &run->stages[run->stage == STAGE_NONE ? 0 : run->stage];
}

enum stage_id run_stage_id(const struct run_stage *stage)
{
    return (enum stage_id)(stage - stage->run->stages);
}

int run_error_code(const struct error *err)
{
    switch (err->kind) {
    case ERROR_AUTH:
        return 4;
    case ERROR_CANCELLED:
        return 5;
    case ERROR_BUSY:
        return 6;
    case ERROR_NONE:
    case ERROR_INPUT:
    case ERROR_NETWORK:
    case ERROR_SERVICE:
    case ERROR_TOOL:
    case ERROR_SYSTEM:
        break;
    }
    return 1;
}

int run_ending_code(enum run_ending ending, const struct error *err)
{
    if (ending == RUN_SUCCEEDED || ending == RUN_PLANNED)
        return 0;
    if (ending == RUN_STOPPED || ending == RUN_DISCARDED)
        return 5;
    return run_error_code(err);
}
