#include "core/session/run.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/paths.h"

static void tell(struct run *run, const json_t *journal_event, const struct tf_event *event)
{
    if (run->changed)
        run->changed(run, journal_event, event);
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
    tell(run, event, NULL);
    json_decref(event);
}

static void stream_line(struct follow *follow, struct str line, bool cut)
{
    struct run *run = container_of(follow, struct run, stream_follow);
    struct error ignored;
    (void)cut; /* a cut line does not parse and becomes a note */
    tf_event_parse(line, &run->event, &ignored);
    tf_run_apply(&run->terraform_run, &run->event, clock_wall(run->loop->clock));
    tell(run, NULL, &run->event);
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
    tf_run_init(&run->terraform_run, TF_INIT);
    run->journal_follow.line = journal_line;
    run->stream_follow.line = stream_line;
    return follow_start(&run->journal_follow, run->loop, path, err);
}

bool run_open(struct run *run, struct loop *loop, const char *dir, const char *id,
              struct error *err)
{
    void (*changed)(struct run *, const json_t *, const struct tf_event *) = run->changed;
    *run = (struct run){.loop = loop, .stage = STAGE_NONE, .cost_per_hour = -1, .changed = changed};
    if (open_files(run, dir, id, err))
        return true;
    run_finish(run);
    return false;
}

void run_drain(struct run *run)
{
    follow_catch_up(&run->journal_follow);
    if (run->phase != RUN_OVER)
        follow_catch_up(&run->stream_follow);
}

void run_finish(struct run *run)
{
    follow_stop(&run->journal_follow);
    follow_stop(&run->stream_follow);
    tf_run_finish(&run->terraform_run);
    tf_plan_finish(&run->plan);
    *run = (struct run){.changed = run->changed};
}

bool run_read(struct run *run, const char *dir, const char *id, struct error *err)
{
    struct loop loop;
    loop_init(&loop, &clock_system);
    bool ok = run_open(run, &loop, dir, id, err);
    if (ok)
        run_drain(run);
    follow_stop(&run->journal_follow);
    follow_stop(&run->stream_follow);
    run->loop = NULL;
    loop_finish(&loop);
    return ok;
}

const char *run_output(const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->output_count; i++)
        if (str_is(str_of(name), run->outputs[i].name))
            return run->outputs[i].value;
    return "";
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
