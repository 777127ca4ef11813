#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "core/io/task.h"
#include "tests/support/turns.h"

struct job {
    struct task task;
    bool refuses, ends_at_once;
    int stopped, finished, ended;
    struct job *next;
};

static struct still_clock still;
static struct loop loop;

static void begin(void)
{
    still_clock_init(&still);
    loop_init(&loop, &still.clock);
}

static void end(void)
{
    loop_finish(&loop);
    no_leaks();
}

TestSuite(task, .init = begin, .fini = end, .timeout = 60);

static struct job *job_of(struct task *task)
{
    return container_of(task, struct job, task);
}

static bool job_start(struct task *task, struct error *err)
{
    if (job_of(task)->refuses)
        return error_set(err, ERROR_TOOL, "There is no terraform.");
    if (job_of(task)->ends_at_once)
        task_end(task, TASK_DONE, NULL);
    return true;
}

static void job_stop(struct task *task)
{
    job_of(task)->stopped++;
    struct error err;
    error_set(&err, ERROR_CANCELLED, "Stopped.");
    task_end(task, TASK_CANCELLED, &err);
}

static void job_finish(struct task *task)
{
    job_of(task)->finished++;
}

static const struct task_ops job_ops = {job_start, job_stop, job_finish};

static void job_ended(struct task *task)
{
    struct job *job = job_of(task);
    job->ended++;
    if (job->next)
        task_start(&job->next->task, &loop);
}

#define JOB                                                                                        \
    {                                                                                              \
        .task = {.ops = &job_ops, .ended = job_ended }                                             \
    }

Test(task, that_cannot_start_has_failed_and_says_why)
{
    struct job job = JOB;
    job.refuses = true;
    task_start(&job.task, &loop);
    cr_assert_eq(job.task.state, TASK_FAILED);
    cr_assert_eq(job.ended, 1);
    cr_assert_str_eq(job.task.error.text, "There is no terraform.");
    task_finish(&job.task);
}

Test(task, measures_its_time_and_forgets_the_last_try)
{
    struct job job = JOB;
    job.refuses = true;
    task_start(&job.task, &loop);
    job.refuses = false;
    still.monotonic = 5000;
    task_start(&job.task, &loop);
    cr_assert_eq(job.task.state, TASK_RUNNING);
    cr_assert(!task_over(&job.task));
    cr_assert_eq(job.task.error.kind, ERROR_NONE);
    still.monotonic = 7500;
    task_end(&job.task, TASK_DONE, NULL);
    cr_assert_eq(job.task.ended_ms - job.task.began_ms, 2500);
    cr_assert(task_over(&job.task));
    task_finish(&job.task);
}

Test(task, may_end_at_once_and_start_the_next)
{
    struct job second = JOB, first = JOB;
    first.next = &second;
    first.ends_at_once = second.ends_at_once = true;
    task_start(&first.task, &loop);
    cr_assert_eq(first.task.state, TASK_DONE);
    cr_assert_eq(second.task.state, TASK_DONE);
    cr_assert_eq(second.ended, 1);
}

Test(task, stops_only_while_it_runs)
{
    struct job job = JOB;
    task_stop(&job.task);
    cr_assert_eq(job.stopped, 0);
    task_start(&job.task, &loop);
    task_stop(&job.task);
    cr_assert_eq(job.task.state, TASK_CANCELLED);
    task_stop(&job.task);
    cr_assert_eq(job.stopped, 1);
    cr_assert_eq(job.ended, 1);
}

Test(task, is_finished_once_and_silently)
{
    struct job job = JOB;
    task_start(&job.task, &loop);
    task_finish(&job.task);
    task_finish(&job.task);
    cr_assert_eq(job.finished, 1);
    cr_assert_eq(job.ended, 0);
    cr_assert_eq(job.task.state, TASK_CANCELLED);
    struct task nothing = {.ops = NULL};
    task_finish(&nothing);
}
