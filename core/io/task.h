/* Anything that starts, reports and ends: what every progress row shows. A task is embedded in its
 * owner, which implements the ops and calls task_end exactly once for each start. */
#ifndef CORE_IO_TASK_H
#define CORE_IO_TASK_H

#include "core/base/error.h"
#include "core/io/loop.h"

enum task_state {
    TASK_TODO,
    TASK_RUNNING,
    TASK_DONE,
    TASK_WARNED, /* done, with something to say */
    TASK_FAILED,
    TASK_SKIPPED,
    TASK_CANCELLED,
};

struct task;

struct task_ops {
    /* false with *err when it could not start: the task is FAILED then and `ended` is called. It
     * may end the task before it returns true. */
    bool (*start)(struct task *task, struct error *err);
    void (*stop)(struct task *task);   /* asks it to end; it still ends by task_end */
    void (*finish)(struct task *task); /* frees what it holds; after it no callback comes */
};

struct task {
    const struct task_ops *ops;
    struct loop *loop;
    enum task_state state;
    char label[80];
    char note[240];
    unsigned done, total;       /* 0 of 0: no measure */
    int64_t began_ms, ended_ms; /* monotonic */
    struct error error;
    void (*ended)(struct task *task); /* may be NULL; may start or finish any task */
};

void task_start(struct task *task, struct loop *loop);
void task_stop(struct task *task); /* no-op unless RUNNING */
/* `err` may be NULL when the state is not FAILED, WARNED or CANCELLED. */
void task_end(struct task *task, enum task_state state, const struct error *err);
void task_finish(struct task *task); /* idempotent; zeroed is fine */

static inline bool task_over(const struct task *task)
{
    return task->state > TASK_RUNNING;
}

#endif
