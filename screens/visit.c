/* The program runs as a job in the foreground, as a shell would run it. When k9s fails, what it
 * said stays in sight until Enter: our own screen would cover it. */
#include "screens/visit.h"

#include <signal.h>
#include <unistd.h>

#include "core/base/alloc.h"

static void greet(const struct cluster_tool *tool)
{
    if (tool->kind == CLUSTER_TOOL_KUBECTL)
        printf("kubectl means %s in this shell, for instance: kubectl get pods -A\n"
               "exit or Ctrl-D goes back to ekshub-tui.\n",
               tool->context);
    fflush(stdout);
}

static void end(struct visit *visit)
{
    loop_unwatch(visit->process.signals->loop, &visit->input);
    cluster_tool_finish(&visit->tool);
    visit->open = false;
    visit->over(visit);
}

static void input_ready(struct watch *watch, short revents)
{
    char line[256];
    (void)revents;
    ssize_t ignored = read(watch->fd, line, sizeof line); /* a whole line, or its end */
    (void)ignored;
    end(container_of(watch, struct visit, input));
}

/* A shell ends with the code of its last command, which was seen. */
static bool is_worth_reading(const struct visit *visit)
{
    int code = process_code(&visit->process);
    return visit->tool.kind == CLUSTER_TOOL_K9S ? code != 0 : code == 126 || code == 127;
}

static void on_ended(struct process *process)
{
    struct visit *visit = container_of(process, struct visit, process);
    char outcome[64];
    job_end(&visit->job);
    if (visit->ending || !is_worth_reading(visit)) {
        end(visit);
        return;
    }
    printf("\n%s ended: %s. Enter goes back to ekshub-tui. ", cluster_tool_name(visit->tool.kind),
           process_outcome(process, outcome));
    fflush(stdout);
    visit->input.ready = input_ready;
    loop_watch(process->signals->loop, &visit->input, STDIN_FILENO, POLLIN);
}

static void on_stopped(struct process *process)
{
    struct visit *visit = container_of(process, struct visit, process);
    if (!visit->ending)
        job_stop(&visit->job);
    process_continue(process);
}

bool visit_begin(struct visit *visit, struct signals *signals, const struct place *place,
                 const char *dir, const char *namespace_name, struct error *err)
{
    if (!cluster_tool_prepare(&visit->tool, place, dir, namespace_name, err)) {
        cluster_tool_finish(&visit->tool);
        return false;
    }
    struct process_spec spec = {.argv = visit->tool.argv,
                                .environment = visit->tool.environment,
                                .home = PROCESS_FOREGROUND,
                                .in = STDIN_FILENO,
                                .out = STDOUT_FILENO,
                                .err = STDOUT_FILENO}; /* ours may go elsewhere */
    visit->process.ended = on_ended;
    visit->process.stopped = on_stopped;
    visit->ending = false;
    job_begin(&visit->job);
    greet(&visit->tool);
    visit->open = process_start(&visit->process, signals, &spec, err);
    if (!visit->open) {
        job_end(&visit->job);
        cluster_tool_finish(&visit->tool);
    }
    return visit->open;
}

void visit_stop(struct visit *visit)
{
    if (visit->process.pid > 0)
        (void)kill(-visit->process.pid, SIGTSTP);
}

void visit_end(struct visit *visit)
{
    visit->ending = true;
    if (visit->process.pid > 0)
        process_stop(&visit->process);
    else if (visit->open)
        end(visit);
}

void visit_finish(struct visit *visit)
{
    if (visit->open)
        loop_unwatch(visit->process.signals->loop, &visit->input);
    process_finish(&visit->process);
    if (visit->open)
        job_end(&visit->job);
    cluster_tool_finish(&visit->tool);
    visit->open = false;
}
