/* The life of a task: started once, ended once, told once. */
#include "core/io/task.h"

#include <assert.h>

#include "core/base/alloc.h"

void task_start(struct task *task, struct loop *loop)
{
    assert(task->ops && task->state != TASK_RUNNING);
    task->loop = loop;
    task->state = TASK_RUNNING;
    task->began_ms = clock_now(loop->clock);
    task->ended_ms = 0;
    task->done = task->total = 0;
    task->note[0] = '\0';
    error_clear(&task->error);

    struct error err = {.kind = ERROR_NONE};
    if (!task->ops->start(task, &err))
        task_end(task, TASK_FAILED, &err);
}

void task_stop(struct task *task)
{
    if (task->state == TASK_RUNNING && task->ops->stop)
        task->ops->stop(task);
}

void task_end(struct task *task, enum task_state state, const struct error *err)
{
    assert(task->state == TASK_RUNNING && state > TASK_RUNNING);
    assert(err || state == TASK_DONE || state == TASK_SKIPPED);
    task->state = state;
    task->ended_ms = clock_now(task->loop->clock);
    if (err)
        task->error = *err;
    if (task->ended)
        task->ended(task);
}

void task_finish(struct task *task)
{
    const struct task_ops *ops = task->ops;
    task->ops = NULL;
    if (task->state == TASK_RUNNING)
        task->state = TASK_CANCELLED;
    if (ops && ops->finish)
        ops->finish(task);
}
