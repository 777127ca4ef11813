/* The lines of a job: apply_start, provision_*, apply_progress, apply_complete, apply_errored. */
#include "core/rehearsal/play_job.h"

#include "core/base/alloc.h"

const struct piece *job_piece(const struct job *job)
{
    return &job->apply->plan->description->pieces[job->piece];
}

static const char *action_name(const struct job *job)
{
    return job->destroy ? "delete" : job->update ? "update" : "create";
}

static int elapsed(const struct job *job)
{
    return (int)((clock_now(job->apply->loop.clock) - job->began_ms) / 1000);
}

static void say_hook(const struct job *job, const char *type, const char *id, int seconds,
                     const char *message)
{
    const struct piece *piece = job_piece(job);
    play_say(job->apply->out, type, "hook", play_hook(piece, action_name(job), id, seconds),
             "%s: %s", piece->address, message);
}

void job_say_provision(const struct job *job, const char *type, const char *output,
                       const char *message)
{
    const struct piece *piece = job_piece(job);
    json_t *hook = play_hook(piece, NULL, "", -1);
    js_set_text(hook, "provisioner", "local-exec");
    if (output)
        js_set_text(hook, "output", output);
    play_say(job->apply->out, type, "hook", hook, "%s: %s", piece->address, message);
}

static const char suppressed[] = "(output suppressed due to sensitive, ephemeral value in config)";

/* terraform shows nothing that a step says whose environment holds a secret. */
static bool is_secret(const struct job *job)
{
    return *job_piece(job)->login && !job->destroy;
}

void job_say_output(const struct job *job, const char *output)
{
    const char *shown = is_secret(job) ? suppressed : output;
    char *message = alloc_printf("(local-exec): %s", shown);
    job_say_provision(job, "provision_progress", shown, message);
    free(message);
}

void job_say_start(const struct job *job)
{
    char *message = job->destroy  ? alloc_printf("Destroying... [id=%s]", job->id)
                    : job->update ? alloc_printf("Modifying... [id=%s]", job->id)
                                  : alloc_printf("Creating...");
    say_hook(job, "apply_start", job->destroy || job->update ? job->id : "", -1, message);
    free(message);
    if (job->bare)
        return;
    job_say_provision(job, "provision_start", NULL, "Provisioning with 'local-exec'...");
    job_say_output(job, "local-exec: Executing: Suppressed by quiet=true");
}

void job_say_complete(const struct job *job)
{
    char span[32];
    int seconds = elapsed(job);
    play_duration(seconds, span);
    char *message = job->destroy
                        ? alloc_printf("Destruction complete after %s", span)
                        : alloc_printf("%s complete after %s [id=%s]",
                                       job->update ? "Modifications" : "Creation", span, job->id);
    say_hook(job, "apply_complete", job->destroy ? "" : job->id, seconds, message);
    free(message);
}

void job_say_errored(const struct job *job, const char *how, const char *output)
{
    char span[32];
    int seconds = elapsed(job);
    const struct piece *piece = job_piece(job);
    job_say_provision(job, "provision_errored", NULL, "(local-exec) Provisioning errored");
    char *message = alloc_printf("%s errored after %s", job->destroy ? "Destruction" : "Creation",
                                 play_duration(seconds, span));
    say_hook(job, "apply_errored", "", seconds, message);
    free(message);
    char *detail =
        alloc_printf("Error running command '%s': %s. Output: %s%s",
                     job->destroy ? "destroy" : "create", how, output, *output ? "\n" : "");
    json_array_append_new(job->apply->diagnostics, json_pack("[ss]", detail, piece->address));
    free(detail);
}

void job_say_progress(const struct job *job)
{
    int seconds = elapsed(job);
    char span[32];
    char *message =
        alloc_printf("Still %s... [%s elapsed]", job->destroy ? "destroying" : "creating",
                     play_duration(seconds, span));
    json_t *hook = play_hook(job_piece(job), action_name(job), "", seconds);
    play_say(job->apply->out, "apply_progress", "hook", hook, "%s: %s", job_piece(job)->address,
             message);
    free(message);
}
